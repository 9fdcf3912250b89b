"""Numbers drawn as decoders draw them: yes or no with a probability, a class by its logit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, less
from flowgraph.ops.joining import concat
from flowgraph.ops.padding import pad
from flowgraph.ops.random import random_uniform
from flowgraph.ops.random_choice import multinomial
from flowgraph.ops.reduction import reduce_prod
from flowgraph.ops.shaping import transpose


def bernoulli_sample(probs: Any, dtype: Any = dt.int32, sample_shape: Any = (), seed: Any = None) -> Tensor:
    """1 or True with the probabilities given, else 0 or False.

    Args:
      probs: a tensor of floats.
      dtype: that of the result.
      sample_shape: how many draws of each, the first axes of the result.
      seed: the op's seed.

    >>> run(bernoulli_sample([0.0, 1.0], sample_shape=2))
    array([[0, 1],
           [0, 1]], dtype=int32)
    """
    probs = convert_to_tensor(probs, name="probs")
    sizes = shape(probs)

    def draw(count: Tensor) -> Tensor:
        uniform = random_uniform(concat([[count], sizes], 0), seed=seed, dtype=probs.dtype)
        return cast(less(uniform, probs), dtype)

    return _draw_in_shape(draw, sample_shape)


def categorical_sample(logits: Any, dtype: Any = dt.int32, sample_shape: Any = (), seed: Any = None) -> Tensor:
    """The number of a class, drawn for each row of logits.

    Args:
      logits: `[..., classes]`, logarithms of the classes' relative probabilities.
      dtype: that of the result, an integer type.
      sample_shape: how many draws for each row, the first axes of the result.
      seed: the op's seed.

    >>> run(categorical_sample([[0.0, -99.0], [-99.0, 0.0]]))
    array([0, 1], dtype=int32)
    """
    logits = convert_to_tensor(logits, name="logits")
    classes = shape(logits)[-1]
    sizes = shape(logits)[:-1]

    def draw(count: Tensor) -> Tensor:
        rows = logits if logits.shape.ndims == 2 else reshape(logits, [-1, classes])
        kind = dt.int64 if logits.dtype.size > 4 else dt.int32
        draws = multinomial(rows, count, seed=seed, output_dtype=kind)
        return cast(reshape(transpose(draws), concat([[count], sizes], 0)), dtype)

    return _draw_in_shape(draw, sample_shape)


def _draw_in_shape(draw: Callable[[Tensor], Tensor], sample_shape: Any) -> Tensor:
    """As many draws as a shape, a number or a vector, has entries, in that shape."""
    with name_scope(None, "call_sampler", values=[sample_shape]):
        sample_shape = convert_to_tensor(sample_shape, dtype=dt.int32, name="sample_shape")
        is_number = cast(equal(rank(sample_shape), 0), dt.int32)
        # a number becomes a vector with one entry
        axes = pad(shape(sample_shape), paddings=[[is_number, 0]], constant_values=1)
        sample_shape = reshape(sample_shape, axes)
        samples = draw(reduce_prod(sample_shape))
        sizes = shape(samples)[1:]
        return reshape(samples, concat([sample_shape, sizes], 0))
