"""The built-in SVG: well-formed, complete, nothing on top of anything else."""

from __future__ import annotations

import itertools
import re
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowgraph as tf
from flowgraph.viz import to_svg
from flowgraph.viz.build import picture
from flowgraph.viz.layers import Arrow, Box, Spacing, arrange, backward, spread
from flowgraph.viz.svg import Drawing
from tests.viz.graphs import ALL, chain, graph_of, small

NS = "{http://www.w3.org/2000/svg}"
DIRECTIONS = ["TB", "LR", "BT", "RL"]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def drawing(graph, rankdir="TB", **options):
    return Drawing(picture(graph, **options), rankdir)


def overlap(a, b) -> bool:
    apart = 1e-6
    return (
        a.x + a.width > b.x + apart
        and b.x + b.width > a.x + apart
        and a.y + a.height > b.y + apart
        and b.y + b.height > a.y + apart
    )


def within(inner, outer) -> bool:
    return (
        inner.x >= outer.x - 1e-6
        and inner.y >= outer.y - 1e-6
        and inner.x + inner.width <= outer.x + outer.width + 1e-6
        and inner.y + inner.height <= outer.y + outer.height + 1e-6
    )


@pytest.mark.parametrize("rankdir", DIRECTIONS)
@pytest.mark.parametrize("name", ALL)
def test_every_label_is_in_it_and_it_is_the_same_each_time(name, rankdir):
    graph = ALL[name]()
    text = to_svg(graph, rankdir=rankdir)
    assert text == to_svg(ALL[name](), rankdir=rankdir)
    shown = [t.text for t in ET.fromstring(text).iter(f"{NS}text")]
    for node in picture(graph).nodes:
        assert node.title in shown
        for note in node.notes:
            assert note in shown


@pytest.mark.parametrize("rankdir", DIRECTIONS)
@pytest.mark.parametrize("name", ALL)
def test_nothing_lies_outside_the_view(name, rankdir):
    root = ET.fromstring(to_svg(ALL[name](), rankdir=rankdir))
    _, _, width, height = map(float, root.get("viewBox").split())
    points: list[tuple[float, float]] = []
    for element in root.iter():
        tag = element.tag.removeprefix(NS)
        value = {key: float(v) for key, v in element.attrib.items() if key in {"x", "y", "width", "height"}}
        if tag == "rect":
            points += [(value["x"], value["y"]), (value["x"] + value["width"], value["y"] + value["height"])]
        elif tag == "text":
            points.append((value["x"], value["y"]))
        elif tag == "polygon":
            numbers = list(map(float, NUMBER.findall(element.get("points"))))
            points += zip(numbers[::2], numbers[1::2])
        elif tag == "ellipse":
            cx, cy, rx, ry = (float(element.get(key)) for key in ("cx", "cy", "rx", "ry"))
            points += [(cx - rx, cy - ry), (cx + rx, cy + ry)]
        elif tag == "path" and element.get("class") != "fg-shape":
            numbers = list(map(float, NUMBER.findall(element.get("d"))))
            points += zip(numbers[::2], numbers[1::2])
    assert len(points) > 5
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


@pytest.mark.parametrize("rankdir", ["TB", "RL"])
@pytest.mark.parametrize("options", [{}, {"depth": 1}, {"depth": 99, "gradients": "show"}], ids=str)
@pytest.mark.parametrize("name", ALL)
def test_boxes_do_not_overlap_and_scopes_hold_their_own_nodes(name, options, rankdir):
    made = drawing(ALL[name](), rankdir, **options)
    nodes = list(made.layout.nodes.items())
    assert len(nodes) == len(made.picture.nodes)
    for (_, a), (_, b) in itertools.combinations(nodes, 2):
        assert not overlap(a, b)
    for cluster, box in made.layout.clusters.items():
        inside = set()
        stack = [cluster]
        while stack:
            current = stack.pop()
            inside.update(current.nodes)
            stack += current.clusters
        for node, rect in nodes:
            assert within(rect, box) if node in inside else not overlap(rect, box)


@pytest.mark.parametrize("name", ALL)
def test_edges_join_their_nodes_and_run_through_no_others(name):
    made = drawing(ALL[name]())
    for edge, route in made.layout.routes.items():
        ends = route.points[::-1] if route.turned else route.points
        for (x, y), node in ((ends[0], edge.source), (ends[-1], edge.target)):
            rect = made.layout.nodes[node]
            assert rect.x <= x <= rect.x + rect.width
            assert rect.y - 1e-6 <= y <= rect.y + rect.height + 1e-6
        for (ax, ay), (bx, by) in zip(route.points, route.points[1:]):
            if ax != bx:
                continue  # curves stay between layers
            for node, rect in made.layout.nodes.items():
                if node not in (edge.source, edge.target) and rect.x < ax < rect.x + rect.width:
                    assert not (min(ay, by) < rect.y + rect.height - 1 and max(ay, by) > rect.y + 1)


