"""Single ops at their edges beside TensorFlow 1.15.5: all dtypes, odd numbers, inputs that do not fit."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import flowgraph as tf
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REGISTRY
from tests.golden.op_calls import outcome

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ops.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("line", GOLDEN)
def test_value_or_error(line):
    ours = outcome(line, tf, call)
    assert without_context(ours) == without_context(GOLDEN[line])


def call(op_type, inputs, attrs):
    lists = {name: tuple(value) for name, value in attrs.items() if isinstance(value, list)}
    return emit(REGISTRY[op_type], *inputs, **{**attrs, **lists})


def without_context(result):
    """Without the place in the graph that TF puts in front of some messages, and behind others."""
    if len(result) == 2 and isinstance(result[1], str):
        return [result[0], re.sub(r"^\{\{node \w+\}\} |\s*\[\[.*", "", " ".join(result[1].split()))]
    return result


def test_sizes_beyond_all_memory():
    sizes = tf.placeholder_with_default([2**31 - 1] * 3, None)
    with tf.Session() as session, pytest.raises(tf.errors.ResourceExhaustedError, match=r"^OOM when allocating tensor"):
        session.run(tf.fill(sizes, 1.0))


def test_a_sum_over_an_axis_that_is_named_twice():
    x = tf.placeholder(tf.float32, [3])
    (gradient,) = tf.gradients(tf.reduce_max(x, axis=[-1, 0]), x)
    with tf.Session() as session:
        assert session.run(gradient, {x: [1.0, 3.0, 3.0]}).tolist() == [0.0, 0.5, 0.5]
