"""Conditional random fields over sequences of tags (tf.contrib.crf)."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def likelihood(tf):
    tf.set_random_seed(1)
    scores = tf.get_variable("scores", [3, 4, 2])
    tags = tf.constant([[0, 1, 1, 0], [1, 0, 1, 1], [0, 0, 0, 0]])
    found, transitions = tf.contrib.crf.crf_log_likelihood(scores, tags, tf.constant([4, 2, 0]))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_mean(-found))
    return [(tf.global_variables_initializer(), None), (found, None), (train, None), ([found, transitions], None)]


def unknown_sizes(tf):
    scores = tf.placeholder(tf.float32, [None, None, 3], name="scores")
    tags = tf.placeholder(tf.int64, [None, None], name="tags")
    lengths = tf.placeholder(tf.int64, [None], name="lengths")
    transitions = tf.constant(_values(3, 3))
    found, _ = tf.contrib.crf.crf_log_likelihood(scores, tags, lengths, transitions)
    decoded, best = tf.contrib.crf.crf_decode(scores, transitions, lengths)
    long = {scores: _values(2, 4, 3), tags: [[0, 1, 2, 0], [2, 2, 1, 0]], lengths: [4, 3]}
    short = {scores: _values(2, 1, 3), tags: [[2], [1]], lengths: [1, 0]}
    return [([found, decoded, best], long), ([found, decoded, best], short)]


def decoding(tf):
    scores, transitions = tf.constant(_values(2, 5, 3)), tf.constant(3 * _values(3, 3))
    tags, best = tf.contrib.crf.crf_decode(scores, transitions, tf.constant([5, 2]))
    one, one_best = tf.contrib.crf.crf_decode(scores[:, :1], transitions, tf.constant([1, 1]))
    return [([tags, best, one, one_best], None)]


def several_tags(tf):
    scores, transitions = tf.constant(_values(2, 3, 2)), tf.constant(_values(2, 2))
    allowed = tf.constant([[[True, False], [True, True], [False, True]], [[True, True]] * 3])
    score = tf.contrib.crf.crf_multitag_sequence_score(scores, allowed, tf.constant([3, 2]), transitions)
    one = tf.contrib.crf.crf_multitag_sequence_score(scores[:, :1], allowed[:, :1], tf.constant([1, 1]), transitions)
    return [([score, one], None)]
