"""Whole training scripts, from `set_random_seed` to twenty losses: optimizers that adapt their steps."""

from __future__ import annotations

import numpy as np

from tests.programs.training_descent import _curve, _digits, _twenty


def convolutional_net_by_adam(tf):
    """A small LeNet: convolution, pooling, two dense layers, Adam."""
    tf.set_random_seed(1)
    random = np.random.RandomState(2)
    images, labels = random.rand(4, 8, 8, 1).astype(np.float32), np.eye(3, dtype=np.float32)[[0, 1, 2, 1]]
    x, y = tf.placeholder(tf.float32, [None, 8, 8, 1]), tf.placeholder(tf.float32, [None, 3])

    def weights(shape):
        return tf.Variable(tf.truncated_normal(shape, stddev=0.1))

    def biases(shape):
        return tf.Variable(tf.constant(0.1, shape=shape))

    filters = weights([3, 3, 1, 4])
    convolved = tf.nn.relu(tf.nn.conv2d(x, filters, strides=[1, 1, 1, 1], padding="SAME") + biases([4]))
    pooled = tf.nn.max_pool(convolved, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
    flat = tf.reshape(pooled, [-1, 4 * 4 * 4])
    hidden = tf.nn.relu(tf.matmul(flat, weights([64, 10])) + biases([10]))
    logits = tf.matmul(hidden, weights([10, 3])) + biases([3])
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
    train = tf.train.AdamOptimizer(1e-2).minimize(loss)
    return _twenty(tf, train, loss, {x: images, y: labels})


def autoencoder_by_rmsprop(tf):
    """An autoencoder that adds noise to its input: random numbers in every step."""
    tf.set_random_seed(99)
    points, _ = _digits()
    x = tf.constant(points)
    noisy = x + 0.1 * tf.random_normal(tf.shape(x))
    w = tf.get_variable("w", [6, 3], initializer=tf.orthogonal_initializer())
    code = tf.nn.sigmoid(tf.matmul(noisy, w))
    out = tf.matmul(code, w, transpose_b=True) + tf.get_variable("out", [6])
    loss = tf.reduce_mean(tf.pow(out - x, 2))
    train = tf.train.RMSPropOptimizer(0.01, momentum=0.5, centered=True).minimize(loss)
    return _twenty(tf, train, loss)


def embedding_by_adagrad(tf):
    """Word vectors: rows that are looked up, sparse gradients."""
    tf.set_random_seed(8)
    words = tf.placeholder(tf.int32, [None])
    context = tf.placeholder(tf.int32, [None])
    table = tf.Variable(tf.random_uniform([10, 4], -1.0, 1.0), name="embedding")
    out = tf.get_variable("out", [10, 4], initializer=tf.truncated_normal_initializer(stddev=0.5))
    logits = tf.matmul(tf.nn.embedding_lookup(table, words), out, transpose_b=True)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=context, logits=logits))
    train = tf.train.AdagradOptimizer(0.5).minimize(loss)
    norm = tf.sqrt(tf.reduce_sum(tf.square(table), 1, keep_dims=True))
    feed = {words: [1, 2, 2, 5, 9], context: [2, 1, 5, 2, 0]}
    return _twenty(tf, train, loss, feed, [table / norm])


def word2vec_by_sampled_losses(tf):
    """Noise-contrastive estimation: the words that are sampled follow from the seed, too."""
    tf.set_random_seed(4)
    words, context = tf.placeholder(tf.int32, [5]), tf.placeholder(tf.int64, [5, 1])
    table = tf.Variable(tf.random_uniform([12, 4], -1.0, 1.0))
    weights = tf.Variable(tf.truncated_normal([12, 4], stddev=0.5))
    biases = tf.Variable(tf.zeros([12]))
    rows = tf.nn.embedding_lookup(table, words)
    loss = tf.reduce_mean(tf.nn.nce_loss(weights, biases, labels=context, inputs=rows, num_sampled=4, num_classes=12))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    return _twenty(tf, train, loss, {words: [1, 2, 2, 5, 9], context: [[2], [1], [5], [2], [0]]})


def logistic_regression_by_ftrl(tf):
    """Wide linear model: rows of weights picked by ids, FTRL with L1 and L2."""
    tf.set_random_seed(6)
    ids, labels = tf.placeholder(tf.int64, [None, 3]), tf.placeholder(tf.float32, [None])
    table = tf.get_variable("table", [20], initializer=tf.zeros_initializer())
    bias = tf.get_variable("bias", [], initializer=tf.constant_initializer(0.1))
    logits = tf.reduce_sum(tf.gather(table, ids), 1) + bias
    loss = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
    train = tf.train.FtrlOptimizer(0.5, l1_regularization_strength=0.05, l2_regularization_strength=0.1).minimize(
        loss, global_step=tf.train.create_global_step()
    )
    feed = {ids: [[0, 3, 7], [1, 3, 8], [0, 4, 19], [2, 4, 8]], labels: [1.0, 0.0, 1.0, 0.0]}
    return _twenty(tf, train, loss, feed, [table, tf.train.get_global_step()])


def curve_by_adadelta(tf):
    """Two hidden layers made in a loop, all data at once, Adadelta."""
    tf.set_random_seed(21)
    inputs, targets = _curve()
    value, width = tf.constant(inputs), 1
    for number, units in enumerate((7, 5, 1)):
        with tf.variable_scope("layer%d" % number):
            w = tf.get_variable("w", [width, units], initializer=tf.variance_scaling_initializer())
            b = tf.get_variable("b", [units], initializer=tf.zeros_initializer())
            value, width = tf.nn.bias_add(tf.matmul(value, w), b), units
            if units > 1:
                value = tf.nn.softplus(value)
    loss = tf.losses.huber_loss(targets, value)
    train = tf.train.AdadeltaOptimizer(1.0, rho=0.9, epsilon=1e-3).minimize(loss)
    return _twenty(tf, train, loss)
