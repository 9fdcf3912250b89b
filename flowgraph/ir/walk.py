"""Walking a graph: what is needed for what, and in which order. Iterative throughout: graphs are deep."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flowgraph.ir.tensor import Operation, Tensor


def needed_ops(fetches: Iterable[Tensor], targets: Iterable[Operation], fed: Iterable[Tensor]) -> list[Operation]:
    """The ops that must run for these tensors and ops, given the values of the fed tensors, oldest first."""
    known = set(fed)
    # what waits for a placeholder that is fed waits for nothing
    quiet = {tensor.op for tensor in known if tensor.op.opdef.name in ("Placeholder", "PlaceholderV2")}
    stack = [tensor.op for tensor in fetches if tensor not in known]
    stack += [op for op in targets if op not in quiet]
    seen: set[Operation] = set(stack)
    while stack:
        op = stack.pop()
        for tensor in op.inputs:
            source = tensor.op
            if source not in seen and tensor not in known:
                seen.add(source)
                stack.append(source)
        for source in op.control:
            if source not in seen and source not in quiet:
                seen.add(source)
                stack.append(source)
    return sorted(seen, key=lambda op: op._id)


def ancestors(ops: Iterable[Operation]) -> set[Operation]:
    """The ops themselves and everything they depend on."""
    return set(needed_ops((), ops, ()))


def descendants(ops: Iterable[Operation], through: Callable[[Tensor], bool] = lambda tensor: True) -> set[Operation]:
    """The ops themselves and everything that takes values from them, along tensors for which `through` holds."""
    stack = list(ops)
    seen = set(stack)
    while stack:
        for tensor in stack.pop().outputs:
            if tensor.users and through(tensor):
                for op in tensor.users:
                    if op not in seen:
                        seen.add(op)
                        stack.append(op)
    return seen
