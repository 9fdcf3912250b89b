"""Control flow: what only orders ops (NoOp, group, tuple), and what lets values through (Switch and Merge).

A Switch hands its data to one of two outputs; the other has no value in this run, nor have the ops after it.
A Merge hands on the first of its inputs that has a value:

    x ── Switch ──false──► neg ──┐
    pred ──┘ └─────true──► exp ── Merge ──► y
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.context import output_context
from flowgraph.ir.convert import is_tensor, to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.program import DEAD
from flowgraph.ir.scope import colocate_with, control_dependencies, device, get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity, shape_op, zeros, zeros_like
from flowgraph.ops.identity import REF_IDENTITY
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.resource import zeros_of_variable
from flowgraph.shapes import Sizes

NO_OP = OpDef("NoOp() -> ()", infer=list, forward=lambda xp: (), gradient=NO_GRADIENT)


def _switch_sizes(data: Any, pred: Any) -> list[Sizes]:
    if pred.sizes is not None and len(pred.sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(pred.sizes)}")
    return [data.sizes, data.sizes]


def _merge_sizes(inputs: Sequence[Any]) -> list[Sizes]:
    """What all inputs have in common; the size of an axis is forgotten where two differ."""
    shapes = [tensor.sizes for tensor in inputs]
    if None in shapes or len({len(sizes) for sizes in shapes}) > 1:
        return [None, ()]
    axes = zip(*shapes, strict=True)
    return [builtins.tuple([axis[0] if len(set(axis)) == 1 else None for axis in axes]), ()]


def _first_alive(_xp: Any, inputs: Sequence[Any]) -> builtins.tuple[Any, Any]:
    for index, value in enumerate(inputs):
        if value is not DEAD:
            return value, np.int32(index)
    return DEAD, DEAD


def _switch_gradient(op: Operation, *dys: Any) -> Sequence[Any]:
    """What either branch brings back, merged; a branch that did not use the data brings zeros."""
    if op.context is not None and op.context.is_loop:
        from flowgraph.ops.loop_grad import switch_gradient

        return switch_gradient(op, dys)
    if op.context is None:
        in_false = switch(dys[0], op.inputs[1])[0]
        in_true = switch(dys[1], op.inputs[1])[1]
        return merge([in_false, in_true])[0], None
    if dys[1 - op.context.branch] is not None:
        here = get_default_graph().context
        if here is not None and here.grad_state is not None:
            dys = here.grad_state.in_branches(op.context, dys)
        return merge(dys, name="cond_grad")[0], None
    if op.inputs[0].dtype.base_dtype == dt.resource:
        # no zeros can be made for the other branch: the gradient there is stands on both sides
        return merge([dys[op.context.branch]] * 2, name="cond_resource_grad")[0], None
    return None, None


def _merge_gradient(op: Operation, dy: Any, _: Any) -> Sequence[Any]:
    """The gradient, handed to the branch that was taken."""
    from flowgraph.ops.compare import equal

    context, here = output_context(op.inputs[0].op), get_default_graph().context
    if context is not None and context.is_loop:
        at_head = op.inputs[0].op.opdef.role == "enter"
        return switch_ref_or_tensor(dy, here.pivot if at_head else here.grad_state.branches.pred_of(op))
    if context is not None:
        state = None if here is None else here.grad_state
        pred = context.pred if state is None else state.pred_of(context)
        return switch_ref_or_tensor(dy, pred, name="cond_grad")
    chosen = [equal(op.outputs[1], index) for index in range(len(op.inputs))]
    return [switch_ref_or_tensor(dy, pred)[1] for pred in chosen]


SWITCH = OpDef(
    "Switch(data: T, pred: bool) -> (output_false: T, output_true: T)",
    attrs={"T": TypeAttr()},
    infer=_switch_sizes,
    forward=lambda xp, data, pred: (DEAD, data) if pred else (data, DEAD),
    gradient=_switch_gradient,
    role="switch",
)

REF_SWITCH = OpDef(
    "RefSwitch(data: &T, pred: bool) -> (output_false: &T, output_true: &T)",
    attrs={"T": TypeAttr()},
    infer=_switch_sizes,
    forward=lambda xp, data, pred: (DEAD, data) if pred else (data, DEAD),
    gradient=_switch_gradient,
    role="switch",
    allows_uninitialized=True,
)

MERGE = OpDef(
    "Merge(inputs: N*T) -> (output: T, value_index: int32)",
    attrs={"T": TypeAttr()},
    infer=_merge_sizes,
    forward=_first_alive,
    gradient=_merge_gradient,
    role="merge",
)

REF_MERGE = OpDef(
    "RefMerge(inputs: &N*T) -> (output: &T, value_index: int32)",
    attrs={"T": TypeAttr()},
    infer=_merge_sizes,
    forward=_first_alive,
    gradient=_merge_gradient,
    role="merge",
)


def no_op(name: str | None = None) -> Operation:
    """An operation that does nothing; control dependencies hang on it.

    >>> no_op(name="start")
    <tf.Operation 'start' type=NoOp>
    """
    return emit(NO_OP, name=name)


def group(*inputs: Any, **kwargs: Any) -> Operation:
    """One operation that is done when all `inputs` (ops, tensors, variables, nested lists of them) are.

    Inputs on several devices are first grouped on each of them.

    Args:
      *inputs: what to wait for.
      name: the op's name.

    Raises:
      TypeError: an input is none of these.
      ValueError: an unknown keyword argument.

    >>> group(tf.constant(1), tf.constant(2), name="both")
    <tf.Operation 'both' type=NoOp>
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError("Unknown keyword arguments: " + ", ".join(kwargs))
    with name_scope(name, "group_deps", inputs) as scope:
        if not inputs:
            return no_op(name=scope)
        on_device: dict[str, list[Any]] = {}
        for item in nest.flatten(inputs, expand_composites=True):
            if not hasattr(item, "device"):
                raise TypeError(f"Expected tf.group() expected Tensor arguments not '{item}' with type '{type(item)}'")
            on_device.setdefault(item.device, []).append(item)
        if len(on_device) == 1:
            ((place, members),) = on_device.items()
            return _no_op_after(place, members, scope)
        gates = [_no_op_after(place, on_device[place]) for place in sorted(on_device)]
        with control_dependencies(gates):
            return no_op(name=scope)


