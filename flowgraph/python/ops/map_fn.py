"""tensorflow.python.ops.map_fn."""

from flowgraph import absent as _absent
from flowgraph.functional.map_fn import map_fn

__all__ = ["map_fn"]

_absent.watch(__name__)
