"""W2 in JAX: 784-500-10, L2, exponential decay, moving averages of all variables; batch 100."""

from functools import partial

import jax
import jax.numpy as jnp
from common import cross_entropy, descended, serve
from inputs import mlp

data = mlp()


def loss_of(weights, images, labels):
    w1, b1, w2, b2 = weights
    logits = jax.nn.relu(images @ w1 + b1) @ w2 + b2
    return cross_entropy(logits, labels).mean() + data.l2 / 2 * (jnp.sum(w1 * w1) + jnp.sum(w2 * w2))


@partial(jax.jit, donate_argnums=0)
def update(state, images, labels):
    weights, averages, number = state
    rate = data.rate * data.decay_rate ** (number / data.decay_steps)
    weights = descended(weights, jax.grad(loss_of)(weights, images, labels), rate)
    number += 1
    keep = jnp.minimum(data.average_decay, (1 + number) / (10 + number))
    averages = [average - (1 - keep) * (average - weight) for average, weight in zip(averages, weights)]
    return weights, averages, number


def loss(state, images, labels):
    return loss_of(state[0], images, labels)


serve(update, loss, (data.weights, data.weights, 0), data.images, data.labels)
