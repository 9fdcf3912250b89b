"""A graph as networkx sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowgraph.ir.graph import Graph
from flowgraph.viz.labels import parent

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(graph: Graph) -> nx.MultiDiGraph:
    """The graph as a `networkx.MultiDiGraph`, for its algorithms; a copy, without ties to the graph.

    Nodes are the names of ops, with the attributes type, device, scope, shapes and dtypes (lists, one entry an
    output; a shape is a tuple with None for unknown sizes, or None for an unknown rank).
    Every input slot is an edge, so that `x * x` has two, with src_output, dst_input, shape, dtype and control=False;
    a control dependency is an edge with control=True.

    >>> x = tf.placeholder(tf.float32, [3], name="x")
    >>> y = tf.multiply(x, x, name="y")
    >>> sorted(y.graph.to_networkx().edges(keys=True))
    [('x', 'y', 0), ('x', 'y', 1)]
    """
    import networkx as nx

    view = nx.MultiDiGraph()
    for op in graph.get_operations():
        view.add_node(
            op.name,
            type=op.type,
            device=op.device,
            scope=parent(op.name),
            shapes=[tensor.sizes for tensor in op.outputs],
            dtypes=[tensor.dtype.name for tensor in op.outputs],
        )
    for op in graph.get_operations():
        for slot, tensor in enumerate(op.inputs):
            attributes: dict[str, Any] = {
                "src_output": tensor.index,
                "dst_input": slot,
                "shape": tensor.sizes,
                "dtype": tensor.dtype.name,
                "control": False,
            }
            view.add_edge(tensor.op.name, op.name, **attributes)
        for earlier in op.control:
            view.add_edge(earlier.name, op.name, control=True)
    return view
