"""tf.contrib.framework.arg_scope and tf.contrib.slim: arguments that are given once for many layers."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def lenet(tf):
    """As slim's own LeNet."""
    slim = tf.contrib.slim
    tf.set_random_seed(1)

    def arguments(weight_decay):
        with slim.arg_scope(
            [slim.conv2d, slim.fully_connected],
            weights_regularizer=slim.l2_regularizer(weight_decay),
            weights_initializer=tf.truncated_normal_initializer(stddev=0.1),
            activation_fn=tf.nn.relu,
        ) as scope:
            return scope

    images = tf.placeholder(tf.float32, [None, 12, 12, 1], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    small = slim.arg_scope([slim.max_pool2d], stride=2)
    with slim.arg_scope(arguments(0.1)), tf.variable_scope("LeNet", [images]), small:
        net = slim.conv2d(images, 4, [5, 5], scope="conv1")
        net = slim.max_pool2d(net, [2, 2], scope="pool1")
        net = slim.conv2d(net, 4, [5, 5], padding="VALID", scope="conv2")
        net = slim.flatten(slim.max_pool2d(net, [2, 2], scope="pool2"))
        net = slim.fully_connected(net, 8, scope="fc3")
        net = slim.dropout(net, 0.5, is_training=True, scope="dropout3")
        logits = slim.fully_connected(net, 3, activation_fn=None, scope="fc4")
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    total = tf.losses.get_total_loss()
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(total)
    feed = {images: uniform(3, 12, 12, 1), labels: [0, 1, 2]}
    return [*_start(tf), (logits, feed), (train, feed), ([loss, total], feed), (slim.get_model_variables(), None)]


def nested(tf):
    slim = tf.contrib.slim
    tf.set_random_seed(2)
    x = tf.placeholder(tf.float32, [4, 6, 6, 2], name="x")
    norm = {"decay": 0.9, "updates_collections": None, "scale": True}
    with slim.arg_scope([slim.conv2d], normalizer_fn=slim.batch_norm, normalizer_params=norm):
        net = x
        frozen = slim.arg_scope([slim.batch_norm, slim.dropout], is_training=False)
        with frozen, slim.arg_scope([slim.conv2d, slim.max_pool2d], padding="VALID", outputs_collections="ends"):
            net = slim.conv2d(net, 3, 3, scope="a")
            net = slim.repeat(net, 2, slim.conv2d, 3, [2, 2], padding="SAME", scope="b")
            net = slim.dropout(slim.max_pool2d(net, 2, scope="pool"), scope="drop")
        net = slim.conv2d(net, 2, 1, normalizer_fn=None)
    net = slim.conv2d(net, 2, 1, activation_fn=None)
    return [*_start(tf), (net, {x: uniform(4, 6, 6, 2)}), (tf.get_collection("ends"), {x: uniform(4, 6, 6, 2)})]


def of_ones_own(tf):
    framework = tf.contrib.framework

    @framework.add_arg_scope
    def scaled(x, factor=1.0, offset=0.0):
        return x * factor + offset

    x = tf.placeholder(tf.float32, [2], name="x")
    with framework.arg_scope([scaled], factor=3.0) as shared:
        values = [scaled(x), scaled(x, factor=2.0)]
        with framework.arg_scope([scaled], offset=1.0):
            values.append(scaled(x))
    with framework.arg_scope(shared):
        values.append(scaled(x, offset=5.0))
    assert framework.has_arg_scope(scaled)
    assert framework.arg_scoped_arguments(scaled) == ("factor", "offset")
    assert framework.current_arg_scope() == {}
    return [(values, {x: uniform(2)})]


def variables(tf):
    slim = tf.contrib.slim
    with slim.arg_scope([slim.variable, slim.model_variable], regularizer=slim.l2_regularizer(0.5)):
        a = slim.model_variable("a", [2], initializer=tf.ones_initializer(), device="/cpu:0")
        b = slim.variable(
            "b", [2], initializer=tf.zeros_initializer(), collections=["mine", tf.GraphKeys.GLOBAL_VARIABLES]
        )
    with tf.variable_scope("inner"):
        slim.local_variable(1.0, name="c")
        slim.fully_connected(tf.ones([1, 2]), 2, weights_initializer=tf.ones_initializer(), scope="fc")
    found = [
        slim.get_variables("inner"),
        slim.get_variables_by_suffix("biases"),
        slim.get_variables_by_name("weights", scope="inner"),
        slim.get_model_variables(),
        slim.get_local_variables(),
        slim.get_trainable_variables("inner"),
        slim.get_variables_to_restore(exclude=["inner"]),
        [slim.get_unique_variable("inner/fc/weights")],
    ]
    tf.add_to_collection("found", " ".join(v.op.name for group in found for v in group))
    return [*_start(tf), ([a, b, *tf.losses.get_regularization_losses()], None)]
