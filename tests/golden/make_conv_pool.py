"""Records what TensorFlow 1.15.5 computes for convolutions and pools, in conv_pool.npz beside this script.

Run it with TensorFlow's Python 3.7: `python tests/golden/make_conv_pool.py`. The tests import the cases
and the inputs from here, for which numpy is enough; recorded are the results only. Inputs are integers, or
integers divided by powers of two: every machine makes the same ones, and convolutions of them have exact
answers.

Window sizes, strides, paddings and dilations are (rows, columns) here; `attributes` writes them as an op's.
"""

from __future__ import annotations

import json
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conv_pool.npz")

# images, filter, strides, padding ("SAME", "VALID" or four numbers), dilations, dtype
CONVOLUTIONS = [
    ((2, 5, 6, 2), (3, 3, 2, 3), (1, 1), "SAME", (1, 1), "float32"),
    ((2, 5, 6, 2), (3, 3, 2, 3), (1, 1), "VALID", (1, 1), "float32"),
    ((2, 5, 6, 2), (2, 4, 2, 3), (1, 1), "SAME", (1, 1), "float64"),
    ((2, 5, 6, 2), (2, 3, 2, 3), (2, 2), "SAME", (1, 1), "float32"),
    ((2, 6, 7, 3), (3, 2, 3, 2), (2, 3), "VALID", (1, 1), "float32"),
    ((1, 7, 7, 1), (3, 3, 1, 4), (2, 2), "SAME", (1, 1), "float64"),
    ((1, 8, 8, 5), (3, 3, 5, 2), (2, 2), "SAME", (1, 1), "float32"),
    ((3, 4, 4, 6), (1, 1, 6, 5), (1, 1), "SAME", (1, 1), "float32"),
    ((2, 5, 5, 4), (1, 1, 4, 3), (2, 2), "VALID", (1, 1), "float32"),
    ((2, 5, 5, 3), (1, 1, 3, 3), (3, 2), "SAME", (1, 1), "float32"),
    ((2, 2, 3, 2), (5, 5, 2, 2), (1, 1), "SAME", (1, 1), "float32"),
    ((2, 2, 3, 5), (5, 4, 5, 2), (3, 2), "SAME", (1, 1), "float32"),
    ((1, 9, 5, 2), (2, 2, 2, 2), (4, 3), "SAME", (1, 1), "float32"),
    ((1, 9, 8, 2), (2, 1, 2, 2), (4, 3), "VALID", (1, 1), "float32"),
    ((2, 4, 4, 2), (3, 3, 2, 2), (1, 1), (1, 2, 0, 3), (1, 1), "float32"),
    ((2, 4, 4, 5), (2, 2, 5, 2), (1, 1), (3, 2, 4, 0), (1, 1), "float32"),
    ((2, 4, 5, 4), (3, 2, 4, 3), (2, 3), (2, 1, 0, 4), (1, 1), "float64"),
    ((0, 4, 4, 2), (3, 3, 2, 2), (1, 1), "SAME", (1, 1), "float32"),
    ((2, 5, 6, 2), (3, 3, 2, 3), (1, 1), "SAME", (1, 1), "float16"),
    ((2, 5, 6, 5), (3, 2, 5, 3), (2, 2), "VALID", (1, 1), "float16"),
    ((2, 7, 8, 2), (3, 2, 2, 3), (1, 1), "SAME", (2, 3), "float32"),
    ((2, 7, 8, 5), (3, 3, 5, 2), (1, 1), "VALID", (3, 2), "float32"),
    ((1, 7, 6, 3), (2, 2, 3, 2), (2, 2), "SAME", (2, 2), "float32"),
    ((1, 5, 6, 3), (2, 2, 3, 2), (1, 2), (1, 0, 2, 3), (2, 2), "float32"),
]

