"""tensorflow.python.ops.map_fn."""

from flowgraph.functional.map_fn import map_fn

__all__ = ["map_fn"]
