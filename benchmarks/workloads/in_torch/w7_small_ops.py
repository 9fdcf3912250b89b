"""W7 in PyTorch: two thousand small ops on vectors of 10, the gradient and an update."""

import torch
from common import compiled, parameter, serve
from inputs import small_ops

data = small_ops()
x, c = parameter(data.x), torch.from_numpy(data.c)
optimizer = torch.optim.SGD([x], lr=data.rate, fused=True)


@compiled
def loss():
    y = x
    for _ in range(data.repeats):  # five ops a time
        y = y + 0.01 * torch.tanh((y + c) * c)
    return y.sum()


def step():
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


serve(step, loss)
