"""W8 in JAX: word2vec, 50,000 words in 128 dimensions, 64 samples, batch 128; only rows that were used are updated."""

from functools import partial

import jax
import jax.numpy as jnp
from common import serve
from inputs import word2vec

data = word2vec()


def loss_of(rows, weights, biases, true_expected, expected):
    """Noise-contrastive estimation, from the rows of the words and those of their labels and of the samples."""
    batch = len(rows)
    true = jnp.sum(rows * weights[:batch], axis=1) + biases[:batch] - jnp.log(true_expected[:, 0])
    noise = rows @ weights[batch:].T + biases[batch:] - jnp.log(expected)
    return jnp.mean(jax.nn.softplus(-true) + jnp.sum(jax.nn.softplus(noise), axis=1))


def looked_up(state, words, labels, ids):
    """The rows that a step needs, and where those of the weights and biases are: one gather and one scatter of each.

    (Two of each, and XLA would copy the whole table in every step.)
    """
    embedding, weights, biases = state
    used = jnp.concatenate([labels[:, 0], ids])
    return (embedding[words], weights[used], biases[used]), used


@partial(jax.jit, donate_argnums=0)
def update(state, words, labels, sampled):
    ids, *expected = sampled
    rows, used = looked_up(state, words, labels, ids)
    gradients = jax.grad(loss_of, argnums=(0, 1, 2))(*rows, *expected)
    return [
        table.at[at].add(-data.rate * gradient) for table, at, gradient in zip(state, (words, used, used), gradients)
    ]


def loss(state, words, labels, sampled):
    ids, *expected = sampled
    return loss_of(*looked_up(state, words, labels, ids)[0], *expected)


serve(update, loss, [data.embedding, data.nce_weights, data.nce_biases], data.words, data.labels, data.sampled)
