"""The digits that come with flowgraph: 5,000 of MNIST's, for when its own files are not at hand.

Where they come from and under which terms: DIGITS-LICENSE.md beside this file.
"""

from __future__ import annotations

from importlib import resources

import numpy as np

FOR_TRAINING = 4000  # the other 1,000 are for testing
FOR_VALIDATION = 400  # of those for training, unless the user says otherwise


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 [5000, 28, 28, 1], and labels, uint8 [5000].

    The first 4,000 are for training, the last 1,000 for testing; the first 400 are the default validation
    set. Each of those parts is shuffled and has equally many of every digit.

    >>> images, labels = load_digits()
    >>> images.shape, np.bincount(labels[-1000:]).tolist()
    ((5000, 28, 28, 1), [100, 100, 100, 100, 100, 100, 100, 100, 100, 100])
    """
    file = resources.files("flowgraph.data").joinpath("digits5000.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return arrays["images"][..., np.newaxis], arrays["labels"]
