"""`tf.graph_util`: GraphDefs imported, cut down, and frozen."""

from flowgraph import absent as _absent
from flowgraph.ops.graph_import import import_graph_def
from flowgraph.saving.graph_util import (
    convert_variables_to_constants,
    extract_sub_graph,
    must_run_on_cpu,
    remove_training_nodes,
    tensor_shape_from_node_def_name,
)

__all__ = [
    "convert_variables_to_constants",
    "extract_sub_graph",
    "import_graph_def",
    "must_run_on_cpu",
    "remove_training_nodes",
    "tensor_shape_from_node_def_name",
]

_absent.watch(__name__)
