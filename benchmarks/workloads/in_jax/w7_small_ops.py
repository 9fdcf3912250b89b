"""W7 in JAX: two thousand small ops on vectors of 10, the gradient and an update."""

from functools import partial

import jax
import jax.numpy as jnp
from common import serve
from inputs import small_ops

data = small_ops()


def loss(x):
    y = x
    for _ in range(data.repeats):  # five ops a time
        y = y + 0.01 * jnp.tanh((y + data.c) * data.c)
    return jnp.sum(y)


@partial(jax.jit, donate_argnums=0)
def update(x):
    return x - data.rate * jax.grad(loss)(x)


serve(update, loss, data.x)
