"""How gradients go through the nodes of a loop: against the arrows, in a loop of their own.

    forward      Enter ──► Merge ──► Switch ──► body ──► NextIteration      Switch ──► Exit
    gradient     Exit  ◄── Switch ◄── Merge ◄── body' ◄── Identity          Merge ◄── Enter

The gradient's loop runs as often as the loop itself did. What the gradient of the body needs of the body's values
comes from stacks (`flowgraph/autodiff/grad_loop.py`). What the body took from outside collects its gradient over all
iterations in an accumulator: one more loop variable that starts with zeros.
"""

from __future__ import annotations

import contextlib
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import shape_op, zeros, zeros_like
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import merge, switch, switch_ref_or_tensor
from flowgraph.ops.indexed_slices import IndexedSlices, as_indexed_slices
from flowgraph.ops.joining import concat
from flowgraph.ops.loop_ops import enter, exit, next_iteration
from flowgraph.ops.math import add, maximum
from flowgraph.shapes import TensorShape
from flowgraph.sizes import is_full


def _parts(value: Any) -> list[Tensor]:
    """The tensors of a gradient: itself, or those of IndexedSlices."""
    if not isinstance(value, IndexedSlices):
        return [value]
    return [part for part in (value.values, value.indices, value.dense_shape) if part is not None]


def _like(value: Any, parts: list[Tensor]) -> Any:
    return IndexedSlices(*parts) if isinstance(value, IndexedSlices) else parts[0]


def switch_gradient(op: Operation, dys: Any) -> list[Any]:
    """A loop's Switch is visited twice: from its Exit, which makes the Merge of the gradient's loop, and from the body,
    whose gradient goes into the next iteration of that.
    """
    if op.inputs[1] is not op.context.pivot:
        return [_bare_switch_gradient(op, dys), None]
    state = get_default_graph().context.grad_state
    head = state.heads.get(op)
    if head is not None:
        if dys[1] is not None:
            close(head, dys[1])
        return [None, None]
    if dys[0] is None:
        return [None, None]
    head = state.heads[op] = merge([dys[0], dys[0]], name="b_switch")[0]
    if dys[1] is not None:  # known already if it does not depend on what enters here
        close(head, dys[1])
    return [head, None]


def _bare_switch_gradient(op: Operation, dys: Any) -> Tensor:
    """In the loop of a gradient, a Switch that leads into branches: what either branch brings back, or zeros."""
    data, pred = op.inputs
    dtype = data.dtype.base_dtype
    sides = list(dys)
    for side, dy in enumerate(dys):
        if dy is None:
            known = is_full(data.sizes)
            zero = constant(0, shape=data.sizes, dtype=dtype) if known else zeros(shape_op(data), dtype)
            sides[side] = switch_ref_or_tensor(zero, pred)[side]
    result: Tensor = merge(sides, name="cond_grad")[0]
    return result


def close(head: Any, following: Any) -> None:
    """Hand a gradient to the next iteration of its loop: what the Merge at the loop's head takes then."""
    if isinstance(head, IndexedSlices):
        following = as_indexed_slices(following, optimize=False)
    else:
        following = to_tensor(following)
    edges = [next_iteration(part) for part in _parts(following)]
    for merged, edge in zip(_parts(head), edges, strict=True):
        merged.op._set_inputs([merged.op.inputs[0], edge])


def exit_gradient(op: Operation, dy: Any) -> Any:
    """The gradient enters its loop."""
    loop = get_default_graph().context
    if not loop.back_prop:
        return None
    parts = _parts(dy)
    loop.values.update(parts)
    sparse = isinstance(dy, IndexedSlices)
    name = None if sparse else "b_exit"
    # slices of the result are there before the first iteration, slices of all rows after it
    is_growing = changes_shape(op.inputs[0].op) or (sparse and not _same_rows(dy.values, op.inputs[0]))
    count = loop.parallel_iterations
    with loop:
        entered = [
            enter(part, loop.name, parallel_iterations=count, use_input_shape=not is_growing, name=name)
            for part in parts
        ]
    if is_growing and sparse:
        _forget_rows(entered, parts)
    elif is_growing:
        entered[0].set_shape(op.inputs[0].shape)
    loop.loop_enters.extend(entered)
    return _like(dy, entered)


def _forget_rows(entered: list[Tensor], parts: list[Tensor]) -> None:
    """Static shapes for values and indices of slices of which there may be more in the next iteration."""
    if parts[0].sizes:
        entered[0].set_shape([None, *parts[0].sizes[1:]])
    entered[1].set_shape([None])
    for tensor, part in zip(entered[2:], parts[2:], strict=True):
        tensor.set_shape(part.shape)


def _same_rows(values: Tensor, whole: Tensor) -> bool:
    """Whether slices may be as many as there are rows, as far as that is known."""
    rows = [tensor.sizes[0] for tensor in (values, whole) if tensor.sizes]
    return None in rows or len(set(rows)) < 2


