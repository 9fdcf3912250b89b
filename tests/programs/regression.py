"""Small models: lines, curves, xor, logistic regression."""

from __future__ import annotations

import numpy as np

from .data import uniform

XOR_X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
XOR_Y = [[0.0], [1.0], [1.0], [0.0]]


def _trained(tf, train, feeds, watched, steps=4):
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(train, feeds), (watched, feeds)] * steps


def line_of_scalars(tf):
    """The getting-started guide: W and b from the start values of a list."""
    w = tf.Variable([0.3], dtype=tf.float32)
    b = tf.Variable([-0.3], dtype=tf.float32)
    x = tf.placeholder(tf.float32)
    linear_model = w * x + b
    y = tf.placeholder(tf.float32)
    loss = tf.reduce_sum(tf.square(linear_model - y))
    optimizer = tf.train.GradientDescentOptimizer(0.01)
    train = optimizer.minimize(loss)
    feeds = {x: [1, 2, 3, 4], y: [0, -1, -2, -3]}
    fix_w, fix_b = tf.assign(w, [-1.0]), tf.assign(b, [1.0])
    runs = _trained(tf, train, feeds, [w, b, loss])
    return runs + [(linear_model, feeds), ([fix_w, fix_b], None), (loss, feeds)]


def line_from_numpy(tf):
    """The first page of the TF 0.x site: y = 0.1 x + 0.3 from numpy data held in the graph."""
    x_data = uniform(100, seed=1)
    y_data = x_data * np.float32(0.1) + np.float32(0.3)
    weights = tf.Variable(tf.random_uniform([1], -1.0, 1.0, seed=4))
    biases = tf.Variable(tf.zeros([1]))
    y = weights * x_data + biases
    loss = tf.reduce_mean(tf.square(y - y_data))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    return _trained(tf, train, None, [weights, biases, loss])


def line_one_sample_at_a_time(tf):
    x_train = np.asarray([3.3, 4.4, 5.5, 6.71, 6.93], dtype=np.float64)
    y_train = np.asarray([1.7, 2.76, 2.09, 3.19, 1.694], dtype=np.float64)
    n_samples = x_train.shape[0]
    x, y = tf.placeholder("float"), tf.placeholder("float")
    w = tf.Variable(0.25, name="weight")
    b = tf.Variable(-0.5, name="bias")
    pred = tf.add(tf.multiply(x, w), b)
    cost = tf.reduce_sum(tf.pow(pred - y, 2)) / (2 * n_samples)
    optimizer = tf.train.GradientDescentOptimizer(0.01).minimize(cost)
    runs = [(tf.global_variables_initializer(), None)]
    runs += [(optimizer, {x: each_x, y: each_y}) for each_x, each_y in zip(x_train, y_train)]
    return runs + [([cost, w, b], {x: x_train, y: y_train})]


def line_with_matrices(tf):
    tf.set_random_seed(9)
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    w = tf.Variable(tf.truncated_normal([3, 1], stddev=0.5), name="w")
    b = tf.Variable(tf.zeros([1]), name="b")
    with tf.name_scope("loss"):
        prediction = tf.add(tf.matmul(x, w), b, name="prediction")
        loss = tf.reduce_mean(tf.squared_difference(prediction, y), name="mse")
    global_step = tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(0.1, name="sgd").minimize(loss, global_step=global_step, name="fit")
    data = uniform(12, 3, seed=5)
    return _trained(tf, train, {x: data, y: data.sum(axis=1, keepdims=True)}, [loss, w, b, global_step])


def normal_equation(tf):
    """Gradients written out by hand and applied with `assign`, as in a chapter on housing prices."""
    data = np.hstack([np.ones((20, 1), np.float32), uniform(20, 2, seed=6)])
    target = data.dot(np.array([[1.0], [2.0], [-1.0]], np.float32))
    x = tf.constant(data, dtype=tf.float32, name="X")
    y = tf.constant(target, dtype=tf.float32, name="y")
    theta = tf.Variable(tf.random_uniform([3, 1], -1.0, 1.0, seed=42), name="theta")
    y_pred = tf.matmul(x, theta, name="predictions")
    error = y_pred - y
    mse = tf.reduce_mean(tf.square(error), name="mse")
    gradients = 2 / 20 * tf.matmul(tf.transpose(x), error)
    training_op = tf.assign(theta, theta - 0.1 * gradients)
    automatic = tf.gradients(mse, [theta])[0]
    runs = [(tf.global_variables_initializer(), None), ([gradients, automatic, mse], None)]
    return runs + [(training_op, None), (mse, None)] * 3


def curve(tf):
    """Fitting x^2 with one hidden layer, a favourite of video tutorials."""
    tf.set_random_seed(1)

    def add_layer(inputs, in_size, out_size, activation_function=None):
        with tf.name_scope("layer"):
            with tf.name_scope("weights"):
                weights = tf.Variable(tf.random_normal([in_size, out_size]), name="W")
            with tf.name_scope("biases"):
                biases = tf.Variable(tf.zeros([1, out_size]) + 0.1, name="b")
            with tf.name_scope("Wx_plus_b"):
                wx_plus_b = tf.add(tf.matmul(inputs, weights), biases)
            return wx_plus_b if activation_function is None else activation_function(wx_plus_b)

    x_data = np.linspace(-1, 1, 30, dtype=np.float32)[:, np.newaxis]
    with tf.name_scope("inputs"):
        xs = tf.placeholder(tf.float32, [None, 1], name="x_input")
        ys = tf.placeholder(tf.float32, [None, 1], name="y_input")
    l1 = add_layer(xs, 1, 10, activation_function=tf.nn.relu)
    prediction = add_layer(l1, 10, 1)
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.reduce_sum(tf.square(ys - prediction), reduction_indices=[1]))
    with tf.name_scope("train"):
        train_step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return _trained(tf, train_step, {xs: x_data, ys: np.square(x_data) - 0.5}, loss)


