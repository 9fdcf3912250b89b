"""Looking into a graph as it runs: printed values, checks for NaN, collected losses."""

from __future__ import annotations

from .data import uniform


def checked_gradients(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.check_numerics(tf.sqrt(x), "roots")
    z = tf.debugging.check_numerics(tf.log(y), "logs", name="checked")
    return [([z] + tf.gradients(z, x), {x: [1.0, 4.0]})]


def verified(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.verify_tensor_all_finite(x * 2.0, "doubled")
    z = tf.debugging.assert_all_finite(x=y, message="again", name="again")
    return [([y, z] + tf.gradients(z, x), {x: [1.0, 2.0]})]


def all_tensors_checked(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    y = tf.reduce_sum(tf.matmul(tf.expand_dims(x, 0), w))
    tf.cast(y, tf.int32)
    checks = tf.add_check_numerics_ops()
    return [(tf.global_variables_initializer(), None), ([y, checks], {x: [1.0, 2.0]})]


def printed(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    loss = tf.reduce_sum(tf.square(x))
    loss = tf.Print(loss, [loss, x, "text", 3], message="loss: ", first_n=1, summarize=1)
    return [([loss] + tf.gradients(loss, x), {x: [1.0, 2.0]})] * 2


def collected_losses(tf):
    nothing = tf.losses.get_regularization_loss()
    with tf.variable_scope("layer", regularizer=tf.contrib.layers.l2_regularizer(0.5)):
        w = tf.get_variable("w", initializer=uniform(2, 3))
        b = tf.get_variable("b", initializer=uniform(3))
    tf.losses.add_loss(tf.reduce_mean(w, name="error"))
    tf.losses.add_loss(tf.constant(1.0), None)
    tf.losses.add_loss(tf.constant(2.0), "others")
    penalty = tf.losses.get_regularization_loss()
    of_weights = tf.losses.get_regularization_loss("layer/w", name="of_weights")
    total = tf.losses.get_total_loss()
    bare = tf.losses.get_total_loss(add_regularization_losses=False, name="bare")
    counts = [len(tf.losses.get_losses()), len(tf.losses.get_losses(loss_collection="others"))]
    fetches = [nothing, penalty, of_weights, total, bare, tf.constant(counts), tf.losses.get_regularization_losses()]
    return [(tf.global_variables_initializer(), None), (fetches, None)]
