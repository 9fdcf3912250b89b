"""What a run adds to a picture: values on nodes, costs as colour, a path that stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from flowgraph.ir.graph import Graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.viz.costs import costs
from flowgraph.viz.labels import brief, short
from flowgraph.viz.picture import Picture
from flowgraph.viz.values import summary

if TYPE_CHECKING:
    import networkx as nx


def add_values(drawing: Picture, graph: Graph, values: Mapping[Any, Any]) -> None:
    """Write values on the nodes of the ops that made them.

    Raises:
      KeyError, ValueError: a key is no tensor of the graph.
    """
    by_op: dict[Operation, list[str]] = {}
    for key, value in values.items():
        element = graph.as_graph_element(key)
        if not isinstance(element, Tensor):
            raise ValueError(f"values are those of tensors; {element.name!r} is an op.")
        by_op.setdefault(element.op, []).append(value_text(value))
    for node in drawing.nodes:
        # a variable is drawn with its reads: their value is its own
        shown = node.ops if node.kind == "variable" or not node.folded else []
        node.notes += dict.fromkeys(f"= {text}" for op in shown for text in by_op.get(op, ()))


def value_text(value: Any) -> str:
    """A value in a few words: itself if it is small, else its range. Its summary does as well as the value.

    >>> value_text(0.5), value_text([1, 2]), value_text(np.array([[0.0, np.nan]] * 9))
    ('0.5', '[1, 2]', '0 … 0, 9 NaN')
    """
    if isinstance(value, Mapping):
        about = value
        if about["shape"] == "scalar":
            return short(about["text"])
    else:
        array = np.asarray(value)
        if (array.ndim <= 1 and array.size <= 6) or array.dtype.kind not in "biuf":
            return brief(array)
        about = summary(array)
    words = [f"{about['min']:.4g} … {about['max']:.4g}"] if "min" in about else []
    words += [f"{about[key]:,} {name}" for key, name in (("nan", "NaN"), ("inf", "inf")) if about.get(key)]
    return ", ".join(words) or ("no values" if about["shape"].startswith("0") else short(about["text"]))


def add_costs(drawing: Picture, graph: Graph, run: Any, kind: str) -> None:
    """Colour the nodes by what their ops cost in a traced run, and write it on those that cost most."""
    of = costs(graph, run, kind)
    total = sum(of.values()) or 1.0
    own = {node: sum(of.get(op.name, 0.0) for op in node.ops) for node in drawing.nodes}
    most = max(own.values(), default=0.0) or 1.0
    for node, cost in own.items():
        node.heat = cost / most
        if cost >= 0.01 * total:
            node.notes.append(f"{cost_text(cost, kind)} · {cost / total:.0%}")


_UNITS = {
    "time": (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)),
    "bytes": (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)),
}
_UNITS["flops"] = (("GFLOP", 1e9), ("MFLOP", 1e6), ("kFLOP", 1e3), ("FLOP", 1.0))


def cost_text(cost: float, kind: str) -> str:
    """A cost with its unit.

    >>> cost_text(0.00123, "time"), cost_text(2e6, "bytes"), cost_text(12.0, "flops")
    ('1.23 ms', '2 MB', '12 FLOP')
    """
    units = _UNITS[kind]
    name, size = next((unit for unit in units if cost >= unit[1]), units[-1])
    return f"{cost / size:.3g} {name}"


# -- paths ---------------------------------------------------------------------------------------------------


def mark_path(drawing: Picture, graph: Graph, path: Any, run: Any) -> None:
    """Let a path stand out: the critical one of a run, or the shortest from one element to another.

    Raises:
      ValueError: there is no such path, or `path` is neither "critical" nor a pair.
    """
    names = critical_path(graph, run) if isinstance(path, str) else shortest_path(graph, path)
    home = {op.name: node for node in drawing.nodes for op in node.ops}
    nodes = [home.get(name) for name in names]
    along = list(dict.fromkeys(node for node in nodes if node is not None))
    for node in along:
        node.marked = True
    pairs = set(pairwise(along))
    for edge in drawing.edges:
        edge.marked = (edge.source, edge.target) in pairs


def critical_path(graph: Graph, run: Any) -> list[str]:
    """The names of the ops of the longest chain, by time, in which each had to wait for the one before.

    With as many threads as one likes the run could not have been shorter than this.
    """
    import networkx as nx

    took = costs(graph, run, "time")
    view = _view(graph)
    view.remove_nodes_from([name for name in view if name not in took])
    for name in view:
        for after in view[name]:
            view[name][after]["time"] = took[name]
    # the weight of an op stands on the arrows that leave it; one more node takes those of the last ones
    end = object()
    view.add_weighted_edges_from([(name, end, took[name]) for name in list(view)], weight="time")
    longest: list[Any] = nx.dag_longest_path(view, weight="time")
    return [name for name in longest if name is not end]


def shortest_path(graph: Graph, ends: Sequence[Any]) -> list[str]:
    """The names of the ops on the way from one element of a graph to another, in the direction of the arrows.

    The ends can be given either way round: from a loss to a variable is the way that the gradient goes.
    """
    import networkx as nx

    if len(ends) != 2:
        raise ValueError(f'highlight is "critical" or a pair of elements, not {ends!r}.')
    first, last = (graph.as_graph_element(end).op.name for end in ends)
    view = _view(graph)
    for one, other in ((first, last), (last, first)):
        if nx.has_path(view, one, other):
            found: list[str] = nx.shortest_path(view, one, other)
            return found
    raise ValueError(f"No path leads from {short(first)!r} to {short(last)!r}, nor back.")


def _view(graph: Graph) -> nx.DiGraph:
    """Who takes from whom; the arrows back into a loop are left out."""
    import networkx as nx

    view = nx.DiGraph()
    for op in graph.get_operations():
        view.add_node(op.name)
        sources = [tensor.op for tensor in op.inputs if tensor.op.opdef.role != "next"]
        view.add_edges_from((source.name, op.name) for source in (*sources, *op.control))
    return view


def apply(drawing: Picture, graph: Graph, values: Any, run: Any, color: str | None, highlight: Any) -> None:
    """All of it, as far as it is asked for.

    Raises:
      ValueError: `color` or a critical path without a run, or a run that nothing is asked of.
    """
    if (color is not None or highlight == "critical") and run is None:
        raise ValueError("color and the critical path are those of a run: give `run`, the RunMetadata of a traced one.")
    if run is not None and color is None and highlight != "critical":
        raise ValueError('`run` is for color="time" ("bytes", "flops") and highlight="critical": choose one of them.')
    if values is not None:
        add_values(drawing, graph, values)
    if color is not None:
        add_costs(drawing, graph, run, color)
    if highlight is not None:
        mark_path(drawing, graph, highlight, run)
