"""W9 in PyTorch: a chain of mixed ops on vectors of 10, and its gradient. Arguments: eager or compiled, ops.

Eager PyTorch computes while it builds: nothing is left for a first run. Compiled, all of it is the first run.
"""

import json
import sys
import time

import torch
from common import IS_COMPILED, compiled, serving

sys.setrecursionlimit(1_000_000)  # inductor walks graphs by recursion
ops = int(sys.argv[-1])
x, c = torch.ones(10, requires_grad=True), torch.full([10], 0.5)


@compiled
def chain():
    y = x
    for _ in range(ops // 5):
        y = torch.tanh((y + c) * c - x / 2.0)
    return y.sum()


def both():
    """When the chain was computed, and then its gradient."""
    x.grad = None
    y = chain()
    computed = time.perf_counter()
    y.backward()
    return computed, time.perf_counter()


start = time.perf_counter()
built, differentiated = both()
ran = time.perf_counter()
both()
again = time.perf_counter()
times = {"build_s": built - start, "gradients_s": differentiated - built, "first_run_s": ran - differentiated}
if IS_COMPILED:
    times = {"build_s": 0.0, "gradients_s": 0.0, "first_run_s": ran - start}
print(json.dumps({**times, "second_run_s": again - ran, "value": float(x.grad.sum()), "peak_mb": serving.peak_mb()}))
