"""What the JAX workloads share: where the inputs come from, losses, and how a training step is served.

    python benchmarks/workloads/in_jax/w2_mlp.py

It goes on as `serving.py` says.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import jax
import jax.numpy as jnp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import serving
from inputs import CYCLE


def cross_entropy(logits, labels):
    """The softmax cross-entropy of each row with a label that is a number."""
    picked = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return jax.nn.logsumexp(logits, axis=1) - picked


def descended(weights, gradients, rate):
    """A tree of weights after a step of gradient descent."""
    return jax.tree.map(lambda weight, gradient: weight - rate * gradient, weights, gradients)


def on_device(tree):
    """Arrays of numpy as JAX's own: copies, for a donated buffer is overwritten."""
    return jax.tree.map(lambda array: jnp.array(array, copy=True), tree)


def serve(update, loss, state, *batches):
    """Serve a training step.

    Args:
      update: `state = update(state, *batch)`, compiled, with the state donated.
      loss: `loss(state, *batch)`.
      state: what is trained.
      batches: trees of numpy's arrays, one for each batch.
    """
    feeds = list(zip(*batches)) or [()] * CYCLE
    numbers = count()
    state = on_device(state)
    loss = jax.jit(loss)

    def step():
        nonlocal state
        state = jax.block_until_ready(update(state, *feeds[next(numbers) % CYCLE]))

    serving.serve(step, lambda: loss(state, *feeds[0]), version=jax.__version__)
