"""The textbook's MNIST network: 784-500-10, L2, exponential decay and moving averages.

The books run the averages beside the training step, which TensorFlow does in either order, different from run
to run: their values are not compared here (averages.py has programs whose order is certain).
"""

from __future__ import annotations

from .data import batches, one_hot, uniform

INPUT_NODE, OUTPUT_NODE, LAYER1_NODE = 784, 10, 500
BATCH_SIZE, NUM_EXAMPLES = 100, 4000
LEARNING_RATE_BASE, LEARNING_RATE_DECAY = 0.8, 0.99
REGULARIZATION_RATE, MOVING_AVERAGE_DECAY = 0.0001, 0.99


def _runs(init, train, x, y_, before, after):
    validate = {x: uniform(20, INPUT_NODE, seed=99, high=0.25), y_: one_hot(20, OUTPUT_NODE, seed=99)}
    runs = [(init, None), (before, validate)]
    runs += [(train, {x: images, y_: labels}) for images, labels in batches(3, 16, INPUT_NODE, OUTPUT_NODE)]
    return runs + [(after, validate)]


def one_file(tf):
    """The whole training program in one function, before the book splits it in two."""
    tf.set_random_seed(1)

    def inference(input_tensor, avg_class, weights1, biases1, weights2, biases2):
        if avg_class is None:
            layer1 = tf.nn.relu(tf.matmul(input_tensor, weights1) + biases1)
            return tf.matmul(layer1, weights2) + biases2
        layer1 = tf.nn.relu(tf.matmul(input_tensor, avg_class.average(weights1)) + avg_class.average(biases1))
        return tf.matmul(layer1, avg_class.average(weights2)) + avg_class.average(biases2)

    x = tf.placeholder(tf.float32, [None, INPUT_NODE], name="x-input")
    y_ = tf.placeholder(tf.float32, [None, OUTPUT_NODE], name="y-input")
    weights1 = tf.Variable(tf.truncated_normal([INPUT_NODE, LAYER1_NODE], stddev=0.1))
    biases1 = tf.Variable(tf.constant(0.1, shape=[LAYER1_NODE]))
    weights2 = tf.Variable(tf.truncated_normal([LAYER1_NODE, OUTPUT_NODE], stddev=0.1))
    biases2 = tf.Variable(tf.constant(0.1, shape=[OUTPUT_NODE]))
    y = inference(x, None, weights1, biases1, weights2, biases2)

    global_step = tf.Variable(0, trainable=False)
    variable_averages = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
    variables_averages_op = variable_averages.apply(tf.trainable_variables())
    average_y = inference(x, variable_averages, weights1, biases1, weights2, biases2)

    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
    cross_entropy_mean = tf.reduce_mean(cross_entropy)
    regularizer = tf.contrib.layers.l2_regularizer(REGULARIZATION_RATE)
    regularization = regularizer(weights1) + regularizer(weights2)
    loss = cross_entropy_mean + regularization
    learning_rate = tf.train.exponential_decay(
        LEARNING_RATE_BASE, global_step, NUM_EXAMPLES / BATCH_SIZE, LEARNING_RATE_DECAY
    )
    train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)
    with tf.control_dependencies([train_step, variables_averages_op]):
        train_op = tf.no_op(name="train")
    correct_prediction = tf.equal(tf.argmax(average_y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

    before = {"w1": weights1, "y": y}
    before["accuracy"] = accuracy
    after = {"loss": loss, "step": global_step, "rate": learning_rate, "y": y, "b1": biases1, "w2": weights2}
    return _runs(tf.global_variables_initializer(), train_op, x, y_, before, after)


def _get_weight_variable(tf, shape, regularizer):
    weights = tf.get_variable("weights", shape, initializer=tf.truncated_normal_initializer(stddev=0.1))
    if regularizer is not None:
        tf.add_to_collection("losses", regularizer(weights))
    return weights


def _inference(tf, input_tensor, regularizer):
    with tf.variable_scope("layer1"):
        weights = _get_weight_variable(tf, [INPUT_NODE, LAYER1_NODE], regularizer)
        biases = tf.get_variable("biases", [LAYER1_NODE], initializer=tf.constant_initializer(0.0))
        layer1 = tf.nn.relu(tf.matmul(input_tensor, weights) + biases)
    with tf.variable_scope("layer2"):
        weights = _get_weight_variable(tf, [LAYER1_NODE, OUTPUT_NODE], regularizer)
        biases = tf.get_variable("biases", [OUTPUT_NODE], initializer=tf.constant_initializer(0.0))
        layer2 = tf.matmul(layer1, weights) + biases
    return layer2


def collection_and_scopes(tf):
    """mnist_inference.py and mnist_train.py: get_variable in scopes, the losses in a collection."""
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, INPUT_NODE], name="x-input")
    y_ = tf.placeholder(tf.float32, [None, OUTPUT_NODE], name="y-input")
    regularizer = tf.contrib.layers.l2_regularizer(REGULARIZATION_RATE)
    y = _inference(tf, x, regularizer)
    global_step = tf.Variable(0, trainable=False)

    variable_averages = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
    variables_averages_op = variable_averages.apply(tf.trainable_variables())
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
    cross_entropy_mean = tf.reduce_mean(cross_entropy)
    loss = cross_entropy_mean + tf.add_n(tf.get_collection("losses"))
    learning_rate = tf.train.exponential_decay(
        LEARNING_RATE_BASE, global_step, NUM_EXAMPLES / BATCH_SIZE, LEARNING_RATE_DECAY, staircase=True
    )
    train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)
    with tf.control_dependencies([train_step, variables_averages_op]):
        train_op = tf.no_op(name="train")
    after = {"loss": loss, "step": global_step, "y": y, "weights": tf.trainable_variables()}
    return _runs(tf.global_variables_initializer(), train_op, x, y_, {"y": y, "loss": loss}, after)


