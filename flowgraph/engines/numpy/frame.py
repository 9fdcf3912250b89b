"""A bound Program: calls to make one after the other, and where the values are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import length_hint
from typing import Any

from flowgraph.engines.base import explain_failure, own
from flowgraph.engines.numpy.kernels.calls import Call
from flowgraph.ir.program import Program, Step

Output = tuple[Any, Any, bool, Any]
"""Of a fetch: its slot, or None and its array; whether it is the caller's already; its tensor, for messages."""


class Frame:
    """One binding of a Program, which belongs to one run at a time.

    Args:
      program: what is bound.
      calls, steps: the calls, and for each the step that it is of.
      slots: what the values that are made anew in each run start from.
      slot_of: for the number of such a value the place of its slot.
      static: the arrays that are the same at every run, by number.
      outputs: where the fetches are.
    """

    __slots__ = ("_blank", "_calls", "_outputs", "_program", "_slot_of", "_slots", "_static", "_steps")

    def __init__(
        self,
        program: Program,
        calls: list[Call],
        steps: list[Step],
        slots: list[Any],
        slot_of: Mapping[int, int],
        static: Mapping[int, Any],
        outputs: list[Output],
    ) -> None:
        self._program, self._calls, self._steps, self._outputs = program, calls, steps, outputs
        self._slots, self._slot_of, self._static = slots, slot_of, static
        self._blank = list(slots)

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """Make all calls, given arrays of the shapes that the frame was bound for; the fetches are the caller's own."""
        slots = self._slots
        slots[: len(feeds)] = feeds
        calls = iter(self._calls)
        try:
            for function, arguments in calls:
                function(*arguments)
        except Exception as error:  # noqa: BLE001  # an op may raise anything
            step = self._steps[len(self._calls) - length_hint(calls) - 1]
            values = [self._value(number) for number in step.inputs]
            failure = explain_failure(error, step, values, self._program, self._program.feeds)
            raise failure from failure.__cause__
        return [slots[at] if fresh else own(slots[at] if at is not None else array, tensor, self._program)
                for at, array, fresh, tensor in self._outputs]  # fmt: skip

    def forget(self) -> None:
        """Let go of the values of the last run."""
        self._slots[:] = self._blank

    def _value(self, number: int) -> Any:
        at = self._slot_of.get(number)
        return self._static.get(number) if at is None else self._slots[at]
