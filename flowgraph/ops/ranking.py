"""Which entries are the largest: argmax and argmin, top_k, in_top_k."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, HALF, INT, INTS, RANDOM_INT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.unsorted_top import heap_order
from flowgraph.ops.activation import REAL_TYPES
from flowgraph.ops.reduction import NUMBER_TYPES, highest, lowest, one_of
from flowgraph.sizes import Sizes, to_text

# -- argmax, argmin --------------------------------------------------------------------------------------

_ATTRS = {
    "output_type": TypeAttr(INDEX, dt.int64),
    "T": TypeAttr(NUMBER_TYPES),
    "Tidx": TypeAttr(INDEX, dt.int32),
}


def _without_axis(x: Any, axis: Any, **_: Any) -> Sizes:
    if axis.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(axis.sizes)}")
    if x.sizes is None:
        return None
    rank = len(x.sizes)
    if rank <= 1:
        return ()
    known = axis.constant()
    if known is None:
        return (None,) * (rank - 1)
    at = int(known)
    if not -rank <= at < rank:
        raise ValueError(
            f"Dimension ({at}) must be in the range [{-rank}, {rank}), where {rank} is the number of "
            "dimensions in the input."
        )
    at %= rank
    return (*x.sizes[:at], *x.sizes[at + 1 :])


def _axis(x: Any, axis: Any) -> int:
    if axis.ndim:
        raise invalid(f"dim must be a scalar, but received tensor of shape: {to_text(axis.shape)}")
    at = int(axis)
    if not -x.ndim <= at < x.ndim:
        raise invalid(f"Expected dimension in the range [{-x.ndim}, {x.ndim}), but got {at}")
    if not x.shape[at]:
        raise invalid(f"Reduction axis {at} is empty in shape {to_text(x.shape)}")
    return at


# a nan is never the largest, nor the smallest: fmax and fmin put the other end of the scale in its place

ARG_MAX = OpDef(
    "ArgMax(input: T, dimension: Tidx) -> output: output_type",
    attrs=_ATTRS,
    infer=_without_axis,
    forward=lambda xp, x, axis, *, output_type: xp.argmax(xp.fmax(x, lowest(x.dtype)), axis=_axis(x, axis)).astype(
        output_type.np
    ),
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(2, 3), INT(1)),
        case(FLOAT(4), INT(0), output_type=dt.int32),
        case(FLOAT(2, 3, 2), INT(-2)),
        case(FLOAT(2, 0), INT(0)),
        case(HALF(2, 3), INT(0, dt.int64)),
        case(RANDOM_INT(5), INT(0)),
    ],
)

ARG_MIN = OpDef(
    "ArgMin(input: T, dimension: Tidx) -> output: output_type",
    attrs=_ATTRS,
    infer=_without_axis,
    forward=lambda xp, x, axis, *, output_type: xp.argmin(xp.fmin(x, highest(x.dtype)), axis=_axis(x, axis)).astype(
        output_type.np
    ),
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(2, 3), INT(1)), case(RANDOM_INT(5), INT(0), output_type=dt.int32)],
)


def argmax(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = dt.int64
) -> Tensor:
    """Where along an axis the largest entry is; the first of them if there are several.

    Args:
      input: a tensor of a number type.
      axis: the axis, 0 by default; negative ones are counted from the end.
      name: the op's name.
      dimension: the old name of `axis`.
      output_type: int64 or int32.

    Raises:
      ValueError: there is no such axis, or it is given under both names.

    >>> run(argmax([[1.0, 3.0, 2.0], [6.0, 5.0, 4.0]], axis=1))
    array([1, 0])
    """
    axis = one_of("axis", axis, "dimension", dimension)
    return emit(ARG_MAX, input, 0 if axis is None else axis, output_type=output_type, name=name)


def argmin(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = dt.int64
) -> Tensor:
    """Where along an axis the smallest entry is; the first of them if there are several.

    Args: see `argmax`.

    >>> run(argmin([[1.0, 3.0, 2.0], [6.0, 5.0, 4.0]], axis=1))
    array([0, 2])
    """
    axis = one_of("axis", axis, "dimension", dimension)
    return emit(ARG_MIN, input, 0 if axis is None else axis, output_type=output_type, name=name)


def arg_max(input: Any, dimension: Any, output_type: Any = dt.int64, name: str | None = None) -> Tensor:
    """`argmax` by its oldest name.

    >>> run(arg_max([1.0, 3.0, 2.0], 0))
    1
    """
    return emit(ARG_MAX, input, dimension, output_type=output_type, name=name)


def arg_min(input: Any, dimension: Any, output_type: Any = dt.int64, name: str | None = None) -> Tensor:
    """`argmin` by its oldest name.

    >>> run(arg_min([1.0, 3.0, 2.0], 0))
    0
    """
    return emit(ARG_MIN, input, dimension, output_type=output_type, name=name)


# -- top_k -----------------------------------------------------------------------------------------------


class TopKV2(NamedTuple):
    """The largest entries of each row, and where they stand."""

    values: Tensor
    indices: Tensor


def _top_sizes(x: Any, k: Any, **_: Any) -> list[Sizes]:
    if x.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if k.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(k.sizes)}")
    known = k.constant()
    count = None if known is None else int(known)
    if count is not None and count < 0:
        raise ValueError(f"Dimension size, given by scalar input 1, must be non-negative but is {count}")
    if x.sizes is None:
        return [None, None]
    if count is not None and x.sizes[-1] is not None and x.sizes[-1] < count:
        raise ValueError(f"input must have last dimension >= k = {count} but is {x.sizes[-1]}")
    sizes = (*x.sizes[:-1], count)
    return [sizes, sizes]


def _few_of_many(x: Any, count: int) -> Any:
    """Where the few largest of long rows are, without sorting them; None where rows are short, or equal to the last."""
    width = x.shape[-1]
    if count == 0 or width < 128 or count * 8 > width or x.dtype.kind not in "iuf":
        return None
    found = np.sort(np.argpartition(x, width - count, axis=-1)[..., width - count :], axis=-1)
    values = np.take_along_axis(x, found, axis=-1)
    last = values.min(axis=-1, keepdims=True)
    if x.dtype.kind == "f" and np.isnan(last).any():
        return None
    if ((x == last).sum(axis=-1) != (values == last).sum(axis=-1)).any():
        return None  # of equal ones the first count, which a partition does not know
    backwards = np.argsort(values[..., ::-1], axis=-1, kind="stable")
    return np.take_along_axis(found, count - 1 - backwards[..., ::-1], axis=-1)


def _top(xp: Any, x: Any, k: Any, *, sorted: bool, **_: Any) -> Any:
    """The k largest of each row, equal ones in their order; if they need not be sorted, as they lie in TF's heap."""
    if k.ndim:
        raise invalid(f"k must be scalar, got shape {to_text(k.shape)}")
    count = int(k)
    if count < 0:
        raise invalid(f"Need k >= 0, got {count}")
    if not x.ndim:
        raise invalid("input must be >= 1-D, got shape []")
    if x.shape[-1] < count:
        raise invalid(f"input must have at least k columns. Had {x.shape[-1]}, needed {count}")
    if count == 1 and x.size and x.dtype.kind == "f":  # TF looks for the largest only, and passes over nan
        indices = xp.argmax(xp.where(xp.isnan(x), -xp.inf, x), axis=-1)[..., None]
        return xp.take_along_axis(x, indices, axis=-1), indices.astype(np.int32)
    width = x.shape[-1]
    if not sorted and 0 < count < width:
        backwards = np.argsort(np.asarray(x).reshape(-1, width)[:, ::-1], axis=-1, kind="stable")
        ranks = np.argsort(width - 1 - backwards[:, ::-1], axis=-1)
        indices = heap_order(ranks, count).reshape(*x.shape[:-1], count)
        return xp.take_along_axis(x, indices, axis=-1), indices.astype(np.int32)
    few = _few_of_many(x, count)
    if few is not None:
        return xp.take_along_axis(x, few, axis=-1), few.astype(np.int32)
    # sorted upwards from the far end, equal entries stand in their order when read backwards
    backwards = xp.argsort(x[..., ::-1], axis=-1, kind="stable")
    indices = (width - 1 - backwards[..., ::-1])[..., :count]
    return xp.take_along_axis(x, indices, axis=-1), indices.astype(np.int32)


