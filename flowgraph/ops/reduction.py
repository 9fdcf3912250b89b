"""Reductions: sums, means, products, extremes and logic over some axes of a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import BOOL, COMPLEX, DOUBLE, FLOAT, HALF, INT, INTS, POSITIVE, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import reduction_grad
from flowgraph.sizes import Sizes

NUMBER_TYPES = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.complex64, dt.int64, dt.qint8,
    dt.quint8, dt.qint32, dt.bfloat16, dt.uint16, dt.complex128, dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip
"""TF's `numbertype`, in the order in which its messages list it."""

_ATTRS = {"keep_dims": False, "T": TypeAttr(NUMBER_TYPES), "Tidx": TypeAttr(INDEX, dt.int32)}
_BOOL_ATTRS = {"keep_dims": False, "Tidx": TypeAttr(INDEX, dt.int32)}


# -- shape rule and axes ---------------------------------------------------------------------------------


def reduced_sizes(x: Any, axes: Any, *, keep_dims: bool) -> Sizes:
    """Shape rule of the reductions."""
    if axes.sizes is not None and len(axes.sizes) > 1:
        raise ValueError(f"Shape must be at most rank 1 but is rank {len(axes.sizes)}")
    known = None if x.sizes is None else axes.constant()
    if known is None:
        return (None,) * len(x.sizes) if keep_dims and x.sizes is not None else None
    rank = len(x.sizes)
    reduced = set()
    for axis in known.reshape(-1).tolist():
        if not -rank <= axis < rank:
            raise ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
        reduced.add(axis % rank)
    if keep_dims:
        return tuple(1 if axis in reduced else size for axis, size in enumerate(x.sizes))
    return tuple(size for axis, size in enumerate(x.sizes) if axis not in reduced)


def axes_at_run_time(x: Any, axes: Any) -> tuple[int, ...]:
    """The axes to reduce as numpy wants them: each once, none negative.

    Raises:
      InvalidArgumentError: there is no such axis.
    """
    found: dict[int, None] = {}
    for axis in np.asarray(axes).reshape(-1).tolist():
        if not -x.ndim <= axis < x.ndim:
            raise errors.InvalidArgumentError(
                None, None, f"Invalid reduction dimension ({axis} for input with {x.ndim} dimension(s)"
            )
        found[axis % x.ndim] = None
    return tuple(found)


def axes_while_building(x: Any, axis: Any) -> Any:
    """The axes to reduce: those given, or all of them, as a constant if the rank of `x` is known."""
    from flowgraph.ops.array import rank
    from flowgraph.ops.constant import constant
    from flowgraph.ops.range import range as range_op

    if axis is not None:
        return axis
    if isinstance(x, Tensor) and x.sizes is not None:
        return constant(np.arange(len(x.sizes)), dtype=dt.int32)
    return range_op(0, rank(x))


def one_of(name: str, value: Any, old_name: str, old_value: Any) -> Any:
    """The value of an argument that also has an old name.

    Raises:
      ValueError: both are given.
    """
    if old_value is None:
        return value
    if value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{name}'")
    return old_value


