"""Beam search: plain, with attention, with penalties for length and coverage."""

from __future__ import annotations

import numpy as np


def plain(tf):
    s = tf.contrib.seq2seq
    start = tf.placeholder(tf.int32, [None], name="start")
    table = tf.get_variable("table", [6, 3], initializer=tf.random_normal_initializer(seed=1))
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(seed=2)):
        cell = tf.nn.rnn_cell.BasicLSTMCell(3)
        state = cell.zero_state(tf.size(start) * 3, tf.float32)
        decoder = s.BeamSearchDecoder(cell, table, start, 0, state, 3, tf.layers.Dense(6, use_bias=False))
        found = s.dynamic_decode(decoder, maximum_iterations=5)
    runs = [(found, {start: [1, 5]}), (found, {start: [2]})]
    return [(tf.global_variables_initializer(), None), *runs]


def length_penalty(tf):
    s = tf.contrib.seq2seq
    weight = tf.placeholder(tf.float32, [], name="weight")
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(seed=4)):
        cell = tf.nn.rnn_cell.BasicRNNCell(4)
        decoder = s.BeamSearchDecoder(
            cell,
            lambda ids: tf.one_hot(ids, 4),
            tf.constant([1, 2]),
            tf.constant(0),
            cell.zero_state(4, tf.float32),
            beam_width=2,
            length_penalty_weight=weight,
        )
        outputs, state, lengths = s.dynamic_decode(decoder, output_time_major=True, maximum_iterations=4)
    found = (outputs, state.log_probs, state.lengths, lengths)
    runs = [(found, {weight: 0.0}), (found, {weight: 2.0})]
    return [(tf.global_variables_initializer(), None), *runs]


def attention(tf):
    """A memory for each sentence, shared by its beams; who looked where is told in the order of the sequences found."""
    s = tf.contrib.seq2seq
    memory = tf.placeholder(tf.float32, [None, None, 3], name="memory")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    rows = tf.shape(lengths)[0]
    table = tf.get_variable("table", [5, 2], initializer=tf.random_normal_initializer(seed=1))
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(seed=3)):
        mechanism = s.BahdanauAttention(3, s.tile_batch(memory, 2), s.tile_batch(lengths, 2))
        cell = s.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism, attention_layer_size=3, alignment_history=True)
        decoder = s.BeamSearchDecoder(
            cell,
            table,
            tf.fill([rows], 1),
            0,
            cell.zero_state(rows * 2, tf.float32),
            beam_width=2,
            output_layer=tf.layers.Dense(5),
            length_penalty_weight=0.6,
            coverage_penalty_weight=0.3,
        )
        outputs, state, ended = s.dynamic_decode(decoder, maximum_iterations=4)
    found = (outputs, state.cell_state.alignment_history, state.accumulated_attention_probs, ended)
    feeds = {memory: np.sin(np.arange(18.0)).reshape(2, 3, 3), lengths: [3, 2]}
    return [(tf.global_variables_initializer(), None), (found, feeds)]
