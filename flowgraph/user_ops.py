"""`tf.user_ops`: TF's example of an op of one's own."""

from flowgraph import absent as _absent
from flowgraph.ops.user_ops import my_fact

__all__ = ["my_fact"]

_absent.watch(__name__)
