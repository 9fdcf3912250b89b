"""W2 in PyTorch: 784-500-10, L2, exponential decay, moving averages of all variables; batch 100."""

import torch
from common import compiled, parameter, serve
from inputs import mlp
from torch.nn.functional import cross_entropy, relu

data = mlp()
w1, b1, w2, b2 = weights = [parameter(array) for array in data.weights]
averages = [weight.detach().clone() for weight in weights]
optimizer = torch.optim.SGD(weights, lr=data.rate, fused=True)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda number: data.decay_rate ** (number / data.decay_steps))


@compiled
def loss(images, labels):
    logits = torch.addmm(b2, relu(torch.addmm(b1, images, w1)), w2)
    return cross_entropy(logits, labels) + data.l2 / 2 * (w1.square().sum() + w2.square().sum())


def step(images, labels):
    optimizer.zero_grad()
    loss(images, labels).backward()
    optimizer.step()
    schedule.step()
    number = schedule.last_epoch
    keep = min(data.average_decay, (1 + number) / (10 + number))
    with torch.no_grad():
        torch._foreach_lerp_(averages, weights, 1 - keep)


serve(step, loss, data.images, data.labels)
