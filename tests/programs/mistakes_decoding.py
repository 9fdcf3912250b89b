"""Mistakes with decoders, helpers, attention and beam search."""

from __future__ import annotations

import numpy as np


def _s(tf):
    return tf.contrib.seq2seq


def _cell(tf, size=3):
    return tf.nn.rnn_cell.BasicRNNCell(size)


def _table(tf):
    return tf.ones([5, 3])


def _loss(tf, logits=(2, 3, 4), targets=(2, 3), weights=(2, 3), **options):
    targets = tf.zeros(targets, tf.int32)
    return _s(tf).sequence_loss(tf.zeros(logits), targets, tf.ones(weights), **options)


def _memory(tf, shape=(2, 4, 3)):
    return tf.placeholder(tf.float32, shape)


def _wrapped(tf, *args, **options):
    return _s(tf).AttentionWrapper(_cell(tf), _s(tf).LuongAttention(3, _memory(tf)), *args, **options)


def _decode(tf, helper, cell=None, state=None, layer=None, **options):
    cell = _cell(tf) if cell is None else cell
    state = cell.zero_state(helper.batch_size, tf.float32) if state is None else state
    return _s(tf).dynamic_decode(_s(tf).BasicDecoder(cell, helper, state, layer), **options)


def _greedy(tf, table=None, start=(1, 2), end=0):
    return _s(tf).GreedyEmbeddingHelper(_table(tf) if table is None else table, list(start), end)


def _beam(tf, table=None, start=(1, 2), end=0, cell=None, state=None, width=2, **options):
    cell = _cell(tf, 5) if cell is None else cell
    state = cell.zero_state(4, tf.float32) if state is None else state
    table = _table(tf) if table is None else table
    return _s(tf).BeamSearchDecoder(cell, table, list(start), end, state, width, **options)


