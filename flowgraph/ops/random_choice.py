"""Random choices: shuffled rows and drawn classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import BOOL, DOUBLE, FLOAT, HALF, INT, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import choices
from flowgraph.ops.broadcast import same
from flowgraph.ops.random import demand_scalars, own_stream, seed_attrs
from flowgraph.shapes import Sizes, to_text

# -- shuffled rows -----------------------------------------------------------------------------------------


def _shuffle(ctx: Any, value: Any, *, seed: int, seed2: int) -> Any:
    rows = len(value) if value.ndim else 1
    blocks = choices.permutation_reserved(rows, value.size)
    stream = own_stream(ctx, seed, seed2, blocks)
    return value[choices.permutation(stream, rows)] if blocks else np.array(value)


RANDOM_SHUFFLE = OpDef(
    "RandomShuffle(value: T) -> output: T",
    attrs={"seed": 0, "seed2": 0, "T": TypeAttr()},
    infer=same,
    effect=Effect.RANDOM,
    forward=_shuffle,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(5, 2), seed=1, seed2=2),
        case(RANDOM_INT(7), seed=1, seed2=2),
        case(BOOL(0, 3), seed=1, seed2=2),
        case(DOUBLE(), seed=1, seed2=2),
        case(VALUE([b"a", b"b", b"c"], dt.string), seed=1, seed2=2),
    ],
)


def random_shuffle(value: Any, seed: Any = None, name: str | None = None) -> Tensor:
    """The rows of a tensor (its slices along the first axis) in random order.

    Args:
      value: any tensor; a scalar stays as it is.
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    >>> run(random_shuffle([[1, 2], [3, 4], [5, 6]], seed=1))
    array([[1, 2],
           [5, 6],
           [3, 4]], dtype=int32)
    """
    return emit(RANDOM_SHUFFLE, value, **seed_attrs(seed), name=name)


# -- drawn classes -----------------------------------------------------------------------------------------


def sampled_sizes(logits: Any, num_samples: Any) -> Sizes:
    """Shape rule of the ops that draw classes for rows of logits: [rows, samples]."""
    if logits.sizes is not None and len(logits.sizes) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(logits.sizes)}")
    demand_scalars(num_samples)
    samples = num_samples.constant()
    if samples is not None and samples < 0:
        raise ValueError(f"Dimension size, given by scalar input 1, must be non-negative but is {samples}")
    rows = None if logits.sizes is None else logits.sizes[0]
    return (rows, None if samples is None else int(samples))


def sample_count(logits: Any, num_samples: Any) -> int:
    """How many classes to draw for each row, at run time.

    Raises:
      InvalidArgumentError: the logits are no matrix, or the number of samples is no scalar or negative.
    """
    if logits.ndim != 2:
        message = f"logits should be a matrix, got shape {to_text(logits.shape)}"
        raise InvalidArgumentError(None, None, message)
    if num_samples.ndim:
        message = f"num_samples should be a scalar, got shape {to_text(num_samples.shape)}"
        raise InvalidArgumentError(None, None, message)
    if num_samples < 0:
        raise InvalidArgumentError(None, None, f"num_samples should be nonnegative, got {num_samples}")
    return int(num_samples)


def _multinomial(ctx: Any, logits: Any, num_samples: Any, *, seed: int, seed2: int, output_dtype: Any) -> Any:
    samples = sample_count(logits, num_samples)
    stream = own_stream(ctx, seed, seed2, choices.multinomial_reserved(len(logits), samples))
    return choices.multinomial(stream, logits, samples, output_dtype.np)


_LOGITS_TYPES = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16,
    dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip
LOGITS = TypeAttr(_LOGITS_TYPES)

MULTINOMIAL = OpDef(
    "Multinomial(logits: T, num_samples: int32) -> output: output_dtype",
    attrs={"seed": 0, "seed2": 0, "T": LOGITS, "output_dtype": TypeAttr(INDEX, dt.int64)},
    infer=lambda logits, num_samples, **attrs: sampled_sizes(logits, num_samples),
    effect=Effect.RANDOM,
    forward=_multinomial,
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(3, 4), INT(5), seed=1, seed2=2),
        case(DOUBLE(2, 3), INT(6), seed=1, seed2=2, output_dtype=dt.int32),
        case(HALF(2, 1), INT(0), seed=1, seed2=2),
        case(FLOAT(0, 2), INT(3), seed=1, seed2=2),
        case(VALUE([[-np.inf, 0.0, np.nan], [np.inf, -1.0, 0.0]]), INT(4), seed=1, seed2=2),
    ],
)


def multinomial(
    logits: Any,
    num_samples: Any,
    seed: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
) -> Tensor:
    """`tf.random.categorical` under its older name, and with its arguments in another order."""
    with name_scope(name, "multinomial", [logits]):
        return _sampled(logits, num_samples, output_dtype, seed)


def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Classes drawn at random, each with a probability proportional to the exponential of its logit.

    Args:
      logits: [rows, classes], of any real dtype.
      num_samples: how many classes to draw for each row, a scalar.
      dtype: of the result: int32 or int64 (the default).
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    Returns:
      [rows, num_samples] numbers of classes.

    Raises:
      InvalidArgumentError: when run, where there are no classes.

    >>> run(categorical([[0.0, 1.0, 2.0]], 8, seed=1))
    array([[2, 2, 2, 2, 1, 1, 1, 2]])
    """
    with name_scope(name, "categorical", [logits]):
        return _sampled(logits, num_samples, dtype, seed)


def _sampled(logits: Any, num_samples: Any, dtype: Any, seed: Any) -> Tensor:
    logits = convert_to_tensor(logits, name="logits")
    output_dtype = None if dtype is None else as_dtype(dtype)
    return emit(MULTINOMIAL, logits, num_samples, **seed_attrs(seed), output_dtype=output_dtype)
