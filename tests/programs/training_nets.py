"""Dense nets of the usual kinds, trained for twenty steps after `tf.set_random_seed` alone: what a script prints."""

from __future__ import annotations

import numpy as np

from .data import uniform
from .steps import STEPS, cycled, twenty_steps


def dense_dropout_adam(tf):
    """Three dense layers with dropout between them, and Adam."""
    tf.set_random_seed(42)
    x = tf.placeholder(tf.float32, [None, 20], name="x")
    y = tf.placeholder(tf.float32, [None, 5], name="y")
    training = tf.placeholder_with_default(False, [], name="training")
    net = tf.layers.dense(x, 16, activation=tf.nn.relu, name="hidden1")
    net = tf.layers.dropout(net, rate=0.4, training=training)
    net = tf.layers.dense(net, 12, activation=tf.nn.elu, name="hidden2")
    net = tf.layers.dropout(net, rate=0.2, training=training)
    logits = tf.layers.dense(net, 5, name="logits")
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    init = tf.global_variables_initializer()
    return twenty_steps(init, loss, train, cycled(x, y, 16, [20], 5, {training: True}))


def averaged_weights(tf):
    """The averages of all weights follow the training; the loss that they give is fetched at the end."""
    tf.set_random_seed(11)
    x = tf.placeholder(tf.float32, [None, 10])
    y = tf.placeholder(tf.float32, [None, 3])
    step = tf.Variable(0, trainable=False)
    average = tf.train.ExponentialMovingAverage(0.9, step)

    def weights(name, shape):
        return tf.get_variable(name, shape, initializer=tf.truncated_normal_initializer(stddev=0.5))

    def inference(averaged):
        read = average.average if averaged else (lambda v: v)
        with tf.variable_scope("net", reuse=averaged):
            w1, w2 = weights("w1", [10, 8]), weights("w2", [8, 3])
            b1 = tf.get_variable("b1", [8], initializer=tf.constant_initializer(0.1))
            return tf.matmul(tf.nn.relu(tf.matmul(x, read(w1)) + read(b1)), read(w2))

    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=inference(False)))
    descend = tf.train.GradientDescentOptimizer(0.3).minimize(loss, global_step=step)
    with tf.control_dependencies([descend]):
        train = average.apply(tf.trainable_variables())
    averaged_loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=inference(True)))
    init = tf.global_variables_initializer()
    feeds = cycled(x, y, 12, [10], 3)
    return [*twenty_steps(init, loss, train, feeds), (averaged_loss, feeds[0])]


def regularized_with_pieces(tf):
    """Regularizers of the layers, the total of all losses, and a piecewise constant rate."""
    tf.set_random_seed(21)
    x = tf.placeholder(tf.float32, [None, 9])
    y = tf.placeholder(tf.float32, [None, 3])
    l2 = tf.contrib.layers.l2_regularizer(0.01)
    net = tf.layers.dense(
        x, 7, tf.nn.sigmoid, kernel_regularizer=l2, kernel_initializer=tf.variance_scaling_initializer()
    )
    net = tf.layers.dense(net, 5, tf.nn.relu6, kernel_regularizer=tf.contrib.layers.l1_regularizer(0.001))
    logits = tf.layers.dense(net, 3, kernel_initializer=tf.orthogonal_initializer(), bias_regularizer=l2)
    tf.losses.softmax_cross_entropy(y, logits, label_smoothing=0.1)
    tf.losses.mean_squared_error(y, tf.nn.softmax(logits), weights=0.5)
    loss = tf.losses.get_total_loss()
    step = tf.train.create_global_step()
    rate = tf.train.piecewise_constant(step, [5, 12], [0.5, 0.2, 0.05])
    train = tf.train.FtrlOptimizer(rate).minimize(loss, global_step=step)
    init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())
    return twenty_steps(init, [loss, rate], train, cycled(x, y, 10, [9], 3))


def two_heads_shared_body(tf):
    """One body, two answers, a rate that falls with a cosine, Adadelta, and a name for every part."""
    tf.set_random_seed(23)
    x = tf.placeholder(tf.float32, [None, 8], name="x")
    kind = tf.placeholder(tf.int64, [None], name="kind")
    amount = tf.placeholder(tf.float32, [None, 1], name="amount")
    with tf.name_scope("body"):
        body = tf.layers.dense(x, 10, tf.nn.selu, kernel_initializer=tf.glorot_normal_initializer())
    with tf.variable_scope("classify"):
        logits = tf.layers.dense(body, 4)
        classify = tf.losses.sparse_softmax_cross_entropy(kind, logits)
    with tf.variable_scope("regress"):
        predicted = tf.layers.dense(body, 1)
        regress = tf.losses.huber_loss(amount, predicted)
    loss = tf.add(classify, 0.3 * regress, name="total")
    step = tf.train.get_or_create_global_step()
    rate = tf.train.cosine_decay(5.0, step, 15, alpha=0.1)
    train = tf.train.AdadeltaOptimizer(rate, 0.9).minimize(loss, global_step=step)
    right = tf.reduce_mean(tf.to_float(tf.nn.in_top_k(logits, kind, 1)))
    random = np.random.RandomState(0)
    feeds = [
        {x: uniform(9, 8, seed=step % 3), kind: random.randint(0, 4, 9), amount: uniform(9, 1, seed=step % 3 + 5)}
        for step in range(STEPS)
    ]
    return twenty_steps(tf.global_variables_initializer(), [loss, right, rate], train, feeds)


def word_vectors_nce(tf):
    """Skip-gram with noise-contrastive estimation, and the nearest words by cosine."""
    tf.set_random_seed(13)
    inputs = tf.placeholder(tf.int32, shape=[8])
    labels = tf.placeholder(tf.int32, shape=[8, 1])
    valid = tf.constant([1, 3], dtype=tf.int32)
    embeddings = tf.Variable(tf.random_uniform([30, 6], -1.0, 1.0))
    embed = tf.nn.embedding_lookup(embeddings, inputs)
    weights = tf.Variable(tf.truncated_normal([30, 6], stddev=1.0 / 6**0.5))
    biases = tf.Variable(tf.zeros([30]))
    loss = tf.reduce_mean(
        tf.nn.nce_loss(weights=weights, biases=biases, labels=labels, inputs=embed, num_sampled=5, num_classes=30)
    )
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
    normalized = embeddings / norm
    similar = tf.matmul(tf.nn.embedding_lookup(normalized, valid), normalized, transpose_b=True)
    random = np.random.RandomState(0)
    feeds = [{inputs: random.randint(0, 30, 8), labels: random.randint(0, 30, [8, 1])} for _ in range(STEPS)]
    return twenty_steps(tf.global_variables_initializer(), loss, train, feeds) + [(similar, None)]
