"""A block of GoogLeNet: four ways of looking at the same picture, side by side ("inception (3a)" of the paper)."""

from __future__ import annotations

import numpy as np

import flowgraph as tf

CHANNELS = {"1x1": 64, "3x3 reduce": 96, "3x3": 128, "5x5 reduce": 16, "5x5": 32, "pool proj": 32}


def convolved(x, filters, size, scope):
    return tf.layers.conv2d(x, filters, size, padding="same", activation=tf.nn.relu, name=scope)


def inception(x, channels, scope="inception"):
    """The block's branches, and all of them along the last axis."""
    with tf.variable_scope(scope):
        one = convolved(x, channels["1x1"], 1, "1x1")
        three = convolved(convolved(x, channels["3x3 reduce"], 1, "3x3_reduce"), channels["3x3"], 3, "3x3")
        five = convolved(convolved(x, channels["5x5 reduce"], 1, "5x5_reduce"), channels["5x5"], 5, "5x5")
        pool = tf.layers.max_pooling2d(x, 3, 1, padding="same", name="pool")
        branches = [one, three, five, convolved(pool, channels["pool proj"], 1, "pool_proj")]
        return branches, tf.concat(branches, 3, name="output")


def weights():
    return sum(int(np.prod(v.shape.as_list())) for v in tf.trainable_variables())


def test_shapes_and_number_of_weights_are_the_papers():
    _, block = inception(tf.placeholder(tf.float32, [None, 28, 28, 192]), CHANNELS)
    assert block.shape.as_list() == [None, 28, 28, 256]
    assert weights() == 163_696


def test_narrow_convolutions_before_wide_ones_save_more_than_half_of_the_weights():
    x = tf.placeholder(tf.float32, [None, 28, 28, 192])
    for filters, size in ((64, 1), (128, 3), (32, 5)):
        tf.layers.conv2d(x, filters, size, padding="same")
    assert weights() == 387_296  # and the pooled branch would add its 192 channels to the block's


def test_each_branch_is_in_its_place():
    small = dict.fromkeys(CHANNELS, 2) | {"3x3": 3, "5x5": 4}
    branches, block = inception(tf.constant(np.random.RandomState(0).rand(2, 6, 6, 5).astype(np.float32)), small)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        parts, whole = sess.run([branches, block])
    assert [part.shape[-1] for part in parts] == [2, 3, 4, 2]
    np.testing.assert_array_equal(np.concatenate(parts, axis=3), whole)


def test_the_pooled_branch_sees_the_greatest_of_its_neighbours():
    images = np.random.RandomState(1).rand(1, 4, 4, 1).astype(np.float32)
    with tf.Session() as sess:
        pooled = sess.run(tf.layers.max_pooling2d(tf.constant(images), 3, 1, padding="same"))
    padded = np.pad(images[0, :, :, 0], 1, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    np.testing.assert_array_equal(pooled[0, :, :, 0], windows.max(axis=(2, 3)))


def test_a_small_one_learns_from_all_its_branches():
    """Four classes of bars, each with another width: the loss falls, and every branch's weights move."""
    tf.set_random_seed(1)
    random = np.random.RandomState(0)
    labels = random.randint(0, 4, 64)
    images = random.normal(0, 0.1, [64, 8, 8, 1]).astype(np.float32)
    for image, label in zip(images, labels, strict=True):
        image[:, 2 : 3 + label] += 1
    x, y = tf.constant(images), tf.constant(labels)
    _, block = inception(x, dict.fromkeys(CHANNELS, 4))
    logits = tf.layers.dense(tf.reduce_mean(block, [1, 2]), 4)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(0.02).minimize(loss)
    kernels = [v for v in tf.trainable_variables() if v.op.name.endswith("kernel")]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(kernels)
        first = sess.run(loss)
        for _ in range(100):
            sess.run(train)
        after, last = sess.run([kernels, loss])
    assert last < first / 4
    assert all(np.abs(b - a).max() > 0.05 for b, a in zip(before, after, strict=True))
