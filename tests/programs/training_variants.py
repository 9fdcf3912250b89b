"""Whole training scripts, from `set_random_seed` to twenty losses: rarer optimizers, and resource variables."""

from __future__ import annotations

import numpy as np

from tests.programs.training_descent import _curve, _digits, _twenty


def _perceptron(tf, x, widths, **options):
    """Dense layers with tanh between them."""
    value = x
    for number, units in enumerate(widths):
        with tf.variable_scope("layer_%d" % number, **options):
            w = tf.get_variable("weights", [value.shape[1], units])
            b = tf.get_variable("biases", [units], initializer=tf.constant_initializer(0.05))
            value = tf.matmul(value, w) + b
            if number < len(widths) - 1:
                value = tf.tanh(value)
    return value


def resource_variables_by_adam(tf):
    """Adam on resource variables, gradients clipped one by one, cosine decay."""
    tf.set_random_seed(12)
    inputs, targets = _curve()
    step = tf.train.get_or_create_global_step()
    loss = tf.losses.mean_squared_error(targets, _perceptron(tf, tf.constant(inputs), (6, 1), use_resource=True))
    optimizer = tf.train.AdamOptimizer(tf.train.cosine_decay(0.05, step, 20))
    pairs = [(tf.clip_by_value(grad, -0.1, 0.1), var) for grad, var in optimizer.compute_gradients(loss)]
    return _twenty(tf, optimizer.apply_gradients(pairs, step), loss, more=[step])


def dual_averaging(tf):
    """Adagrad with dual averaging, which starts at zero: no weights need be drawn."""
    tf.set_random_seed(13)
    points, labels = _digits()
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [6, 3], initializer=tf.zeros_initializer())
    loss = tf.losses.softmax_cross_entropy(labels, tf.matmul(tf.constant(points), w))
    optimizer = tf.train.AdagradDAOptimizer(0.5, step, l1_regularization_strength=0.01)
    return _twenty(tf, optimizer.minimize(loss, step), loss, more=[w])


def proximal_adagrad(tf):
    """Adagrad with L1 and L2, hinge loss."""
    tf.set_random_seed(14)
    points, labels = _digits(classes=2)
    w = tf.get_variable("w", [6, 2], initializer=tf.glorot_normal_initializer())
    loss = tf.losses.hinge_loss(labels, tf.matmul(tf.constant(points), w))
    optimizer = tf.train.ProximalAdagradOptimizer(0.3, l1_regularization_strength=0.02, l2_regularization_strength=0.01)
    return _twenty(tf, optimizer.minimize(loss), loss, more=[w])


def nadam_with_gradient_noise(tf):
    """Nadam, and noise on the gradients."""
    tf.set_random_seed(15)
    inputs, targets = _curve()
    loss = tf.losses.absolute_difference(targets, _perceptron(tf, tf.constant(inputs), (5, 1)))
    optimizer = tf.contrib.opt.NadamOptimizer(0.02)
    pairs = [(grad + tf.random_normal(grad.shape, stddev=0.01), var) for grad, var in optimizer.compute_gradients(loss)]
    return _twenty(tf, optimizer.apply_gradients(pairs), loss)


def weight_decay_beside_adam(tf):
    """AdamW; the gradients are those before the decay."""
    tf.set_random_seed(16)
    points, labels = _digits()
    loss = tf.losses.softmax_cross_entropy(labels, _perceptron(tf, tf.constant(points), (5, 3)), label_smoothing=0.1)
    optimizer = tf.contrib.opt.AdamWOptimizer(0.01, 0.05)
    pairs = optimizer.compute_gradients(loss)
    with tf.control_dependencies([grad for grad, _ in pairs]):
        train = optimizer.apply_gradients(pairs)
    return _twenty(tf, train, loss)


def double_precision(tf):
    """RMSProp on float64, natural decay of the rate."""
    tf.set_random_seed(17)
    random = np.random.RandomState(1)
    inputs, targets = random.randn(10, 4), random.randn(10, 1)
    step = tf.Variable(0, trainable=False)
    w = tf.Variable(tf.random_normal([4, 1], dtype=tf.float64), dtype=tf.float64)
    loss = tf.reduce_mean(tf.square(tf.matmul(inputs, w) - targets))
    rate = tf.train.natural_exp_decay(0.1, step, 10, 0.5)
    return _twenty(tf, tf.train.RMSPropOptimizer(rate).minimize(loss, step), loss, more=[w])


def accumulated_gradients(tf):
    """Gradients summed over four batches before one step is taken."""
    tf.set_random_seed(18)
    inputs, targets = _curve()
    x, y = tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, 1])
    loss = tf.losses.mean_squared_error(y, _perceptron(tf, x, (4, 1)))
    variables = tf.trainable_variables()
    sums = [tf.Variable(tf.zeros_like(var.initialized_value()), trainable=False) for var in variables]
    clear = [total.assign(tf.zeros_like(total)) for total in sums]
    optimizer = tf.train.AdamOptimizer(0.05)
    add = [total.assign_add(grad) for total, (grad, _) in zip(sums, optimizer.compute_gradients(loss, variables))]
    apply = optimizer.apply_gradients([(total / 4.0, var) for total, var in zip(sums, variables)])
    runs = [(tf.global_variables_initializer(), None)]
    for _ in range(20):
        runs.append((clear, None))
        runs += [(add, {x: inputs[start::4], y: targets[start::4]}) for start in range(4)]
        runs += [(apply, None), (loss, {x: inputs, y: targets})]
    return runs


def two_players(tf):
    """A generator against a discriminator, each with an optimizer and variables of its own."""
    tf.set_random_seed(19)
    real = tf.constant(np.random.RandomState(6).randn(8, 1).astype(np.float32) * 0.5 + 2.0)

    def discriminate(value):
        with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
            return tf.layers.dense(tf.layers.dense(value, 4, tf.nn.leaky_relu, name="first"), 1, name="second")

    with tf.variable_scope("generator"):
        made = tf.layers.dense(tf.random_uniform([8, 2], -1.0, 1.0), 1, name="out")
    on_real, on_made = discriminate(real), discriminate(made)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    critic = tf.reduce_mean(
        entropy(labels=tf.ones_like(on_real), logits=on_real) + entropy(labels=tf.zeros_like(on_made), logits=on_made)
    )
    forger = tf.reduce_mean(entropy(labels=tf.ones_like(on_made), logits=on_made))
    train_critic = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(
        critic, var_list=tf.trainable_variables("discriminator")
    )
    train_forger = tf.train.AdamOptimizer(0.01, beta1=0.5, name="Adam_forger").minimize(
        forger, var_list=tf.trainable_variables("generator")
    )
    runs = [(tf.global_variables_initializer(), None)]
    for _ in range(20):
        runs += [(train_critic, None), (train_forger, None), ([critic, forger], None)]
    return runs
