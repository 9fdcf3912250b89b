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


def test_operators_know_their_variables():
    """In the order in which TensorFlow lists them."""
    make = tf.linalg
    diag = make.LinearOperatorDiag(tf.Variable([1.0, 2.0, 3.0], name="d"))
    matrix = make.LinearOperatorFullMatrix(tf.Variable(tf.ones([3, 3]), name="m", trainable=False))
    u, du, v = (tf.Variable(tf.ones(shape), name=name) for name, shape in (("u", [3, 2]), ("du", [2]), ("v", [3, 2])))
    update = make.LinearOperatorLowRankUpdate(diag, u, diag_update=du, v=v)
    product = make.LinearOperatorComposition([matrix, diag, update])
    assert [variable.op.name for variable in update.variables] == ["du", "d", "u", "v"]
    assert [variable.op.name for variable in product.variables] == ["m", "d", "u", "du", "v"]
    assert [variable.op.name for variable in product.trainable_variables] == ["d", "u", "du", "v"]
    assert [type(part) for part in product.submodules] == [type(matrix), type(diag), type(update), type(diag)]


def test_an_operator_follows_its_variable():
    weights = tf.Variable([1.0, 2.0])
    operator = tf.linalg.LinearOperatorDiag(weights)
    product = operator.matvec([1.0, 1.0])
    with tf.Session() as session:
        session.run(weights.initializer)
        assert session.run(product).tolist() == [1.0, 2.0]
        session.run(weights.assign([3.0, 4.0]))
        assert session.run(product).tolist() == [3.0, 4.0]
