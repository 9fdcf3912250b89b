"""Laying out a whole picture: every cluster as a level of its own, from the innermost out.

An arrow that leaves a cluster ends there at a port on its border; one level further out it starts at that port. So
no arrow runs through a box that it has no business with, and boxes of clusters contain their own nodes and no others.
A second round orders the ports by where the first one put the far ends of their arrows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flowgraph.viz.layers import Arrow, Box, Spacing, arrange, backward
from flowgraph.viz.picture import Cluster, Edge, Node, Picture

Size = tuple[float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Padding:
    """The room inside a cluster's border; more where its label stands."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(slots=True, eq=False)
class Rect:
    """A placed rectangle, by its corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True, eq=False)
class Route:
    """Where an edge runs: points in pairs, a straight piece each, with curves between them; `label` is its middle.

    `turned`: the edge runs upwards, and the points go from its target to its source.
    """

    points: list[Point]
    turned: bool
    label: Point | None = None


@dataclass(slots=True, eq=False)
class Layout:
    """The places of everything in a picture."""

    width: float = 0.0
    height: float = 0.0
    nodes: dict[Node, Rect] = field(default_factory=dict)
    clusters: dict[Cluster, Rect] = field(default_factory=dict)
    routes: dict[Edge, Route] = field(default_factory=dict)


Item = Node | Cluster


class Level:
    """The inside of one cluster: its boxes, ports and arrows, and what came of laying them out."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.boxes: dict[Item, Box] = {}
        self.arrows: dict[Edge, Arrow] = {}
        self.ports: dict[Edge, Box] = {}
        self.width = self.height = 0.0
        self.at: Point = (0.0, 0.0)


