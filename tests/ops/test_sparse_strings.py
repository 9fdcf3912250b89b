"""Sparse tensors, strings and lookup tables beside TensorFlow 1.15.5: every node that they add, errors, values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden import lookup_expressions, sparse_expressions, string_expressions
from tests.golden.expressions import expressions, graph_of, run_of

FAMILIES = {"sparse": sparse_expressions, "strings": string_expressions, "lookup": lookup_expressions}
GOLDEN = {
    name: json.loads((Path(__file__).parents[1] / "golden" / f"{name}.json").read_text(encoding="utf-8"))
    for name in FAMILIES
}


def lines(block):
    return [(name, line) for name, module in FAMILIES.items() for line in expressions(getattr(module, block))]


@pytest.mark.parametrize(("family", "expression"), lines("GRAPHS"))
def test_nodes_or_error(family, expression):
    assert graph_of(expression, tf) == GOLDEN[family]["graphs"][expression]


@pytest.mark.parametrize(("family", "expression"), lines("RUNS"))
def test_value_or_error(family, expression):
    assert run_of(expression, tf) == GOLDEN[family]["runs"][expression]
