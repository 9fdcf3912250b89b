"""Have TensorFlow 1.15.5 save checkpoints.

    python3.7 tests/golden/make_checkpoints.py

writes into tests/golden/checkpoints: `all` (version 2) and `old` (version 1) with a variable of every dtype, one in
three pieces, one without entries; `small`, with its meta graph, in which a loop multiplies; and `sharded`, of several
data files.
"""

from __future__ import annotations

import os
import shutil
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
FOLDER = Path(__file__).resolve().parent / "checkpoints"
PLAIN = [
    "float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "bfloat16", "uint16", "complex128",
    "float16",
]  # fmt: skip
QUANTIZED = {"qint8": tf.int8, "quint8": tf.uint8, "qint32": tf.int32}


def start():
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


def variables():
    numbers = np.arange(6).reshape(2, 3)
    made = [tf.Variable(tf.cast(tf.constant(numbers - 2 * (name[0] != "u")), name), name=name) for name in PLAIN]
    for name, plain in QUANTIZED.items():
        made.append(tf.Variable(tf.bitcast(tf.cast(tf.constant(numbers), plain), tf.as_dtype(name)), name=name))
    made.append(tf.Variable([[True, False]], name="bool"))
    made.append(tf.Variable([[b"abc", b""], [b"\xff\0" * 150, b"x"]], name="string"))
    made.append(tf.Variable(np.zeros([0, 3], np.float32), name="empty"))
    made.append(tf.Variable(2.5, name="scope/scalar"))
    thirds = tf.fixed_size_partitioner(3)
    made += list(
        tf.get_variable("pieces", [6, 2], initializer=tf.truncated_normal_initializer(seed=1), partitioner=thirds)
    )
    return made


def all_kinds():
    with tf.Graph().as_default():
        made = variables()
        new = tf.train.Saver()
        old = [v for v in made if v.dtype.base_dtype.name not in ("bfloat16", "uint16", "qint32", "quint8")]
        with start() as session:
            new.save(session, str(FOLDER / "all"), write_meta_graph=False, write_state=False)
            writer = tf.train.Saver(old, write_version=1)
            writer.save(session, str(FOLDER / "old"), write_meta_graph=False, write_state=False)


def small():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.get_variable("w", initializer=[[2.0], [3.0]])
        b = tf.get_variable("b", initializer=[0.5], use_resource=True)
        y = tf.identity(
            tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 2.0), [0, tf.matmul(x, w) + b])[1], "y"
        )
        for name, value in [("outputs", y), ("numbers", 3), ("texts", "abc")]:
            tf.add_to_collection(name, value)
        with start() as session:
            tf.train.Saver().save(session, str(FOLDER / "small"), write_state=False)


def sharded():
    with tf.Graph().as_default():
        with tf.device("/job:localhost/task:0/cpu:0"):
            a = tf.Variable([1.0, 2.0], name="a")
        tf.Variable([3, 4], name="b")
        del a
        with start() as session:
            saver = tf.train.Saver(sharded=True)
            saver.save(session, str(FOLDER / "sharded"), write_meta_graph=False, write_state=False)


def main():
    shutil.rmtree(str(FOLDER), ignore_errors=True)
    FOLDER.mkdir()
    all_kinds()
    small()
    sharded()
    for path in sorted(FOLDER.iterdir()):
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
