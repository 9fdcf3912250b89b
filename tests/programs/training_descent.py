"""Whole training scripts, from `set_random_seed` to twenty losses: plain descent, momentum and schedules."""

from __future__ import annotations

import numpy as np

STEPS = 20


def _digits(count=12, width=6, classes=3):
    """Points of a few classes, one cloud each, with one-hot labels."""
    random = np.random.RandomState(3)
    labels = np.arange(count) % classes
    centers = random.randn(classes, width)
    points = centers[labels] + 0.3 * random.randn(count, width)
    return points.astype(np.float32), np.eye(classes, dtype=np.float32)[labels]


def _curve(count=16):
    """A noisy curve: one input, one output."""
    random = np.random.RandomState(5)
    x = np.linspace(-1, 1, count)[:, None]
    return x.astype(np.float32), (np.sin(3 * x) + 0.1 * random.randn(count, 1)).astype(np.float32)


def _twenty(tf, train, loss, feed=None, more=()):
    """Train for twenty steps and look at the loss after each."""
    runs = [(tf.global_variables_initializer(), None)]
    for _ in range(STEPS):
        runs += [(train, feed), (loss, feed)]
    return runs + [(list(more), feed)] if more else runs


def softmax_regression(tf):
    """The first example of the tutorials: gradient descent, weights of zeros, accuracy."""
    tf.set_random_seed(1)
    points, labels = _digits()
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    w = tf.Variable(tf.zeros([6, 3]), name="weights")
    b = tf.Variable(tf.zeros([3]), name="biases")
    y = tf.nn.softmax(tf.matmul(x, w) + b)
    y_ = tf.placeholder(tf.float32, [None, 3])
    cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y), reduction_indices=[1]))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
    right = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    return _twenty(tf, train, cross_entropy, {x: points, y_: labels}, [accuracy, w])


def perceptron_with_momentum(tf):
    """A hidden layer of drawn weights, momentum, a rate that falls in stairs by the global step."""
    tf.set_random_seed(42)
    points, labels = _digits()
    x, y = tf.placeholder(tf.float32, [None, 6]), tf.placeholder(tf.float32, [None, 3])
    with tf.name_scope("hidden"):
        w1 = tf.Variable(tf.truncated_normal([6, 8], stddev=0.5), name="weights")
        b1 = tf.Variable(tf.constant(0.1, shape=[8]), name="biases")
        hidden = tf.nn.relu(tf.nn.xw_plus_b(x, w1, b1))
    with tf.name_scope("output"):
        w2 = tf.Variable(tf.random_normal([8, 3], stddev=0.5), name="weights")
        b2 = tf.Variable(tf.zeros([3]), name="biases")
        logits = tf.matmul(hidden, w2) + b2
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
    step = tf.Variable(0, trainable=False, name="global_step")
    rate = tf.train.exponential_decay(0.2, step, 5, 0.7, staircase=True)
    train = tf.train.MomentumOptimizer(rate, 0.9).minimize(loss, global_step=step)
    return _twenty(tf, train, loss, {x: points, y: labels}, [rate, step])


def nesterov_with_weight_decay(tf):
    """get_variable in scopes, a regularizer whose losses are collected, Nesterov's momentum."""
    tf.set_random_seed(7)
    inputs, targets = _curve()
    x, y = tf.constant(inputs), tf.constant(targets)
    decay = tf.contrib.layers.l2_regularizer(0.01)

    def dense(value, width, name, activation=tf.identity):
        with tf.variable_scope(name, regularizer=decay):
            w = tf.get_variable("w", [value.shape[1], width])
            b = tf.get_variable("b", [width], initializer=tf.zeros_initializer(), regularizer=None)
            return activation(tf.matmul(value, w) + b)

    prediction = dense(dense(x, 10, "first", tf.nn.tanh), 1, "second")
    tf.losses.mean_squared_error(y, prediction)
    loss = tf.losses.get_total_loss()
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True)
    return _twenty(tf, optimizer.minimize(loss), loss)


def dropout_and_clipping(tf):
    """Dropout by op seeds that follow from the graph's, gradients clipped by their global norm, polynomial decay."""
    tf.set_random_seed(1234)
    points, labels = _digits()
    x, y = tf.placeholder(tf.float32, [None, 6]), tf.placeholder(tf.int64, [None])
    keep = tf.placeholder_with_default(1.0, [])
    w1 = tf.get_variable("w1", [6, 16], initializer=tf.contrib.layers.xavier_initializer())
    w2 = tf.get_variable("w2", [16, 3], initializer=tf.random_uniform_initializer(-0.5, 0.5))
    hidden = tf.nn.dropout(tf.nn.elu(tf.matmul(x, w1)), keep_prob=keep)
    logits = tf.matmul(hidden, w2)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    step = tf.train.get_or_create_global_step()
    rate = tf.train.polynomial_decay(0.5, step, 15, 0.05, power=2.0)
    optimizer = tf.train.GradientDescentOptimizer(rate)
    pairs = optimizer.compute_gradients(loss)
    clipped, norm = tf.clip_by_global_norm([grad for grad, _ in pairs], 0.3)
    train = optimizer.apply_gradients(zip(clipped, [var for _, var in pairs]), global_step=step)
    feed = {x: points, y: labels.argmax(1)}
    runs = [(tf.global_variables_initializer(), None)]
    for _ in range(STEPS):
        runs += [(train, {keep: 0.75, **feed}), (loss, feed)]
    return runs + [([norm, rate], feed)]


def lasso_by_proximal_descent(tf):
    """L1's zeros: proximal gradient descent on a linear model of which most weights should vanish."""
    tf.set_random_seed(11)
    random = np.random.RandomState(0)
    inputs = random.randn(20, 8).astype(np.float32)
    targets = (inputs[:, :1] * 2.0 - inputs[:, 3:4]).astype(np.float32)
    w = tf.get_variable("w", [8, 1], initializer=tf.random_normal_initializer(stddev=0.1))
    loss = tf.reduce_mean(tf.squared_difference(tf.matmul(tf.constant(inputs), w), targets))
    train = tf.train.ProximalGradientDescentOptimizer(0.1, l1_regularization_strength=0.3).minimize(loss)
    return _twenty(tf, train, loss, more=[w])


def one_layer_at_a_time(tf):
    """Two optimizers with var_list: a first part that is frozen by turns, as in fine-tuning."""
    tf.set_random_seed(3)
    inputs, targets = _curve()
    x, y = tf.constant(inputs), tf.constant(targets)
    with tf.variable_scope("body"):
        body = tf.layers.dense(x, 6, activation=tf.nn.sigmoid, name="dense")
    with tf.variable_scope("head"):
        head = tf.layers.dense(body, 1, name="dense")
    loss = tf.reduce_sum(tf.nn.l2_loss(head - y))
    heads = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "head")
    bodies = tf.trainable_variables("body")
    train_head = tf.train.GradientDescentOptimizer(0.02).minimize(loss, var_list=heads)
    train_body = tf.train.MomentumOptimizer(0.05, 0.5).minimize(loss, var_list=bodies)
    runs = [(tf.global_variables_initializer(), None)]
    for step in range(STEPS):
        runs += [(train_head if step % 2 else train_body, None), (loss, None)]
    return runs
