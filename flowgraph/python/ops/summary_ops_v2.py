"""tensorflow.python.ops.summary_ops_v2."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.summary import all_v2_summary_ops, initialize

__all__ = ["all_v2_summary_ops", "initialize"]

_absent.watch(__name__)
