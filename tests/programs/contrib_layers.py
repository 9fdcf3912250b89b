"""tf.contrib.layers: names, scopes, variables, collections, initial values from seeds."""

from __future__ import annotations

import numpy as np

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def dense_net(tf):
    tf.set_random_seed(3)
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    y = layers.fully_connected(x, 5)
    y = layers.fully_connected(y, 4, activation_fn=tf.nn.tanh, biases_initializer=None, scope="hidden")
    y = layers.linear(layers.relu6(layers.elu(layers.relu(y, 4), 4), 3), 2, weights_initializer=tf.ones_initializer())
    loss = tf.losses.softmax_cross_entropy(tf.one_hot([0, 1, 1], 2), y)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feed = {x: uniform(3, 4)}
    return [*_start(tf), (tf.trainable_variables(), None), (y, feed), (train, feed), (loss, feed)]


def dense_of_many_kinds(tf):
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [None, 3, 4], name="images")
    doubles = tf.placeholder(tf.float64, [2, 4], name="doubles")
    half = tf.constant_initializer(0.5)
    values = [
        layers.fully_connected(images, 2, weights_initializer=half),
        layers.fully_connected(doubles, 2, tf.sigmoid, weights_initializer=half, scope="of_doubles"),
        layers.fully_connected(np.ones([1, 3], np.float32), 2, weights_initializer=half, trainable=False),
        layers.fully_connected(
            images,
            2,
            weights_initializer=half,
            weights_regularizer=layers.l2_regularizer(0.1),
            biases_initializer=half,
            biases_regularizer=layers.l1_regularizer(0.2),
            variables_collections=["all"],
            outputs_collections="ends",
        ),
        layers.fully_connected(
            images,
            2,
            weights_initializer=half,
            variables_collections={"weights": ["some", "more"], "biases": ["biases"]},
            outputs_collections=["ends", "ends2"],
            scope="named",
        ),
    ]
    with tf.variable_scope("outer", regularizer=layers.l2_regularizer(0.3)):
        values.append(layers.fully_connected(doubles, 2, weights_initializer=half))
    with tf.variable_scope("parts", partitioner=tf.fixed_size_partitioner(2)):
        values.append(layers.fully_connected(doubles, 2, weights_initializer=half, variables_collections=["parts"]))
    feed = {images: uniform(2, 3, 4), doubles: uniform(2, 4).astype(np.float64)}
    return [*_start(tf), (values, feed), (tf.losses.get_regularization_losses(), feed)]


def dense_again(tf):
    tf.set_random_seed(5)
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    first = layers.fully_connected(x, 3, scope="fc")
    again = layers.fully_connected(x + 1.0, 3, scope="fc", reuse=True)
    with tf.variable_scope("s") as scope:
        second = layers.fully_connected(x, 3)
    with tf.variable_scope(scope, reuse=True):
        third = layers.fully_connected(x, 3)
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        fourth = layers.fully_connected(x, 2, scope="auto")
        fifth = layers.fully_connected(x, 2, scope="auto")
    return [*_start(tf), ([first, again, second, third, fourth, fifth], {x: uniform(2, 2)})]


def dense_with_normalizer(tf):
    tf.set_random_seed(7)
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    y = layers.fully_connected(x, 5, normalizer_fn=layers.layer_norm, normalizer_params={"center": False})
    y = layers.fully_connected(y, 5, tf.tanh, normalizer_fn=layers.batch_norm, scope="second")
    loss = tf.reduce_sum(y**2)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(0.1).minimize(loss)
    feed = {x: uniform(4, 3)}
    return [*_start(tf), (y, feed), (train, feed), (train, feed), (loss, feed), (tf.global_variables(), feed)]


def legacy(tf):
    tf.set_random_seed(3)
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    boxes = tf.placeholder(tf.float32, [None, 3, 4], name="boxes")
    y = layers.legacy_fully_connected(x, 3, name="first")
    y = layers.legacy_relu(y, 3, weight_regularizer=layers.l2_regularizer(0.5))
    y = layers.legacy_linear(y, 2, bias_init=None)
    z = layers.legacy_fully_connected(boxes, 2, tf.tanh)
    feed = {x: uniform(3, 4), boxes: uniform(2, 3, 4)}
    return [*_start(tf), ([y, z, tf.losses.get_regularization_loss()], feed)]


def convolutions(tf):
    tf.set_random_seed(9)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
    row = tf.placeholder(tf.float32, [2, 7, 2], name="row")
    volume = tf.placeholder(tf.float32, [1, 4, 4, 4, 1], name="volume")
    y = layers.conv2d(images, 4, [3, 3])
    y = layers.conv2d(y, 4, 3, stride=2, padding="VALID", normalizer_fn=layers.batch_norm, scope="second")
    values = [
        y,
        layers.convolution2d(images, 3, 3, rate=2, activation_fn=None),
        layers.conv1d(row, 3, 2, stride=2, outputs_collections="ends", variables_collections=["all"]),
        layers.conv1d(row, 3, 2, rate=2, biases_initializer=None),
        layers.convolution3d(volume, 2, [2, 2, 2], scope="deep", weights_regularizer=layers.l2_regularizer(0.1)),
        layers.convolution(images, 2, 1, data_format="NHWC", trainable=False),
    ]
    feed = {images: uniform(2, 6, 6, 2), row: uniform(2, 7, 2), volume: uniform(1, 4, 4, 4, 1)}
    return [*_start(tf), (values, feed), (tf.losses.get_regularization_losses(), feed)]


