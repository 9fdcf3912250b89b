"""Cells whose attention never goes back."""

from __future__ import annotations

import numpy as np


def _attend(tf, mechanism, feeds, **options):
    """A step of a cell that attends, its alignments and gradients."""
    s = tf.contrib.seq2seq
    cell = s.AttentionWrapper(tf.nn.rnn_cell.BasicRNNCell(3), mechanism, **options)
    state = cell.zero_state(2, tf.float32)
    output, state = cell(tf.constant([[0.5, -1.0], [2.0, 1.0]]), state)
    variables = tf.trainable_variables()
    grads = [grad for grad in tf.gradients(output, variables) if grad is not None]
    return [(tf.global_variables_initializer(), None), ((output, state.alignments, grads), feeds)]


def _memory(tf):
    memory = tf.placeholder(tf.float32, [None, None, 4], name="memory")
    return memory, {memory: np.sin(np.arange(24.0)).reshape(2, 3, 4)}


def _seeded(tf, seed):
    return tf.variable_scope("net", initializer=tf.random_normal_initializer(stddev=0.5, seed=seed))


def recursive(tf):
    memory, feeds = _memory(tf)
    with _seeded(tf, 6):
        attention = tf.contrib.seq2seq.LuongMonotonicAttention(
            3, memory, [2, 3], mode="recursive", sigmoid_noise=0.5, sigmoid_noise_seed=1
        )
        return _attend(tf, attention, feeds)


def parallel(tf):
    memory, feeds = _memory(tf)
    with _seeded(tf, 7):
        attention = tf.contrib.seq2seq.BahdanauMonotonicAttention(2, memory, score_bias_init=-1.0, normalize=True)
        return _attend(tf, attention, feeds, attention_layer_size=2)


def hard(tf):
    memory, feeds = _memory(tf)
    with _seeded(tf, 8):
        attention = tf.contrib.seq2seq.LuongMonotonicAttention(3, memory, scale=True, mode="hard")
        return _attend(tf, attention, feeds)
