"""W8 in PyTorch: word2vec, 50,000 words in 128 dimensions, 64 samples, batch 128; sparse gradients of all tables."""

import torch
from common import compiled, parameter, serve
from inputs import word2vec
from torch.nn.functional import embedding, softplus

data = word2vec()
table, weights, biases = tables = [
    parameter(array) for array in (data.embedding, data.nce_weights, data.nce_biases[:, None])
]
optimizer = torch.optim.SGD(tables, lr=data.rate)


@compiled
def loss_of(rows, weights, biases, true_expected, expected):
    """Noise-contrastive estimation, from the rows of the words and those of their labels and of the samples."""
    batch = len(rows)
    true = (rows * weights[:batch]).sum(1) + biases[:batch, 0] - true_expected[:, 0].log()
    noise = torch.addmm(biases[batch:, 0] - expected.log(), rows, weights[batch:].T)
    return (softplus(-true) + softplus(noise).sum(1)).mean()


def loss(words, labels, ids, true_expected, expected):
    used = torch.cat([labels[:, 0], ids])
    rows = [embedding(at, table, sparse=True) for at, table in zip((words, used, used), tables)]
    return loss_of(*rows, true_expected, expected)


def step(*batch):
    optimizer.zero_grad()
    loss(*batch).backward()
    optimizer.step()


serve(step, loss, data.words, data.labels, *zip(*data.sampled))
