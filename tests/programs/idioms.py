"""Snippets every TF1 script contains: clipping, one-hot, accuracy, where, casting, norms."""

from __future__ import annotations

import numpy as np

from .data import uniform


def accuracy(tf):
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    labels = tf.placeholder(tf.float32, [None, 3], name="labels")
    correct = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1), name="correct")
    mean = tf.reduce_mean(tf.cast(correct, tf.float32), name="accuracy")
    count = tf.reduce_sum(tf.cast(correct, "float"))
    ids = tf.placeholder(tf.int64, [None])
    hits = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), ids), tf.float32))
    feeds = {logits: uniform(5, 3), labels: np.eye(3)[[0, 1, 2, 0, 1]], ids: [0, 1, 2, 0, 1]}
    return [([mean, count, hits], feeds)]


def clipping(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    low = tf.constant(-1.0)
    ops = [
        tf.clip_by_value(x, -1.0, 1.0),
        tf.clip_by_value(x, low, 0.5, name="named"),
        tf.clip_by_norm(x, 2.0),
        tf.clip_by_norm(x, 2.0, axes=[1]),
        tf.global_norm([x, x]),
        tf.clip_by_average_norm(x, 0.5),
    ]
    clipped, norm = tf.clip_by_global_norm([x, None, x * 2.0], 1.0)
    feeds = {x: [[3.0, -4.0, 0.0], [0.5, 0.25, -2.0]]}
    return [(ops + [clipped[0], clipped[2], norm], feeds)]


def one_hots(tf):
    ids = tf.placeholder(tf.int64, [None], name="ids")
    depth = tf.placeholder(tf.int32, [], name="depth")
    ops = [
        tf.one_hot(ids, 4),
        tf.one_hot([0, 2], depth=3, on_value=5.0, off_value=-1.0),
        tf.one_hot([[0], [1]], 3, axis=1),
        tf.one_hot([1, -1, 5], 3, dtype=tf.int32),
        tf.one_hot(ids, depth, axis=0),
        tf.one_hot([0, 1], 2, on_value=True, off_value=False, dtype=tf.bool),
        tf.one_hot(1, 3),
    ]
    return [(ops, {ids: [0, 3, 1], depth: 4})]


def where(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    rows = tf.constant([True, False])
    ops = [
        tf.where(x > 0.0, x, tf.zeros_like(x)),
        tf.where(rows, x, -x),
        tf.where([[True, False], [False, True]]),
        tf.where(tf.less(x, 0.0)),
        tf.where(True, 1.0, 2.0),
        tf.boolean_mask(x, rows),
        tf.gather(x, tf.reshape(tf.where(rows), [-1])),
    ]
    return [(ops, {x: [[1.0, -2.0], [-3.0, 4.0]]})]


def casts(tf):
    x = tf.constant([1.7, -1.7, 0.0], name="x")
    ops = [tf.cast(x, dtype) for dtype in (tf.int32, tf.int64, tf.float64, tf.bool, tf.float16)]
    ops += [tf.cast(x > 0.0, "float"), tf.to_int32(x), tf.to_int64(x), tf.to_double(x), tf.to_float(3)]
    ops += [tf.cast([1, 2], tf.float32), tf.cast(x, tf.float32), tf.saturate_cast([300.0, -5.0], tf.uint8)]
    return [(ops, None)]


def distances(tf):
    """Nearest neighbour and cosine similarity."""
    train = tf.placeholder("float", [None, 4])
    test = tf.placeholder("float", [4])
    manhattan = tf.reduce_sum(tf.abs(tf.add(train, tf.negative(test))), reduction_indices=1)
    nearest = tf.arg_min(manhattan, 0)
    euclid = tf.sqrt(tf.reduce_sum(tf.square(tf.subtract(train, test)), 1))
    normalized = tf.nn.l2_normalize(train, 1)
    similarity = tf.matmul(normalized, normalized, transpose_b=True)
    feeds = {train: uniform(5, 4, seed=1), test: uniform(4, seed=2)}
    return [([manhattan, nearest, euclid, similarity, tf.norm(train, axis=1)], feeds)]


def batch_statistics(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    mean, variance = tf.nn.moments(x, [0])
    kept_mean, kept_variance = tf.nn.moments(x, axes=[0], keep_dims=True)
    scale, shift = tf.Variable(tf.ones([3])), tf.Variable(tf.zeros([3]))
    normal = tf.nn.batch_normalization(x, mean, variance, shift, scale, 0.001)
    by_hand = (x - mean) / tf.sqrt(variance + 0.001) * scale + shift
    fetches = [mean, variance, kept_mean, kept_variance, normal, by_hand]
    return [(tf.global_variables_initializer(), None), (fetches, {x: uniform(6, 3)})]


def embedding(tf):
    table = tf.Variable(uniform(5, 3, seed=2), name="embedding")
    ids = tf.placeholder(tf.int32, [None, None], name="ids")
    looked_up = tf.nn.embedding_lookup(table, ids)
    mean = tf.reduce_mean(looked_up, axis=1)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(tf.square(mean)))
    feeds = {ids: [[0, 1], [1, 4]]}
    return [(tf.global_variables_initializer(), None), (mean, feeds), (train, feeds), (table, None)]


def matrices(tf):
    a = tf.placeholder(tf.float32, [2, 2], name="a")
    ops = [
        tf.matmul(a, a),
        tf.matmul(a, a, transpose_a=True),
        tf.matmul(a, a, transpose_b=True),
        tf.matmul(a, a, adjoint_a=True),
        tf.matmul(a, a, True, True),
        tf.transpose(a),
        tf.matmul(tf.stack([a, a]), tf.stack([a, a])),
    ]
    return [(ops, {a: [[1.0, 2.0], [3.0, 4.0]]})]


def batch_matmul_of_unknown_shape(tf):
    a = tf.placeholder(tf.float32, [None, 2, 3], name="a")
    b = tf.placeholder(tf.float32, name="b")
    product = tf.matmul(a, b)
    return [(product, {a: uniform(2, 2, 3), b: uniform(2, 3, 2)})]


def reductions(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    ops = [
        tf.reduce_sum(x),
        tf.reduce_sum(x, 0),
        tf.reduce_sum(x, -1, keepdims=True),
        tf.reduce_mean(x, [0, 2]),
        tf.reduce_max(x, axis=1),
        tf.reduce_min(x, axis=(0, 1)),
        tf.reduce_prod(x, 2),
        tf.reduce_all(x > 0.1, 1),
        tf.reduce_any(x > 0.9, [0]),
        tf.reduce_logsumexp(x, 1),
        tf.reduce_sum(x, []),
        tf.reduce_sum(x, tf.constant([0, 1])),
        tf.argmax(x, 2),
        tf.argmin(x, -1),
    ]
    return [(ops, {x: uniform(2, 3, 4)})]


def joining(tf):
    a = tf.constant([[1, 2], [3, 4]], name="a")
    b = tf.constant([[5, 6]], name="b")
    ops = [
        tf.concat([a, b], 0),
        tf.concat(values=[a, a], axis=-1),
        tf.stack([a, a]),
        tf.stack([a, a], axis=-1),
        tf.concat([b], 0),
        tf.tile(b, [2, 2]),
        tf.pad(b, [[1, 0], [0, 2]]),
        tf.pad(b, [[1, 0], [0, 2]], constant_values=9),
        tf.squeeze(b),
        tf.expand_dims(b, -1),
        tf.invert_permutation([1, 0, 2]),
    ]
    ops += tf.unstack(a) + tf.split(a, 2, axis=1) + tf.split(a, [1, 1]) + tf.unstack(a, axis=1)
    return [(ops, None)]


def stop_and_go(tf):
    x = tf.constant(3.0, name="x")
    y = x * x + tf.stop_gradient(x * x)
    kept = tf.identity(tf.gradients(y, x)[0])
    return [([kept, y], None)]


def softmax_by_hand(tf):
    """Softmax by hand, cross entropy by hand, entropy, perplexity."""
    logits = tf.placeholder(tf.float32, [None, 4], name="logits")
    labels = tf.placeholder(tf.float32, [None, 4], name="labels")
    shifted = logits - tf.reduce_max(logits, axis=1, keepdims=True)
    probabilities = tf.exp(shifted) / tf.reduce_sum(tf.exp(shifted), axis=1, keepdims=True)
    loss = -tf.reduce_mean(tf.reduce_sum(labels * tf.log(probabilities + 1e-8), axis=1))
    entropy = -tf.reduce_sum(probabilities * tf.log(probabilities), 1)
    perplexity = tf.exp(loss)
    accuracy = tf.reduce_mean(tf.to_float(tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))))
    feeds = {logits: uniform(3, 4), labels: np.eye(4)[[0, 1, 3]]}
    fetches = [probabilities, loss, entropy, perplexity, accuracy] + tf.gradients(loss, logits)
    return [(fetches, feeds)]


def losses(tf):
    labels = tf.placeholder(tf.float32, [None, 2], name="labels")
    predictions = tf.placeholder(tf.float32, [None, 2], name="predictions")
    weights = tf.constant([[1.0], [0.0], [2.0]])
    fetches = [
        tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=predictions),
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=predictions),
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=predictions),
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(labels, 1), logits=predictions),
        tf.nn.weighted_cross_entropy_with_logits(labels, predictions, 2.0),
        tf.nn.l2_loss(predictions),
        tf.reduce_mean(tf.squared_difference(labels, predictions) * weights),
        tf.reduce_mean(tf.abs(labels - predictions)),
    ]
    return [(fetches, {labels: [[1, 0], [0, 1], [1, 0]], predictions: uniform(3, 2, low=-2.0, high=2.0)})]
