"""LeNet-5 with dropout on the digits that come with flowgraph, as TensorFlow 1.15 and flowgraph both train it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

STEPS, BATCH, KEEP = 20, 32, 0.5
# Small weights and steps: with larger ones a rounding of the BLAS at hand grows a thousandfold within these steps.
SEED = 20
DIGITS = Path(__file__).resolve().parents[2] / "flowgraph" / "data" / "digits5000.npz"


def _variable(tf, shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.05))


def _bias(tf, size):
    return tf.Variable(tf.constant(0.1, shape=[size]))


def _convolved(tf, net, shape):
    net = tf.nn.conv2d(net, _variable(tf, shape), strides=[1, 1, 1, 1], padding="SAME")
    net = tf.nn.relu(tf.nn.bias_add(net, _bias(tf, shape[-1])))
    return tf.nn.max_pool(net, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def loss_curve(tf, config=None):
    """The loss of each training step, before its update: [STEPS] floats.

    Weights and dropout draw from the graph's seed; the batches are the digits in their order.
    """
    with tf.Graph().as_default():
        tf.set_random_seed(SEED)
        x = tf.placeholder(tf.float32, [None, 28, 28, 1])
        labels = tf.placeholder(tf.int64, [None])
        net = _convolved(tf, _convolved(tf, x, [5, 5, 1, 32]), [5, 5, 32, 64])
        net = tf.reshape(net, [-1, 7 * 7 * 64])
        net = tf.nn.relu(tf.matmul(net, _variable(tf, [7 * 7 * 64, 512])) + _bias(tf, 512))
        net = tf.nn.dropout(net, keep_prob=KEEP)
        logits = tf.matmul(net, _variable(tf, [512, 10])) + _bias(tf, 10)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        train = tf.train.GradientDescentOptimizer(0.003).minimize(loss)
        init = tf.global_variables_initializer()
        with np.load(str(DIGITS)) as digits, tf.Session(config=config) as session:
            images = digits["images"][: STEPS * BATCH].reshape(STEPS, BATCH, 28, 28, 1) / np.float32(255)
            answers = digits["labels"][: STEPS * BATCH].reshape(STEPS, BATCH)
            session.run(init)
            feeds = [{x: batch, labels: right} for batch, right in zip(images, answers)]
            return [float(session.run([loss, train], feed)[0]) for feed in feeds]
