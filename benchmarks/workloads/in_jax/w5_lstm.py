"""W5 in JAX: the language model: LSTM, 2 layers of 200, batch 20, 20 steps, 10,000 words, gradients clipped."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from common import cross_entropy, serve
from inputs import lstm

data = lstm()


def layer(inputs, state, kernel, bias):
    """The outputs [steps, batch, units] of one layer, and its last state; all inputs are multiplied at once."""
    of_inputs = inputs @ kernel[: data.units] + bias

    def cell(state, of_input):
        c, h = state
        i, j, f, o = jnp.split(of_input + h @ kernel[data.units :], 4, axis=1)
        c = c * jax.nn.sigmoid(f + data.forget_bias) + jax.nn.sigmoid(i) * jnp.tanh(j)
        h = jnp.tanh(c) * jax.nn.sigmoid(o)
        return (c, h), h

    state, outputs = jax.lax.scan(cell, state, of_inputs, unroll=data.steps)
    return outputs, state


def loss_of(rows, weights, state, targets):
    """The loss and the last state; `rows` are the words' embeddings, [steps, batch, units]."""
    cells, softmax, bias = weights
    net, final = rows, []
    for (kernel, cell_bias), of_layer in zip(cells, state):
        net, last = layer(net, of_layer, kernel, cell_bias)
        final.append(last)
    logits = net.reshape(-1, data.units) @ softmax + bias
    return cross_entropy(logits, targets.T.reshape(-1)).sum() / data.batch, final


@partial(jax.jit, donate_argnums=0)
def update(carried, words, targets):
    embedding, weights, state = carried
    gradient = jax.grad(loss_of, argnums=(0, 1), has_aux=True)
    # of the embedding only the rows that were looked up have gradients
    gradients, state = gradient(embedding[words.T], weights, state, targets)
    norm = jnp.sqrt(sum(jnp.sum(one * one) for one in jax.tree.leaves(gradients)))
    rate = data.rate * data.max_norm / jnp.maximum(norm, data.max_norm)
    of_rows, of_weights = gradients
    embedding = embedding.at[words.T].add(-rate * of_rows)
    weights = jax.tree.map(lambda weight, one: weight - rate * one, weights, of_weights)
    return embedding, weights, state


def loss(carried, words, targets):
    embedding, weights, _ = carried
    return loss_of(embedding[words.T], weights, start, targets)[0]


start = [tuple(np.zeros((2, data.batch, data.units), np.float32)) for _ in range(data.layers)]
serve(update, loss, (data.embedding, (data.cells, data.softmax, data.bias), start), data.words, data.targets)
