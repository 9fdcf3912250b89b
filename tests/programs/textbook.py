"""The first chapters: tensors, graphs, sessions, forward pass, loss functions, a first training loop."""

from __future__ import annotations

import numpy as np

from .data import uniform


def hello(tf):
    a = tf.constant([1.0, 2.0], name="a")
    b = tf.constant([2.0, 3.0], name="b")
    result = a + b
    return [(result, None)]


def hello_named(tf):
    a = tf.constant([1, 2], name="a", dtype=tf.float32)
    b = tf.constant([2.0, 3.0], name="b", dtype=tf.float32)
    result = tf.add(a, b, name="add")
    message = tf.constant("Hello, TensorFlow!")
    return [({"sum": result, "message": message}, None)]


def forward_variables(tf):
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1))
    x = tf.constant([[0.7, 0.9]])
    a = tf.matmul(x, w1)
    y = tf.matmul(a, w2)
    return [(w1.initializer, None), (w2.initializer, None), (y, None), ([w1, w2], None)]


def forward_constant(tf):
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1), name="w1")
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1), name="w2")
    x = tf.constant([[0.7, 0.9], [0.1, 0.4], [0.5, 0.8]])
    a = tf.matmul(x, w1)
    y = tf.matmul(a, w2)
    init = tf.global_variables_initializer()
    return [(init, None), (y, None)]


def forward_placeholder(tf):
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1))
    x = tf.placeholder(tf.float32, shape=(3, 2), name="input")
    a = tf.matmul(x, w1)
    y = tf.matmul(a, w2)
    init_op = tf.global_variables_initializer()
    return [(init_op, None), (y, {x: [[0.7, 0.9], [0.1, 0.4], [0.5, 0.8]]})]


def forward_any_batch(tf):
    w1 = tf.Variable(tf.random_normal((2, 3), stddev=1, seed=1))
    w2 = tf.Variable(tf.random_normal((3, 1), stddev=1, seed=1))
    x = tf.placeholder(tf.float32, shape=(None, 2), name="x-input")
    y = tf.nn.relu(tf.matmul(tf.nn.relu(tf.matmul(x, w1)), w2))
    init_op = tf.initialize_all_variables()
    return [(init_op, None), (y, {x: [[0.7, 0.9]]}), (y, {x: [[0.7, 0.9], [0.1, 0.4], [0.5, 0.8]]})]


def forward_biases(tf):
    x = tf.constant([[0.7, 0.9]])
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1))
    biases1 = tf.Variable(tf.zeros([3]))
    biases2 = tf.Variable(tf.ones([1]))
    a = tf.nn.relu(tf.matmul(x, w1) + biases1)
    y = tf.nn.relu(tf.matmul(a, w2) + biases2)
    return [(tf.global_variables_initializer(), None), ([a, y], None)]


def _two_layers(tf):
    w1 = tf.Variable(tf.random_normal([2, 3], stddev=1, seed=1))
    w2 = tf.Variable(tf.random_normal([3, 1], stddev=1, seed=1))
    x = tf.placeholder(tf.float32, shape=(None, 2), name="x-input")
    y_ = tf.placeholder(tf.float32, shape=(None, 1), name="y-input")
    a = tf.matmul(x, w1)
    y = tf.matmul(a, w2)
    return w1, w2, x, y_, y


def _small_set(steps):
    for i in range(steps):
        x = uniform(8, 2, seed=i)
        yield x, (x.sum(axis=1, keepdims=True) < 1).astype(np.float32)


def _train(init, train_step, loss, x, y_, watched):
    runs = [(init, None), (watched, None)]
    for data, labels in _small_set(5):
        runs += [(train_step, {x: data, y_: labels}), (loss, {x: data, y_: labels})]
    return runs + [(watched, None)]


def training_net(tf):
    w1, w2, x, y_, y = _two_layers(tf)
    y = tf.sigmoid(y)
    cross_entropy = -tf.reduce_mean(
        y_ * tf.log(tf.clip_by_value(y, 1e-10, 1.0)) + (1 - y_) * tf.log(tf.clip_by_value(1 - y, 1e-10, 1.0))
    )
    train_step = tf.train.GradientDescentOptimizer(0.001).minimize(cross_entropy)
    return _train(tf.global_variables_initializer(), train_step, cross_entropy, x, y_, [w1, w2])


def training_net_first_edition(tf):
    w1, w2, x, y_, y = _two_layers(tf)
    cross_entropy = -tf.reduce_mean(y_ * tf.log(tf.clip_by_value(y, 1e-10, 1.0)))
    learning_rate = 0.001
    train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(cross_entropy)
    return _train(tf.global_variables_initializer(), train_step, cross_entropy, x, y_, [w1, w2])


def training_mean_squares(tf):
    w1, w2, x, y_, y = _two_layers(tf)
    mse = tf.reduce_mean(tf.square(y_ - y))
    train_step = tf.train.GradientDescentOptimizer(0.05).minimize(mse)
    return _train(tf.global_variables_initializer(), train_step, mse, x, y_, [w1, w2])


