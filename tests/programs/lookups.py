"""Embeddings: one table, and tables that hold the rows between them."""

from __future__ import annotations

from .data import uniform


def _tables(tf, *rows):
    return [tf.Variable(uniform(n, 3, seed=n + i), name="table%d" % i) for i, n in enumerate(rows)]


def _looked_up(tf, tables, y, feeds=None):
    """The rows that were found, and the gradients of the tables."""
    grads = [tf.convert_to_tensor(grad) for grad in tf.gradients(tf.square(y), tables)]
    return [(tf.global_variables_initializer(), None), ([y, grads], feeds)]


def dealt_out_in_turn(tf):
    tables = _tables(tf, 3, 2, 2)
    ids = tf.placeholder(tf.int32, [None, 2], name="ids")
    return _looked_up(tf, tables, tf.nn.embedding_lookup(tables, ids), {ids: [[0, 6], [3, 3], [5, 1]]})


def dealt_out_in_runs(tf):
    tables = _tables(tf, 3, 2, 2)
    y = tf.nn.embedding_lookup(tables, [[0, 6], [3, 3], [5, 1]], partition_strategy="div", name="rows")
    return _looked_up(tf, tables, y)


def runs_of_unknown_length(tf):
    """Only a run can tell how many rows the second table has."""
    tables = [tf.constant(uniform(3, 2)), tf.placeholder(tf.float32, [None, 2], name="rest")]
    ids = tf.placeholder(tf.int64, name="ids")
    y = tf.nn.embedding_lookup(tables, ids, "div")
    return [([y], {tables[1]: uniform(2, 2, seed=1), ids: [[4, 0, 2]]})]


def short_rows(tf):
    """Embeddings whose norm is too large are scaled down."""
    tables = _tables(tf, 5)
    y = tf.nn.embedding_lookup(tables[0], [1, 4, 1], max_norm=0.8)
    return _looked_up(tf, tables, y)


def short_rows_of_several(tf):
    tables = _tables(tf, 3, 2)
    ids = tf.placeholder(tf.int32, [None], name="ids")
    y = tf.nn.embedding_lookup(tables, ids, max_norm=tf.constant(0.5))
    return _looked_up(tf, tables, y, {ids: [4, 0, 4]})


def ranks_told_by_ops(tf):
    """Where a rank is not known, or 0, TF computes the axes of the norm."""
    tables = _tables(tf, 5)
    ids = tf.placeholder(tf.int32, name="ids")
    one = tf.nn.embedding_lookup(tables[0], 3, max_norm=0.8)
    many = tf.nn.embedding_lookup(tables[0], ids, max_norm=0.8)
    return [(tf.global_variables_initializer(), None), ([one, many], {ids: [[1, 2]]})]


def words_and_their_contexts(tf):
    """word2vec's model, with all words as negative samples."""
    words = tf.placeholder(tf.int32, [None], name="words")
    contexts = tf.placeholder(tf.int64, [None], name="contexts")
    with tf.name_scope("embeddings"):
        table = tf.Variable(uniform(6, 4, low=-1.0), name="table")
        embedded = tf.nn.embedding_lookup(table, words, name="embedded")
    weights = tf.Variable(uniform(6, 4, seed=1, low=-0.5, high=0.5), name="weights")
    logits = tf.matmul(embedded, weights, transpose_b=True)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=contexts, logits=logits)
    loss = tf.reduce_mean(losses)
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    normalized = table / tf.sqrt(tf.reduce_sum(tf.square(table), 1, keep_dims=True))
    nearest = tf.matmul(tf.nn.embedding_lookup(normalized, [2, 5]), normalized, transpose_b=True)
    feeds = {words: [0, 2, 2, 5], contexts: [1, 3, 0, 4]}
    steps = [(train, feeds)] * 3
    return [(tf.global_variables_initializer(), None), (loss, feeds)] + steps + [([loss, nearest], feeds)]