class Compound:
    """The layout of a picture in the making."""

    def __init__(
        self,
        picture: Picture,
        size: Callable[[Node], Size],
        label: Callable[[Edge], Size | None],
        least: Callable[[Cluster], Size],
        padding: Padding,
        spacing: Spacing,
    ) -> None:
        self.picture, self.size, self.label, self.least = picture, size, label, least
        self.padding, self.spacing = padding, spacing
        self.outer: dict[Item, Cluster] = {}
        self.order: list[Cluster] = [picture.root]
        for cluster in self.order:  # grows while it is walked: outer clusters come first
            self.order += cluster.clusters
            for item in _items(cluster):
                self.outer[item] = cluster
        self.ways = {edge: self._way(edge) for edge in picture.edges}
        self.turned = self._turned()
        self.hints: dict[tuple[Cluster, Edge], float] = {}

    def _chain(self, node: Node) -> list[Item]:
        chain: list[Item] = [node]
        while chain[-1] is not self.picture.root:
            chain.append(self.outer[chain[-1]])
        return chain

    def _way(self, edge: Edge) -> tuple[list[Item], Cluster, list[Item]]:
        """The items that an edge comes out of, the cluster in which it crosses over, the items that it goes into."""
        out, into = self._chain(edge.source), self._chain(edge.target)
        last: Item = out[-1]
        while out and into and out[-1] is into[-1]:
            last = out.pop()
            into.pop()
        assert isinstance(last, Cluster)
        return out, last, into

    def _turned(self) -> set[Edge]:
        """The edges to lay out backwards, so that no level has a cycle."""
        found: set[Edge] = set()
        by_level: dict[Cluster, list[Edge]] = {}
        for edge, (_, level, _into) in self.ways.items():
            by_level.setdefault(level, []).append(edge)
        for level, edges in by_level.items():
            items = _items(level)
            number = {item: i for i, item in enumerate(items)}
            pairs = [(number[self.ways[edge][0][-1]], number[self.ways[edge][2][-1]]) for edge in edges]
            found |= {edges[i] for i in backward(len(items), pairs)}
        return found

    def lay_out(self) -> Layout:
        """Both rounds; the places count from the upper left corner."""
        layout = Layout()
        for _ in range(2):
            levels: dict[Cluster, Level] = {}
            inside: dict[Cluster, list[tuple[Edge, list[Item], Cluster, list[Item]]]] = {}
            for edge, (out, crossing, into) in self.ways.items():
                if edge in self.turned:
                    out, into = into, out
                for cluster in {crossing, *(i for i in (*out, *into) if isinstance(i, Cluster))}:
                    inside.setdefault(cluster, []).append((edge, out, crossing, into))
            for cluster in reversed(self.order):
                levels[cluster] = self._level(cluster, inside.get(cluster, []), levels)
            layout = self._placed(levels)
            self._remember_ports(levels, layout)
        return layout

    def _level(
        self,
        cluster: Cluster,
        edges: list[tuple[Edge, list[Item], Cluster, list[Item]]],
        levels: dict[Cluster, Level],
    ) -> Level:
        level = Level(cluster)
        for item in _items(cluster):
            width, height = (levels[item].width, levels[item].height) if isinstance(item, Cluster) else self.size(item)
            level.boxes[item] = Box(width, height)
        for edge, out, crossing, into in edges:
            if crossing is cluster:
                tail, tail_at = self._end(level, levels, out[-1], edge)
                head, head_at = self._end(level, levels, into[-1], edge)
                level.arrows[edge] = Arrow(tail, head, tail_at, head_at, self.label(edge))
                continue
            leaving = cluster in out
            side = out if leaving else into
            inner, inner_at = self._end(level, levels, side[side.index(cluster) - 1], edge)
            port = Box(0.0, 0.0, pinned=1 if leaving else -1, hint=self.hints.get((cluster, edge)))
            level.ports[edge] = port
            level.arrows[edge] = Arrow(inner, port, inner_at, 0.0) if leaving else Arrow(port, inner, 0.0, inner_at)
        boxes = [*level.boxes.values(), *level.ports.values()]
        width, height = arrange(boxes, list(level.arrows.values()), self.spacing)
        if cluster is not self.picture.root:
            self._pad(level, width, height)
        else:
            level.width, level.height = width, height
        return level

    def _pad(self, level: Level, width: float, height: float) -> None:
        """Shift the inside of a cluster to leave room for its border and label; ports stay on the border."""
        padding = self.padding
        least = self.least(level.cluster)
        more = max(0.0, least[0] - (width + padding.left + padding.right))
        level.width = width + padding.left + padding.right + more
        level.height = max(height + padding.top + padding.bottom, least[1])
        stops = [stop for arrow in level.arrows.values() for stop in arrow.stops]
        for box in (*level.boxes.values(), *stops, *level.ports.values()):
            box.x += padding.left + more / 2
            box.y += padding.top
        for port in level.ports.values():
            port.y, port.above, port.below = 0.0 if port.pinned < 0 else level.height, 0.0, 0.0

    def _end(self, level: Level, levels: dict[Cluster, Level], item: Item, edge: Edge) -> tuple[Box, float]:
        """The box in which an edge ends on this level, and where on it."""
        box = level.boxes[item]
        if isinstance(item, Cluster):
            inner = levels[item]
            return box, inner.ports[edge].x - inner.width / 2
        return box, 0.0

    # -- from levels to the page ----------------------------------------------------------------------------

    def _placed(self, levels: dict[Cluster, Level]) -> Layout:
        root = levels[self.picture.root]
        layout = Layout(root.width, root.height)
        for cluster in self.order:
            level = levels[cluster]
            for item, box in level.boxes.items():
                x, y = level.at[0] + box.x - box.width / 2, level.at[1] + box.y - box.height / 2
                rect = Rect(x, y, box.width, box.height)
                if isinstance(item, Cluster):
                    levels[item].at = (x, y)
                    layout.clusters[item] = rect
                else:
                    layout.nodes[item] = rect
        for edge, (out, crossing, into) in self.ways.items():
            turned = edge in self.turned
            if turned:
                out, into = into, out
            route = Route([], turned)
            inner_out = [item for item in out if isinstance(item, Cluster)]
            inner_in = [item for item in reversed(into) if isinstance(item, Cluster)]
            for cluster in (*inner_out, crossing, *inner_in):
                _follow(levels[cluster], edge, route)
            layout.routes[edge] = route
        return layout

    def _remember_ports(self, levels: dict[Cluster, Level], layout: Layout) -> None:
        """For each port, where its arrow is headed outside: the middle of the far end."""
        for cluster, level in levels.items():
            for edge, port in level.ports.items():
                leaving = (port.pinned > 0) != (edge in self.turned)
                far = layout.nodes[edge.target if leaving else edge.source]
                near = layout.nodes[edge.source if leaving else edge.target]
                self.hints[cluster, edge] = far.x + far.width / 2 + 1e-3 * (near.x + near.width / 2)


def _items(cluster: Cluster) -> list[Item]:
    """What lies in a cluster, in the order in which it was made."""
    return sorted([*cluster.nodes, *cluster.clusters], key=_age)


def _age(item: Item) -> int:
    """Things are laid out in the order in which their first ops were made."""
    stack, ages = [item], []
    while stack:
        current = stack.pop()
        if isinstance(current, Cluster):
            stack += [*current.nodes, *current.clusters]
        else:
            ages.append(current.ops[0]._id)
    return min(ages)


def _follow(level: Level, edge: Edge, route: Route) -> None:
    """Add the points of one level of an edge's route."""
    arrow = level.arrows[edge]
    x, y = level.at
    tail, head = arrow.tail, arrow.head
    left = x + tail.x + arrow.tail_at
    route.points += [(left, y + tail.y + tail.height / 2), (left, y + tail.y + max(tail.below, tail.height / 2))]
    for stop in arrow.stops:
        line = x + stop.x + stop.line
        route.points += [(line, y + stop.y - stop.above), (line, y + stop.y + stop.below)]
    left = x + head.x + arrow.head_at
    route.points += [(left, y + head.y - max(head.above, head.height / 2)), (left, y + head.y - head.height / 2)]
    if arrow.label_stop is not None:
        route.label = (x + arrow.label_stop.x, y + arrow.label_stop.y)