def training_custom_loss(tf):
    x = tf.placeholder(tf.float32, shape=(None, 2), name="x-input")
    y_ = tf.placeholder(tf.float32, shape=(None, 1), name="y-input")
    w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
    y = tf.matmul(x, w1)
    loss_less, loss_more = 10, 1
    loss = tf.reduce_sum(tf.where(tf.greater(y, y_), (y - y_) * loss_more, (y_ - y) * loss_less))
    train_step = tf.train.GradientDescentOptimizer(0.001).minimize(loss)
    return _train(tf.global_variables_initializer(), train_step, loss, x, y_, w1)


def training_softmax_layer(tf):
    w1, w2, x, _, _ = _two_layers(tf)
    hidden = tf.nn.tanh(tf.matmul(x, w1))
    w = tf.Variable(tf.truncated_normal([3, 3], stddev=0.5, seed=2), name="softmax_w")
    y = tf.nn.softmax(tf.matmul(hidden, w))
    labels = tf.placeholder(tf.float32, [None, 3], name="labels")
    cross_entropy = tf.reduce_mean(-tf.reduce_sum(labels * tf.log(y), reduction_indices=[1]))
    train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
    runs = [(tf.global_variables_initializer(), None)]
    for i, (data, _) in enumerate(_small_set(3)):
        feeds = {x: data, labels: np.eye(3, dtype=np.float32)[np.arange(8) % 3]}
        runs += [(train_step, feeds), (cross_entropy, feeds)]
    return runs + [(w, None)]


def minimize_a_square(tf):
    x = tf.Variable(tf.constant(5, dtype=tf.float32), name="x")
    y = tf.square(x)
    train_op = tf.train.GradientDescentOptimizer(0.3).minimize(y)
    return [(tf.global_variables_initializer(), None)] + [(train_op, None), (x, None)] * 4


def minimize_with_decaying_rate(tf):
    training_steps = 100
    global_step = tf.Variable(0)
    learning_rate = tf.train.exponential_decay(0.1, global_step, 1, 0.96, staircase=True)
    x = tf.Variable(tf.constant(5, dtype=tf.float32), name="x")
    y = tf.square(x)
    train_op = tf.train.GradientDescentOptimizer(learning_rate).minimize(y, global_step=global_step)
    watched = {"x": x, "step": global_step, "rate": learning_rate, "progress": global_step / training_steps}
    return [(tf.global_variables_initializer(), None)] + [(train_op, None), (watched, None)] * 4


def five_layers_with_regularizer(tf):
    def get_weight(shape, lambda1):
        var = tf.Variable(tf.random_normal(shape, seed=3), dtype=tf.float32)
        tf.add_to_collection("losses", tf.contrib.layers.l2_regularizer(lambda1)(var))
        return var

    x = tf.placeholder(tf.float32, shape=(None, 2))
    y_ = tf.placeholder(tf.float32, shape=(None, 1))
    layer_dimension = [2, 10, 5, 3, 1]
    cur_layer = x
    in_dimension = layer_dimension[0]
    for out_dimension in layer_dimension[1:]:
        weight = get_weight([in_dimension, out_dimension], 0.003)
        bias = tf.Variable(tf.constant(0.1, shape=[out_dimension]))
        cur_layer = tf.nn.elu(tf.matmul(cur_layer, weight) + bias)
        in_dimension = out_dimension
    y = cur_layer
    mse_loss = tf.reduce_sum(tf.pow(y_ - y, 2)) / 8
    tf.add_to_collection("losses", mse_loss)
    loss = tf.add_n(tf.get_collection("losses"))
    train_op = tf.train.GradientDescentOptimizer(0.001).minimize(loss)
    runs = [(tf.global_variables_initializer(), None)]
    for data, labels in _small_set(3):
        runs += [(train_op, {x: data, y_: labels}), (loss, {x: data, y_: labels})]
    return runs


def regularizers(tf):
    weights = tf.constant([[1.0, -2.0], [-3.0, 4.0]])
    l1 = tf.contrib.layers.l1_regularizer(0.5)(weights)
    l2 = tf.contrib.layers.l2_regularizer(0.5)(weights)
    both = tf.contrib.layers.l1_l2_regularizer(0.5, 0.25)(weights)
    return [([l1, l2, both], None)]


def table_of_functions(tf):
    """The book's examples of clipping, logarithms, products and comparisons."""
    v1 = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    clipped = tf.clip_by_value(v1, 2.5, 4.5)
    v2 = tf.constant([1.0, 2.0, 3.0])
    logs = tf.log(v2)
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    b = tf.constant([[5.0, 6.0], [7.0, 8.0]])
    v3 = tf.constant([1.0, 2.0, 3.0, 4.0])
    v4 = tf.constant([4.0, 3.0, 2.0, 1.0])
    fetches = [clipped, logs, a * b, tf.matmul(a, b), tf.reduce_mean(v1), tf.greater(v3, v4)]
    return [(fetches + [tf.where(tf.greater(v3, v4), v3, v4)], None)]
