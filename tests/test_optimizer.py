"""Optimizers: what they accept. Their numbers and nodes are compared with TensorFlow's by tests/programs."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

import flowgraph as tf


class Pair(NamedTuple):
    x: Any
    y: Any


def _variables() -> tuple[Any, Any, Any]:
    return tuple(tf.Variable(float(i), name=name) for i, name in enumerate("abc"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("arrange", "names"),  # as TensorFlow 1.15.5 has them: a dict in the order of its keys, its values as they come
    [
        (lambda a, b, c: None, ["a", "b", "c"]),
        (lambda a, b, c: b, ["b"]),
        (lambda a, b, c: (b, [a, (c,)]), ["b", "a", "c"]),
        (lambda a, b, c: Pair(b, a), ["b", "a"]),
        (lambda a, b, c: {"z": a, "y": b}, ["b", "a"]),
        (lambda a, b, c: {"z": a, "y": b}.values(), ["a", "b"]),
        (lambda a, b, c: {"q": [c, {"r": a}]}, ["c", "a"]),
    ],
)
def test_var_list_may_be_any_structure(arrange: Any, names: list[str]) -> None:
    with tf.Graph().as_default():
        a, b, c = _variables()
        pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(a * b * c, var_list=arrange(a, b, c))
        assert [var.op.name for _, var in pairs] == names


@pytest.mark.parametrize("var_list", [{}, [], {}.values()])
def test_no_variables(var_list: Any) -> None:
    with tf.Graph().as_default():
        a, _, _ = _variables()
        with pytest.raises(ValueError, match=r"^No variables to optimize\."):
            tf.train.GradientDescentOptimizer(0.1).minimize(a * a, var_list=var_list)
