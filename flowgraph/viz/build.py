"""Graph -> Picture: choose the ops, fold, then make clusters, labels and edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowgraph import nest
from flowgraph.ir.graph import Graph
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops
from flowgraph.viz import crowds, fold, overlay
from flowgraph.viz.labels import brief, parent, says_nothing_new, shape_text, short, sizes_text, writes
from flowgraph.viz.picture import Cluster, Edge, Node, Picture

LIMIT = 150
_NAMED_FIRST = ("placeholder", "variable", "constant", "group")


def picture(
    graph: Graph,
    *,
    fetches: Any = None,
    depth: int | None = None,
    gradients: str = "fold",
    constants: str = "fold",
    shapes: bool = True,
    limit: int = LIMIT,
    values: Any = None,
    run: Any = None,
    color: str | None = None,
    highlight: Any = None,
) -> Picture:
    """What `to_dot` and `to_svg` draw; their arguments."""
    _check("gradients", gradients, ("fold", "show", "hide"))
    _check("constants", constants, ("fold", "show"))
    if depth is not None and depth < 0:
        raise ValueError(f"depth is a number of name scopes to open, 0 or more, not {depth!r}.")
    ops, keep = chosen(graph, fetches)
    home = fold.first_homes(ops)
    if gradients == "hide":
        fold.hide_gradients(home)
    elif gradients == "fold":
        fold.fold_gradients(home)
    if constants == "fold":
        fold.fold_constants(home, keep)
    fold.hide_unused_pivots(home, keep)
    fold.fold_variables(home, keep, initialization=fetches is not None)
    fold.place_in_scopes(home)
    opened = fold.depth_within(home, limit) if depth is None else depth
    if opened is not None:
        fold.fold_scopes(home, opened)
        if depth is None:
            crowds.fold_crowds(home, limit)
    nodes = fold.drawn(home)
    root = _clusters(nodes)
    _label(root)
    drawing = Picture(root, nodes, _edges(home, shapes))
    overlay.apply(drawing, graph, values, run, color, highlight)
    return drawing


def _check(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is one of {', '.join(map(repr, allowed))}, not {value!r}.")


def chosen(graph: Graph, fetches: Any) -> tuple[list[Operation], set[Operation]]:
    """The ops that the fetches need (all ops without fetches), and those that the fetches name."""
    if fetches is None:
        return graph.get_operations(), set()
    elements = [graph.as_graph_element(item) for item in nest.flatten(fetches)]
    tensors = [item for item in elements if isinstance(item, Tensor)]
    targets = [item for item in elements if isinstance(item, Operation)]
    return needed_ops(tensors, targets, ()), {item.op for item in elements}


# -- clusters ------------------------------------------------------------------------------------------------


def _clusters(nodes: Iterable[Node]) -> Cluster:
    """Boxes for name scopes; a scope with a single thing in it gets none."""
    root = Cluster("", "")
    by_path = {"": root}
    for node in nodes:
        missing = []
        path = node.scope
        while path not in by_path:
            missing.append(path)
            path = parent(path)
        for path in reversed(missing):
            by_path[path] = Cluster(path, "")
            by_path[parent(path)].clusters.append(by_path[path])
        by_path[node.scope].nodes.append(node)
    for path in sorted(by_path, key=lambda path: -path.count("/")):
        cluster = by_path[path]
        if path and len(cluster.nodes) + len(cluster.clusters) == 1:
            outer = by_path[parent(path)]
            outer.clusters.remove(cluster)
            outer.clusters += cluster.clusters
            outer.nodes += cluster.nodes
    return root


def _label(root: Cluster) -> None:
    stack = [root]
    while stack:
        cluster = stack.pop()
        for inner in cluster.clusters:
            inner.label = short(_within(inner.path, cluster.path), 60)
        cluster.nodes.sort(key=lambda node: node.ops[0]._id)
        for node in cluster.nodes:
            _label_node(node, cluster.path)
        stack += cluster.clusters


def _within(name: str, scope: str) -> str:
    if name == scope:
        return name.rpartition("/")[2]
    return name.removeprefix(scope + "/") if scope else name


def _label_node(node: Node, scope: str) -> None:
    op = node.ops[0]
    if node.folded:
        if node.scope != scope and node.kind == "gradient":
            node.title = short(f"∂ {node.title.removeprefix('∂').strip()}".strip())
        what = f"{len(node.ops):,} ops" if len(node.ops) > 1 else op.type
        node.notes = [f"{_about(node, op)} and its slots" if node.kind == "variable" else what, *node.notes]
        return
    node.id = op.name
    name = _within(op.name, scope)
    details = node.notes[:4]
    if node.kind in _NAMED_FIRST:
        node.title = short(name)
        details = [_about(node, op), *details]
    else:
        node.title = op.type
        front, _, last = name.rpartition("/")
        if says_nothing_new(last, op.type):
            name = front
        if name:
            details = [name, *details]
    node.notes = [short(text) for text in details if text and text != node.title]


def _about(node: Node, op: Operation) -> str:
    if node.kind == "constant":
        return f"{op.type} {brief(op.attrs.get('value'))}"
    if node.kind == "variable" and op.opdef.role == "handle":
        return f"Variable {sizes_text(op.attrs['shape'], op.attrs['dtype'])}"
    if node.kind == "variable" and "shape" in op.attrs and op.outputs[0].dtype.is_ref:
        return f"Variable {shape_text(op.outputs[0])}"
    return op.type


# -- edges ---------------------------------------------------------------------------------------------------


def _edges(home: fold.Home, shapes: bool) -> list[Edge]:
    """One edge for each input slot; those at a folded node are merged."""
    edges: list[Edge] = []
    merged: dict[tuple[Node, Node, bool], Edge] = {}
    for op, target in home.items():
        if target is None:
            continue
        for slot, tensor in enumerate(op.inputs):
            source = home.get(tensor.op)
            if source is None or source is target:
                continue
            label = shape_text(tensor) if shapes and source.kind not in ("variable", "constant") else ""
            faint = target.kind == "gradient" and source.kind != "gradient"
            writing = op.opdef.effect is Effect.WRITE and writes(op, slot)
            _add(Edge(source, target, "" if faint else label, writes=writing, faint=faint), edges, merged)
        for earlier in op.control:
            source = home.get(earlier)
            if source is not None and source is not target:
                _add(Edge(source, target, control=True), edges, merged)
    # beside a merged data edge, a control edge says nothing
    return [e for e in edges if not (e.control and (e.source, e.target, False) in merged)]


def _add(edge: Edge, edges: list[Edge], merged: dict[tuple[Node, Node, bool], Edge]) -> None:
    if not (edge.source.folded or edge.target.folded):
        edges.append(edge)
        return
    key = (edge.source, edge.target, edge.control)
    first = merged.setdefault(key, edge)
    if first is edge:
        edges.append(edge)
    else:
        first.count += 1
        first.writes = first.writes and edge.writes
        if first.label != edge.label:
            first.label = ""
