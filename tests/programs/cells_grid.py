"""tf.contrib.rnn: LSTM cells over frequencies, one step by hand."""

from __future__ import annotations

from .data import uniform


def _stepped(tf, cell, x, state=None, learn=False):
    """One step on fixed inputs: what it gives, and, to learn, the gradients by the variables."""
    tf.set_random_seed(7)
    state = cell.zero_state(tf.shape(x)[0], tf.float32) if state is None else state
    output, state = cell(x, state)
    feed = {x: uniform(2, 6)}
    runs = [(tf.global_variables_initializer(), None), ([output, state], feed)]
    if learn:
        gradients = tf.gradients(output, [x, *tf.trainable_variables()])
        runs.append(([g for g in gradients if g is not None], feed))
    return runs


def _features(tf, rows=None):
    return tf.placeholder(tf.float32, [rows, 6], name="x")


def time_and_frequency(tf):
    cell = tf.contrib.rnn.TimeFreqLSTMCell(
        2, use_peepholes=True, cell_clip=0.5, num_unit_shards=2, feature_size=2, frequency_skip=2
    )
    return _stepped(tf, cell, _features(tf, 2), tf.zeros([2, 12]) + 0.25, learn=True)


def grid(tf):
    cell = tf.contrib.rnn.GridLSTMCell(
        2, use_peepholes=True, cell_clip=0.4, feature_size=3, frequency_skip=3, num_frequency_blocks=[2]
    )
    return _stepped(tf, cell, _features(tf))


def grid_of_blocks(tf):
    cell = tf.contrib.rnn.GridLSTMCell(
        2, share_time_frequency_weights=True, feature_size=2, frequency_skip=1, num_frequency_blocks=[1, 2],
        start_freqindex_list=[0, 3], end_freqindex_list=[2, 6], couple_input_forget_gates=True,
    )  # fmt: skip
    return _stepped(tf, cell, _features(tf))


def grid_with_joined_state(tf):
    cell = tf.contrib.rnn.GridLSTMCell(
        2, feature_size=3, frequency_skip=3, num_frequency_blocks=[2], state_is_tuple=False
    )
    return _stepped(tf, cell, _features(tf), learn=True)


def grid_in_both_directions(tf):
    cell = tf.contrib.rnn.BidirectionalGridLSTMCell(
        2, feature_size=3, frequency_skip=3, num_frequency_blocks=[2], backward_slice_offset=1
    )
    return _stepped(tf, cell, _features(tf))