def reduce(
    opdef: OpDef,
    input_tensor: Any,
    axis: Any,
    keepdims: Any,
    name: str | None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """What all `reduce_...` functions do: settle the old argument names and the axes, and add the op."""
    axis = one_of("axis", axis, "reduction_indices", reduction_indices)
    keepdims = one_of("keepdims", keepdims, "keep_dims", keep_dims)
    keepdims = False if keepdims is None else keepdims
    axes = axes_while_building(input_tensor, axis)
    return scalar_if_certain(emit(opdef, input_tensor, axes, keep_dims=keepdims, name=name), axis, keepdims)


def scalar_if_certain(output: Tensor, axis: Any, keepdims: bool) -> Tensor:
    """Note that the output is a scalar where all axes were reduced, even if nobody knows how many."""
    if axis is None and not keepdims and (output.sizes is None or None in output.sizes):
        output.set_shape(())
    return output


# -- the op types ----------------------------------------------------------------------------------------

_CASES = (
    case(FLOAT(2, 3), INTS(0)),
    case(FLOAT(2, 3), INTS(0, 1)),
    case(FLOAT(2, 3, 2), INTS(-1, 0), keep_dims=True),
    case(FLOAT(2, 3), INT(1)),
    case(FLOAT(2, 3), INTS()),
    case(FLOAT(), INTS()),
    case(DOUBLE(3), INTS(0, dtype=dt.int64)),
)
_MORE_CASES = (
    case(FLOAT(0, 3), INTS(1)),
    case(HALF(2, 3), INTS(1), gradient=False),
    case(RANDOM_INT(2, 3), INTS(0), gradient=False),
)


def folding(fold: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction's forward, from what `fold(xp, x, axes, keep_dims)` makes of the entries along some axes.

    Where there is one entry along all of them, TF hands that out as it is, also where folding would change it: the
    largest of one nan is nan, the sum of -0.0 is -0.0, and the Euclidean norm of -2 is -2.
    """

    def forward(xp: Any, x: Any, axes: Any, *, keep_dims: bool) -> Any:
        axes = axes_at_run_time(x, axes)
        if all(x.shape[axis] == 1 for axis in axes):
            return xp.array(x if keep_dims else xp.squeeze(x, axes))
        return fold(xp, x, axes, keep_dims)

    return forward


def _sum(xp: Any, x: Any, axes: tuple[int, ...], keep_dims: bool) -> Any:
    return xp.sum(x, axis=axes, keepdims=keep_dims, dtype=x.dtype)


SUM = OpDef(
    "Sum(input: T, reduction_indices: Tidx) -> output: T",
    attrs=_ATTRS,
    infer=reduced_sizes,
    forward=folding(_sum),
    gradient=reduction_grad.sum_grad,
    cases=[*_CASES, *_MORE_CASES, case(FLOAT(0, 3), INTS(0)), case(COMPLEX(2, 2), INTS(0), gradient=False)],
)


def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The sum of the entries along some axes.

    Args:
      input_tensor: a tensor of a number type.
      axis: the axes to sum over, a number or a list, negative ones counted from the end; None: all of them.
      keepdims: whether a summed axis stays, with size 1.
      name: the op's name.
      reduction_indices: the old name of `axis`.
      keep_dims: the old name of `keepdims`.

    Raises:
      ValueError: there is no such axis, or an argument is given under both names.

    >>> x = tf.constant([[1., 2.], [3., 4.]])
    >>> run([reduce_sum(x), reduce_sum(x, 0), reduce_sum(x, 1, keepdims=True)])
    [10.0, array([4., 6.], dtype=float32), array([[3.], [7.]], dtype=float32)]
    """
    return reduce(SUM, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def _mean(xp: Any, x: Any, axes: tuple[int, ...], keep_dims: bool) -> Any:
    total = xp.sum(x, axis=axes, keepdims=keep_dims, dtype=x.dtype)
    count = int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))
    if x.dtype.kind in "iu":
        # C's division of integers, which forgets the remainder: -5 / 2 is -2; the mean of nothing is 0
        return (xp.sign(total) * (abs(total) // max(count, 1))).astype(x.dtype)
    if not count and (x.dtype.kind == "c" or x.dtype == dt.bfloat16.np):
        return total
    with np.errstate(invalid="ignore", divide="ignore"):  # the mean of nothing is nan, without a warning
        return total / x.dtype.type(count)


MEAN = OpDef(
    "Mean(input: T, reduction_indices: Tidx) -> output: T",
    attrs=_ATTRS,
    infer=reduced_sizes,
    forward=folding(_mean),
    gradient=reduction_grad.mean_grad,
    cases=[*_CASES, *_MORE_CASES, case(FLOAT(0, 3), INTS(0), gradient=False)],
)


def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The mean of the entries along some axes; integers have an integer mean, without its remainder.

    Args: see `reduce_sum`.

    >>> run([reduce_mean([[1., 2.], [3., 5.]], 0), reduce_mean([1, 2])])
    [array([2. , 3.5], dtype=float32), 1]
    """
    return reduce(MEAN, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


PROD = OpDef(
    "Prod(input: T, reduction_indices: Tidx) -> output: T",
    attrs=_ATTRS,
    infer=reduced_sizes,
    forward=folding(lambda xp, x, axes, keep: xp.prod(x, axis=axes, keepdims=keep, dtype=x.dtype)),
    gradient=reduction_grad.prod_grad,
    cases=[
        case(POSITIVE(2, 3), INTS(0)),
        case(FLOAT(2, 3), INTS(0, 1)),
        case(FLOAT(2, 2, 2), INTS(-1), keep_dims=True),
        case(FLOAT(2, 3), INT(1)),
        case(FLOAT(0, 3), INTS(0), gradient=False),
        *_MORE_CASES,
    ],
)


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The product of the entries along some axes.

    Args: see `reduce_sum`.

    >>> run(reduce_prod([[1., 2.], [3., 4.]], 1))
    array([ 2., 12.], dtype=float32)
    """
    return reduce(PROD, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def lowest(dtype: Any) -> Any:
    """What every entry is above: -inf, or the smallest integer."""
    return np.iinfo(dtype).min if dtype.kind in "iu" else dtype.type(-np.inf)


def highest(dtype: Any) -> Any:
    """What every entry is below: inf, or the largest integer."""
    return np.iinfo(dtype).max if dtype.kind in "iu" else dtype.type(np.inf)


# TF's comparison never prefers a nan: fmax and fmin pass over it too; what is left of nothing is the start
_EXTREME_CASES = (
    case(FLOAT(2, 3, gap=0.05), INTS(0)),
    case(FLOAT(2, 3, gap=0.05), INTS(0, 1)),
    case(FLOAT(2, 3, 2, gap=0.05), INTS(-1, 0), keep_dims=True),
    case(FLOAT(2, 3, gap=0.05), INT(1)),
    case(FLOAT(0, 3), INTS(0), gradient=False),
    *_MORE_CASES,
)

MAX = OpDef(
    "Max(input: T, reduction_indices: Tidx) -> output: T",
    attrs=_ATTRS,
    infer=reduced_sizes,
    forward=folding(lambda xp, x, axes, keep: xp.fmax.reduce(x, axis=axes, keepdims=keep, initial=lowest(x.dtype))),
    gradient=reduction_grad.extreme_grad,
    cases=_EXTREME_CASES,
)


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The largest entry along some axes; where several are the largest, they share its gradient.

    Args: see `reduce_sum`.

    >>> run(reduce_max([[1., 2.], [4., 3.]], 1))
    array([2., 4.], dtype=float32)
    """
    return reduce(MAX, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


MIN = OpDef(
    "Min(input: T, reduction_indices: Tidx) -> output: T",
    attrs=_ATTRS,
    infer=reduced_sizes,
    forward=folding(lambda xp, x, axes, keep: xp.fmin.reduce(x, axis=axes, keepdims=keep, initial=highest(x.dtype))),
    gradient=reduction_grad.extreme_grad,
    cases=_EXTREME_CASES,
)


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The smallest entry along some axes; where several are the smallest, they share its gradient.

    Args: see `reduce_sum`.

    >>> run(reduce_min([[1., 2.], [4., 3.]], 1))
    array([1., 3.], dtype=float32)
    """
    return reduce(MIN, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


_LOGIC_CASES = (
    case(BOOL(2, 3), INTS(0)),
    case(BOOL(2, 3), INTS(0, 1), keep_dims=True),
    case(BOOL(0, 3), INT(0)),
)

ALL = OpDef(
    "All(input: bool, reduction_indices: Tidx) -> output: bool",
    attrs=_BOOL_ATTRS,
    infer=reduced_sizes,
    forward=lambda xp, x, axes, *, keep_dims: xp.all(x, axis=axes_at_run_time(x, axes), keepdims=keep_dims),
    gradient=NO_GRADIENT,
    cases=_LOGIC_CASES,
)


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """Whether all entries along some axes are true.

    Args: see `reduce_sum`; the tensor is of bools.

    >>> run(reduce_all([[True, True], [True, False]], 1))
    array([ True, False])
    """
    return reduce(ALL, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


ANY = OpDef(
    "Any(input: bool, reduction_indices: Tidx) -> output: bool",
    attrs=_BOOL_ATTRS,
    infer=reduced_sizes,
    forward=lambda xp, x, axes, *, keep_dims: xp.any(x, axis=axes_at_run_time(x, axes), keepdims=keep_dims),
    gradient=NO_GRADIENT,
    cases=_LOGIC_CASES,
)


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """Whether any entry along some axes is true.

    Args: see `reduce_sum`; the tensor is of bools.

    >>> run(reduce_any([[False, False], [True, False]], 1))
    array([False,  True])
    """
    return reduce(ANY, input_tensor, axis, keepdims, name, reduction_indices, keep_dims)
