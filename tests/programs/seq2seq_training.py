"""Encoder and decoder with attention, in training."""

from __future__ import annotations


def training(tf):
    """Learning to say a sequence backwards: three steps of Adam."""
    s = tf.contrib.seq2seq
    tf.set_random_seed(1)
    words, size = 5, 4
    source = tf.placeholder(tf.int32, [None, None], name="source")
    target = tf.placeholder(tf.int32, [None, None], name="target")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    table = tf.get_variable("table", [words, 3])
    encoder = tf.nn.rnn_cell.GRUCell(size)
    memory, last = tf.nn.dynamic_rnn(encoder, tf.nn.embedding_lookup(table, source), dtype=tf.float32)
    with tf.variable_scope("decoding"):
        attention = s.LuongAttention(size, memory, memory_sequence_length=lengths)
        cell = s.AttentionWrapper(tf.nn.rnn_cell.GRUCell(size), attention, attention_layer_size=size)
        start = cell.zero_state(tf.shape(source)[0], tf.float32).clone(cell_state=last)
        shifted = tf.concat([tf.zeros_like(target[:, :1]), target[:, :-1]], 1)
        helper = s.TrainingHelper(tf.nn.embedding_lookup(table, shifted), lengths)
        decoder = s.BasicDecoder(cell, helper, start, tf.layers.Dense(words, use_bias=False))
        outputs, _, _ = s.dynamic_decode(decoder)
    weights = tf.sequence_mask(lengths, dtype=tf.float32)
    loss = s.sequence_loss(outputs.rnn_output, target, weights)
    optimizer = tf.train.AdamOptimizer(0.05)
    grads, variables = zip(*optimizer.compute_gradients(loss))
    grads, norm = tf.clip_by_global_norm(grads, 1.0)
    train = optimizer.apply_gradients(zip(grads, variables))
    feeds = {source: [[1, 2, 3], [4, 2, 0]], target: [[3, 2, 1], [2, 4, 0]], lengths: [3, 2]}
    steps = [([loss, norm, train], feeds)] * 3
    return [(tf.global_variables_initializer(), None), *steps, ((outputs, loss), feeds)]
