"""What `tf.debug.explain` tells: figures against those of formulas, and of runs."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def allocated_by(session, fetches, feed):
    """The most bytes that a first run allocates at the same time."""
    tracemalloc.start()
    try:
        values = session.run(fetches, feed)
        return tracemalloc.get_traced_memory()[1], values
    finally:
        tracemalloc.stop()


def deep_chain(x):
    for _ in range(200):
        x = tf.tanh(x * 0.5)
    return tf.reduce_sum(x)


def net(x):
    for _ in range(3):
        x = tf.matmul(tf.tanh(tf.matmul(x, x, transpose_b=True)), x)
    return tf.reduce_sum(x)


def with_gradient(x):
    return tf.gradients(tf.reduce_sum(tf.exp(x * 2.0) * tf.exp(x)), x)


PROGRAMS = {
    "a chain": (deep_chain, (MEGABYTE // 4,)),
    "matrices": (net, (1000, 400)),
    "a gradient": (with_gradient, (MEGABYTE // 4,)),
    "an op without a kernel": (lambda x: tf.reduce_sum(tf.reverse(tf.tanh(x), [0])), (MEGABYTE // 4,)),
    "a view": (lambda x: tf.reduce_sum(tf.reshape(tf.tanh(x), [-1, 2]), axis=0), (MEGABYTE // 4,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_predicted_bytes_are_those_that_numpy_allocates(name, monkeypatch):
    monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", "fuse")  # which leaves too little of a chain to plan
    build, shape = PROGRAMS[name]
    x = tf.placeholder(tf.float32, shape)
    fetches = build(x)
    feed = {x: np.full(shape, 0.1, np.float32)}
    with tf.Session() as session:
        told = tf.debug.explain(session, fetches, feed)
        constants = sum(op.attrs["value"].nbytes for op in session.graph.get_operations() if op.type == "Const")
        session.run(tf.constant(0.0) + 1)  # what is imported late
        taken, _ = allocated_by(session, fetches, feed)
    assert told.peak >= MEGABYTE
    assert told.peak <= taken <= 1.02 * told.peak + constants + 300_000  # the plan itself, and Python's objects


def test_a_chain_takes_no_more_than_what_two_of_its_values_take(monkeypatch):
    """1,000 ops on 1 MB, each of them alone."""
    monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", "fuse")
    x = tf.placeholder(tf.float32, [MEGABYTE // 4])
    y = x
    for _ in range(500):
        y = tf.tanh(y * 0.5)
    with tf.Session() as session:
        told = tf.debug.explain(session, tf.reduce_sum(y), {x: np.zeros(MEGABYTE // 4)})
    assert told.arena <= 2 * MEGABYTE + 1000
    assert told.apart >= 1000 * MEGABYTE


def test_flops_are_those_of_the_formulas(monkeypatch):
    monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", "simplify")  # it would spare the product with ones
    x = tf.placeholder(tf.float32, [8, 20])
    w = tf.get_variable("w", [20, 30])
    loss = tf.reduce_sum(tf.square(tf.matmul(x, w)))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        forward = tf.debug.explain(session, loss, {x: np.ones([8, 20])})
        both = tf.debug.explain(session, train, {x: np.ones([8, 20])})
    assert forward.flops == 2 * 8 * 20 * 30 + 8 * 30 + 8 * 30  # the product, the squares, the sum
    # the gradient of the square: 2 * x, and that times what comes from behind; by w: a product; the update
    assert both.flops == 2 * 8 * 20 * 30 + 2 * 8 * 30 + 2 * 20 * 8 * 30 + 2 * 20 * 30
    assert both.variables == 20 * 30 * 4


def test_flops_of_images():
    image, kernel = tf.ones([2, 8, 8, 3]), tf.placeholder(tf.float32, [3, 3, 3, 4])
    y = tf.nn.max_pool(tf.nn.conv2d(image, kernel, 1, "SAME"), 2, 2, "SAME")
    with tf.Session() as session:
        told = tf.debug.explain(session, y, {kernel: np.ones([3, 3, 3, 4])})
    assert told.flops == 2 * (2 * 8 * 8 * 4) * 27 + 4 * (2 * 4 * 4 * 4)


def test_what_lies_where():
    x = tf.placeholder(tf.float32, [400], name="x")
    w = tf.get_variable("w", [400])
    large = tf.placeholder(tf.float32, [1 << 20], name="large")
    fetches = [tf.assign_sub(w, tf.tanh(x * 2.0)).op, large * 2.0, tf.cumsum(tf.exp(x))]
    with tf.Session() as session:
        told = tf.debug.explain(session, fetches, {x: np.zeros(400), large: np.zeros(1 << 20)})
    where = {note.what: note.where for note in told.steps if note.op != "mul_1"}
    assert where["Tanh"].endswith(", over its operand")
    assert where["AssignSub"] == "variable w, in place"
    assert where["Cumsum"] == "outside"
    assert [note.where for note in told.steps if note.op == "mul_1"] == ["the caller's array"]
    assert dict(told.feeds) == {"x:0": "[400]", "large:0": "[1048576]"}


def test_the_text_tells_the_same():
    x = tf.placeholder(tf.float32, [30, 40], name="x")
    y = tf.reduce_sum(tf.tanh(x), name="total")
    with tf.Session() as session:
        told = tf.debug.explain(session, y, {x: np.zeros([30, 40])})
    text = str(told)
    assert text.startswith("engine NUMPY, fed with x:0 [30,40]\n")
    assert "as built" in text
    assert f"{told.arena:,}" in text
    assert "additions and multiplications: 2,400" in text
    assert "<pre>engine NUMPY" in told._repr_html_()


def test_a_long_program_is_cut_in_the_middle_and_long_names_too():
    with tf.name_scope("a_scope_with_a_name_of_more_than_forty_letters"):
        y = x = tf.placeholder(tf.float32, [3])
        for _ in range(200):
            y = tf.tanh(y)
    with tf.Session() as session:
        told = tf.debug.explain(session, y, {x: [1, 2, 3]})
    assert len(told.steps) == 200
    lines = str(told).splitlines()
    assert len(lines) < 90
    assert "... 140 more" in lines
    assert max(map(len, lines)) < 160


def test_steps_in_loops_and_branches_are_told_with_their_depth():
    x = tf.placeholder(tf.float32, [])
    y = tf.while_loop(lambda v: v < 10, lambda v: tf.cond(v > 3, lambda: v * 2, lambda: v + 1), [x])
    with tf.Session() as session:
        told = tf.debug.explain(session, y, {x: 1})
    depths = {note.what: note.depth for note in told.steps}
    assert (depths["While"], depths["Less"], depths["If"], depths["Mul"]) == (0, 1, 1, 2)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_says_what_it_does(engine):
    x = tf.placeholder(tf.float32, [100])
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        told = tf.debug.explain(session, tf.tanh(tf.tanh(x)), {x: np.zeros(100)})
    assert told.engine == engine
    assert told.passes[0] == ("as built", 2)
    assert told.flops == 200


def test_skipped_passes_are_named(monkeypatch):
    monkeypatch.setenv("FLOWGRAPH_SKIP_PASSES", "fold,arena")
    x = tf.placeholder(tf.float32, [100])
    with tf.Session() as session:
        told = tf.debug.explain(session, tf.tanh(tf.tanh(x)), {x: np.zeros(100)})
    assert told.skipped == ("arena", "fold")
    assert "fold" not in dict(told.passes)
    assert told.arena == told.apart
    assert "left out: arena, fold" in str(told)


def test_nothing_is_run_and_mistakes_are_those_of_run():
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.debug.explain(session, tf.assign_add(v, 1.0))
        assert session.run(v) == 0
        with pytest.raises(tf.errors.InvalidArgumentError, match="You must feed a value for placeholder tensor 'x'"):
            tf.debug.explain(session, x + 1)
        with pytest.raises(ValueError, match="nothing to run"):
            tf.debug.explain(session, [])
    with pytest.raises(RuntimeError, match="closed Session"):
        tf.debug.explain(session, v)
