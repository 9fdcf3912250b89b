"""Shapes that do not fit, found while the graph is built."""

from __future__ import annotations

MATMUL = {
    "inner": lambda tf: tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5])),
    "inner_named": lambda tf: tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]), name="layer/product"),
    "inner_transpose_a": lambda tf: tf.matmul(tf.zeros([2, 3]), tf.zeros([3, 5]), transpose_a=True),
    "inner_transpose_b": lambda tf: tf.matmul(tf.zeros([2, 3]), tf.zeros([3, 5]), transpose_b=True),
    "inner_of_placeholders": lambda tf: tf.matmul(
        tf.placeholder(tf.float32, [None, 784]), tf.Variable(tf.zeros([500, 10]))
    ),
    "vector_and_matrix": lambda tf: tf.matmul(tf.zeros([3]), tf.zeros([3, 5])),
    "matrix_and_vector": lambda tf: tf.matmul(tf.zeros([2, 3]), tf.zeros([3])),
    "scalars": lambda tf: tf.matmul(tf.constant(1.0), tf.constant(2.0)),
    "batches": lambda tf: tf.matmul(tf.zeros([2, 3, 4]), tf.zeros([3, 4, 5])),
    "batch_inner": lambda tf: tf.matmul(tf.zeros([2, 3, 4]), tf.zeros([2, 5, 6])),
    "batch_and_vector": lambda tf: tf.matmul(tf.zeros([2, 3, 4]), tf.zeros([4])),
    "at_operator": lambda tf: tf.zeros([2, 3]) @ tf.zeros([2, 3]),
}

BROADCAST = {
    "add": lambda tf: tf.add(tf.zeros([2, 3]), tf.zeros([4])),
    "add_operator": lambda tf: tf.zeros([2, 3]) + tf.zeros([2, 4]),
    "add_variable_and_bias": lambda tf: tf.Variable(tf.zeros([2, 3])) + tf.Variable(tf.zeros([2])),
    "subtract": lambda tf: tf.zeros([2]) - tf.zeros([3]),
    "multiply": lambda tf: tf.zeros([2, 3]) * [1.0, 2.0],
    "divide": lambda tf: tf.zeros([2, 3]) / tf.zeros([3, 2]),
    "floor_divide": lambda tf: tf.zeros([2]) // tf.zeros([3]),
    "modulo": lambda tf: tf.zeros([2]) % tf.zeros([3]),
    "power": lambda tf: tf.zeros([2]) ** tf.zeros([3]),
    "maximum": lambda tf: tf.maximum(tf.zeros([2]), tf.zeros([3])),
    "squared_difference": lambda tf: tf.squared_difference(tf.zeros([2, 1, 5]), tf.zeros([3, 4])),
    "equal": lambda tf: tf.equal(tf.zeros([2]), tf.zeros([3])),
    "less": lambda tf: tf.zeros([2]) < tf.zeros([3]),
    "logical_and": lambda tf: tf.constant([True, False]) & tf.constant([True, False, True]),
    "add_n": lambda tf: tf.add_n([tf.zeros([2]), tf.zeros([3])]),
    "where_values": lambda tf: tf.where([True, False], tf.zeros([2]), tf.zeros([3])),
    "where_condition": lambda tf: tf.where([True, False, True], tf.zeros([2, 2]), tf.zeros([2, 2])),
    "clip": lambda tf: tf.clip_by_value(tf.zeros([2]), tf.zeros([3]), 1.0),
    "clip_broadcast_up": lambda tf: tf.clip_by_value(tf.zeros([2]), tf.zeros([2, 2]), 1.0),
}

