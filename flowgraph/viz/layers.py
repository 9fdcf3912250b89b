"""Laying out one level of boxes and arrows in layers, from top to bottom.

The steps are Sugiyama's: cycles are opened, every box gets a layer, long arrows get a stop in each layer that they
pass, stops and boxes are ordered to cross little, then moved to where their neighbours are without overlapping.
Between two layers of boxes lies one for the labels of arrows. All of it is loops; there is no recursion.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 6
MOVES = 10
NEAR = 60.0
INFINITE = float("inf")


@dataclass(slots=True, eq=False)
class Box:
    """Something with a size that gets a place: a node, a closed cluster, a stop of an arrow (`is_stop`).

    `x`, `y` is its middle, `layer` counts from the top; `above` and `below` are the distances from `y` to where its
    layer begins and ends; `line` is where, beside the middle, an arrow passes a stop.
    """

    width: float
    height: float
    is_stop: bool = False
    pinned: int = 0  # -1: a port on the upper border, 1: on the lower one
    hint: float | None = None  # where a port's arrow goes outside, once that is known
    layer: int = 0
    x: float = 0.0
    y: float = 0.0
    above: float = 0.0
    below: float = 0.0
    line: float = 0.0
    up: list[Link] = field(default_factory=list)
    down: list[Link] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Link:
    """Two boxes of neighbouring layers, joined at these distances from their middles."""

    upper: Box
    lower: Box
    upper_at: float
    lower_at: float


@dataclass(slots=True, eq=False)
class Arrow:
    """An arrow from `tail` down to `head`, and where it is attached to them; `stops` lie between, from the top."""

    tail: Box
    head: Box
    tail_at: float = 0.0
    head_at: float = 0.0
    label: tuple[float, float] | None = None
    stops: list[Box] = field(default_factory=list)
    label_stop: Box | None = None


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distances: beside boxes, beside stops, between layers at least."""

    boxes: float = 22.0
    stops: float = 9.0
    layers: float = 15.0


