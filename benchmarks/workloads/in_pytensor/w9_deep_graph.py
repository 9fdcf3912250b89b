"""W9 in PyTensor: a chain of mixed ops on vectors of 10: build, differentiate, compile, run. Argument: ops."""

import json
import sys
import time

import numpy as np
import pytensor
import pytensor.tensor as pt
from common import function, serving, shared

sys.setrecursionlimit(1_000_000)  # PyTensor walks graphs by recursion
ops = int(sys.argv[-1])

start = time.perf_counter()
x, c = shared(np.ones(10, np.float32)), np.full(10, 0.5, np.float32)
y = x
for _ in range(ops // 5):
    y = pt.tanh((y + c) * c - x / np.float32(2.0))
built = time.perf_counter()
gradient = pytensor.grad(y.sum(), x)
differentiated = time.perf_counter()
run = function([], gradient)
value = run()
ran = time.perf_counter()
run()
again = time.perf_counter()
times = {"build_s": built - start, "gradients_s": differentiated - built, "first_run_s": ran - differentiated}
print(json.dumps({**times, "second_run_s": again - ran, "value": float(value.sum()), "peak_mb": serving.peak_mb()}))
