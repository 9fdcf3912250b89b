"""W2 in PyTensor: 784-500-10, L2, exponential decay, moving averages of all variables; batch 100."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from common import cross_entropy, serve, shared
from inputs import mlp

data = mlp()
images, labels = pt.fmatrix("images"), pt.lvector("labels")
w1, b1, w2, b2 = weights = [shared(array) for array in data.weights]
averages = [shared(array) for array in data.weights]
number = shared(np.float32(0))

logits = pt.maximum(images @ w1 + b1, 0) @ w2 + b2
loss = cross_entropy(logits, labels) + data.l2 / 2 * (pt.sum(w1 * w1) + pt.sum(w2 * w2))
rate = data.rate * data.decay_rate ** (number / data.decay_steps)
trained = [weight - rate * gradient for weight, gradient in zip(weights, pytensor.grad(loss, weights))]
keep = pt.minimum(data.average_decay, (2 + number) / (11 + number))  # the number is one more by then
averaged = [average - (1 - keep) * (average - weight) for average, weight in zip(averages, trained)]
updates = [*zip(weights, trained), *zip(averages, averaged), (number, number + 1)]
updates = [(variable, value.astype("float32")) for variable, value in updates]

serve(loss, updates, [images, labels], data.images, data.labels)
