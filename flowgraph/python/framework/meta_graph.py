"""tensorflow.python.framework.meta_graph."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.contrib.util import ops_used_by_graph_def, stripped_op_list_for_graph

__all__ = ["ops_used_by_graph_def", "stripped_op_list_for_graph"]

_absent.watch(__name__)
