"""Small numpy data sets that are the same on every machine (numpy's `RandomState` streams are frozen)."""

from __future__ import annotations

import numpy as np


def uniform(*shape, seed=0, low=0.0, high=1.0):
    """Uniform float32 numbers."""
    return np.random.RandomState(seed).uniform(low, high, shape).astype(np.float32)


def one_hot(count, classes, seed=0):
    """`count` random one-hot rows."""
    labels = np.random.RandomState(seed).randint(0, classes, size=count)
    return np.eye(classes, dtype=np.float32)[labels]


def batches(steps, count, features, classes):
    """For each step a batch of inputs in [0, 0.25), about as bright as handwriting, and one-hot labels."""
    return [(uniform(count, features, seed=i, high=0.25), one_hot(count, classes, seed=i)) for i in range(steps)]
