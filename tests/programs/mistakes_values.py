"""Mistakes with values and types: what cannot become a tensor, and tensors whose dtypes do not fit."""

from __future__ import annotations

import numpy as np


class _Thing:
    def __repr__(self):
        return "Thing"


CONVERSIONS = {
    "none": lambda tf: tf.convert_to_tensor(None),
    "constant_none": lambda tf: tf.constant(None),
    "none_in_list": lambda tf: tf.constant([1.0, None]),
    "thing": lambda tf: tf.constant(_Thing()),
    "thing_in_list": lambda tf: tf.convert_to_tensor([_Thing()]),
    "dictionary": lambda tf: tf.constant({"a": 1}),
    "set": lambda tf: tf.convert_to_tensor({1, 2}),
    "function": lambda tf: tf.identity(len),
    "ragged": lambda tf: tf.constant([[1, 2], [3]]),
    "ragged_floats": lambda tf: tf.constant([[1.0], [2.0, 3.0]], dtype=tf.float32),
    "ragged_deep": lambda tf: tf.constant([[[1, 2]], [[3]]]),
    "mixed_numbers_and_text": lambda tf: tf.constant([1, "a"]),
    "mixed_text_and_numbers": lambda tf: tf.constant(["a", 1]),
    "mixed_bool_and_number": lambda tf: tf.constant([True, 2]),
    "text_as_float": lambda tf: tf.constant("a", dtype=tf.float32),
    "float_as_int": lambda tf: tf.constant(1.5, dtype=tf.int32),
    "floats_as_int": lambda tf: tf.constant([1, 2.5], dtype=tf.int32),
    "number_as_text": lambda tf: tf.constant(1, dtype=tf.string),
    "number_as_bool": lambda tf: tf.constant(1, dtype=tf.bool),
    "bool_as_float": lambda tf: tf.constant(True, dtype=tf.float32),
    "complex_as_float": lambda tf: tf.constant(1 + 2j, dtype=tf.float32),
    "too_big_for_int32": lambda tf: tf.constant(2**40, dtype=tf.int32),
    "too_big_for_uint8": lambda tf: tf.constant(300, dtype=tf.uint8),
    "negative_for_uint8": lambda tf: tf.constant(-1, dtype=tf.uint8),
    "too_big_for_int64": lambda tf: tf.constant(2**70),
    "float_array_as_int": lambda tf: tf.convert_to_tensor(np.array([1.5]), dtype=tf.int32),
    "tensor_of_other_dtype": lambda tf: tf.convert_to_tensor(tf.constant(1.0), dtype=tf.int32),
    "tensors_of_mixed_dtypes": lambda tf: tf.stack([tf.constant(1.0), tf.constant(1)]),
    "tensor_in_constant": lambda tf: tf.constant(tf.constant(1.0)),
    "tensors_in_constant": lambda tf: tf.constant([tf.constant(1.0), tf.constant(2.0)]),
    "dtype_unknown": lambda tf: tf.constant(1.0, dtype="flot"),
    "dtype_of_thing": lambda tf: tf.placeholder(_Thing()),
    "object_array": lambda tf: tf.constant(np.array([_Thing()], dtype=object)),
    "too_many_values": lambda tf: tf.constant([1, 2, 3], shape=[2]),
    "empty_for_shape": lambda tf: tf.constant([], shape=[2]),
    "constant_shape_unknown": lambda tf: tf.constant(1.0, shape=[None]),
    "constant_shape_negative": lambda tf: tf.constant(1.0, shape=[-1]),
    "variable_as_number": lambda tf: tf.constant(tf.Variable(1.0)),
}

