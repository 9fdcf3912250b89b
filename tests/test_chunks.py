"""What is computed in pieces is what is computed at once, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy.chunks import LARGE, PIECE, by_pieces

SIDE = 200  # a square of them is more than LARGE


def _draw(*shape):
    return np.random.default_rng(len(shape)).uniform(0.2, 3, shape).astype(np.float32)


@pytest.mark.parametrize(
    "function",
    [tf.math.erf, tf.math.erfc, tf.math.lgamma, tf.math.digamma, tf.math.bessel_i0e, tf.math.bessel_i1e],
)
@pytest.mark.parametrize("is_fetched", [True, False])
def test_one_argument(function, is_fetched):
    assert SIDE * SIDE > LARGE > PIECE
    _same_in_both_engines(lambda x: function(x) if is_fetched else function(x) + 1, _draw(SIDE, SIDE))


@pytest.mark.parametrize("function", [tf.math.zeta, tf.math.igamma, tf.math.igammac])
@pytest.mark.parametrize("shape", [(SIDE, SIDE), (SIDE,), (SIDE, 1), (), (1, 1)])
def test_stretched_arguments(function, shape):
    _same_in_both_engines(lambda x, y: function(x + 1.0, y), _draw(SIDE, SIDE), _draw(*shape))


def test_transposed_argument():
    _same_in_both_engines(lambda x: tf.math.erf(tf.transpose(x)), _draw(SIDE, SIDE + 1))


def test_rows_of_pieces():
    x, y, made = _draw(7, PIECE), _draw(7, 1), np.empty([7, PIECE], np.float32)
    by_pieces(np.multiply, [x, y], made)
    np.testing.assert_array_equal(made, x * y)


def _same_in_both_engines(build, *arrays):
    results = []
    for engine in ("REFERENCE", "NUMPY"):
        config = tf.ConfigProto()
        config.experimental.executor_type = engine
        with tf.Graph().as_default(), tf.Session(config=config) as session:
            fed = [tf.placeholder(tf.float32, array.shape) for array in arrays]
            results.append(session.run(build(*fed), dict(zip(fed, arrays))))
    np.testing.assert_array_equal(*results)
