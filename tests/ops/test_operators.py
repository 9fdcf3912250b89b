"""Python's operators on tensors, beside everything they may meet on the other side."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ops.operators import METHODS, install

ARRAY = np.array([[3.0, -1.5, 2.0], [0.5, 4.0, -2.5]], np.float32)
OTHER = np.array([2.0, 0.75, -1.25], np.float32)
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def value(tensor):
    assert isinstance(tensor, tf.Tensor)
    with tf.Session() as session:
        return session.run(tensor)


@pytest.mark.parametrize("op", ARITHMETIC + COMPARISONS)
@pytest.mark.parametrize("other", [OTHER, OTHER[0], np.float64(2), 2, 2.0, OTHER.tolist()])
def test_both_sides(op, other):
    x = tf.constant(ARRAY)
    np.testing.assert_allclose(value(op(x, other)), op(ARRAY, np.float32(other)), rtol=1e-6)
    np.testing.assert_allclose(value(op(other, x)), op(np.float32(other), ARRAY), rtol=1e-6)


@pytest.mark.parametrize("op", [operator.and_, operator.or_, operator.xor])
def test_logic(op):
    a, b = np.array([True, True, False, False]), np.array([True, False, True, False])
    for left, right in ((tf.constant(a), tf.constant(b)), (tf.constant(a), b), (a, tf.constant(b))):
        np.testing.assert_array_equal(value(op(left, right)), op(a, b))
    np.testing.assert_array_equal(value(~tf.constant(a)), ~a)


def test_matrix_product():
    square = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    x = tf.constant(square)
    for product in (x @ x, x @ square, square @ x, x @ square.tolist()):
        np.testing.assert_array_equal(value(product), square @ square)


def test_an_operand_that_knows_tensors_is_asked():
    class Polite:
        def __radd__(self, other):
            return "mine", other

    x = tf.constant(1.0)
    assert x + Polite() == ("mine", x)


def test_an_operand_that_does_not_is_refused_with_both_named():
    x = tf.constant(1.0, name="the_tensor")
    with pytest.raises(TypeError, match="the_tensor"):
        _ = x + object()
    with pytest.raises(ValueError, match=r"None values not supported[\s\S]*the_tensor"):
        _ = None * x


def test_equality_is_identity():
    x, y = tf.constant(1.0), tf.constant(1.0)
    assert x == x.op.outputs[0]
    assert x != y
    assert {x: 1, y: 2}[y] == 2


def test_operands_decide_the_graph():
    x = tf.constant([1.0, 2.0])
    with tf.Graph().as_default() as other:
        total = 1.0 + x * 2.0 - np.ones(2, np.float32)
        quotient = 1 / (x / 4)
    assert total.graph is quotient.graph is x.graph
    assert other.get_operations() == []


def test_two_graphs_do_not_mix():
    x = tf.constant(1.0)
    with tf.Graph().as_default():
        y = tf.constant(1.0)
        with pytest.raises(ValueError, match="must be from the same graph"):
            _ = x + y


def test_install_on_what_stands_for_a_tensor():
    class Boxed:
        def __init__(self, tensor):
            self.tensor = tensor

    install(Boxed, lambda box: box.tensor)
    box = Boxed(tf.constant([1.0, 4.0]))
    np.testing.assert_array_equal(value(box + 1), [2, 5])
    np.testing.assert_array_equal(value(8.0 / box), [8, 2])
    np.testing.assert_array_equal(value(-box), [-1, -4])
    np.testing.assert_array_equal(value(box > 2.0), [False, True])
    assert all(hasattr(Boxed, name) for name in METHODS)


def test_strings_are_joined():
    s = tf.constant(["a", "b"])
    assert value("x" + s + "y").tolist() == [b"xay", b"xby"]
    assert (s + "y").op.type == "Add"
    assert (tf.constant(1) + 1).op.type == "AddV2"
