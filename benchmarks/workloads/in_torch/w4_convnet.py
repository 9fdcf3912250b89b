"""W4 in PyTorch: four 3x3 convolutions with batch normalisation at 32x32, Adam, batch 64; channels last."""

import torch
from common import compiled, oihw, parameter, serve
from inputs import convnet
from torch.nn.functional import batch_norm, conv2d, cross_entropy, max_pool2d, relu

data = convnet()


def layer(filters):
    """Filters, scale and offset, which are trained, and the moving mean and variance."""
    size = filters.shape[-1]
    scale, offset = torch.ones(size).requires_grad_(), torch.zeros(size).requires_grad_()
    return oihw(filters), scale, offset, torch.zeros(size), torch.ones(size)


layers = [layer(filters) for filters in data.filters]
dense, bias = parameter(data.dense), parameter(data.bias)
parameters = [weight for of_layer in layers for weight in of_layer[:3]]
optimizer = torch.optim.Adam([*parameters, dense, bias], lr=data.rate, fused=True)


def loss_of(images, labels, averages):
    net = images.permute(0, 3, 1, 2)  # the shape is NCHW, the memory stays as it is
    for number, ((filters, scale, offset, _, _), of_layer) in enumerate(zip(layers, averages)):
        net = conv2d(net, filters, padding="same")
        net = relu(batch_norm(net, *of_layer, scale, offset, True, 1 - data.momentum, data.epsilon))
        if number % 2:
            net = max_pool2d(net, 2)
    return cross_entropy(torch.addmm(bias, net.permute(0, 2, 3, 1).flatten(1), dense), labels)


@compiled
def loss_and_averages(images, labels):
    return loss_of(images, labels, [of_layer[3:] for of_layer in layers])


def step(images, labels):
    optimizer.zero_grad()
    loss_and_averages(images, labels).backward()
    optimizer.step()


def loss(images, labels):
    return loss_of(images, labels, [(None, None)] * len(layers))


serve(step, loss, data.images, data.labels)