MIXED_DTYPES = {
    "add": lambda tf: tf.add(tf.constant(1), tf.constant(1.0)),
    "add_operator": lambda tf: tf.constant(1) + tf.constant(1.0),
    "subtract_operator": lambda tf: tf.constant(1.0) - tf.constant(1),
    "multiply_operator": lambda tf: tf.constant(1.0, tf.float64) * tf.constant(1.0),
    "divide_operator": lambda tf: tf.constant(1.0) / tf.constant(2),
    "true_divide": lambda tf: tf.truediv(tf.constant(1), tf.constant(2.0)),
    "floor_divide_operator": lambda tf: tf.constant(1.0) // tf.constant(2),
    "modulo_operator": lambda tf: tf.constant(1.0) % tf.constant(2),
    "power_operator": lambda tf: tf.constant(1.0) ** tf.constant(2),
    "power": lambda tf: tf.pow(tf.constant(1.0), tf.constant(2)),
    "matmul": lambda tf: tf.matmul(tf.zeros([2, 2]), tf.zeros([2, 2], tf.int32)),
    "matmul_operator": lambda tf: tf.zeros([2, 2]) @ tf.zeros([2, 2], tf.float64),
    "int_plus_half": lambda tf: tf.constant(1) + 0.5,
    "half_plus_int": lambda tf: 0.5 * tf.constant(1),
    "float_plus_text": lambda tf: tf.constant(1.0) + "a",
    "text_plus_float": lambda tf: "a" + tf.constant(1.0),
    "float_plus_none": lambda tf: tf.constant(1.0) + None,
    "none_plus_float": lambda tf: None + tf.constant(1.0),
    "float_plus_thing": lambda tf: tf.constant(1.0) + _Thing(),
    "float_plus_bool": lambda tf: tf.constant(1.0) + True,
    "float_plus_complex": lambda tf: tf.constant(1.0) + 1j,
    "int_plus_double_array": lambda tf: tf.constant([1]) + np.array([1.5]),
    "float_and_double_array_equal": lambda tf: tf.equal(tf.constant([1]), tf.constant([1.0])),
    "less": lambda tf: tf.constant(1) < tf.constant(1.0),
    "less_than_text": lambda tf: tf.constant(1) < "a",
    "maximum": lambda tf: tf.maximum(tf.constant(1), tf.constant(1.0)),
    "where": lambda tf: tf.where([True], tf.constant([1]), tf.constant([1.0])),
    "where_condition": lambda tf: tf.where([1], [1.0], [2.0]),
    "concat": lambda tf: tf.concat([tf.zeros([2]), tf.zeros([2], tf.int32)], 0),
    "stack": lambda tf: tf.stack([tf.zeros([2]), tf.zeros([2], tf.int32)]),
    "add_n": lambda tf: tf.add_n([tf.zeros([2]), tf.zeros([2], tf.int32)]),
    "clip": lambda tf: tf.clip_by_value(tf.constant([1, 2]), 0.5, 1.5),
    "reshape_to_floats": lambda tf: tf.reshape(tf.zeros([4]), [2.0, 2.0]),
    "gather_floats": lambda tf: tf.gather(tf.zeros([4]), [0.0]),
    "one_hot_floats": lambda tf: tf.one_hot([0.5], 3),
    "transpose_by_floats": lambda tf: tf.transpose(tf.zeros([2, 2]), [1.0, 0.0]),
    "axis_float": lambda tf: tf.reduce_sum(tf.zeros([2]), 0.5),
    "axis_text": lambda tf: tf.reduce_sum(tf.zeros([2]), "a"),
    "axis_none_argmax": lambda tf: tf.argmax(tf.zeros([2]), "a"),
    "bias_add": lambda tf: tf.nn.bias_add(tf.zeros([2, 2]), tf.constant([1, 2])),
    "conv2d": lambda tf: tf.nn.conv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 1, 1], tf.float64), [1, 1, 1, 1], "SAME"),
    "cross_entropy": lambda tf: tf.nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.constant([[1.0, 0.0]]), logits=tf.zeros([1, 2], tf.float64)
    ),
    "sparse_labels_float": lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.constant([1.0]), logits=tf.zeros([1, 2])
    ),
    "fill": lambda tf: tf.fill([2.0], 1.0),
    "range": lambda tf: tf.range("a"),
    "slice": lambda tf: tf.slice(tf.zeros([4]), [0.0], [1.0]),
    "index_float": lambda tf: tf.zeros([4])[1.5],
    "index_text": lambda tf: tf.zeros([4])["a"],
    "index_none_bool": lambda tf: tf.zeros([4])[True],
    "index_float_tensor": lambda tf: tf.zeros([4])[tf.constant(1.0)],
    "index_list": lambda tf: tf.zeros([4])[[0, 1]],
    "index_two_ellipses": lambda tf: tf.zeros([4, 4])[..., ...],
    "index_step_zero": lambda tf: tf.zeros([4])[::0],
    "assign_value": lambda tf: tf.assign(tf.Variable(1.0), tf.constant(1)),
    "assign_add_value": lambda tf: tf.assign_add(tf.Variable(1), 0.5),
    "cast_text": lambda tf: tf.cast(tf.constant("a"), "nonsense"),
    "square_difference": lambda tf: tf.squared_difference(tf.constant(1.0), tf.constant(1)),
}

