"""Runs in parts: `partial_run_setup` says what will be fed and fetched, each `partial_run` goes on with it.

Every op runs at most once over all parts. What a part computed is kept, and fed to the Program of the next one; ops
that were run for their effects are told to it as done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.context import output_context
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import Program
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops
from flowgraph.kernels.tensor_array import Slots
from flowgraph.ops.stack import Stack

Run = Callable[[Program, Sequence[Any]], list[Any]]


def refuse(line: str, *details: str, mend: str | None = None) -> errors.InvalidArgumentError:
    """An InvalidArgumentError about a partial run."""
    return errors.InvalidArgumentError(None, None, errors.explain(line, details=details, mend=mend, where=user_site()))


class PartialRun:
    """One run that is done in parts.

    Attributes:
      handle: its name.
    """

    def __init__(
        self, tensors: Sequence[Tensor], targets: Sequence[Operation], feeds: Sequence[Tensor], number: int
    ) -> None:
        for tensor in feeds:
            if tensor in tensors:
                raise refuse(f"{tensor.name} is both fed and fetched.")
        if not tensors and not targets:
            raise refuse("Must specify at least one target to fetch or execute.")
        texts = [",".join(sorted(item.name for item in items)) for items in (feeds, tensors, targets)]
        self.handle = f"{texts[0]}->{texts[1]}/{texts[2]}/1/;{number}"
        self._tensors, self._targets, self._feeds = dict.fromkeys(tensors), dict.fromkeys(targets), dict.fromkeys(feeds)
        self._unfetched, self._unfed = dict(self._tensors), dict(self._feeds)
        self._values: dict[Tensor, Any] = {}  # fed, or computed in an earlier part
        self._done: dict[Operation, None] = {}

    @property
    def is_over(self) -> bool:
        """Whether everything was fed and fetched."""
        return not self._unfetched and not self._unfed

    def placeholders_left_out(self) -> list[Operation]:
        """The placeholders that the run needs and that are not among its feeds."""
        ops = needed_ops(self._tensors, self._targets, self._feeds)
        return [op for op in ops if op.opdef.role == "placeholder" and op.outputs[0] not in self._feeds]

    def check(self, tensors: Sequence[Tensor], feeds: Mapping[Tensor, Any]) -> None:
        """Refuse what was not set up, what was fed or fetched before, and what cannot be computed yet.

        Raises:
          InvalidArgumentError: in these cases.
        """
        for kind, past, given, known, left in (
            ("feed", "fed", feeds, self._feeds, self._unfed),
            ("fetch", "fetched", tensors, self._tensors, self._unfetched),
        ):
            for tensor in given:
                if tensor not in known:
                    mend = f"The {kind}{'es' if kind == 'fetch' else 's'} of all parts are given to partial_run_setup."
                    raise refuse(f"The {kind} {tensor.name} was not specified in partial_run_setup.", mend=mend)
                if tensor not in left:
                    raise refuse(f"The {kind} {tensor.name} has already been {past}.")
        missing = self._unfed_for(tensors, (), feeds)
        if missing:
            raise refuse(
                f"Fetch {missing[0].name} can't be computed from the feeds that have been fed so far.",
                f"to be fed: {', '.join(tensor.name for tensor in missing)}",
            )

    def _unfed_for(
        self, tensors: Sequence[Tensor], targets: Sequence[Operation], feeds: Mapping[Tensor, Any]
    ) -> list[Tensor]:
        """The feeds of the setup that these need and do not have yet."""
        awaited = [tensor for tensor in self._unfed if tensor not in feeds]
        ops = needed_ops(tensors, targets, [*self._values, *feeds, *awaited], self._done)
        sources = {source for op in ops for source in op.inputs} | set(tensors)
        waited_for = {source for op in ops for source in op.control}
        return [
            tensor
            for tensor in awaited
            if tensor in sources or (tensor.op in waited_for and tensor.op.opdef.role == "placeholder")
        ]

    def _exits_beside(self, ops: Sequence[Operation]) -> list[Operation]:
        """The other Exits of the loops that run now: a loop runs once, also for what later parts need of it."""
        loops = {op.context for op in ops if op.opdef.role == "exit"}
        if not loops:
            return []
        of_all_parts = needed_ops(self._tensors, self._targets, self._feeds, self._done)
        exits = [op for op in of_all_parts if op.opdef.role == "exit" and op.context in loops]
        return [op for op in exits if output_context(op) is None and not self._unfed_for((), [op], {})]

    def go_on(
        self,
        tensors: Sequence[Tensor],
        feeds: Mapping[Tensor, Any],
        build: Callable[..., Program],
        run: Run,
    ) -> list[Any]:
        """Compute the next part: `tensors`, and those of the setup's targets for which everything is fed."""
        self._values.update(feeds)
        for tensor in feeds:
            del self._unfed[tensor]
        targets = [op for op in self._targets if op not in self._done and not self._unfed_for((), [op], {})]
        ops = needed_ops(tensors, targets, self._values, self._done)
        targets += self._exits_beside(ops)
        ops = needed_ops(tensors, targets, self._values, self._done)
        wanted = [tensor for tensor in tensors if tensor not in self._values]
        kept = [tensor for op in ops for tensor in op.outputs if _is_kept(tensor) and tensor not in self._values]
        fetched = list(dict.fromkeys([*wanted, *kept]))
        known = list(self._values)
        results: list[Any] = []
        if fetched or targets:
            program = build(fetched, targets, known, done=self._done)
            results = run(program, [self._values[tensor] for tensor in known])
        self._values.update((tensor, _array(result)) for tensor, result in zip(fetched, results, strict=True))
        self._done.update(dict.fromkeys(op for op in ops if op.opdef.effect is not Effect.STATE))
        for tensor in tensors:
            del self._unfetched[tensor]
        # the caller's own copies
        return [np.array(self._values[tensor])[()] for tensor in tensors]


def _array(value: Any) -> np.ndarray:
    """A fetched value as an array that can be fed: numpy would take bytes for an array of characters.

    A TensorArray or stack goes on as it is.
    """
    if isinstance(value, Slots | Stack):
        return value  # type: ignore[return-value]  # it is fed to the engine only, like an array
    return np.array(value, object) if isinstance(value, bytes) else np.asarray(value)


def _is_kept(tensor: Tensor) -> bool:
    """Whether a later part may take the value from here: not what is inside a branch or loop, nor variables."""
    op = tensor.op
    if output_context(op) is not None or op.opdef.effect is Effect.STATE or op.opdef.role in ("switch", "handle"):
        return False
    if op.opdef.effect is Effect.ARRAY:
        return True
    return tensor.dtype.base_dtype.name not in ("resource", "variant")
