"""Common subexpressions: what is the same is computed once, and what only looks the same is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.store import Store
from flowgraph.ir.build import build_program
from flowgraph.passes.cse import comparable
from flowgraph.passes.pipeline import optimized

X = np.array([[0.5, -1.5], [2.0, 0.25]], np.float32)


def values(engine: str, fetches: list[tf.Tensor], feed: Any) -> list[np.ndarray]:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


def after(build: Callable[[Any], Any]) -> Counter[str]:
    """The types of the steps that are left of `build(x)`, of which the values are compared."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, None])
        fetches = tf.nest.flatten(build(x))
        for a, b in zip(values("NUMPY", fetches, {x: X}), values("REFERENCE", fetches, {x: X}), strict=True):
            np.testing.assert_array_equal(a, b)
        program = optimized(build_program(fetches, [], [x]), [X.shape], Store().cell)
        return Counter(step.opdef.name for step in program.walk())


@pytest.mark.parametrize(
    ("build", "left"),
    [
        (lambda x: tf.exp(x) + tf.sin(tf.exp(x)), {"Exp": 1}),
        (lambda x: [tf.exp(x), tf.exp(x)], {"Exp": 1}),
        (lambda x: tf.exp(tf.identity(x)) - tf.sin(tf.exp(x)), {"Exp": 1}),
        (lambda x: (x * 2.0) / tf.sin(2.0 * x), {"Mul": 1}),
        (lambda x: tf.equal(x, 2.0 * x) & tf.equal(2.0 * x, x), {"Equal": 1, "LogicalAnd": 1}),
        (lambda x: (x - 2.0) * tf.sin(2.0 - x), {"Sub": 2}),
        (lambda x: tf.reduce_sum(x, 0) + tf.sin(tf.reduce_sum(x, [0])), {"Sum": 2}),  # 0 and [0] are two values
        (lambda x: tf.reduce_sum(x, 0) + tf.sin(tf.reduce_sum(x, -2)), {"Sum": 2}),
        (lambda x: tf.reduce_sum(x, 0) * tf.sin(tf.reduce_sum(x, 0)), {"Sum": 1}),
        (lambda x: tf.reduce_sum(x, 0) * tf.reduce_sum(x, 0, keepdims=True), {"Sum": 2}),
        (lambda x: tf.matmul(x, x) - tf.sin(tf.matmul(x, x, transpose_b=True)), {"MatMul": 2}),
        (lambda x: tf.unstack(tf.sin(x), num=2) + tf.unstack(tf.sin(x), num=2), {"Unpack": 1}),
        (lambda x: tf.cast(x, tf.int32) + tf.cast(tf.cast(x, tf.int64), tf.int32), {"Cast": 3}),
    ],
)
def test_what_is_left(build: Callable[[Any], Any], left: dict[str, int]) -> None:
    types = after(build)
    assert {name: types[name] for name in left} == left


def test_random_numbers_are_not_the_same() -> None:
    def build(x: Any) -> Any:
        a, b = (tf.random_uniform([2], seed=1) for _ in range(2))
        return a - b + x

    assert after(build)["RandomUniform"] == 2


def test_prints_are_not_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        session.run([tf.Print(tf.constant(1.0), [7.0]) for _ in range(2)])
    assert capfd.readouterr().err.count("[7]") == 2


def test_branches_and_loops_know_what_is_outside_and_not_each_other() -> None:
    def build(x: Any) -> Any:
        outside = tf.exp(x)
        chosen = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.exp(x) + tf.sin(x), lambda: tf.exp(x) - tf.sin(x))
        _, looped = tf.while_loop(
            lambda i, y: tf.reduce_sum(tf.cos(y)) + i < 9.0, lambda i, y: (i + 1, tf.cos(y) + tf.exp(x)), [0.0, chosen]
        )
        with tf.control_dependencies([looped]):
            return outside, tf.sin(x) + tf.cos(x), tf.sin(x) - looped

    left = after(build)
    assert left["Exp"] == 1
    assert left["Sin"] == 3  # in each branch one, and one behind them
    assert left["Cos"] == 2  # the loop's body takes what its condition has computed


@pytest.mark.parametrize("use_resource", [False, True])
def test_reads_with_a_write_in_between(use_resource: bool) -> None:
    def build(x: Any) -> Any:
        w = tf.get_variable("w", initializer=[1.0, 2.0], use_resource=use_resource)
        first = tf.exp(w.read_value() if use_resource else w) + x
        with tf.control_dependencies([first]):
            write = w.assign_add([1.0, 1.0])
        with tf.control_dependencies([write]):
            second = tf.exp(w.read_value()) + x
            third = tf.exp(w.read_value()) * x
        return first, second, third

    assert after(build)["Exp"] == 2


@pytest.mark.parametrize("use_resource", [False, True])
def test_a_loop_that_writes_reads_anew(use_resource: bool) -> None:
    def build(x: Any) -> Any:
        w = tf.get_variable("w", initializer=1.0, use_resource=use_resource)
        before = tf.exp(w.read_value())

        def body(i: Any, total: Any) -> Any:
            with tf.control_dependencies([i]):
                here = tf.exp(w.read_value())
            with tf.control_dependencies([here]), tf.control_dependencies([w.assign_add(1.0)]):
                return i + 1, total + here

        with tf.control_dependencies([before]):
            return before, tf.while_loop(lambda i, _: i < 3, body, [0, tf.reduce_sum(x)], parallel_iterations=1)[1]

    assert after(build)["Exp"] == 2


def test_what_is_asked_for_is_done() -> None:
    """An op that is run for itself is not taken for another one."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [2])
        a, b = tf.gather(x, [0]), tf.gather(x, [0])
        assert session.run([a, b.op], {x: [1.0, 2.0]})[0] == 1.0


def test_equal_constants_are_one() -> None:
    def build(x: Any) -> Any:
        return [x * tf.constant([[1.0, 2.0]]), tf.sin(x * tf.constant([[1.0, 2.0]])), x * tf.constant([[1.0, -2.0]])]

    assert after(build)["Mul"] == 2


def test_signs_of_zeros_tell_constants_apart() -> None:
    left = after(lambda x: [x / tf.constant([[0.0, 1.0]]), x / tf.constant([[-0.0, 1.0]])])
    assert left["RealDiv"] + left["Mul"] == 2


def test_attrs_that_are_compared() -> None:
    large = np.zeros(5000)
    assert comparable({"a": large, "b": 1}) == comparable({"b": 1, "a": large})
    assert comparable(large) != comparable(large.copy())
    assert comparable(np.array([b"a", b"b"], object)) == comparable(np.array([b"a", b"b"], object))
    assert comparable(np.array([b"a"], object)) != comparable(np.array([[b"a"]], object))
    assert comparable(np.float32(1)) != comparable(np.float64(1))
    assert comparable((1, 2)) != comparable([1, 2])
    assert comparable(abs) == comparable(abs)
