"""Training ops of tf.contrib.training and tf.contrib.slim.learning."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def _loss(tf):
    slim = tf.contrib.slim
    tf.set_random_seed(2)
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    y = slim.fully_connected(x, 3, normalizer_fn=slim.batch_norm, scope="hidden")
    y = slim.fully_connected(y, 1, activation_fn=None, scope="out")
    slim.losses.mean_squared_error(y, tf.zeros([4, 1]))
    return slim.losses.get_total_loss(), {x: uniform(4, 3)}


def slim_train_op(tf):
    loss, feed = _loss(tf)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    train = tf.contrib.slim.learning.create_train_op(loss, optimizer, summarize_gradients=True)
    return [*_start(tf), (train, feed), (train, feed), (tf.global_variables(), None)]


def slim_train_op_with_all(tf):
    loss, feed = _loss(tf)
    weights = tf.trainable_variables()[0]
    train = tf.contrib.slim.learning.create_train_op(
        loss,
        tf.train.GradientDescentOptimizer(0.1),
        global_step=None,
        update_ops=tf.get_collection(tf.GraphKeys.UPDATE_OPS)[:1],
        variables_to_train=tf.trainable_variables()[:3],
        clip_gradient_norm=0.1,
        gate_gradients=tf.train.Optimizer.GATE_GRAPH,
        colocate_gradients_with_ops=True,
        gradient_multipliers={weights: 2.0, "out/weights": tf.constant(0.5)},
        check_numerics=False,
    )
    return [*_start(tf), (train, feed), (train, feed), (tf.global_variables(), None)]


def contrib_train_op(tf):
    training = tf.contrib.training
    tf.set_random_seed(2)
    ids = tf.placeholder(tf.int32, [3], name="ids")
    rows = tf.contrib.layers.embed_sequence(ids, 4, 2)
    loss = tf.reduce_sum(rows**2)

    def transform(pairs):
        pairs = training.multiply_gradients(pairs, {"EmbedSequence/embeddings": 3.0})
        training.add_gradients_summaries(pairs)
        return training.clip_gradient_norms_fn(0.5)(pairs)

    step = tf.train.create_global_step()
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    train = training.create_train_op(loss, optimizer, global_step=step, update_ops=[], transform_grads_fn=transform)
    tf.contrib.slim.learning.add_gradients_summaries([(tf.ones([2]), tf.trainable_variables()[0])])
    feed = {ids: [1, 1, 3]}
    return [*_start(tf), (train, feed), (train, feed), (tf.global_variables(), None)]