ARRAYS = {
    "reshape_count": lambda tf: tf.reshape(tf.zeros([2, 3]), [4, 2]),
    "reshape_indivisible": lambda tf: tf.reshape(tf.zeros([2, 3]), [4, -1]),
    "reshape_two_unknown": lambda tf: tf.reshape(tf.zeros([2, 3]), [-1, -1]),
    "reshape_negative": lambda tf: tf.reshape(tf.zeros([2, 3]), [-2, 3]),
    "reshape_matrix_shape": lambda tf: tf.reshape(tf.zeros([4]), [[2, 2]]),
    "transpose_length": lambda tf: tf.transpose(tf.zeros([2, 3]), [0, 1, 2]),
    "transpose_out_of_range": lambda tf: tf.transpose(tf.zeros([2, 3]), [0, 2]),
    "transpose_twice": lambda tf: tf.transpose(tf.zeros([2, 3]), [0, 0]),
    "concat_sizes": lambda tf: tf.concat([tf.zeros([2, 3]), tf.zeros([2, 4])], 0),
    "concat_ranks": lambda tf: tf.concat([tf.zeros([2, 3]), tf.zeros([2])], 0),
    "concat_axis": lambda tf: tf.concat([tf.zeros([2, 3]), tf.zeros([2, 3])], 2),
    "concat_negative_axis": lambda tf: tf.concat([tf.zeros([2, 3]), tf.zeros([2, 3])], -3),
    "concat_scalars": lambda tf: tf.concat([tf.constant(1.0), tf.constant(2.0)], 0),
    "concat_axis_vector": lambda tf: tf.concat([tf.zeros([2]), tf.zeros([2])], [0]),
    "stack_sizes": lambda tf: tf.stack([tf.zeros([2]), tf.zeros([3])]),
    "stack_axis": lambda tf: tf.stack([tf.zeros([2]), tf.zeros([2])], axis=2),
    "stack_negative_axis": lambda tf: tf.stack([tf.zeros([2]), tf.zeros([2])], axis=-3),
    "unstack_axis": lambda tf: tf.unstack(tf.zeros([2, 3]), axis=2),
    "unstack_count": lambda tf: tf.unstack(tf.zeros([2, 3]), num=3),
    "unstack_scalar": lambda tf: tf.unstack(tf.constant(1.0)),
    "split_uneven": lambda tf: tf.split(tf.zeros([5]), 2),
    "split_axis": lambda tf: tf.split(tf.zeros([4]), 2, axis=1),
    "split_sizes": lambda tf: tf.split(tf.zeros([5]), [2, 2]),
    "slice_too_far": lambda tf: tf.slice(tf.zeros([4]), [3], [2]),
    "slice_negative": lambda tf: tf.slice(tf.zeros([4]), [-1], [2]),
    "slice_rank": lambda tf: tf.slice(tf.zeros([4]), [0, 0], [1, 1]),
    "index_out_of_range": lambda tf: tf.zeros([4])[4],
    "index_negative_out_of_range": lambda tf: tf.zeros([4])[-5],
    "index_too_many": lambda tf: tf.zeros([4])[0, 0],
    "index_of_scalar": lambda tf: tf.constant(1.0)[0],
    "index_too_many_with_ellipsis": lambda tf: tf.zeros([4])[..., 0, 0],
    "expand_dims_axis": lambda tf: tf.expand_dims(tf.zeros([2]), 3),
    "expand_dims_negative": lambda tf: tf.expand_dims(tf.zeros([2]), -3),
    "squeeze_not_one": lambda tf: tf.squeeze(tf.zeros([2, 3]), [0]),
    "squeeze_axis": lambda tf: tf.squeeze(tf.zeros([1, 3]), [2]),
    "tile_length": lambda tf: tf.tile(tf.zeros([2, 3]), [2]),
    "tile_negative": lambda tf: tf.tile(tf.zeros([2]), [-1]),
    "pad_rows": lambda tf: tf.pad(tf.zeros([2, 3]), [[1, 1]]),
    "pad_columns": lambda tf: tf.pad(tf.zeros([2]), [[1, 1, 1]]),
    "pad_negative": lambda tf: tf.pad(tf.zeros([2]), [[-1, 1]]),
    "gather_axis": lambda tf: tf.gather(tf.zeros([2]), [0], axis=1),
    "gather_of_scalar": lambda tf: tf.gather(tf.constant(1.0), [0]),
    "one_hot_axis": lambda tf: tf.one_hot([0, 1], 3, axis=5),
    "one_hot_depth_vector": lambda tf: tf.one_hot([0, 1], [3]),
    "one_hot_depth_negative": lambda tf: tf.one_hot([0, 1], -1),
    "fill_matrix_shape": lambda tf: tf.fill([[2]], 1.0),
    "fill_vector_value": lambda tf: tf.fill([2], [1.0]),
    "fill_negative": lambda tf: tf.fill([-1], 1.0),
    "zeros_negative": lambda tf: tf.zeros([-1, 2]),
    "range_step_zero": lambda tf: tf.range(0, 5, 0),
    "range_vector": lambda tf: tf.range([1, 2]),
    "range_wrong_way": lambda tf: tf.range(5, 0),
    "linspace_count_zero": lambda tf: tf.linspace(0.0, 1.0, 0),
    "linspace_vector": lambda tf: tf.linspace([0.0], 1.0, 3),
    "boolean_mask_sizes": lambda tf: tf.boolean_mask(tf.zeros([2]), [True, False, True]),
    "boolean_mask_scalar": lambda tf: tf.boolean_mask(tf.zeros([2]), True),
    "placeholder_with_default_shape": lambda tf: tf.placeholder_with_default([1.0, 2.0], [3]),
    "matrix_transpose_vector": lambda tf: tf.matrix_transpose(tf.zeros([2])),
    "reverse_axis": lambda tf: tf.reverse(tf.zeros([2]), [1]),
    "broadcast_to": lambda tf: tf.broadcast_to(tf.zeros([2]), [3]),
}

