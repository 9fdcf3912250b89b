"""Layers of convolutional nets in the numpy engine: into buffers, by tiles where they win, or exactly if one asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLOWGRAPH_EXACT_CONV", "TF_ENABLE_WINOGRAD_NONFUSED"):
        monkeypatch.delenv(name, raising=False)


def run(fetches: Any, feed: Any, engine: str = "NUMPY") -> Any:
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        return [session.run(fetches, feed) for _ in range(2)][1]


def net(smooth: bool = False) -> tuple[list[tf.Tensor], dict[tf.Tensor, np.ndarray]]:
    """Two layers and all that goes with them, and the gradients; a smooth net has no maxima that may change sides."""
    random = np.random.RandomState(0)
    x = tf.placeholder(tf.float32, [None, 20, 20, 32])
    w = [tf.constant(random.randn(3, 3, *depths).astype(np.float32) / 17) for depths in ((32, 48), (48, 32))]
    y = tf.nn.bias_add(tf.nn.conv2d(x, w[0], 1, "SAME"), random.randn(48).astype(np.float32))
    y = tf.nn.avg_pool(y, 2, 2, "SAME") if smooth else tf.nn.max_pool(tf.nn.relu(y), 2, 2, "SAME")
    y = tf.nn.conv2d(y, w[1], 1, "VALID")
    y, *_ = tf.nn.fused_batch_norm(y, tf.ones([32]), tf.zeros([32]))
    loss = tf.reduce_sum(y * random.randn(8, 8, 8, 32).astype(np.float32))
    return [loss, *tf.gradients(loss, [x, *w])], {x: random.randn(8, 20, 20, 32).astype(np.float32)}


def test_a_net_by_tiles():
    """Each result is as close to the reference as the bound of a convolution lets expect."""
    fetches, feed = net(smooth=True)
    for found, exact in zip(run(fetches, feed), run(fetches, feed, "REFERENCE"), strict=True):
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-4 * np.abs(exact).max())
        assert np.any(found != exact)


@pytest.mark.parametrize(("name", "value"), [("FLOWGRAPH_EXACT_CONV", "1"), ("TF_ENABLE_WINOGRAD_NONFUSED", "0")])
def test_a_net_exactly(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    fetches, feed = net()
    for found, exact in zip(run(fetches, feed), run(fetches, feed, "REFERENCE"), strict=True):
        np.testing.assert_array_equal(found, exact)


@pytest.mark.parametrize("value", ["0", "false", ""])
def test_exactness_is_asked_for_in_words(monkeypatch, value):
    monkeypatch.setenv("FLOWGRAPH_EXACT_CONV", value)
    fetches, feed = net()
    assert run(fetches[1], feed).tolist() != run(fetches[1], feed, "REFERENCE").tolist()


def test_it_is_the_same_fetched_or_not_and_in_a_loop():
    random = np.random.RandomState(0)
    images = random.randn(8, 24, 24, 32).astype(np.float32)
    x, w = tf.placeholder(tf.float32, images.shape), tf.constant(random.randn(3, 3, 32, 32).astype(np.float32))
    y = tf.nn.conv2d(x, w, 1, "SAME")
    inside = tf.cond(x[0, 0, 0, 0] > 9, lambda: x, lambda: tf.nn.conv2d(x, w, 1, "SAME") + 0)
    fetched, hidden, branch = run([y, y + 0, inside], {x: images})
    assert np.any(fetched != run(y, {x: images}, "REFERENCE"))
    np.testing.assert_array_equal(fetched, hidden)
    np.testing.assert_array_equal(fetched, branch)
