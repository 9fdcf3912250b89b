"""What the numpy engine plans ahead in loops and their gradients: shapes that stacks carry, values without copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy import insides
from flowgraph.engines.numpy.stacks import spared_stacks
from flowgraph.engines.store import Store
from flowgraph.ir.build import build_program
from flowgraph.ops.stack import STACK_POP
from flowgraph.passes.facts import analyse

X = np.random.default_rng(0).uniform(-1, 1, (2, 3)).astype(np.float32)


def run(fetches: Any, feed: Any, engine: str) -> Any:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def on_both_engines(build: Callable[[], tuple[Any, Any]]) -> None:
    """The engines agree on `build()`: fetches and a feed."""
    with tf.Graph().as_default():
        fetches, feed = build()
        flat = zip(
            tf.nest.flatten(run(fetches, feed, "NUMPY")), tf.nest.flatten(run(fetches, feed, "REFERENCE")), strict=True
        )
        for numpy, reference in flat:
            np.testing.assert_allclose(numpy, reference, rtol=1e-6, atol=1e-7)


def broadcasting(steps: int = 4) -> tuple[Any, Any]:
    """A loop whose gradient needs the shapes of both factors, which nobody knows while the graph is built."""
    x = tf.placeholder(tf.float32, [None, None])
    b = tf.placeholder(tf.float32, [None])
    _, y = tf.while_loop(lambda i, _: i < steps, lambda i, y: (i + 1, tf.tanh(y * b + x)), [0, x])
    gradients = tf.gradients(y, [x, b])
    return [y, gradients], {x: X, b: [0.5, -0.5, 1.5]}


def programs_facts(fetches: Any, feed: Any) -> tuple[Any, Any]:
    program = build_program(tf.nest.flatten(fetches), [], list(feed))
    return program, analyse(program, [np.shape(value) for value in feed.values()], Store().cell)


def test_shapes_on_stacks_are_known_before_the_run() -> None:
    with tf.Graph().as_default():
        program, known = programs_facts(*broadcasting())
    popped = [known[step.outputs[0]] for step in program.walk() if step.opdef is STACK_POP]
    assert len(popped) > 3
    assert all(fact.is_full for fact in popped)
    spared = spared_stacks(program, known)
    assert len(spared) == sum(fact.value is not None for fact in popped) >= 2


def test_what_is_handed_out_is_pushed() -> None:
    """A part of a run may hand a stack to the next part, which pops all."""
    with tf.Graph().as_default():
        (y, gradients), feed = broadcasting()
        stacks = [op.outputs[0] for op in tf.get_default_graph().get_operations() if op.type == "StackV2"]
        program, known = programs_facts([y, gradients, stacks], feed)
    assert not spared_stacks(program, known)


def test_broadcasting() -> None:
    on_both_engines(broadcasting)


@pytest.mark.parametrize("longest", [1, 8, 12, 20, 30, 40])
def test_with_bodies_that_are_left_to_the_reference_engine(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The forward loop, its gradient, or both are too long to become Python."""
    monkeypatch.setattr(insides, "_LONGEST", longest)
    on_both_engines(broadcasting)


def test_shapes_that_change_with_the_iterations() -> None:
    def build() -> tuple[Any, Any]:
        x = tf.placeholder(tf.float32, [None, 3])
        _, y = tf.while_loop(
            lambda i, _: i < 3,
            lambda i, y: (i + 1, tf.concat([y * y, x], 0)),
            [0, x],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 3])],
        )
        return [y, tf.gradients(y, x)], {x: X}

    on_both_engines(build)


def test_a_loop_in_a_loop() -> None:
    def build() -> tuple[Any, Any]:
        x = tf.placeholder(tf.float32, [None, None])

        def inner(y: Any) -> Any:
            return tf.while_loop(lambda i, _: i < 2, lambda i, z: (i + 1, tf.sin(z * x)), [0, y])[1]

        _, y = tf.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, inner(y) + y), [0, x])
        first = tf.gradients(y, x)[0]
        return [y, first, tf.gradients(first, x)], {x: X}

    on_both_engines(build)


def test_pushes_in_branches() -> None:
    def build() -> tuple[Any, Any]:
        x = tf.placeholder(tf.float32, [None, None])

        def body(i: Any, y: Any) -> Any:
            return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: tf.sin(y * x), lambda: y * tf.reduce_sum(y, 0))

        _, y = tf.while_loop(lambda i, _: i < 5, body, [0, x])
        return [y, tf.gradients(y, x)], {x: X}

    on_both_engines(build)


def test_a_sum_over_no_axes_is_no_view_of_a_variable() -> None:
    def build() -> tuple[Any, Any]:
        v = tf.Variable(tf.ones([2, 3]))

        def body(i: Any, total: Any) -> Any:
            before = tf.reduce_sum(v, [])
            with tf.control_dependencies([before]):
                changed = tf.assign_add(v, tf.ones([2, 3]))
            with tf.control_dependencies([changed]):
                return i + 1, total + tf.reshape(before, [2, 3])

        return tf.while_loop(lambda i, _: i < 4, body, [0, tf.zeros([2, 3])]), None

    on_both_engines(build)


def test_what_is_pushed_or_written_stays_as_it_was() -> None:
    """Values that are computed anew, that lie in buffers, and that are loop variables themselves."""

    def build() -> tuple[Any, Any]:
        x = tf.placeholder(tf.float32, [2, 3])
        sink = tf.TensorArray(tf.float32, 0, dynamic_size=True)

        def body(i: Any, a: Any, b: Any, sink: Any) -> Any:
            made = tf.concat([a, b], 0)[:2]
            sink = sink.write(3 * i, made).write(3 * i + 1, a).write(3 * i + 2, tf.exp(b))
            return i + 1, tf.sin(made) * b, a + x, sink

        _, a, b, sink = tf.while_loop(lambda i, *_: i < 4, body, [0, x, x * 2.0, sink])
        rows = sink.stack()
        return [rows, a, b, tf.gradients(rows, x)], {x: X}

    on_both_engines(build)
