"""tf.contrib.seq2seq: decoders and what feeds them, in training and for inference."""

from __future__ import annotations

import numpy as np


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def training_helper(tf):
    """Teacher forcing with sequences of different lengths, and the gradients of a training step."""
    s = tf.contrib.seq2seq
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    cell = tf.nn.rnn_cell.GRUCell(2, kernel_initializer=tf.random_normal_initializer(stddev=0.5, seed=1))
    helper = s.TrainingHelper(x, lengths)
    decoder = s.BasicDecoder(cell, helper, cell.zero_state(helper.batch_size, tf.float32))
    outputs, state, ended = s.dynamic_decode(decoder, impute_finished=True)
    grads = tf.gradients([outputs.rnn_output, state], [*tf.trainable_variables(), x])
    values = np.sin(np.arange(12.0)).reshape(2, 3, 2)
    feeds = [{x: values, lengths: [3, 1]}, {x: values, lengths: [0, 2]}]
    return _start(tf) + [((outputs, state, ended, grads), feed) for feed in feeds]


def time_major(tf):
    """All of it time-major, with a limit, and without copying the states of sequences that have ended."""
    s = tf.contrib.seq2seq
    x = tf.constant(np.cos(np.arange(24.0)).reshape(4, 2, 3), tf.float32)
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    layer = tf.layers.Dense(4, kernel_initializer=tf.ones_initializer(), name="words")
    with tf.variable_scope("net", initializer=tf.constant_initializer(0.3)):
        helper = s.TrainingHelper(x, [4, 2], time_major=True, name="teacher")
        decoder = s.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), output_layer=layer)
        assert decoder.output_size.rnn_output.as_list() == [4]
        found = s.dynamic_decode(decoder, output_time_major=True, maximum_iterations=3, swap_memory=True, scope="dec")
    return [*_start(tf), (found, None)]


def greedy(tf):
    """Inference: the most likely token is fed back until the end token comes, or too many have come."""
    s = tf.contrib.seq2seq
    table = tf.get_variable("table", [5, 3], initializer=tf.random_normal_initializer(seed=3))
    start = tf.placeholder(tf.int32, [None], name="start")
    limit = tf.placeholder(tf.int32, [], name="limit")
    cell = tf.nn.rnn_cell.BasicRNNCell(4)
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(seed=5)):
        helper = s.GreedyEmbeddingHelper(table, start, end_token=2)
        state = cell.zero_state(tf.size(start), tf.float32)
        decoder = s.BasicDecoder(cell, helper, state, tf.layers.Dense(5, use_bias=False))
        found = s.dynamic_decode(decoder, maximum_iterations=limit)
    runs = [(found, {start: [0, 1, 3, 4], limit: 6}), (found, {start: [1], limit: 3})]
    return _start(tf) + runs


def sampled(tf):
    """Inference with tokens drawn by their logits, cool and hot; an embedding that is a function."""
    s = tf.contrib.seq2seq
    tf.set_random_seed(7)
    cell = tf.nn.rnn_cell.GRUCell(3)
    layer = tf.layers.Dense(6)
    found = []
    for temperature, seed in ((None, 1), (0.1, None), (5.0, 2)):
        helper = s.SampleEmbeddingHelper(
            lambda ids: tf.one_hot(ids, 6), tf.fill([4], 1), 0, softmax_temperature=temperature, seed=seed
        )
        decoder = s.BasicDecoder(cell, helper, cell.zero_state(4, tf.float32), layer)
        outputs, _, lengths = s.dynamic_decode(decoder, maximum_iterations=5)
        found += [outputs.sample_id, lengths]
    return [*_start(tf), (found, None), (found, None)]


def custom(tf):
    """Helpers made of functions: one that draws nothing, one whose samples are the next inputs."""
    s = tf.contrib.seq2seq
    cell = tf.nn.rnn_cell.BasicRNNCell(2)

    def begin():
        return tf.fill([2], False), tf.constant([[1.0, 2.0], [0.5, -1.0]])

    def choose(time, outputs, state):
        return tf.argmax(outputs, -1, output_type=tf.int32) + time

    def go_on(time, outputs, state, sample_ids):
        return tf.equal(sample_ids, [2, 3]), outputs * 2.0, state

    helper = s.CustomHelper(begin, choose, go_on)
    found = []
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(seed=5)):
        helper.initialize()
        found.append(
            s.dynamic_decode(s.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32)), maximum_iterations=5)
        )
        for after in (None, lambda sample: sample + 1.0):
            helper = s.InferenceHelper(
                sample_fn=lambda outputs: outputs * 3.0,
                sample_shape=[2],
                sample_dtype=tf.float32,
                start_inputs=tf.ones([2, 2]),
                end_fn=lambda sample: tf.reduce_sum(sample, -1) > 1.0,
                next_inputs_fn=after,
            )
            decoder = s.BasicDecoder(cell, helper, tf.ones([2, 2]))
            found.append(s.dynamic_decode(decoder, maximum_iterations=3))
    return [*_start(tf), (found, None)]


def own_decoder(tf):
    """A decoder of one's own: outputs and state are structures, and there is something to do at the end."""
    s = tf.contrib.seq2seq

    class Counting(s.Decoder):
        batch_size = 3

        @property
        def output_size(self):
            return {"double": tf.TensorShape([]), "pair": (tf.TensorShape([2]),)}

        @property
        def output_dtype(self):
            return {"double": tf.int32, "pair": (tf.float32,)}

        def initialize(self, name=None):
            return tf.constant([False, False, True]), tf.constant([1, 2, 3]), (tf.zeros([3]), [tf.constant(0)])

        def step(self, time, inputs, state, name=None):
            rows, [calls] = state
            pair = tf.stack([tf.cast(inputs, tf.float32), rows], 1)
            outputs = {"double": inputs * 2, "pair": (pair,)}
            return outputs, (rows + 1.0, [calls + 1]), inputs + 1, inputs > 3

        def finalize(self, outputs, final_state, sequence_lengths):
            return outputs, (final_state, tf.reduce_max(sequence_lengths))

    found = [s.dynamic_decode(Counting(), impute_finished=True), s.dynamic_decode(Counting(), output_time_major=True)]
    return [(found, None)]