# images, window, strides, padding, dtype
POOLS = [
    ((2, 4, 6, 3), (2, 2), (2, 2), "VALID", "float32"),
    ((2, 5, 7, 3), (2, 2), (2, 2), "SAME", "float32"),
    ((2, 5, 7, 3), (2, 2), (2, 2), "VALID", "float32"),
    ((2, 7, 6, 2), (3, 3), (2, 2), "SAME", "float32"),
    ((2, 8, 7, 2), (3, 3), (2, 2), "VALID", "float32"),
    ((1, 6, 5, 2), (3, 2), (1, 1), "SAME", "float32"),
    ((1, 6, 5, 2), (2, 3), (1, 2), "VALID", "float32"),
    ((2, 3, 2, 2), (5, 4), (1, 1), "SAME", "float32"),
    ((2, 3, 4, 2), (7, 7), (3, 3), "SAME", "float32"),
    ((1, 9, 7, 2), (2, 1), (3, 4), "SAME", "float32"),
    ((1, 9, 7, 2), (1, 2), (4, 3), "VALID", "float32"),
    ((2, 4, 5, 1), (4, 5), (1, 1), "VALID", "float32"),
    ((2, 3, 3, 4), (1, 1), (1, 1), "SAME", "float32"),
    ((0, 4, 4, 2), (2, 2), (2, 2), "SAME", "float32"),
    ((1, 6, 7, 3), (3, 3), (2, 2), "SAME", "float64"),
    ((1, 6, 7, 3), (3, 3), (2, 2), "SAME", "float16"),
    ((1, 5, 4, 3), (2, 2), (1, 1), "VALID", "float16"),
]

DEPTH_POOLS = [((1, 2, 3, 6), 2, "float32"), ((2, 2, 1, 6), 3, "float32"), ((1, 2, 2, 4), 4, "int32")]

INTEGER_TYPES = ["int8", "uint8", "int16", "uint16", "int32", "int64"]

# Windows of four cells in a row: what becomes of NaN, infinities and ties.
NAN, INF = float("nan"), float("inf")
ODD_WINDOWS = [
    [NAN, 1, 2, 3],
    [1, NAN, 2, 0],
    [1, NAN, 0, 2],
    [NAN, NAN, NAN, NAN],
    [-INF, -INF, -INF, -INF],
    [-INF, NAN, -INF, -INF],
    [NAN, -INF, -INF, -INF],
    [INF, INF, NAN, 1],
    [3, 1, 3, 2],
    [1, 3, 3, 3],
    [0, -1, 0, -1],
]

