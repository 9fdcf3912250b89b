"""Drawings of Programs: every step once, every operand an arrow, bodies in boxes."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.viz.programs import Stages, program_picture
from tests.viz.dotfile import parse
from tests.viz.graphs import graph_of


def straight():
    x = tf.placeholder(tf.float32, [None], name="x")
    tf.add(tf.multiply(x, x, name="square"), 1.0, name="y")
    tf.exp(x, name="unused")


def branching():
    x = tf.placeholder(tf.float32, [], name="x")
    w = tf.Variable(1.0, name="w")
    y = tf.cond(x > 0, lambda: x * w, lambda: -x, name="choice")
    tf.while_loop(lambda i, a: i < 3, lambda i, a: [i + 1, a * y], [tf.constant(0), tf.constant(1.0)], name="loop")
    tf.assign_add(w, 1.0, name="more")


def labels(drawing):
    return [(node.title, *node.notes) for node in drawing.nodes]


def test_what_is_not_needed_is_not_there():
    graph = graph_of(straight)
    stages = tf.viz.program(graph, "y:0", ["x:0"])
    assert labels(program_picture(stages.programs)) == [
        ("x:0", "fed"), ("Mul", "square"), ("Const", "y"), ("Add", "y", "fetched"),
    ]  # fmt: skip
    assert repr(stages) == "<tf.viz.program: as built: 3 steps>"


def test_every_operand_is_an_arrow():
    graph = graph_of(straight)
    drawing = program_picture(tf.viz.program(graph, "y:0", {"x:0": None}).programs)
    arrows = [(edge.source.title, edge.target.title, edge.label) for edge in drawing.edges]
    assert arrows == [
        ("x:0", "Mul", "(?)"),
        ("x:0", "Mul", "(?)"),
        ("Mul", "Add", "(?)"),
        ("Const", "Add", "scalar"),
    ]


def test_every_step_is_drawn_once_and_bodies_lie_in_boxes():
    graph = graph_of(branching)
    stages = tf.viz.program(graph, ["loop/Exit_1:0", "more"], "x:0")
    built = stages.programs["as built"]
    drawing = program_picture(stages.programs)
    assert len(drawing.nodes) == sum(1 for _ in built.walk()) + 1
    boxes = {}
    pending = [drawing.root]
    while pending:
        box = pending.pop()
        boxes.setdefault(box.label, []).extend(node.title for node in box.nodes)
        pending += box.clusters
    assert set(boxes) == {"", "If", "then", "else", "While", "while", "do"}
    assert "_Read" in boxes["then"]
    assert "Neg" in boxes["else"]
    assert "Less" in boxes["while"]
    assert boxes["While"] == ["While"]
    writes = [(edge.source.title, edge.target.title) for edge in drawing.edges if edge.writes]
    assert writes == [("VariableV2", "AssignAdd")]


def test_stages_stand_side_by_side():
    graph = graph_of(straight)
    one, two = (tf.viz.program(graph, fetch, ["x:0"]).programs["as built"] for fetch in ("y:0", "square:0"))
    stages = Stages({"before": one, "after": two})
    dot = parse(stages.to_dot("LR"))
    assert list(dot.clusters.values()) == ["before", "after"]
    assert len(dot.nodes) == 4 + 2
    assert stages.to_dot() == stages.to_dot()
    assert "before" in stages.to_svg()
    assert set(stages._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}


def folding():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.reshape(x * 1.0, [tf.shape(x)[0] * 3])
    tf.add(tf.exp(y), tf.sin(tf.exp(y)), name="y")


def test_with_shapes_each_pass_that_changes_something_is_a_stage():
    graph = graph_of(folding)
    stages = tf.viz.program(graph, "y:0", {"x:0": np.zeros([2, 3])})
    names = list(stages.programs)
    assert names[:2] == ["as built", "fold"]
    assert {"simplify", "cse", "prune"} <= set(names)
    sizes = [len(program.steps) for program in stages.programs.values()]
    assert sizes == sorted(sizes, reverse=True)
    last = list(stages.programs.values())[-1]
    assert [step.opdef.name for step in last.steps] == ["_Reshaped", "Exp", "Sin", "Add"]
    boxes = program_picture(stages.programs).root.clusters
    assert [box.label for box in boxes] == names
    assert "_Reshaped" in stages.to_svg()


@pytest.mark.parametrize("use_resource", [False, True])
def test_variables_have_the_shapes_that_they_were_made_with(use_resource):
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.get_variable("w", [3, 2], use_resource=use_resource)
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w)))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    stages = tf.viz.program(graph, [loss, train], {x: np.zeros([4, 3])})
    last = list(stages.programs.values())[-1]
    assert not {"Shape", "Prod", "Tile", "Cast"}.intersection(step.opdef.name for step in last.steps)


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        tf.viz.program(graph_of(mismatch), "y:0", {"x:0": np.zeros([2, 5])})


def mismatch():
    x = tf.placeholder(tf.float32, name="x")
    tf.add(x, tf.constant([1.0, 2.0]), name="y")


@pytest.mark.parametrize("fetches", ["nope:0", "nope"])
def test_what_is_not_in_the_graph_is_told(fetches):
    with pytest.raises((KeyError, ValueError), match="nope"):
        tf.viz.program(graph_of(straight), fetches)
