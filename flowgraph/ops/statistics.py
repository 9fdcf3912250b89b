"""Numbers that sum up a tensor, and what they make: moments, norms, log-sum-exp, counts, normalizations."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import COMPLEX, DOUBLE, FLOAT, HALF, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.squares import sum_of_squares
from flowgraph.ops.activation import FLOAT_TYPES
from flowgraph.ops.array import reshape, shape, size, zeros, zeros_like
from flowgraph.ops.identity import identity, stop_gradient
from flowgraph.ops.reduction import (
    NUMBER_TYPES,
    folding,
    one_of,
    reduce,
    reduce_max,
    reduce_mean,
    reduce_sum,
    reduced_sizes,
    scalar_if_certain,
)

# -- norms -----------------------------------------------------------------------------------------------


def _euclidean_norm(xp: Any, x: Any, axes: tuple[int, ...], keep_dims: bool) -> Any:
    squares = xp.square(abs(x))
    total = xp.sum(squares, axis=axes, keepdims=keep_dims, dtype=squares.dtype)
    return xp.sqrt(total).astype(x.dtype)


EUCLIDEAN_NORM = OpDef(
    "EuclideanNorm(input: T, reduction_indices: Tidx) -> output: T",
    attrs={"keep_dims": False, "T": TypeAttr(NUMBER_TYPES), "Tidx": TypeAttr(INDEX, dt.int32)},
    infer=reduced_sizes,
    forward=folding(_euclidean_norm),
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(2, 3), INTS(0)),
        case(COMPLEX(2, 3), INTS(0, 1), keep_dims=True),
        case(RANDOM_INT(4), INTS(0)),
        case(FLOAT(0, 3), INTS(0)),
    ],
)


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The square root of the sum of squares along some axes; TF knows no gradient of it (`tf.norm` has one).

    Args: see `reduce_sum`.

    >>> run(reduce_euclidean_norm([[3.0, 4.0], [0.0, 1.0]], axis=1))
    array([5., 1.], dtype=float32)
    """
    return reduce(EUCLIDEAN_NORM, input_tensor, axis, keepdims, name)


