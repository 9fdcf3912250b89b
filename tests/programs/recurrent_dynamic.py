"""Nets in loops inside the graph: lengths, layouts, structures, sizes known late."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def basic(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(5), x, dtype=tf.float32)
    assert outputs.shape.as_list() == [2, 3, 5]
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(2, 3, 4)})]


def lengths(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)
    assert outputs.shape.as_list() == [None, None, 3]
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {x: _values(2, 3, 4), lengths: [1, 3]}),
        ([outputs, state], {x: _values(3, 4, 4), lengths: [0, 2, 1]}),
        ([outputs, state], {x: _values(2, 2, 4), lengths: [0, 0]}),
    ]


def time_major(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 2, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(3),
        x,
        initial_state=tf.ones([2, 3]),
        parallel_iterations=4,
        swap_memory=True,
        time_major=True,
        scope="net",
    )
    assert outputs.shape.as_list() == [None, 2, 3]
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(3, 2, 4)})]


def layers(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, None, 4], name="x")
    cells = [tf.nn.rnn_cell.BasicLSTMCell(size) for size in (3, 2)]
    cell = tf.nn.rnn_cell.MultiRNNCell(cells)
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=cell.zero_state(2, tf.float32))
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(2, 3, 4)})]


def from_the_state_before(tf):
    """The state of one net is the first state of another, as between an encoder and a decoder."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    with tf.variable_scope("encoder"):
        _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, dtype=tf.float32)
    with tf.variable_scope("decoder"):
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x[:, ::-1], initial_state=state)
    return [(tf.global_variables_initializer(), None), (outputs, {x: _values(2, 3, 2)})]


def inside_a_name_scope(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float64, [2, 3, 4], name="x")
    with tf.name_scope("model"), tf.variable_scope("net", initializer=tf.constant_initializer(0.5)):
        outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(2), x, dtype=tf.float64)
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(2, 3, 4)})]


def _structured_cell(tf):
    """A cell whose inputs, outputs and state are structures, a scalar and a tensor of a higher rank among them."""

    class Cell(tf.nn.rnn_cell.RNNCell):
        output_size = (2, tf.TensorShape([2, 3]))

        @property
        def state_size(self):
            return {"sum": 2, "grid": tf.TensorShape([2, 3]), "count": tf.TensorShape([])}

        def call(self, inputs, state):
            vector, grid = inputs
            weight = tf.get_variable("weight", [2, 2])
            total = state["sum"] + tf.matmul(vector, weight)
            grid = tf.tanh(state["grid"] + grid)
            new = {"sum": total, "grid": grid, "count": state["count"] + 1.0}
            return (total, grid * 2.0), new

    return Cell()


def structures(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 3, 2], name="x")
    grids = tf.placeholder(tf.float32, [None, 3, 2, 3], name="grids")
    cell = _structured_cell(tf)
    start = {"sum": tf.ones([2, 2]), "grid": tf.zeros([2, 2, 3]), "count": tf.constant(0.0)}
    outputs, state = tf.nn.dynamic_rnn(cell, (x, grids), sequence_length=[2, 3], initial_state=start)
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {x: _values(2, 3, 2), grids: _values(2, 3, 2, 3)}),
    ]


def in_a_loop(tf):
    """A net inside a while loop: its variables are read in each iteration."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    cell = tf.nn.rnn_cell.BasicRNNCell(2)

    def body(i, x):
        with tf.variable_scope("net", reuse=tf.AUTO_REUSE):
            outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        return i + 1, outputs

    _, y = tf.while_loop(lambda i, _: i < 2, body, [0, x])
    return [(tf.global_variables_initializer(), None), (y, {x: _values(2, 3, 2)})]


def of_unknown_rank(tf):
    """What helps tell sizes of inputs: exchanged axes, and the size of the batch."""
    x = tf.placeholder(tf.float32, [2, None, 4], name="x")
    unknown = tf.placeholder(tf.float32, name="unknown")
    exchanged = tf.contrib.rnn.transpose_batch_time(x)
    assert exchanged.shape.as_list() == [None, 2, 4]
    size = tf.contrib.rnn.best_effort_input_batch_size([unknown, exchanged])
    assert size == 2
    found = tf.contrib.rnn.best_effort_input_batch_size([unknown])
    return [([exchanged, found], {x: _values(2, 3, 4), unknown: _values(3, 5)})]