def _no_op_after(place: str, deps: Sequence[Any], name: str | None = None) -> Operation:
    with control_dependencies(deps), device(place):
        return no_op(name=name)


def identity_or_ref(data: Any, name: str | None = None) -> Tensor:
    """An Identity of `data` that keeps a reference a reference."""
    data = to_tensor(data, as_ref=True)
    return emit(REF_IDENTITY, data, name=name) if data.dtype.is_ref else identity(data, name=name)


def with_dependencies(dependencies: Iterable[Any], output_tensor: Any, name: str | None = None) -> Any:
    """The value of `output_tensor`, available only after all of `dependencies` have run.

    Args:
      dependencies: ops and tensors to wait for.
      output_tensor: a Tensor, or IndexedSlices.
      name: the name of the Identity that is made.
    """
    deps = list(dependencies)
    with (
        name_scope(name, "control_dependency", [*deps, output_tensor]) as scope,
        colocate_with(output_tensor),
        control_dependencies(deps),
    ):
        if hasattr(output_tensor, "dense_shape"):
            values = identity_or_ref(output_tensor.values, name=scope)
            return IndexedSlices(values, output_tensor.indices, output_tensor.dense_shape)  # of a SparseTensor as well
        return identity_or_ref(to_tensor(output_tensor), name=scope)


def tuple(tensors: Sequence[Any], name: str | None = None, control_inputs: Sequence[Any] | None = None) -> list[Any]:
    """The same tensors, each available only once all of them have been computed.

    Args:
      tensors: tensors, IndexedSlices, operations; None stays None.
      name: the scope of the new ops.
      control_inputs: more ops to wait for.

    Raises:
      TypeError: a control input is neither a Tensor nor an Operation.
      ValueError: there is nothing to wait for.

    >>> a, b = tuple([tf.constant(1), tf.constant(2)])
    >>> run([a, b])
    [1, 2]
    """
    with name_scope(name, "tuple", tensors):
        tensors = [t if t is None or isinstance(t, Operation) or is_tensor(t) else to_tensor(t) for t in tensors]
        gates = {t.op for t in tensors if t is not None}
        for item in control_inputs or ():
            if not isinstance(item, Operation | Tensor):
                raise TypeError(f"Control input must be Operation or Tensor: {item}")
            gates.add(item.op)
        if not gates:
            raise ValueError(f"Must have at least one Tensor: {tensors}")
        gate = group(*sorted(gates, key=lambda op: op._id))
        return [_gated(t, gate) for t in tensors]


