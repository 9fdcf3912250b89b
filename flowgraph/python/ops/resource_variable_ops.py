"""tensorflow.python.ops.resource_variable_ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.contrib.framework import deprecated, deprecated_args

__all__ = ["deprecated", "deprecated_args"]

_absent.watch(__name__)