def convolutions_again(tf):
    tf.set_random_seed(9)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [None, 4, 4, 2], name="images")
    first = layers.conv2d(images, 2, 3, scope="conv")
    second = layers.conv2d(images * 2.0, 2, 3, scope="conv", reuse=True)
    third = layers.conv2d_in_plane(images, 3, stride=2, variables_collections={"weights": ["w"]})
    fourth = layers.conv2d_in_plane(images, [2, 2], normalizer_fn=layers.bias_add, activation_fn=None)
    return [*_start(tf), ([first, second, third, fourth], {images: uniform(2, 4, 4, 2)})]


def pools(tf):
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
    volume = tf.placeholder(tf.float32, [1, 4, 4, 4, 1], name="volume")
    values = [
        layers.max_pool2d(images, 2),
        layers.max_pool2d(images, [3, 3], stride=1, padding="SAME", scope="pool1"),
        layers.avg_pool2d(images, 2, [2, 1], outputs_collections="ends", scope="pool2"),
        layers.avg_pool2d(images, 2),
        layers.max_pool3d(volume, 2),
        layers.avg_pool3d(volume, [2, 2, 2], 1),
    ]
    return [(values, {images: uniform(2, 6, 6, 2), volume: uniform(1, 4, 4, 4, 1)})]


def pools_of_any_rank(tf):
    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
    row = tf.placeholder(tf.float32, [2, 7, 2], name="row")
    values = [slim.pool(images, 2, "MAX"), slim.pool(row, [3], "AVG", stride=2, padding="SAME", scope="p")]
    values.append(slim.pool(images, [2, 3], "AVG", dilation_rate=2, outputs_collections="ends"))
    return [(values, {images: uniform(2, 6, 6, 2), row: uniform(2, 7, 2)})]


def without_variables(tf):
    tf.set_random_seed(11)
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    training = tf.placeholder(tf.bool, [], name="training")
    keep = tf.placeholder(tf.float32, [], name="keep")
    values = [
        layers.flatten(x),
        layers.flatten(x, outputs_collections="ends", scope="flat"),
        layers.one_hot_encoding(labels, 3),
        layers.one_hot_encoding(tf.constant([1, 2], tf.int64), 3, 2.0, -1.0, scope="codes"),
        layers.softmax(x),
        layers.unit_norm(x, 0),
        layers.unit_norm(x, 1, scope="unit"),
        layers.unit_norm(x, 2, epsilon=0.1),
        layers.maxout(x, 2),
        layers.maxout(x, 3, axis=1, scope="groups"),
        layers.dropout(x),
        layers.dropout(x, 0.8, is_training=False),
        layers.dropout(x, keep, noise_shape=[None, 1, 4], is_training=training, seed=5, scope="drop"),
        layers.dense_to_sparse(labels),
        layers.dense_to_sparse([[1.0, -1.0], [-1.0, 2.0]], eos_token=-1.0),
    ]
    feed = {x: uniform(2, 3, 4), labels: [0, 2], keep: 0.4}
    return [(values, {**feed, training: True}), (values, {**feed, training: False})]


def sequences(tf):
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [2, 3, 4, 5], name="images")
    unknown = tf.placeholder(tf.float32, [None, None, 4, 5], name="unknown")
    columns = layers.images_to_sequence(images)
    values = [
        columns,
        layers.sequence_to_images(columns, 3),
        layers.images_to_sequence(unknown, scope="s", outputs_collections="ends"),
        layers.sequence_to_images(layers.images_to_sequence(unknown), 3, output_data_format="channels_first"),
        layers.images_to_sequence(images, data_format="NCHW"),
    ]
    return [(values, {images: uniform(2, 3, 4, 5), unknown: uniform(2, 3, 4, 5)})]


def several_times(tf):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [None, 4, 4, 1], name="images")
    y = layers.repeat(images, 2, layers.conv2d, 2, [3, 3])
    y = layers.repeat(y, 2, layers.conv2d, 2, [3, 3], scope="conv", activation_fn=None)
    y = layers.stack(layers.flatten(y), layers.fully_connected, [3, 2])
    y = layers.stack(y, layers.relu, [[4], (3, tf.tanh)][:1], scope="fc")
    y = layers.repeat(y, 1, layers.relu6, 2)
    return [*_start(tf), (y, {images: uniform(2, 4, 4, 1)})]


def places(tf):
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [None, 3, 4, 2], name="images")
    unknown = tf.placeholder(tf.float32, [None, None, None, 2], name="unknown")
    values = [
        layers.spatial_softmax(images),
        layers.spatial_softmax(unknown, temperature=0.5, name="s", variables_collections=["t"]),
        layers.spatial_softmax(tf.transpose(images, [0, 3, 1, 2]), trainable=False, data_format="NCHW"),
    ]
    return [*_start(tf), (values, {images: uniform(2, 3, 4, 2), unknown: uniform(2, 3, 4, 2)})]