DTYPES_NOT_ALLOWED = {
    "sqrt_of_int": lambda tf: tf.sqrt(tf.constant(4)),
    "exp_of_int": lambda tf: tf.exp(2),
    "log_of_int": lambda tf: tf.log(tf.constant([1, 2])),
    "sigmoid_of_int": lambda tf: tf.sigmoid(tf.constant(1)),
    "tanh_of_int": lambda tf: tf.nn.tanh(tf.constant(1)),
    "softmax_of_int": lambda tf: tf.nn.softmax(tf.constant([1, 2])),
    "relu_of_text": lambda tf: tf.nn.relu(tf.constant("a")),
    "relu_of_bool": lambda tf: tf.nn.relu(tf.constant(True)),
    "negative_of_text": lambda tf: -tf.constant("a"),
    "abs_of_bool": lambda tf: abs(tf.constant(True)),
    "not_of_int": lambda tf: ~tf.constant(1),
    "and_of_ints": lambda tf: tf.constant(1) & tf.constant(2),
    "logical_and_of_floats": lambda tf: tf.logical_and(tf.constant(1.0), tf.constant(2.0)),
    "sum_of_bools": lambda tf: tf.reduce_sum(tf.constant([True])),
    "mean_of_text": lambda tf: tf.reduce_mean(tf.constant(["a"])),
    "all_of_floats": lambda tf: tf.reduce_all(tf.constant([1.0])),
    "any_of_ints": lambda tf: tf.reduce_any(tf.constant([1])),
    "matmul_of_bools": lambda tf: tf.matmul(tf.constant([[True]]), tf.constant([[True]])),
    "argmax_of_text": lambda tf: tf.argmax(tf.constant(["a"])),
    "add_of_bools": lambda tf: tf.constant(True) + tf.constant(True),
    "less_of_text": lambda tf: tf.constant("a") < tf.constant("b"),
    "maximum_of_bools": lambda tf: tf.maximum(tf.constant(True), tf.constant(False)),
    "random_normal_of_int": lambda tf: tf.random_normal([2], dtype=tf.int32),
    "random_uniform_of_int_without_maximum": lambda tf: tf.random_uniform([2], dtype=tf.int32),
    "truncated_normal_of_int": lambda tf: tf.truncated_normal([2], dtype=tf.int64),
    "dropout_of_int": lambda tf: tf.nn.dropout(tf.constant([1, 2]), 0.5),
    "conv2d_of_int": lambda tf: tf.nn.conv2d(
        tf.zeros([1, 4, 4, 1], tf.int32), tf.zeros([2, 2, 1, 1], tf.int32), [1, 1, 1, 1], "SAME"
    ),
    "cross_entropy_of_int": lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=[0], logits=tf.constant([[1, 2]])
    ),
    "l2_loss_of_int": lambda tf: tf.nn.l2_loss(tf.constant([1, 2])),
    "pow_of_bools": lambda tf: tf.pow(tf.constant(True), tf.constant(True)),
    "reciprocal_of_int": lambda tf: tf.reciprocal(tf.constant(True)),
    "truediv_of_text": lambda tf: tf.constant("a") / tf.constant("b"),
    "one_hot_depth_text": lambda tf: tf.one_hot([0], "a"),
    "one_hot_values_mixed": lambda tf: tf.one_hot([0], 3, on_value=1.0, off_value=0),
    "one_hot_dtype_and_values": lambda tf: tf.one_hot([0], 3, on_value=1, dtype=tf.float32),
}