def polynomial(tf):
    x = tf.placeholder(tf.float32, name="X")
    y = tf.placeholder(tf.float32, name="Y")
    coefficients = [tf.Variable(0.1 * i, name="weight_%d" % i) for i in range(4)]
    terms = [tf.multiply(w, tf.pow(x, i)) for i, w in enumerate(coefficients)]
    prediction = tf.add_n(terms)
    cost = tf.reduce_mean(tf.pow(y - prediction, 2))
    train = tf.train.GradientDescentOptimizer(0.05).minimize(cost)
    data = np.linspace(-1, 1, 11).astype(np.float32)
    return _trained(tf, train, {x: data, y: data**3}, [cost, coefficients])


def xor(tf):
    x = tf.placeholder(tf.float32, shape=[4, 2], name="x-input")
    y = tf.placeholder(tf.float32, shape=[4, 1], name="y-input")
    theta1 = tf.Variable(tf.random_uniform([2, 2], -1, 1, seed=1), name="Theta1")
    theta2 = tf.Variable(tf.random_uniform([2, 1], -1, 1, seed=2), name="Theta2")
    bias1 = tf.Variable(tf.zeros([2]), name="Bias1")
    bias2 = tf.Variable(tf.zeros([1]), name="Bias2")
    with tf.name_scope("layer2"):
        hidden = tf.sigmoid(tf.matmul(x, theta1) + bias1)
    with tf.name_scope("layer3"):
        hypothesis = tf.sigmoid(tf.matmul(hidden, theta2) + bias2)
    with tf.name_scope("cost"):
        cost = tf.reduce_mean(((y * tf.log(hypothesis)) + ((1 - y) * tf.log(1.0 - hypothesis))) * -1)
    with tf.name_scope("train"):
        train_step = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
    return _trained(tf, train_step, {x: XOR_X, y: XOR_Y}, [cost, hypothesis, theta1, bias2])


def xor_with_accuracy(tf):
    tf.set_random_seed(777)
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.placeholder(tf.float32, [None, 1])
    w1 = tf.Variable(tf.random_normal([2, 10]), name="weight1")
    b1 = tf.Variable(tf.random_normal([10]), name="bias1")
    layer1 = tf.sigmoid(tf.matmul(x, w1) + b1)
    w2 = tf.Variable(tf.random_normal([10, 1]), name="weight2")
    b2 = tf.Variable(tf.random_normal([1]), name="bias2")
    hypothesis = tf.sigmoid(tf.matmul(layer1, w2) + b2)
    cost = -tf.reduce_mean(y * tf.log(hypothesis) + (1 - y) * tf.log(1 - hypothesis))
    train = tf.train.GradientDescentOptimizer(learning_rate=0.1).minimize(cost)
    predicted = tf.cast(hypothesis > 0.5, dtype=tf.float32)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, y), dtype=tf.float32))
    return _trained(tf, train, {x: XOR_X, y: XOR_Y}, [hypothesis, predicted, accuracy, cost])


def logistic(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.placeholder(tf.float32, [None, 1])
    w = tf.Variable(tf.zeros([2, 1]))
    b = tf.Variable(tf.zeros([1]))
    logits = tf.matmul(x, w) + b
    cost = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=y))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(cost)
    data = uniform(10, 2, seed=8)
    labels = (data[:, :1] > data[:, 1:]).astype(np.float32)
    return _trained(tf, train, {x: data, y: labels}, [cost, w, b])


def softmax_with_integer_labels(tf):
    x = tf.placeholder(tf.float32, [None, 4])
    y = tf.placeholder(tf.int32, [None, 1])
    y_one_hot = tf.reshape(tf.one_hot(y, 3), [-1, 3])
    w = tf.Variable(tf.random_normal([4, 3], seed=10), name="weight")
    b = tf.Variable(tf.zeros([3]), name="bias")
    logits = tf.matmul(x, w) + b
    hypothesis = tf.nn.softmax(logits)
    cost_i = tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=tf.stop_gradient(y_one_hot))
    cost = tf.reduce_mean(cost_i)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
    prediction = tf.argmax(hypothesis, 1)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(prediction, tf.argmax(y_one_hot, 1)), tf.float32))
    feeds = {x: uniform(6, 4, seed=2), y: [[0], [1], [2], [0], [1], [2]]}
    return _trained(tf, train, feeds, [cost, prediction, accuracy])


def support_vectors(tf):
    x_data = tf.placeholder(shape=[None, 2], dtype=tf.float32)
    y_target = tf.placeholder(shape=[None, 1], dtype=tf.float32)
    a = tf.Variable(tf.random_normal(shape=[2, 1], seed=3))
    b = tf.Variable(tf.random_normal(shape=[1, 1], seed=4))
    model_output = tf.subtract(tf.matmul(x_data, a), b)
    l2_norm = tf.reduce_sum(tf.square(a))
    alpha = tf.constant([0.1])
    zero = tf.constant(0.0)
    hinge = tf.maximum(zero, tf.subtract(1.0, tf.multiply(model_output, y_target)))
    loss = tf.add(tf.reduce_mean(hinge), tf.multiply(alpha, l2_norm))
    prediction = tf.sign(model_output)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(prediction, y_target), tf.float32))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    data = uniform(10, 2, seed=12)
    labels = np.where(data[:, :1] > data[:, 1:], 1.0, -1.0).astype(np.float32)
    return _trained(tf, train, {x_data: data, y_target: labels}, [loss, accuracy, a, b])
