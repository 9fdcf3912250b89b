"""tf.contrib.layers: batch normalization."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def _trained(tf, values, feed, feeds=()):
    """Train two steps, with the updates, and look."""
    loss = tf.add_n([tf.reduce_sum(tf.exp(value)) for value in values])
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    steps = [(train, other) for other in feeds or [feed, feed]]
    return [*_start(tf), (values, feed), *steps, (loss, feed), (tf.global_variables(), feed)]


def batch_norm_of_images(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3, 3, 2], name="x")
    values = [
        layers.batch_norm(x),
        layers.batch_norm(x, 0.9, scale=True, activation_fn=tf.nn.relu, scope="bn", outputs_collections="ends"),
        layers.batch_norm(x, center=False, variables_collections={"moving_mean": ["mm"]}, trainable=False),
        layers.batch_norm(x, fused=False, epsilon=0.01, variables_collections=["all"]),
        layers.batch_norm(x, is_training=False),
    ]
    return _trained(tf, values, {x: uniform(4, 3, 3, 2)})


def batch_norm_in_place(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3, 3, 2], name="x")
    values = [
        layers.batch_norm(x, 0.9, updates_collections=None),
        layers.batch_norm(x, 0.9, updates_collections=None, fused=False, scale=True),
        layers.batch_norm(x, 0.9, updates_collections=None, is_training=False),
        layers.batch_norm(x, 0.9, updates_collections=None, is_training=False, fused=False),
        layers.batch_norm(x, 0.9, updates_collections="mine", center=False, scope="mine"),
    ]
    return _trained(tf, values, {x: uniform(4, 3, 3, 2)})


def batch_norm_when_asked(tf):
    layers = tf.contrib.layers
    training = tf.placeholder(tf.bool, [], name="training")
    x = tf.placeholder(tf.float32, [4, 3, 3, 2], name="x")
    values = [
        layers.batch_norm(x, 0.5, is_training=training),
        layers.batch_norm(x, 0.5, is_training=training, updates_collections=None),
        layers.batch_norm(x, 0.5, is_training=training, updates_collections=None, fused=False),
        layers.batch_norm(x, 0.5, is_training=training, updates_collections=["mine"], fused=False),
    ]
    feed = {x: uniform(4, 3, 3, 2)}
    on, off = {**feed, training: True}, {**feed, training: False}
    return _trained(tf, values, off, [on, on])


def batch_norm_of_vectors(tf):
    layers = tf.contrib.layers
    training = tf.placeholder(tf.bool, [], name="training")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    values = [
        layers.batch_norm(x),
        layers.batch_norm(x, fused=False),
        layers.batch_norm(x, scale=True, updates_collections=None, is_training=training),
        layers.batch_norm(
            x,
            param_initializers={"beta": tf.ones_initializer(), "moving_mean": tf.ones_initializer()},
            param_regularizers={"beta": layers.l2_regularizer(0.1)},
        ),
    ]
    feed = {x: uniform(4, 3), training: True}
    return [*_trained(tf, values, feed), (tf.losses.get_regularization_losses(), feed)]


def batch_norm_of_many_kinds(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3, 2], name="x")
    halves = tf.placeholder(tf.float16, [2, 2, 2, 2], name="halves")
    doubles = tf.placeholder(tf.float64, [3, 2], name="doubles")
    values = [
        layers.batch_norm(x),
        layers.batch_norm(x, updates_collections=None),
        layers.batch_norm(x, batch_weights=tf.constant([1.0, 2.0, 0.0, 1.0])),
        layers.batch_norm(x, data_format="NCHW", fused=False, updates_collections=None, scale=True),
        layers.batch_norm(x, batch_weights=tf.constant([1.0, 2.0, 0.0, 1.0]), data_format="NCHW"),
        tf.cast(layers.batch_norm(halves), tf.float32),
        tf.cast(layers.batch_norm(doubles, fused=False), tf.float32),
    ]
    feed = {x: uniform(4, 3, 2), halves: uniform(2, 2, 2, 2), doubles: uniform(3, 2)}
    return _trained(tf, values, feed)


def batch_norm_without_bias(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3, 3, 2], name="x")
    values = [
        layers.batch_norm(x, 0.9, zero_debias_moving_mean=True),
        layers.batch_norm(x, 0.9, zero_debias_moving_mean=True, fused=False),
    ]
    return _trained(tf, values, {x: uniform(4, 3, 3, 2)})


def batch_norm_again(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3, 3, 2], name="x")
    values = [
        layers.batch_norm(x, scope="bn"),
        layers.batch_norm(x, is_training=False, scope="bn", reuse=True),
        layers.batch_norm(x, updates_collections=None, scope="bn2"),
        layers.batch_norm(x, updates_collections=None, scope="bn2", reuse=True),
    ]
    return _trained(tf, values, {x: uniform(4, 3, 3, 2)})
