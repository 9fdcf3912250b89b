"""W5 in PyTorch: the language model: nn.LSTM, 2 layers of 200, batch 20, 20 steps, 10,000 words, gradients clipped."""

import numpy as np
import torch
from common import compiled, parameter, serve
from inputs import lstm
from torch.nn.functional import cross_entropy, embedding, linear

data = lstm()


def in_torchs_order(weights):
    """Gates as nn.LSTM has them, in rows: i, f, j, o, from columns i, j, f, o."""
    i, j, f, o = np.split(weights, 4, axis=-1)
    return torch.from_numpy(np.ascontiguousarray(np.concatenate([i, f, j, o], axis=-1).T))


table = torch.from_numpy(data.embedding.copy())
net = torch.nn.LSTM(data.units, data.units, data.layers)
with torch.no_grad():
    for number, (kernel, cell_bias) in enumerate(data.cells):
        for name, values in [
            ("weight_ih", kernel[: data.units]), ("weight_hh", kernel[data.units :]), ("bias_ih", cell_bias),
        ]:  # fmt: skip
            getattr(net, f"{name}_l{number}").copy_(in_torchs_order(values))
        getattr(net, f"bias_hh_l{number}").zero_().requires_grad_(False)  # one bias is enough
softmax, softmax_bias = parameter(np.ascontiguousarray(data.softmax.T)), parameter(data.bias)
weights = [*(weight for weight in net.parameters() if weight.requires_grad), softmax, softmax_bias]
optimizer = torch.optim.SGD(weights, lr=data.rate, fused=True)
start = tuple(torch.zeros(2, data.layers, data.batch, data.units))
carried = start


@compiled
def loss_of(rows, targets, state):
    """The loss and the last state; `rows` are the words' embeddings, [steps, batch, units]."""
    outputs, state = net(rows, state)
    logits = linear(outputs.flatten(0, 1), softmax, softmax_bias)
    return cross_entropy(logits, targets.T.flatten().long(), reduction="sum") / data.batch, state


def step(words, targets):
    global carried  # noqa: PLW0603
    rows = embedding(words.T, table).requires_grad_()  # of the table only these have gradients
    optimizer.zero_grad()
    value, state = loss_of(rows, targets, carried)
    value.backward()
    carried = tuple(one.detach() for one in state)
    torch.nn.utils.clip_grad_norm_([*weights, rows], data.max_norm, foreach=True)
    optimizer.step()
    table.index_add_(0, words.T.flatten(), rows.grad.flatten(0, 1), alpha=-data.rate)


def loss(words, targets):
    return loss_of(embedding(words.T, table), targets, start)[0]


serve(step, loss, data.words, data.targets)
