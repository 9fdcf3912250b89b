"""Linear operators beside TensorFlow 1.15.5: nodes, values, errors."""

from __future__ import annotations

import pytest

import flowgraph as tf
from tests.golden.numeric import compare, expressions, graph_of, load, run_of
from tests.golden.operators_expressions import GRAPHS, RUNS

GOLDEN = load("operators.json.gz")
TOLERANCE = {"float64": 1e-10, "complex128": 1e-6}


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
