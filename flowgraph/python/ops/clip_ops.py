"""tensorflow.python.ops.clip_ops."""

from flowgraph import absent as _absent
from flowgraph import clip_by_average_norm, clip_by_global_norm, clip_by_norm, clip_by_value, global_norm

__all__ = ["clip_by_average_norm", "clip_by_global_norm", "clip_by_norm", "clip_by_value", "global_norm"]

_absent.watch(__name__)
