"""Traced functions: bodies in graphs of their own, what they capture, and how they run."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.calls import Call
from flowgraph.ir.function import trace
from flowgraph.session import ENGINES

SCALAR = (tf.float32, ())


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def session_of(engine="NUMPY"):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    return tf.Session(config=config)


def test_the_body_is_a_graph_of_its_own():
    before = tf.get_default_graph().version
    function = trace(lambda a: a * 2.0, [SCALAR], "double")
    assert tf.get_default_graph().version == before
    assert [op.type for op in function.graph.get_operations()] == ["Placeholder", "Const", "Mul", "Identity"]
    assert function.captured == []


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_captured_becomes_an_argument(engine):
    c = tf.placeholder(tf.float32, [2])
    function = trace(lambda a: (a * c, {"sum": tf.reduce_sum(c)}), [SCALAR], "scale")
    assert function.captured == [c]
    with session_of(engine) as session:
        product, total = Call(session._store, function, [np.array([1, 2], np.float32)])(np.float32(3.0))
    assert product.tolist() == [3.0, 6.0]
    assert total == 3.0


@pytest.mark.parametrize("engine", ENGINES)
def test_state_is_that_of_the_session(engine):
    v = tf.get_variable("v", initializer=1.0, use_resource=True)
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"])
    function = trace(lambda a: (a + v, table.lookup(tf.constant(["b", "z"]))), [SCALAR], "state")
    with session_of(engine) as session:
        session.run([v.initializer, tf.tables_initializer()])
        values = session.run([t for t in function.captured if t.dtype != tf.resource])
        captured = [values.pop(0) if t.dtype != tf.resource else None for t in function.captured]
        call = Call(session._store, function, captured)
        assert call(np.float32(1.0))[0] == 2.0
        session.run(v.assign(10.0))
        total, found = call(np.float32(1.0))
        assert total == 11.0
        assert found.tolist() == [1, -1]


@pytest.mark.parametrize("engine", ENGINES)
def test_branches_loops_and_random_numbers_inside(engine):
    tf.set_random_seed(1)

    def body(a):
        power = tf.while_loop(lambda i, p: i < 3, lambda i, p: (i + 1, p * a), [0, 1.0])[1]
        return tf.cond(a > 0.0, lambda: power, lambda: -power), tf.random_uniform([])

    function = trace(body, [SCALAR], "body")
    with session_of(engine) as session:
        call = Call(session._store, function, [])
        first, second = call(np.float32(2.0)), call(np.float32(-2.0))
        assert (first[0], second[0]) == (8.0, 8.0)
        assert first[1] != second[1]


def test_a_function_inside_a_function_captures_through_it():
    c = tf.constant(5.0)
    inner = []

    def outer_body(a):
        inner.append(trace(lambda b: b + a + c, [SCALAR], "inner"))
        return [tensor + 0.0 for tensor in inner[0].captured]

    outer = trace(outer_body, [SCALAR], "outer")
    assert [t.name for t in outer.captured] == ["Const:0"]
    assert len(inner[0].captured) == 2


def test_effects_happen_although_nothing_takes_them(capfd):
    function = trace(lambda a: (tf.print("seen", a), a)[1], [SCALAR], "talk")
    with session_of() as session:
        Call(session._store, function, [])(np.float32(4.0))
    assert "seen 4" in capfd.readouterr().err


def test_a_tensor_of_a_strange_graph_is_refused():
    with tf.Graph().as_default():
        strange = tf.constant(1.0)
    with pytest.raises(ValueError, match="must be from the same graph as the function"):
        trace(lambda a: a + strange, [SCALAR], "mixed")