def named_scopes(tf):
    """mnist_train.py of the TensorBoard chapter: the same network with name scopes around its parts."""
    tf.set_random_seed(7)
    with tf.name_scope("input"):
        x = tf.placeholder(tf.float32, [None, INPUT_NODE], name="x-input")
        y_ = tf.placeholder(tf.float32, [None, OUTPUT_NODE], name="y-input")
    y = _inference(tf, x, tf.contrib.layers.l2_regularizer(REGULARIZATION_RATE))
    global_step = tf.Variable(0, trainable=False)
    with tf.name_scope("moving_average"):
        variable_averages = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
        variables_averages_op = variable_averages.apply(tf.trainable_variables())
    with tf.name_scope("loss_function"):
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
        cross_entropy_mean = tf.reduce_mean(cross_entropy)
        loss = cross_entropy_mean + tf.add_n(tf.get_collection("losses"))
    with tf.name_scope("train_step"):
        learning_rate = tf.train.exponential_decay(
            LEARNING_RATE_BASE, global_step, NUM_EXAMPLES / BATCH_SIZE, LEARNING_RATE_DECAY, staircase=True
        )
        train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)
        with tf.control_dependencies([train_step, variables_averages_op]):
            train_op = tf.no_op(name="train")
    return _runs(tf.global_variables_initializer(), train_op, x, y_, {"loss": loss}, {"loss": loss})


def evaluation(tf):
    """mnist_eval.py: the network and its accuracy, without training."""
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, INPUT_NODE], name="x-input")
    y_ = tf.placeholder(tf.float32, [None, OUTPUT_NODE], name="y-input")
    y = _inference(tf, x, None)
    correct_prediction = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
    feeds = {x: uniform(20, INPUT_NODE), y_: one_hot(20, OUTPUT_NODE)}
    return [(tf.global_variables_initializer(), None), ({"y": y, "accuracy": accuracy}, feeds)]


def softmax_regression(tf):
    """The beginners' MNIST tutorial: one softmax layer."""
    x = tf.placeholder(tf.float32, [None, 784])
    w = tf.Variable(tf.zeros([784, 10]))
    b = tf.Variable(tf.zeros([10]))
    y = tf.nn.softmax(tf.matmul(x, w) + b)
    y_ = tf.placeholder(tf.float32, [None, 10])
    cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y), reduction_indices=[1]))
    train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
    correct_prediction = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
    after = {"loss": cross_entropy, "accuracy": accuracy, "b": b, "w": w}
    return _runs(tf.global_variables_initializer(), train_step, x, y_, {"y": y}, after)


def dense_softmax_loss(tf):
    """Logits, `softmax_cross_entropy_with_logits` of dense labels, and its newer twin."""
    tf.set_random_seed(5)
    x = tf.placeholder("float", [None, 784])
    y_ = tf.placeholder("float", [None, 10])
    w = tf.Variable(tf.random_normal([784, 10], stddev=0.01))
    b = tf.Variable(tf.random_normal([10]))
    logits = tf.add(tf.matmul(x, w), b)
    first = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y_))
    second = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y_))
    train_first = tf.train.GradientDescentOptimizer(learning_rate=0.01).minimize(first)
    train_second = tf.train.GradientDescentOptimizer(learning_rate=0.01).minimize(second)
    fetches = {"first": first, "second": second, "b": b}
    init = tf.global_variables_initializer()
    return _runs(init, [train_first, train_second], x, y_, {"first": first}, fetches)


def dictionary_mlp(tf):
    """The much-copied perceptron with dictionaries of weights and biases."""
    tf.set_random_seed(11)
    x = tf.placeholder("float", [None, 784])
    y_ = tf.placeholder("float", [None, 10])
    weights = {
        "h1": tf.Variable(tf.random_normal([784, 32])),
        "h2": tf.Variable(tf.random_normal([32, 16])),
        "out": tf.Variable(tf.random_normal([16, 10])),
    }
    biases = {
        "b1": tf.Variable(tf.random_normal([32])),
        "b2": tf.Variable(tf.random_normal([16])),
        "out": tf.Variable(tf.random_normal([10])),
    }
    layer_1 = tf.nn.relu(tf.add(tf.matmul(x, weights["h1"]), biases["b1"]))
    layer_2 = tf.nn.sigmoid(tf.add(tf.matmul(layer_1, weights["h2"]), biases["b2"]))
    logits = tf.matmul(layer_2, weights["out"]) + biases["out"]
    loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y_))
    train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss_op)
    pred = tf.nn.softmax(logits)
    correct_prediction = tf.equal(tf.argmax(pred, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, "float"))
    after = {"loss": loss_op, "accuracy": accuracy, "logits": logits, "h2": weights["h2"]}
    return _runs(tf.global_variables_initializer(), train_op, x, y_, {"logits": logits}, after)
