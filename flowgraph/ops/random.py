"""Uniform and normal random numbers.

Each op has a Philox stream of its own, named by its two seeds (`kernels/philox.py`). A session remembers how
far it has come in each op's stream, so that every run goes on where the one before ended.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import INT, INTS, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.scope import get_default_graph, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import distributions
from flowgraph.kernels.philox import Stream
from flowgraph.kernels.seeds import graph_seed_pair
from flowgraph.ops.array import shape_argument
from flowgraph.ops.math import add, multiply, subtract
from flowgraph.shapes import Dimension, Sizes, to_text

FLOATS = (dt.float16, dt.bfloat16, dt.float32, dt.float64)

# -- seeds and shapes --------------------------------------------------------------------------------------


def get_seed(op_seed: Any) -> tuple[Any, Any]:
    """The two seeds that an op made now has, in a graph with or without a seed of its own.

    Args:
      op_seed: the op's own seed, or None.

    Returns:
      The graph's seed and the op's, for which the number of ops made so far stands in; (None, None) when
      neither has one: then each session draws its own.

    >>> get_seed(1), get_seed(None)
    ((87654321, 1), (None, None))
    >>> tf.set_random_seed(42)
    >>> zero = tf.constant(0)
    >>> get_seed(7), get_seed(None)
    ((42, 7), (42, 1))
    """
    graph = get_default_graph()
    return graph_seed_pair(graph.seed, op_seed, graph._last_id)


def seed_attrs(op_seed: Any) -> dict[str, Any]:
    """The attrs `seed` and `seed2` of an op made now; see `get_seed`."""
    seed, seed2 = get_seed(op_seed)
    return {} if seed is None else {"seed": int(seed), "seed2": int(seed2)}


def shape_tensor(shape: Any) -> Tensor:
    """The int32 or int64 tensor that holds the shape a user wrote; an empty list is the shape of a scalar."""
    if isinstance(shape, list | tuple):
        if not shape:
            return convert_to_tensor(shape, dt.int32, "shape")
        shape = tuple(_plain_size(size) for size in shape)
    return convert_to_tensor(shape, name="shape")


def _plain_size(size: Any) -> Any:
    """A size as old scripts mean it: `np.max(labels) + 1` of uint8 labels was an int64 before numpy 2."""
    if isinstance(size, Dimension):
        return size.value
    return np.int64(size) if isinstance(size, np.integer) and size.itemsize < 4 else size


def run_shape(shape: Any) -> tuple[int, ...]:
    """The sizes in a shape vector at run time.

    Raises:
      InvalidArgumentError: it is no vector, a size is negative, or their product has more than 63 bits.
    """
    if shape.ndim != 1:
        message = f"shape must be a vector of {{int32,int64}}, got shape {to_text(shape.shape)}"
        raise InvalidArgumentError(None, None, message)
    sizes = tuple(shape.tolist())
    if sizes and min(sizes) < 0:
        negative = next(size for size in sizes if size < 0)
        raise InvalidArgumentError(None, None, f"Dimension {negative} must be >= 0")
    if prod(sizes) >= 2**63:
        message = f"Shape {to_text(sizes)} would have more than 2**63 - 1 elements"
        raise InvalidArgumentError(None, None, message)
    return sizes


def own_stream(ctx: Any, seed: int, seed2: int, blocks: int) -> Stream:
    """Where the op's stream stands in this session; this run takes `blocks` blocks of it."""
    return Stream.seeded(*ctx.draw(seed, seed2, blocks))


# -- the ops -----------------------------------------------------------------------------------------------