# A call that fails: function, inputs (tuple: zeros of that shape, list: a vector of sizes), attributes.
ONES = [1, 1, 1, 1]
VALID = {"strides": ONES, "padding": "VALID"}
SAME = {"strides": ONES, "padding": "SAME"}
EXPLICIT = {"strides": ONES, "padding": "EXPLICIT"}
POOL = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"}
X, W, DX, DW, DY = (1, 3, 3, 2), (5, 5, 2, 4), [2, 5, 5, 2], [3, 3, 2, 4], (2, 3, 3, 4)
W3, X5 = (3, 3, 2, 4), (2, 5, 5, 2)
FAILURES = [
    ("conv2d", [X, W], VALID),
    ("conv2d", [X, (7, 7, 2, 4)], dict(VALID, strides=[1, 2, 2, 1])),
    ("conv2d", [X, (3, 3, 2, 4)], dict(VALID, dilations=[1, 2, 2, 1])),
    ("conv2d", [X, (7, 7, 2, 4)], dict(EXPLICIT, explicit_paddings=[0, 0, 1, 0, 0, 0, 0, 0])),
    ("conv2d", [X, W], dict(EXPLICIT, explicit_paddings=[0, 0, -1, 2, 2, 1, 0, 0])),
    ("conv2d", [X, W], dict(EXPLICIT, explicit_paddings=[1, 0, 1, 2, 2, 1, 0, 0])),
    ("conv2d", [X, W], dict(EXPLICIT, explicit_paddings=[1, 2, 2, 1, 0, 0])),
    ("conv2d", [X, W], dict(SAME, explicit_paddings=[0, 0, 1, 2, 2, 1, 0, 0])),
    ("conv2d", [X, W], dict(SAME, strides=[1, 0, 1, 1])),
    ("conv2d", [X, W], dict(SAME, strides=[2, 1, 1, 1])),
    ("conv2d", [X, W], dict(SAME, strides=[1, 1, 1, 2])),
    ("conv2d", [X, W], dict(SAME, strides=[1, 1, 1])),
    ("conv2d", [X, W], dict(SAME, dilations=[1, 0, 1, 1])),
    ("conv2d", [X, W], dict(SAME, dilations=[2, 1, 1, 1])),
    ("conv2d", [X, W], dict(SAME, dilations=[1, 1, 1])),
    ("conv2d", [X, (3, 3, 5, 4)], SAME),
    ("conv2d", [(1, 3, 3, 4), (3, 3, 2, 4)], SAME),
    ("conv2d", [(3, 3, 2), W], SAME),
    ("conv2d", [X, (5, 2, 4)], SAME),
    ("conv2d_backprop_input", [DX, W3, (2, 4, 3, 4)], VALID),
    ("conv2d_backprop_input", [DX, W3, (2, 3, 4, 4)], VALID),
    ("conv2d_backprop_input", [[3, 5, 5, 2], W3, DY], VALID),
    ("conv2d_backprop_input", [[2, 5, 5, 3], W3, DY], VALID),
    ("conv2d_backprop_input", [DX, W3, (2, 3, 3, 5)], VALID),
    ("conv2d_backprop_input", [[5, 5], W3, DY], VALID),
    ("conv2d_backprop_input", [[[2, 5, 5, 2]], W3, DY], VALID),
    ("conv2d_backprop_input", [[2, 1, 1, 2], W3, DY], VALID),
    ("conv2d_backprop_input", [[2, -1, 1, 2], W3, DY], VALID),
    ("conv2d_backprop_input", [DX, (3, 2, 4), DY], VALID),
    ("conv2d_backprop_input", [DX, W3, (2, 3, 3)], VALID),
    ("conv2d_backprop_input", [DX, W3, DY], dict(VALID, strides=[2, 1, 1, 1])),
    ("conv2d_backprop_filter", [X5, DW, (2, 4, 3, 4)], VALID),
    ("conv2d_backprop_filter", [X5, DW, (3, 3, 3, 4)], VALID),
    ("conv2d_backprop_filter", [X5, [3, 3, 3, 4], DY], VALID),
    ("conv2d_backprop_filter", [X5, [3, 3, 2, 5], DY], VALID),
    ("conv2d_backprop_filter", [X5, [3, 3, 2], DY], VALID),
    ("conv2d_backprop_filter", [X5, [[3, 3, 2, 4]], DY], VALID),
    ("conv2d_backprop_filter", [(2, 1, 1, 2), DW, DY], VALID),
    ("conv2d_backprop_filter", [(2, 5, 5), DW, DY], VALID),
    ("conv2d_backprop_filter", [X5, DW, (2, 3, 3)], VALID),
    ("max_pool", [X], dict(POOL, ksize=[1, 5, 5, 1], strides=ONES)),
    ("max_pool", [X], dict(POOL, ksize=[2, 2, 2, 1])),
    ("max_pool", [X], dict(POOL, strides=[2, 2, 2, 1])),
    ("max_pool", [X], dict(POOL, strides=[1, 0, 2, 1])),
    ("max_pool", [X], dict(POOL, ksize=[1, 0, 2, 1])),
    ("max_pool", [X], dict(POOL, ksize=[1, 1, 1, 2], strides=ONES)),
    ("max_pool", [X], dict(POOL, ksize=[1, 1, 1, 3], strides=[1, 1, 1, 3])),
    ("max_pool", [X], dict(POOL, ksize=[1, 2, 2, 2], strides=[1, 1, 1, 2])),
    ("max_pool", [(3, 3, 2)], POOL),
    ("avg_pool", [X], dict(POOL, ksize=[1, 5, 5, 1], strides=ONES)),
    ("avg_pool", [X], dict(POOL, ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2])),
    ("avg_pool", [X], dict(POOL, ksize=[2, 2, 2, 1])),
    ("avg_pool", [(3, 3, 2)], POOL),
    ("max_pool_grad", [(5, 5, 4), (2, 2, 2, 4), (2, 2, 2, 4)], POOL),
    ("max_pool_grad", [(2, 5, 5, 4), (2, 2, 4), (2, 2, 2, 4)], POOL),
    ("max_pool_grad", [(2, 5, 5, 4), (2, 2, 2, 4), (2, 2, 4)], POOL),
    ("max_pool_grad", [X, X, X], dict(POOL, ksize=[1, 9, 9, 1])),
    ("max_pool_grad", [X, (1, 3, 3, 1), (1, 3, 3, 1)], dict(POOL, ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2])),
    ("max_pool_grad", [X, X, X], dict(POOL, ksize=[2, 1, 1, 1], strides=[2, 1, 1, 1])),
    ("max_pool_grad_grad", [(5, 5, 4), (2, 2, 2, 4), (2, 5, 5, 4)], POOL),
    ("max_pool_grad_grad", [(2, 5, 5, 4), (2, 2, 4), (2, 5, 5, 4)], POOL),
    ("max_pool_grad_grad", [(2, 5, 5, 4), (2, 2, 2, 4), (5, 5, 4)], POOL),
    ("max_pool_grad_grad", [X, (1, 3, 3, 1), X], dict(POOL, ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2])),
    ("avg_pool_grad", [[5, 5, 4], (2, 2, 2, 4)], POOL),
    ("avg_pool_grad", [[2, 5, 5, 4], (2, 2, 4)], POOL),
    ("avg_pool_grad", [[1, 5, 5, 4], X], dict(POOL, ksize=[1, 9, 9, 1])),
    ("avg_pool_grad", [[1, 3, 3, 4], X], dict(POOL, ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2])),
]

