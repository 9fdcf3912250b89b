"""Connectionist temporal classification: losses, decoders, labels."""

from __future__ import annotations

import numpy as np

from .data import uniform


def losses(tf):
    x = tf.placeholder(tf.float32, [6, 3, 5], name="x")
    labels = tf.sparse_placeholder(tf.int32, name="labels")
    times = tf.placeholder(tf.int32, [None], name="times")
    batch_major = tf.transpose(tf.cast(x, tf.float64), [1, 0, 2])
    made = [
        tf.nn.ctc_loss(labels, x, times),
        tf.nn.ctc_loss(labels, x, times, preprocess_collapse_repeated=True),
        tf.nn.ctc_loss(labels, batch_major, times, ctc_merge_repeated=False, time_major=False),
        tf.nn.ctc_loss(labels, sequence_length=times, logits=x, ignore_longer_outputs_than_inputs=True),
        tf.nn.ctc_loss(labels, x, times, True, False),
    ]
    grads = [tf.gradients(loss * [1.0, 2.0, 3.0], x)[0] for loss in (made[0], made[1], made[3], made[4])]
    indices = np.array([[0, 0], [0, 1], [0, 2], [1, 0], [2, 0], [2, 1]], np.int64)
    values = np.array([0, 1, 1, 3, 2, 0], np.int32)
    logits = 2 * uniform(6, 3, 5)
    feed = {x: logits, labels: (indices, values, [3, 3]), times: [6, 4, 5]}
    ended = {x: logits, labels: (indices, [0, 1, 4, 3, 2, 7], [3, 3]), times: [6, 1, 2]}
    return [(made + grads, feed), (made[3:4] + grads[2:3], {**ended, times: [2, 0, 2]})]


def decoders(tf):
    x = tf.placeholder(tf.float32, [None, 2, 4], name="x")
    times = tf.constant([7, 5])
    outputs = [
        tf.nn.ctc_greedy_decoder(x, times),
        tf.nn.ctc_greedy_decoder(x, times, merge_repeated=False),
        tf.nn.ctc_beam_search_decoder(x, times),
        tf.nn.ctc_beam_search_decoder(x, times, beam_width=3, top_paths=3, merge_repeated=False),
        tf.nn.ctc_beam_search_decoder(tf.cast(x, tf.float64), times, 8, 2),
        tf.nn.ctc_beam_search_decoder_v2(x, times, 5, top_paths=4),
    ]
    flat = [[tf.sparse_tensor_to_dense(s, default_value=-1) for s in found] + [logs] for found, logs in outputs]
    return [(flat, {x: 3 * uniform(7, 2, 4, seed=seed)}) for seed in range(4)]


def labels(tf):
    x = tf.placeholder(tf.int32, [None, None], name="x")
    known = tf.constant([[1, 1, 2, 2, 3], [5, 5, 5, 5, 5]])
    outputs = [
        tf.nn.collapse_repeated(known, [4, 5]),
        tf.nn.collapse_repeated(x, tf.constant([3, 2], tf.int64), name="collapsed"),
        tf.nn.ctc_unique_labels(known),
        tf.nn.ctc_unique_labels(x, name="distinct"),
    ]
    return [([list(pair) for pair in outputs], {x: [[1, 1, 2], [7, 7, 7]]})]


def losses_with_the_blank_elsewhere(tf):
    x = tf.placeholder(tf.float32, [6, 3, 5], name="x")
    loose = tf.placeholder(tf.float32, [None, None, None], name="loose")
    labels = tf.sparse_placeholder(tf.int32, name="labels")
    made = [
        tf.nn.ctc_loss_v2(labels, x, None, [6, 4, 5], blank_index=0),
        tf.nn.ctc_loss_v2(labels, x, None, [6, 4, 5], blank_index=-1),
        tf.nn.ctc_loss_v2(labels, loose, None, [6, 4, 5], False, blank_index=2),
        tf.nn.ctc_loss_v2(labels, loose, None, [6, 4, 5], False, blank_index=-3),
    ]
    grads = tf.gradients(made, [x, loose])
    indices = np.array([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1]], np.int64)
    logits = 2 * uniform(6, 3, 5)
    feed = {x: logits, loose: logits.transpose(1, 0, 2), labels: (indices, np.array([1, 3, 3, 1, 1], np.int32), [3, 2])}
    return [(made + grads, feed)]
