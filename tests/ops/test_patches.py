"""Patches of images and volumes beside TensorFlow 1.15.5."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden.numeric import compare, expressions, graph_of, run_of
from tests.golden.patches_expressions import GRAPHS, RUNS

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "patches.json").read_text(encoding="utf-8"))
TOLERANCE = {"float32": 2e-6, "complex64": 2e-6, "float64": 1e-14, "complex128": 1e-14}


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


def test_patches_of_volumes_of_unknown_sizes_have_five_axes():
    """TensorFlow says four, which no run can give."""
    made = tf.extract_volume_patches(tf.placeholder(tf.float32, [2, 4, None, 6, 3]), [1, 2, 3, 1, 1], [1] * 5, "SAME")
    assert made.shape.as_list() == [2, None, None, None, 18]
