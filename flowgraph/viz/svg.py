"""A drawing of a graph as SVG, made by flowgraph alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from flowgraph.ir.graph import Graph
from flowgraph.viz import palette
from flowgraph.viz import shapes as outlines
from flowgraph.viz.build import LIMIT, picture
from flowgraph.viz.compound import Compound, Layout, Padding, Rect, Route
from flowgraph.viz.dot import demand_direction
from flowgraph.viz.layers import Spacing
from flowgraph.viz.palette import FONT, GREY, LOOKS, MARK, TEXT, WRITES, Look, heat_level
from flowgraph.viz.picture import Cluster, Edge, Node, Picture

TITLE, NOTE, ON_EDGE = 12.0, 10.0, 9.5
MARGIN = 14.0
ARROW = 7.0

Point = tuple[float, float]


def to_svg(
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
    """The graph drawn as SVG text, by flowgraph itself: no other program is needed.

    The arguments are those of `to_dot`. The drawing follows the reader's light or dark screen.

    Raises:
      ValueError: an argument is none of its choices, or a fetch is not in the graph.

    >>> to_svg(tf.constant(1.0).graph)[:5]
    '<svg '
    """
    demand_direction(rankdir)
    drawing = picture(
        graph, fetches=fetches, depth=depth, gradients=gradients, constants=constants, shapes=shapes, limit=limit,
        values=values, run=run, color=color, highlight=highlight,
    )  # fmt: skip
    return Drawing(drawing, rankdir).text(name)


# -- the size of text ----------------------------------------------------------------------------------------

_NARROW = dict.fromkeys("iIjl.,:;'|!", 0.28) | dict.fromkeys('ftr()[]/ "-', 0.36)
_WIDE = dict.fromkeys("mMW%@", 0.92) | dict.fromkeys("w×…→∂", 0.78)


def text_width(text: str, size: float) -> float:
    """About how wide a sans-serif font sets a text; rather too wide than too narrow."""
    total = 0.0
    for c in text:
        known = _NARROW.get(c) or _WIDE.get(c)
        total += known or (1.05 if ord(c) > 0x2E80 else 0.72 if c.isupper() else 0.58)
    return total * size


def label_size(node: Node) -> tuple[float, float]:
    """The size of a node's lines."""
    widths = [text_width(node.title, TITLE), *(text_width(note, NOTE) for note in node.notes)]
    return max(widths), 1.15 * TITLE + 1.2 * NOTE * len(node.notes)