def _gated(item: Any, gate: Operation) -> Any:
    if item is None:
        return None
    if isinstance(item, Operation):
        with control_dependencies([gate]):
            return group(item)
    return with_dependencies([gate], item)


def switch(data: Any, pred: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Hand `data` to the first output when `pred` is false and to the second when it is true.

    Args:
      data: a Tensor, or IndexedSlices.
      pred: a bool scalar.
      dtype: the dtype of `data` when it is no tensor yet.
      name: the op's name.

    Returns:
      A pair (output_false, output_true); the one that `pred` does not choose has no value.
    """
    with name_scope(name, "Switch", [data, pred]) as scope:
        if hasattr(data, "dense_shape"):
            pred = to_tensor(pred, name="pred")
            pairs = [None if part is None else emit(SWITCH, part, pred) for part in _parts(data)]
            sides = [[None if pair is None else pair[side] for pair in pairs] for side in (0, 1)]
            return builtins.tuple(_from_parts(data, side) for side in sides)
        data = to_tensor(data, dtype, name="data", as_ref=True)
        pred = to_tensor(pred, name="pred")
        return builtins.tuple(emit(SWITCH, data, pred, name=scope))


def switch_ref_or_tensor(data: Any, pred: Tensor, name: str = "Switch") -> Any:
    """A Switch beside the op that makes `data`; a reference stays one."""
    if not hasattr(data, "dense_shape"):
        data = to_tensor(data, name="data")
    with colocate_with(data, ignore_existing=True):
        if isinstance(data, Tensor) and data.dtype.is_ref:
            return builtins.tuple(emit(REF_SWITCH, data, pred, name=name))
        return switch(data, pred, name=name)


def merge(inputs: Sequence[Any], name: str | None = None) -> builtins.tuple[Any, Any]:
    """The first of `inputs` that has a value, and its index.

    Args:
      inputs: Tensors, or IndexedSlices (tensors among those become slices).
      name: the op's name.

    Raises:
      ValueError: an input is None.
    """
    if any(item is None for item in inputs):
        raise ValueError(f"At least one of the merge inputs is None: {inputs}")
    with name_scope(name, "Merge", inputs) as scope:
        inputs = [item if hasattr(item, "dense_shape") else to_tensor(item, as_ref=True) for item in inputs]
        if all(isinstance(item, Tensor) for item in inputs):
            opdef = REF_MERGE if all(item.dtype.is_ref for item in inputs) else MERGE
            return builtins.tuple(emit(opdef, inputs, name=scope))
        from flowgraph.ops.indexed_slices import as_indexed_slices_list

        inputs = as_indexed_slices_list(inputs, optimize=False)
        columns = zip(*[_parts(item) for item in inputs], strict=True)
        merged = [(None, None) if None in column else emit(MERGE, list(column)) for column in columns]
        return _from_parts(inputs[0], [value for value, _ in merged]), merged[0][1]


def _parts(slices: Any) -> list[Any]:
    return [slices.values, slices.indices, slices.dense_shape]


def _from_parts(like: Any, parts: Sequence[Any]) -> Any:
    return type(like)(*parts)


def flow_of(value: Any) -> Any:
    """What goes through branches and loops for a value: of a TensorArray its flow."""
    return value.flow if getattr(value, "is_tensor_array", False) else value


def with_flows(like: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """The values that came through; where a TensorArray went in, one with the new flow."""
    return [
        old._with_flow(new) if getattr(old, "is_tensor_array", False) else new
        for old, new in zip(like, values, strict=True)
    ]


def zeros_like_outside_branch(op: Operation, index: int) -> Tensor:
    """The zero gradient of an output that the ys do not depend on.

    That of a Switch is made in the other branch only, where it stands in for what the branch does not bring.
    """
    tensor = op.outputs[index]
    is_handle = tensor.dtype is dt.resource
    if op.opdef.role != "switch" or op.context is None:
        return zeros_of_variable(tensor) if is_handle else zeros_like(tensor, optimize=False)
    context = op.context
    other = switch(op.inputs[0], context.pred)[1 - context.branch]
    # waiting for a Switch is waiting for both its outputs; the zeros wait for an op on one of them
    pivot = identity(other)
    if is_handle:
        with control_dependencies([pivot]):
            return zeros_of_variable(other)
    sizes = shape_op(other)
    with control_dependencies([pivot]):
        return zeros(sizes, dtype=tensor.dtype.base_dtype)
