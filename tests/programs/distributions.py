"""tf.distributions: densities, statistics, samples and divergences."""

from __future__ import annotations

import numpy as np

VALUES = ["log_prob", "prob", "log_cdf", "cdf", "log_survival_function", "survival_function"]
STATISTICS = ["entropy", "mean", "mode", "variance", "stddev"]


def _asked(distribution, questions, *args):
    """The answers to those questions that the distribution knows."""
    found = []
    for question in questions:
        try:
            found.append(getattr(distribution, question)(*args))
        except NotImplementedError:
            continue
    return found


def normals(tf):
    loc = tf.placeholder(tf.float32, [None, 1], name="loc")
    normal = tf.distributions.Normal(loc, [1.0, 2.0, 0.5])
    value = tf.constant([-12.0, 0.3, 7.0])
    found = [_asked(normal, VALUES, value), _asked(normal, STATISTICS), normal.sample(2, seed=1)]
    grads = tf.gradients(found, loc)
    return [((found, grads), {loc: [[0.0], [1.5]]})]


def laplaces_and_uniforms(tf):
    d = tf.distributions
    width = tf.placeholder(tf.float32, [2], name="width")
    value = tf.constant([[-1.0, 0.5], [2.0, 9.0]])
    laplace, uniform = d.Laplace(1.0, width), d.Uniform(-width, 3.0)
    found = [[_asked(each, VALUES, value), _asked(each, STATISTICS)] for each in (laplace, uniform)]
    samples = [laplace.sample([2, 1], seed=2), uniform.sample(3, seed=3), d.Uniform().sample(seed=4)]
    return [((found, samples, tf.gradients(samples, width)), {width: [0.5, 2.0]})]


def coins(tf):
    d = tf.distributions
    logits = tf.placeholder(tf.float32, [None], name="logits")
    coins = [d.Bernoulli(logits=logits), d.Bernoulli(probs=[0.1, 0.7], dtype=tf.float32, validate_args=True)]
    found = [[_asked(coin, VALUES[:2], [0, 1]), _asked(coin, STATISTICS)] for coin in coins]
    samples = [coin.sample([3], seed=5) for coin in coins]
    return [((found, samples, tf.gradients(found[0][0][0], logits)), {logits: [-1.0, 2.0]})]


def classes(tf):
    """A policy's actions, their probabilities, and how sure it is."""
    d = tf.distributions
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    policy = d.Categorical(logits=logits)
    die = d.Categorical(probs=np.full([6], 1 / 6, np.float32), validate_args=True)
    actions = policy.sample(seed=6)
    found = [policy.log_prob(actions), policy.entropy(), policy.mode(), policy.cdf([0, 2]), policy.probs]
    rolls = die.sample([2, 5], seed=7)
    loss = -tf.reduce_mean(found[0] * [1.0, -2.0]) - 0.1 * tf.reduce_mean(found[1])
    found += [die.log_prob(rolls), die.cdf(3), die.entropy(), die.event_size]
    return [((actions, rolls, found, tf.gradients(loss, logits)), {logits: [[1.0, 2.0, -1.0], [0.0, 0.0, 3.0]]})]


def divergences(tf):
    d = tf.distributions
    x = tf.placeholder(tf.float32, [2], name="x")
    pairs = [
        (d.Normal(0.0, 1.0), d.Normal(x, [0.5, 2.0])),
        (d.Bernoulli(logits=x), d.Bernoulli(probs=0.3)),
        (d.Categorical(logits=x), d.Categorical(probs=[0.3, 0.7])),
    ]
    found = [[d.kl_divergence(a, b), a.cross_entropy(b), a.kl_divergence(b)] for a, b in pairs]
    found.append(d.kl_divergence(*pairs[0], allow_nan_stats=False, name="sure"))
    return [((found, tf.gradients(found, x)), {x: [0.5, -1.0]})]


def of_ones_own(tf):
    """A distribution that says little, from which much follows."""
    d = tf.distributions

    class Triangle(d.Distribution):
        def __init__(self, width):
            self.width = tf.convert_to_tensor(width)
            super().__init__(tf.float32, d.FULLY_REPARAMETERIZED, False, True, graph_parents=[self.width])

        def _batch_shape(self):
            return self.width.shape

        def _event_shape(self):
            return tf.TensorShape([])

        def _sample_n(self, n, seed=None):
            return self.width * tf.reduce_sum(tf.random_uniform([2, n, 2], -0.5, 0.5, seed=seed), 0)

        def _cdf(self, value):
            return tf.clip_by_value(value / self.width + 0.5, 0.0, 1.0)

        def _variance(self):
            return tf.square(self.width) / 6.0

    each = Triangle([1.0, 2.0])
    found = [
        _asked(each, VALUES, [0.0, 0.25]),
        _asked(each, STATISTICS),
        each.sample(2, seed=8),
        each.sample([1, 3], seed=9),
    ]
    return [(found, None)]
