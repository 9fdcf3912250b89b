"""tf.layers: transposed, separable and causal convolutions, arguments by name, what layers tell about themselves."""

from __future__ import annotations

from .data import uniform


def _start(tf):
    return [(tf.global_variables_initializer(), None)]


def transposed_convolutions(tf):
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, 3, 4, 2], name="x")
    v = tf.placeholder(tf.float32, [None, 2, 3, 2, 2], name="v")
    y = tf.layers.conv2d_transpose(x, 3, 3, strides=2, padding="same", activation=tf.nn.relu)
    values = [
        y,
        tf.layers.conv2d_transpose(y, 2, (1, 3), use_bias=False),
        tf.layers.Conv2DTranspose(2, 2, dilation_rate=2)(x),
        tf.layers.Conv2DTranspose(2, 3, 2, "same", output_padding=(1, 1))(x),
        tf.layers.conv3d_transpose(v, 2, 2, strides=(1, 2, 2)),
        tf.layers.conv3d_transpose(v, 1, 3, padding="same", name="again"),
        tf.layers.conv3d_transpose(v * 2.0, 1, 3, padding="same", name="again", reuse=True),
    ]
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(values[1] ** 2))
    feed = {x: uniform(2, 3, 4, 2), v: uniform(1, 2, 3, 2, 2)}
    return [*_start(tf), (values, feed), (train, feed), (values[1], feed)]


def upsampled_by_unknown_sizes(tf):
    x = tf.placeholder(tf.float32, [None, None, None, 1], name="x")
    y = tf.layers.conv2d_transpose(x, 1, 2, 2, kernel_initializer="ones")
    return [*_start(tf), (y, {x: uniform(1, 2, 3, 1)}), (tf.shape(y), {x: uniform(1, 2, 3, 1)})]


def separable_convolutions(tf):
    tf.set_random_seed(4)
    x = tf.placeholder(tf.float32, [None, 5, 5, 2], name="x")
    s = tf.placeholder(tf.float32, [None, 6, 2], name="s")
    values = [
        tf.layers.separable_conv2d(x, 3, 3, activation=tf.nn.relu, depth_multiplier=2),
        tf.layers.separable_conv2d(x, 2, (3, 2), 2, "same", use_bias=False),
        tf.layers.separable_conv2d(x, 2, 2, dilation_rate=2, pointwise_regularizer="l2"),
        tf.layers.separable_conv1d(s, 3, 3, activation="tanh"),
        tf.layers.separable_conv1d(s, 3, 2, padding="causal", dilation_rate=2, use_bias=False),
    ]
    loss = tf.reduce_sum(values[0]) + tf.losses.get_regularization_loss()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    feed = {x: uniform(2, 5, 5, 2), s: uniform(2, 6, 2)}
    return [*_start(tf), (values, feed), (train, feed), (values[0], feed)]


def causal_convolutions(tf):
    tf.set_random_seed(5)
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    dilated = tf.layers.Conv1D(3, 2, padding="causal", dilation_rate=2)
    y = dilated(x)
    values = [y, tf.layers.conv1d(x, 3, 3, padding="causal"), dilated(x + 1.0)]
    return [*_start(tf), (values, {x: uniform(2, 6, 2)})]


def arguments_by_name(tf):
    tf.set_random_seed(6)
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    images = tf.placeholder(tf.float32, [None, 4, 4, 2], name="images")
    values = [
        tf.layers.dense(x, 3, "softmax", kernel_initializer="he_normal", bias_initializer="normal"),
        tf.layers.dense(x, 3, "selu", kernel_initializer="lecun_uniform", kernel_regularizer="l1_l2"),
        tf.layers.dense(x, 3, "hard_sigmoid", kernel_initializer="uniform", activity_regularizer="l1"),
        tf.layers.dense(x, 3, "elu", kernel_initializer="TruncatedNormal", bias_regularizer="l1"),
        tf.layers.dense(x, 3, "exponential", kernel_initializer="identity", bias_constraint="non_neg"),
        tf.layers.dense(x, 3, "linear", kernel_initializer="orthogonal", kernel_constraint="max_norm"),
        tf.layers.dense(x, 3, kernel_initializer="he_uniform", kernel_constraint="min_max_norm"),
        tf.layers.conv2d(images, 2, 2, activation="softmax", kernel_constraint="unit_norm"),
        tf.layers.conv2d(
            images, 2, 2, activation="softplus", bias_initializer={"class_name": "Constant", "config": {"value": 2.0}}
        ),
    ]
    loss = sum(tf.reduce_sum(y**2) for y in values) + tf.losses.get_regularization_loss()
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    feed = {x: uniform(2, 4), images: uniform(1, 4, 4, 2)}
    return [*_start(tf), (values, feed), (train, feed), (tf.trainable_variables(), None)]


