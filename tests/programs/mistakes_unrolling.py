"""Mistakes with what unrolls recurrent cells, and with sequence to sequence models."""

from __future__ import annotations


def _cell(tf, size=3):
    return tf.nn.rnn_cell.BasicRNNCell(size)


def _x(tf, *shape):
    return tf.placeholder(tf.float32, list(shape) or [2, 3, 4])


def _static(tf, inputs=None, cell=None, **options):
    return tf.nn.static_rnn(cell or _cell(tf), [_x(tf, 2, 4)] * 2 if inputs is None else inputs, **options)


def _dynamic(tf, inputs=None, cell=None, dtype="float32", **options):
    return tf.nn.dynamic_rnn(cell or _cell(tf), _x(tf) if inputs is None else inputs, dtype=dtype, **options)


class _NoState:
    output_size = 3

    def __call__(self, inputs, state):
        return inputs, state

    def __repr__(self):
        return "no cell"


STATIC = {
    "no_cell": lambda tf: tf.nn.static_rnn(3, [_x(tf, 2, 4)], dtype="float32"),
    "half_a_cell": lambda tf: tf.nn.static_rnn(_NoState(), [_x(tf, 2, 4)], dtype="float32"),
    "inputs_are_a_tensor": lambda tf: _static(tf, _x(tf), dtype="float32"),
    "no_inputs": lambda tf: _static(tf, [], dtype="float32"),
    "no_dtype": _static,
    "unknown_size": lambda tf: _static(tf, [_x(tf, 2, None)], dtype="float32"),
    "inputs_are_scalars": lambda tf: _static(tf, [tf.constant(1.0)], dtype="float32"),
    "batches_differ": lambda tf: _static(tf, [_x(tf, 2, 4), _x(tf, 3, 4)], dtype="float32"),
    "lengths_are_a_matrix": lambda tf: _static(tf, dtype="float32", sequence_length=[[1, 2]]),
    "state_does_not_fit": lambda tf: _static(tf, initial_state=tf.zeros([2, 5])),
    "saver_of_one_name": lambda tf: tf.nn.static_state_saving_rnn(
        tf.nn.rnn_cell.BasicLSTMCell(3), [_x(tf, 2, 4)], None, "state"
    ),
    "saver_of_three_names": lambda tf: tf.nn.static_state_saving_rnn(
        tf.nn.rnn_cell.BasicLSTMCell(3), [_x(tf, 2, 4)], None, ("a", "b", "c")
    ),
    "bidirectional_no_cell": lambda tf: tf.nn.static_bidirectional_rnn(_cell(tf), None, [_x(tf, 2, 4)]),
    "bidirectional_no_inputs": lambda tf: tf.nn.static_bidirectional_rnn(_cell(tf), _cell(tf), []),
}

DYNAMIC = {
    "no_cell": lambda tf: tf.nn.dynamic_rnn("cell", _x(tf)),
    "no_dtype": lambda tf: _dynamic(tf, dtype=None),
    "inputs_are_a_matrix": lambda tf: _dynamic(tf, _x(tf, 3, 4)),
    "inputs_are_a_vector": lambda tf: _dynamic(tf, _x(tf, 3)),
    "unknown_size": lambda tf: _dynamic(tf, _x(tf, 2, 3, None)),
    "unknown_rank": lambda tf: _dynamic(tf, tf.placeholder(tf.float32), time_major=True),
    "steps_differ": lambda tf: _dynamic(tf, (_x(tf, 2, 3, 4), _x(tf, 2, 5, 4))),
    "batches_differ": lambda tf: _dynamic(tf, (_x(tf, 2, 3, 4), _x(tf, 5, 3, 4))),
    "lengths_are_a_scalar": lambda tf: _dynamic(tf, sequence_length=3),
    "state_does_not_fit": lambda tf: _dynamic(tf, initial_state=tf.zeros([2, 5])),
    "state_of_another_dtype": lambda tf: _dynamic(tf, initial_state=tf.zeros([2, 3], tf.float64)),
    "states_of_two_dtypes": lambda tf: _dynamic(
        tf,
        cell=tf.nn.rnn_cell.BasicLSTMCell(3),
        dtype=None,
        initial_state=(tf.zeros([2, 3]), tf.zeros([2, 3], tf.float64)),
    ),
    "bidirectional_no_cell": lambda tf: tf.nn.bidirectional_dynamic_rnn(None, _cell(tf), _x(tf)),
    "raw_no_function": lambda tf: tf.nn.raw_rnn(_cell(tf), 3),
    "raw_no_cell": lambda tf: tf.nn.raw_rnn(None, lambda *_: None),
    "raw_state_of_another_structure": lambda tf: tf.nn.raw_rnn(
        _cell(tf), lambda *_: (tf.constant([True]), tf.zeros([1, 2]), (tf.zeros([1, 3]), tf.zeros([1])), None, None)
    ),
}


def _stacked(tf, cells_fw, cells_bw, **options):
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(cells_fw, cells_bw, _x(tf), dtype="float32", **options)


