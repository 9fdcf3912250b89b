"""tensorflow.python.framework.ops: graphs, and what is current. Scripts take `reset_default_graph` from it."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ir.convert import convert_to_tensor, register_tensor_conversion_function
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import (
    GraphKeys, add_to_collection, add_to_collections, colocate_with, container, control_dependencies, device,
    get_collection, get_collection_ref, get_default_graph, get_default_session, init_scope, name_scope, op_scope,
    reset_default_graph,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from flowgraph.ops.registry import NoGradient, NotDifferentiable, RegisterGradient

__all__ = [
    "Graph", "GraphKeys", "IndexedSlices", "NoGradient", "NotDifferentiable", "Operation", "RegisterGradient", "Tensor",
    "add_to_collection", "add_to_collections", "colocate_with", "container", "control_dependencies",
    "convert_to_tensor", "convert_to_tensor_or_indexed_slices", "device", "get_collection", "get_collection_ref",
    "get_default_graph", "get_default_session", "init_scope", "name_scope", "op_scope",
    "register_tensor_conversion_function", "reset_default_graph",
]

_absent.watch(__name__)
