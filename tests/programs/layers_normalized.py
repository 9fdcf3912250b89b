"""tf.layers.batch_normalization with renormalization, virtual batches and adjustments."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def _trained(tf, x, values, feeds):
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(sum(tf.reduce_sum(y**3) for y in values)))
    runs = _start(tf)
    for feed in feeds:
        runs += [(train, feed), (values, feed), (tf.global_variables(), None)]
    return runs


def batch_renormalization(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")
    bounds = {"rmin": 0.5, "rmax": 2.0, "dmax": 1.0}
    values = [
        tf.layers.batch_normalization(x, training=training, renorm=True, renorm_clipping=bounds, momentum=0.5),
        tf.layers.batch_normalization(x, training=True, renorm=True, renorm_momentum=0.7, scale=False),
    ]
    feeds = [{x: uniform(4, 3, seed=seed), training: on} for seed, on in ((1, True), (2, True), (3, False))]
    return _trained(tf, x, values, feeds)


def renormalized_images(tf):
    x = tf.placeholder(tf.float32, [None, 3, 3, 2], name="x")
    y = tf.layers.batch_normalization(x, axis=1, training=True, renorm=True, fused=True, moving_mean_initializer="ones")
    return _trained(tf, x, [y], [{x: uniform(2, 3, 3, 2)}])


def virtual_batches(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    images = tf.placeholder(tf.float32, [None, 2, 2, 3], name="images")
    values = [
        tf.layers.batch_normalization(x, training=True, virtual_batch_size=2, momentum=0.5),
        tf.layers.batch_normalization(images, training=True, virtual_batch_size=2, fused=True),
        tf.layers.batch_normalization(x, training=False, virtual_batch_size=4),
    ]
    return _trained(tf, x, values, [{x: uniform(4, 3), images: uniform(4, 2, 2, 3)}])


def adjusted_batches(tf):
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    training = tf.placeholder(tf.bool, [], name="training")

    def adjustment(shape):
        return tf.fill([shape[-1]], 1.5), tf.random_uniform([shape[-1]], -0.1, 0.1, seed=1)

    values = [
        tf.layers.batch_normalization(x, training=training, adjustment=adjustment),
        tf.layers.batch_normalization(x, training=True, adjustment=adjustment, center=False),
    ]
    return _trained(tf, x, values, [{x: uniform(4, 3), training: on} for on in (True, False)])
