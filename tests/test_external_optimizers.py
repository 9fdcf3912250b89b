"""Optimizers outside the graph: what scipy is asked, and what becomes of its answer."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


class Result(dict):
    """As scipy's: a dict whose keys are attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What `scipy.optimize.minimize` is asked; it takes twenty steps downhill and keeps to the bounds."""
    calls: list[dict[str, Any]] = []

    def minimize(function: Any, start: np.ndarray, **options: Any) -> Result:
        calls.append(options)
        x = np.asarray(start, np.float64)
        low, high = np.array(options["bounds"]).T if options["bounds"] else (-np.inf, np.inf)
        for _ in range(20):
            loss, slope = function(x)
            assert slope.dtype == np.float64
            x = np.clip(x - 0.3 * slope, low, high)
            options["callback"](x)
        return Result(x=x, fun=loss, message="done", nit=20)

    module = types.ModuleType("scipy.optimize")
    module.minimize = minimize  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "scipy", types.ModuleType("scipy"))
    monkeypatch.setitem(sys.modules, "scipy.optimize", module)
    return calls


def test_finds_the_minimum(asked: list[dict[str, Any]], caplog: pytest.LogCaptureFixture) -> None:
    a, b = tf.Variable([[7.0, 5.0]]), tf.Variable(3.0)
    center = tf.placeholder(tf.float32, [])
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(tf.reduce_sum(tf.square(a - center)) + b * b)
    steps, losses = [], []
    with tf.Session() as sess, caplog.at_level("INFO", "tensorflow"):
        sess.run(tf.global_variables_initializer())
        optimizer.minimize(sess, {center: 2.0}, [b], steps.append, losses.append)
        np.testing.assert_allclose(sess.run(a), [[2.0, 2.0]], atol=1e-6)
        np.testing.assert_allclose(sess.run(b), 0.0, atol=1e-6)
    assert len(steps) == len(losses) == 20
    assert steps[0].shape == (3,)
    assert losses[0] == 3.0
    assert asked[0]["method"] == "L-BFGS-B"
    assert asked[0]["jac"] is True
    assert asked[0]["bounds"] is None
    assert "Optimization terminated with:\n  Message: done" in caplog.text
    assert "Number of iterations: 20" in caplog.text


def test_bounds_are_packed_as_the_variables_are(asked: list[dict[str, Any]]) -> None:
    a, b = tf.Variable([[7.0, 5.0]]), tf.Variable(3.0)
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(
        tf.reduce_sum(a * a) + b * b, var_to_bounds={a: ([[1.0, 2.0]], np.inf)}
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        optimizer.minimize(sess)
        np.testing.assert_allclose(sess.run(a), [[1.0, 2.0]])
    assert asked[0]["bounds"] == [(1.0, np.inf), (2.0, np.inf), (-np.inf, np.inf)]


def test_constraints_are_functions_of_the_vector(asked: list[dict[str, Any]]) -> None:
    a = tf.Variable([7.0, 5.0])
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(
        tf.reduce_sum(a), equalities=[a[0] - 1.0], inequalities=[a[1] * a[0]], method="SLSQP", tol=0.5
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        optimizer.minimize(sess)
        equal, at_least = asked[0]["constraints"]
        at = np.array([3.0, 4.0], np.float32)
        assert (equal["type"], at_least["type"]) == ("eq", "ineq")
        assert (equal["fun"](at), at_least["fun"](at)) == (2.0, 12.0)
        assert (equal["jac"](at).tolist(), at_least["jac"](at).tolist()) == ([1.0, 0.0], [4.0, 3.0])
    assert (asked[0]["method"], asked[0]["tol"]) == ("SLSQP", 0.5)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("bounds", "Bounds must be set using the var_to_bounds argument"),
        ("jac", "Optimizer keyword arg 'jac' is set automatically and cannot be injected manually"),
    ],
)
def test_arguments_that_are_set_automatically(asked: list[dict[str, Any]], argument: str, words: str) -> None:
    a = tf.Variable([7.0, 5.0])
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(tf.reduce_sum(a), **{argument: 1})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(ValueError, match=words):
            optimizer.minimize(sess)
    assert not asked


def test_scipy_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    a = tf.Variable([7.0, 5.0])
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(tf.reduce_sum(a))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(ImportError, match="needs scipy, which is not installed"):
            optimizer.minimize(sess)


def test_the_interface_alone_does_nothing() -> None:
    a = tf.Variable([7.0, 5.0])
    optimizer = tf.contrib.opt.ExternalOptimizerInterface(tf.reduce_sum(a))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(NotImplementedError, match="implement the _minimize"):
            optimizer.minimize(sess)


def test_a_swapping_saver_needs_averages() -> None:
    optimizer = tf.contrib.opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.1))
    with pytest.raises(RuntimeError, match="Must call apply_gradients or minimize"):
        optimizer.swapping_saver()
