"""Candidate samplers, and the losses over a sample of the classes."""

from __future__ import annotations

import numpy as np

from .data import uniform

_TRUE = np.array([[1, 2], [3, 3]], np.int64)


def samplers(tf):
    draws = [
        tf.nn.uniform_candidate_sampler(_TRUE, 2, 4, True, 10, seed=1),
        tf.nn.uniform_candidate_sampler(_TRUE, 2, 4, False, 10, seed=1, name="again"),
        tf.nn.log_uniform_candidate_sampler(_TRUE, 2, 20, True, 100, seed=1),
        tf.nn.log_uniform_candidate_sampler(_TRUE, 2, 20, False, 100, seed=1),
        tf.nn.learned_unigram_candidate_sampler(_TRUE, 2, 4, True, 10, seed=1),
        tf.nn.fixed_unigram_candidate_sampler(_TRUE, 2, 4, True, 5, distortion=0.75, unigrams=[1, 5, 3, 2, 2], seed=2),
        tf.nn.fixed_unigram_candidate_sampler(_TRUE, 2, 9, False, 5, num_reserved_ids=2, unigrams=[1, 5, 3], seed=2),
        tf.nn.all_candidate_sampler(_TRUE, 2, 4, True, seed=3),
    ]
    fetches = [list(draw) for draw in draws]
    return [(fetches, None), (fetches, None), (fetches, None)]


def hits(tf):
    sampled = tf.placeholder(tf.int64, [None], name="sampled")
    found = tf.nn.compute_accidental_hits(_TRUE, sampled, 2)
    return [(list(found), {sampled: [2, 1, 3, 2]}), (list(found), {sampled: [7]})]


def noise_contrastive_estimation(tf):
    tf.set_random_seed(7)
    inputs = tf.placeholder(tf.float32, [None, 3], name="inputs")
    labels = tf.placeholder(tf.int32, [None, 1], name="labels")
    weights = tf.get_variable("weights", initializer=uniform(20, 3, seed=1))
    biases = tf.get_variable("biases", initializer=uniform(20, seed=2))
    loss = tf.reduce_mean(tf.nn.nce_loss(weights, biases, labels, inputs, num_sampled=5, num_classes=20))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    feed = {inputs: uniform(4, 3), labels: [[1], [0], [7], [1]]}
    return [(tf.global_variables_initializer(), None), (train, feed), (loss, feed), (weights, None)]


def sampled_softmax(tf):
    inputs = tf.constant(uniform(3, 4), name="inputs")
    labels = tf.constant(np.array([[1, 2], [3, 0], [9, 4]]), name="labels")
    tables = [tf.constant(uniform(5, 4, seed=seed)) for seed in (1, 2)]
    biases = tf.constant(uniform(10, seed=3))
    losses = [
        tf.nn.sampled_softmax_loss(tables, biases, labels, inputs, 6, 10, num_true=2, seed=5),
        tf.nn.sampled_softmax_loss(
            tables,
            biases,
            labels,
            inputs,
            6,
            10,
            2,
            remove_accidental_hits=False,
            partition_strategy="div",
            seed=5,
            name="plain",
        ),
        tf.nn.nce_loss(
            tables, biases, labels, inputs, 10, 10, 2, tf.nn.all_candidate_sampler(labels, 2, 10, True), True
        ),
    ]
    return [([*losses, *tf.gradients(losses, [inputs, tables[0], biases])], None)]
