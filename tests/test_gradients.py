"""Gradients that users register, functions with gradients of their own, and tf.test.compute_gradient."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import flowgraph as tf


def run(fetches: Any, feed: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)


@pytest.fixture(autouse=True)
def fresh_graph() -> Any:
    with tf.Graph().as_default():
        yield


# -- functions with gradients of their own -----------------------------------------------------------------


def test_variables_may_be_a_keyword_of_its_own() -> None:
    """As TensorFlow's documentation has it, `grad_fn(*dys, variables=None)`; TensorFlow 1.15 refuses that."""
    x, v = tf.constant(2.0), tf.Variable(3.0)

    @tf.custom_gradient
    def product(t: Any) -> Any:
        def grad(*dys: Any, variables: Any = None) -> Any:
            return dys[0] * 10.0, [dys[0] * 20.0 for _ in variables]

        return t * v, grad

    assert run(tf.gradients(product(x), [x, v])) == [10.0, 20.0]


def test_variables_come_in_the_order_in_which_they_were_made() -> None:
    variables = [tf.Variable(float(i), name=f"v{i}") for i in range(5)]
    seen: list[Any] = []

    @tf.custom_gradient
    def total(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            seen.extend(variables)
            return dy, [dy * i for i in range(len(variables))]

        return tf.add_n([x, *reversed(variables)]), grad

    grads = tf.gradients(total(tf.constant(1.0)), variables)
    assert [v.name for v in seen] == [v.name for v in variables]
    assert run(grads) == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_each_call_has_a_gradient_of_its_own() -> None:
    x = tf.constant(1.0)
    results = [tf.custom_gradient(lambda t, k=k: (t + 0.0, lambda dy: dy * k))(x) for k in (2.0, 3.0)]
    assert run(tf.gradients(sum(results[1:], results[0]), x)) == [5.0]


def test_a_decorated_function_keeps_its_name() -> None:
    @tf.custom_gradient
    def named(x: Any) -> Any:
        """Its words."""
        return x, lambda dy: dy

    assert (named.__name__, named.__doc__) == ("named", "Its words.")


def test_only_gradients_that_take_variables_by_name_are_warned_of() -> None:
    with tf.variable_scope("scope", use_resource=True):
        with pytest.warns(UserWarning, match="grad_fn has 'variables' in signature"):
            tf.custom_gradient(lambda x: (x * 2.0, lambda dy, variables=None: dy))(1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tf.grad_pass_through(tf.round)(1.0)
            tf.recompute_grad(tf.sin)(1.0)


def test_gradient_of_a_gradient_that_was_given() -> None:
    x = tf.constant(2.0)
    y = tf.custom_gradient(lambda t: (t * t, lambda dy: dy * t * t * t))(x)
    first = tf.gradients(y, x)[0]
    assert run([first, tf.gradients(first, x)[0]]) == [8.0, 12.0]


# -- registered gradients ----------------------------------------------------------------------------------


def test_override_with_none() -> None:
    tf.NotDifferentiable("TestNoWayBack")
    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({"Sin": "TestNoWayBack"}):
        y = tf.sin(x)
    assert tf.gradients(y, x) == [None]
    assert tf.gradients(y + x, x) != [None]


def test_a_type_that_has_a_gradient_keeps_it() -> None:
    with pytest.raises(KeyError, match="Registering two gradient with name 'Sin'!"):
        tf.RegisterGradient("Sin")(lambda op, dy: dy)


# -- slices ------------------------------------------------------------------------------------------------


def test_gradients_of_slices() -> None:
    """TensorFlow stumbles over them ('IndexedSlices' object has no attribute 'value_index')."""
    x = tf.constant([1.0, 2.0, 3.0])
    slices = tf.gradients(tf.square(tf.gather(x, [0, 2, 0])), x)[0]
    assert isinstance(slices, tf.IndexedSlices)
    ones, given = tf.gradients(slices, x)[0], tf.gradients(slices, x, grad_ys=tf.constant([1.0, 10.0, 100.0]))[0]
    np.testing.assert_array_equal(run(tf.convert_to_tensor(ones)), [4.0, 0.0, 2.0])
    np.testing.assert_array_equal(run(tf.convert_to_tensor(given)), [4.0, 0.0, 200.0])


# -- gradients against differences ---------------------------------------------------------------------------


def test_jacobians_of_several_xs() -> None:
    a, b = tf.constant([1.0, 2.0]), tf.placeholder(tf.float32, [2, 2], name="b")
    y = tf.linalg.matvec(b, a)
    values = [np.float32([1, 2]), np.float32([[1, 2], [3, 4]])]
    with tf.Session():
        found = tf.test.compute_gradient([a, b], [[2], [2, 2]], y, [2], values, extra_feed_dict={b: values[1]})
    expected = [values[1].T, np.kron(np.eye(2), values[0][:, None])]
    for (from_gradients, from_differences), jacobian in zip(found, expected):
        np.testing.assert_allclose(from_gradients, jacobian)
        np.testing.assert_allclose(from_differences, jacobian, atol=2e-3)


def test_jacobian_of_complex_numbers() -> None:
    """z -> z * z turns and stretches: (x + iy)^2 = x^2 - y^2 + 2ixy."""
    z = tf.constant([1.0 + 2.0j])
    with tf.Session():
        pair = tf.test.compute_gradient(z, [1], z * z, [1], np.complex64([1 + 2j]))
    for jacobian in pair:
        np.testing.assert_allclose(jacobian, [[2, 4], [-4, 2]], atol=2e-3)


def test_jacobian_of_slices() -> None:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.Session():
        found, _ = tf.test.compute_gradient(x, [2, 2], tf.gather(x, [1, 1]), [2, 2])
    np.testing.assert_array_equal(found, [[0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]])


def test_errors_are_found() -> None:
    x = tf.constant([1.0, 2.0])
    wrong = tf.custom_gradient(lambda t: (t * t, lambda dy: dy * t))(x)
    with tf.Session():
        assert tf.test.compute_gradient_error(x, [2], wrong, [2], np.float32([1, 2])) == pytest.approx(2.0, rel=1e-2)
        assert tf.test.compute_gradient_error(x, [2], x * x, [2]) < 1e-2


def test_init_targets_run_first() -> None:
    v = tf.Variable([3.0, 4.0])
    x = tf.constant([1.0, 2.0])
    with tf.Session():
        error = tf.test.compute_gradient_error(x, [2], x * v, [2], init_targets=[v.initializer])
    assert error < 1e-2


def test_empty_tensors() -> None:
    x = tf.placeholder(tf.float32, [0, 2])
    with tf.Session():
        assert tf.test.compute_gradient_error(x, [0, 2], x * 2.0, [0, 2]) == 0


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float64])
def test_other_floats(dtype: Any) -> None:
    x = tf.constant([1.0, 2.0], dtype)
    value = np.array([1, 2], dtype.as_numpy_dtype)
    with tf.Session():
        found, _ = tf.test.compute_gradient(x, [2], x * x, [2], value, delta=0.25)
    np.testing.assert_allclose(found.astype(np.float64), [[2, 0], [0, 4]])
