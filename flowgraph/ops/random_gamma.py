"""Random numbers with a parameter for each distribution: gamma and Poisson."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.errors import InvalidArgumentError, explain
from flowgraph.ir.cases import DOUBLE, HALF, INT, INTS, POSITIVE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import rejection
from flowgraph.kernels.distributions import reserved
from flowgraph.kernels.gamma import sample_derivative
from flowgraph.ops.array import ones, reshape, shape_argument, zeros_like
from flowgraph.ops.array import shape as shape_of
from flowgraph.ops.broadcast import broadcast_shape, incompatible
from flowgraph.ops.joining import concat
from flowgraph.ops.math import maximum
from flowgraph.ops.random import own_stream, run_shape, seed_attrs
from flowgraph.ops.range import range
from flowgraph.ops.reduction import reduce_sum
from flowgraph.shapes import Sizes, to_text

_REAL = (dt.float16, dt.float32, dt.float64)


def _sizes(shape: Any, parameter: Any, **_attrs: Any) -> Sizes:
    """Shape rule: as many numbers as `shape` says for each entry of the parameter."""
    samples = shape_argument(shape)
    return None if samples is None or parameter.sizes is None else (*samples, *parameter.sizes)


# -- gamma -------------------------------------------------------------------------------------------------


def _gamma(ctx: Any, shape: Any, alpha: Any, *, seed: int, seed2: int) -> Any:
    if shape.ndim != 1:
        entries = " ".join(str(entry) for entry in shape.reshape(-1)[:3])
        tensor = f"Tensor<type: {shape.dtype} shape: {to_text(shape.shape)} values: "
        tensor += f"[{entries}]>" if shape.ndim else f"{entries}>"
        message = f"shape must be a vector of {{int32,int64}}, got shape: {tensor}"
        raise InvalidArgumentError(None, None, message)
    sizes = run_shape(shape)
    stream = own_stream(ctx, seed, seed2, reserved(prod(sizes) * alpha.size))
    return rejection.gamma(stream, sizes, alpha)


def _with_leading_axes(x: Tensor, count: Any) -> Tensor:
    """`x` with `count` axes of size 1 before its own."""
    return reshape(x, concat([ones([count], dtype=dt.int32), shape_of(x)], axis=0))


def _gamma_grad(op: Any, dy: Tensor) -> list[Any]:
    """How each number moves with its alpha while it keeps its quantile (Figurnov et al., 2018)."""
    shape, alpha = op.inputs
    with control_dependencies([dy]):
        sample_axes = shape_of(shape)[0]
        by_alpha = random_gamma_grad(_with_leading_axes(alpha, sample_axes), op.outputs[0])
        return [None, reduce_sum(dy * by_alpha, axis=range(sample_axes))]


RANDOM_GAMMA = OpDef(
    "RandomGamma(shape: S, alpha: T) -> output: T",
    attrs={"seed": 0, "seed2": 0, "S": TypeAttr(INDEX), "T": TypeAttr(_REAL)},
    infer=_sizes,
    effect=Effect.RANDOM,
    forward=_gamma,
    gradient=_gamma_grad,
    cases=[  # the gradient is not that of any one run: a number jumps where it is tried again
        case(INTS(2), POSITIVE(3), seed=1, seed2=2, gradient=False),
        case(INTS(), DOUBLE(2, 1, low=0.5), seed=1, seed2=2, gradient=False),
        case(INTS(3, 0, dtype=dt.int64), POSITIVE(), seed=1, seed2=2, gradient=False),
        case(INTS(2), HALF(2, low=0.5), seed=1, seed2=2, gradient=False),
    ],
)

RANDOM_GAMMA_GRAD = OpDef(
    "RandomGammaGrad(alpha: T, sample: T) -> output: T",
    attrs={"T": TypeAttr((dt.float32, dt.float64))},
    infer=broadcast_shape,
    forward=lambda xp, alpha, sample: sample_derivative(alpha, sample),
    gradient=MISSING_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(POSITIVE(3, 1), POSITIVE(2, 1, 4)),
        case(DOUBLE(2, low=5.0, high=9.0), DOUBLE(2, low=0.0, high=20.0)),
        case(POSITIVE(0), POSITIVE()),
    ],
)


def random_gamma_grad(alpha: Any, sample: Any, name: str | None = None) -> Tensor:
    """The derivative of gamma numbers by alpha, each at its own quantile of the distribution."""
    return emit(RANDOM_GAMMA_GRAD, alpha, sample, name=name)


def random_gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dt.float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Random numbers of gamma distributions, `shape` of them from each.

    They are differentiable with respect to `alpha` and `beta`.

    Args:
      shape: how many numbers, and in what shape, to draw from each distribution: a list or an int32 vector.
      alpha, beta: the distributions' shape and rate (inverse scale, 1 if not given); they broadcast.
      dtype: of the parameters and the numbers: float16, float32 or float64.
      seed: the op's seed; see `tf.set_random_seed`.
      name: a name scope.

    Returns:
      A tensor of shape `shape + (alpha + beta).shape`, whose entries are above 0.

    >>> run(random_gamma([2], alpha=[0.5, 2.0], beta=8.0, seed=1))
    array([[0.048297, 0.108416],
           [0.046296, 0.140877]], dtype=float32)
    """
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, dt.int32, "shape")
        alpha = convert_to_tensor(alpha, dtype, "alpha")
        beta = convert_to_tensor(1 if beta is None else beta, dtype, "beta")
        alpha = alpha + zeros_like(beta)
        attrs = seed_attrs(seed)
        if not alpha.dtype.is_floating:  # (in numpy's words of TF's time)
            raise ValueError(explain(f"data type {alpha.dtype.as_numpy_dtype!r} not inexact", where=user_site()))
        tiny = np.finfo(alpha.dtype.as_numpy_dtype).tiny  # where a number was rounded to 0
        return maximum(tiny, emit(RANDOM_GAMMA, shape, alpha, **attrs) / beta)


