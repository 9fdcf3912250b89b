"""Mistakes with tf.contrib.layers and tf.contrib.framework."""

from __future__ import annotations


def _unknown(tf, *sizes):
    return tf.placeholder(tf.float32, list(sizes) if sizes else None, name="x")


SCOPES = {
    "not_a_list": lambda tf: _enter(tf, tf.contrib.layers.conv2d),
    "dictionary_and_arguments": lambda tf: _enter(tf, {}, padding="SAME"),
    "unknown_argument": lambda tf: _in_scope(tf, lambda: _conv(tf), kernel=3),
    "argument_twice": lambda tf: _in_scope(tf, lambda: _conv(tf), num_outputs=3),
    "arguments_of_other": lambda tf: tf.contrib.framework.arg_scoped_arguments(tf.layers.conv2d),
}

DENSE = {
    "outputs_float": lambda tf: tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 2.0),
    "outputs_text": lambda tf: tf.contrib.layers.fully_connected(tf.zeros([2, 3]), "2"),
    "unknown_rank": lambda tf: tf.contrib.layers.fully_connected(_unknown(tf), 2),
    "unknown_size": lambda tf: tf.contrib.layers.fully_connected(_unknown(tf, 2, None), 2),
    "vector": lambda tf: tf.contrib.layers.fully_connected(tf.zeros([2]), 2),
    "same_scope": lambda tf: [tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 2, scope="a") for _ in range(2)],
    "reuse_missing": lambda tf: tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 2, scope="a", reuse=True),
    "reuse_without_scope": lambda tf: tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 2, reuse=True),
    "legacy_unknown_rank": lambda tf: tf.contrib.layers.legacy_fully_connected(_unknown(tf), 2),
    "legacy_vector": lambda tf: tf.contrib.layers.legacy_fully_connected(tf.zeros([2]), 2),
    "legacy_unknown_size": lambda tf: tf.contrib.layers.legacy_fully_connected(_unknown(tf, 2, None), 2),
    "stack_args": lambda tf: tf.contrib.layers.stack(tf.zeros([2, 3]), tf.contrib.layers.fully_connected, 3),
}

CONVOLUTIONS = {
    "data_format": lambda tf: tf.contrib.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 3, data_format="NHCW"),
    "conv2d_of_row": lambda tf: tf.contrib.layers.conv2d(tf.zeros([1, 4, 1]), 2, 3),
    "conv_of_matrix": lambda tf: tf.contrib.layers.convolution(tf.zeros([1, 4]), 2, 3),
    "conv2d_unknown_rank": lambda tf: tf.contrib.layers.conv2d(_unknown(tf), 2, 3),
    "padding": lambda tf: tf.contrib.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 3, padding="FULL"),
    "kernel_size": lambda tf: tf.contrib.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, [3]),
    "in_plane_of_matrix": lambda tf: tf.contrib.layers.conv2d_in_plane(tf.zeros([1, 4]), 2),
    "in_plane_kernel": lambda tf: tf.contrib.layers.conv2d_in_plane(tf.zeros([1, 4, 4, 1]), [2]),
    "in_plane_kernel_text": lambda tf: tf.contrib.layers.conv2d_in_plane(tf.zeros([1, 4, 4, 1]), "2"),
    "in_plane_unknown": lambda tf: tf.contrib.layers.conv2d_in_plane(_unknown(tf, 1, 4, 4, None), 2),
    "max_pool_format": lambda tf: tf.contrib.layers.max_pool2d(tf.zeros([1, 4, 4, 1]), 2, data_format="NDHWC"),
    "avg_pool3d_format": lambda tf: tf.contrib.layers.avg_pool3d(tf.zeros([1, 4, 4, 1]), 2, data_format="NHWC"),
    "max_pool_of_matrix": lambda tf: tf.contrib.layers.max_pool2d(tf.zeros([1, 4]), 2),
    "pool_unknown": lambda tf: tf.contrib.slim.pool(_unknown(tf), 2, "MAX"),
    "pool_of_matrix": lambda tf: tf.contrib.slim.pool(tf.zeros([1, 4]), 2, "MAX"),
    "pool_sizes": lambda tf: tf.contrib.slim.pool(tf.zeros([1, 4, 4, 1]), [2], "MAX"),
    "pool_zero": lambda tf: tf.contrib.slim.pool(tf.zeros([1, 4, 4, 1]), 0, "MAX"),
    "pool_texts": lambda tf: tf.contrib.slim.pool(tf.zeros([1, 4, 4, 1]), ["a", "b"], "MAX"),
}

