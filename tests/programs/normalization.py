"""Batch normalization in one op, local response normalization, and small losses and activations."""

from __future__ import annotations

import numpy as np

from .data import uniform


def fused_in_training(tf):
    x = tf.placeholder(tf.float32, [None, 3, 2, 3], name="x")
    scale = tf.get_variable("scale", initializer=np.array([1.0, 2.0, 0.5], np.float32))
    offset = tf.get_variable("offset", initializer=np.array([0.1, 0.0, -1.0], np.float32))
    y, mean, variance = tf.nn.fused_batch_norm(x, scale, offset)
    tf.nn.fused_batch_norm(x, scale, offset, epsilon=0.0, name="tiny")
    weights = tf.constant(uniform(2, 3, 2, 3, seed=1))
    fetches = [y, mean, variance, *tf.gradients(tf.reduce_sum(y * weights), [x, scale, offset])]
    return [(tf.global_variables_initializer(), None), (fetches, {x: uniform(2, 3, 2, 3)})]


def fused_in_inference(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2, 3], name="x")
    mean, variance = tf.placeholder(tf.float32, [3]), tf.placeholder(tf.float32, [3])
    scale, offset = tf.constant([1.0, 2.0, 0.5]), tf.constant([0.1, 0.0, -1.0])
    y, _, _ = tf.nn.fused_batch_norm(x, scale, offset, mean, variance, 0.01, is_training=False, name="norm")
    weights = tf.constant(uniform(2, 3, 2, 3, seed=1))
    fetches = [y, *tf.gradients(tf.reduce_sum(y * weights), [x, scale, offset])]
    feed = {x: uniform(2, 3, 2, 3), mean: [0.1, 0.2, 0.3], variance: [1.0, 2.0, 0.5]}
    return [(fetches, feed)]


def fused_with_channels_first(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2, None], name="x")
    for is_training in (True, False):
        mean = None if is_training else tf.constant([0.1, 0.2, 0.3])
        variance = None if is_training else tf.constant([1.0, 2.0, 0.5])
        y, _, _ = tf.nn.fused_batch_norm(
            x, tf.ones([3]), tf.zeros([3]), mean, variance, data_format="NCHW", is_training=is_training
        )
        tf.gradients(y, x)
    tf.nn.fused_batch_norm(tf.placeholder(tf.float16), tf.placeholder(tf.float32), tf.placeholder(tf.float32))
    return []


def with_global_normalization(tf):
    x = tf.constant(uniform(2, 3, 2, 3))
    rest = [tf.constant(uniform(3, seed=seed)) for seed in (1, 2, 3)]
    variance = tf.constant([1.0, 2.0, 0.5])
    mean, beta, gamma = rest
    outputs = [
        tf.nn.batch_norm_with_global_normalization(x, mean, variance, beta, gamma, 0.001, scaled)
        for scaled in (True, False)
    ]
    return [(outputs, None)]


def local_responses(tf):
    x = tf.placeholder(tf.float32, [2, 3, 2, 5], name="x")
    outputs = [
        tf.nn.lrn(x),
        tf.nn.local_response_normalization(x, 2, bias=2.0, alpha=1e-1, beta=0.75, name="named"),
        tf.nn.lrn(x, depth_radius=0),
    ]
    return [([*outputs, *tf.gradients([tf.square(y) for y in outputs], x)], {x: uniform(2, 3, 2, 5)})]


def counts(tf):
    log_input = tf.constant([0.5, -1.0, 0.0, 2.0])
    targets = tf.constant([0.0, 1.0, 3.0, 0.5])
    outputs = [tf.nn.log_poisson_loss(targets, log_input), tf.nn.log_poisson_loss(targets, log_input, True, "full")]
    return [([*outputs, *tf.gradients(outputs[0], log_input)], None)]


def swishes(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.nn.swish(tf.nn.swish(x))
    return [([y, *tf.gradients(y, x)], {x: uniform(2, 3)})]
