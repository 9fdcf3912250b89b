"""Parts of resource variables: reading some rows or cells, and changing them in place.

What `gather.py`, `scatter.py`, `scatter_nd.py` and `slice_assign.py` say of tensors and references, for handles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import scatter, scatter_nd, slice_assign
from flowgraph.ops.gather import GATHER_ND, GATHER_V2
from flowgraph.ops.index_spec import Masks
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.ops.resource import VARIABLE_SHAPE, held, value_of, variable_shape
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

# -- reading -------------------------------------------------------------------------------------------------


def _computed(opdef: OpDef, *inputs: Any, **attrs: Any) -> Any:
    """What another op makes of these inputs, or its words for what is wrong with them."""
    try:
        return opdef.forward(np, *inputs, **attrs)
    except (IndexError, ValueError) as error:
        words = opdef.failure(*inputs, **attrs) if opdef.failure is not None else None
        raise errors.InvalidArgumentError(None, None, words or str(error)) from None


def _gathered(resource: Any, indices: Any, *, batch_dims: int, **_attrs: Any) -> Sizes:
    sizes = held(resource).sizes
    if sizes is not None and len(sizes) < batch_dims + 1:
        raise ValueError(f"Shape must be at least rank {batch_dims + 1} but is rank {len(sizes)}")
    if sizes is None or indices.sizes is None:
        return None
    return (*sizes[:batch_dims], *indices.sizes[batch_dims:], *sizes[batch_dims + 1 :])


def _gather(_ctx: Any, cell: Any, indices: Any, *, batch_dims: int, **_attrs: Any) -> Any:
    return _computed(GATHER_V2, value_of(cell), np.asarray(indices), np.int32(batch_dims), batch_dims=batch_dims)


def _gather_failure(cell: Any, indices: Any, *, batch_dims: int, **_attrs: Any) -> str | None:
    assert GATHER_V2.failure is not None
    return GATHER_V2.failure(value_of(cell), np.asarray(indices), np.int32(batch_dims), batch_dims=batch_dims)


def _gather_gradient(op: Operation, dy: Any) -> Sequence[Any]:
    """The rows of `dy`, each for the row of the variable that it was picked from."""
    from flowgraph.ops.array import size
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.joining import concat
    from flowgraph.ops.reshape import reshape, reshape_gradient
    from flowgraph.ops.shaping import expand_dims

    handle, indices = op.inputs
    params_shape = variable_shape(handle)
    count = expand_dims(size(indices), 0)
    values = reshape_gradient(dy, concat([count, params_shape[1:]], 0))
    return IndexedSlices(values, reshape(indices, count), params_shape), None


def _gather_nd_gradient(op: Operation, dy: Any) -> Sequence[Any]:
    """Scattered back; for plain rows IndexedSlices."""
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.scattering import scatter_nd as scattered
    from flowgraph.ops.shaping import squeeze

    handle, indices = op.inputs
    params_shape = emit(VARIABLE_SHAPE, handle, out_type=indices.dtype)
    if indices.sizes is not None and len(indices.sizes) == 2 and indices.sizes[-1] == 1:
        return IndexedSlices(dy, squeeze(indices, axis=-1), params_shape), None
    return scattered(indices, dy, params_shape), None


RESOURCE_GATHER = OpDef(
    "ResourceGather(resource: resource, indices: Tindices) -> output: dtype",
    attrs={"batch_dims": 0, "validate_indices": True, "dtype": TypeAttr(), "Tindices": TypeAttr(INDEX)},
    infer=_gathered,
    forward=_gather,
    gradient=_gather_gradient,
    effect=Effect.READ,
    failure=_gather_failure,
)

RESOURCE_GATHER_ND = OpDef(
    "ResourceGatherNd(resource: resource, indices: Tindices) -> output: dtype",
    attrs={"dtype": TypeAttr(), "Tindices": TypeAttr(INDEX)},
    infer=lambda resource, indices, *, dtype: GATHER_ND.infer(held(resource), indices),
    forward=lambda ctx, cell, indices, *, dtype: _computed(GATHER_ND, value_of(cell), np.asarray(indices)),
    gradient=_gather_nd_gradient,
    effect=Effect.READ,
)


# -- writing -------------------------------------------------------------------------------------------------


def _infer_as(opdef: OpDef) -> Callable[..., list[Sizes]]:
    """The shape rule of an op that takes a reference, for one that takes a handle and has no output."""

    def infer(ref: Any, *others: Any, **attrs: Any) -> list[Sizes]:
        opdef.infer(held(ref), *others, **attrs)
        return []

    return infer


def _forward_as(opdef: OpDef) -> Callable[..., tuple[()]]:
    """The forward of an op that takes a reference, for one that takes a handle and has no output."""

    def forward(ctx: Any, cell: Any, *others: Any, **attrs: Any) -> tuple[()]:
        value_of(cell)
        opdef.forward(ctx, cell, *others, **attrs)
        return ()

    return forward


def _forward_rows(like: OpDef) -> Callable[..., tuple[()]]:
    """The same for rows: TF has other words for updates that do not go with the indices."""
    forward = _forward_as(like)

    def checked(ctx: Any, cell: Any, indices: Any, updates: Any) -> tuple[()]:
        value_of(cell)
        count = np.size(indices)
        if count and np.ndim(updates) and np.size(updates) % count:
            line = (
                f"shape of indices ({to_text(np.shape(indices))}) is not compatible with the shape of updates "
                f"({to_text(np.shape(updates))})"
            )
            raise errors.InvalidArgumentError(None, None, line)
        return forward(ctx, cell, indices, updates)

    return checked


def _rows_op(name: str, like: OpDef, allowed: Any) -> OpDef:
    return OpDef(
        f"{name}(resource: resource, indices: Tindices, updates: dtype) -> ()",
        attrs={"dtype": TypeAttr(allowed), "Tindices": TypeAttr(INDEX)},
        infer=_infer_as(like),
        forward=_forward_rows(like),
        gradient=MISSING_GRADIENT,
        effect=Effect.WRITE,
    )


def _slices_op(name: str, like: OpDef) -> OpDef:
    return OpDef(
        f"{name}(ref: resource, indices: Tindices, updates: T) -> ()",
        attrs={"T": TypeAttr(), "Tindices": TypeAttr(INDEX), "use_locking": True},
        infer=_infer_as(like),
        forward=_forward_as(like),
        gradient=MISSING_GRADIENT,
        effect=Effect.WRITE,
    )


RESOURCE_SCATTER_UPDATE = _rows_op("ResourceScatterUpdate", scatter.SCATTER_UPDATE, None)
RESOURCE_SCATTER_ADD = _rows_op("ResourceScatterAdd", scatter.SCATTER_ADD, NUMBER_TYPES)
RESOURCE_SCATTER_SUB = _rows_op("ResourceScatterSub", scatter.SCATTER_SUB, NUMBER_TYPES)
RESOURCE_SCATTER_MUL = _rows_op("ResourceScatterMul", scatter.SCATTER_MUL, NUMBER_TYPES)
RESOURCE_SCATTER_DIV = _rows_op("ResourceScatterDiv", scatter.SCATTER_DIV, NUMBER_TYPES)
RESOURCE_SCATTER_MIN = _rows_op("ResourceScatterMin", scatter.SCATTER_MIN, NUMBER_TYPES)
RESOURCE_SCATTER_MAX = _rows_op("ResourceScatterMax", scatter.SCATTER_MAX, NUMBER_TYPES)

RESOURCE_SCATTER_ND_UPDATE = _slices_op("ResourceScatterNdUpdate", scatter_nd.SCATTER_ND_UPDATE)
RESOURCE_SCATTER_ND_ADD = _slices_op("ResourceScatterNdAdd", scatter_nd.SCATTER_ND_ADD)
RESOURCE_SCATTER_ND_SUB = _slices_op("ResourceScatterNdSub", scatter_nd.SCATTER_ND_SUB)

RESOURCE_STRIDED_SLICE_ASSIGN = OpDef(
    "ResourceStridedSliceAssign(ref: resource, begin: Index, end: Index, strides: Index, value: T) -> ()",
    attrs={"T": TypeAttr(), "Index": TypeAttr(INDEX), **dict.fromkeys(Masks._fields, 0)},
    infer=_infer_as(slice_assign.STRIDED_SLICE_ASSIGN),
    forward=_forward_as(slice_assign.STRIDED_SLICE_ASSIGN),
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)

FOR_HANDLES = {
    scatter.SCATTER_UPDATE: RESOURCE_SCATTER_UPDATE,
    scatter.SCATTER_ADD: RESOURCE_SCATTER_ADD,
    scatter.SCATTER_SUB: RESOURCE_SCATTER_SUB,
    scatter.SCATTER_MUL: RESOURCE_SCATTER_MUL,
    scatter.SCATTER_DIV: RESOURCE_SCATTER_DIV,
    scatter.SCATTER_MIN: RESOURCE_SCATTER_MIN,
    scatter.SCATTER_MAX: RESOURCE_SCATTER_MAX,
    scatter_nd.SCATTER_ND_UPDATE: RESOURCE_SCATTER_ND_UPDATE,
    scatter_nd.SCATTER_ND_ADD: RESOURCE_SCATTER_ND_ADD,
    scatter_nd.SCATTER_ND_SUB: RESOURCE_SCATTER_ND_SUB,
}
"""For each op that changes parts of a variable by reference the one that takes a handle."""


def resource_gather(handle: Tensor, indices: Any, dtype: Any, name: str | None = None) -> Tensor:
    """Rows of a variable by their numbers, without reading the others."""
    return emit(RESOURCE_GATHER, handle, indices, dtype=dtype, name=name)


def resource_gather_nd(handle: Tensor, indices: Any, dtype: Any, name: str | None = None) -> Tensor:
    """Cells or slices of a variable that vectors of indices point at, without reading the others."""
    return emit(RESOURCE_GATHER_ND, handle, indices, dtype=dtype, name=name)
