"""Scheduled sampling: a decoder in training is fed its own output now and then."""

from __future__ import annotations

import numpy as np


def _runs(tf, found, feeds):
    return [(tf.global_variables_initializer(), None), (found, feeds), (found, feeds)]


def embeddings(tf):
    s = tf.contrib.seq2seq
    tf.set_random_seed(3)
    table = tf.get_variable("table", [5, 3], initializer=tf.random_normal_initializer(seed=3))
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    helper = s.ScheduledEmbeddingTrainingHelper(x, lengths, table, 0.5, seed=11, scheduling_seed=12)
    state = cell.zero_state(helper.batch_size, tf.float32)
    outputs, _, _ = s.dynamic_decode(s.BasicDecoder(cell, helper, state, tf.layers.Dense(5)))
    grads = tf.gradients(outputs.rnn_output, [table, x])
    values = np.sin(np.arange(24.0)).reshape(2, 4, 3)
    return _runs(tf, (outputs, [tf.convert_to_tensor(grad) for grad in grads]), {x: values, lengths: [4, 2]})


def outputs(tf):
    """Outputs as they are, changed by a function, and beside auxiliary inputs."""
    s = tf.contrib.seq2seq
    tf.set_random_seed(4)
    x = tf.placeholder(tf.float32, [3, None, 2], name="x")
    more = tf.placeholder(tf.float32, [3, None, 1], name="more")
    rate = tf.placeholder(tf.float32, [], name="rate")
    found = []
    for number, (auxiliary, function) in enumerate([(None, None), (more, None), (more, lambda out: out * 2.0)]):
        cell = tf.nn.rnn_cell.BasicRNNCell(2, name="cell%d" % number)
        helper = s.ScheduledOutputTrainingHelper(
            x, [4, 3, 2], rate, seed=number, next_inputs_fn=function, auxiliary_inputs=auxiliary
        )
        decoder = s.BasicDecoder(cell, helper, cell.zero_state(3, tf.float32))
        found.append(s.dynamic_decode(decoder)[0])
    feeds = {x: np.cos(np.arange(24.0)).reshape(3, 4, 2), more: np.ones([3, 4, 1]), rate: 0.6}
    return [*_runs(tf, found, feeds), (found, {**feeds, rate: 0.0})]