def members_of_layers(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    layer = tf.layers.Dense(3, "relu", kernel_initializer="ones", kernel_regularizer="l2", activity_regularizer="l1")
    y = layer(x, training=True)
    norm = tf.layers.BatchNormalization(momentum=0.5)
    z = norm(y, training=True)
    penalties = [*layer.get_losses_for(None), *layer.get_losses_for(x), *layer.losses]
    twin = tf.layers.Dense.from_config(layer.get_config())
    w = twin(x)
    return [
        *_start(tf),
        ([y, z, w, *penalties], {x: uniform(2, 4)}),
        ([*norm.get_updates_for(x), *norm.get_updates_for(None)], {x: uniform(2, 4)}),
        (layer.weights + norm.weights + twin.weights, None),
    ]


def told_about_layers(tf):
    """Shapes and counts, as constants of the graph."""
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    dense = tf.layers.Dense(3)
    dense(x)
    shapes = [
        dense.compute_output_shape([None, 7, 4]),
        tf.layers.Conv2D(3, 2, strides=2, padding="same").compute_output_shape([None, 7, 4, None]),
        tf.layers.Conv1D(3, 2, padding="causal", dilation_rate=2).compute_output_shape([None, 7, 4]),
        tf.layers.Conv2D(3, 3, dilation_rate=2, data_format="channels_first").compute_output_shape([1, 2, 9, None]),
        tf.layers.MaxPooling2D(3, 2, padding="same").compute_output_shape([None, 7, 4, 2]),
        tf.layers.AveragePooling1D(3, 2, data_format="channels_first").compute_output_shape([None, 7, 4]),
        tf.layers.Flatten().compute_output_shape([None, 7, 4, 2]),
        tf.layers.Conv2DTranspose(3, 2, 2).compute_output_shape([None, 7, None, 2]),
        tf.layers.Conv3DTranspose(3, 3, 2, "same", "channels_first").compute_output_shape([None, 2, 3, 4, 5]),
        tf.layers.SeparableConv2D(3, 3).compute_output_shape([None, 7, 4, 2]),
    ]
    for shape in shapes:
        tf.constant([-1 if size is None else size for size in tf.TensorShape(shape).as_list()])
    configs = [
        dense.get_config(),
        tf.layers.Conv2D(3, 2, kernel_initializer="he_normal").get_config(),
        tf.layers.BatchNormalization(renorm=True, virtual_batch_size=2).get_config(),
        tf.layers.Dropout(0.3).get_config(),
        tf.layers.MaxPooling2D(2, 2).get_config(),
        tf.layers.Conv2DTranspose(2, 2).get_config(),
        tf.layers.Conv3DTranspose(2, 2).get_config(),
        tf.layers.SeparableConv2D(2, 2, kernel_regularizer="l2").get_config(),
        tf.layers.Dense(3, tf.nn.relu, batch_input_shape=(2, 3), activity_regularizer="l1").get_config(),
        tf.layers.Layer().get_config(),
    ]
    tf.constant([dense.count_params(), dense.dtype == "float32"])
    tf.constant([repr(sorted(config.items(), key=lambda item: item[0])) for config in configs])
    return [(tf.get_default_graph().get_operations()[-1].outputs[0], None)]
