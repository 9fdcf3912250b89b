"""Constants of every kind, placeholders and the ops that make tensors from nothing."""

from __future__ import annotations

import numpy as np


def of_python_values(tf):
    values = [
        1,
        2.5,
        True,
        "text",
        b"bytes",
        "naïve ☃",
        1 + 2j,
        [1, 2, 3],
        [1.0, 2],
        [[1, 2], [3, 4]],
        (1.5, 2.5),
        [True, False],
        ["a", "bc", ""],
        [],
        [[]],
        [[[]], [[]]],
        2**40,
        [2**31, 1],
        -5,
        float("inf"),
        float("nan"),
        -0.0,
        1e-45,
    ]
    return [([tf.constant(value) for value in values], None)]


def of_numpy_values(tf):
    values = [
        np.arange(4),
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.arange(6).reshape(2, 3).T,
        np.float64(1.5),
        np.int8(-3),
        np.uint8(250),
        np.int16(-300),
        np.uint16(60000),
        np.int64(5),
        np.bool_(True),
        np.array(3),
        np.array(["x", "yz"]),
        np.array([b"x", b"\xff"], dtype=object),
        np.array([], dtype=np.int32),
        np.zeros([0, 3], np.float32),
        np.float16([1.5, 2.5]),
        np.complex64([1j]),
        np.arange(10)[::2],
    ]
    return [([tf.constant(value) for value in values], None)]


def with_dtypes(tf):
    fetches = [
        tf.constant(1, dtype=tf.float32),
        tf.constant(1, tf.float64),
        tf.constant([1, 2], "float32"),
        tf.constant([1, 2], np.float32),
        tf.constant(1.5, dtype=tf.float16),
        tf.constant([1, 0], dtype=tf.uint8),
        tf.constant([1, 2], dtype=tf.int8),
        tf.constant(3, dtype=tf.int64),
        tf.constant([1.0, 2.0], dtype=tf.complex64),
        tf.constant(np.arange(3), dtype=tf.int32),
        tf.constant(np.array([0.1, 0.2]), dtype=tf.float32),
        tf.constant("s", dtype=tf.string),
    ]
    return [(fetches, None)]


def with_shapes(tf):
    fetches = [
        tf.constant(0.1, shape=[3]),
        tf.constant(-1.0, shape=[2, 3]),
        tf.constant(7, shape=[]),
        tf.constant([1, 2, 3, 4, 5, 6], shape=[2, 3]),
        tf.constant([1, 2], shape=[5]),
        tf.constant([[1, 2], [3, 4]], shape=[4]),
        tf.constant("ab", shape=[2]),
        tf.constant(True, shape=[2, 1]),
        tf.constant(0.0, shape=[0]),
        tf.constant(0.25, shape=[100, 50], name="big_splat"),
    ]
    return [(fetches, None)]


def big_values(tf):
    fetches = [
        tf.constant(np.arange(3000, dtype=np.float32).reshape(30, 100)),
        tf.constant(np.arange(2000)),
        tf.constant([float(i) for i in range(100)]),
        tf.constant(["s%d" % i for i in range(50)]),
        tf.constant(np.zeros([1000])),
    ]
    return [(fetches[:3] + fetches[4:], None)]


def zeros_and_ones(tf):
    size = tf.placeholder(tf.int32, [], name="size")
    shape = tf.placeholder(tf.int32, [2], name="shape")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    fetches = [
        tf.zeros([2, 3]),
        tf.zeros([]),
        tf.zeros(4, tf.int32),
        tf.zeros([40, 50]),
        tf.ones([2, 3]),
        tf.ones((50, 50), dtype=tf.float64),
        tf.zeros([2], tf.bool),
        tf.ones([2], tf.bool),
        tf.zeros([2], tf.string),
        tf.zeros([size, 2]),
        tf.ones([2, size]),
        tf.zeros(shape),
        tf.ones(shape, tf.int64),
        tf.zeros(tf.shape(x)),
        tf.zeros_like(x),
        tf.ones_like(x),
        tf.zeros_like(x, dtype=tf.int32),
        tf.zeros_like([1, 2]),
        tf.ones_like([[1.0]]),
        tf.ones_like(x, optimize=False),
        tf.zeros_like(x, optimize=False),
        tf.fill([2, 2], 9),
        tf.fill(shape, 1.5),
        tf.fill([], "s"),
    ]
    return [(fetches, {size: 2, shape: [1, 2], x: np.ones([2, 3])})]