class Drawing:
    """A picture, its layout, and the way from the layout's axes to the page's.

    The layout always runs from top to bottom; for the other directions its axes are swapped or turned.
    """

    def __init__(self, drawing: Picture, rankdir: str) -> None:
        self.picture = drawing
        self.sideways = rankdir in ("LR", "RL")
        self.reverse = rankdir in ("BT", "RL")
        self.layout: Layout = Compound(
            drawing, self._node_size, self._edge_label_size, self._least, self._padding(), Spacing()
        ).lay_out()
        self._spread_ends()

    # -- sizes, in the layout's axes ------------------------------------------------------------------------

    def _turned(self, width: float, height: float) -> tuple[float, float]:
        return (height, width) if self.sideways else (width, height)

    def _node_size(self, node: Node) -> tuple[float, float]:
        return self._turned(*outlines.size(LOOKS[node.kind].shape, *label_size(node)))

    def _edge_label_size(self, edge: Edge) -> tuple[float, float] | None:
        if not edge.text:
            return None
        return self._turned(text_width(edge.text, ON_EDGE) + 8, ON_EDGE + 5)

    def _least(self, cluster: Cluster) -> tuple[float, float]:
        return self._turned(text_width(cluster.label, NOTE) + 24, 0.0)

    def _padding(self) -> Padding:
        label, plain = 24.0, 12.0
        if self.sideways:
            return Padding(label, plain, plain, plain)
        return Padding(plain, plain, plain, label) if self.reverse else Padding(plain, label, plain, plain)

    # -- the page's axes -----------------------------------------------------------------------------------

    def _point(self, point: Point) -> Point:
        x, y = point
        if self.reverse:
            y = self.layout.height - y
        return (y + MARGIN, x + MARGIN) if self.sideways else (x + MARGIN, y + MARGIN)

    def _rect(self, rect: Rect) -> Rect:
        one = self._point((rect.x, rect.y))
        two = self._point((rect.x + rect.width, rect.y + rect.height))
        return Rect(min(one[0], two[0]), min(one[1], two[1]), abs(two[0] - one[0]), abs(two[1] - one[1]))

    # -- where arrows meet nodes ---------------------------------------------------------------------------

    def _spread_ends(self) -> None:
        """Let the arrows at one side of a node start and end beside each other, in the order of their far ends."""
        sides: dict[tuple[Node, bool], list[tuple[Route, bool]]] = {}
        for edge, route in self.layout.routes.items():
            upper, under = (edge.target, edge.source) if route.turned else (edge.source, edge.target)
            sides.setdefault((upper, True), []).append((route, True))
            sides.setdefault((under, False), []).append((route, False))
        for (node, lower), ends in sides.items():
            rect = self.layout.nodes[node]
            ends.sort(key=lambda end: end[0].points[2 if end[1] else -3][0])
            step = min(13.0, 0.55 * rect.width / max(1, len(ends) - 1))
            for i, (route, first) in enumerate(ends):
                self._meet(node, rect, route, first, (i - (len(ends) - 1) / 2) * step, lower)

    def _meet(self, node: Node, rect: Rect, route: Route, first: bool, along: float, lower: bool) -> None:
        look = LOOKS[node.kind]
        width, height = self._turned(rect.width, rect.height)
        far = outlines.border(look.shape, width, height, along, not self.sideways, lower != self.reverse)
        middle = rect.y + rect.height / 2
        x = rect.x + rect.width / 2 + along
        end, inner = (0, 1) if first else (-1, -2)
        route.points[end] = (x, middle + far if lower else middle - far)
        route.points[inner] = (x, route.points[inner][1])

    # -- elements ------------------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """The SVG, with a title that screen readers read."""
        width, height = self._turned(self.layout.width, self.layout.height)
        width, height = width + 2 * MARGIN, height + 2 * MARGIN
        frame = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.1f} {height:.1f}"'
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {frame} font-family="{FONT}" role="img" class="fg-graph">',
            f"<title>{escape(_plain(name))}</title>",
            _style(self.picture),
        ]
        parts += [self._cluster(cluster, rect) for cluster, rect in self.layout.clusters.items()]
        parts += [self._edge(edge, route) for edge, route in self.layout.routes.items()]
        parts += [self._node(node, rect) for node, rect in self.layout.nodes.items()]
        parts += [self._cluster_label(cluster, rect) for cluster, rect in self.layout.clusters.items()]
        return "\n".join([*parts, "</svg>", ""])

    def _cluster(self, cluster: Cluster, rect: Rect) -> str:
        r = self._rect(rect)
        return (
            f'<g class="fg-cluster"><title>{escape(_plain(cluster.path))}</title>'
            f'<rect x="{r.x:.1f}" y="{r.y:.1f}" width="{r.width:.1f}" height="{r.height:.1f}" rx="9" '
            f'fill="#808080" fill-opacity="0.09" stroke="#808080" stroke-opacity="0.55"/></g>'
        )

    def _cluster_label(self, cluster: Cluster, rect: Rect) -> str:
        r = self._rect(rect)
        return (
            f'<text class="fg-label" x="{r.x + 12:.1f}" y="{r.y + 15:.1f}" font-size="{NOTE:g}" fill="{GREY}">'
            f"{escape(_plain(cluster.label))}</text>"
        )

    def _node(self, node: Node, rect: Rect) -> str:
        r, look = self._rect(rect), LOOKS[node.kind]
        x = r.x + r.width / 2
        y = r.y + r.height / 2 + outlines.text_shift(look.shape) - label_size(node)[1] / 2 + 0.9 * TITLE
        lines = [f'<text x="{x:.1f}" y="{y:.1f}" font-size="{TITLE:g}">{escape(_plain(node.title))}</text>']
        for note in node.notes:
            y += 1.2 * NOTE
            lines.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{NOTE:g}">{escape(_plain(note))}</text>')
        return (
            f'<g class="fg-node {_class(node)}" text-anchor="middle" fill="{TEXT}">'
            f"<title>{escape(_plain(node.tooltip))}</title>"
            f"{outlines.element(_worn(node), r.x, r.y, r.width, r.height)}{''.join(lines)}</g>"
        )

    def _edge(self, edge: Edge, route: Route) -> str:
        color, kind = (WRITES, "fg-writes") if edge.writes else (GREY, "fg-edge")
        if edge.marked:
            color, kind = MARK, "fg-marked"
        elif edge.faint:
            kind += " fg-faint"
        points = route.points[::-1] if route.turned else route.points
        heads = [_arrow(self._point, points[-1], points[-2])]
        if edge.writes:
            heads.append(_arrow(self._point, points[0], points[1]))
        faint = edge.faint and not edge.marked
        style = ' stroke-dasharray="5 4"' if edge.control else ' stroke-opacity="0.45"' if faint else ""
        thick = 2.6 if edge.marked else 0.8 if faint else 1.8 if edge.count > 1 else 1.1
        text = ""
        if route.label is not None and edge.text:
            x, y = self._point(route.label)
            x -= text_width(edge.text, ON_EDGE) / 2
            text = (
                f'<text class="fg-label" x="{x + 1:.1f}" y="{y + 0.35 * ON_EDGE:.1f}" font-size="{ON_EDGE:g}" '
                f'fill="{GREY}">{escape(_plain(edge.text))}</text>'
            )
        return (
            f'<g class="{kind}"><title>{escape(_plain(f"{edge.source.id} → {edge.target.id}"))}</title>'
            f'<path d="{_path(self._point, points)}" fill="none" stroke="{color}" stroke-width="{thick:g}"{style}/>'
            f'<path class="fg-head" d="{"".join(heads)}" fill="{color}"/>{text}</g>'
        )


