"""Gradients of batch normalization, of the first and second order; its statistics carry none, as in TF."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import TypeAttr
from flowgraph.ops import batch_norm


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_slopes(monkeypatch: pytest.MonkeyPatch, order: int, is_training: bool, data_format: str) -> None:
    """The first version of the op has one dtype for all, so that it can be tried in float64."""
    for opdef in (batch_norm.FUSED_BATCH_NORM, batch_norm.FUSED_BATCH_NORM_GRAD):
        monkeypatch.setitem(opdef.type_attrs, "T", TypeAttr((tf.float64,)))
    rng = np.random.default_rng(0)
    shape = (2, 2, 3, 3) if data_format == "NHWC" else (2, 3, 2, 3)
    values = [rng.normal(size=size) for size in (shape, 3, 3)]
    weights = [rng.normal(size=size) for size in (shape, shape, 3, 3)]
    with tf.Graph().as_default(), tf.Session() as session:
        xs = [tf.placeholder(tf.float64, value.shape) for value in values]
        statistics: list[Any] = [np.zeros(0), np.zeros(0)] if is_training else [values[1] * 0.1, np.abs(values[2])]
        attrs = {"epsilon": 0.01, "data_format": data_format, "is_training": is_training}
        y = emit(batch_norm.FUSED_BATCH_NORM, *xs, *map(tf.constant, statistics), **attrs)[0]
        loss = tf.reduce_sum(weights[0] * y)
        if order == 2:
            first = tf.gradients(loss, xs)
            loss = tf.add_n([tf.reduce_sum(tf.square(g) * w) for g, w in zip(first, weights[1:], strict=True)])
        grads = tf.gradients(loss, xs, unconnected_gradients="zero")
        feed = dict(zip(xs, values, strict=True))
        found = session.run(grads, feed)
        for x, gradient in zip(xs, found, strict=True):
            step = rng.normal(size=gradient.shape) * 1e-5
            up = session.run(loss, {**feed, x: feed[x] + step})
            down = session.run(loss, {**feed, x: feed[x] - step})
            np.testing.assert_allclose(np.sum(gradient * step), (up - down) / 2, rtol=1e-6, atol=1e-12)
