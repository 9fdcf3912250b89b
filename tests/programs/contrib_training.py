"""tf.contrib.layers.optimize_loss, and summaries of what layers make."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def _loss(tf):
    tf.set_random_seed(4)
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    y = tf.contrib.layers.fully_connected(x, 3, scope="hidden")
    y = tf.contrib.layers.fully_connected(y, 1, activation_fn=None, scope="out")
    return tf.reduce_mean(tf.square(y - 0.5)), {x: uniform(4, 3)}


def _steps(tf, train, feed):
    return [*_start(tf), (train, feed), (train, feed), (tf.global_variables(), None)]


def optimize_sgd(tf):
    loss, feed = _loss(tf)
    step = tf.train.get_or_create_global_step()
    train = tf.contrib.layers.optimize_loss(loss, step, learning_rate=0.1, optimizer="SGD")
    return _steps(tf, train, feed)


def optimize_with_all(tf):
    loss, feed = _loss(tf)
    step = tf.train.get_or_create_global_step()
    bias = tf.trainable_variables()[1]
    train = tf.contrib.layers.optimize_loss(
        loss,
        step,
        learning_rate=0.1,
        optimizer="Adam",
        gradient_noise_scale=0.1,
        gradient_multipliers={"out/biases:0": 2.0, bias: 0.5},
        clip_gradients=0.5,
        learning_rate_decay_fn=lambda rate, step: tf.train.exponential_decay(rate, step, 1, 0.5),
        name="train_op",
        summaries=["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"],
    )
    return _steps(tf, train, feed)


def optimize_by_names(tf):
    loss, feed = _loss(tf)
    step = tf.train.get_or_create_global_step()
    optimize, variables = tf.contrib.layers.optimize_loss, tf.trainable_variables()
    rate = tf.constant(0.05)
    trains = [optimize(loss, step, rate, name, summaries=[], name=name) for name in ("Adagrad", "Ftrl", "Momentum")]
    trains.append(optimize(loss, None, 0.01, "RMSProp", variables=variables[:1], increment_global_step=False))
    trains.append(optimize(loss, step, 0.01, tf.train.AdamOptimizer, summaries=["loss"], update_ops=[]))
    trains.append(optimize(loss, step, None, tf.train.GradientDescentOptimizer(0.1), clip_gradients=1.0))
    trains.append(optimize(loss, step, 0.1, lambda rate: tf.train.MomentumOptimizer(rate, 0.5)))
    trains.append(optimize(loss, step, None, lambda: tf.train.GradientDescentOptimizer(0.1)))
    runs = [(train, feed) for train in trains]
    return [*_start(tf), *runs, (step, None)]


def optimize_with_updates(tf):
    tf.set_random_seed(4)
    layers = tf.contrib.layers
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(tf.get_variable("count", initializer=1.0), 2.0))
    y = layers.fully_connected(x, 2, weights_initializer=tf.ones_initializer())
    loss = tf.reduce_sum(y**2)
    train = layers.optimize_loss(loss, None, 0.1, "SGD", colocate_gradients_with_ops=True)
    return _steps(tf, train, {x: uniform(4, 3)})


def optimize_with_adaptive_clipping(tf):
    loss, feed = _loss(tf)
    step = tf.train.get_or_create_global_step()
    slim = tf.contrib.slim
    first = slim.adaptive_clipping_fn(report_summary=True, static_max_norm=0.5)
    second = slim.adaptive_clipping_fn(1.0, global_step=step, name="second")
    train = slim.optimize_loss(loss, step, 0.1, "SGD", clip_gradients=first)
    other = slim.optimize_loss(loss, step, 0.1, "SGD", clip_gradients=second, name="other")
    return [*_start(tf), (train, feed), (other, feed), (train, feed), (tf.global_variables(), None)]


def optimize_embeddings(tf):
    tf.set_random_seed(4)
    layers = tf.contrib.layers
    ids = tf.placeholder(tf.int32, [2, 3], name="ids")
    words = layers.embed_sequence(ids, vocab_size=5, embed_dim=2)
    loss = tf.reduce_sum(words**2)
    names = ["gradients", "gradient_norm"]
    multipliers = {"EmbedSequence/embeddings:0": 0.5}
    train = layers.optimize_loss(
        loss, None, 0.1, "SGD", summaries=names, gradient_multipliers=multipliers, clip_gradients=1.0
    )
    return _steps(tf, train, {ids: [[1, 2, 1], [0, 4, 4]]})


def summarized(tf):
    tf.set_random_seed(4)
    layers, slim = tf.contrib.layers, tf.contrib.slim
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    y = layers.legacy_relu(x, 3)
    y = layers.legacy_fully_connected(y, 2, tf.nn.relu6)
    y = layers.legacy_fully_connected(y, 2, tf.nn.softplus)
    layers.summarize_activation(tf.tanh(y))
    layers.summarize_activations()
    layers.summarize_tensors([y, tf.reduce_sum(y), tf.constant("text"), tf.constant(True)])
    layers.summarize_tensor(tf.reduce_mean(y), tag="a mean")
    layers.summarize_collection(tf.GraphKeys.WEIGHTS, name_filter="fully_connected_1")
    slim.summarize_weights(), slim.summarize_biases(".*2"), slim.summarize_variables()
    return [*_start(tf), (tf.summary.merge_all(scope="fully_connected.*(weights|bias)"), None)]
