"""Mistakes with layers."""

from __future__ import annotations

INPUTS = {
    "dense_of_vector": lambda tf: tf.layers.dense(tf.zeros([3]), 2),
    "dense_of_unknown_rank": lambda tf: tf.layers.dense(tf.placeholder(tf.float32), 2),
    "dense_of_unknown_size": lambda tf: tf.layers.dense(tf.placeholder(tf.float32, [2, None]), 2),
    "dense_of_integers": lambda tf: tf.layers.dense(tf.zeros([2, 3], tf.int32), 2),
    "dense_of_two": lambda tf: tf.layers.dense([tf.zeros([2, 3]), tf.zeros([2, 3])], 2),
    "conv2d_of_matrix": lambda tf: tf.layers.conv2d(tf.zeros([2, 3]), 2, 2),
    "conv2d_unknown_channels": lambda tf: tf.layers.conv2d(tf.placeholder(tf.float32, [1, 4, 4, None]), 2, 2),
    "conv1d_of_images": lambda tf: tf.layers.conv1d(tf.zeros([1, 4, 4, 1]), 2, 2),
    "pool_of_matrix": lambda tf: tf.layers.max_pooling2d(tf.zeros([2, 3]), 2, 2),
    "flatten_scalar": lambda tf: tf.layers.flatten(tf.constant(1.0)),
    "flatten_unknown": lambda tf: tf.layers.flatten(tf.placeholder(tf.float32)),
    "other_size_later": lambda tf: _twice(tf.layers.Dense(2), tf.zeros([1, 3]), tf.zeros([1, 4])),
    "batch_norm_axis": lambda tf: tf.layers.batch_normalization(tf.zeros([2, 3]), axis=2),
    "batch_norm_axis_twice": lambda tf: tf.layers.batch_normalization(tf.zeros([2, 3]), axis=[1, -1]),
    "batch_norm_axis_text": lambda tf: tf.layers.batch_normalization(tf.zeros([2, 3]), axis="last"),
}

ARGUMENTS = {
    "pool_without_strides": lambda tf: tf.layers.max_pooling2d(tf.zeros([1, 4, 4, 1]), 2, None),
    "kernel_size": lambda tf: tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, (2, 2, 2)),
    "strides_text": lambda tf: tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 2, strides="ab"),
    "padding": lambda tf: tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 2, padding="full"),
    "data_format": lambda tf: tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 2, data_format="NHWC"),
    "activation_name": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, activation="rely"),
    "unknown_argument": lambda tf: tf.layers.Dense(2, size=3),
    "same_name_twice": lambda tf: [tf.layers.dense(tf.zeros([1, 2]), 2, name="a") for _ in range(2)],
    "reuse_missing": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, name="a", reuse=True),
    "scope_name_too_early": lambda tf: tf.layers.Dense(2).scope_name,
    "nothing_returned": lambda tf: _Nothing.of(tf)(tf.zeros([1])),
    "initializer_name": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, kernel_initializer="glorot"),
    "initializer_number": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, kernel_initializer=3),
    "regularizer_name": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, kernel_regularizer="l3"),
    "constraint_name": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, kernel_constraint="norm"),
    "constraint_number": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, kernel_constraint=3),
    "activation_number": lambda tf: tf.layers.dense(tf.zeros([1, 2]), 2, activation=3),
    "causal_images": lambda tf: tf.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 2, padding="causal"),
    "causal_transposed": lambda tf: tf.layers.conv2d_transpose(tf.zeros([1, 4, 4, 1]), 2, 2, padding="causal"),
    "transposed_rank": lambda tf: tf.layers.conv2d_transpose(tf.zeros([1, 4, 4]), 2, 2),
    "transposed_channels": lambda tf: tf.layers.conv2d_transpose(tf.placeholder(tf.float32, [1, 4, 4, None]), 2, 2),
    "transposed_volume_channels": lambda tf: tf.layers.conv3d_transpose(
        tf.placeholder(tf.float32, [1, 2, 2, 2, None]), 2, 2
    ),
    "output_padding": lambda tf: tf.layers.Conv2DTranspose(2, 3, 2, output_padding=2),
    "separable_channels": lambda tf: tf.layers.separable_conv1d(tf.placeholder(tf.float32, [1, 4, None]), 2, 2),
    "renorm_clipping": lambda tf: tf.layers.BatchNormalization(renorm=True, renorm_clipping={"max": 1.0}),
    "virtual_batch_size": lambda tf: tf.layers.batch_normalization(tf.zeros([4, 2]), virtual_batch_size=0),
    "virtual_batch_axis": lambda tf: tf.layers.batch_normalization(tf.zeros([4, 2]), axis=0, virtual_batch_size=2),
    "virtual_adjusted": lambda tf: tf.layers.batch_normalization(
        tf.zeros([4, 2]), virtual_batch_size=2, adjustment=lambda shape: (1.0, 0.0)
    ),
}

MEMBERS = {
    "input": lambda tf: tf.layers.Dense(3, name="d").input,
    "output": lambda tf: _called(tf).output,
    "input_shape": lambda tf: _called(tf).input_shape,
    "output_shape": lambda tf: _called(tf).output_shape,
    "output_at": lambda tf: _called(tf).get_output_at(0),
    "params_too_early": lambda tf: tf.layers.Dense(3, name="d").count_params(),
    "input_spec": lambda tf: setattr(tf.layers.Dense(3), "input_spec", 3),
    "weights_too_few": lambda tf: _called(tf).set_weights([1.0]),
    "weight_shape": lambda tf: _called(tf).set_weights([tf.constant([1.0]), tf.constant([1.0])]),
    "shape_of_any_layer": lambda tf: tf.layers.Layer().compute_output_shape([1]),
    "add_weight_argument": lambda tf: tf.layers.Layer().add_weight("a", [2], size=3),
    "add_text_weight": lambda tf: tf.layers.Layer(name="text").add_weight("a", [2], dtype=tf.string),
    "config_of_own": lambda tf: _Nothing.of(tf, "softmax").get_config(),
}


def _called(tf):
    layer = tf.layers.Dense(3, name="d")
    layer(tf.zeros([1, 2]))
    return layer


def _twice(layer, first, second):
    layer(first)
    layer(second)


class _Nothing:
    @staticmethod
    def of(tf, activation=None):
        class Nothing(tf.layers.Layer):
            def __init__(self, size=1, activation=None):
                super().__init__()

            def call(self, inputs):
                return tf.layers.Dense(1, activation).activation(inputs) if activation else None

        return Nothing()


def _in_keras_style(tf, build):
    with tf.layers.experimental.keras_style_scope():
        return build()


KERAS_STYLE = {
    "scope": lambda tf: _in_keras_style(tf, lambda: tf.layers.dense(tf.zeros([1, 2]), 1, name="a")),
    "reuse": lambda tf: _in_keras_style(tf, lambda: tf.layers.dense(tf.zeros([1, 2]), 1, reuse=True)),
    "scope_of_call": lambda tf: _in_keras_style(tf, lambda: tf.layers.Dense(1)(tf.zeros([1, 2]), scope="a")),
}
