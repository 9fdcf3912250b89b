"""Record the files in which TensorFlow 1.15.5 keeps the elements of a dataset.

    python3.7 tests/golden/make_cached.py

writes tests/golden/cached/elements.index and its data file: twelve elements (number, [halves], word).
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf


def main():
    folder = Path(__file__).with_name("cached")
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    numbers = tf.data.Dataset.range(12).map(lambda n: (n, tf.fill([2], tf.cast(n, tf.float32) / 2), tf.as_string(n)))
    element = tf.data.make_one_shot_iterator(numbers.cache(str(folder / "elements"))).get_next()
    with tf.Session() as session:
        for _ in range(12):
            session.run(element)
        try:
            session.run(element)
        except tf.errors.OutOfRangeError:
            print(sorted(path.name for path in folder.iterdir()))


if __name__ == "__main__":
    main()
