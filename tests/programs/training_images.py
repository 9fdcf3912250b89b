"""Convolutional nets, trained for twenty steps after `tf.set_random_seed` alone."""

from __future__ import annotations

from .steps import cycled, twenty_steps


def conv_momentum_staircase(tf):
    """Two convolutions and pooling, Nesterov's momentum and a rate in stairs."""
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, 12, 12, 1])
    y = tf.placeholder(tf.float32, [None, 4])
    net = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.conv2d(net, 6, [3, 3], strides=(2, 2), activation=tf.nn.relu)
    net = tf.layers.average_pooling2d(net, pool_size=[2, 2], strides=1)
    net = tf.layers.dense(tf.layers.flatten(net), 10, tf.nn.tanh)
    logits = tf.layers.dense(net, 4)
    loss = tf.losses.softmax_cross_entropy(y, logits)
    step = tf.Variable(0, trainable=False, name="global_step")
    rate = tf.train.exponential_decay(0.05, step, 5, 0.8, staircase=True)
    train = tf.train.MomentumOptimizer(rate, 0.9, use_nesterov=True).minimize(loss, global_step=step)
    init = tf.global_variables_initializer()
    return twenty_steps(init, [loss, rate, step], train, cycled(x, y, 8, [12, 12, 1], 4))


def conv_batch_norm_updates(tf):
    """Batch norm after each convolution; its update ops run with every step; then it predicts with the averages."""
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, 10, 10, 2])
    y = tf.placeholder(tf.float32, [None, 3])
    training = tf.placeholder(tf.bool, name="is_training")
    net = x
    for filters in (4, 6):
        net = tf.layers.conv2d(net, filters, 3, strides=2, padding="same", use_bias=False)
        net = tf.layers.batch_normalization(net, momentum=0.9, training=training)
        net = tf.nn.relu(net)
    logits = tf.layers.dense(tf.reduce_mean(net, [1, 2]), 3)
    loss = tf.losses.softmax_cross_entropy(y, logits)
    step = tf.train.get_or_create_global_step()
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(0.02).minimize(loss, global_step=step)
    init = tf.global_variables_initializer()
    feeds = cycled(x, y, 8, [10, 10, 2], 3, {training: True})
    predicting = dict(feeds[0])
    predicting[training] = False
    moments = [v for v in tf.global_variables() if "moving" in v.name and "Adam" not in v.name]
    return [*twenty_steps(init, loss, train, feeds), ((loss, moments), predicting)]


def residual_blocks(tf):
    """Blocks with a way around them, batch norm in its fused form, global pooling, weights that decay."""
    tf.set_random_seed(17)
    x = tf.placeholder(tf.float32, [4, 8, 8, 3])
    y = tf.placeholder(tf.float32, [4, 3])

    def block(net, filters, stride, name):
        with tf.variable_scope(name):
            short = net
            if stride > 1:
                short = tf.layers.conv2d(net, filters, 1, stride, "same", name="short")
            net = tf.layers.conv2d(net, filters, 3, stride, "same", use_bias=False, name="conv1")
            net = tf.nn.relu(tf.layers.batch_normalization(net, training=True, fused=True, name="bn1"))
            net = tf.layers.conv2d(net, filters, 3, 1, "same", use_bias=False, name="conv2")
            net = tf.layers.batch_normalization(net, training=True, fused=True, name="bn2")
            return tf.nn.relu(net + short)

    net = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    net = block(block(net, 4, 1, "block1"), 6, 2, "block2")
    logits = tf.layers.dense(tf.reduce_mean(net, axis=[1, 2]), 3)
    decay = 1e-3 * tf.add_n([tf.nn.l2_loss(v) for v in tf.trainable_variables() if "kernel" in v.name])
    loss = tf.losses.softmax_cross_entropy(onehot_labels=y, logits=logits) + decay
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        train = tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss)
    return twenty_steps(tf.global_variables_initializer(), loss, train, cycled(x, y, 4, [8, 8, 3], 3))
