"""`tf.version`: the version of TensorFlow whose behaviour flowgraph has. flowgraph's own is `tf.flowgraph_version`."""

import sys as _sys

from flowgraph import absent as _absent

__all__ = [
    "COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "GRAPH_DEF_VERSION_MIN_CONSUMER",
    "GRAPH_DEF_VERSION_MIN_PRODUCER", "VERSION",
]  # fmt: skip

VERSION = "1.15.5"
"""TensorFlow's, so that scripts which ask `tf.__version__ >= "1.4"` or `VERSION.split(".")` take their way for 1.15."""
GIT_VERSION = "v1.15.5"
COMPILER_VERSION = f"{_sys.implementation.name} {'.'.join(map(str, _sys.version_info[:3]))}"
"""Nothing here is compiled: the Python that runs it."""
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0

_absent.watch(__name__)
