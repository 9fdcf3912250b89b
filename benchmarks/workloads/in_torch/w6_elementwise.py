"""W6 in PyTorch: 33 elementwise ops on a million floats, their sum, its gradient and an update."""

import torch
from common import compiled, parameter, serve
from inputs import elementwise

data = elementwise()
x, c = parameter(data.x), torch.from_numpy(data.c)
optimizer = torch.optim.SGD([x], lr=data.rate, fused=True)


@compiled
def loss():
    y = x
    for _ in range(3):  # eleven ops a time
        gate = torch.sigmoid(y * c + 0.5)
        y = gate * torch.tanh(y) + (1.0 - gate) * c
        y = torch.relu(y) - 0.1 * y
    return y.sum()


def step():
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


serve(step, loss)
