"""Gradients through loops beside differences, in double precision: first, second and third order on every engine.

TensorFlow 1.15 refuses the gradient of a loop's gradient, so that no golden data show it; what it does build, the
programs of tests/programs/gradients_loops.py compare node by node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES

Function = Callable[[tf.Tensor], Any]
POINT = np.array([0.7, 1.1])


def repeat(times: Any, step: Callable[[Any, Any], Any], start: Any, **options: Any) -> Any:
    return tf.while_loop(lambda i, s: i < times, lambda i, s: (i + 1, step(i, s)), [0, start], **options)[1]


def several_variables(x: tf.Tensor) -> Any:
    result = tf.while_loop(lambda i, *_: i < 3, lambda i, a, b: (i + 1, a * b, b + a * x), [0, x, x * x])
    return result[1] + result[2]


def one_result_of_several(x: tf.Tensor) -> Any:
    return tf.while_loop(lambda i, *_: i < 3, lambda i, a, b: (i + 1, a * b, b + x), [0, x, x * x])[1]


def integers_beside(x: tf.Tensor) -> Any:
    def body(i: Any, k: Any, s: Any) -> Any:
        return i + 1, k * 2, s * x * tf.cast(k, tf.float64)

    return tf.while_loop(lambda i, *_: i < 3, body, [0, 1, x])[2]


def arrays(x: tf.Tensor) -> Any:
    inputs = tf.TensorArray(tf.float64, 2).unstack(x)

    def body(i: Any, h: Any, outputs: Any) -> Any:
        return i + 1, tf.tanh(h * inputs.read(i) + x[0]), outputs.write(i, h * h)

    result = tf.while_loop(lambda i, *_: i < 2, body, [0, x[1], tf.TensorArray(tf.float64, 2)])
    return tf.square(result[2].stack()) * result[1]


def branch_for_one_variable(x: tf.Tensor) -> Any:
    def body(i: Any, a: Any, b: Any) -> Any:
        return i + 1, a * b, tf.cond(i < 2, lambda: b * a, lambda: b + x)

    return tf.while_loop(lambda i, *_: i < 4, body, [0, x, x * x])[1]


def branches_inside_branches(x: tf.Tensor) -> Any:
    def step(i: Any, s: Any) -> Any:
        return tf.cond(i < 2, lambda: tf.cond(s[0] < 0.6, lambda: s * x, lambda: s * s + x), lambda: s * s * x)

    return repeat(4, step, x)


def growing(x: tf.Tensor) -> Any:
    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    return repeat(3, lambda i, s: tf.concat([s, x * s[-1]], 0), x, shape_invariants=shapes)


def unknown_shape(x: tf.Tensor) -> Any:
    y = tf.placeholder_with_default(x, [None])
    return repeat(3, lambda i, s: tf.cond(s[0] < 0.6, lambda: s * y, lambda: tf.sin(s) + y), y)


def slices_in_one_branch(x: tf.Tensor) -> Any:
    """Where the branch is not taken its gradient is zeros, although its indices are constants and there anyway."""

    def step(i: Any, s: Any) -> Any:
        return s * tf.cond(i < 1, lambda: s * x, lambda: tf.gather(x, [1, 0]) + tf.reduce_mean(tf.gather(x, [0, 0, 1])))

    return repeat(3, step, x)


FUNCTIONS: dict[str, Function] = {
    "captured": lambda x: repeat(4, lambda i, s: s * x, tf.ones([2], tf.float64)),
    "initial value": lambda x: repeat(4, lambda i, s: tf.sin(s) * 1.5, x),
    "captured and initial value": lambda x: repeat(3, lambda i, s: tf.tanh(s * x + s), x),
    "several variables": several_variables,
    "one result of several": one_result_of_several,
    "integers beside": integers_beside,
    "no iterations": lambda x: repeat(0, lambda i, s: s * x, x * x),
    "reductions": lambda x: repeat(3, lambda i, s: s * tf.reduce_mean(s * x) + x, x),
    "slices": lambda x: repeat(2, lambda i, s: s * s + x[i], x),
    "gathered rows": lambda x: repeat(3, lambda i, s: s * tf.gather(x, [i % 2, (i + 1) % 2]), x),
    "slices in one branch": slices_in_one_branch,
    "rows of the result": lambda x: tf.gather(repeat(3, lambda i, s: s * x, x), [0, 1, 0]),
    "rows of an inner result": lambda x: repeat(2, lambda i, s: tf.gather(repeat(2, lambda j, t: t * s, x), [1, 0]), x),
    "matrices": lambda x: repeat(3, lambda i, s: tf.tanh(tf.matmul(s, x[:, None] * x)), tf.ones([2, 2], tf.float64)),
    "growing": growing,
    "unknown shape": unknown_shape,
    "nested": lambda x: repeat(3, lambda i, s: repeat(i, lambda j, t: tf.sin(t * x + s), s) * x, x),
    "arrays": arrays,
    "map": lambda x: tf.map_fn(lambda r: tf.sin(r) * r * r, x),
    "scan": lambda x: tf.scan(lambda a, r: tf.tanh(a * r + r), x),
    "where": lambda x: repeat(4, lambda i, s: tf.where(s < 1.0, s * x * s, s + x * x), x),
    "branches": lambda x: repeat(4, lambda i, s: tf.cond(s[0] < 1, lambda: s * x * s, lambda: s + x * x), x),
    "branches inside branches": branches_inside_branches,
    "branch for one variable": branch_for_one_variable,
    "loop in a branch": lambda x: tf.cond(x[0] < 10, lambda: repeat(3, lambda i, s: s * x * s, x), lambda: x),
    "loop in a branch in a loop": lambda x: repeat(
        3, lambda i, s: tf.cond(i < 1, lambda: repeat(2, lambda j, t: tf.sin(t * x), s), lambda: s * s), x
    ),
    "gated": lambda x: tf.gradients(repeat(3, lambda i, s: s * x * s, x), x, gate_gradients=True)[0],
}


def derivatives(function: Function, x: tf.Tensor, v: tf.Tensor, order: int) -> list[Any]:
    """The sum of the function, its derivative along v, the derivative of that along v, and so on."""
    found = [tf.reduce_sum(function(x))]
    for _ in range(order):
        found.append(tf.reduce_sum(tf.gradients(found[-1], x)[0] * v))
    return found


@pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_slopes(name: str, engine: str) -> None:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    direction, step = np.array([0.8, -0.5]), 1e-5
    with tf.Graph().as_default():
        x, v = tf.placeholder(tf.float64, [2]), tf.placeholder(tf.float64, [2])
        fetches = derivatives(FUNCTIONS[name], x, v, 3)
        with tf.Session(config=config) as session:
            here, right, left = (
                session.run(fetches, {x: POINT + shift * direction, v: direction}) for shift in (0.0, step, -step)
            )
    for order in (1, 2, 3):
        slope = (right[order - 1] - left[order - 1]) / (2 * step)
        assert here[order] == pytest.approx(slope, rel=1e-6, abs=1e-6), f"order {order}"


def test_loops_and_unrolled_loops_agree() -> None:
    def unrolled(x: Any) -> Any:
        s = x
        for i in range(4):
            s = s * x * s if i < 2 else tf.sin(s) + x
        return s

    def loop(x: Any) -> Any:
        return repeat(4, lambda i, s: tf.cond(i < 2, lambda: s * x * s, lambda: tf.sin(s) + x), x)

    x, v = tf.constant(POINT), tf.constant([1.0, 2.0], tf.float64)
    with tf.Session() as session:
        a, b = session.run([derivatives(function, x, v, 3) for function in (unrolled, loop)])
    np.testing.assert_allclose(a, b, rtol=1e-12)


def test_hessian_of_a_loop() -> None:
    x = tf.constant(POINT)
    (hessian,) = tf.hessians(tf.reduce_prod(repeat(2, lambda i, s: s * x, x)), x)
    a, b = POINT  # (a b)^3
    with tf.Session() as session:
        expected = [[6 * a * b**3, 9 * a**2 * b**2], [9 * a**2 * b**2, 6 * a**3 * b]]
        np.testing.assert_allclose(session.run(hessian), expected, rtol=1e-12)


def test_runs_do_not_share_stacks() -> None:
    x = tf.placeholder(tf.float64, [])
    n = tf.placeholder(tf.int32, [])
    gradient = tf.gradients(repeat(n, lambda i, s: s * x, x), x)[0]
    with tf.Session() as session:
        assert [session.run(gradient, {x: 2.0, n: count}) for count in (3, 1, 0, 5)] == [32.0, 4.0, 1.0, 192.0]


def test_a_failed_run_leaves_nothing_behind() -> None:
    x = tf.placeholder(tf.float64, [2])
    limit = tf.placeholder(tf.float64, [])

    def step(i: Any, s: Any) -> Any:
        with tf.control_dependencies([tf.assert_less(s[0], limit)]):
            return s * x

    gradient = tf.gradients(repeat(3, step, x), x)[0]
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(gradient, {x: [2.0, 1.0], limit: 5.0})
        np.testing.assert_allclose(session.run(gradient, {x: [2.0, 1.0], limit: 50.0}), [32.0, 4.0])


def test_through_the_initial_value_from_inside() -> None:
    with tf.Graph().as_default():
        x = tf.constant(2.0, name="start")

        def body(i: Any, s: Any) -> Any:
            return i + 1, s + tf.gradients(s * s, x)[0]

        with pytest.raises(ValueError, match="Cannot compute gradient inside while loop with respect to op 'start'"):
            tf.while_loop(lambda i, s: i < 3, body, [0, x])