def _run(tf, fetches, feeds=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


def _untiled(tf):
    lengths = tf.placeholder(tf.int32, [None])
    attention = _s(tf).LuongAttention(3, _memory(tf, (None, 4, 3)), lengths)
    cell = _s(tf).AttentionWrapper(_cell(tf), attention)
    state = cell.zero_state(tf.size(lengths) * 2, tf.float32)
    return _run(tf, state.cell_state, {lengths: [1, 2], attention.values.op.inputs[0]: np.ones([2, 4, 3])})


LOSSES = {
    "logits_are_a_matrix": lambda tf: _loss(tf, logits=(6, 4)),
    "targets_are_a_vector": lambda tf: _loss(tf, targets=(6,)),
    "weights_are_a_vector": lambda tf: _loss(tf, weights=(6,)),
    "time_averaged_and_summed": lambda tf: _loss(tf, sum_over_timesteps=True),
    "batch_averaged_and_summed": lambda tf: _loss(tf, sum_over_batch=True),
    "other_lengths": lambda tf: _loss(tf, targets=(2, 2)),
    "other_weights": lambda tf: _loss(tf, weights=(2, 2)),
    "numpy_logits": lambda tf: _s(tf).sequence_loss(np.zeros([1, 1, 2]), tf.zeros([1, 1], tf.int32), tf.ones([1, 1])),
}

PIECES = {
    "no_such_mode": lambda tf: _s(tf).monotonic_attention([[0.5]], [[1.0]], "soft"),
    "attention_of_other_shape": lambda tf: _s(tf).monotonic_attention([[0.5]], [[1.0, 2.0]], "parallel"),
    "hardmax_of_integers": lambda tf: _s(tf).hardmax([[1, 2]]),
    "tiled_scalar": lambda tf: _s(tf).tile_batch(tf.constant(1.0), 2),
    "tiled_without_rank": lambda tf: _s(tf).tile_batch(tf.placeholder(tf.float32), 2),
    "tree_of_matrices": lambda tf: _s(tf).gather_tree([[1]], [[0]], [1], 0),
    "tree_with_other_parents": lambda tf: _s(tf).gather_tree([[[1, 2]]], [[[0]]], [1], 0),
    "tree_of_floats": lambda tf: _s(tf).gather_tree([[[1.0]]], [[[0]]], [1], 0),
    "tree_with_lost_parent": lambda tf: _run(tf, _s(tf).gather_tree([[[1]], [[2]]], [[[0]], [[-1]]], [2], 0)),
}

HELPERS = {
    "lengths_are_a_scalar": lambda tf: _s(tf).TrainingHelper(tf.ones([2, 3, 4]), 3),
    "lengths_are_a_matrix": lambda tf: _s(tf).TrainingHelper(tf.ones([2, 3, 4]), [[3, 2]]),
    "inputs_are_a_vector": lambda tf: _s(tf).TrainingHelper(tf.ones([2]), [3, 2]),
    "inputs_are_unequal": lambda tf: _s(tf).TrainingHelper([[1.0], [1.0, 2.0]], [1, 2]),
    "start_is_a_scalar": lambda tf: _s(tf).GreedyEmbeddingHelper(_table(tf), 1, 0),
    "end_is_a_vector": lambda tf: _greedy(tf, end=[0]),
    "start_is_float": lambda tf: _greedy(tf, start=[1.0, 2.0]),
    "sampled_start_is_a_scalar": lambda tf: _s(tf).SampleEmbeddingHelper(_table(tf), 1, 0),
    "rate_is_a_matrix": lambda tf: _s(tf).ScheduledEmbeddingTrainingHelper(
        tf.ones([2, 3, 4]), [3, 2], _table(tf), [[0.5]]
    ),
    "rate_of_outputs_is_a_matrix": lambda tf: _s(tf).ScheduledOutputTrainingHelper(tf.ones([2, 3, 4]), [3, 2], [[0.5]]),
    "batch_size_too_early": lambda tf: _s(tf).CustomHelper(None, None, None).batch_size,
    "samples_of_a_list": lambda tf: _greedy(tf).sample(0, [tf.ones([2, 3])], None),
    "start_out_of_range": lambda tf: _run(tf, _greedy(tf, start=[7]).initialize()),
}

DECODERS = {
    "decoder_is_a_cell": lambda tf: _s(tf).dynamic_decode(_cell(tf)),
    "limit_is_a_vector": lambda tf: _decode(tf, _greedy(tf), maximum_iterations=[3]),
    "limit_is_half": lambda tf: _decode(tf, _greedy(tf), maximum_iterations=2.5),
    "helper_is_none": lambda tf: _s(tf).BasicDecoder(_cell(tf), None, tf.zeros([2, 3])),
    "cell_is_a_layer": lambda tf: _s(tf).BasicDecoder(tf.layers.Dense(3), _greedy(tf), tf.zeros([2, 3])),
    "layer_is_a_function": lambda tf: _s(tf).BasicDecoder(_cell(tf), _greedy(tf), tf.zeros([2, 3]), tf.nn.relu),
    "state_of_other_size": lambda tf: _decode(tf, _greedy(tf), state=tf.zeros([2, 4])),
    "inputs_grow": lambda tf: _decode(tf, _s(tf).ScheduledOutputTrainingHelper(tf.ones([2, 3, 4]), [3, 2], 0.5)),
    "more_lengths_than_inputs": lambda tf: _run(tf, _decode(tf, _s(tf).TrainingHelper(tf.ones([2, 2, 3]), [3, 2]))),
    "nothing_decoded": lambda tf: _run(tf, _decode(tf, _greedy(tf), maximum_iterations=0)),
}

ATTENTION = {
    "units_differ": lambda tf: _s(tf).LuongAttention(4, _memory(tf))(tf.ones([2, 3]), None),
    "memory_of_unknown_depth": lambda tf: _s(tf).LuongAttention(4, _memory(tf, (2, 4, None))),
    "memory_of_unknown_rank": lambda tf: _s(tf).BahdanauAttention(4, _memory(tf, None)),
    "memory_is_a_matrix": lambda tf: _s(tf).BahdanauAttention(4, _memory(tf, (2, 4)))(tf.ones([2, 3]), None),
    "probabilities_are_a_number": lambda tf: _s(tf).LuongAttention(3, _memory(tf), probability_fn=1.0)(
        tf.ones([2, 3]), None
    ),
    "no_such_mode": lambda tf: _s(tf).LuongMonotonicAttention(3, _memory(tf), mode="soft")(
        tf.ones([2, 3]), tf.ones([2, 4])
    ),
    "length_of_zero": lambda tf: _run(tf, _s(tf).LuongAttention(3, tf.ones([2, 4, 3]), [0, 1])(tf.ones([2, 3]), None)),
    "other_batch": lambda tf: _s(tf).LuongAttention(3, _memory(tf))(tf.ones([3, 3]), None),
    "abstract_sizes": lambda tf: _s(tf).AttentionMechanism().state_size,
}

WRAPPERS = {
    "mechanism_is_a_tensor": lambda tf: _s(tf).AttentionWrapper(_cell(tf), _memory(tf)),
    "mechanisms_are_tensors": lambda tf: _s(tf).AttentionWrapper(_cell(tf), [_memory(tf)]),
    "cell_is_none": lambda tf: _s(tf).AttentionWrapper(None, _s(tf).LuongAttention(3, _memory(tf))),
    "inputs_from_a_number": lambda tf: _wrapped(tf, cell_input_fn=1),
    "size_and_layer": lambda tf: _wrapped(tf, 3, attention_layer=tf.layers.Dense(3)),
    "too_many_sizes": lambda tf: _wrapped(tf, [3, 3]),
    "too_many_layers": lambda tf: _wrapped(tf, attention_layer=[tf.layers.Dense(3), tf.layers.Dense(3)]),
    "state_of_the_cell": lambda tf: _wrapped(tf)(tf.ones([2, 3]), tf.zeros([2, 3])),
    "zero_state_of_other_batch": lambda tf: _wrapped(tf).zero_state(3, tf.float32),
    "initial_state_of_other_batch": lambda tf: _wrapped(tf, initial_cell_state=tf.zeros([3, 3])),
    "inputs_of_other_batch": lambda tf: _wrapped(tf)(tf.ones([3, 3]), _wrapped(tf).zero_state(2, tf.float32)),
    "clone_of_other_shape": lambda tf: _wrapped(tf).zero_state(2, tf.float32).clone(cell_state=tf.zeros([2, 4])),
    "clone_of_other_structure": lambda tf: _wrapped(tf).zero_state(2, tf.float32).clone(cell_state=(tf.zeros([2, 3]),)),
    "untiled_batch_at_run_time": _untiled,
}

BEAMS = {
    "start_is_a_scalar": lambda tf: _s(tf).BeamSearchDecoder(_cell(tf), _table(tf), 1, 0, tf.zeros([2, 3]), 2),
    "end_is_a_vector": lambda tf: _beam(tf, end=[0]),
    "layer_is_a_function": lambda tf: _beam(tf, output_layer=tf.nn.relu),
    "cell_is_none": lambda tf: _s(tf).BeamSearchDecoder(None, _table(tf), [1], 0, tf.zeros([2, 3]), 2),
    "state_of_the_batch": lambda tf: _beam(tf, state=tf.zeros([2, 5])),
    "state_of_unknown_rank": lambda tf: _beam(tf, state=tf.placeholder(tf.float32)),
    "coverage_without_attention": lambda tf: _s(tf).dynamic_decode(_beam(tf, coverage_penalty_weight=0.5)),
    "width_of_zero": lambda tf: _s(tf).dynamic_decode(_beam(tf, width=0), maximum_iterations=2),
    "width_is_a_tensor": lambda tf: _s(tf).dynamic_decode(_beam(tf, width=tf.constant(2)), maximum_iterations=2),
    "wider_than_the_vocabulary": lambda tf: _s(tf).dynamic_decode(
        _beam(tf, cell=_cell(tf, 1), table=tf.ones([1, 1]), width=3, state=tf.zeros([6, 1])), maximum_iterations=2
    ),
    "end_out_of_vocabulary": lambda tf: _run(tf, _s(tf).dynamic_decode(_beam(tf, end=9), maximum_iterations=3)),
}


def decoder_that_changes_structure(tf):
    class Mine(_s(tf).BasicDecoder):
        def step(self, time, inputs, state, name=None):
            outputs, state, inputs, finished = super().step(time, inputs, state)
            return outputs, (state,), inputs, finished

    helper = _greedy(tf)
    return _s(tf).dynamic_decode(Mine(_cell(tf), helper, tf.zeros([2, 3])))
