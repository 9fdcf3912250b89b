"""tf.distributions that are made of gamma functions."""

from __future__ import annotations

VALUES = ["log_prob", "cdf", "survival_function"]
STATISTICS = ["entropy", "mean", "mode", "variance", "stddev"]


def _asked(distribution, value):
    return [getattr(distribution, each)(value) for each in VALUES] + [
        getattr(distribution, each)() for each in STATISTICS
    ]


def gammas(tf):
    d = tf.distributions
    x = tf.placeholder(tf.float32, [2], name="x")
    waiting = d.Exponential([0.5, 2.0])
    gamma = d.Gamma(x, 2.0)
    found = [_asked(gamma, [0.5, 3.0]), [waiting.log_prob(x), waiting.cdf(x), waiting.log_survival_function(x)]]
    found += [gamma.sample(3, seed=1), waiting.sample([2, 2], seed=2), gamma.kl_divergence(d.Gamma(2.0, 1.0))]
    return [((found, tf.gradients([found[0][0], found[1], found[-1]], x)), {x: [0.7, 2.5]})]


def betas(tf):
    d = tf.distributions
    x = tf.placeholder(tf.float32, [2], name="x")
    beta = d.Beta(x, [3.0, 1.5])
    found = [_asked(beta, [0.25, 0.9]), beta.sample(3, seed=1), beta.kl_divergence(d.Beta(2.0, 2.0))]
    return [((found, tf.gradients([found[0][0], found[-1]], x)), {x: [0.7, 2.5]})]
