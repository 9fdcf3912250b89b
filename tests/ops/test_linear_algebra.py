"""Linear algebra beside TensorFlow 1.15.5: nodes, values, gradients, errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from tests.golden.linear_algebra_expressions import GRAPHS, RUNS
from tests.golden.numeric import compare, expressions, graph_of, numbers, positive, run_of

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "linear_algebra.json").read_text(encoding="utf-8"))
TOLERANCE = {"float32": 1e-5, "float64": 1e-10, "complex64": 1e-5, "complex128": 1e-10, "float16": 1e-3}


@pytest.mark.parametrize("expression", expressions(GRAPHS))
def test_nodes_or_error(expression):
    assert graph_of(expression, tf) == GOLDEN["graphs"][expression]


@pytest.mark.parametrize("expression", expressions(RUNS))
def test_value_or_error(expression):
    value, error = run_of(expression, tf)
    recorded = GOLDEN["runs"][expression]
    assert error == recorded.get("error")
    if error is None:
        compare(value, recorded["value"], TOLERANCE, expression)


def slopes(y, x, value, direction, others=()):
    """A derivative along a direction by tf.gradients, and by differences."""
    feeds = dict(others)
    with tf.Session() as session:
        gradient = session.run(tf.gradients(y, x)[0], {**feeds, x: value})
        step = 1e-6
        up, down = (session.run(y, {**feeds, x: value + sign * step * direction}) for sign in (1, -1))
    return float(np.sum(gradient * direction)), (up - down) / (2 * step)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4)])
def test_the_gradient_of_cholesky_is_the_slope_along_symmetric_changes(shape):
    x = tf.placeholder(tf.float64, shape)
    y = tf.reduce_sum(tf.cholesky(x) * numbers(shape, "float64", 1))
    direction = numbers(shape, "float64", 2)
    direction = direction + np.swapaxes(direction, -1, -2)
    followed, measured = slopes(y, x, positive(shape, "float64"), direction)
    assert followed == pytest.approx(measured, rel=1e-6)


@pytest.mark.parametrize("shape", [(3, 3), (2, 5, 3)])
def test_the_gradient_of_qr_is_the_slope(shape):
    x = tf.placeholder(tf.float64, shape)
    q, r = tf.qr(x)
    y = tf.reduce_sum(q * numbers(shape, "float64", 1)) + tf.reduce_sum(r * numbers([3, 3], "float64", 2))
    followed, measured = slopes(y, x, numbers(shape, "float64"), numbers(shape, "float64", 3))
    assert followed == pytest.approx(measured, rel=1e-5)


@pytest.mark.parametrize("form", [(5, 3), (3, 5), (300, 200, 4, 2)])
def test_the_gradient_of_least_squares_is_the_slope(form):
    a = tf.placeholder(tf.float64, form)
    b = numbers([*form[:-1], 2], "float64", 1)
    x = tf.matrix_solve_ls(a, b, 0.1)
    y = tf.reduce_sum(x * numbers([*form[:-2], form[-1], 2], "float64", 2))
    followed, measured = slopes(y, a, numbers(form, "float64"), numbers(form, "float64", 3))
    assert followed == pytest.approx(measured, rel=1e-4)


@pytest.mark.parametrize("form", [(4, 4), (2, 5, 3), (3, 4)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_factors_multiply_to_the_matrix(form, dtype):
    value = numbers(form, dtype)
    x = tf.placeholder_with_default(value, form)
    q, r = tf.qr(x)
    s, u, v = tf.svd(x)
    products = [q @ r, u @ tf.linalg.diag(tf.cast(s, x.dtype)) @ tf.linalg.adjoint(v)]
    with tf.Session() as session:
        for product in session.run(products):
            np.testing.assert_allclose(product, value, rtol=0, atol=1e-5 if "32" in dtype or "64" in dtype else 1e-12)


def test_rows_are_swapped_as_lu_says():
    x = tf.placeholder_with_default(numbers([2, 5, 5], "complex128"), [2, 5, 5])
    lu, p = tf.linalg.lu(x)
    lower = tf.linalg.set_diag(tf.linalg.band_part(lu, -1, 0), tf.ones([2, 5], tf.complex128))
    product = lower @ tf.linalg.band_part(lu, 0, -1)
    with tf.Session() as session:
        a, b = session.run([product, tf.batch_gather(x, p)])
    np.testing.assert_allclose(a, b, atol=1e-12)


def test_functions_of_matrices_undo_each_other():
    x = tf.placeholder_with_default(numbers([2, 6, 6], "complex128"), [2, 6, 6])
    root = tf.linalg.sqrtm(x)
    with tf.Session() as session:
        value, squared, again = session.run([x, root @ root, tf.linalg.expm(tf.linalg.logm(x))])
    np.testing.assert_allclose(squared, value, atol=1e-12)
    np.testing.assert_allclose(again, value, atol=1e-10)
