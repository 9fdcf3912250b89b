"""Array ops beside TensorFlow 1.15.5: static shapes, errors, values, every node that they and their gradients add."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden.array_expressions import GRAPHS, RUNS, SHAPES, expressions, nodes_of, result_of, run_of

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "arrays.json").read_text())


@pytest.mark.parametrize("expression", expressions(SHAPES))
def test_result_or_error(expression):
    assert result_of(expression, tf) == GOLDEN["shapes"][expression]


@pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")
@pytest.mark.parametrize("expression", expressions(GRAPHS))
def test_nodes(expression):
    assert nodes_of(expression, tf) == GOLDEN["graphs"][expression]


@pytest.mark.parametrize("line", expressions(RUNS))
def test_value_or_error(line):
    assert run_of(line, tf) == GOLDEN["runs"][line]
