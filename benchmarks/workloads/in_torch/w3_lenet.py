"""W3 in PyTorch: LeNet-5, batch 100; channels last, as the images come."""

import numpy as np
import torch
from common import compiled, oihw, parameter, serve
from inputs import lenet
from torch.nn.functional import conv2d, cross_entropy, linear, max_pool2d, relu

data = lenet()


def with_bias(weights):
    return weights, parameter(np.zeros(len(weights), np.float32))


convolutions = [with_bias(oihw(filters)) for filters in data.filters]
dense = [with_bias(parameter(np.ascontiguousarray(weights.T))) for weights in data.weights]
parameters = [weight for pair in convolutions + dense for weight in pair]
optimizer = torch.optim.SGD(parameters, lr=data.rate, fused=True)


@compiled
def loss(images, labels):
    net = images.permute(0, 3, 1, 2)  # the shape is NCHW, the memory stays as it is
    for weights, bias in convolutions:
        net = max_pool2d(relu(conv2d(net, weights, bias, padding="same")), 2)
    net = net.permute(0, 2, 3, 1).flatten(1)
    return cross_entropy(linear(relu(linear(net, *dense[0])), *dense[1]), labels)


def step(images, labels):
    optimizer.zero_grad()
    loss(images, labels).backward()
    optimizer.step()


serve(step, loss, data.images, data.labels)
