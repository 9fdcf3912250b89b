"""The later core ops beside TensorFlow 1.15.5: every node that they and their gradients add, errors, values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden.core_expressions import GRAPHS, RUNS, expressions, graph_of, run_of

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "core.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("expression", expressions(GRAPHS))
def test_nodes_or_error(expression):
    assert graph_of(expression, tf) == GOLDEN["graphs"][expression]


@pytest.mark.parametrize("expression", expressions(RUNS))
def test_value_or_error(expression):
    assert run_of(expression, tf) == GOLDEN["runs"][expression]


def test_bins_are_int32():
    """TensorFlow 1.15 ignores the dtype of the bins; here another one is refused."""
    with pytest.raises(ValueError, match="int32"):
        tf.histogram_fixed_width_bins([1.0], [0.0, 1.0], dtype=tf.int64)


def test_a_checked_shape_is_refused_when_run():
    x = tf.placeholder_with_default([1.0, 2.0], None)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2\] is not compatible"):
        session.run(tf.ensure_shape(x, [3]))
