"""tensorflow.python.util.deprecation: decorators of what is to go."""

from flowgraph import absent as _absent
from flowgraph.platform.deprecation import deprecated, deprecated_arg_values, deprecated_args

__all__ = ["deprecated", "deprecated_arg_values", "deprecated_args"]

_absent.watch(__name__)
