"""Random numbers that are a pure function of a seed, which is a tensor: equal seeds, equal numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, INTS, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import choices, distributions
from flowgraph.kernels.philox import Stream
from flowgraph.ops.array import shape_argument
from flowgraph.ops.math import subtract
from flowgraph.ops.random import (
    FLOATS,
    demand_scalars,
    run_shape,
    scalar_bounds,
    shape_tensor,
    stretched,
    uniform_arguments,
)
from flowgraph.ops.random_choice import LOGITS, sample_count, sampled_sizes
from flowgraph.shapes import Sizes, to_text

# -- the ops -----------------------------------------------------------------------------------------------


def _demand_two(seed: Any) -> None:
    """Refuse, in a shape rule, a seed that is known not to be a pair."""
    if seed.sizes is None:
        return
    if len(seed.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(seed.sizes)}")
    if seed.sizes[0] not in (2, None):
        raise ValueError(f"Dimension must be 2 but is {seed.sizes[0]}")


def _stream(seed: Any) -> Stream:
    if seed.shape != (2,):
        raise InvalidArgumentError(None, None, f"seed must have shape [2], not {to_text(seed.shape)}")
    return Stream.stateless(*seed.tolist())


def _sizes(shape: Any, seed: Any, **_attrs: Any) -> Sizes:
    _demand_two(seed)
    return shape_argument(shape)


def _draw(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The forward of an op that fills a shape with independent numbers from a kernel."""
    return lambda xp, shape, seed, *, dtype: kernel(_stream(seed), run_shape(shape), dtype.np)


_SEED = TypeAttr(INDEX, dt.int64)
_ATTRS = {"dtype": TypeAttr(FLOATS, dt.float32), "T": TypeAttr(INDEX, dt.int32), "Tseed": _SEED}
_CASES = (
    case(INTS(2, 3), INTS(1, 2)),
    case(INTS(dtype=dt.int64), INTS(-1, 2, dtype=dt.int64), dtype=dt.float64),
    case(INTS(0, 3), INTS(0, 0), dtype=dt.bfloat16),
    case(INTS(5), INTS(2**40, -7, dtype=dt.int64), dtype=dt.float16),
)

STATELESS_RANDOM_UNIFORM = OpDef(
    "StatelessRandomUniform(shape: T, seed: Tseed) -> output: dtype",
    attrs=_ATTRS,
    infer=_sizes,
    forward=_draw(distributions.uniform),
    gradient=NO_GRADIENT,
    cases=_CASES,
)

STATELESS_RANDOM_NORMAL = OpDef(
    "StatelessRandomNormal(shape: T, seed: Tseed) -> output: dtype",
    attrs=_ATTRS,
    infer=_sizes,
    forward=_draw(distributions.normal),
    gradient=NO_GRADIENT,
    cases=_CASES,
)

STATELESS_TRUNCATED_NORMAL = OpDef(
    "StatelessTruncatedNormal(shape: T, seed: Tseed) -> output: dtype",
    attrs=_ATTRS,
    infer=_sizes,
    forward=_draw(distributions.truncated_normal),
    gradient=NO_GRADIENT,
    cases=_CASES,
)


def _int_sizes(shape: Any, seed: Any, minval: Any, maxval: Any) -> Sizes:
    demand_scalars(minval, maxval)
    return _sizes(shape, seed)


def _draw_ints(_xp: Any, shape: Any, seed: Any, minval: Any, maxval: Any) -> Any:
    sizes, (low, high) = run_shape(shape), scalar_bounds(minval, maxval)
    return distributions.uniform_int(_stream(seed), sizes, low, high, minval.dtype)


STATELESS_RANDOM_UNIFORM_INT = OpDef(
    "StatelessRandomUniformInt(shape: T, seed: Tseed, minval: dtype, maxval: dtype) -> output: dtype",
    attrs={"dtype": TypeAttr(INDEX), "T": TypeAttr(INDEX), "Tseed": _SEED},
    infer=_int_sizes,
    forward=_draw_ints,
    gradient=NO_GRADIENT,
    cases=[
        case(INTS(2, 3), INTS(1, 2), INT(-5), INT(5)),
        case(INTS(4), INTS(1, 2), INT(-(2**40), dt.int64), INT(2**40, dt.int64)),
    ],
)


def _sample_sizes(logits: Any, num_samples: Any, seed: Any, **_attrs: Any) -> Sizes:
    _demand_two(seed)
    return sampled_sizes(logits, num_samples)


def _sample(_xp: Any, logits: Any, num_samples: Any, seed: Any, *, output_dtype: Any) -> Any:
    samples = sample_count(logits, num_samples)
    return choices.multinomial(_stream(seed), logits, samples, output_dtype.np)


