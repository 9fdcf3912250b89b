"""LeNet-5 as the books write it: convolution, pooling, fully connected layers with dropout."""

from __future__ import annotations

from .data import one_hot, uniform

IMAGE_SIZE, NUM_CHANNELS, NUM_LABELS = 28, 1, 10
CONV1_DEEP, CONV1_SIZE = 32, 5
CONV2_DEEP, CONV2_SIZE = 64, 5
FC_SIZE = 512


def _convolutions(tf, input_tensor):
    with tf.variable_scope("layer1-conv1"):
        conv1_weights = tf.get_variable(
            "weight",
            [CONV1_SIZE, CONV1_SIZE, NUM_CHANNELS, CONV1_DEEP],
            initializer=tf.truncated_normal_initializer(stddev=0.1),
        )
        conv1_biases = tf.get_variable("bias", [CONV1_DEEP], initializer=tf.constant_initializer(0.0))
        conv1 = tf.nn.conv2d(input_tensor, conv1_weights, strides=[1, 1, 1, 1], padding="SAME")
        relu1 = tf.nn.relu(tf.nn.bias_add(conv1, conv1_biases))
    with tf.name_scope("layer2-pool1"):
        pool1 = tf.nn.max_pool(relu1, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
    with tf.variable_scope("layer3-conv2"):
        conv2_weights = tf.get_variable(
            "weight",
            [CONV2_SIZE, CONV2_SIZE, CONV1_DEEP, CONV2_DEEP],
            initializer=tf.truncated_normal_initializer(stddev=0.1),
        )
        conv2_biases = tf.get_variable("bias", [CONV2_DEEP], initializer=tf.constant_initializer(0.0))
        conv2 = tf.nn.conv2d(pool1, conv2_weights, strides=[1, 1, 1, 1], padding="SAME")
        relu2 = tf.nn.relu(tf.nn.bias_add(conv2, conv2_biases))
    with tf.name_scope("layer4-pool2"):
        return tf.nn.max_pool(relu2, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def _fully_connected(tf, reshaped, nodes, train, regularizer):
    with tf.variable_scope("layer5-fc1"):
        fc1_weights = tf.get_variable(
            "weight", [nodes, FC_SIZE], initializer=tf.truncated_normal_initializer(stddev=0.1)
        )
        if regularizer is not None:
            tf.add_to_collection("losses", regularizer(fc1_weights))
        fc1_biases = tf.get_variable("bias", [FC_SIZE], initializer=tf.constant_initializer(0.1))
        fc1 = tf.nn.relu(tf.matmul(reshaped, fc1_weights) + fc1_biases)
        if train:
            fc1 = tf.nn.dropout(fc1, 0.5)
    with tf.variable_scope("layer6-fc2"):
        fc2_weights = tf.get_variable(
            "weight", [FC_SIZE, NUM_LABELS], initializer=tf.truncated_normal_initializer(stddev=0.1)
        )
        if regularizer is not None:
            tf.add_to_collection("losses", regularizer(fc2_weights))
        fc2_biases = tf.get_variable("bias", [NUM_LABELS], initializer=tf.constant_initializer(0.1))
        return tf.matmul(fc1, fc2_weights) + fc2_biases


def _inference(tf, input_tensor, train, regularizer):
    pool2 = _convolutions(tf, input_tensor)
    pool_shape = pool2.get_shape().as_list()
    nodes = pool_shape[1] * pool_shape[2] * pool_shape[3]
    reshaped = tf.reshape(pool2, [pool_shape[0], nodes])
    return _fully_connected(tf, reshaped, nodes, train, regularizer)


def training(tf):
    tf.set_random_seed(1)
    batch_size = 4
    x = tf.placeholder(tf.float32, [batch_size, IMAGE_SIZE, IMAGE_SIZE, NUM_CHANNELS], name="x-input")
    y_ = tf.placeholder(tf.float32, [None, NUM_LABELS], name="y-input")
    regularizer = tf.contrib.layers.l2_regularizer(0.0001)
    y = _inference(tf, x, True, regularizer)
    global_step = tf.Variable(0, trainable=False)

    variable_averages = tf.train.ExponentialMovingAverage(0.99, global_step)
    variables_averages_op = variable_averages.apply(tf.trainable_variables())
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
    cross_entropy_mean = tf.reduce_mean(cross_entropy)
    loss = cross_entropy_mean + tf.add_n(tf.get_collection("losses"))
    learning_rate = tf.train.exponential_decay(0.01, global_step, 1000, 0.99, staircase=True)
    train_step = tf.train.GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)
    with tf.control_dependencies([train_step, variables_averages_op]):
        train_op = tf.no_op(name="train")

    runs = [(tf.global_variables_initializer(), None)]
    for i in range(2):
        images = uniform(batch_size, IMAGE_SIZE, IMAGE_SIZE, NUM_CHANNELS, seed=i, high=0.25)
        feeds = {x: images, y_: one_hot(batch_size, NUM_LABELS, seed=i)}
        runs += [({"loss": loss, "logits": y}, feeds), (train_op, feeds)]
    return runs + [({"step": global_step, "weights": tf.trainable_variables()}, None)]


def evaluation_of_any_batch(tf):
    tf.set_random_seed(2)
    x = tf.placeholder(tf.float32, [None, IMAGE_SIZE, IMAGE_SIZE, NUM_CHANNELS], name="x-input")
    pool2 = _convolutions(tf, x)
    nodes = pool2.shape[1] * pool2.shape[2] * pool2.shape[3]
    reshaped = tf.reshape(pool2, [-1, nodes])
    y = _fully_connected(tf, reshaped, nodes, False, None)
    images = uniform(3, IMAGE_SIZE, IMAGE_SIZE, NUM_CHANNELS, high=0.25)
    return [(tf.global_variables_initializer(), None), ({"y": y, "label": tf.argmax(y, 1)}, {x: images})]


def deep_mnist(tf):
    """The experts' MNIST tutorial: helper functions, keep_prob as a placeholder."""
    tf.set_random_seed(3)

    def weight_variable(shape):
        return tf.Variable(tf.truncated_normal(shape, stddev=0.1))

    def bias_variable(shape):
        return tf.Variable(tf.constant(0.1, shape=shape))

    def conv2d(x, w):
        return tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME")

    def max_pool_2x2(x):
        return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")

    x = tf.placeholder(tf.float32, shape=[None, 784])
    y_ = tf.placeholder(tf.float32, shape=[None, 10])
    x_image = tf.reshape(x, [-1, 28, 28, 1])
    w_conv1, b_conv1 = weight_variable([5, 5, 1, 8]), bias_variable([8])
    h_pool1 = max_pool_2x2(tf.nn.relu(conv2d(x_image, w_conv1) + b_conv1))
    w_conv2, b_conv2 = weight_variable([5, 5, 8, 16]), bias_variable([16])
    h_pool2 = max_pool_2x2(tf.nn.relu(conv2d(h_pool1, w_conv2) + b_conv2))
    w_fc1, b_fc1 = weight_variable([7 * 7 * 16, 64]), bias_variable([64])
    h_pool2_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 16])
    h_fc1 = tf.nn.relu(tf.matmul(h_pool2_flat, w_fc1) + b_fc1)
    keep_prob = tf.placeholder(tf.float32)
    h_fc1_drop = tf.nn.dropout(h_fc1, keep_prob)
    w_fc2, b_fc2 = weight_variable([64, 10]), bias_variable([10])
    y_conv = tf.matmul(h_fc1_drop, w_fc2) + b_fc2
    cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y_conv))
    train_step = tf.train.GradientDescentOptimizer(0.01).minimize(cross_entropy)
    correct_prediction = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

    feeds = {x: uniform(4, 784, high=0.25), y_: one_hot(4, 10)}
    training_feeds, testing_feeds = dict(feeds), dict(feeds)
    training_feeds[keep_prob], testing_feeds[keep_prob] = 0.5, 1.0
    fetches = {"loss": cross_entropy, "accuracy": accuracy, "y": y_conv}
    runs = [(tf.global_variables_initializer(), None), (fetches, testing_feeds)]
    return runs + [(train_step, training_feeds), (fetches, testing_feeds)]
