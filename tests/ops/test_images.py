"""Resizing is linear: its gradient is its transpose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf


@pytest.mark.parametrize("size", [(3, 9), (6, 7), (1, 2)])
@pytest.mark.parametrize("flags", [{}, {"align_corners": True}, {"half_pixel_centers": True}])
@pytest.mark.parametrize("method", ["nearest_neighbor", "bilinear", "bicubic"])
def test_gradient_of_resizing(method: str, flags: dict[str, bool], size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    x = tf.placeholder(tf.float32, [2, 4, 5, 3])
    resize: Any = getattr(tf.image, f"resize_{method}")
    y = resize(x, size, **flags)
    weights = rng.normal(size=y.shape.as_list())
    (gradient,) = tf.gradients(y, x, tf.constant(weights, tf.float32))
    value = rng.normal(size=x.shape.as_list())
    with tf.Session() as session:
        resized, back = session.run([y, gradient], {x: value})
    np.testing.assert_allclose(np.sum(resized * weights), np.sum(back * value), rtol=1e-4, atol=1e-4)
