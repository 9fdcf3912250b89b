"""W6 in PyTensor: 33 elementwise ops on a million floats, their sum, its gradient and an update."""

import pytensor
import pytensor.tensor as pt
from common import serve, shared
from inputs import elementwise

data = elementwise()
x, c = shared(data.x), shared(data.c)
y = x
for _ in range(3):  # eleven ops a time
    gate = pt.sigmoid(y * c + 0.5)
    y = gate * pt.tanh(y) + (1.0 - gate) * c
    y = pt.maximum(y, 0) - 0.1 * y
loss = y.sum()
serve(loss, [(x, (x - data.rate * pytensor.grad(loss, x)).astype("float32"))])
