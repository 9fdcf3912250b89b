"""Sparse tensors and dense ones of a shape that broadcasts: `sparse * dense`, `sparse / dense`; sparse_softmax.

The entries that a sparse tensor does not have stay away: what would be infinite or NaN there is not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INT, INTS, POSITIVE, RANDOM_INT, case
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, shape, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.slicing import slice
from flowgraph.ops.sparse_add import of_rank, sparse_add
from flowgraph.ops.sparse_indices import distinct, inside
from flowgraph.ops.sparse_reduce import sparse_reduce_sum
from flowgraph.ops.sparse_tensor import SparseTensor, parts_of
from flowgraph.ops.unary import square
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

_INDICES = INT([[0, 1], [1, 0], [1, 2]], dt.int64)
_SHAPE = INTS(2, 3, dtype=dt.int64)

# -- sparse * dense ----------------------------------------------------------------------------------------


def _matched(indices: Any, values: Any, dense_shape: Any, dense: Any) -> Any:
    """The entries of the dense tensor, broadcast, that stand where the sparse one has some."""
    if indices.ndim != 2 or values.ndim != 1 or dense_shape.ndim != 1:
        ranks = f"indices {indices.ndim}, values {values.ndim}, shape {dense_shape.ndim}"
        raise invalid(f"Input sp_indices should be a matrix, sp_values and sp_shape vectors; their ranks are {ranks}")
    sizes = tuple(dense_shape.tolist())
    fits = dense.ndim <= len(sizes) and all(
        mine in (1, whole) for mine, whole in zip(dense.shape[::-1], sizes[::-1], strict=False)
    )
    if not fits:
        line = "SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: "
        raise invalid(f"{line}{to_text(sizes)} vs. {to_text(dense.shape)}")
    if not inside(indices, sizes):
        raise invalid("Provided indices are out-of-bounds w.r.t. dense side with broadcasted shape")
    return np.broadcast_to(dense, sizes)[tuple(indices.T)]


def _divided(x: Any, y: Any) -> Any:
    """The quotient; of integers the one that is rounded towards 0."""
    if np.issubdtype(x.dtype, np.integer):
        return (np.sign(x) * np.sign(y) * (np.abs(x) // np.abs(y))).astype(x.dtype)
    return x / y


def _dense_op(name: str, compute: Callable[..., Any], gradient: Any, cases: Any) -> OpDef:
    return OpDef(
        f"{name}(sp_indices: int64, sp_values: T, sp_shape: int64, dense: T) -> output: T",
        attrs={"T": TypeAttr(NUMBER_TYPES)},
        infer=lambda indices, values, dense_shape, dense: (of_rank(indices, 2)[0],),  # type: ignore[index]
        forward=lambda xp, i, v, s, d: compute(v, _matched(i, v, s, d)),
        gradient=gradient,
        cases=cases,
    )


def _refuse_gradient(op: Any, _dy: Tensor) -> list[Any]:
    raise NotImplementedError(f"Gradient for {op.type} is currently not implemented yet.")


def _factor_grad(op: Any, dy: Tensor, multiplies: bool) -> list[Any]:
    """The gradient of a product or quotient: the dense side's is summed over the axes that were broadcast."""
    indices, values, dense_shape, dense = op.inputs
    sizes = cast(shape(dense), dt.int64)
    more_axes = expand_dims(size(dense_shape) - size(sizes), 0)
    stretched = concat([ones(more_axes, dt.int64), sizes], 0)
    places = indices // (dense_shape // stretched)
    places = slice(places, concat([[0], more_axes], 0), [-1, -1])
    matched = gather_nd(dense, places)
    if multiplies:
        of_values, of_dense = dy * matched, dy * values
    else:
        of_values, of_dense = dy / matched, dy * (-values / square(matched))
    return [None, of_values, None, sparse_add(zeros_like(dense), SparseTensor(places, of_dense, sizes))]


SPARSE_DENSE_CWISE_ADD = _dense_op(
    "SparseDenseCwiseAdd", np.add, _refuse_gradient, [case(_INDICES, FLOAT(3), _SHAPE, FLOAT(2, 1), gradient=False)]
)
SPARSE_DENSE_CWISE_MUL = _dense_op(
    "SparseDenseCwiseMul",
    np.multiply,
    lambda op, dy: _factor_grad(op, dy, True),
    [
        case(_INDICES, FLOAT(3), _SHAPE, FLOAT(2, 3)),
        case(_INDICES, FLOAT(3), _SHAPE, FLOAT(3)),
        case(_INDICES, FLOAT(3), _SHAPE, FLOAT(), gradient=False),
    ],
)
SPARSE_DENSE_CWISE_DIV = _dense_op(
    "SparseDenseCwiseDiv",
    _divided,
    lambda op, dy: _factor_grad(op, dy, False),
    [
        case(_INDICES, FLOAT(3), _SHAPE, POSITIVE(2, 1, low=0.5)),
        case(_INDICES, RANDOM_INT(3), _SHAPE, INTS(2, -3, 1), gradient=False),
    ],
)