STACKS = {
    "no_forward_cells": lambda tf: _stacked(tf, [], [_cell(tf)]),
    "no_backward_cells": lambda tf: _stacked(tf, [_cell(tf)], []),
    "one_forward_cell": lambda tf: _stacked(tf, _cell(tf), [_cell(tf)]),
    "a_tuple_of_backward_cells": lambda tf: _stacked(tf, [_cell(tf)], (_cell(tf),)),
    "numbers_differ": lambda tf: _stacked(tf, [_cell(tf)], [_cell(tf), _cell(tf)]),
    "one_state": lambda tf: _stacked(tf, [_cell(tf)], [_cell(tf)], initial_states_fw=tf.zeros([2, 3])),
    "too_many_states": lambda tf: _stacked(tf, [_cell(tf)], [_cell(tf)], initial_states_bw=[None, None]),
    "static": lambda tf: tf.contrib.rnn.stack_bidirectional_rnn(None, None, [_x(tf, 2, 4)]),
}


def _seq2seq(tf):
    return tf.contrib.legacy_seq2seq


def _symbols(tf, count):
    return [tf.placeholder(tf.int32, [None]) for _ in range(count)]


LEGACY = {
    "attention_without_inputs": lambda tf: _seq2seq(tf).attention_decoder([], None, _x(tf), _cell(tf)),
    "attention_without_heads": lambda tf: _seq2seq(tf).attention_decoder(
        [_x(tf, 2, 4)], None, _x(tf), _cell(tf), num_heads=0
    ),
    "attention_of_unknown_size": lambda tf: _seq2seq(tf).attention_decoder(
        [_x(tf, 2, 4)], None, _x(tf, 2, 3, None), _cell(tf)
    ),
    "attention_input_of_unknown_size": lambda tf: _seq2seq(tf).attention_decoder(
        [tf.placeholder(tf.float32, [2, None], name="x")], tf.zeros([2, 3]), _x(tf), _cell(tf)
    ),
    "projection_does_not_fit": lambda tf: _seq2seq(tf).embedding_rnn_decoder(
        _symbols(tf, 2), None, _cell(tf), 4, 2, output_projection=(tf.zeros([3, 5]), tf.zeros([5]))
    ),
    "tied_projection_does_not_fit": lambda tf: _seq2seq(tf).embedding_tied_rnn_seq2seq(
        _symbols(tf, 2), _symbols(tf, 2), _cell(tf), 4, 2, output_projection=(tf.zeros([3, 4]), tf.zeros([5]))
    ),
    "attention_projection_does_not_fit": lambda tf: _seq2seq(tf).embedding_attention_decoder(
        _symbols(tf, 2), None, _x(tf), _cell(tf), 4, 2, output_projection=(tf.zeros([3, 4]), tf.zeros([5]))
    ),
    "one_to_many_tasks_differ": lambda tf: _seq2seq(tf).one2many_rnn_seq2seq(
        _symbols(tf, 2), {"a": _symbols(tf, 2)}, _cell(tf), {"b": _cell(tf)}, 3, {"a": 3}, 2
    ),
    "one_to_many_no_encoder": lambda tf: _seq2seq(tf).one2many_rnn_seq2seq([], {}, 3, {}, 3, {}, 2),
    "one_to_many_no_decoder": lambda tf: _seq2seq(tf).one2many_rnn_seq2seq(
        _symbols(tf, 2), {"a": _symbols(tf, 2)}, _cell(tf), {"a": None}, 3, {"a": 3}, 2
    ),
    "loss_lengths_differ": lambda tf: _seq2seq(tf).sequence_loss([_x(tf, 2, 4)], _symbols(tf, 2), [tf.ones([2])]),
    "buckets_of_short_inputs": lambda tf: _seq2seq(tf).model_with_buckets([], [], [], [], [(1, 1)], None),
    "buckets_of_short_targets": lambda tf: _seq2seq(tf).model_with_buckets([1], [1], [], [], [(1, 1)], None),
    "buckets_of_short_weights": lambda tf: _seq2seq(tf).model_with_buckets([1], [1], [1], [], [(1, 1)], None),
}


def lengths_of_another_batch(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    outputs, _ = tf.nn.dynamic_rnn(_cell(tf), x, sequence_length=lengths, dtype=tf.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(outputs, {x: [[[0.0] * 4] * 3] * 2, lengths: [1, 2, 3]})


def cell_called_in_two_scopes(tf):
    """A cell that lives in one scope is used in another one, which may not have variables yet."""
    cell = _cell(tf)
    with tf.variable_scope("a"):
        tf.nn.dynamic_rnn(cell, _x(tf), dtype=tf.float32)
    with tf.variable_scope("b", reuse=True):
        tf.nn.dynamic_rnn(_cell(tf), _x(tf), dtype=tf.float32)


def layers_of_one_cell(tf):
    """The same cell for two layers, which have inputs of different sizes."""
    cell = _cell(tf)
    tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell([cell] * 2), _x(tf), dtype=tf.float32)


def model_of_a_used_cell(tf):
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.MultiRNNCell([_cell(tf)]))
    inputs = [_x(tf, 2, 3)] * 2
    for scope in ("first", "second"):
        with tf.variable_scope(scope):
            _seq2seq(tf).basic_rnn_seq2seq(inputs, inputs, cell)
