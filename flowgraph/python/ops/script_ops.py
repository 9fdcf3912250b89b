"""tensorflow.python.ops.script_ops."""

from flowgraph import absent as _absent
from flowgraph import numpy_function, py_func

__all__ = ["numpy_function", "py_func"]

_absent.watch(__name__)