def sparse_dense_cwise_add(sp_t: SparseTensor, dense_t: Any) -> SparseTensor:
    """Add a dense tensor to the entries that a SparseTensor has."""
    values = emit(SPARSE_DENSE_CWISE_ADD, *parts_of(sp_t), dense_t)
    return SparseTensor(sp_t.indices, values, sp_t.dense_shape)


def _operator(name: str, build: Callable[[SparseTensor, Tensor, str], Tensor]) -> Callable[..., SparseTensor]:
    """A method for `sparse <operator> dense`."""

    def method(sparse: SparseTensor, other: Any) -> SparseTensor:
        with name_scope(None, name, [sparse, other]) as scope:
            dense = to_tensor(other, sparse.dtype.base_dtype, "y")
            return SparseTensor(sparse.indices, build(sparse, dense, scope), sparse.dense_shape)

    return method


def _times(sparse: SparseTensor, dense: Tensor, name: str) -> Tensor:
    return emit(SPARSE_DENSE_CWISE_MUL, *parts_of(sparse), dense, name=name)


def _over(sparse: SparseTensor, dense: Tensor, name: str) -> Tensor:
    with name_scope(name, "truediv") as scope:
        values = sparse.values
        if values.dtype.is_integer:
            wide = dt.float64 if values.dtype.base_dtype in INDEX else dt.float32
            values, dense = cast(values, wide), cast(dense, wide)
        return emit(SPARSE_DENSE_CWISE_DIV, sparse.indices, values, sparse.dense_shape, dense, name=scope)


SparseTensor._override_operator("__mul__", _operator("mul", _times))
SparseTensor._override_operator("__truediv__", _operator("truediv", _over))


def dense_times_sparse(dense: Tensor, sparse: SparseTensor, name: str) -> SparseTensor:
    """`dense * sparse`, the op under this name."""
    return SparseTensor(sparse.indices, _times(sparse, dense, name), sparse.dense_shape)


# -- sparse_softmax ----------------------------------------------------------------------------------------


def _softmax(_xp: Any, indices: Any, values: Any, dense_shape: Any) -> Any:
    if len(dense_shape) < 2:
        sizes = " ".join(map(str, dense_shape.tolist()))
        raise invalid(f"Input should have rank >= 2, but received shape: {sizes}")
    if not len(values):
        return values.copy()
    order = np.lexsort(indices.T[::-1])  # TF's result is in this order too, whatever that of the indices is
    values = values[order]
    _, group = distinct(indices[order, :-1])
    group = group.reshape(-1)
    largest = np.full(group.max() + 1, -np.inf, values.dtype)
    np.maximum.at(largest, group, values)
    powers = np.exp(values - largest[group])
    totals = np.zeros(len(largest), values.dtype)
    np.add.at(totals, group, powers)
    return powers / totals[group]


def _softmax_sizes(indices: Any, values: Any, dense_shape: Any) -> Sizes:
    for tensor, rank in ((indices, 2), (dense_shape, 1)):
        of_rank(tensor, rank)
    return of_rank(values, 1)


def _softmax_grad(op: Any, dy: Tensor) -> list[Any]:
    indices, dense_shape, outputs = op.inputs[0], op.inputs[2], op.outputs[0]
    result, given = SparseTensor(indices, outputs, dense_shape), SparseTensor(indices, dy, dense_shape)
    product = SparseTensor(indices, result.values * given.values, dense_shape)
    rest = sparse_dense_cwise_add(given, -sparse_reduce_sum(product, [-1], keepdims=True))
    return [None, rest.values * result.values, None]


SPARSE_SOFTMAX = OpDef(
    "SparseSoftmax(sp_indices: int64, sp_values: T, sp_shape: int64) -> output: T",
    attrs={"T": TypeAttr((dt.float32, dt.float64))},
    infer=_softmax_sizes,
    forward=_softmax,
    gradient=_softmax_grad,
    cases=[
        case(_INDICES, FLOAT(3), _SHAPE, second=False),
        case(INT(np.zeros([0, 2]), dt.int64), FLOAT(0), _SHAPE, gradient=False),
    ],
)


def sparse_softmax(sp_input: SparseTensor, name: str | None = None) -> SparseTensor:
    """The softmax of each row's entries (along the last axis); entries that are not there count as minus infinity.

    Args:
      sp_input: a SparseTensor of float32 or float64, of rank 2 or more, its entries in order. (Of others TF gives the
        results in order, beside the indices as they were; so they come here.)
      name: the scope of the new ops.

    Raises:
      InvalidArgumentError: (when run) the rank is below 2.

    >>> run(sparse_softmax(tf.SparseTensor([[0, 0], [0, 1], [1, 2]], [1.0, 1.0, 7.0], [2, 3]))).values
    array([0.5, 0.5, 1. ], dtype=float32)
    """
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = emit(SPARSE_SOFTMAX, *parts_of(sp_input))
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)
