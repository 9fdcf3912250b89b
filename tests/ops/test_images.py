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


def test_gradient_of_hue_saturation_and_value() -> None:
    """In float32, for every order of red, green and blue."""
    x = tf.placeholder(tf.float32, [6, 3])
    colors = np.array(
        [[0.1, 0.5, 0.9], [0.9, 0.5, 0.1], [0.5, 0.1, 0.9], [0.5, 0.9, 0.1], [0.1, 0.9, 0.5], [0.9, 0.1, 0.5]]
    )
    rng = np.random.default_rng(0)
    weights, step = rng.normal(size=colors.shape), rng.normal(size=colors.shape) * 1e-2
    hsv = tf.image.rgb_to_hsv(x)
    (gradient,) = tf.gradients(hsv, x, tf.constant(weights, tf.float32))
    with tf.Session() as session:
        slope = np.sum(session.run(gradient, {x: colors}) * step, axis=1)
        up, down = (np.sum(session.run(hsv, {x: colors + s}) * weights, axis=1) for s in (step, -step))
    np.testing.assert_allclose(slope, (up - down) / 2, rtol=1e-2, atol=1e-4)
