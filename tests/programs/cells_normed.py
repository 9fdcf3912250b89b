"""tf.contrib.rnn: LSTM cells with coupled gates and with layer normalization, one step by hand."""

from __future__ import annotations

from .cells import _inputs, _trained


def coupled_gates_with_all(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.CoupledInputForgetGateLSTMCell(
        3, num_proj=2, proj_clip=0.1, num_unit_shards=2, forget_bias=0.5, state_is_tuple=False, activation=tf.nn.relu,
        layer_norm=True, norm_gain=0.5, norm_shift=0.1,
    )  # fmt: skip
    return _trained(tf, x, cell, feed)


def layer_norm(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.LayerNormBasicLSTMCell(3, dropout_keep_prob=0.9), feed)


def layer_norm_off(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.LayerNormBasicLSTMCell(
        3, layer_norm=False, dropout_keep_prob=tf.placeholder_with_default(0.5, []), dropout_prob_seed=3
    )
    return _trained(tf, x, cell, feed)
