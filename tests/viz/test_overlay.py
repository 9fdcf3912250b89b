"""What a run adds to a picture: values, costs as colour, paths."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.viz import overlay
from flowgraph.viz.build import picture
from flowgraph.viz.costs import costs
from flowgraph.viz.palette import DARK_HEAT, DARK_MARK, HEAT, MARK
from tests.viz.dotfile import label_lines, parse
from tests.viz.graphs import graph_of


def traced(graph, fetches, feed=None):
    run = tf.RunMetadata()
    with tf.Session(graph=graph) as sess:
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        for op in graph.get_collection("init"):
            sess.run(op)
        sess.run(fetches, feed, options=options, run_metadata=run)
    return run


def net():
    """x (8×20) · w (20×30), then a sum; and a convolution beside it, which does by far the most."""

    def build():
        x = tf.placeholder(tf.float32, [None, 20], name="x")
        w = tf.Variable(tf.ones([20, 30]), name="w")
        y = tf.matmul(x, w, name="y")
        tf.reduce_sum(y, name="sum")
        image = tf.ones([2, 32, 32, 3], name="image")
        tf.nn.conv2d(image, tf.ones([5, 5, 3, 16]), [1, 1, 1, 1], "SAME", name="conv")
        tf.add_to_collection("init", tf.global_variables_initializer())

    return graph_of(build)


FEED = {"x:0": np.ones((8, 20))}


@pytest.fixture(scope="module")
def run():
    return traced(net(), ["sum:0", "conv:0"], FEED)


def notes(dot, name):
    return label_lines(parse(dot).nodes[name]["label"])


# -- costs ---------------------------------------------------------------------------------------------------


def test_flops_are_those_of_the_formulas(run):
    found = costs(net(), run, "flops")
    assert found["y"] == 2 * 8 * 20 * 30
    assert found["sum"] == 8 * 30
    assert found["conv"] == 2 * (2 * 32 * 32 * 16) * (5 * 5 * 3)
    assert found["image"] == 0


@pytest.mark.parametrize("turned", [{"transpose_a": True}, {"adjoint_a": True}])
def test_flops_of_turned_products(turned):
    graph = graph_of(lambda: tf.matmul(tf.ones([7, 2]), tf.ones([7, 5]), name="y", **turned))
    assert costs(graph, traced(graph, "y:0"), "flops")["y"] == 2 * 7 * 2 * 5


def test_flops_of_a_convolution_and_its_gradients_are_the_same():
    def build():
        x, k = tf.ones([2, 9, 9, 3], name="x"), tf.ones([3, 3, 3, 4])
        tf.gradients(tf.nn.conv2d(x, k, [1, 2, 2, 1], "VALID", name="conv"), [x, k])

    graph = graph_of(build)
    names = ["conv", "gradients/conv_grad/Conv2DBackpropInput", "gradients/conv_grad/Conv2DBackpropFilter"]
    found = costs(graph, traced(graph, [f"{name}:0" for name in names]), "flops")
    assert [found[name] for name in names] == [2 * (2 * 4 * 4 * 4) * 27] * 3


def test_bytes_are_those_of_the_outputs(run):
    found = costs(net(), run, "bytes")
    assert (found["y"], found["conv"]) == (8 * 30 * 4, 2 * 32 * 32 * 16 * 4)


def test_times_of_rounds_of_a_loop_add_up():
    graph = graph_of(
        lambda: tf.while_loop(lambda i: i < 5, lambda i: tf.add(i, 1, name="more"), [tf.constant(0)], name="w")
    )
    run = traced(graph, "w/Exit:0")
    rounds = [n for d in run.step_stats.dev_stats for n in d.node_stats if n.node_name == "w/more"]
    assert len(rounds) == 5
    assert costs(graph, run, "time")["w/more"] == pytest.approx(sum(n.all_end_rel_nanos for n in rounds) / 1e9)


def test_nodes_are_coloured_by_their_share(run):
    drawing = picture(net(), run=run, color="flops")
    heat = {node.ops[0].name: node.heat for node in drawing.nodes}
    assert heat["conv"] == 1.0
    assert heat["y"] == pytest.approx(9600 / 4915200)
    dot = parse(tf.viz.to_dot(net(), run=run, color="flops"))
    assert dot.nodes["conv"]["fillcolor"] == HEAT[4]
    assert dot.nodes["x"]["fillcolor"] == HEAT[0]
    assert notes(tf.viz.to_dot(net(), run=run, color="flops"), "conv")[-1] == "4.92 MFLOP · 100%"
    svg = tf.viz.to_svg(net(), run=run, color="flops")
    assert f".fg-heat-4 .fg-shape {{ fill: {DARK_HEAT[4]} }}" in svg
    assert f'fill="{HEAT[4]}"' in svg


def test_a_folded_scope_costs_what_is_in_it():
    def build():
        with tf.name_scope("a"):
            tf.add(tf.square(tf.ones([10], name="one"), name="two"), 1.0, name="three")
            tf.identity(tf.zeros([3]), name="four")

    graph = graph_of(build)
    [node] = picture(graph, run=traced(graph, ["a/three:0"]), color="flops", depth=0).nodes
    assert (node.heat, node.notes[-1]) == (1.0, "20 FLOP · 100%")


# -- values --------------------------------------------------------------------------------------------------


def test_values_are_written_on_their_nodes():
    values = {"sum:0": np.float32(2.5), "y:0": np.array([[1.0, np.nan, 3.0]] * 4), "w/read:0": np.ones((20, 30))}
    dot = tf.viz.to_dot(net(), values=values)
    assert notes(dot, "sum")[-1] == "= 2.5"
    assert notes(dot, "y")[-1] == "= 1 … 3, 4 NaN"
    assert notes(dot, "w")[-1] == "= 1 … 1"
    assert "= 2.5" in tf.viz.to_svg(net(), values=values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"yes", "'yes'"),
        (True, "True"),
        (np.zeros((0, 3)), "no values"),
        (np.full((3, 3), np.inf), "9 inf"),
        ([0.1, 2], "[0.1, 2]"),
    ],
)
def test_text_of_a_value(value, text):
    assert overlay.value_text(value) == text


def test_values_are_those_of_tensors():
    with pytest.raises(ValueError, match="values are those of tensors; 'y' is an op"):
        tf.viz.to_dot(net(), values={"y": 1.0})


# -- paths ---------------------------------------------------------------------------------------------------


def test_a_way_from_a_loss_to_a_variable():
    graph = net()
    assert overlay.shortest_path(graph, ("sum:0", "w")) == ["w", "w/read", "y", "sum"]
    assert overlay.shortest_path(graph, ("w", "sum")) == ["w", "w/read", "y", "sum"]
    drawing = picture(graph, highlight=("sum:0", "w"))
    assert [node.ops[0].name for node in drawing.nodes if node.marked] == ["w", "y", "sum"]
    marked = [(edge.source.ops[0].name, edge.target.ops[0].name) for edge in drawing.edges if edge.marked]
    assert marked == [("w", "y"), ("y", "sum")]
    dot = tf.viz.to_dot(graph, highlight=("sum:0", "w"))
    assert parse(dot).nodes["y"]["color"] == MARK
    assert [attrs.get("color") for *ends, attrs in parse(dot).edges if ends == ["w", "y"]] == [MARK]
    assert f"stroke: {DARK_MARK}" in tf.viz.to_svg(graph, highlight=("sum:0", "w"))


def test_the_critical_path_is_the_longest_chain():
    """Against all chains, one by one, of a small graph with made-up times."""

    def build():
        a = tf.constant(1.0, name="a")
        b, c = tf.negative(a, name="b"), tf.exp(a, name="c")
        tf.add(tf.square(b, name="d"), c, name="e")
        tf.log(c, name="f")

    graph = graph_of(build)
    run = traced(graph, ["e:0", "f:0"])
    times = {"a": 1, "b": 5, "c": 8, "d": 4, "e": 2, "f": 2}
    for node in run.step_stats.dev_stats[0].node_stats:
        node.all_end_rel_nanos = times[node.node_name]
    assert overlay.critical_path(graph, run) == ["a", "b", "d", "e"]
    times["f"] = 4
    for node in run.step_stats.dev_stats[0].node_stats:
        node.all_end_rel_nanos = times[node.node_name]
    assert overlay.critical_path(graph, run) == ["a", "c", "f"]


def test_a_loop_has_a_critical_path():
    graph = graph_of(lambda: tf.while_loop(lambda i: i < 5, lambda i: i + 1, [tf.constant(0)], name="w"))
    path = overlay.critical_path(graph, traced(graph, "w/Exit:0"))
    assert set(path) <= {op.name for op in graph.get_operations()}
    assert len(path) > 1


# -- what cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"color": "time"}, "give `run`"),
        ({"highlight": "critical"}, "give `run`"),
        ({"run": tf.RunMetadata(), "color": "time"}, "was not traced"),
        ({"run": tf.RunMetadata()}, "choose one of them"),
        ({"run": tf.RunMetadata(), "color": "heat"}, "color is one of 'time', 'bytes', 'flops', not 'heat'"),
        ({"highlight": ("x", "conv")}, "No path leads from 'x' to 'conv', nor back"),
        ({"highlight": ("x", "y", "sum")}, "a pair of elements"),
    ],
)
def test_what_cannot_be_drawn_is_told(options, says):
    with pytest.raises(ValueError, match=says):
        tf.viz.to_dot(net(), **options)
