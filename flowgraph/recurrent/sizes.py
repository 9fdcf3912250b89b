"""Shapes put together of a batch size and a cell's sizes, either of which may be known only when the graph runs."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.joining import concat
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import as_shape


def join_sizes(prefix: Any, suffix: Any) -> Tensor:
    """Two shapes, one behind the other, as an int32 vector.

    Args:
      prefix, suffix: a size, a shape, or an integer scalar or vector.

    Raises:
      ValueError: one of them is not wholly known, and no tensor either, or a tensor of a higher rank.

    >>> run(join_sizes(tf.constant(32), [5, 5]))
    array([32,  5,  5], dtype=int32)
    """
    (head, _), (tail, _) = _part(prefix, "prefix"), _part(suffix, "suffix")
    if head is None or tail is None:
        line = f"Provided a prefix or suffix of None: {prefix} and {suffix}"
        raise ValueError(errors.explain(line, where=user_site()))
    return concat((head, tail), 0)


def join_static_sizes(prefix: Any, suffix: Any) -> list[int | None] | None:
    """What is known of the shape that `join_sizes` gives: a list, or None if not even the rank is known.

    >>> join_static_sizes(None, 3) is None, join_static_sizes([None], 3)
    (True, [None, 3])
    """
    (_, head), (_, tail) = _part(prefix, "prefix"), _part(suffix, "suffix")
    joined = as_shape(head).concatenate(tail)
    return None if joined.ndims is None else joined.as_list()


def _part(part: Any, argument: str) -> tuple[Tensor | None, Any]:
    """A vector of sizes as a tensor, if that can be had, and what is known of them.

    As in TF the constant is made also for those who ask only for what is known.
    """
    if not isinstance(part, Tensor):
        shape = as_shape(part)
        sizes = None if shape.ndims is None else shape.as_list()
        return constant(sizes, dtype=dt.int32) if shape.is_fully_defined() else None, sizes
    known = constant_value(part)
    if part.shape.ndims == 0:
        return expand_dims(part, 0), known
    if part.shape.ndims == 1:
        return part, known
    line = f"{argument} tensor must be either a scalar or vector, but saw tensor: {part}"
    raise ValueError(errors.explain(line, where=user_site()))
