"""W7 in PyTensor: two thousand small ops on vectors of 10, the gradient and an update."""

import sys

import pytensor
import pytensor.tensor as pt
from common import serve, shared
from inputs import small_ops

sys.setrecursionlimit(100_000)  # PyTensor walks graphs by recursion
data = small_ops()
x, c = shared(data.x), shared(data.c)
y = x
for _ in range(data.repeats):  # five ops a time
    y = y + 0.01 * pt.tanh((y + c) * c)
loss = y.sum()
serve(loss, [(x, (x - data.rate * pytensor.grad(loss, x)).astype("float32"))])
