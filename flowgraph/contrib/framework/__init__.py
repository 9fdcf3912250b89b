"""tf.contrib.framework."""

from flowgraph import nest
from flowgraph.ops.case import smart_case, smart_cond, smart_constant_value

__all__ = ["nest", "smart_case", "smart_cond", "smart_constant_value"]
