"""Sizes of states: one number, a shape, or a structure of them; and the zeros in which a state begins."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros
from flowgraph.ops.constant import constant
from flowgraph.ops.joining import concat
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import TensorShape


def _vector_and_shape(size: Any, what: str) -> tuple[Tensor | None, TensorShape]:
    """A number, shape or tensor as a vector of sizes, if all are known, and as a shape."""
    if not isinstance(size, Tensor):
        shape = TensorShape(size)
        vector = constant(shape.as_list(), dtype=dt.int32) if shape.is_fully_defined() else None
        return vector, shape
    known = constant_value(size)
    if size.shape.ndims not in (0, 1):
        raise refusal(f"{what} tensor must be either a scalar or vector, but saw tensor: {size}")
    return expand_dims(size, 0) if size.shape.ndims == 0 else size, TensorShape(known)


def joined_sizes(prefix: Any, suffix: Any) -> Tensor:
    """A vector of the sizes in `prefix` and those in `suffix`: numbers, shapes, or integer tensors.

    Raises:
      ValueError: a size is unknown, or a tensor neither a scalar nor a vector.

    >>> run(joined_sizes(2, [3, 4]))
    array([2, 3, 4], dtype=int32)
    """
    front, _ = _vector_and_shape(prefix, "prefix")
    back, _ = _vector_and_shape(suffix, "suffix")
    if front is None or back is None:
        raise refusal(f"Provided a prefix or suffix of None: {prefix} and {suffix}")
    return concat((front, back), 0)


def joined_shape(prefix: Any, suffix: Any) -> TensorShape:
    """What is known of those sizes; adds the ops that TF adds to find out."""
    return _vector_and_shape(prefix, "prefix")[1].concatenate(_vector_and_shape(suffix, "suffix")[1])


def zero_states(state_size: Any, batch_size: Any, dtype: Any) -> Any:
    """Zeros of the shape [batch_size, size] for each size of a structure."""

    def zero_state(size: Any) -> Tensor:
        state = zeros(joined_sizes(batch_size, size), dtype=dtype)
        state.set_shape(joined_shape(batch_size, size))
        return state

    return nest.map_structure(zero_state, state_size)
