"""The network of Hung-yi Lee's lecture: three layers, two sigmoid neurons wide, worked out by hand on his slides."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

# by input row: what the first input sends to both neurons, what the second sends; then the biases
LAYERS = [
    ([[1, -1], [-2, 1]], [1, 0]),
    ([[2, -2], [-1, -1]], [0, 0]),
    ([[3, -1], [-1, 4]], [-2, 2]),
]
SLIDES = {
    (1, -1): [[0.98, 0.12], [0.86, 0.11], [0.62, 0.83]],
    (0, 0): [[0.73, 0.50], [0.72, 0.12], [0.51, 0.85]],
}


def network(x):
    """The outputs of all layers."""
    outputs = []
    for weights, biases in LAYERS:
        x = tf.sigmoid(tf.matmul(x, tf.constant(weights, tf.float32)) + tf.constant(biases, tf.float32))
        outputs.append(x)
    return outputs


@pytest.mark.parametrize("given", SLIDES)
def test_every_layer_gives_what_the_slides_say(given):
    x = tf.placeholder(tf.float32, [None, 2])
    with tf.Session() as sess:
        found = sess.run(network(x), {x: [given]})
    np.testing.assert_array_equal(np.round(np.concatenate(found), 2), np.float32(SLIDES[given]))


def test_one_function_for_each_set_of_parameters():
    """All inputs at once give what each gives alone: the network is one function from the plane to the plane."""
    x = tf.placeholder(tf.float32, [None, 2])
    y = network(x)[-1]
    with tf.Session() as sess:
        both = sess.run(y, {x: list(SLIDES)})
        alone = [sess.run(y, {x: [given]})[0] for given in SLIDES]
    np.testing.assert_allclose(both, alone, rtol=1e-6)
