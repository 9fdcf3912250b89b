"""What old scripts import from `tensorflow.core`: modules of protocol buffers, such as `framework.graph_pb2`.

>>> from flowgraph.core.framework import graph_pb2, types_pb2
>>> graph_pb2.GraphDef is tf.GraphDef, types_pb2.DT_FLOAT
(True, 1)
"""

from flowgraph import absent as _absent
from flowgraph.core import example, framework, protobuf, util

__all__ = ["example", "framework", "protobuf", "util"]

_absent.watch(__name__)
