"""W4 in JAX: four 3x3 convolutions with batch normalisation at 32x32, NHWC, Adam; batch 64."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from common import cross_entropy, serve
from inputs import convnet

data = convnet()
LAYOUT = ("NHWC", "HWIO", "NHWC")
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def halved(images):
    """The largest of each square of four pixels."""
    batch, rows, columns, channels = images.shape
    return images.reshape(batch, rows // 2, 2, columns // 2, 2, channels).max((2, 4))


def normalised(net, scale, offset):
    """The net normalised over the batch, the mean, and the variance that the moving average takes up (unbiased)."""
    mean, variance = net.mean((0, 1, 2)), net.var((0, 1, 2))
    count = net.size // net.shape[-1]
    factor = scale * jax.lax.rsqrt(variance + data.epsilon)
    return net * factor + (offset - mean * factor), (mean, variance * count / (count - 1))


def loss_of(weights, images, labels):
    """The loss, and the means and variances of the layers."""
    layers, dense, bias = weights
    net, moments = images, []
    for number, (filters, scale, offset) in enumerate(layers):
        net = jax.lax.conv_general_dilated(net, filters, (1, 1), "SAME", dimension_numbers=LAYOUT)
        net, of_layer = normalised(net, scale, offset)
        net = jax.nn.relu(net)
        moments.append(of_layer)
        if number % 2:
            net = halved(net)
    return cross_entropy(net.reshape(len(net), -1) @ dense + bias, labels).mean(), moments


def adam(weight, gradient, first, second, rate):
    """A weight and its moments after a step."""
    first = BETA1 * first + (1 - BETA1) * gradient
    second = BETA2 * second + (1 - BETA2) * gradient * gradient
    return weight - rate * first / (jnp.sqrt(second) + EPSILON), first, second


@partial(jax.jit, donate_argnums=0)
def update(state, images, labels):
    weights, averages, firsts, seconds, number = state
    gradients, moments = jax.grad(loss_of, has_aux=True)(weights, images, labels)
    averages = jax.tree.map(lambda average, now: average - (average - now) * (1 - data.momentum), averages, moments)
    number += 1
    rate = data.rate * jnp.sqrt(1 - BETA2**number) / (1 - BETA1**number)
    leaves, tree = jax.tree.flatten(weights)
    rows = zip(leaves, *map(jax.tree.leaves, (gradients, firsts, seconds)))
    weights, firsts, seconds = (tree.unflatten(column) for column in zip(*[adam(*row, rate) for row in rows]))
    return weights, averages, firsts, seconds, number


def loss(state, images, labels):
    return loss_of(state[0], images, labels)[0]


def ones(size):
    return np.ones(size, np.float32)


def zeros(size):
    return np.zeros(size, np.float32)


sizes = [filters.shape[-1] for filters in data.filters]
layers = [(filters, ones(size), zeros(size)) for filters, size in zip(data.filters, sizes)]
weights = (layers, data.dense, data.bias)
averages = [(zeros(size), ones(size)) for size in sizes]
moments = jax.tree.map(np.zeros_like, weights)
serve(update, loss, (weights, averages, moments, moments, np.float32(0)), data.images, data.labels)
