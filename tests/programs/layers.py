"""tf.layers: names, scopes, variables, collections, initial values from seeds."""

from __future__ import annotations

import numpy as np

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def dense_net(tf):
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    y = tf.layers.dense(x, 5, tf.nn.relu)
    y = tf.layers.dense(y, 5, activation=tf.nn.tanh, use_bias=False)
    y = tf.layers.dense(y, 3, name="out", kernel_initializer=tf.random_normal_initializer(stddev=0.1, seed=1))
    with tf.variable_scope("head"):
        y = tf.layers.dense(y, 2, bias_initializer=tf.ones_initializer())
        y = tf.layers.dense(y, 2)
    loss = tf.losses.softmax_cross_entropy(tf.one_hot([0, 1, 1], 2), y)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feed = {x: uniform(3, 4)}
    return [*_start(tf), (tf.trainable_variables(), None), (y, feed), (train, feed), (loss, feed)]


def dense_of_many_kinds(tf):
    images = tf.placeholder(tf.float32, [None, 3, 4], name="images")
    doubles = tf.placeholder(tf.float64, [2, 4], name="doubles")
    values = [
        tf.layers.dense(images, 2),
        tf.layers.dense(doubles, 2, activation="sigmoid"),
        tf.layers.dense(np.ones([1, 3], np.float32), 2, trainable=False),
        tf.layers.dense(
            images,
            2,
            kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1),
            bias_regularizer=tf.contrib.layers.l1_regularizer(0.2),
            activity_regularizer=tf.contrib.layers.l2_regularizer(0.3),
            kernel_constraint=tf.abs,
        ),
    ]
    tf.losses.get_regularization_loss()
    init = tf.global_variables_initializer()
    feed = {images: uniform(2, 3, 4), doubles: uniform(2, 4).astype(np.float64)}
    seeded = [tf.assign(v, tf.fill(tf.shape(v), tf.cast(0.25, v.dtype.base_dtype))) for v in tf.global_variables()]
    return [(init, None), (seeded, None), (values, feed), (tf.losses.get_regularization_losses(), feed)]


def shared_layers(tf):
    tf.set_random_seed(5)
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    layer = tf.layers.Dense(3, name="shared")
    first, second = layer(x), layer.apply(x + 1.0)
    third = tf.layers.dense(x, 4, name="once")
    again = tf.layers.dense(x * 2.0, 4, name="once", reuse=True)
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        fourth = tf.layers.dense(x, 2, name="auto")
        fifth = tf.layers.dense(x, 2, name="auto")
    with tf.name_scope("tower"):
        sixth = tf.layers.dense(x, 2)
    return [*_start(tf), ([first, second, third, again, fourth, fifth, sixth], {x: uniform(2, 2)})]


def scopes_with_defaults(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.variable_scope("a", initializer=tf.constant_initializer(0.5), use_resource=True):
        first = tf.layers.dense(x, 3)
    with tf.variable_scope("b", regularizer=tf.contrib.layers.l2_regularizer(0.1), initializer=tf.ones_initializer()):
        second = tf.layers.dense(x, 3)
        third = tf.layers.batch_normalization(second, training=True)
    return [*_start(tf), ([first, second, third], {x: uniform(2, 2)})]


def convolutional_net(tf):
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, 8, 8, 1], name="x")
    y = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    y = tf.layers.max_pooling2d(y, 2, 2)
    y = tf.layers.conv2d(y, 2, [1, 3], strides=(2, 1), use_bias=False, name="second")
    y = tf.layers.average_pooling2d(y, (2, 1), 1, "same")
    y = tf.layers.flatten(y)
    y = tf.layers.dropout(y, 0.4, seed=1, training=True)
    y = tf.layers.dense(y, 3)
    loss = tf.losses.sparse_softmax_cross_entropy([0, 2], y)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    feed = {x: uniform(2, 8, 8, 1)}
    return [*_start(tf), (y, feed), (train, feed), (loss, feed)]


def sequences_and_volumes(tf):
    tf.set_random_seed(9)
    x = tf.placeholder(tf.float32, [2, 6, 2], name="x")
    v = tf.placeholder(tf.float32, [1, 4, 4, 4, 1], name="v")
    values = [
        tf.layers.conv1d(x, 3, 2),
        tf.layers.conv1d(x, 3, 3, 2, "SAME", activation="relu", bias_initializer=tf.ones_initializer()),
        tf.layers.conv1d(x, 3, 2, dilation_rate=2, padding="same"),
        tf.layers.max_pooling1d(x, 2, 2),
        tf.layers.average_pooling1d(x, 3, 1, "same"),
        tf.layers.conv3d(v, 2, 2, strides=2),
        tf.layers.max_pooling3d(v, 2, 2),
        tf.layers.average_pooling3d(v, [1, 2, 2], 1),
        tf.layers.max_pooling3d(v, 1, 1, data_format="channels_first"),
        tf.layers.flatten(x, data_format="channels_first"),
    ]
    return [*_start(tf), (values, {x: uniform(2, 6, 2), v: uniform(1, 4, 4, 4, 1)})]


def dropouts(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    values = [
        tf.layers.dropout(x, seed=1),
        tf.layers.dropout(x, 0.3, seed=1, training=training),
        tf.layers.dropout(x, 0.3, [None, 1], 2, True, "rows"),
    ]
    return [(values, {x: uniform(3, 4), training: on}) for on in (False, True)]


def normalized_batches(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    y = tf.layers.batch_normalization(x, training=training, momentum=0.5)
    z = tf.layers.batch_normalization(y + 3.0 * x**2, training=True, center=False, epsilon=0.1, trainable=False)
    w = tf.layers.batch_normalization(z, scale=False, name="third")
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w**3 + y**2 + 3.0 * y))
    runs = _start(tf)
    for seed, on in ((1, True), (2, True), (3, False)):
        feed = {x: uniform(4, 3, seed=seed), training: on}
        runs += [(train, feed), ([y, z, w], feed), (tf.global_variables(), None)]
    return runs


def normalized_images(tf):
    x = tf.placeholder(tf.float32, [None, 4, 4, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    values = [
        tf.layers.batch_normalization(x, training=training),
        tf.layers.batch_normalization(x, training=True, momentum=0.5),
        tf.layers.batch_normalization(x),
        tf.layers.batch_normalization(x, training=True, scale=False, center=False),
        tf.layers.batch_normalization(x, axis=2, training=True),
        tf.layers.batch_normalization(x, axis=[1, 2], training=training, fused=False),
    ]
    gradient = tf.gradients(values[1] ** 3, x)[0]
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    runs = _start(tf)
    for on in (True, False):
        feed = {x: uniform(2, 4, 4, 3), training: on}
        runs += [([*values, gradient], feed), (updates, feed), (tf.global_variables(), None)]
    return runs


def layers_of_ones_own(tf):
    class Scale(tf.layers.Layer):
        def build(self, input_shape):
            size = input_shape[-1].value
            self.factor = self.add_weight("factor", [size], initializer=tf.constant_initializer(2.0))
            self.shift = self.add_variable("shift", [], tf.float32, tf.zeros_initializer(), trainable=False)
            self.built = True

        def call(self, inputs, power=1.0):
            self.add_loss(tf.reduce_sum(inputs))
            return (inputs * self.factor + self.shift) ** power

    x = tf.placeholder(tf.float32, [None, 2], name="x")
    scale = Scale()
    y = scale(scale(x, power=2.0))
    z = Scale(name="other")(y)
    return [
        *_start(tf),
        ([y, z], {x: uniform(2, 2)}),
        (scale.trainable_variables + scale.non_trainable_variables, None),
    ]