def backward(count: int, pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Which of the pairs (tail, head) of `count` things to turn round so that no cycle is left.

    >>> backward(3, [(0, 1), (1, 2), (2, 0)])
    {2}
    """
    following: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    has_before = [False] * count
    for number, (tail, head) in enumerate(pairs):
        if tail != head:
            following[tail].append((number, head))
            has_before[head] = True
    found: set[int] = set()
    state = [0] * count  # 0 new, 1 on the path, 2 done
    for start in sorted(range(count), key=lambda i: (has_before[i], i)):
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(following[start]))]
        while path:
            here, rest = path[-1]
            for number, there in rest:
                if state[there] == 1:
                    found.add(number)
                elif state[there] == 0:
                    state[there] = 1
                    path.append((there, iter(following[there])))
                    break
            else:
                state[here] = 2
                path.pop()
    return found


def arrange(boxes: list[Box], arrows: list[Arrow], spacing: Spacing) -> tuple[float, float]:
    """Give every box and stop its place; returns the width and height of it all, whose corner is (0, 0).

    The arrows form no cycle. Boxes with `pinned` are ports: they end up on the upper or lower border.
    """
    if not boxes:
        return 0.0, 0.0
    _assign_layers(boxes, arrows)
    layers = _with_stops(boxes, arrows)
    _order(layers)
    _assign_x(layers, spacing)
    _straighten(arrows, layers, spacing)
    left = min(box.x - box.width / 2 for layer in layers for box in layer)
    for layer in layers:
        for box in layer:
            box.x -= left
    return _assign_y(layers, spacing)


# -- layers --------------------------------------------------------------------------------------------------


def _assign_layers(boxes: list[Box], arrows: list[Arrow]) -> None:
    """Longest path from the top, then each box moves to where its arrows are shorter; boxes get even layers."""
    inner = [box for box in boxes if not box.pinned]
    before: dict[Box, list[Box]] = {box: [] for box in inner}
    after: dict[Box, list[Box]] = {box: [] for box in inner}
    for arrow in arrows:
        if not arrow.tail.pinned and not arrow.head.pinned:
            after[arrow.tail].append(arrow.head)
            before[arrow.head].append(arrow.tail)
    order = _topological(inner, before, after)
    rank = dict.fromkeys(inner, 0)
    for box in order:
        rank[box] = 1 + max((rank[other] for other in before[box]), default=-1)
    for _ in range(4):
        for box in reversed(order):
            if after[box] and len(after[box]) >= len(before[box]):
                rank[box] = min(rank[other] for other in after[box]) - 1
        for box in order:
            if before[box] and len(before[box]) > len(after[box]):
                rank[box] = max(rank[other] for other in before[box]) + 1
    lowest = min(rank.values(), default=0)
    for box in inner:
        box.layer = 2 * (rank[box] - lowest) + 1
    last = max((box.layer for box in inner), default=1)
    for box in boxes:
        if box.pinned:
            box.layer = 0 if box.pinned < 0 else last + 1


def _topological(boxes: list[Box], before: dict[Box, list[Box]], after: dict[Box, list[Box]]) -> list[Box]:
    waiting = {box: len(before[box]) for box in boxes}
    order = [box for box in boxes if not waiting[box]]
    for box in order:  # grows while it is walked
        for other in after[box]:
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    return order


def _with_stops(boxes: list[Box], arrows: list[Arrow]) -> list[list[Box]]:
    """The boxes of each layer, with a stop for each arrow that passes it; a label makes one stop as large as it is."""
    layers: list[list[Box]] = [[] for _ in range(max(box.layer for box in boxes) + 1)]
    for box in boxes:
        box.up, box.down = [], []
        layers[box.layer].append(box)
    for arrow in arrows:
        arrow.stops = []
        first, last = arrow.tail.layer, arrow.head.layer
        middle = first + 1 + 2 * ((last - first - 2) // 4)
        above, above_at = arrow.tail, arrow.tail_at
        for layer in range(first + 1, last):
            stop = Box(0.0, 0.0, is_stop=True, layer=layer)
            if arrow.label is not None and layer == middle:
                stop.width, stop.height = arrow.label
                stop.line = -stop.width / 2  # the label stands beside its arrow
                arrow.label_stop = stop
            layers[layer].append(stop)
            arrow.stops.append(stop)
            _join(above, stop, above_at, stop.line)
            above, above_at = stop, stop.line
        _join(above, arrow.head, above_at, arrow.head_at)
    return layers


def _join(upper: Box, lower: Box, upper_at: float, lower_at: float) -> None:
    link = Link(upper, lower, upper_at, lower_at)
    upper.down.append(link)
    lower.up.append(link)


# -- order ---------------------------------------------------------------------------------------------------


def _order(layers: list[list[Box]]) -> None:
    """Sort each layer by where its neighbours are, down and up several times; the best order seen stays."""
    for layer in layers:
        if all(box.hint is not None for box in layer):
            layer.sort(key=lambda box: box.hint or 0.0)
    place: dict[Box, float] = {box: i for layer in layers for i, box in enumerate(layer)}
    best, fewest = [list(layer) for layer in layers], _crossings(layers, place)
    for sweep in range(2 * SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            if layer and layer[0].hint is not None:
                continue
            _sort(layer, place, downwards)
        crossings = _crossings(layers, place)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best


def _sort(layer: list[Box], place: dict[Box, float], downwards: bool) -> None:
    def wish(box: Box) -> float:
        ends = [_end(link, downwards, place) for link in (box.up if downwards else box.down)]
        return sum(ends) / len(ends) if ends else place[box]

    layer.sort(key=wish)
    place.update({box: i for i, box in enumerate(layer)})


def _end(link: Link, upper: bool, place: dict[Box, float]) -> float:
    box, at = (link.upper, link.upper_at) if upper else (link.lower, link.lower_at)
    return place[box] + (0.9 * at / box.width if box.width else 0.0)


def _crossings(layers: list[list[Box]], place: dict[Box, float]) -> int:
    total = 0
    for layer in layers:
        ends = sorted((_end(link, True, place), _end(link, False, place)) for box in layer for link in box.down)
        seen: list[float] = []
        for _, lower in ends:
            total += len(seen) - bisect_right(seen, lower)
            insort(seen, lower)
    return total


# -- coordinates ---------------------------------------------------------------------------------------------


def _assign_x(layers: list[list[Box]], spacing: Spacing) -> None:
    """Move boxes towards their neighbours, layer by layer; long arrows get straight before short ones."""
    gaps = [_gaps(layer, spacing) for layer in layers]
    for layer, gap in zip(layers, gaps):
        x = 0.0
        for box, distance in zip(layer, [0.0, *gap]):
            x += distance
            box.x = x
    for move in range(2 * MOVES + 1):
        downwards = move % 2 == 0
        both = move >= 2 * MOVES - 2
        order = range(len(layers)) if downwards else range(len(layers) - 1, -1, -1)
        for i in order:
            wishes = [_wish(box, downwards, both) for box in layers[i]]
            for box, x in zip(layers[i], spread(wishes, gaps[i])):
                box.x = x


def _gaps(layer: list[Box], spacing: Spacing) -> list[float]:
    """The least distances between the middles of neighbours in a layer."""
    gaps = []
    for one, other in pairwise(layer):
        apart = spacing.stops if one.is_stop or other.is_stop or one.pinned else spacing.boxes
        gaps.append((one.width + other.width) / 2 + apart)
    return gaps


def _wish(box: Box, downwards: bool, both: bool) -> tuple[float, float]:
    """Where a box would like to be, and how much."""
    total = weights = 0.0
    if downwards or both:
        for link in box.up:
            weight = _weight(link)
            total += weight * (link.upper.x + link.upper_at - link.lower_at)
            weights += weight
    if not downwards or both:
        for link in box.down:
            weight = _weight(link)
            total += weight * (link.lower.x + link.lower_at - link.upper_at)
            weights += weight
    return (total / weights, weights) if weights else (box.x, 0.1)


def _weight(link: Link) -> float:
    return (1.0, 2.0, 8.0)[link.upper.is_stop + link.lower.is_stop]


def spread(wishes: Sequence[tuple[float, float]], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the wishes (weighted least squares) in the given order and at least `gaps` apart.

    Less the gaps before each, the places must not decrease: neighbours that would are pooled at their mean.

    >>> spread([(0.0, 1.0), (0.0, 1.0), (9.0, 1.0)], [2.0, 2.0])
    [-1.0, 1.0, 9.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[list[float]] = []  # [mean, weight, members]
    for (x, weight), offset in zip(wishes, offsets):
        pools.append([x - offset, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, heavy, members = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + mean * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += members
    means = [mean for mean, _, members in pools for _ in range(int(members))]
    return [mean + offset for mean, offset in zip(means, offsets)]


def _straighten(arrows: list[Arrow], layers: list[list[Box]], spacing: Spacing) -> None:
    """Let each arrow run straight through as many stops in a row as have room for it."""
    place = {box: i for layer in layers for i, box in enumerate(layer)}

    def room(stop: Box) -> tuple[float, float]:
        """From where to where the arrow can pass this stop without touching its neighbours."""
        layer, i = layers[stop.layer], place[stop]
        left, right = -INFINITE, INFINITE
        if i:
            other = layer[i - 1]
            left = other.x + (other.width + stop.width) / 2 + spacing.stops
        if i + 1 < len(layer):
            other = layer[i + 1]
            right = other.x - (other.width + stop.width) / 2 - spacing.stops
        return left + stop.line, right + stop.line

    for _ in range(2):
        for arrow in sorted(arrows, key=lambda arrow: -len(arrow.stops)):
            _straighten_one(arrow, room)


def _straighten_one(arrow: Arrow, room: Callable[[Box], tuple[float, float]]) -> None:
    ends = (arrow.tail.x + arrow.tail_at, arrow.head.x + arrow.head_at)
    run: list[Box] = []
    left, right = -INFINITE, INFINITE
    for stop in arrow.stops:
        low, high = room(stop)
        if max(low, left) > min(high, right):
            _align(run, left, right, ends)
            run, left, right = [], -INFINITE, INFINITE
        run.append(stop)
        left, right = max(low, left), min(high, right)
    _align(run, left, right, ends)


def _align(run: list[Box], left: float, right: float, ends: tuple[float, float]) -> None:
    """Put the stops of a run below each other: under an end of their arrow if that is in reach, else where they are."""
    if not run:
        return
    mean = sum(stop.x + stop.line for stop in run) / len(run)
    near = min(ends, key=lambda x: abs(x - mean))
    x = near if left <= near <= right and abs(near - mean) < NEAR else min(max(mean, left), right)
    for stop in run:
        stop.x = x - stop.line


def _assign_y(layers: list[list[Box]], spacing: Spacing) -> tuple[float, float]:
    """Put the layers below each other, farther apart where arrows go far sideways."""
    y = 0.0
    for i, layer in enumerate(layers):
        height = max((box.height for box in layer), default=0.0)
        for box in layer:
            box.y = _within(box, y, height)
            box.above, box.below = box.y - y, y + height - box.y
        y += height
        if i + 1 < len(layers):
            slant = max((abs(_slant(link)) for box in layer for link in box.down), default=0.0)
            y += min(max(spacing.layers, 0.16 * slant), 3.5 * spacing.layers)
    width = max(box.x + box.width / 2 for layer in layers for box in layer)
    return width, y


def _slant(link: Link) -> float:
    return link.upper.x + link.upper_at - link.lower.x - link.lower_at


def _within(box: Box, top: float, height: float) -> float:
    """The middle of a box in a taller layer: near its users where nothing comes in, near its sources otherwise."""
    if box.is_stop or height < 2.5 * box.height:
        return top + height / 2
    if box.down and not box.up:
        return top + height - box.height / 2
    return top + box.height / 2
