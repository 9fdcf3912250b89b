"""Ops that keep sparse tensors in a map of the session and hand out numbers for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import colocate_with
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.sparse_map import Parts, SparseMap, joined
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.shapes import TensorShape
from flowgraph.sizes import to_text

_NAMES = {"container": "", "shared_name": ""}


def _add(ctx: Any, indices: Any, values: Any, shape: Any, **_names: Any) -> Any:
    return np.int64(ctx.shared(SparseMap).put(Parts(indices, values, shape)))


def _add_many(ctx: Any, indices: Any, values: Any, shape: Any, **_names: Any) -> Any:
    return ctx.shared(SparseMap).put_rows(Parts(indices, values, shape))


ADD_SPARSE_TO_TENSORS_MAP = OpDef(
    "AddSparseToTensorsMap(sparse_indices: int64, sparse_values: T, sparse_shape: int64) -> sparse_handle: int64",
    attrs={"T": TypeAttr(), **_NAMES},
    infer=lambda indices, values, shape, **attrs: (),
    forward=_add,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
ADD_MANY_SPARSE_TO_TENSORS_MAP = OpDef(
    "AddManySparseToTensorsMap(sparse_indices: int64, sparse_values: T, sparse_shape: int64) -> sparse_handles: int64",
    attrs={"T": TypeAttr(), **_NAMES},
    infer=lambda indices, values, shape, **attrs: (None,),
    forward=_add_many,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)


def _take_many(ctx: Any, handles: Any, *, shared_name: str, **_attrs: Any) -> Parts:
    if np.ndim(handles) != 1:
        raise invalid(f"sparse_handles should be a vector but received shape {to_text(np.shape(handles))}")
    if not len(handles):
        raise invalid("Must have at least 1 serialized SparseTensor, but input matrix has 0 rows")
    try:
        return joined(ctx.shared(SparseMap).take(handles.tolist()))
    except KeyError as error:
        raise invalid(f"Unable to find SparseTensor: {error.args[0]} in map: {shared_name}") from None
    except ValueError as error:
        raise invalid(str(error)) from None


TAKE_MANY_SPARSE_FROM_TENSORS_MAP = OpDef(
    "TakeManySparseFromTensorsMap(sparse_handles: int64) -> "
    "(sparse_indices: int64, sparse_values: dtype, sparse_shape: int64)",
    attrs={"dtype": TypeAttr(), **_NAMES},
    infer=lambda handles, **attrs: [(None, None), (None,), (None,)],
    forward=_take_many,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
_ADDERS = (ADD_SPARSE_TO_TENSORS_MAP, ADD_MANY_SPARSE_TO_TENSORS_MAP)


def add_sparse(sparse: SparseTensor, many: bool, shared_name: str | None = None) -> Tensor:
    """A number for a sparse tensor that is kept in a map, or one for each of its rows.

    Args:
      sparse: the tensor.
      many: whether each row is kept by itself.
      shared_name: the name of the map; by default that of the new op.
    """
    opdef = _ADDERS[many]
    return emit(opdef, sparse.indices, sparse.values, sparse.dense_shape, shared_name=shared_name)


def adder_of(stored: Tensor) -> Operation:
    """The op that put into a map what has this number, which may have come through a branch."""
    for tensor in stored.op.inputs:
        if tensor.op.opdef in _ADDERS:
            return tensor.op
    return stored.op


def take_many_sparse(adder: Operation, handles: Tensor, rank: int | None) -> SparseTensor:
    """The sparse tensors of these numbers, taken out of the map, as the rows of one.

    Args:
      adder: the op that put them into the map.
      handles: the numbers.
      rank: the rank of the result, if that is known.
    """
    with colocate_with(adder):
        indices, values, shape = emit(
            TAKE_MANY_SPARSE_FROM_TENSORS_MAP, handles, dtype=adder.inputs[1].dtype.base_dtype,
            container=adder.attrs["container"], shared_name=adder.attrs["shared_name"] or adder.name,
        )  # fmt: skip
    indices.set_shape(TensorShape([None, rank]))
    shape.set_shape(TensorShape([rank]))
    return SparseTensor(indices, values, shape)