SIZES = [
    (k, stride, padding, dilation)
    for k in (1, 2, 3, 5)
    for stride in (1, 2, 3)
    for padding in ("SAME", "VALID", (2, 1))
    for dilation in (1, 2)
]


def attributes(strides, padding, **more):
    """An op's attributes for NHWC images from pairs (rows, columns)."""
    made = {"strides": [1, strides[0], strides[1], 1], "padding": padding}
    if isinstance(padding, tuple):
        made.update(padding="EXPLICIT", explicit_paddings=[0, 0, *padding, 0, 0])
    made.update({key: [1, value[0], value[1], 1] for key, value in more.items()})
    return made


def integers(seed, shape, dtype, low=-4, high=4):
    """Small whole numbers, of which sums of products stay exact even in float16."""
    return np.random.RandomState(seed).randint(low, high + 1, shape).astype(dtype)


def fractions(seed, shape, dtype):
    """Numbers with every bit of float32 in use, so that sums of them round."""
    return (np.random.RandomState(seed).randint(-(2**22), 2**22, shape) / 2.0**19).astype(dtype)


def odd_windows(dtype):
    """`ODD_WINDOWS` as images of 2 x 2 windows, in a batch."""
    return np.array(ODD_WINDOWS, dtype).reshape(-1, 2, 2, 1)


class Oracle:
    """TensorFlow's kernels as functions on arrays."""

    def __init__(self, tf):
        raw = tf.raw_ops
        self.tf = tf
        self.ops = {
            "conv2d": (raw.Conv2D, ["input", "filter"]),
            "conv2d_backprop_input": (raw.Conv2DBackpropInput, ["input_sizes", "filter", "out_backprop"]),
            "conv2d_backprop_filter": (raw.Conv2DBackpropFilter, ["input", "filter_sizes", "out_backprop"]),
            "max_pool": (raw.MaxPool, ["input"]),
            "max_pool_grad": (raw.MaxPoolGrad, ["orig_input", "orig_output", "grad"]),
            "max_pool_grad_grad": (raw.MaxPoolGradGrad, ["orig_input", "orig_output", "grad"]),
            "avg_pool": (raw.AvgPool, ["value"]),
            "avg_pool_grad": (raw.AvgPoolGrad, ["orig_input_shape", "grad"]),
        }

    def __call__(self, function, inputs, attributes):
        """Run one op; the shapes are unknown while the graph is built."""
        op, names = self.ops[function]
        inputs = [np.array(entry, np.int32) if isinstance(entry, list) else entry for entry in inputs]
        with self.tf.Graph().as_default(), self.tf.Session() as session:
            holders = [self.tf.compat.v1.placeholder(array.dtype) for array in inputs]
            result = op(**dict(zip(names, holders)), **attributes)
            return session.run(result, dict(zip(holders, inputs)))

    def failure(self, function, inputs, attributes):
        """The error's type and first line."""
        inputs = [np.zeros(entry, np.float32) if isinstance(entry, tuple) else entry for entry in inputs]
        try:
            self(function, inputs, attributes)
        except Exception as error:  # noqa: BLE001 - which exception it is, is what we want to know
            return [type(error).__name__, str(error).split("\n")[0].split(" for '")[0]]
        raise AssertionError((function, attributes))

    def sizes(self, n, k, stride, padding, dilation):
        """The number of windows along an axis, or the error's text: while building, and while running."""
        tf, pads = self.tf, isinstance(padding, tuple)
        made = attributes((stride, 1), (*padding, 0, 0) if pads else padding, dilations=(dilation, 1))
        try:
            with tf.Graph().as_default():
                image = tf.compat.v1.placeholder(tf.float32, [1, n, 1, 1])
                kernel = tf.compat.v1.placeholder(tf.float32, [k, 1, 1, 1])
                built = tf.raw_ops.Conv2D(input=image, filter=kernel, **made).shape.as_list()[1]
        except ValueError as error:
            built = str(error).split(" for '")[0]
        try:
            arrays = [np.zeros([1, n, 1, 1], np.float32), np.zeros([k, 1, 1, 1], np.float32)]
            ran = self("conv2d", arrays, made).shape[1]
        except tf.errors.InvalidArgumentError as error:
            ran = str(error).split("\n")[0]
        return [built, ran]