ARGUMENTS = {
    "dropout_without_rate": lambda tf: tf.nn.dropout(tf.zeros([2])),
    "dropout_keep_prob_zero": lambda tf: tf.nn.dropout(tf.zeros([2]), 0.0),
    "dropout_keep_prob_large": lambda tf: tf.nn.dropout(tf.zeros([2]), 1.5),
    "dropout_rate_one": lambda tf: tf.nn.dropout(tf.zeros([2]), rate=1.0),
    "dropout_both": lambda tf: tf.nn.dropout(tf.zeros([2]), keep_prob=0.5, rate=0.4),
    "cross_entropy_positional": lambda tf: tf.nn.softmax_cross_entropy_with_logits(tf.zeros([1, 2]), tf.zeros([1, 2])),
    "sparse_cross_entropy_positional": lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.zeros([1, 2]), tf.constant([0])
    ),
    "sigmoid_cross_entropy_positional": lambda tf: tf.nn.sigmoid_cross_entropy_with_logits(
        tf.zeros([2]), tf.zeros([2])
    ),
    "cross_entropy_without_labels": lambda tf: tf.nn.softmax_cross_entropy_with_logits(logits=tf.zeros([1, 2])),
    "both_axis_and_dimension": lambda tf: tf.argmax(tf.zeros([2, 2]), axis=0, dimension=0),
    "both_axis_and_reduction_indices": lambda tf: tf.reduce_sum(tf.zeros([2, 2]), axis=0, reduction_indices=0),
    "both_keepdims": lambda tf: tf.reduce_sum(tf.zeros([2]), keepdims=True, keep_dims=True),
    "concat_in_old_order": lambda tf: tf.concat(0, [tf.zeros([2]), tf.zeros([2])]),
    "split_in_old_order": lambda tf: tf.split(0, 2, tf.zeros([4])),
    "conv2d_unknown_padding": lambda tf: tf.nn.conv2d(
        tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 1, 1]), [1, 1, 1, 1], "FULL"
    ),
    "conv2d_without_strides": lambda tf: tf.nn.conv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 1, 1]), padding="SAME"),
    "conv2d_two_strides": lambda tf: tf.nn.conv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 1, 1]), [1, 1, 1], "SAME"),
    "conv2d_stride_of_batch": lambda tf: tf.nn.conv2d(
        tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 1, 1]), [2, 1, 1, 1], "SAME"
    ),
    "max_pool_unknown_padding": lambda tf: tf.nn.max_pool(tf.zeros([1, 4, 4, 1]), [1, 2, 2, 1], [1, 2, 2, 1], "same"),
    "max_pool_short_window": lambda tf: tf.nn.max_pool(tf.zeros([1, 4, 4, 1]), [2, 2, 1], [1, 2, 2, 1], "SAME"),
    "max_pool_missing_padding": lambda tf: tf.nn.max_pool(tf.zeros([1, 4, 4, 1]), 2, 2),
    "where_with_one_value": lambda tf: tf.where([True], [1.0]),
    "add_n_of_nothing": lambda tf: tf.add_n([]),
    "add_n_of_tensor": lambda tf: tf.add_n(tf.constant(1.0)),
    "stack_of_nothing": lambda tf: tf.stack([]),
    "concat_of_nothing": lambda tf: tf.concat([], 0),
    "clip_by_global_norm_of_number": lambda tf: tf.clip_by_global_norm(3.0, 1.0),
    "unknown_argument": lambda tf: tf.constant(1.0, nme="a"),
    "matmul_adjoint_and_transpose": lambda tf: tf.matmul(
        tf.zeros([2, 2]), tf.zeros([2, 2]), transpose_a=True, adjoint_a=True
    ),
    "regularizer_negative": lambda tf: tf.contrib.layers.l2_regularizer(-0.1),
    "regularizer_of_int": lambda tf: tf.contrib.layers.l2_regularizer(1),
    "pad_mode": lambda tf: tf.pad(tf.zeros([2]), [[1, 1]], "WRAP"),
    "case_of_number": lambda tf: tf.case(3),
    "cond_not_callable": lambda tf: tf.cond(tf.constant(True), tf.constant(1.0), tf.constant(2.0)),
    "cond_second_not_callable": lambda tf: tf.cond(tf.constant(True), lambda: tf.constant(1.0), 2.0),
    "cond_missing": lambda tf: tf.cond(tf.constant(True), lambda: 1.0),
    "cond_python_bool": lambda tf: tf.cond(True, lambda: 1.0, lambda: 2.0),
    "cond_none": lambda tf: tf.cond(tf.constant(True), lambda: None, lambda: None),
    "cond_one_none": lambda tf: tf.cond(tf.constant(True), lambda: tf.constant(1.0), lambda: None),
    "cond_different_counts": lambda tf: tf.cond(
        tf.constant(True), lambda: [tf.constant(1.0)], lambda: [tf.constant(1.0), tf.constant(2.0)]
    ),
    "cond_different_dtypes": lambda tf: tf.cond(tf.constant(True), lambda: tf.constant(1.0), lambda: tf.constant(2)),
    "cond_int_predicate": lambda tf: tf.cond(tf.constant(1), lambda: tf.constant(1.0), lambda: tf.constant(2.0)),
}
