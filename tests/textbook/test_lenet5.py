"""LeNet-5 reads the digits: 97 of 100 and more of the 1,000 bundled for testing, after training on the other 4,000."""

from __future__ import annotations

import numpy as np

import flowgraph as tf

from .sets import digits

EPOCHS, BATCH = 6, 50


def lenet5(images):
    """LeCun's network of 1998 with ReLU and max pooling: 6 and 16 feature maps, then 120, 84 and 10 neurons."""
    net = tf.layers.conv2d(images, 6, 5, padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.conv2d(net, 16, 5, activation=tf.nn.relu)
    net = tf.layers.flatten(tf.layers.max_pooling2d(net, 2, 2))
    net = tf.layers.dense(net, 120, tf.nn.relu)
    net = tf.layers.dense(net, 84, tf.nn.relu)
    return tf.layers.dense(net, 10)


def shifted(images, random):
    """Each image moved by up to two pixels in each direction: a five is a five wherever it stands."""
    padded = np.pad(images, [(0, 0), (2, 2), (2, 2), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), axis=(1, 2))
    down, right = random.randint(0, 5, [2, len(images)])
    return windows[np.arange(len(images)), down, right, 0, :, :, np.newaxis]


def trained_accuracy(seed):
    images, labels, test_images, test_labels = digits()
    tf.set_random_seed(seed)
    x, y = tf.placeholder(tf.float32, [None, 28, 28, 1]), tf.placeholder(tf.int64, [None])
    logits = lenet5(x)
    step = tf.train.get_or_create_global_step()
    rate = tf.train.cosine_decay(0.002, step, EPOCHS * len(images) // BATCH)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
    random = np.random.RandomState(seed)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(EPOCHS):
            for batch in random.permutation(len(images)).reshape(-1, BATCH):
                sess.run(train, {x: shifted(images[batch], random), y: labels[batch]})
        return sess.run(accuracy, {x: test_images, y: test_labels})


def test_97_of_100_digits_are_read():
    assert trained_accuracy(0) >= 0.97


def test_the_network_has_as_many_weights_as_lecuns_with_full_connections():
    lenet5(tf.placeholder(tf.float32, [None, 28, 28, 1]))
    counts = [np.prod(v.shape.as_list()) for v in tf.trainable_variables()]
    assert counts == [150, 6, 2400, 16, 48000, 120, 10080, 84, 840, 10]
    assert sum(counts) == 61706
