"""tensorflow.python.framework.tensor_shape."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    Dimension, TensorShape, dimension_at_index, dimension_value, disable_v2_tensorshape, enable_v2_tensorshape,
)

__all__ = [
    "Dimension", "TensorShape", "dimension_at_index", "dimension_value", "disable_v2_tensorshape",
    "enable_v2_tensorshape",
]

_absent.watch(__name__)
