"""Neural ops, and gradients where a function has a corner."""

from __future__ import annotations

import itertools

import numpy as np

from .value_cases import INF, NAN, case, counted, floats, wavy, words


def neural():
    rows = floats([[1.0, 2.0, 3.0], [1000.0, -1000.0, 0.0], [0.0, 0.0, 0.0]])
    odd = floats([[INF, 0.0, 1.0], [-INF, 0.0, 1.0], [NAN, 0.0, 1.0], [-INF, -INF, -INF]])
    for name in ("nn.softmax", "nn.log_softmax"):
        for x in (rows, odd, wavy(2, 2, 3), rows.astype("float64"), np.zeros([0, 3], np.float32), wavy(4)):
            yield case(name, x)
        yield case(name, wavy(2, 3, 2), axis=1)
        yield case(name, floats([[1.0, 2.0]], "float16"))
    labels = np.eye(3, dtype=np.float32)
    for logits in (rows, odd[:3]):
        for name in ("softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2"):
            yield case("nn." + name, labels=labels, logits=logits)
            yield case("nn." + name, labels=np.full([3, 3], 0.25, np.float32), logits=logits)
        for dtype in ("int32", "int64"):
            ids = np.array([2, 0, 1], dtype)
            yield case("nn.sparse_softmax_cross_entropy_with_logits", labels=ids, logits=logits)
        yield case("nn.sigmoid_cross_entropy_with_logits", labels=labels, logits=logits)
    yield case("nn.sparse_softmax_cross_entropy_with_logits", labels=np.int32([3, 0, 1]), logits=rows)
    yield case("nn.sparse_softmax_cross_entropy_with_logits", labels=np.int32([[0], [1]]), logits=wavy(2, 1, 3))
    yield case("nn.weighted_cross_entropy_with_logits", labels, rows, 2.0)
    yield case("nn.bias_add", counted(2, 3), floats([1, 2, 3]))
    yield case("nn.bias_add", counted(1, 2, 2, 3), floats([1, 2, 3]))
    yield case("nn.bias_add", counted(2, 3, dtype="int32"), np.int32([1, 2, 3]))
    yield case("nn.xw_plus_b", wavy(2, 3), wavy(3, 2), floats([1, 2]))
    yield case("nn.embedding_lookup", counted(4, 2), np.int32([[3, 0], [1, 1]]))
    image, window = wavy(2, 5, 6, 2), wavy(3, 2, 2, 3)
    for padding, stride in itertools.product(("SAME", "VALID"), (1, 2, 3)):
        strides = [1, stride, stride, 1]
        yield case("nn.conv2d", image, window, strides, padding)
        for name in ("nn.max_pool", "nn.avg_pool"):
            yield case(name, image, [1, 3, 2, 1], strides, padding)
    yield case("nn.conv2d", image, window, [1, 2, 1, 1], "SAME")
    yield case("nn.conv2d", image.astype("float64"), window.astype("float64"), [1, 1, 1, 1], "VALID")
    yield case("nn.conv2d", wavy(1, 4, 4, 3), wavy(1, 1, 3, 2), [1, 1, 1, 1], "SAME")
    yield case("nn.conv2d", wavy(1, 3, 3, 1), wavy(5, 5, 1, 2), [1, 1, 1, 1], "SAME")
    yield case("nn.conv2d", np.zeros([0, 4, 4, 1], np.float32), wavy(2, 2, 1, 1), [1, 1, 1, 1], "SAME")
    for name in ("nn.max_pool", "nn.avg_pool"):
        yield case(name, floats([-INF, 1.0, 2.0, INF]).reshape(1, 2, 2, 1), [1, 1, 2, 1], [1, 1, 1, 1], "SAME")
        yield case(name, wavy(1, 5, 5, 1), [1, 1, 1, 1], [1, 2, 2, 1], "SAME")
    yield case("nn.batch_normalization", wavy(2, 3), wavy(3), wavy(3) + 1, wavy(3), floats([1, 2, 3]), 1e-3)


def gradients_of_entries():
    points = floats([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, INF, NAN])
    functions = "abs sqrt rsqrt square log reciprocal sigmoid tanh sign exp log1p asin acos atan sin cos tan"
    for name in words(functions, "nn.relu nn.relu6 nn.elu nn.softplus nn.softsign"):
        yield case("gradient " + name, points)
    yield case("gradient clip_by_value", points, -0.5, 0.5)
    powers = floats([0.0, 1.0, 2.0, 0.5, -1.0])
    for name in words("add subtract multiply divide pow maximum minimum squared_difference floormod atan2"):
        x, y = np.repeat(powers, powers.size), np.tile(powers, powers.size)
        yield case("gradient " + name, x, y)


def gradients():
    for name in words("add subtract multiply divide pow maximum minimum squared_difference floormod"):
        yield case("gradient " + name, wavy(3, 1) + 2, wavy(2) + 2)
    sums = "reduce_max reduce_min reduce_sum reduce_mean reduce_prod reduce_logsumexp norm nn.l2_loss"
    for name in words(sums):
        yield case("gradient " + name, floats([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
        yield case("gradient " + name, np.zeros([0, 3], np.float32))
    for kwargs in ({"axis": 0}, {"axis": [1]}, {"axis": -1, "keepdims": True}):
        yield case("gradient reduce_prod", floats([[1.0, 0.0, 3.0], [0.0, 0.0, 2.0]]), **kwargs)
        yield case("gradient reduce_max", floats([[1.0, 2.0, 2.0], [0.0, 2.0, 2.0]]), **kwargs)
    yield case("gradient nn.max_pool", floats([[1, 1], [1, 0]]).reshape(1, 2, 2, 1), 2, 1, "SAME")
    yield case("gradient nn.softmax", floats([[1000.0, 0.0], [0.0, 0.0]]))
    yield case("gradient nn.log_softmax", floats([[1000.0, 0.0], [0.0, 0.0]]))
    yield case("gradient nn.conv2d", wavy(1, 4, 4, 2), wavy(3, 3, 2, 2), [1, 2, 2, 1], "SAME")
    yield case("gradient nn.sigmoid_cross_entropy_with_logits", labels=floats([0, 1, 1]), logits=floats([0, 90, -90]))
    yield case("gradient nn.l2_normalize", floats([[3.0, 4.0], [0.0, 0.0]]), 1)
    yield case("gradient clip_by_norm", floats([3.0, 4.0]), 1.0)
    yield case("gradient gather", counted(3, 2), np.int32([2, 0, 2]))
    yield case("gradient cumsum", counted(2, 3), 1, reverse=True)
