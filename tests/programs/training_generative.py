"""Nets that draw random numbers inside, trained for twenty steps after `tf.set_random_seed` alone."""

from __future__ import annotations

from .data import uniform
from .steps import STEPS, twenty_steps


def denoising_autoencoder(tf):
    """Noise on the input, the decoder's weights are the encoder's transposed, Adagrad."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 12])
    initializer = tf.contrib.layers.xavier_initializer()
    encode = tf.Variable(initializer([12, 5]), name="encode")
    bias_in, bias_out = tf.Variable(tf.zeros([5])), tf.Variable(tf.zeros([12]))
    noisy = x + 0.1 * tf.random_normal(tf.shape(x))
    hidden = tf.nn.softplus(tf.nn.xw_plus_b(noisy, encode, bias_in))
    again = tf.matmul(hidden, encode, transpose_b=True) + bias_out
    cost = 0.5 * tf.reduce_sum(tf.pow(tf.subtract(again, x), 2.0))
    train = tf.train.AdagradOptimizer(0.1).minimize(cost)
    feeds = [{x: uniform(10, 12, seed=step % 4)} for step in range(STEPS)]
    return twenty_steps(tf.global_variables_initializer(), cost, train, feeds)


def variational_autoencoder(tf):
    """A draw from the code's distribution inside the net, the two terms of its loss, and Adam."""
    tf.set_random_seed(2)
    x = tf.placeholder(tf.float32, shape=[None, 12])
    hidden = tf.layers.dense(x, 8, tf.nn.relu)
    mean, log_variance = tf.layers.dense(hidden, 2), tf.layers.dense(hidden, 2)
    code = mean + tf.exp(log_variance / 2) * tf.random_normal(shape=tf.shape(mean))
    logits = tf.layers.dense(tf.layers.dense(code, 8, tf.nn.relu), 12)
    rebuilt = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=x), 1)
    divergence = 0.5 * tf.reduce_sum(tf.exp(log_variance) + mean**2 - 1.0 - log_variance, 1)
    loss = tf.reduce_mean(rebuilt + divergence)
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    feeds = [{x: uniform(10, 12, seed=step % 4)} for step in range(STEPS)]
    return twenty_steps(tf.global_variables_initializer(), [loss, tf.reduce_mean(divergence)], train, feeds)


def adversarial_pair(tf):
    """A generator and a discriminator, each with its own Adam and its own variables, in turns."""
    tf.set_random_seed(9)
    real = tf.placeholder(tf.float32, [None, 4])
    noise = tf.random_uniform([tf.shape(real)[0], 3], -1.0, 1.0)
    with tf.variable_scope("generator"):
        fake = tf.layers.dense(tf.layers.dense(noise, 6, tf.nn.leaky_relu), 4, tf.nn.tanh)

    def discriminate(points, reuse):
        with tf.variable_scope("discriminator", reuse=reuse):
            return tf.layers.dense(tf.layers.dense(points, 6, tf.nn.leaky_relu, name="h"), 1, name="out")

    on_real, on_fake = discriminate(real, False), discriminate(fake, True)
    ones, zeros = tf.ones_like(on_real), tf.zeros_like(on_fake)
    loss_d = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=on_real, labels=ones))
    loss_d += tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=on_fake, labels=zeros))
    loss_g = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=on_fake, labels=tf.ones_like(on_fake)))
    variables = tf.trainable_variables()
    of = {scope: [v for v in variables if v.name.startswith(scope)] for scope in ("discriminator", "generator")}
    train_d = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(loss_d, var_list=of["discriminator"])
    train_g = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(loss_g, var_list=of["generator"])
    runs = [(tf.global_variables_initializer(), None)]
    for step in range(STEPS):
        feed = {real: uniform(8, 4, seed=step % 4)}
        runs += [((loss_d, train_d), feed), ((loss_g, train_g), feed)]
    return runs
