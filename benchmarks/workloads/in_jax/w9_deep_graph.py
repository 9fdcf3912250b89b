"""W9 in JAX: a chain of mixed ops on vectors of 10: trace it, trace its gradient, compile and run that. Argument: ops.

XLA takes minutes to compile 10,000 ops.
"""

import json
import sys
import time

import jax
import numpy as np
from common import serving

ops = int(sys.argv[-1])
c = np.full(10, 0.5, np.float32)


def chain(x):
    y = x
    for _ in range(ops // 5):
        y = jax.numpy.tanh((y + c) * c - x / 2.0)
    return y.sum()


x = np.ones(10, np.float32)
start = time.perf_counter()
jax.jit(chain).trace(x)
built = time.perf_counter()
traced = jax.jit(jax.grad(chain)).trace(x)
differentiated = time.perf_counter()
gradient = traced.lower().compile()
value = np.asarray(gradient(x))
ran = time.perf_counter()
np.asarray(gradient(x))
again = time.perf_counter()
times = {
    "build_s": built - start,
    "gradients_s": max(0.0, differentiated - 2 * built + start),  # its trace goes through the chain once more
    "first_run_s": ran - differentiated,
    "second_run_s": again - ran,
}
print(json.dumps({**times, "value": float(value.sum()), "peak_mb": serving.peak_mb()}))