def _top_grad(op: Any, dy: Tensor, _: Any) -> list[Any]:
    """The gradients go back to where the entries came from, through one flat vector of all entries."""
    from flowgraph.ops.array import reshape, shape, size, zeros
    from flowgraph.ops.cast import cast
    from flowgraph.ops.gather import gather
    from flowgraph.ops.joining import stack
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.reduction import reduce_prod
    from flowgraph.ops.scattering import scatter_nd
    from flowgraph.ops.shaping import expand_dims

    x_shape, top_shape = shape(op.inputs[0]), shape(op.outputs[1])
    k = gather(cast(top_shape, dt.int64), size(top_shape) - 1)
    rows = reshape(op.outputs[1], stack([-1, k]))
    width = gather(cast(x_shape, dt.int64), size(x_shape) - 1)
    count = shape(rows)[0]
    starts = expand_dims(range_op(0, cast(count, dt.int64) * width, width), -1)
    at = expand_dims(reshape(rows + cast(starts, dt.int32), [-1]), -1)
    spread = scatter_nd(at, reshape(dy, [-1]), [reduce_prod(x_shape)])
    return [reshape(spread, x_shape), zeros([], dtype=dt.int32)]


TOP_K = OpDef(
    "TopKV2(input: T, k: int32) -> (values: T, indices: int32)",
    attrs={"sorted": True, "T": TypeAttr(REAL_TYPES)},
    infer=_top_sizes,
    forward=_top,
    gradient=_top_grad,
    cases=[
        case(FLOAT(2, 4, gap=0.05), INT(2)),
        case(FLOAT(3, gap=0.05), INT(3)),
        case(FLOAT(2, 2, 3, gap=0.05), INT(1), sorted=False),
        case(FLOAT(2, 5, gap=0.05), INT(3), sorted=False),
        case(RANDOM_INT(5), INT(2), gradient=False),
        case(FLOAT(0, 3), INT(2), gradient=False),
    ],
)


