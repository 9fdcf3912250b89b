"""Quantization beside TensorFlow 1.15.5: nodes, integers, and what they stand for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ops.quantize import QUANTIZE_AND_DEQUANTIZE_V3
from tests.golden.numeric import compare, expressions, graph_of, run_of
from tests.golden.quantize_expressions import GRAPHS, RUNS

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "quantize.json").read_text(encoding="utf-8"))
TOLERANCE = {"float32": 1e-7, "float64": 1e-15}


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


@pytest.mark.parametrize("given", [[1, 2], np.int8([1, 2]), np.array([(1,), (2,)], tf.qint8.as_numpy_dtype)])
def test_what_is_fed_to_a_quantized_placeholder(given):
    place = tf.placeholder(tf.qint8, [2])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(tf.bitcast(place, tf.int8), {place: given}), np.int8([1, 2]))


def test_the_number_of_bits_may_be_a_tensor():
    from flowgraph.ir.emit import emit

    made = emit(QUANTIZE_AND_DEQUANTIZE_V3, [-1.0, 0.3, 0.9], 0.0, 0.0, tf.constant(3), range_given=False)
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(made), np.float32([-0.9, 0.3, 0.9]))
