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
}


def _twice(layer, first, second):
    layer(first)
    layer(second)


class _Nothing:
    @staticmethod
    def of(tf):
        class Nothing(tf.layers.Layer):
            def call(self, inputs):
                pass

        return Nothing()