def _draw(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The forward of an op that fills a shape with independent numbers from a kernel."""

    def forward(ctx: Any, shape: Any, *, seed: int, seed2: int, dtype: Any) -> Any:
        sizes = run_shape(shape)
        stream = own_stream(ctx, seed, seed2, distributions.reserved(prod(sizes)))
        return kernel(stream, sizes, dtype.np)

    return forward


def _sizes(shape: Any, **_attrs: Any) -> Sizes:
    return shape_argument(shape)


_ATTRS = {"seed": 0, "seed2": 0, "dtype": TypeAttr(FLOATS), "T": TypeAttr(INDEX)}
_CASES = (
    case(INTS(2, 3), seed=1, seed2=2, dtype=dt.float32),
    case(INTS(), seed=1, seed2=2, dtype=dt.float64),
    case(INTS(0, 3, dtype=dt.int64), seed=1, seed2=2, dtype=dt.float16),
    case(INTS(5, dtype=dt.int64), seed=-1, seed2=3, dtype=dt.bfloat16),
)

RANDOM_UNIFORM = OpDef(
    "RandomUniform(shape: T) -> output: dtype",
    attrs=_ATTRS,
    infer=_sizes,
    effect=Effect.RANDOM,
    forward=_draw(distributions.uniform),
    gradient=NO_GRADIENT,
    cases=_CASES,
)

RANDOM_STANDARD_NORMAL = OpDef(
    "RandomStandardNormal(shape: T) -> output: dtype",
    attrs=_ATTRS,
    infer=_sizes,
    effect=Effect.RANDOM,
    forward=_draw(distributions.normal),
    gradient=NO_GRADIENT,
    cases=_CASES,
)

TRUNCATED_NORMAL = OpDef(
    "TruncatedNormal(shape: T) -> output: dtype",
    attrs=_ATTRS,
    infer=_sizes,
    effect=Effect.RANDOM,
    forward=_draw(distributions.truncated_normal),
    gradient=NO_GRADIENT,
    cases=_CASES,
)


def demand_scalars(*inputs: Any) -> None:
    """Refuse, in a shape rule, inputs that are known not to be scalars."""
    for tensor in inputs:
        if tensor.sizes:
            raise ValueError(f"Shape must be rank 0 but is rank {len(tensor.sizes)}")


def _int_sizes(shape: Any, minval: Any, maxval: Any, **_attrs: Any) -> Sizes:
    demand_scalars(minval, maxval)
    return shape_argument(shape)


def scalar_bounds(minval: Any, maxval: Any) -> tuple[int, int]:
    """The bounds of random integers at run time.

    Raises:
      InvalidArgumentError: one of them is no scalar.
    """
    for name, bound in (("minval", minval), ("maxval", maxval)):
        if bound.ndim:
            message = f"{name} must be 0-D, got shape {to_text(bound.shape)}"
            raise InvalidArgumentError(None, None, message)
    return int(minval), int(maxval)


def _draw_ints(ctx: Any, shape: Any, minval: Any, maxval: Any, *, seed: int, seed2: int) -> Any:
    sizes = run_shape(shape)
    low, high = scalar_bounds(minval, maxval)
    stream = own_stream(ctx, seed, seed2, distributions.reserved(prod(sizes)))
    return distributions.uniform_int(stream, sizes, low, high, minval.dtype)


RANDOM_UNIFORM_INT = OpDef(
    "RandomUniformInt(shape: T, minval: Tout, maxval: Tout) -> output: Tout",
    attrs={"seed": 0, "seed2": 0, "Tout": TypeAttr(INDEX), "T": TypeAttr(INDEX)},
    infer=_int_sizes,
    effect=Effect.RANDOM,
    forward=_draw_ints,
    gradient=MISSING_GRADIENT,
    cases=[
        case(INTS(2, 3), INT(-5), INT(5), seed=1, seed2=2),
        case(INTS(0, dtype=dt.int64), INT(3), INT(3), seed=1, seed2=2),
        case(INTS(4), INT(-(2**40), dt.int64), INT(2**40, dt.int64), seed=1, seed2=2),
    ],
)

# -- what users call ---------------------------------------------------------------------------------------


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dt.float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Random numbers, each equally likely, of which the smallest may be `minval`; all are below `maxval`.

    Args:
      shape: the shape of the result, a list or an int32 or int64 vector.
      minval, maxval: the bounds; floats end at 1 by default, integers have no default.
      dtype: float16, bfloat16, float32, float64, int32 or int64.
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    Raises:
      ValueError: the dtype is another one, or integers are wanted without `maxval`.
      InvalidArgumentError: when run, where no integer lies between the bounds.

    >>> run(random_uniform([2, 3], seed=1))
    array([[0.239037, 0.9204  , 0.050512],
           [0.495744, 0.835522, 0.02647 ]], dtype=float32)
    >>> run(random_uniform([4], 0, 10, tf.int32, seed=1))
    array([7, 9, 3, 2], dtype=int32)
    """
    dtype, maxval = uniform_arguments(dtype, maxval)
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype, "min")
        maxval = convert_to_tensor(maxval, dtype, "max")
        if dtype.is_integer:
            return emit(RANDOM_UNIFORM_INT, shape, minval, maxval, **seed_attrs(seed), name=scope)
        numbers = emit(RANDOM_UNIFORM, shape, dtype=dtype, **seed_attrs(seed))
        return stretched(numbers, subtract(maxval, minval, name="sub"), minval, scope)


def uniform_arguments(dtype: Any, maxval: Any) -> tuple[DType, Any]:
    """The dtype and the upper bound of uniform numbers; only floats have a default, 1."""
    dtype = as_dtype(dtype)
    if dtype not in (*FLOATS, *INDEX):
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None and dtype.is_integer:
        raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
    return dtype, 1 if maxval is None else maxval


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dt.float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Random numbers of a normal (Gaussian) distribution.

    Args:
      shape: the shape of the result, a list or an int32 or int64 vector.
      mean, stddev: the distribution's centre and width, numbers or tensors that broadcast to the shape.
      dtype: float16, bfloat16, float32 or float64.
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    >>> run(random_normal([2, 3], stddev=1, seed=1))
    array([[-0.811318,  1.484599,  0.065329],
           [-2.442704,  0.099248,  0.591224]], dtype=float32)
    """
    with name_scope(name, "random_normal", [shape, mean, stddev]) as scope:
        return _scaled(RANDOM_STANDARD_NORMAL, shape, mean, stddev, dtype, seed, scope)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dt.float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Random numbers of a normal distribution, all less than two standard deviations away from the mean.

    Args:
      shape: the shape of the result, a list or an int32 or int64 vector.
      mean, stddev: the normal distribution's centre and width, before it is cut.
      dtype: float16, bfloat16, float32 or float64.
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    >>> run(truncated_normal([2, 3], seed=1))
    array([[-0.811318,  1.484599,  0.065329],
           [ 0.099248,  0.639697,  1.610871]], dtype=float32)
    """
    with name_scope(name, "truncated_normal", [shape, mean, stddev]) as scope:
        return _scaled(TRUNCATED_NORMAL, shape, mean, stddev, dtype, seed, scope)


def _scaled(opdef: OpDef, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: Any, scope: str) -> Tensor:
    """Normal numbers from `opdef`, as the user wants them spread."""
    shape = shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype, "mean")
    stddev = convert_to_tensor(stddev, dtype, "stddev")
    numbers = emit(opdef, shape, dtype=as_dtype(dtype), **seed_attrs(seed))
    return stretched(numbers, stddev, mean, scope)


def stretched(numbers: Tensor, factor: Tensor, start: Tensor, scope: str) -> Tensor:
    """Numbers of a standard distribution, made `factor` times as wide and moved to `start`."""
    return add(multiply(numbers, factor, name="mul"), start, name=scope)