REDUCTIONS = {
    "sum_axis": lambda tf: tf.reduce_sum(tf.zeros([2, 3]), 2),
    "sum_negative_axis": lambda tf: tf.reduce_sum(tf.zeros([2, 3]), -3),
    "sum_axes": lambda tf: tf.reduce_sum(tf.zeros([2, 3]), [0, 2]),
    "sum_axis_twice": lambda tf: tf.reduce_sum(tf.zeros([2, 3]), [0, 0]),
    "mean_axis": lambda tf: tf.reduce_mean(tf.zeros([2, 3]), axis=5),
    "max_axis_of_scalar": lambda tf: tf.reduce_max(tf.constant(1.0), 0),
    "argmax_axis": lambda tf: tf.argmax(tf.zeros([2, 3]), 2),
    "argmax_negative_axis": lambda tf: tf.argmax(tf.zeros([2, 3]), -3),
    "argmax_axis_vector": lambda tf: tf.argmax(tf.zeros([2, 3]), [0]),
    "argmax_scalar": lambda tf: tf.argmax(tf.constant(1.0), 0),
    "cumsum_axis": lambda tf: tf.cumsum(tf.zeros([2]), 1),
    "log_sum_exp_axis": lambda tf: tf.reduce_logsumexp(tf.zeros([2]), 1),
}

NEURAL = {
    "bias_add_size": lambda tf: tf.nn.bias_add(tf.zeros([2, 3]), tf.zeros([2])),
    "bias_add_matrix": lambda tf: tf.nn.bias_add(tf.zeros([2, 3]), tf.zeros([2, 3])),
    "bias_add_vector": lambda tf: tf.nn.bias_add(tf.zeros([3]), tf.zeros([3])),
    "softmax_scalar": lambda tf: tf.nn.softmax(tf.constant(1.0)),
    "softmax_axis": lambda tf: tf.nn.softmax(tf.zeros([2, 3]), axis=2),
    "log_softmax_axis": lambda tf: tf.nn.log_softmax(tf.zeros([2, 3]), axis=-3),
    "cross_entropy_sizes": lambda tf: tf.nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.zeros([2, 3]), logits=tf.zeros([2, 4])
    ),
    "cross_entropy_ranks": lambda tf: tf.nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.zeros([2]), logits=tf.zeros([2, 4])
    ),
    "old_cross_entropy_sizes": lambda tf: tf.nn.softmax_cross_entropy_with_logits(
        labels=tf.zeros([2, 3]), logits=tf.zeros([3, 3])
    ),
    "sparse_cross_entropy_one_hot": lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.zeros([2, 3], tf.int32), logits=tf.zeros([2, 3])
    ),
    "sparse_cross_entropy_batch": lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=[0, 1, 2], logits=tf.zeros([2, 3])
    ),
    "sparse_cross_entropy_scalar_logits": lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=0, logits=tf.constant(1.0)
    ),
    "sigmoid_cross_entropy_sizes": lambda tf: tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.zeros([2]), logits=tf.zeros([2, 1])
    ),
    "conv2d_channels": lambda tf: tf.nn.conv2d(tf.zeros([1, 4, 4, 3]), tf.zeros([2, 2, 1, 8]), [1, 1, 1, 1], "SAME"),
    "conv2d_input_rank": lambda tf: tf.nn.conv2d(tf.zeros([4, 4, 1]), tf.zeros([2, 2, 1, 8]), [1, 1, 1, 1], "SAME"),
    "conv2d_filter_rank": lambda tf: tf.nn.conv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 8]), [1, 1, 1, 1], "SAME"),
    "conv2d_filter_too_big": lambda tf: tf.nn.conv2d(
        tf.zeros([1, 2, 2, 1]), tf.zeros([3, 3, 1, 8]), [1, 1, 1, 1], "VALID"
    ),
    "max_pool_rank": lambda tf: tf.nn.max_pool(tf.zeros([4, 4, 1]), [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    "max_pool_too_big": lambda tf: tf.nn.max_pool(tf.zeros([1, 2, 2, 1]), [1, 3, 3, 1], [1, 1, 1, 1], "VALID"),
    "avg_pool_rank": lambda tf: tf.nn.avg_pool(tf.zeros([4, 4]), [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    "xw_plus_b": lambda tf: tf.nn.xw_plus_b(tf.zeros([2, 3]), tf.zeros([4, 5]), tf.zeros([5])),
    "dropout_noise_shape": lambda tf: tf.nn.dropout(tf.zeros([2, 3]), 0.5, noise_shape=[4, 3]),
    "embedding_of_scalar": lambda tf: tf.nn.embedding_lookup(tf.constant(1.0), [0]),
    "embedding_of_nothing": lambda tf: tf.nn.embedding_lookup(None, [0]),
    "random_normal_matrix_shape": lambda tf: tf.random_normal([[2, 3]]),
    "random_uniform_negative_shape": lambda tf: tf.random_uniform([-1]),
    "assign_shape": lambda tf: tf.assign(tf.Variable(tf.zeros([2])), tf.zeros([3])),
    "assign_add_shape": lambda tf: tf.assign_add(tf.Variable(tf.zeros([2])), tf.zeros([3])),
    "cond_predicate_vector": lambda tf: tf.cond(
        tf.constant([True, False]), lambda: tf.constant(1.0), lambda: tf.constant(2.0)
    ),
}


def in_nested_scopes(tf):
    with tf.name_scope("layer1"), tf.name_scope("wx_plus_b"):
        tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]))
