"""tf.contrib.layers: layer, instance and group normalization."""

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


def layer_norms(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    doubles = tf.placeholder(tf.float64, [2, 4], name="doubles")
    values = [
        layers.layer_norm(x),
        layers.layer_norm(x, scale=False, activation_fn=tf.nn.relu, scope="ln"),
        layers.layer_norm(x, center=False, begin_norm_axis=-1, outputs_collections="ends"),
        layers.layer_norm(x, begin_params_axis=1, variables_collections=["all"], trainable=False),
        layers.layer_norm(x, scale=False, scope="ln", reuse=True),
        tf.cast(layers.layer_norm(doubles), tf.float32),
    ]
    return _trained(tf, values, {x: uniform(2, 3, 4), doubles: uniform(2, 4)})


def instance_norms(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [2, 3, 4, 5], name="x")
    row = tf.placeholder(tf.float32, [None, 3, 4], name="row")
    values = [
        layers.instance_norm(x),
        layers.instance_norm(x, data_format="NCHW", activation_fn=tf.nn.relu, scope="in"),
        layers.instance_norm(row, center=False, epsilon=0.1, param_initializers={"gamma": tf.zeros_initializer()}),
        layers.instance_norm(row, scale=False, trainable=False),
    ]
    return _trained(tf, values, {x: uniform(2, 3, 4, 5), row: uniform(2, 3, 4)})


def group_norms(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [None, 3, 4, 6], name="x")
    first = tf.placeholder(tf.float32, [2, 6, 3, 4], name="first")
    values = [
        layers.group_norm(x, 2),
        layers.group_norm(x, 3, mean_close_to_zero=True, activation_fn=tf.nn.relu, scope="gn"),
        layers.group_norm(x, 6, center=False, reduction_axes=[1]),
        layers.group_norm(first, 2, channels_axis=-3, reduction_axes=(-2, -1), scale=False),
    ]
    return _trained(tf, values, {x: uniform(2, 3, 4, 6), first: uniform(2, 6, 3, 4)})


def biases(tf):
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [2, 3, 4, 5], name="x")
    values = [
        layers.bias_add(x, initializer=tf.ones_initializer(), regularizer=layers.l2_regularizer(0.5)),
        layers.bias_add(x, tf.nn.relu, variables_collections={"biases": ["b"]}, outputs_collections="ends", scope="b"),
        layers.bias_add(x, tf.nn.relu, scope="b", reuse=True),
    ]
    return _trained(tf, values, {x: uniform(2, 3, 4, 5)})
