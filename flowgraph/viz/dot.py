"""A graph as text in Graphviz's language: pure, deterministic, with plain labels that every renderer understands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowgraph.ir.graph import Graph
from flowgraph.viz.build import LIMIT, picture
from flowgraph.viz.palette import GREY, HEAT, LOOKS, MARK, TEXT, WRITES, heat_level
from flowgraph.viz.picture import Cluster, Edge, Node, Picture

_DIRECTIONS = ("TB", "LR", "BT", "RL")


def to_dot(
    graph: Graph,
    *,
    fetches: Any = None,
    depth: int | None = None,
    gradients: str = "fold",
    constants: str = "fold",
    shapes: bool = True,
    rankdir: str = "TB",
    name: str = "graph",
    limit: int = LIMIT,
    values: Any = None,
    run: Any = None,
    color: str | None = None,
    highlight: Any = None,
) -> str:
    """The graph in the DOT language; the same graph always gives the same text.

    Args:
      graph: the graph; nothing is run and nothing is added to it.
      fetches: draw only what these need: tensors, ops, variables, names, or any nesting of them. None: everything.
      depth: how many levels of name scopes to open; deeper ones are one node each. None: as many as keep the
        picture under `limit` nodes, and past that, long chains as one node too.
      gradients: "fold" (one node for the gradients of each scope), "show" every op, or "hide".
      constants: "fold" those that are details of an op into its label (axes, shapes, the 2 of `x * 2`), or "show".
      shapes: write what flows on the edges: shapes, and dtypes other than float32.
      rankdir: where the flow goes: "TB" (top to bottom), "LR", "BT" or "RL".
      name: the name of the digraph in the text.
      limit: the number of nodes beyond which scopes are folded when `depth` is None.
      values: {tensor or name: value}, written on the nodes: what a run gave.
      run: the RunMetadata of a traced run, for `color` and the critical path.
      color: "time", "bytes" or "flops": nodes get darker the more of it their ops took in `run`.
      highlight: a pair of tensors, ops or names: the shortest way between them stands out (a loss and a variable:
        the way of the gradient). "critical": the chain of ops that `run` could not be shorter than.

    Raises:
      ValueError: an argument is none of its choices, or a fetch is not in the graph.

    >>> a, b = tf.placeholder(tf.float32, [2], name="a"), tf.placeholder(tf.float32, [2], name="b")
    >>> print(to_dot((a + b).graph))  # doctest: +ELLIPSIS
    digraph "graph" {
    ...
      "a" -> "add" [label="(2)", tooltip="a → add"];
      "b" -> "add" [label="(2)", tooltip="b → add"];
    }
    """
    demand_direction(rankdir)
    drawing = picture(
        graph, fetches=fetches, depth=depth, gradients=gradients, constants=constants, shapes=shapes, limit=limit,
        values=values, run=run, color=color, highlight=highlight,
    )  # fmt: skip
    return write(drawing, rankdir, name)


def demand_direction(rankdir: str) -> None:
    """Refuse what is no direction of drawing."""
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"rankdir is one of {', '.join(_DIRECTIONS)}, not {rankdir!r}.")


def write(drawing: Picture, rankdir: str, name: str) -> str:
    """The DOT text of a picture."""
    # newrank: Graphviz's older ranking of clusters crashes on some graphs ("trouble in init_rank")
    page = f'fontname=Helvetica, fontsize=11, fontcolor="{GREY}", nodesep=0.3, ranksep=0.42, pad=0.2, newrank=true'
    lines = [
        f"digraph {quote(name)} {{",
        f"  graph [rankdir={rankdir}, bgcolor=transparent, {page}];",
        f'  node [fontname=Helvetica, fontsize=11, fontcolor="{TEXT}", height=0.32, margin="0.12,0.06"];',
        f'  edge [color="{GREY}", fontcolor="{GREY}", fontname=Helvetica, fontsize=9, arrowsize=0.65];',
    ]
    for kind, look in LOOKS.items():
        if any(node.kind == kind for node in drawing.nodes):
            lines.append(f"  // {kind}: {look.says}")
    lines += _body(drawing.root)
    lines += [f"  {_edge(edge)}" for edge in drawing.edges]
    return "\n".join([*lines, "}", ""])


def _body(root: Cluster) -> Iterator[str]:
    """Clusters and nodes, depth first without recursion: scopes can be nested deeply."""
    stack: list[tuple[Cluster | None, str]] = [(root, "  ")]
    while stack:
        cluster, indent = stack.pop()
        if cluster is None:
            yield indent + "}"
            continue
        inner = indent
        if cluster is not root:
            inner = indent + "  "
            yield f"{indent}subgraph {quote('cluster_' + cluster.path)} {{"
            yield (
                f'{inner}label={label(cluster.label)}; style="rounded,filled"; color="#80808090"; '
                f'fillcolor="#80808014"; tooltip={label(cluster.path)};'
            )
            stack.append((None, indent))
        for node in cluster.nodes:
            yield inner + _node(node)
        stack += [(child, inner) for child in reversed(cluster.clusters)]


def _node(node: Node) -> str:
    look = LOOKS[node.kind]
    text = label(node.title, *node.notes)
    fill = look.fill if node.heat is None else HEAT[heat_level(node.heat)]
    line, width = (MARK, 2.6) if node.marked else (look.line, look.width)
    return (
        f'{quote(node.id)} [label={text}, shape={look.shape}, style="{look.style}", fillcolor="{fill}", '
        f'color="{line}", penwidth={width}, class="{node.kind}", tooltip={label(node.tooltip)}];'
    )


def _edge(edge: Edge) -> str:
    attrs = []
    if edge.text:
        attrs.append(f"label={label(edge.text)}")
    if edge.control:
        attrs.append("style=dashed")
    if edge.writes:
        attrs.append("dir=both" if edge.marked else f'color="{WRITES}", dir=both')
    weight = _weight(edge)
    if weight != 1:
        attrs.append(f"weight={weight}")
    if edge.marked:
        attrs.append(f'color="{MARK}", penwidth=2.6')
    elif edge.faint:
        attrs.append(f'color="{GREY}70", penwidth=0.8, arrowsize=0.5')
    elif edge.count > 1:
        attrs.append("penwidth=1.8")
    attrs.append(f"tooltip={label(f'{edge.source.id} → {edge.target.id}')}")
    return f"{quote(edge.source.id)} -> {quote(edge.target.id)} [{', '.join(attrs)}];"


def _weight(edge: Edge) -> int:
    """How much an edge wants to be short and straight: those inside a scope hold it together."""
    scope = edge.source.scope.partition("/")[0]
    return 8 if scope and scope == edge.target.scope.partition("/")[0] else 1


def quote(text: str) -> str:
    """An identifier: in DOT only the quotation mark has a meaning there, and a backslash at the very end."""
    text = "".join(c if c.isprintable() else "·" for c in text)
    text = text.replace('"', r"\"")
    return f'"{text} "' if text.endswith("\\") else f'"{text}"'


def label(*lines: str) -> str:
    """Lines of a label: backslashes, quotation marks and what would be read as an HTML entity are made plain."""
    plain = (line.replace("&", "&amp;").replace("\\", r"\\").replace('"', r"\"") for line in lines)
    return '"' + r"\n".join("".join(c if c.isprintable() else "·" for c in line) for line in plain) + '"'
