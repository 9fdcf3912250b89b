"""Record the batches and answers of TensorFlow 1.15.5's MNIST reader; write mnist.json beside this file.

    TF_CPP_MIN_LOG_LEVEL=3 python3.7 make_mnist.py

The labels are 0, 1, 2, ... so that a batch's labels tell which examples it holds, in which order.
"""

import base64
import inspect
import gzip
import io
import json
import os
import struct
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.contrib.learn.python.learn.datasets import base, mnist
from tensorflow.python.util import tf_decorator

# name: (examples, seed, graph seed, [(batch size, shuffle), ...])
WALKS = {
    "seeded": (10, 7, None, [(4, True)] * 8),
    "seed zero": (6, 0, None, [(3, True)] * 5),
    "graph seed": (10, None, 3, [(4, True)] * 8),
    "graph seed and seed": (10, 7, 3, [(4, True)] * 4),
    "both zero": (6, 0, 0, [(3, True)] * 5),
    "seed beyond int32": (6, 2**31 + 4, None, [(3, True)] * 5),
    "negative seed": (6, -5, None, [(3, True)] * 5),
    "graph seed beyond int32": (6, None, 2**31 + 4, [(3, True)] * 5),
    "in order": (5, 1, None, [(2, False)] * 7),
    "batches end with the epoch": (6, 1, None, [(3, True)] * 6),
    "in order, then shuffled": (5, 1, None, [(2, False)] * 2 + [(2, True)] * 4),
    "first epoch shuffled, then in order": (5, 1, None, [(2, True)] * 2 + [(2, False)] * 4),
    "more than an epoch at once": (3, 1, None, [(7, True), (2, True), (4, False), (5, True)]),
    "sizes change": (9, 2, None, [(1, True), (5, True), (9, True), (2, True), (0, True), (9, False)]),
    "an empty batch first": (4, 3, None, [(0, True), (2, True), (2, True), (2, True)]),
}


def walk(examples, seed, graph_seed, batches):
    with tf.Graph().as_default():
        tf.set_random_seed(graph_seed)
        data = mnist.DataSet(np.zeros((examples, 2, 2, 1), np.uint8), np.arange(examples), seed=seed)
    steps = []
    for size, shuffle in batches:
        _, labels = data.next_batch(size, shuffle=shuffle)
        steps.append([labels.tolist(), data.epochs_completed])
    return steps


def idx(array):
    header = struct.pack(">%dI" % (1 + array.ndim), 2048 + array.ndim, *array.shape)
    return header + array.tobytes()


def files(seed):
    """The four files of a tiny MNIST: name to bytes, uncompressed."""
    rng = np.random.RandomState(seed)
    made = {}
    for part, count in (("train", 12), ("t10k", 5)):
        made[part + "-images-idx3-ubyte"] = idx(rng.randint(0, 256, (count, 3, 2)).astype(np.uint8))
        made[part + "-labels-idx1-ubyte"] = idx(rng.randint(0, 10, count).astype(np.uint8))
    return made


def describe(array):
    array = np.asarray(array)
    return [array.dtype.name, list(array.shape), base64.b64encode(array.tobytes()).decode("ascii")]


READS = {
    "plain": {"validation_size": 4, "seed": 1},
    "one hot": {"validation_size": 4, "seed": 1, "one_hot": True},
    "bytes": {"validation_size": 0, "seed": 1, "dtype": "uint8"},
    "pictures": {"validation_size": 12, "seed": 1, "reshape": False},
}


def read(directory, options):
    data = mnist.read_data_sets(directory, **options)
    answer = {}
    for part in data._fields:
        of_part = getattr(data, part)
        answer[part] = [describe(of_part.images), describe(of_part.labels)]
        if of_part.num_examples >= 3:
            answer[part] += [describe(x) for x in of_part.next_batch(3)]
    return answer


class Named(io.BytesIO):
    name = "some/file"


def failure(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return [type(error).__name__, str(error)]
    return None


def of_file(function, content):
    return failure(lambda: function(Named(gzip.compress(content))))


def failures(directory):
    image, label = files(0)["train-images-idx3-ubyte"], files(0)["train-labels-idx1-ubyte"]
    four = np.zeros((4, 2, 2, 1), np.uint8)
    return {
        "labels as images": of_file(mnist.extract_images, label),
        "images as labels": of_file(mnist.extract_labels, image),
        "other magic": of_file(mnist.extract_images, struct.pack(">I", 7) + image[4:]),
        "image file cut short": of_file(mnist.extract_images, image[:-1]),
        "gzip cut short": failure(lambda: mnist.extract_images(Named(gzip.compress(image)[:-12]))),
        "validation too large": failure(lambda: mnist.read_data_sets(directory, validation_size=13)),
        "validation negative": failure(lambda: mnist.read_data_sets(directory, validation_size=-1)),
        "default validation": failure(lambda: mnist.read_data_sets(directory)),
        "dtype": failure(lambda: mnist.DataSet(four, np.zeros(4), dtype=tf.float64)),
        "no dtype": failure(lambda: mnist.DataSet(four, np.zeros(4), dtype=None)),
        "counts differ": failure(lambda: mnist.DataSet(four, np.zeros(3))),
        "flat images": failure(lambda: mnist.DataSet(four[..., 0, 0], np.zeros(4))),
        "channels": failure(lambda: mnist.DataSet(four.reshape(4, 2, 1, 2), np.zeros(4))),
        "seed of text": failure(lambda: mnist.DataSet(four, np.zeros(4), seed="a")),
        "fake batch": failure(lambda: mnist.DataSet([], [], fake_data=True).next_batch(2)),
    }


def signatures():
    """Argument names and defaults, dtypes by their names."""
    found = {}
    for name in ("read_data_sets", "extract_images", "extract_labels", "dense_to_one_hot", "load_mnist"):
        _, function = tf_decorator.unwrap(getattr(mnist, name))
        found[name] = arguments(function)
    found["DataSet"] = arguments(tf_decorator.unwrap(mnist.DataSet.__init__)[1])
    found["next_batch"] = arguments(mnist.DataSet.next_batch)
    return found


def arguments(function):
    return [
        [p.name, "required" if p.default is p.empty else getattr(p.default, "name", p.default)]
        for p in inspect.signature(function).parameters.values()
    ]


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files(0).items():
            with gzip.open(os.path.join(directory, name + ".gz"), "wb") as file:
                file.write(content)
        reads = {name: read(directory, options) for name, options in READS.items()}
        failed = failures(directory)
    fake = mnist.read_data_sets("nowhere", fake_data=True, one_hot=True)
    every_byte = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    golden = {
        "signatures": signatures(),
        "fields": base.Datasets._fields,
        "walks": {name: [list(spec), walk(*spec)] for name, spec in WALKS.items()},
        "files": {name: base64.b64encode(content).decode("ascii") for name, content in files(0).items()},
        "reads": {name: [READS[name], answer] for name, answer in reads.items()},
        "failures": failed,
        "fake": [fake.test.num_examples, fake.train.images, fake.train.next_batch(2, fake_data=True)],
        "all bytes": describe(mnist.DataSet(every_byte, np.zeros(1)).images),
        "one hot": describe(mnist.dense_to_one_hot(np.array([2, 0, 1], np.uint8), 4)),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mnist.json")
    with open(path, "w") as file:
        json.dump(golden, file, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
