"""tf.nn.raw_rnn: what a function makes of a cell in a loop."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def like_dynamic_rnn(tf):
    """The example of TF's documentation."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [4, 3, 2], name="x")
    lengths = tf.placeholder(tf.int32, [3], name="lengths")
    inputs = tf.TensorArray(dtype=tf.float32, size=4).unstack(x)
    cell = tf.nn.rnn_cell.LSTMCell(3)

    def loop_fn(time, cell_output, cell_state, loop_state):
        next_state = cell.zero_state(3, tf.float32) if cell_output is None else cell_state
        finished = time >= lengths
        next_input = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([3, 2], dtype=tf.float32), lambda: inputs.read(time)
        )
        return finished, next_input, next_state, cell_output, None

    emitted, state, loop_state = tf.nn.raw_rnn(cell, loop_fn)
    assert loop_state is None
    outputs = emitted.stack()
    gradients = tf.gradients(outputs, tf.trainable_variables())
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state, gradients], {x: _values(4, 3, 2), lengths: [1, 4, 2]}),
    ]


def feeding_itself(tf):
    """A decoder: what the cell says is its next input; it counts what it said, and emits numbers and vectors."""
    tf.set_random_seed(1)
    start = tf.placeholder(tf.float32, [None, 3], name="start")
    cell = tf.nn.rnn_cell.GRUCell(3)

    def loop_fn(time, output, state, total):
        finished = tf.fill([tf.shape(start)[0]], time >= 4)
        if output is None:
            emit = (tf.zeros([], tf.int64), tf.zeros([3]))
            return finished, start, tf.zeros_like(start), emit, tf.constant(0.0)
        best = tf.argmax(output, 1)
        return finished, tf.one_hot(best, 3), state, (best, output), total + tf.reduce_sum(output)

    (best, emitted), state, total = tf.nn.raw_rnn(cell, loop_fn, parallel_iterations=2, scope="decoder")
    return [
        (tf.global_variables_initializer(), None),
        ([best.stack(), emitted.stack(), state, total], {start: _values(2, 3)}),
    ]


def collecting(tf):
    """A loop state that is a TensorArray."""
    tf.set_random_seed(1)
    cell = tf.nn.rnn_cell.BasicRNNCell(2)

    def loop_fn(time, output, state, sums):
        finished = time >= tf.constant([3, 2])
        if output is None:
            sums = tf.TensorArray(tf.float32, size=3)
            return finished, tf.ones([2, 2]), cell.zero_state(2, tf.float32), None, sums
        return finished, output, state, output, sums.write(time - 1, tf.reduce_sum(output))

    emitted, state, sums = tf.nn.raw_rnn(cell, loop_fn)
    return [(tf.global_variables_initializer(), None), ([emitted.stack(), state, sums.stack()], None)]
