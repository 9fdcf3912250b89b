"""tensorflow.python.framework.smart_cond."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.contrib.framework import smart_case, smart_cond, smart_constant_value

__all__ = ["smart_case", "smart_cond", "smart_constant_value"]

_absent.watch(__name__)
