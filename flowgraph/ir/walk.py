"""Walking a graph: what is needed for what, and in which order. Iterative throughout: graphs are deep."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation, Tensor

if TYPE_CHECKING:
    from flowgraph.ir.frames import Loops

_DOES_SOMETHING = (Effect.WRITE, Effect.WORLD, Effect.RANDOM, Effect.ARRAY)


def needed_ops(
    fetches: Iterable[Tensor], targets: Iterable[Operation], fed: Iterable[Tensor], done: Iterable[Operation] = ()
) -> list[Operation]:
    """The ops that must run for these tensors and ops, given the values of the fed tensors, oldest first.

    `done`: ops that ran already, whose outputs are fed as far as anything takes them.
    """
    known = set(fed)
    # what waits for a placeholder that is fed, or for what is done, waits for nothing
    quiet = {tensor.op for tensor in known if tensor.op.opdef.role == "placeholder"}.union(done)
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
    return sorted(seen, key=attrgetter("_id"))


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


def ops_with_a_use(
    ops: Sequence[Operation],
    fetches: Iterable[Tensor],
    targets: Iterable[Operation],
    fed: Collection[Tensor],
    loops: Loops | None = None,
) -> set[Operation]:
    """Those of `ops` (in a valid order) that are there for a value or an effect.

    The others are only waited for: a pure op that nothing takes a value from. An optimizer's gates make many of
    them, such as the gradient with respect to the images, and TF computes them all.
    """
    useful = {tensor.op for tensor in fetches if tensor not in fed}
    useful.update(targets)
    taken = loops.inputs if loops is not None else {}
    for op in reversed(ops):
        if op not in useful:
            opdef = op.opdef
            if not opdef.role and opdef.effect not in _DOES_SOMETHING:
                continue
            useful.add(op)
        for tensor in taken.get(op, op.inputs):
            if tensor not in fed:
                useful.add(tensor.op)
    return useful


def sources(
    op: Operation, fed: Collection[Tensor], among: Container[Operation], loops: Loops | None = None
) -> set[Operation]:
    """The ops that one waits for: those of its inputs that are not fed, and its control inputs `among` some ops."""
    inputs, control = op.inputs, op.control
    if loops is not None and op in loops.inputs:
        inputs, control = loops.inputs[op], loops.control[op]
    found = {tensor.op for tensor in inputs if tensor not in fed}
    found.update(source for source in control if source in among)
    return found


def in_order(ops: list[Operation], fed: Collection[Tensor], loops: Loops | None = None) -> list[Operation]:
    """The ops, inputs first and otherwise oldest first. Ops on a cycle come last.

    Age alone is such an order unless inputs were changed after an op was made, as tf.cond does.
    """
    if (loops is None or not loops.of) and not any(_is_older_than_a_source(op) for op in ops):
        return ops
    by_age = {op._id: op for op in ops}
    followers: dict[Operation, list[Operation]] = {op: [] for op in ops}
    waiting: dict[Operation, int] = {}
    for op in ops:
        awaited = sources(op, fed, followers, loops)
        for source in awaited:
            followers[source].append(op)
        waiting[op] = len(awaited)
    heap = [op._id for op in ops if not waiting[op]]
    ordered = []
    while heap:
        op = by_age[heapq.heappop(heap)]
        ordered.append(op)
        for follower in followers[op]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(heap, follower._id)
    if len(ordered) < len(ops):
        placed = set(ordered)
        ordered += [op for op in ops if op not in placed]
    return ordered


def _is_older_than_a_source(op: Operation) -> bool:
    age = op._id
    for tensor in op.inputs:
        if tensor.op._id > age:
            return True
    return bool(op.control) and any(source._id > age for source in op.control)
