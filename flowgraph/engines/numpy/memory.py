"""The memory that the buffers of a frame share: which steps get some of it, and where."""

from __future__ import annotations

from collections.abc import Collection
from math import prod

import numpy as np

from flowgraph.engines.numpy.fused import scratch_size
from flowgraph.engines.numpy.insides import kept_beyond
from flowgraph.engines.numpy.kernels import IN_PLACE, KERNELS, PARTLY
from flowgraph.ir.known import Known
from flowgraph.ir.program import Program, Step
from flowgraph.passes.arena import ALIGNMENT, Layout, place
from flowgraph.passes.fuse import FUSED
from flowgraph.passes.liveness import NOTHING, LastUses, Lives, Wants, last_uses, lives

_COPIED = 1 << 17
"""Bytes of a fetched value: copying so many takes as long as asking a kernel for a call into another array."""


class Plan:
    """Where the buffers of a Program lie, the same for all of its frames.

    Args:
      program: a Program with facts.
      shares: whether values whose lives do not meet may lie in the same place; else each has memory of its own.
      declined: the places of steps whose kernels turned out not to apply.
      last: the Program's `last_uses`, if they are at hand.

    Attributes:
      fresh: the large values that are fetched: at each run they lie in new arrays, which become the caller's.
      lives: the buffers.
      layout: where they lie; None where each has memory of its own.
    """

    def __init__(
        self, program: Program, shares: bool = True, declined: Collection[int] = (), last: LastUses | None = None
    ) -> None:
        self._program, self._shares = program, shares
        self._declined = {id(program.steps[place]) for place in declined}
        self._fetched = frozenset(program.fetches)
        self._kept = kept_beyond(program)  # a buffer holds another value soon
        self.fresh: set[int] = set()
        self._last = last_uses(program) if last is None else last
        self.lives: Lives = lives(program, self._wants, self._last)
        self.layout: Layout | None = place(self.lives.buffers) if shares else None

    @property
    def size(self) -> int:
        """The bytes that a frame takes for its buffers."""
        return sum(buffer.size for buffer in self.lives.buffers) if self.layout is None else self.layout.size

    def without(self, declined: Collection[int]) -> Plan:
        """The plan where some steps need nothing, this one where that makes no difference."""
        home, steps = self.lives.home, self._program.steps
        if not any(number in home for place in declined for number in steps[place].outputs):
            return self
        return Plan(self._program, self._shares, declined, self._last)

    def memory(self) -> Memory:
        """Memory for one frame."""
        return Memory(self)

    def _wants(self, step: Step) -> Wants:
        if step.opdef is FUSED:
            return self._wants_fused(step)
        if not self._kept.isdisjoint(step.outputs):
            return NOTHING
        if step.opdef not in KERNELS or not step.outputs or id(step) in self._declined:
            return NOTHING
        facts = self._program.facts
        sizes: list[int | None] = []
        fresh: list[int] = []
        for number in step.outputs:
            fact = facts[number]
            dtype = fact.dtype
            if dtype is None or not fact.is_full or dtype.np.kind not in "biufc":
                if not sizes or step.opdef not in PARTLY:
                    return NOTHING
                sizes.append(None)
                continue
            size = prod(fact.sizes) * dtype.np.itemsize  # type: ignore[arg-type]  # they are all known
            if size > _COPIED and number in self._fetched:
                fresh.append(number)
                sizes.append(None)
            else:
                sizes.append(size)
        self.fresh.update(fresh)
        return Wants(tuple(sizes), over=self._over(step) if sizes[0] is not None else ())

    def _wants_fused(self, step: Step) -> Wants:
        """Several steps as one write what is fetched or kept into new arrays, all else into buffers."""
        facts, own = self._program.facts, self._fetched | self._kept
        sizes = [None if number in own else size_of(facts[number]) for number in step.outputs]
        return Wants(tuple(sizes), scratch_size(step, facts))

    def _over(self, step: Step) -> list[int]:
        """The operands over which a step may write: they have the result's dtype, so that entry lies on entry."""
        if not self._shares or step.opdef not in IN_PLACE:
            return []
        facts = self._program.facts
        dtype = facts[step.outputs[0]].dtype
        return [at for at in IN_PLACE[step.opdef](step) if facts[step.inputs[at]].dtype is dtype]


def size_of(fact: Known) -> int:
    """The bytes of a value of which all is known that an array needs."""
    return prod(fact.sizes) * fact.dtype.np.itemsize  # type: ignore[arg-type,union-attr]


class Memory:
    """The buffers of one frame.

    Attributes:
      fresh: see `Plan`.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.fresh = plan.fresh
        layout = plan.layout
        self._bytes = None if layout is None else _aligned_bytes(layout.size)
        self._arrays: dict[tuple[object, ...], np.ndarray] = {}

    def __contains__(self, number: int) -> bool:
        """Whether there is an array for a value that a step is to write into."""
        return number in self._plan.lives.home or number in self._plan.fresh

    def array(self, number: int, fact: Known) -> np.ndarray:
        """That array: its buffer, or a new one.

        What is written over an operand is the same object: of two that lie in the same place numpy takes longer to see
        that entry lies on entry.
        """
        sizes, dtype = fact.sizes, fact.dtype.np  # type: ignore[union-attr]  # all is known
        if number in self.fresh:
            return np.empty(sizes, dtype)  # type: ignore[arg-type]
        home = self._plan.lives.home[number]
        found = self._arrays.get((home, sizes, dtype))
        if found is None:
            buffer, at = self._buffer(home)
            found = self._arrays[home, sizes, dtype] = np.ndarray(sizes, dtype, buffer, at)  # type: ignore[arg-type]
        return found

    def scratch(self, place: int) -> np.ndarray:
        """Bytes that the step at some place may use while it runs."""
        index = self._plan.lives.scratch.get(place)
        if index is None:
            return np.empty(0, np.uint8)
        buffer, at = self._buffer(index)
        return buffer[at : at + self._plan.lives.buffers[index].size]

    def _buffer(self, index: int) -> tuple[np.ndarray, int]:
        layout = self._plan.layout
        if self._bytes is None or layout is None:
            return _aligned_bytes(self._plan.lives.buffers[index].size), 0
        return self._bytes, layout.offsets[index]


def _aligned_bytes(size: int) -> np.ndarray:
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size]
