"""What TF's Python code finds out about a tensor's value while building: less than shape inference does.

Gradients choose between their short and their long form by it, so to have TF's nodes it must know as little.
"""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor

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
