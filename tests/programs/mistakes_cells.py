"""Mistakes with recurrent cells."""

from __future__ import annotations

CALLS = {
    "vector": lambda tf: _run(tf, tf.nn.rnn_cell.BasicRNNCell(3), tf.zeros([4])),
    "sequence": lambda tf: _run(tf, tf.nn.rnn_cell.GRUCell(3), tf.zeros([2, 5, 4])),
    "unknown_rank": lambda tf: _run(tf, tf.nn.rnn_cell.BasicLSTMCell(3), tf.placeholder(tf.float32)),
    "unknown_size": lambda tf: _run(tf, tf.nn.rnn_cell.LSTMCell(3), tf.placeholder(tf.float32, [2, None])),
    "unknown_size_of_lstm": lambda tf: _run(
        tf, tf.nn.rnn_cell.BasicLSTMCell(3, name="me"), tf.placeholder(tf.float32, [None, None])
    ),
    "integers": lambda tf: _run(tf, tf.nn.rnn_cell.GRUCell(3), tf.zeros([2, 4], tf.int32)),
    "other_size_later": lambda tf: _twice(tf, tf.nn.rnn_cell.GRUCell(3), [2, 4], [2]),
    "unknown_size_of_sru": lambda tf: _run(tf, tf.contrib.rnn.SRUCell(3), tf.placeholder(tf.float32, [2, None])),
    "unknown_size_of_nas": lambda tf: _run(tf, tf.contrib.rnn.NASCell(3), tf.placeholder(tf.float32, [2, None])),
    "unknown_size_of_block": lambda tf: _run(
        tf, tf.contrib.rnn.LSTMBlockCell(3), tf.placeholder(tf.float32, [2, None])
    ),
    "unknown_size_of_gru_block": lambda tf: _run(
        tf, tf.contrib.rnn.GRUBlockCell(3), tf.placeholder(tf.float32, [2, None])
    ),
    "no_scope_yet": lambda tf: tf.nn.rnn_cell.GRUCell(3).scope_name,
    "same_name_twice": lambda tf: [_run(tf, tf.nn.rnn_cell.GRUCell(3, name="a"), tf.zeros([2, 4])) for _ in range(2)],
    "reuse_missing": lambda tf: _run(tf, tf.nn.rnn_cell.BasicRNNCell(3, reuse=True, name="a"), tf.zeros([2, 4])),
}

ARGUMENTS = {
    "integer_cell": lambda tf: tf.nn.rnn_cell.LSTMCell(3, dtype=tf.int32),
    "activation": lambda tf: tf.nn.rnn_cell.BasicRNNCell(3, activation="than"),
    "initializer": lambda tf: tf.nn.rnn_cell.LSTMCell(3, initializer="glorot"),
    "keyword": lambda tf: tf.nn.rnn_cell.GRUCell(3, units=3),
    "no_cells": lambda tf: tf.nn.rnn_cell.MultiRNNCell([]),
    "one_cell": lambda tf: tf.nn.rnn_cell.MultiRNNCell(tf.nn.rnn_cell.RNNCell),
    "joined_tuples": lambda tf: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3)], state_is_tuple=False),
    "keep_prob_above_1": lambda tf: tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(3), input_keep_prob=5.0),
    "keep_prob_below_0": lambda tf: tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(3), state_keep_prob=-1.5),
    "visitor": lambda tf: tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(3), dropout_state_filter_visitor=True),
    "variational_dtype": lambda tf: tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.GRUCell(3), variational_recurrent=True
    ),
    "variational_size": lambda tf: tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.GRUCell(3), 0.5, variational_recurrent=True, dtype=tf.float32
    ),
    "embedding_classes": lambda tf: tf.contrib.rnn.EmbeddingWrapper(tf.nn.rnn_cell.GRUCell(3), 0, 4),
    "output_projection": lambda tf: tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(3), 0),
    "attention_length": lambda tf: tf.contrib.rnn.AttentionCellWrapper(tf.nn.rnn_cell.GRUCell(3), 0),
    "attention_joined": lambda tf: tf.contrib.rnn.AttentionCellWrapper(
        tf.nn.rnn_cell.LSTMCell(3), 2, state_is_tuple=False
    ),
    "groups": lambda tf: tf.contrib.rnn.GLSTMCell(3, number_of_groups=2),
    "projected_groups": lambda tf: tf.contrib.rnn.GLSTMCell(4, num_proj=3, number_of_groups=2),
    "convolution": lambda tf: tf.contrib.rnn.Conv2DLSTMCell(input_shape=[4, 1], output_channels=1, kernel_shape=[2]),
    "gru_block": lambda tf: tf.contrib.rnn.GRUBlockCell(),
    "gru_block_twice": lambda tf: tf.contrib.rnn.GRUBlockCell(2, cell_size=2),
    "config": lambda tf: tf.nn.rnn_cell.ResidualWrapper.from_config({"cell": {"class_name": "GRUCell"}}),
}

STATES = {
    "nothing_known": lambda tf: tf.nn.rnn_cell.GRUCell(3).get_initial_state(),
    "no_dtype": lambda tf: tf.nn.rnn_cell.GRUCell(3).get_initial_state(batch_size=2),
    "other_batch": lambda tf: tf.nn.rnn_cell.GRUCell(3).get_initial_state(tf.zeros([2, 4]), batch_size=3),
    "other_dtype": lambda tf: tf.nn.rnn_cell.GRUCell(3).get_initial_state(tf.zeros([2, 4]), dtype=tf.float64),
    "unknown_batch": lambda tf: tf.nn.rnn_cell.GRUCell(3).zero_state(None, tf.float32),
    "batch_matrix": lambda tf: tf.nn.rnn_cell.GRUCell(3).zero_state(tf.constant([[2]]), tf.float32),
    "dtypes_of_tuple": lambda tf: tf.nn.rnn_cell.LSTMStateTuple(tf.zeros([1]), tf.zeros([1], tf.float64)).dtype,
    "abstract_size": lambda tf: tf.nn.rnn_cell.RNNCell().zero_state(1, tf.float32),
    "abstract_output": lambda tf: tf.nn.rnn_cell.RNNCell().output_size,
}


def _run(tf, cell, inputs):
    return cell(inputs, cell.zero_state(2, tf.float32))


def _twice(tf, cell, *shapes):
    for shape in shapes:
        _run(tf, cell, tf.zeros(shape))
