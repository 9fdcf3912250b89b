"""tensorflow.python.ops.bitwise_ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.bitwise import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]

_absent.watch(__name__)