STATELESS_MULTINOMIAL = OpDef(
    "StatelessMultinomial(logits: T, num_samples: int32, seed: Tseed) -> output: output_dtype",
    attrs={"T": LOGITS, "Tseed": _SEED, "output_dtype": TypeAttr(INDEX, dt.int64)},
    infer=_sample_sizes,
    forward=_sample,
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(3, 4), INT(5), INTS(1, 2)),
        case(DOUBLE(2, 3), INT(6), INTS(1, 2), output_dtype=dt.int32),
    ],
)

# -- what users call ---------------------------------------------------------------------------------------


def stateless_random_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dt.float32,
    name: str | None = None,
) -> Tensor:
    """Uniform random numbers that depend on `seed` alone; see `tf.random.uniform`.

    Args:
      shape: the shape of the result, a list or an int32 or int64 vector.
      seed: two integers.
      minval, maxval: the bounds; floats end at 1 by default, integers have no default.
      dtype: float16, bfloat16, float32, float64, int32 or int64.
      name: the op's name.

    Raises:
      ValueError: the dtype is another one, or integers are wanted without `maxval`.

    >>> run(stateless_random_uniform([3], seed=[1, 2]))
    array([0.84406 , 0.192045, 0.996223], dtype=float32)
    """
    dtype, maxval = uniform_arguments(dtype, maxval)
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype, "min")
        maxval = convert_to_tensor(maxval, dtype, "max")
        if dtype.is_integer:
            return emit(STATELESS_RANDOM_UNIFORM_INT, shape, seed, minval, maxval, name=scope)
        numbers = emit(STATELESS_RANDOM_UNIFORM, shape, seed, dtype=dtype)
        return stretched(numbers, subtract(maxval, minval, name="sub"), minval, scope)


def stateless_random_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dt.float32,
    name: str | None = None,
) -> Tensor:
    """Normal random numbers that depend on `seed`, two integers, alone; see `tf.random.normal`.

    >>> run(stateless_random_normal([3], seed=[1, 2], mean=10.0))
    array([10.54411 , 10.20738 , 10.073565], dtype=float32)
    """
    with name_scope(name, "stateless_random_normal", [shape, seed, mean, stddev]) as scope:
        return _spread(STATELESS_RANDOM_NORMAL, shape, seed, mean, stddev, dtype, scope)


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dt.float32,
    name: str | None = None,
) -> Tensor:
    """Truncated normal numbers that depend on `seed`, two integers, alone; see `tf.random.truncated_normal`.

    >>> run(stateless_truncated_normal([3], seed=[1, 2]))
    array([0.54411 , 0.20738 , 0.073564], dtype=float32)
    """
    with name_scope(name, "stateless_truncated_normal", [shape, seed, mean, stddev]) as scope:
        return _spread(STATELESS_TRUNCATED_NORMAL, shape, seed, mean, stddev, dtype, scope)


def _spread(opdef: OpDef, shape: Any, seed: Any, mean: Any, stddev: Any, dtype: Any, scope: str) -> Tensor:
    shape = shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype, "mean")
    stddev = convert_to_tensor(stddev, dtype, "stddev")
    return stretched(emit(opdef, shape, seed, dtype=as_dtype(dtype)), stddev, mean, scope)


def stateless_multinomial(
    logits: Any,
    num_samples: Any,
    seed: Any,
    output_dtype: Any = dt.int64,
    name: str | None = None,
) -> Tensor:
    """`tf.random.stateless_categorical` under its older name."""
    with name_scope(name, "stateless_multinomial", [logits, seed]):
        return _sampled(logits, num_samples, seed, output_dtype)


def stateless_categorical(
    logits: Any,
    num_samples: Any,
    seed: Any,
    dtype: Any = dt.int64,
    name: str | None = None,
) -> Tensor:
    """Classes drawn by their logits, depending on `seed`, two integers, alone; see `tf.random.categorical`.

    >>> run(stateless_categorical([[0.0, 1.0, 2.0]], 8, seed=[1, 2]))
    array([[2, 2, 1, 2, 2, 2, 2, 1]])
    """
    with name_scope(name, "stateless_categorical", [logits, seed]):
        return _sampled(logits, num_samples, seed, dtype)


def _sampled(logits: Any, num_samples: Any, seed: Any, dtype: Any) -> Tensor:
    logits = convert_to_tensor(logits, name="logits")
    return emit(STATELESS_MULTINOMIAL, logits, num_samples, seed, output_dtype=as_dtype(dtype))