NORMS = {
    "batch_norm_unknown": lambda tf: tf.contrib.layers.batch_norm(_unknown(tf)),
    "batch_norm_channels": lambda tf: tf.contrib.layers.batch_norm(_unknown(tf, 2, None)),
    "batch_norm_image_channels": lambda tf: tf.contrib.layers.batch_norm(
        _unknown(tf, 2, 3, 3, None), updates_collections=None
    ),
    "batch_norm_format": lambda tf: tf.contrib.layers.batch_norm(tf.zeros([2, 3]), data_format="NHCW"),
    "batch_norm_in_place_unknown": lambda tf: tf.contrib.layers.batch_norm(_unknown(tf), updates_collections=None),
    "batch_norm_plain_channels": lambda tf: tf.contrib.layers.batch_norm(
        _unknown(tf, 2, None), updates_collections=None, fused=False
    ),
    "batch_norm_weights": lambda tf: tf.contrib.layers.batch_norm(tf.zeros([2, 3]), batch_weights=tf.zeros([3])),
    "batch_norm_renorm": lambda tf: tf.contrib.layers.batch_norm(
        tf.zeros([2, 3]), renorm=True, updates_collections=None
    ),
    "layer_norm_unknown": lambda tf: tf.contrib.layers.layer_norm(_unknown(tf)),
    "layer_norm_axis": lambda tf: tf.contrib.layers.layer_norm(tf.zeros([2, 3]), begin_norm_axis=2),
    "layer_norm_params": lambda tf: tf.contrib.layers.layer_norm(_unknown(tf, 2, None)),
    "instance_norm_unknown": lambda tf: tf.contrib.layers.instance_norm(_unknown(tf)),
    "instance_norm_format": lambda tf: tf.contrib.layers.instance_norm(tf.zeros([2, 3]), data_format="NHC"),
    "instance_norm_channels": lambda tf: tf.contrib.layers.instance_norm(_unknown(tf, 2, 3, None)),
    "group_norm_unknown": lambda tf: tf.contrib.layers.group_norm(_unknown(tf)),
    "group_norm_axis": lambda tf: tf.contrib.layers.group_norm(tf.zeros([2, 3, 3, 4]), channels_axis=4),
    "group_norm_channels": lambda tf: tf.contrib.layers.group_norm(_unknown(tf, 2, 3, 3, None)),
    "group_norm_size": lambda tf: tf.contrib.layers.group_norm(_unknown(tf, 2, None, 3, 4)),
    "group_norm_too_many": lambda tf: tf.contrib.layers.group_norm(tf.zeros([2, 3, 3, 4])),
    "group_norm_uneven": lambda tf: tf.contrib.layers.group_norm(tf.zeros([2, 3, 3, 4]), 3),
    "group_norm_same_axis": lambda tf: tf.contrib.layers.group_norm(tf.zeros([2, 3, 3, 4]), 2, reduction_axes=[-1]),
    "bias_unknown": lambda tf: tf.contrib.layers.bias_add(_unknown(tf)),
    "bias_format": lambda tf: tf.contrib.layers.bias_add(tf.zeros([2, 3]), data_format="NCHW"),
    "bias_channels": lambda tf: tf.contrib.layers.bias_add(_unknown(tf, 2, None)),
}

OTHERS = {
    "softmax_vector": lambda tf: tf.contrib.layers.softmax(tf.zeros([3])),
    "softmax_unknown": lambda tf: tf.contrib.layers.softmax(_unknown(tf)),
    "unit_norm_unknown": lambda tf: tf.contrib.layers.unit_norm(_unknown(tf), 0),
    "unit_norm_axis": lambda tf: tf.contrib.layers.unit_norm(tf.zeros([2, 3]), 2),
    "unit_norm_negative": lambda tf: tf.contrib.layers.unit_norm(tf.zeros([2, 3]), -1),
    "maxout_uneven": lambda tf: tf.contrib.layers.maxout(tf.zeros([2, 3]), 2),
    "spatial_softmax_format": lambda tf: tf.contrib.layers.spatial_softmax(tf.zeros([1, 2, 2, 1]), data_format="NHCW"),
    "spatial_softmax_channels": lambda tf: tf.contrib.layers.spatial_softmax(_unknown(tf, 1, 2, 2, None)),
    "images_format": lambda tf: tf.contrib.layers.images_to_sequence(tf.zeros([1, 2, 2, 1]), data_format="NHC"),
}


def _conv(tf):
    return tf.contrib.layers.conv2d(tf.zeros([1, 4, 4, 1]), 2, 3)


def _in_scope(tf, function, **kwargs):
    with tf.contrib.framework.arg_scope([tf.contrib.layers.conv2d], **kwargs):
        return function()


def _enter(tf, functions, **kwargs):
    with tf.contrib.framework.arg_scope(functions, **kwargs):
        pass


