"""What the workloads start from: sizes, batches and first weights, the same numbers for every contestant.

Pure numpy, and RandomState, whose numbers are the same in every version; it runs under Python 3.7. Batches come in
a small cycle: step k takes batch k % CYCLE, and losses are told of batch 0. BENCH_SIZE=small makes everything small,
for the tests.
"""

from __future__ import annotations

import os

import numpy as np

SMALL = os.environ.get("BENCH_SIZE") == "small"
CYCLE = 4


class Inputs:
    """Named arrays and numbers: `Inputs(x=...).x`."""

    def __init__(self, **named):
        self.__dict__.update(named)


def _normal(random, *shape, scale=0.1):
    return (random.standard_normal(shape) * scale).astype(np.float32)


def _uniform(random, *shape):
    return random.random_sample(shape).astype(np.float32)


def mlp():
    """W2. 784-500-10; `weights`: w1, b1, w2, b2."""
    size, hidden, batch = (20, 15, 10) if SMALL else (784, 500, 100)
    random = np.random.RandomState(2)
    return Inputs(
        images=_uniform(random, CYCLE, batch, size),
        labels=random.randint(0, 10, (CYCLE, batch)).astype(np.int64),
        weights=[_normal(random, size, hidden), np.zeros(hidden, np.float32),
                 _normal(random, hidden, 10), np.zeros(10, np.float32)],
        l2=1e-4,
        rate=0.01,
        decay_steps=40,
        decay_rate=0.99,
        average_decay=0.99,
    )  # fmt: skip


def lenet():
    """W3. `filters`: of the two convolutions (HWIO); `weights`: of the two dense layers; biases start at zero."""
    side, one, two, hidden, batch = (8, 3, 4, 12, 5) if SMALL else (28, 32, 64, 512, 100)
    random = np.random.RandomState(3)
    return Inputs(
        images=_uniform(random, CYCLE, batch, side, side, 1),  # NHWC
        labels=random.randint(0, 10, (CYCLE, batch)).astype(np.int64),
        filters=[_normal(random, 5, 5, 1, one), _normal(random, 5, 5, one, two, scale=0.03)],
        weights=[_normal(random, (side // 4) ** 2 * two, hidden, scale=0.02), _normal(random, hidden, 10, scale=0.05)],
        rate=0.01,
    )


def convnet():
    """W4. `filters`: of four 3x3 convolutions (HWIO), no biases; `dense`, `bias`: of the last layer."""
    side, one, two, batch = (8, 4, 6, 4) if SMALL else (32, 64, 128, 64)
    random = np.random.RandomState(4)
    channels = [(3, one), (one, one), (one, two), (two, two)]
    return Inputs(
        images=_normal(random, CYCLE, batch, side, side, 3, scale=1.0),  # NHWC
        labels=random.randint(0, 10, (CYCLE, batch)).astype(np.int64),
        filters=[_normal(random, 3, 3, i, o, scale=(2 / (9 * i)) ** 0.5) for i, o in channels],
        dense=_normal(random, (side // 4) ** 2 * two, 10, scale=0.01),
        bias=np.zeros(10, np.float32),
        epsilon=1e-3,  # of the batch normalisation; its scales start at 1, its offsets at 0
        momentum=0.99,  # of its moving means (from 0) and variances (from 1)
        rate=1e-4,  # of Adam (0.9, 0.999, 1e-8)
    )


def lstm():
    """W5. `cells`: (kernel, bias) of each layer; the kernel's rows: inputs, state; its columns: i, j, f, o."""
    units, layers, vocabulary, batch, steps = (8, 2, 30, 3, 4) if SMALL else (200, 2, 10000, 20, 20)
    random = np.random.RandomState(5)
    return Inputs(
        units=units,
        layers=layers,
        vocabulary=vocabulary,
        batch=batch,
        steps=steps,
        words=random.randint(0, vocabulary, (CYCLE, batch, steps)).astype(np.int32),
        targets=random.randint(0, vocabulary, (CYCLE, batch, steps)).astype(np.int32),
        embedding=_normal(random, vocabulary, units),
        cells=[(_normal(random, 2 * units, 4 * units), np.zeros(4 * units, np.float32)) for _ in range(layers)],
        softmax=_normal(random, units, vocabulary),
        bias=np.zeros(vocabulary, np.float32),
        forget_bias=0.0,
        max_norm=5.0,
        rate=0.5,
    )


def elementwise():
    """W6. A vector `x` that is trained, and a constant one, `c`."""
    size = 1000 if SMALL else 1_000_000
    random = np.random.RandomState(6)
    return Inputs(x=_normal(random, size, scale=1.0), c=_uniform(random, size), rate=0.01)


def small_ops():
    """W7. A vector `x` that is trained, a constant one, `c`, and how often the five ops are repeated."""
    random = np.random.RandomState(7)
    return Inputs(x=_normal(random, 10, scale=1.0), c=_uniform(random, 10), repeats=20 if SMALL else 400, rate=0.01)


def word2vec():
    """W8. `sampled`: what a log-uniform sampler would give for a batch: ids, expected counts of labels and of ids."""
    vocabulary, size, batch, number = (200, 8, 6, 10) if SMALL else (50000, 128, 128, 64)
    random = np.random.RandomState(8)
    labels = random.randint(0, vocabulary, (CYCLE, batch, 1)).astype(np.int64)
    return Inputs(
        vocabulary=vocabulary,
        words=random.randint(0, vocabulary, (CYCLE, batch)).astype(np.int32),
        labels=labels,
        number=number,
        sampled=[_sample(random, vocabulary, number, true) for true in labels],
        embedding=(random.random_sample((vocabulary, size)) * 2 - 1).astype(np.float32),
        nce_weights=_normal(random, vocabulary, size, scale=size**-0.5),
        nce_biases=np.zeros(vocabulary, np.float32),
        rate=1.0,
    )


def _sample(random, vocabulary, number, labels):
    """Unique ids, drawn with P(id) = log((id + 2) / (id + 1)) / log(vocabulary + 1), and how many of each to expect."""
    drawn, tries = [], 0
    while len(drawn) < number:
        tries += 1
        one = int(np.exp(random.random_sample() * np.log(vocabulary + 1))) - 1
        if one < vocabulary and one not in drawn:
            drawn.append(one)

    def expected(ids):
        share = np.log((ids + 2.0) / (ids + 1.0)) / np.log(vocabulary + 1.0)
        return (-np.expm1(tries * np.log1p(-share))).astype(np.float32)

    ids = np.array(drawn, np.int64)
    return ids, expected(labels), expected(ids)
