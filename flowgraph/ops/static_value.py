"""What TF's Python code finds out about a tensor's value while building: less than shape inference does.

Gradients choose between their short and their long form by it, so to have TF's nodes it must know as little.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.tensor import Tensor
from flowgraph.sizes import Sizes

_SHAPES = frozenset({"Shape", "Size", "Rank"})
_SEEN_THROUGH = frozenset({"Range", "Cast", "Concat", "ConcatV2", "Pack", "Fill", "Equal", "NotEqual"})


def constant_value(tensor: Any) -> Any:
    """The value as an array if TF's `constant_value` gives one, else None; any other object is its own value.

    A tensor whose value was used cannot be fed any more, as in TF.

    >>> x = tf.placeholder(tf.float32, [2, 3])
    >>> constant_value(tf.shape(x))
    array([2, 3], dtype=int32)
    >>> constant_value(tf.shape(x) + 1) is None
    True
    """
    if not isinstance(tensor, Tensor):
        return tensor
    if not _is_simple(tensor):
        return None
    value = tensor.constant()
    if value is not None:
        tensor.graph.prevent_feeding(tensor)
    return value


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of a tensor as an array if it is known while the graph is built, else None.

    Args:
      tensor: a tensor; anything else is its own value. Once its value was asked for it cannot be fed any more.
      partial: whether of a tensor that was stacked of others, those that are known may be told: as an array of
        objects, None for the rest.

    >>> get_static_value(tf.constant([1, 2]))
    array([1, 2], dtype=int32)
    >>> get_static_value(tf.stack([1, tf.placeholder(tf.int32, [])]), partial=True)
    array([array(1, dtype=int32), None], dtype=object)
    """
    value = constant_value(tensor)
    if value is None and partial and isinstance(tensor, Tensor) and tensor.op.type == "Pack" and tensor.op.inputs:
        if tensor.op.attrs["axis"]:
            return None
        parts = [constant_value(part) for part in tensor.op.inputs]
        if any(part is not None for part in parts):
            value = np.empty(len(parts), object)
            value[:] = parts
    return value


def constant_shape(tensor: Tensor) -> Sizes:
    """What TF's `constant_value_as_shape` says of the shape that a vector holds.

    >>> x = tf.placeholder(tf.float32, [None, 3])
    >>> constant_shape(tf.concat([tf.shape(x), [4]], 0))
    (None, 3, 4)
    """
    op = tensor.op
    if op.type == "Shape":
        return op.inputs[0].sizes
    if op.type == "Pack":
        return tuple(_size(constant_value(part)) for part in op.inputs)
    if op.type == "ConcatV2":
        parts = [constant_shape(part) for part in op.inputs[:-1]]
        return None if None in parts else tuple(size for part in parts for size in part or ())
    if op.type == "StridedSlice":
        return _constant_slice(op)
    value = constant_value(tensor)
    if value is not None:
        return tuple(map(_size, value.tolist()))
    return (None,) * tensor.sizes[0] if tensor.sizes and tensor.sizes[0] is not None else None


def _constant_slice(op: Any) -> Sizes:
    """The same of a slice of the vector, where the slice's own bounds are known."""
    whole = constant_shape(op.inputs[0])
    begin, end, strides = (constant_value(tensor) for tensor in op.inputs[1:])
    plain = not any(op.attrs[mask] for mask in ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask"))
    if whole is None or begin is None or end is None or strides is None or not plain:
        sizes = op.outputs[0].sizes
        return (None,) * sizes[0] if sizes and sizes[0] is not None else None
    first = None if op.attrs["begin_mask"] & 1 else int(begin[0])
    last = None if op.attrs["end_mask"] & 1 else int(end[0])
    return whole[first : last : int(strides[0])]


def _size(value: Any) -> int | None:
    return None if value is None or value < 0 else int(value)


def _is_simple(tensor: Tensor) -> bool:
    """Whether the few ops that TF looks through make the tensor of constants and known shapes."""
    stack = [tensor]
    while stack:
        op = stack.pop().op
        if op.type == "Const" or op.type in _SHAPES:
            continue
        if op.type not in _SEEN_THROUGH or (op.type == "Pack" and op.attrs["axis"] != 0):
            return False
        stack.extend(op.inputs[1:] if op.type == "Fill" else op.inputs)
    return True
