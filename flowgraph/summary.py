"""`tf.summary`: what TensorBoard shows, as ops. The writer of its files is not there yet."""

from flowgraph import absent as _absent
from flowgraph.ops.summary import histogram, merge, merge_all, scalar

__all__ = ["histogram", "merge", "merge_all", "scalar"]

_absent.watch(__name__)