def ranges(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    fetches = [
        tf.range(5),
        tf.range(2, 7),
        tf.range(1, 10, 3),
        tf.range(10, 0, -3),
        tf.range(3.0),
        tf.range(0.0, 1.0, 0.25),
        tf.range(1, 2.5, 0.5),
        tf.range(n),
        tf.range(n, delta=2, limit=9),
        tf.range(5, dtype=tf.float32),
        tf.range(tf.constant(3, tf.int64)),
        tf.linspace(0.0, 1.0, 5),
        tf.lin_space(1.0, 2.0, 3, name="ls"),
    ]
    return [(fetches, {n: 4})]


def placeholders(tf):
    tf.placeholder(tf.float32)
    tf.placeholder("float")
    tf.placeholder(tf.int64, [])
    tf.placeholder(tf.float32, shape=[None, 784])
    tf.placeholder(tf.string, [None], name="words")
    tf.placeholder(tf.bool, name="is_training")
    tf.placeholder(np.float32, (2, 3))
    tf.placeholder(tf.float32, tf.TensorShape([None, 2]))
    tf.placeholder(tf.float32, tf.TensorShape(None))
    tf.placeholder_with_default(1.0, [])
    tf.placeholder_with_default([[1, 2]], [None, 2], name="with_default")
    tf.placeholder_with_default(tf.zeros([2, 3]), None)


def conversions(tf):
    """`convert_to_tensor` of Python, numpy, lists with tensors in them and shapes."""
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    one = tf.constant(1, name="one")
    fetches = [
        tf.convert_to_tensor(1.0),
        tf.convert_to_tensor([1, 2], dtype=tf.float32),
        tf.convert_to_tensor(np.arange(3), name="named"),
        tf.convert_to_tensor([one, 2, 3]),
        tf.convert_to_tensor([[one, 2], [3, one]]),
        tf.convert_to_tensor(tf.TensorShape([2, 3])),
        tf.convert_to_tensor(x),
        tf.convert_to_tensor(1, preferred_dtype=tf.float32),
        tf.stack([one, one]),
        tf.identity([1.0, 2.0]),
        tf.reshape([1, 2, 3, 4], (2, 2)),
        tf.reshape(x, [3, tf.shape(x)[0]]),
        tf.reshape(x, tf.stack([tf.shape(x)[0], 3])),
        tf.fill([tf.shape(x)[0], 2], 1.0),
        tf.constant(1.0) + np.float32(2),
        tf.convert_to_tensor(tf.Dimension(4)),
        tf.zeros(x.shape[1]),
    ]
    return [(fetches, {x: np.ones([2, 3])})]


def shapes_known_while_building(tf):
    """Ops whose static shape follows from constants, folded while the graph is built."""
    x = tf.placeholder(tf.float32, [None, 4, 6], name="x")
    known = tf.placeholder(tf.float32, [2, 3], name="known")
    anything = tf.placeholder(tf.float32, name="anything")
    shape = tf.shape(x)
    tf.reshape(x, [-1, 24])
    tf.reshape(x, [shape[0], 24])
    tf.reshape(x, tf.stack([shape[0], shape[1] * shape[2]]))
    tf.reshape(x, tf.concat([shape[:1], [24]], 0))
    tf.reshape(anything, tf.shape(known))
    tf.reshape(anything, [2, -1])
    tf.reshape(known, [-1])
    tf.reshape(known, [3, -1])
    tf.zeros(tf.shape(known))
    tf.zeros(tf.shape(known) * 2)
    tf.fill(tf.shape(x)[1:], 0.0)
    tf.random_normal([shape[0], 5])
    tf.random_uniform(tf.shape(known))
    tf.ones([shape[0], 7])
    tf.tile(known, [2, 1])
    tf.tile(x, [1, 1, 2])
    tf.transpose(x, [2, 0, 1])
    tf.expand_dims(x, -1)
    tf.squeeze(tf.reshape(x, [-1, 1, 24]), 1)
    tf.concat([x, x], 2)
    tf.concat([x, anything], 2)
    tf.stack([known, known], -1)
    tf.range(shape[1])
    tf.one_hot(tf.argmax(x, 2), shape[2])
    tf.slice(x, [0, 1, 2], [-1, 2, 3])
    tf.pad(x, [[0, 0], [1, 2], [3, 4]])
    tf.gather(known, tf.zeros([5, 6], tf.int32))
    tf.reduce_sum(x, [0, 2])
    tf.reduce_sum(anything, 0)
    tf.matmul(tf.reshape(x, [-1, 24]), tf.zeros([24, 2]))
    tf.size(known)
    tf.rank(x)
    anything.set_shape([None, 5])
    tf.add(anything, tf.zeros([5]))
    tf.matmul(anything, tf.zeros([5, 2]))


def broadcast_shapes(tf):
    column = tf.placeholder(tf.float32, [None, 1], name="column")
    row = tf.placeholder(tf.float32, [3], name="row")
    rows = tf.placeholder(tf.float32, [None, 3], name="rows")
    unknown = tf.placeholder(tf.float32, name="unknown")
    tf.add(column, row)
    tf.add(column, rows)
    tf.add(rows, rows)
    tf.add(rows, unknown)
    tf.maximum(column, column)
    tf.less(row, rows)
    tf.where(row > 0.0, row, row)
    tf.multiply(tf.zeros([2, 1, 4]), tf.zeros([3, 1]))
    tf.multiply(tf.zeros([0, 3]), row)
    tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3]))
