"""Cells that attend to a memory, with each kind of attention."""

from __future__ import annotations

import numpy as np


def _attend(tf, mechanisms, feeds, **options):
    """Two steps of a cell that attends, their values and gradients."""
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.BasicRNNCell(3), mechanisms, **options)
    state = cell.zero_state(2, tf.float32)
    for _ in range(2):
        output, state = cell(tf.constant([[0.5, -1.0], [2.0, 1.0]]), state)
    if options.get("alignment_history"):
        state = state._replace(alignment_history=state.alignment_history.stack())
    grads = tf.gradients(output, tf.trainable_variables())
    found = (output, state, [grad for grad in grads if grad is not None])
    return [(tf.global_variables_initializer(), None), (found, feeds)]


def _memory(tf):
    memory = tf.placeholder(tf.float32, [None, None, 4], name="memory")
    return memory, {memory: np.sin(np.arange(24.0)).reshape(2, 3, 4)}


def _seeded(tf, seed):
    return tf.variable_scope("net", initializer=tf.random_normal_initializer(stddev=0.5, seed=seed))


def luong(tf):
    memory, feeds = _memory(tf)
    with _seeded(tf, 2):
        attention = tf.contrib.seq2seq.LuongAttention(3, memory, [3, 1], scale=True)
        return _attend(tf, attention, feeds, attention_layer_size=2, alignment_history=True)


def bahdanau(tf):
    memory, feeds = _memory(tf)
    with _seeded(tf, 3):
        attention = tf.contrib.seq2seq.BahdanauAttention(5, memory, memory_sequence_length=[1, 2])
        return _attend(tf, attention, feeds, output_attention=False)


def bahdanau_normalized(tf):
    memory, feeds = _memory(tf)
    with _seeded(tf, 9):
        attention = tf.contrib.seq2seq.BahdanauAttention(5, memory, normalize=True, score_mask_value=-9.0, name="norm")
        return _attend(tf, attention, feeds, attention_layer=tf.layers.Dense(2), name="looker")


def several(tf):
    memory, feeds = _memory(tf)
    s = tf.contrib.seq2seq
    with _seeded(tf, 5):
        pair = [s.LuongAttention(3, memory, probability_fn=s.hardmax), s.BahdanauAttention(2, memory, [2, 3])]
        return _attend(tf, pair, feeds, attention_layer_size=(1, 2), alignment_history=False)


def states(tf):
    """A state with other parts, some checked when it is made, some when it runs."""
    memory, feeds = _memory(tf)
    s = tf.contrib.seq2seq
    given = tf.placeholder(tf.float32, [None, 3], name="given")
    with _seeded(tf, 7):
        attention = s.LuongAttention(3, memory)
        cell = s.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), attention, initial_cell_state=tf.ones([2, 3]))
        state = cell.zero_state(2, tf.float32)
        state = state.clone(cell_state=given, attention=tf.fill([2, 4], 0.5), time=state.time + 3)
        output, state = cell(tf.ones([2, 1]), state)
    runs = [(tf.global_variables_initializer(), None)]
    return [*runs, ((output, state), {given: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], **feeds})]
