"""Resource variables as ops: a handle stands for the variable, and each read of it is an op of its own.

    w ── ReadVariableOp ──► the value at that moment, whatever is written later
    w ── AssignAddVariableOp, which has no output: who wants the new value reads it after the op

An op that takes `resource: resource` gets the variable's cell, as those that take a reference do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.shapes import Sizes
from flowgraph.sizes import is_full, merge, to_text

VAR_HANDLE_OP = OpDef(
    "VarHandleOp() -> resource: resource",
    attrs={"container": "", "shared_name": "", "dtype": TypeAttr(), "shape": REQUIRED},
    infer=lambda *, container, shared_name, dtype, shape: (),
    forward=lambda ctx, *, container, shared_name, dtype, shape: ctx.cell(),
    gradient=MISSING_GRADIENT,
    effect=Effect.STATE,
    role="handle",
)


class Held(NamedTuple):
    """The variable behind a handle, as shape rules see a reference to one."""

    sizes: Sizes
    dtype: dt.DType | None = None


def held(handle: Any) -> Held:
    """The variable behind a handle, of which nothing is known where the handle came through a Merge."""
    tensor = getattr(handle, "tensor", handle)  # an input that is watched for a message
    if not isinstance(tensor, Tensor):
        return Held(getattr(handle, "held", None))  # what an engine knows of it
    while tensor.op.opdef is not VAR_HANDLE_OP:
        if not (tensor.op.opdef.alias or tensor.op.opdef.role in ("switch", "enter")):
            return Held(None)
        tensor = tensor.op.inputs[0]
    return Held(tensor.op.attrs["shape"], tensor.op.attrs["dtype"])


# -- what a run does -----------------------------------------------------------------------------------------


def value_of(cell: Any) -> np.ndarray:
    """The buffer of a variable that an op works on.

    Raises:
      NotFoundError: the variable has no value: there is no such resource yet.
    """
    if cell.array is None:
        raise errors.NotFoundError(None, None, cell.missing())
    return cell.array


def _assign(_ctx: Any, cell: Any, value: Any) -> tuple[()]:
    if not isinstance(value, np.ndarray):
        value = np.asarray(value, cell.op.attrs["dtype"].np)
    with cell.lock:
        cell.write(value)
    return ()


def _update(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    """A forward that lets a numpy function change the buffer."""

    def forward(_ctx: Any, cell: Any, value: Any) -> tuple[()]:
        with cell.lock:
            buffer = value_of(cell)
            if np.shape(value) != buffer.shape:
                raise invalid(
                    f"Cannot update variable with shape {to_text(buffer.shape)} using a Tensor with shape "
                    f"{to_text(np.shape(value))}, shapes must be equal."
                )
            if cell.op.attrs["dtype"] not in NUMBER_TYPES:
                raise invalid(f"No OpKernel was registered to support {_ctx.op.type} with {cell.op.attrs['dtype']!r}")
            ufunc(buffer, value, out=buffer)
        return ()

    return forward


def _destroy(_ctx: Any, cell: Any, *, ignore_lookup_error: bool) -> tuple[()]:
    with cell.lock:
        if cell.array is None and not ignore_lookup_error:
            raise errors.NotFoundError(None, None, cell.missing().partition(" (")[0])
        cell.clear()
    return ()


def _count(_ctx: Any, cell: Any, *, limit: int, T: dt.DType) -> Any:  # noqa: ARG001  (TF's attr)
    with cell.lock:
        buffer = value_of(cell)
        before = buffer.copy()
        if before >= limit:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
        buffer += 1
    return before


def _descend(_ctx: Any, cell: Any, alpha: Any, delta: Any, **_attrs: Any) -> tuple[()]:
    if np.ndim(alpha) != 0:
        raise invalid(f"alpha is not a scalar: {to_text(alpha.shape)}")
    with cell.lock:
        buffer = cell.array
        if buffer is None:
            raise errors.InternalError(None, None, "Invalid variable reference.")
        if np.shape(delta) != buffer.shape:
            raise invalid(f"var and delta do not have the same shape{to_text(buffer.shape)} {to_text(np.shape(delta))}")
        np.subtract(buffer, delta * alpha, out=buffer)
    return ()


# -- shapes --------------------------------------------------------------------------------------------------


def _assigned(resource: Any, value: Any) -> list[Sizes]:
    merge(held(resource).sizes, value.sizes)
    return []


def _descended(var: Any, alpha: Any, delta: Any, **_attrs: Any) -> list[Sizes]:
    if alpha.sizes is not None and len(alpha.sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(alpha.sizes)}")
    merge(held(var).sizes, delta.sizes)
    return []


def _counted(resource: Any, **_attrs: Any) -> Sizes:
    sizes = held(resource).sizes
    if sizes is not None and len(sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(sizes)}")
    return ()


def _rank_of(input: Any, *, out_type: dt.DType) -> Sizes:  # noqa: ARG001  (TF's names)
    sizes = held(input).sizes
    return (None if sizes is None else len(sizes),)


def _another_shape(op: Operation) -> bool:
    """Whether an AssignVariableOp may bring a value of another shape than the one that is there."""
    return not (is_full(op.inputs[1].sizes) and is_full(held(op.inputs[0]).sizes))


# -- the ops -------------------------------------------------------------------------------------------------

READ_VARIABLE_OP = OpDef(
    "ReadVariableOp(resource: resource) -> value: dtype",
    attrs={"dtype": TypeAttr()},
    infer=lambda resource, *, dtype: held(resource).sizes,
    # a Program reads variables by steps of its own; this is for a handle that tf.cond chose
    forward=lambda ctx, cell, *, dtype: np.array(cell.read()),
    gradient=lambda op, dy: [dy],
    effect=Effect.READ,
    role="read",
)

ASSIGN_VARIABLE_OP = OpDef(
    "AssignVariableOp(resource: resource, value: dtype) -> ()",
    attrs={"dtype": TypeAttr()},
    infer=_assigned,
    forward=_assign,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
    allows_uninitialized=True,
    moves=_another_shape,
)

ASSIGN_ADD_VARIABLE_OP = OpDef(
    "AssignAddVariableOp(resource: resource, value: dtype) -> ()",
    attrs={"dtype": TypeAttr()},
    infer=_assigned,
    forward=_update(np.add),
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)

ASSIGN_SUB_VARIABLE_OP = OpDef(
    "AssignSubVariableOp(resource: resource, value: dtype) -> ()",
    attrs={"dtype": TypeAttr()},
    infer=_assigned,
    forward=_update(np.subtract),
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)

VAR_IS_INITIALIZED_OP = OpDef(
    "VarIsInitializedOp(resource: resource) -> is_initialized: bool",
    infer=lambda resource: (),
    forward=lambda ctx, cell: np.bool_(cell.array is not None),
    gradient=NO_GRADIENT,
    effect=Effect.READ,
    allows_uninitialized=True,
)

VARIABLE_SHAPE = OpDef(
    "VariableShape(input: resource) -> output: out_type",
    attrs={"out_type": TypeAttr(INDEX, dt.int32)},
    infer=_rank_of,
    forward=lambda ctx, cell, *, out_type: np.array(value_of(cell).shape, out_type.np),
    gradient=NO_GRADIENT,
    effect=Effect.READ,
)

DESTROY_RESOURCE_OP = OpDef(
    "DestroyResourceOp(resource: resource) -> ()",
    attrs={"ignore_lookup_error": True},
    infer=lambda resource, *, ignore_lookup_error: [],
    forward=_destroy,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
    allows_uninitialized=True,
    moves=lambda op: True,
)

RESOURCE_COUNT_UP_TO = OpDef(
    "ResourceCountUpTo(resource: resource) -> output: T",
    attrs={"limit": REQUIRED, "T": TypeAttr(INDEX)},
    infer=_counted,
    forward=_count,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)

RESOURCE_APPLY_GRADIENT_DESCENT = OpDef(
    "ResourceApplyGradientDescent(var: resource, alpha: T, delta: T) -> ()",
    attrs={"T": TypeAttr(NUMBER_TYPES), "use_locking": False},
    infer=_descended,
    forward=_descend,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)


def variable_handle(sizes: Sizes, dtype: dt.DType, shared_name: str, name: str) -> Tensor:
    """The handle of a new variable; `tf.Variable(..., use_resource=True)` is what users call."""
    return emit(VAR_HANDLE_OP, shape=sizes, dtype=dtype, shared_name=shared_name, name=name)


def read_variable(handle: Tensor, dtype: dt.DType, name: str | None = None) -> Tensor:
    """The value of a variable, read where control dependencies around this call say."""
    return emit(READ_VARIABLE_OP, handle, dtype=dtype, name=name)


def variable_shape(handle: Tensor) -> Tensor:
    """The shape of the variable behind a handle as an int32 tensor: a constant if that can be seen at once."""
    from flowgraph.ops.constant import constant

    if handle.op.opdef is VAR_HANDLE_OP and is_full(handle.op.attrs["shape"]):
        return constant(list(handle.op.attrs["shape"]), dtype=dt.int32)
    return emit(VARIABLE_SHAPE, handle)


def zeros_of_variable(handle: Tensor) -> Tensor:
    """Zeros like the variable behind a handle, of the shape that it has in the run."""
    from flowgraph.ops.array import zeros

    return zeros(emit(VARIABLE_SHAPE, handle), dtype=held(handle).dtype or dt.float32)


def resource_apply_gradient_descent(
    var: Tensor, alpha: Any, delta: Any, use_locking: bool = False, name: str | None = None
) -> Operation:
    """One step of gradient descent in place: var -= alpha * delta; `var` is the variable's handle."""
    return emit(RESOURCE_APPLY_GRADIENT_DESCENT, var, alpha, delta, use_locking=use_locking, name=name)