def test_without_cycles_all_edges_run_down():
    made = drawing(small())
    assert not any(route.turned for route in made.layout.routes.values())
    for edge in made.picture.edges:
        assert made.layout.nodes[edge.source].y < made.layout.nodes[edge.target].y


def test_markup_in_names_is_escaped():
    graph = graph_of(lambda: tf.constant("<script>&", name="c"))
    graph.get_operations()[0].name = '<b a="1">&amp;\x00'
    shown = [t.text for t in ET.fromstring(to_svg(graph, name="<&>")).iter(f"{NS}text")]
    assert shown[0] == '<b a="1">&amp;·'
    assert "<script>" in shown[1]


def test_it_has_a_dark_side():
    assert "@media (prefers-color-scheme: dark)" in to_svg(small())


def test_empty_graph():
    assert ET.fromstring(to_svg(tf.Graph())).tag == f"{NS}svg"


def test_a_long_chain_needs_no_recursion():
    graph = chain(3000)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        text = to_svg(graph, depth=99)
    finally:
        sys.setrecursionlimit(limit)
    assert text.count('class="fg-node') == 3001


# -- the layout's own laws ---------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), min_size=1, max_size=12),
    st.lists(st.floats(0, 20), min_size=11, max_size=11),
)
def test_spread_keeps_distances_and_moves_as_little_as_it_can(wishes, gaps):
    gaps = gaps[: len(wishes) - 1]
    places = spread(wishes, gaps)
    for a, b, gap in zip(places, places[1:], gaps):
        assert b - a >= gap - 1e-6

    def cost(xs):
        return sum(weight * (x - wish) ** 2 for x, (wish, weight) in zip(xs, wishes))

    # no common shift of a front or a back part is better, as far as it is allowed
    for cut in range(len(places) + 1):
        for shift in (-0.01, 0.01):
            moved = [x + (shift if i < cut else 0.0) for i, x in enumerate(places)]
            if all(b - a >= gap - 1e-9 for a, b, gap in zip(moved, moved[1:], gaps)):
                assert cost(moved) >= cost(places) - 1e-6


@st.composite
def digraphs(draw):
    count = draw(st.integers(1, 9))
    node = st.integers(0, count - 1)
    return count, draw(st.lists(st.tuples(node, node), max_size=20))


@given(digraphs())
def test_turning_the_backward_edges_leaves_no_cycle(graph):
    count, pairs = graph
    turned = backward(count, pairs)
    arcs = [(b, a) if i in turned else (a, b) for i, (a, b) in enumerate(pairs) if a != b]
    waiting = {i: sum(head == i for _, head in arcs) for i in range(count)}
    while ready := [i for i, before in waiting.items() if not before]:
        for i in ready:
            del waiting[i]
            for tail, head in arcs:
                if tail == i:
                    waiting[head] -= 1
    assert not waiting


@given(digraphs(), st.data())
def test_any_acyclic_graph_is_laid_out_in_layers(graph, data):
    count, pairs = graph
    boxes = [Box(data.draw(st.floats(5, 200)), data.draw(st.floats(5, 100))) for _ in range(count)]
    arrows = [
        Arrow(boxes[min(pair)], boxes[max(pair)], label=data.draw(st.sampled_from([None, (30.0, 12.0)])))
        for pair in pairs
        if pair[0] != pair[1]
    ]
    width, height = arrange(boxes, arrows, Spacing())
    stops = [stop for arrow in arrows for stop in arrow.stops if stop.width]
    for a, b in itertools.combinations([*boxes, *stops], 2):
        assert (
            abs(a.x - b.x) >= (a.width + b.width) / 2 - 1e-6
            or a.y + min(a.below, a.height / 2) <= b.y - min(b.above, b.height / 2) + 1e-6
            or b.y + min(b.below, b.height / 2) <= a.y - min(a.above, a.height / 2) + 1e-6
        )
    for box in [*boxes, *stops]:
        assert box.x - box.width / 2 >= -1e-6
        assert box.x + box.width / 2 <= width + 1e-6
        assert box.y + box.height / 2 <= height + 1e-6
    for arrow in arrows:
        assert arrow.tail.y < arrow.head.y
