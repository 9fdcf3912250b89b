"""tf.contrib.seq2seq: losses, and functions that decoders and attention are made of."""

from __future__ import annotations

import numpy as np


def losses(tf):
    """All ways to take a sequence's losses together."""
    s = tf.contrib.seq2seq
    logits = tf.placeholder(tf.float32, [None, None, 3], name="logits")
    targets = tf.constant([[0, 1, 2], [2, 2, 0]])
    weights = tf.sequence_mask([3, 1], dtype=tf.float32)
    found = [s.sequence_loss(logits, targets, weights, name="loss")]
    for over_time in ("average_across_timesteps", "sum_over_timesteps", None):
        for over_batch in ("average_across_batch", "sum_over_batch", None):
            options = {"average_across_timesteps": False, "average_across_batch": False}
            options.update({key: True for key in (over_time, over_batch) if key})
            found.append(s.sequence_loss(logits, targets, weights, **options))

    def own(labels, logits):
        return tf.reduce_sum(logits, -1) * tf.cast(labels, tf.float32)

    found.append(s.sequence_loss(logits, targets, weights, softmax_loss_function=own))
    grads = tf.gradients(found, logits)
    values = np.linspace(-1.0, 2.0, 18).reshape(2, 3, 3)
    return [((found, grads), {logits: values})]


def products(tf):
    """What monotonic attention is made of."""
    s = tf.contrib.seq2seq
    p = tf.constant([[0.1, 0.9, 0.5, 0.0], [0.3, 1.0, 0.2, 0.7]])
    q = tf.placeholder(tf.float32, [None, None], name="q")
    before = np.array([[0.25, 0.5, 0.25, 0.0], [1.0, 0.0, 0.0, 0.0]], np.float32)
    found = [
        s.hardmax(p),
        s.hardmax(q, name="hardest"),
        s.safe_cumprod(p, 1),
        s.safe_cumprod(q, axis=1, exclusive=True),
    ]
    found += [s.monotonic_attention(p, before, mode) for mode in ("recursive", "parallel")]
    found += [s.monotonic_attention(s.hardmax(q), before, "hard"), s.monotonic_attention(q, q, "recursive")]
    grads = tf.gradients(found, [p, q])
    return [((found, grads), {q: before[:, ::-1] * 0.7 + 0.1})]


def trees(tf):
    """The way back through a search, and what is tiled for one."""
    s = tf.contrib.seq2seq
    ids = np.array([[[1, 2, 3], [1, 4, 2]], [[4, 5, 6], [5, 5, 1]], [[7, 8, 9], [9, 9, 9]]], np.int32)
    parents = np.array([[[0, 0, 0], [0, 0, 0]], [[0, 1, 1], [2, 1, 0]], [[2, 1, 2], [1, 1, 0]]], np.int32)
    fed = tf.placeholder(tf.int32, [None, None, 3], name="parents")
    found = [s.gather_tree(ids, parents, [3, 2], 10), s.gather_tree(ids, fed, [5, 0], tf.constant(5), name="tree")]
    some = tf.placeholder(tf.float32, [None, 2], name="some")
    found += [
        s.tile_batch(some, 3),
        s.tile_batch((tf.constant([1, 2]), [tf.ones([1, 2, 3])]), multiplier=2, name="tiled"),
    ]
    return [((found, tf.gradients(found[2], some)), {fed: parents, some: [[1.0, 2.0], [3.0, 4.0]]})]