L2_LOSS = OpDef(
    "L2Loss(t: T) -> output: T",
    attrs={"T": TypeAttr(FLOAT_TYPES)},
    infer=lambda t: (),
    forward=lambda xp, t: (sum_of_squares(t) / t.dtype.type(2)).astype(t.dtype),
    gradient=lambda op, dy: [op.inputs[0] * dy],
    cases=[case(FLOAT(2, 3)), case(FLOAT(0)), case(DOUBLE()), case(HALF(2), gradient=False)],
)


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of the squares of all entries: sum(t ** 2) / 2.

    Args:
      t: a tensor of floats.
      name: the op's name.

    >>> run(l2_loss([3.0, 4.0]))
    12.5
    """
    return emit(L2_LOSS, t, name=name)


def l2_normalize(x: Any, axis: Any = None, epsilon: Any = 1e-12, name: str | None = None, dim: Any = None) -> Tensor:
    """Scale the vectors along some axes to length 1; those of squared length below `epsilon` stay shorter.

    Args:
      x: a tensor of floats.
      axis: the axes along which the vectors lie; None: all.
      epsilon: the smallest squared length to divide by.
      name: the op's name.
      dim: the old name of `axis`.

    >>> run(l2_normalize([3.0, 4.0]))
    array([0.6, 0.8], dtype=float32)
    """
    from flowgraph.ops.math import maximum, multiply
    from flowgraph.ops.unary import rsqrt, square

    axis = one_of("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        square_sum = reduce_sum(square(x), axis, keepdims=True)
        return multiply(x, rsqrt(maximum(square_sum, epsilon)), name=scope)


# -- log-sum-exp and counts ------------------------------------------------------------------------------


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The logarithm of the sum of exponentials along some axes, without overflow.

    Args: see `reduce_sum`.

    >>> run(reduce_logsumexp([1000.0, 1000.0]))
    1000.6931762695312
    """
    from flowgraph.ops.compare import is_finite
    from flowgraph.ops.math import add, subtract
    from flowgraph.ops.select import where
    from flowgraph.ops.unary import exp, log

    axis = one_of("axis", axis, "reduction_indices", reduction_indices)
    keepdims = bool(one_of("keepdims", keepdims, "keep_dims", keep_dims))
    x = convert_to_tensor(input_tensor)
    with name_scope(name, "ReduceLogSumExp", [x]):
        largest = reduce_max(x, axis=axis, keepdims=True)
        largest = stop_gradient(where(is_finite(largest), largest, zeros_like(largest)))
        result = log(reduce_sum(exp(subtract(x, largest)), axis, keepdims=keepdims))
        if not keepdims:
            largest = reshape(largest, shape(result))
        return scalar_if_certain(add(result, largest), axis, keepdims)


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: Any = None,
    dtype: Any = dt.int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
    input: Any = None,
) -> Tensor:
    """How many entries along some axes are not zero (of strings: not empty).

    Args: see `reduce_sum`; `dtype` is that of the result, `input` another name of `input_tensor`.

    >>> run(count_nonzero([[0, 1, 0], [1, 1, 0]], axis=1))
    array([1, 2])
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import not_equal

    keepdims = one_of("keepdims", keepdims, "keep_dims", keep_dims)
    x = one_of("input", input, "input_tensor", input_tensor)
    axis = one_of("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(name, "count_nonzero", [x]):
        x = convert_to_tensor(x, name="input")
        is_nonzero = not_equal(x, zeros([], dtype=x.dtype))
        return cast(reduce_sum(cast(is_nonzero, dt.int64), axis=axis, keepdims=keepdims), dtype)


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The fraction of zeros among the entries: how sparse an activation is.

    Args:
      value: a tensor of a number type.
      name: the name of the scope of its ops.

    >>> run(zero_fraction([0.0, 2.0, 0.0, 0.0]))
    0.75
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.cond import cond

    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        count = size(value, out_type=dt.int64)
        # TF counts with 32 bits where these are enough
        nonzero = cond(
            count <= np.iinfo(np.int32).max,
            true_fn=lambda: cast(_count_nonzero(value, dt.int32), dt.int64),
            false_fn=lambda: _count_nonzero(value, dt.int64),
        )
        with name_scope("counts_to_fraction"):
            zero_count = count - nonzero
            fraction = cast(zero_count, dt.float32) / cast(count, dt.float32)
        return identity(fraction, "fraction")


def _count_nonzero(value: Tensor, dtype: dt.DType) -> Tensor:
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import not_equal

    with name_scope("count_nonzero", values=[value]):
        zero = zeros([], dtype=value.dtype)
        return reduce_sum(cast(not_equal(value, zero), dtype), name="nonzero_count")


# -- moments ---------------------------------------------------------------------------------------------


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: Any = None,
    keepdims: Any = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance of a tensor along some axes.

    Args:
      x: a tensor of floats.
      axes: the axes to average over.
      shift: has no effect, in TF 1.15 as here: the variance is taken around the mean.
      name: the name of the scope of its ops.
      keep_dims: whether an averaged axis stays, with size 1.
      keepdims: another name of `keep_dims`.

    >>> mean, variance = moments(tf.constant([[1.0, 3.0], [2.0, 2.0]]), axes=[1])
    >>> run([mean, variance])
    [array([2., 2.], dtype=float32), array([1., 0.], dtype=float32)]
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.math import squared_difference
    from flowgraph.ops.shaping import squeeze

    del shift
    keep_dims = bool(one_of("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "moments", [x, axes]):
        is_half = x.dtype == dt.float16
        y = cast(x, dt.float32) if is_half else x
        mean = reduce_mean(y, axes, keepdims=True, name="mean")
        squares = squared_difference(y, stop_gradient(mean))
        variance = reduce_mean(squares, axes, keepdims=True, name="variance")
        if not keep_dims:
            mean, variance = squeeze(mean, axes), squeeze(variance, axes)
        return (cast(mean, dt.float16), cast(variance, dt.float16)) if is_half else (mean, variance)


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The variance of the entries along some axes.

    Args: see `reduce_sum`.

    >>> run(reduce_variance([1.0, 2.0, 3.0, 4.0]))
    1.25
    """
    from flowgraph.ops.unary import square

    with name_scope(name or "reduce_variance"):
        means = reduce_mean(input_tensor, axis=axis, keepdims=True)
        return reduce_mean(square(input_tensor - means), axis=axis, keepdims=keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The standard deviation of the entries along some axes.

    Args: see `reduce_sum`.

    >>> run(reduce_std([1.0, 3.0, 1.0, 3.0]))
    1.0
    """
    from flowgraph.ops.unary import sqrt

    with name_scope(name or "reduce_std"):
        return sqrt(reduce_variance(input_tensor, axis=axis, keepdims=keepdims))


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> Tensor:
    """Normalize with a given mean and variance: (x - mean) / sqrt(variance + epsilon) * scale + offset.

    Args:
      x: a tensor of floats.
      mean, variance: of shapes that broadcast with `x`, as `moments` gives them.
      offset, scale: what the result is to have for mean and deviation; None: 0, or 1.
      variance_epsilon: a small number, so that nothing is divided by zero.
      name: the name of the scope of its ops.

    >>> run(batch_normalization(tf.constant([1.0, 3.0]), 2.0, tf.constant(1.0), None, None, 0.0))
    array([-1.,  1.], dtype=float32)
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.unary import rsqrt

    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        factor = rsqrt(variance + variance_epsilon)
        if scale is not None:
            factor = factor * scale
        scaled = x * cast(factor, x.dtype)
        return scaled + cast(-mean * factor if offset is None else offset - mean * factor, x.dtype)