def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> TopKV2:
    """The k largest entries of each row of the last axis, from the largest down, and where they stand.

    Args:
      input: a tensor of a real number type, not a scalar.
      k: how many; an int32 scalar.
      sorted: whether they must come in order of size; else they come in the order of TensorFlow's heap.
      name: the op's name.

    Raises:
      ValueError: `k` is negative or larger than the last axis.

    >>> values, indices = top_k([1.0, 4.0, 3.0], k=2)
    >>> run([values, indices])
    [array([4., 3.], dtype=float32), array([1, 2], dtype=int32)]
    """
    return TopKV2(*emit(TOP_K, input, k, sorted=sorted, name=name))


# -- in_top_k --------------------------------------------------------------------------------------------


def _one_a_row(predictions: Any, targets: Any, k: Any) -> Sizes:
    for x, rank in ((predictions, 2), (targets, 1), (k, 0)):
        if x.sizes is not None and len(x.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
    rows = predictions.sizes[0] if predictions.sizes else None
    count = targets.sizes[0] if targets.sizes else None
    if rows is not None and count is not None and rows != count:
        raise ValueError(f"Dimensions must be equal, but are {rows} and {count}")
    return (count if rows is None else rows,)


def _in_top(xp: Any, predictions: Any, targets: Any, k: Any) -> Any:
    """Whether less than k entries are larger; never true of a row in which an entry is not finite."""
    if predictions.ndim != 2:
        raise invalid("predictions must be 2-dimensional")
    if targets.ndim != 1:
        raise invalid("targets must be 1-dimensional")
    rows, classes = predictions.shape
    if len(targets) != rows:
        raise invalid(f"First dimension of predictions {rows} must match length of targets {len(targets)}")
    possible = (targets >= 0) & (targets < classes) & xp.isfinite(predictions).all(axis=1)
    if not classes:
        return possible
    chosen = xp.take_along_axis(predictions, xp.where(possible, targets, 0)[:, None], axis=1)
    return possible & ((predictions > chosen).sum(axis=1) < k)


IN_TOP_K = OpDef(
    "InTopKV2(predictions: float32, targets: T, k: T) -> precision: bool",
    attrs={"T": TypeAttr(INDEX, dt.int32)},
    infer=_one_a_row,
    forward=_in_top,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 3), INTS(2, 0), INT(1), gradient=False),
        case(VALUE([[1, 2, 3], [3, 3, 3]]), INTS(1, 2, dtype=dt.int64), INT(2, dt.int64), gradient=False),
    ],
)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """Whether the target of each row is among its k largest predictions; ties count as being among them.

    Args:
      predictions: a float32 matrix, a row for each example.
      targets: the class number of each row.
      k: how many are looked at.
      name: the name of the op and of its scope.

    >>> run(in_top_k([[0.1, 0.7, 0.2]], [2], k=2))
    array([ True])
    """
    with name_scope(name, "in_top_k"):
        return emit(IN_TOP_K, predictions, targets, k, name=name)