TRAINING = {
    "loss_vector": lambda tf: _optimize(tf, loss=tf.zeros([2])),
    "step_text": lambda tf: _optimize(tf, global_step="step"),
    "step_float": lambda tf: _optimize(tf, global_step=tf.Variable(1.0)),
    "rate_integer": lambda tf: _optimize(tf, learning_rate=1),
    "rate_negative": lambda tf: _optimize(tf, learning_rate=-1.0),
    "rate_vector": lambda tf: _optimize(tf, learning_rate=tf.constant([1.0])),
    "no_rate": lambda tf: _optimize(tf, learning_rate=None),
    "no_step": lambda tf: _optimize(tf, learning_rate_decay_fn=lambda rate, step: rate),
    "unknown_name": lambda tf: _optimize(tf, optimizer="Adamax"),
    "number": lambda tf: _optimize(tf, optimizer=3),
    "no_optimizer": lambda tf: _optimize(tf, optimizer=lambda rate: rate),
    "clip_integer": lambda tf: _optimize(tf, clip_gradients=1),
    "clip_text": lambda tf: _optimize(tf, clip_gradients="norm"),
    "summary": lambda tf: _optimize(tf, summaries=["losses"]),
    "no_variables": lambda tf: tf.contrib.layers.optimize_loss(tf.constant(1.0), None, 0.1, "SGD"),
}

MORE_LAYERS = {
    "embed_without_sizes": lambda tf: tf.contrib.layers.embed_sequence([[1]], 3),
    "bow_without_sizes": lambda tf: tf.contrib.layers.bow_encoder([[1]], 0, 3),
    "bow_of_sparse": lambda tf: tf.contrib.layers.bow_encoder(
        tf.SparseTensor([[0, 0]], [1], [1, 1]), 3, 3, sparse_lookup=False
    ),
    "safe_without_table": lambda tf: tf.contrib.layers.safe_embedding_lookup_sparse(
        [], tf.SparseTensor([[0, 0]], [1], [1, 1])
    ),
    "safe_of_integers": lambda tf: tf.contrib.layers.safe_embedding_lookup_sparse(
        tf.constant([[1]]), tf.SparseTensor([[0, 0]], [1], [1, 1])
    ),
    "gdn_format": lambda tf: tf.contrib.layers.gdn(tf.zeros([1, 2, 2, 1]), data_format="NHWC"),
    "gdn_of_matrix": lambda tf: tf.contrib.layers.gdn(tf.zeros([1, 2])),
    "gdn_channels": lambda tf: tf.contrib.layers.gdn(_unknown(tf, 1, 2, 2, None)),
    "separable_format": lambda tf: tf.contrib.layers.separable_conv2d(tf.zeros([1, 4, 4, 1]), 2, 3, data_format="NHCW"),
    "separable_rate": lambda tf: tf.contrib.layers.separable_conv2d(tf.zeros([1, 4, 4, 1]), 2, 3, rate=[1]),
    "separable_channels": lambda tf: tf.contrib.layers.separable_conv2d(_unknown(tf, 1, 4, 4, None), None, 3),
    "transpose_format": lambda tf: tf.contrib.layers.conv2d_transpose(
        tf.zeros([1, 4, 4, 1]), 2, 3, data_format="NDHWC"
    ),
}


def _optimize(tf, **changes):
    weight = tf.get_variable("w", initializer=2.0)
    options = {"loss": weight * weight, "global_step": None, "learning_rate": 0.1, "optimizer": "SGD", **changes}
    return tf.contrib.layers.optimize_loss(**options)


LEARNING = {
    "no_train_op": lambda tf: tf.contrib.slim.learning.train(None, None),
    "no_steps": lambda tf: tf.contrib.slim.learning.train(tf.constant(1.0), None, number_of_steps=0),
    "summary_op": lambda tf: tf.contrib.slim.learning.train(tf.constant(1.0), None, summary_op=tf.constant("")),
    "saver": lambda tf: tf.contrib.slim.learning.train(tf.constant(1.0), None, saver=3),
    "trace": lambda tf: tf.contrib.slim.learning.train(tf.constant(1.0), None, trace_every_n_steps=1),
    "delay": lambda tf: tf.contrib.slim.learning.train(tf.constant(1.0), None, sync_optimizer=3, startup_delay_steps=1),
    "multipliers_tuple": lambda tf: tf.contrib.slim.learning.multiply_gradients((), {"a": 1.0}),
    "multipliers_empty": lambda tf: tf.contrib.slim.learning.multiply_gradients([], {}),
    "multipliers_list": lambda tf: tf.contrib.slim.learning.multiply_gradients([], [1.0]),
    "multiplied_none": lambda tf: tf.contrib.slim.learning.multiply_gradients(
        [(None, tf.Variable(1.0, name="w"))], {"w": 1.0}
    ),
    "no_variables": lambda tf: tf.contrib.slim.learning.create_train_op(
        tf.constant(1.0), tf.train.GradientDescentOptimizer(0.1)
    ),
}
