"""tensorflow.python.ops.sets."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.sets import set_difference, set_intersection, set_size, set_union

__all__ = ["set_difference", "set_intersection", "set_size", "set_union"]

_absent.watch(__name__)