# -- Poisson -----------------------------------------------------------------------------------------------


def _poisson(ctx: Any, shape: Any, rate: Any, *, seed: int, seed2: int, dtype: Any) -> Any:
    sizes = run_shape(shape)
    stream = own_stream(ctx, seed, seed2, reserved(prod(sizes) * rate.size))
    return rejection.poisson(stream, sizes, rate, dtype.np)


RANDOM_POISSON_V2 = OpDef(
    "RandomPoissonV2(shape: S, rate: R) -> output: dtype",
    attrs={
        "seed": 0,
        "seed2": 0,
        "S": TypeAttr(INDEX),
        "R": TypeAttr((*_REAL, *INDEX), dt.float64),
        "dtype": TypeAttr((*_REAL, *INDEX), dt.int64),
    },
    infer=_sizes,
    effect=Effect.RANDOM,
    forward=_poisson,
    gradient=MISSING_GRADIENT,
    cases=[
        case(INTS(2), POSITIVE(3, high=30.0), seed=1, seed2=2, dtype=dt.float32),
        case(INTS(), DOUBLE(2, 1, low=0.5), seed=1, seed2=2),
        case(INTS(3, 0, dtype=dt.int64), INT(5), seed=1, seed2=2, dtype=dt.int32),
        case(INTS(2), INT([3, 40], dt.int64), seed=1, seed2=2, dtype=dt.float16),
    ],
)


def random_poisson(
    lam: Any,
    shape: Any,
    dtype: Any = dt.float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Random numbers of Poisson distributions, `shape` of them from each.

    Args:
      lam: the distributions' rates, a tensor of any shape.
      shape: how many numbers, and in what shape, to draw from each distribution: a list or an int32 vector.
      dtype: of the numbers: float16, float32, float64, int32 or int64.
      seed: the op's seed; see `tf.set_random_seed`.
      name: a name scope.

    Returns:
      A tensor of shape `shape + lam.shape`.

    Raises:
      InvalidArgumentError: when run, for a rate beyond the range of `dtype`.

    >>> run(random_poisson([0.5, 55.5], [2], seed=1))
    array([[ 0., 56.],
           [ 0., 53.]], dtype=float32)
    """
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, dt.int32, "shape")
        return emit(RANDOM_POISSON_V2, shape, lam, dtype=as_dtype(dtype), **seed_attrs(seed))