def changes_shape(switch: Operation) -> bool:
    """Whether a loop variable, given its Switch, may have another shape in each iteration.

    TF takes it that the gradient of none does, which is wrong where shape invariants say less than the first value
    does, and for gradients of gradients.
    """
    if switch.opdef.role != "switch" or switch.context.grad_state is not None:
        return True
    entered = switch.inputs[0].op.inputs[0]
    return entered.sizes != entered.op.inputs[0].sizes


def enter_gradient(op: Operation, dy: Any) -> Any:
    """The gradient leaves its loop; that of what came in from outside has been summed up on the way."""
    loop = get_default_graph().context
    if loop is None or not loop.back_prop or loop.grad_state is None:
        return dy
    if op.attrs["is_constant"]:
        return _summed_slices(loop, op, dy) if isinstance(dy, IndexedSlices) else _summed(loop, op, dy)
    parts = [exit(part) for part in _parts(dy)]
    loop.loop_exits.extend(parts)
    loop.exit_result(parts)
    return _like(dy, parts)


# -- accumulators ------------------------------------------------------------------------------------------


def _around(loop: Any) -> Any:
    """A block in the context around a loop, if there is one."""
    return contextlib.nullcontext() if loop.outer_context is None else loop.outer_context


def _summed(loop: Any, op: Operation, dy: Tensor) -> Tensor:
    """A loop variable that starts with zeros, to which each iteration adds its gradient."""
    loop.__exit__()
    if is_full(dy.sizes):
        with _around(loop):
            zero = constant(0, dy.dtype, shape=dy.sizes, name="b_acc")
    else:
        zero = _zeros_of_shape(loop, op.inputs[0], dy)
    loop.__enter__()
    loop.values.add(zero)
    entered = enter(zero, loop.name, parallel_iterations=loop.parallel_iterations, name="b_acc")
    loop.loop_enters.append(entered)
    merged = merge([entered, entered], name="b_acc")[0]
    in_false, in_true = switch(merged, loop.pivot)
    close(merged, add(in_true, dy))
    result = exit(in_false, name="b_acc")
    loop.loop_exits.append(result)
    loop.exit_result([result])
    return result


def _zeros_of_shape(loop: Any, value: Tensor, dy: Tensor) -> Tensor:
    """Zeros shaped like a value outside of the forward loop; inside another forward loop, its history is asked."""
    outer = loop.outer_context
    if outer is not None and outer.is_loop and outer.grad_state is not None:
        with loop.grad_state.forward_context.outer_context:
            sizes = shape_op(value)
        around = loop.grad_state.outer
        history = around.remember(sizes)
        with outer:
            return zeros(around.recall(history, sizes), dy.dtype)
    with _around(loop):
        return zeros(shape_op(value), dy.dtype)


def _summed_slices(loop: Any, op: Operation, dy: IndexedSlices) -> IndexedSlices:
    """The slices of all iterations, one behind the other; a row of zeros comes first."""
    loop.__exit__()
    with _around(loop):
        zero = _first_slices(loop, op, dy)
    loop.__enter__()
    loop.values.update(zero)
    entered = [
        enter(x, loop.name, parallel_iterations=loop.parallel_iterations, use_input_shape=False, name="b_acc")
        for x in zero
    ]
    entered[0].set_shape([None])
    if zero[1].sizes is not None:
        entered[1].set_shape([None, *zero[1].sizes[1:]])
    loop.loop_enters.extend(entered)
    merged = [merge([x, x], name="b_acc")[0] for x in entered]
    sides = [switch(x, loop.pivot) for x in merged]
    following = [concat([side[1], x], 0) for side, x in zip(sides[:2], (dy.indices, dy.values), strict=True)]
    if dy.dense_shape is not None:
        following.append(maximum(dy.dense_shape, sides[2][1]))
    edges = [next_iteration(x) for x in following]
    for x, edge in zip(merged, edges, strict=True):
        x.op._set_inputs([x.op.inputs[0], edge])
    exits = [exit(side[0], name="b_acc") for side in sides]
    loop.loop_exits.extend(exits)
    loop.exit_result(exits)
    return IndexedSlices(exits[1], exits[0], exits[2] if dy.dense_shape is not None else None)


def _first_slices(loop: Any, op: Operation, dy: IndexedSlices) -> list[Tensor]:
    """Indices, values and dense shape to start from."""
    values = dy.values
    if is_full(values.sizes):
        with _around(loop):
            first = constant(0, values.dtype, shape=[1, *(values.sizes or ())[1:]], name="b_acc")
    else:
        first = zeros(concat([[1], _shape_of(op.inputs[0])[1:]], 0), values.dtype)
    found = [constant([0], dy.indices.dtype), first]
    shape = dy.dense_shape
    if shape is not None:
        if is_full(shape.sizes):
            with _around(loop):
                found.append(constant(0, shape.dtype, shape=shape.sizes))
        else:
            found.append(zeros_like(shape_op(op.inputs[0], out_type=shape.dtype), optimize=False))
    return found


def _shape_of(tensor: Tensor) -> Any:
    """The shape of a tensor, or of the resource variable whose handle it is."""
    if tensor.dtype.base_dtype != dt.resource:
        return shape_op(tensor)
    while tensor.op.inputs:
        tensor = tensor.op.inputs[0]
    return TensorShape.of(tensor.op.attrs["shape"])
