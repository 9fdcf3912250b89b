"""W3 in JAX: LeNet-5, NHWC; batch 100."""

from functools import partial

import jax
import numpy as np
from common import cross_entropy, descended, serve
from inputs import lenet

data = lenet()
LAYOUT = ("NHWC", "HWIO", "NHWC")


def halved(images):
    """The largest of each square of four pixels: quicker than reduce_window, whose gradient XLA does slowly here."""
    batch, rows, columns, channels = images.shape
    return images.reshape(batch, rows // 2, 2, columns // 2, 2, channels).max((2, 4))


def loss(layers, images, labels):
    *convolutions, (dense1, bias1), (dense2, bias2) = layers
    net = images
    for filters, bias in convolutions:
        net = jax.lax.conv_general_dilated(net, filters, (1, 1), "SAME", dimension_numbers=LAYOUT)
        net = halved(jax.nn.relu(net + bias))
    net = jax.nn.relu(net.reshape(len(net), -1) @ dense1 + bias1)
    return cross_entropy(net @ dense2 + bias2, labels).mean()


@partial(jax.jit, donate_argnums=0)
def update(layers, images, labels):
    return descended(layers, jax.grad(loss)(layers, images, labels), data.rate)


layers = [(weights, np.zeros(weights.shape[-1], np.float32)) for weights in (*data.filters, *data.weights)]
serve(update, loss, layers, data.images, data.labels)
