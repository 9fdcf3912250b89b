"""`tf.bitwise`: integers as rows of bits."""

from flowgraph import absent as _absent
from flowgraph.ops.ragged_public import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]

_absent.watch(__name__)
