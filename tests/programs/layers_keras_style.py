"""tf.layers in tf.layers.experimental.keras_style_scope: resource variables, named after layers, in no scope."""

from __future__ import annotations

from .data import uniform


def keras_style(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    with tf.layers.experimental.keras_style_scope():
        shared = tf.layers.Dense(2, kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1), kernel_initializer="ones")
        values = [shared(x), shared(x + 1.0)]
        with tf.variable_scope("net"):
            values.append(tf.layers.dense(x, 2, kernel_initializer="ones"))
            values.append(tf.layers.dense(x, 2, kernel_initializer="zeros", trainable=False))
        norm = tf.layers.BatchNormalization(momentum=0.5)
        values.append(norm(values[0], training=True))
        values.append(tf.layers.conv2d(tf.reshape(x, [-1, 1, 3, 1]), 1, [1, 2], kernel_initializer="ones"))
    values.append(tf.losses.get_regularization_loss())
    after = tf.layers.dense(x, 1, kernel_initializer="ones")
    feed = {x: uniform(2, 3)}
    return [
        (tf.global_variables_initializer(), None),
        ([*values, after], feed),
        (norm.updates, feed),
        (tf.global_variables(), None),
    ]
