"""Windows out of a tensor, from a place chosen at random."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape as shape_of
from flowgraph.ops.assertion import Assert
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.random import random_uniform
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.slicing import slice


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Tensor:
    """A window of a given size out of a tensor, from a place chosen at random.

    Args:
      value: any tensor.
      size: the window's size along each axis, an int32 vector.
      seed: the op's seed; see `tf.set_random_seed`.
      name: the op's name.

    Raises:
      InvalidArgumentError: when run, where `value` is smaller than the window.

    >>> run(random_crop([[1, 2, 3], [4, 5, 6]], [2, 2], seed=2))
    array([[2, 3],
           [5, 6]], dtype=int32)
    """
    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dt.int32, "size")
        shape = shape_of(value)
        data = ["Need value.shape >= size, got ", shape, size]
        shape = with_dependencies([Assert(reduce_all(shape >= size), data, summarize=1000)], shape)
        places = shape - size + 1
        number = random_uniform(shape_of(shape), maxval=size.dtype.max, dtype=size.dtype, seed=seed)
        return slice(value, number % places, size, name=scope)
