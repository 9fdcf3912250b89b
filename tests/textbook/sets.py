"""The digits that come with flowgraph, in the parts that these tests use."""

from __future__ import annotations

import functools

import numpy as np

from flowgraph.data.digits import FOR_TRAINING, load_digits


@functools.cache
def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images in 0 .. 1, [n, 28, 28, 1], and labels: 4,000 to train with, then the 1,000 to test with."""
    images, labels = load_digits()
    images = (images / np.float32(255)).astype(np.float32)
    labels = labels.astype(np.int64)
    return images[:FOR_TRAINING], labels[:FOR_TRAINING], images[FOR_TRAINING:], labels[FOR_TRAINING:]


@functools.cache
def small_digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The same as rows of 14 x 14 pixels, each the mean of four: [n, 196]."""
    train_images, train_labels, test_images, test_labels = digits()
    return halved(train_images), train_labels, halved(test_images), test_labels


def halved(images: np.ndarray) -> np.ndarray:
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
