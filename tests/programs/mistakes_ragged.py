"""Mistakes with ragged tensors."""

from __future__ import annotations


def _rows(tf, **options):
    return tf.ragged.constant([[1, 2], [], [3]], **options)


def _run(tf, ragged, feeds=None):
    with tf.Session() as session:
        return session.run(ragged, feeds)


def _fed(tf, values):
    return tf.placeholder_with_default(tf.constant(values, tf.int64), [None])


MAKING = {
    "by_the_constructor": lambda tf: tf.RaggedTensor(tf.constant([1]), tf.constant([0, 1])),
    "no_splits": lambda tf: tf.RaggedTensor.from_row_splits([1], []),
    "splits_of_floats": lambda tf: tf.RaggedTensor.from_row_splits([1], [0.0, 1.0]),
    "matrix_of_splits": lambda tf: tf.RaggedTensor.from_row_splits([1], [[0, 1]]),
    "validate_is_no_bool": lambda tf: tf.RaggedTensor.from_row_splits([1], [0, 1], validate=1),
    "too_few_values": lambda tf: tf.RaggedTensor.from_row_splits([1, 2], [0, 3]),
    "falling_splits": lambda tf: tf.RaggedTensor.from_row_splits([1, 2], [0, 2, 1, 2]),
    "scalar_values": lambda tf: tf.RaggedTensor.from_row_lengths(1, [1], validate=False),
    "too_few_rows": lambda tf: tf.RaggedTensor.from_value_rowids([1, 2], [0, 3], nrows=2),
    "negative_rows": lambda tf: tf.RaggedTensor.from_value_rowids([1, 2], [0, 3], nrows=-2),
    "one_tensor_of_nested_splits": lambda tf: tf.RaggedTensor.from_nested_row_splits([1], tf.constant([[0, 1]])),
    "other_number_of_nrows": lambda tf: tf.RaggedTensor.from_nested_value_rowids([1], [[0]], [1, 2]),
    "other_dtype_of_splits": lambda tf: tf.RaggedTensor.from_row_splits(_rows(tf), tf.constant([0, 3])),
    "vector_to_rows": lambda tf: tf.RaggedTensor.from_tensor([1, 2]),
    "lengths_and_padding": lambda tf: tf.RaggedTensor.from_tensor([[1, 2]], lengths=[1], padding=0),
    "no_ragged_rank": lambda tf: tf.RaggedTensor.from_tensor([[1, 2]], ragged_rank=0),
    "sparse_from_dense": lambda tf: tf.RaggedTensor.from_sparse(tf.constant([[1]])),
    "different_depths": lambda tf: tf.ragged.constant([[1], 2]),
    "empty_list_too_deep": lambda tf: tf.ragged.constant([[1], [[]]]),
    "other_ragged_rank": lambda tf: tf.ragged.constant([[1], [2]], ragged_rank=2),
    "inner_values_differ": lambda tf: tf.ragged.constant([[[1, 2]], [[3]]], ragged_rank=1),
    "constant_of_ragged": lambda tf: tf.ragged.constant(tf.ragged.constant([[1]])),
    "ranges_do_not_fit": lambda tf: tf.ragged.range([1, 2], [3, 4, 5]),
    "empty_splits": lambda tf: tf.ragged.row_splits_to_segment_ids(tf.zeros([0], tf.int64)),
    "splits_of_strings": lambda tf: tf.ragged.row_splits_to_segment_ids(["a"]),
}

USING = {
    "as_bool": lambda tf: bool(_rows(tf)),
    "to_list": lambda tf: _rows(tf).to_list(),
    "values_do_not_fit": lambda tf: _rows(tf).with_values(tf.constant([1, 2])),
    "dtype_of_splits": lambda tf: _rows(tf).with_row_splits_dtype(tf.float32),
    "default_of_higher_rank": lambda tf: _rows(tf).to_tensor([1, 2]),
    "mixed_dtypes_of_splits": lambda tf: _rows(tf) + _rows(tf, row_splits_dtype=tf.int32),
    "index_of_inner_rows": lambda tf: _rows(tf)[:, 0],
    "slice_by_name": lambda tf: _rows(tf)[:, "a":],
    "too_many_indices": lambda tf: _rows(tf)[..., :, :, :],
    "concat_ranks": lambda tf: tf.concat([_rows(tf), tf.ragged.constant([[[1]]])], 0),
    "concat_axis": lambda tf: tf.concat([_rows(tf), _rows(tf)], 5),
    "concat_axis_is_a_tensor": lambda tf: tf.concat([_rows(tf), _rows(tf)], tf.constant(0)),
    "stack_of_nothing": lambda tf: tf.ragged.stack([]),
    "gather_along_rows": lambda tf: tf.gather(_rows(tf), [0], axis=1),
    "keepdims": lambda tf: tf.reduce_sum(_rows(tf), 1, keepdims=True),
    "reduce_no_such_axis": lambda tf: tf.reduce_sum(_rows(tf), 2),
    "squeeze_without_axis": lambda tf: tf.squeeze(_rows(tf)),
    "where_of_numbers": lambda tf: tf.where(tf.ragged.constant([[True], [False]]), 1, 2),
    "scalar_mask": lambda tf: tf.ragged.boolean_mask([1, 2], True),
    "other_ragged_rank": lambda tf: tf.ragged.map_flat_values(tf.add, _rows(tf), tf.ragged.constant([[[1]]])),
    "other_rows": lambda tf: tf.ragged.map_flat_values(tf.add, _rows(tf), tf.ragged.constant([[1], [2], [3]])),
    "one_hot_axis": lambda tf: tf.one_hot(_rows(tf), 2, axis=0),
    "split_result_type": lambda tf: tf.strings.split(["a"], result_type="Tensor"),
    "ngrams_of_width_0": lambda tf: tf.strings.ngrams(["a"], 0),
    "ngrams_of_a_scalar": lambda tf: tf.strings.ngrams("a", 2),
    "ngrams_padded_with_a_number": lambda tf: tf.strings.ngrams(["a"], 2, pad_values=3),
    "ngrams_padding_of_nothing": lambda tf: tf.strings.ngrams(["a"], 2, padding_width=3),
    "bytes_of_unknown_rank": lambda tf: tf.strings.bytes_split(tf.placeholder(tf.string)),
    "encode_a_scalar": lambda tf: tf.strings.unicode_encode(97, "UTF-8"),
}

RUNNING = {
    "falling_splits": lambda tf: _run(tf, tf.RaggedTensor.from_row_splits([1, 2], _fed(tf, [0, 2, 1, 2]))),
    "negative_lengths": lambda tf: _run(tf, tf.RaggedTensor.from_row_lengths([1, 2], _fed(tf, [3, -1]))),
    "no_such_row": lambda tf: _run(tf, tf.gather(_rows(tf), [3])),
    "delta_of_zero": lambda tf: _run(tf, tf.ragged.range([1, 2], [3, 4], [0, 1])),
    "sparse_with_gaps": lambda tf: _run(
        tf, tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 0], [0, 2]], [1, 2], [1, 3]))
    ),
    "other_lengths": lambda tf: _run(tf, _rows(tf) + tf.ragged.constant([[1, 2], [5], [3]])),
    "not_squeezable": lambda tf: _run(tf, tf.squeeze(_rows(tf), 1)),
}