def _plain(text: str) -> str:
    """Characters that XML allows."""
    return "".join(c if c.isprintable() else "·" for c in text)


def _path(to_page: Callable[[Point], Point], points: list[Point]) -> str:
    """Straight where the points come in pairs, with a smooth curve from each pair to the next."""

    def at(x: float, y: float) -> str:
        px, py = to_page((x, y))
        return f"{px:.1f},{py:.1f}"

    words = ["M" + at(*points[0])]
    for i in range(1, len(points)):
        (ax, ay), (bx, by) = points[i - 1], points[i]
        if (ax, ay) == (bx, by):
            continue
        if ax == bx:
            words.append("L" + at(bx, by))
        else:
            middle = (ay + by) / 2
            words.append(f"C{at(ax, middle)} {at(bx, middle)} {at(bx, by)}")
    return " ".join(words)


def _arrow(to_page: Callable[[Point], Point], tip: Point, before: Point) -> str:
    """A small triangle that points to `tip`, along the layout's axis."""
    back = -ARROW if before[1] < tip[1] or (before[1] == tip[1]) else ARROW
    corners = [tip, (tip[0] - ARROW * 0.42, tip[1] + back), (tip[0] + ARROW * 0.42, tip[1] + back)]
    words = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(to_page, corners))
    return f"M{words}z"


def _class(node: Node) -> str:
    """The classes by which a node's colours are found."""
    kind = f"fg-{node.kind}" if node.heat is None else f"fg-heat-{heat_level(node.heat)}"
    return f"{kind} fg-on-path" if node.marked else kind


def _worn(node: Node) -> Look:
    """The look of a node's kind, with the colours of its cost and of the path it is on."""
    look = LOOKS[node.kind]
    if node.heat is not None:
        look = replace(look, fill=palette.HEAT[heat_level(node.heat)])
    return replace(look, line=MARK, width=2.6) if node.marked else look


def _style(drawing: Picture) -> str:
    """What changes where the reader's screen is dark."""
    rules = [
        f".fg-graph .fg-label {{ fill: {palette.DARK_GREY} }}",
        f".fg-graph .fg-node {{ fill: {palette.DARK_TEXT} }}",
        f".fg-edge path {{ stroke: {palette.DARK_GREY} }}",
        f".fg-edge .fg-head {{ fill: {palette.DARK_GREY}; stroke: none }}",
        f".fg-writes path {{ stroke: {palette.DARK_WRITES} }}",
        f".fg-writes .fg-head {{ fill: {palette.DARK_WRITES}; stroke: none }}",
    ]
    for kind in sorted({node.kind for node in drawing.nodes if node.heat is None}):
        look = LOOKS[kind]
        rules.append(f".fg-{kind} .fg-shape {{ fill: {look.dark_fill}; stroke: {look.dark_line} }}")
    levels = {heat_level(node.heat) for node in drawing.nodes if node.heat is not None}
    rules += [f".fg-heat-{level} .fg-shape {{ fill: {palette.DARK_HEAT[level]} }}" for level in sorted(levels)]
    if any(node.marked for node in drawing.nodes):
        rules.append(f".fg-on-path .fg-shape, .fg-marked path {{ stroke: {palette.DARK_MARK} }}")
        rules.append(f".fg-marked .fg-head {{ fill: {palette.DARK_MARK}; stroke: none }}")
    body = "\n".join(f"  {rule}" for rule in rules)
    return f"<style>\n@media (prefers-color-scheme: dark) {{\n{body}\n}}\n</style>"
