"""A residual network of 152 layers trains a step, and the memory that it takes is bounded.

Without recomputation the step must keep what every layer gave until its gradient comes by: memory grows with the depth.
With `tf.recompute_grad` around each block it keeps the blocks' inputs, and what lies inside one block at a time.
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import flowgraph as tf

BLOCKS = 3, 8, 36, 3  # of three layers each: with the first convolution and the last full layer that makes 152
WIDTH, BATCH, SIZE = 8, 32, 16
CLASSES = 4


def layer(x, filters, size, scope, stride=1, activation=tf.nn.relu):
    """A convolution, then batch norm with the batch's own moments."""
    with tf.variable_scope(scope):
        shape = [size, size, x.shape[-1].value, filters]
        kernel = tf.get_variable("kernel", shape, initializer=tf.variance_scaling_initializer(2.0))
        net = tf.nn.conv2d(x, kernel, [1, stride, stride, 1], "SAME")
        gamma = tf.get_variable("gamma", [filters], initializer=tf.ones_initializer())
        beta = tf.get_variable("beta", [filters], initializer=tf.zeros_initializer())
        net, _, _ = tf.nn.fused_batch_norm(net, gamma, beta)
        return activation(net) if activation else net


def block(scope, filters, stride):
    """A function of a tensor: narrow, look around, widen, and add what came in."""

    def bottleneck(x):
        with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
            net = layer(x, filters, 1, "narrow", stride)
            net = layer(net, filters, 3, "look")
            net = layer(net, 4 * filters, 1, "widen", activation=None)
            short = x
            if x.shape[-1].value != 4 * filters or stride > 1:
                short = layer(x, 4 * filters, 1, "short", stride, activation=None)
            return tf.nn.relu(net + short)

    return bottleneck


def resnet(x, recompute):
    tf.get_variable_scope().set_use_resource(True)
    net = layer(x, WIDTH, 3, "first")
    for stage, count in enumerate(BLOCKS):
        for number in range(count):
            stride = 2 if stage and not number else 1
            bottleneck = block(f"stage{stage + 1}_{number + 1}", WIDTH * 2 ** (stage // 2), stride)
            net = (tf.recompute_grad(bottleneck) if recompute else bottleneck)(net)
    return tf.layers.dense(tf.reduce_mean(net, [1, 2]), CLASSES, name="last")


class Step:
    """One step of training of the whole network.

    Attributes:
      values: the loss, and the gradient of each variable.
      peak: the most memory that was taken at once, in bytes, the engine's buffers included.
      kept: how much all convolutions give, in bytes, as far as the forward pass alone makes them.
    """

    def __init__(self, recompute):
        random = np.random.RandomState(0)
        images, labels = random.rand(BATCH, SIZE, SIZE, 3).astype(np.float32), np.arange(BATCH) % CLASSES
        x = tf.placeholder(tf.float32, [BATCH, SIZE, SIZE, 3])
        loss = tf.losses.sparse_softmax_cross_entropy(labels, resnet(x, recompute))
        self.kept = sum(
            4 * op.outputs[0].shape.num_elements()
            for op in tf.get_default_graph().get_operations()
            if op.type == "Conv2D"
        )
        self.variables = tf.trainable_variables()
        gradients = tf.gradients(loss, self.variables)
        pairs = zip(gradients, self.variables, strict=True)
        train = tf.train.GradientDescentOptimizer(0.05).apply_gradients(pairs)
        with tf.Session() as sess:
            for variable in self.variables:  # not from op seeds: recomputing adds ops, and they count ops
                shape = variable.shape.as_list()
                spread = np.sqrt(2 / np.prod(shape[:-1])) if len(shape) > 1 else 0.0
                variable.load(random.normal("gamma" in variable.op.name, spread, shape).astype(np.float32), sess)
            tracemalloc.start()
            try:
                sess.run(train, {x: images})
                self.peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            self.values = sess.run([loss, *gradients], {x: images})


@pytest.fixture(scope="module")
def plain():
    with tf.Graph().as_default():
        return Step(recompute=False)


@pytest.fixture(scope="module")
def recomputed():
    with tf.Graph().as_default():
        return Step(recompute=True)


def test_it_has_152_layers(plain):
    kernels = [v for v in plain.variables if v.op.name.endswith("kernel") and "short" not in v.op.name]
    assert len(kernels) == 152


def test_a_step_keeps_two_values_of_each_layer_and_little_else(plain):
    """The gradients of batch norm and ReLU need what the convolution gave and what the ReLU did, both of one size."""
    assert plain.peak < 3 * plain.kept


def test_recomputing_keeps_little_more_than_the_inputs_of_the_blocks(plain, recomputed):
    assert recomputed.peak < 1.7 * plain.kept
    assert recomputed.peak < 0.7 * plain.peak


def test_both_learn_the_same(plain, recomputed):
    assert len(plain.variables) == len(recomputed.variables)
    for ours, theirs in zip(recomputed.values, plain.values, strict=True):
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(ours, theirs, atol=2e-3 * max(1e-3, np.abs(theirs).max()))
