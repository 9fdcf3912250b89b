"""Branches in the loop of a gradient. TF builds them of bare Switches and Merges, which belong to no tf.cond:

    dy ── Switch ──false── ... ──┐
    pred ──┘  └───true─── ... ── Merge          (pred was popped, or came in from outside)

Who goes back through such a loop must know in which branch each value lies: that is found from the nodes.
"""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Operation, Tensor

Path = tuple[tuple[Tensor, int], ...]
"""The predicates under which a value is there, each with the branch; the outermost first."""


class LoopBranches:
    """The branches among the ops of one loop."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._paths: dict[Operation, Path] = {}

    def of(self, tensor: Tensor) -> Path:
        """The branches in which a tensor has a value."""
        path = self.of_op(tensor.op)
        if is_bare_switch(tensor.op) and tensor.op.context is self._loop:
            path = (*path, (tensor.op.inputs[1], tensor.index))
        return path

    def of_op(self, op: Operation) -> Path:
        """The branches in which an op runs; of a Merge those in which it gives a value."""
        stack = [op]
        while stack:
            current = stack[-1]
            if current in self._paths:
                stack.pop()
                continue
            sources = self._sources(current)
            missing = [tensor.op for tensor in sources if tensor.op not in self._paths]
            if missing:
                stack.extend(missing)
                continue
            paths = [self.of(tensor) for tensor in sources]
            self._paths[current] = _common(paths) if paths and current.opdef.role == "merge" else _joined(paths)
            stack.pop()
        return self._paths[op]

    def _sources(self, op: Operation) -> list[Tensor]:
        """The tensors of this loop on which it depends whether an op runs."""
        if op.context is self._loop:
            at_head = op.opdef.role == "enter" or is_loop_merge(op)
            return [] if at_head else [tensor for tensor in op.inputs if tensor.op is not op]
        inner = op.context
        if op.opdef.role == "exit" and inner is not None and inner.outer_context is self._loop:
            return _entering(inner)
        return []

    def of_loop(self, inner: Any) -> Path:
        """The branches in which a loop inside this one lies."""
        return _joined([self.of(tensor) for tensor in _entering(inner)])

    def pred_of(self, merged: Operation) -> Tensor:
        """The predicate by which a bare Merge chooses: false gives its first input, true the second."""
        false, true = (self.of(tensor) for tensor in merged.inputs)
        pred = next(pred for pred, side in reversed(true) if side == 1 and (pred, 0) in false)
        return pred


def _entering(loop: Any) -> list[Tensor]:
    """The values with which the variables of a loop begin."""
    return [entered.op.inputs[0] for entered in loop.loop_enters]


def _joined(paths: list[Path]) -> Path:
    longest = max(paths, key=len, default=())
    return tuple(dict.fromkeys(item for path in [longest, *paths] for item in path))


def _common(paths: list[Path]) -> Path:
    return tuple(item for item in paths[0] if all(item in path for path in paths))


def is_bare_switch(op: Operation) -> bool:
    """Whether an op is a Switch in a loop that does not end the loop."""
    context = op.context
    return op.opdef.role == "switch" and context is not None and context.is_loop and op.inputs[1] is not context.pivot


def is_loop_merge(op: Operation) -> bool:
    """Whether an op is the Merge at the head of a loop; it has no NextIteration before the loop is closed."""
    if op.opdef.role != "merge":
        return False
    return op.inputs[0].op.opdef.role == "enter" or op.inputs[1].op.opdef.role == "next"