def main():
    """Record everything."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    oracle, found = Oracle(tf), {}
    for i, (x_shape, w_shape, strides, padding, dilations, dtype) in enumerate(CONVOLUTIONS):
        made = attributes(strides, padding, dilations=dilations)
        x, w = integers(i, x_shape, dtype), integers(100 + i, w_shape, dtype)
        found["conv%d" % i] = y = oracle("conv2d", [x, w], made)
        if dilations == (1, 1):  # TensorFlow's processors know no dilated gradients
            dy = integers(200 + i, y.shape, dtype)
            found["conv_dx%d" % i] = oracle("conv2d_backprop_input", [list(x_shape), w, dy], made)
            found["conv_dw%d" % i] = oracle("conv2d_backprop_filter", [x, list(w_shape), dy], made)
    for i, (shape, window, strides, padding, dtype) in enumerate(POOLS):
        made = attributes(strides, padding, ksize=window)
        x = integers(i, shape, dtype, -2, 2)
        found["max%d" % i] = y = oracle("max_pool", [x], made)
        dy, ddx = fractions(100 + i, y.shape, dtype), integers(200 + i, shape, dtype)
        found["max_dx%d" % i] = oracle("max_pool_grad", [x, y, dy], made)
        found["max_ddy%d" % i] = oracle("max_pool_grad_grad", [x, y, ddx], made)
        found["avg%d" % i] = oracle("avg_pool", [fractions(i, shape, dtype)], made)
        found["avg_dx%d" % i] = oracle("avg_pool_grad", [list(shape), dy], made)
    for i, (shape, window, dtype) in enumerate(DEPTH_POOLS):
        made = {"ksize": [1, 1, 1, window], "strides": [1, 1, 1, window], "padding": "VALID"}
        found["depth%d" % i] = oracle("max_pool", [integers(i, shape, dtype)], made)
    for dtype in INTEGER_TYPES:
        x = np.random.RandomState(0).randint(np.iinfo(dtype).min, np.iinfo(dtype).max, (1, 4, 5, 2)).astype(dtype)
        found["max_" + dtype] = oracle("max_pool", [x], attributes((2, 2), "SAME", ksize=(3, 2)))
    for dtype in ("float16", "float32", "float64"):
        x = odd_windows(dtype)
        made = attributes((2, 2), "VALID", ksize=(2, 2))
        found["odd_" + dtype] = y = oracle("max_pool", [x], made)
        found["odd_dx_" + dtype] = oracle("max_pool_grad", [x, y, np.ones_like(y)], made)
        found["odd_ddy_" + dtype] = oracle("max_pool_grad_grad", [x, y, integers(0, x.shape, dtype, 1, 9)], made)
    made = {"ksize": [1, 1, 1, 4], "strides": [1, 1, 1, 4], "padding": "VALID"}
    found["odd_depth"] = oracle("max_pool", [odd_windows("float32").reshape(-1, 1, 1, 4)], made)
    failures = [oracle.failure(*call) for call in FAILURES]
    sizes = [[oracle.sizes(n, *window) for n in range(1, 8)] for window in SIZES]
    found["texts"] = np.array(json.dumps({"failures": failures, "sizes": sizes}).encode())
    np.savez_compressed(PATH, **found)


if __name__ == "__main__":
    main()
