"""Which branches an op lies in: the predicates under which it runs at all, worked out from Switch and Merge alone.

    pred ──┐
    x ── Switch ──false── f ──┐            f lies in (pred, False), t in (pred, True);
             └────true─── t ── Merge       the Merge lies in neither: one of its inputs is always there
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowgraph.ir.tensor import Operation, Tensor

Guard = frozenset[tuple[Tensor, bool]]
Path = tuple[tuple[Tensor, bool], ...]
"""A guard in order of nesting, the outermost predicate first."""

_FREE: Guard = frozenset()


class Guards:
    """The guards of a set of ops (given oldest first)."""

    def __init__(self, ops: Sequence[Operation], fed: Iterable[Tensor]) -> None:
        self._fed = frozenset(fed)
        self._guard: dict[Operation, Guard] = {}
        self._paths: dict[Guard, Path] = {_FREE: ()}
        if not any(op.opdef.role == "switch" for op in ops):
            return
        for op in ops:
            guard = self._merged(op) if op.opdef.role == "merge" else self._joined(op)
            if guard:
                self._guard[op] = guard

    def __bool__(self) -> bool:
        return bool(self._guard)

    def _joined(self, op: Operation) -> Guard:
        guard = _FREE
        for tensor in op.inputs:
            guard |= self.of(tensor)
        for source in op.control:
            guard |= self._guard.get(source, _FREE)
        return guard

    def _merged(self, op: Operation) -> Guard:
        guards = [self.of(tensor) for tensor in op.inputs]
        common = frozenset.intersection(*guards) if guards else _FREE
        for source in op.control:
            common |= self._guard.get(source, _FREE)
        return common

    def of(self, tensor: Tensor) -> Guard:
        """Under which predicates a tensor has a value."""
        if tensor in self._fed:
            return _FREE
        guard = self._guard.get(tensor.op, _FREE)
        if tensor.op.opdef.role == "switch":
            guard |= {(self.predicate(tensor.op), tensor.index == 1)}
        return guard

    def predicate(self, switch: Operation) -> Tensor:
        """The tensor that a Switch asks, looked up through the Identity ops that TF puts before it."""
        tensor = switch.inputs[1]
        while tensor not in self._fed and tensor.op.opdef.alias and tensor.op.inputs and not tensor.op.opdef.role:
            tensor = tensor.op.inputs[0]
        return tensor

    def path(self, guard: Guard) -> Path:
        found = self._paths.get(guard)
        if found is None:
            found = tuple(sorted(guard, key=lambda item: (len(self.of(item[0])), item[0].op._id, item[1])))
            self._paths[guard] = found
        return found

    def path_of(self, op: Operation) -> Path:
        return self.path(self._guard.get(op, _FREE))

    def never(self, op: Operation) -> bool:
        """Whether an op lies in both branches of one predicate, and so never runs."""
        guard = self._guard.get(op, _FREE)
        return len({pred for pred, _ in guard}) < len(guard)
