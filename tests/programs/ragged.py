"""Programs with ragged tensors: rows of different lengths made, fed, indexed, joined, reduced and trained on."""

from __future__ import annotations

import numpy as np


def all_ways_to_make_one(tf):
    """The same rows by splits, lengths, starts, limits and row ids, checked and unchecked."""
    make = tf.RaggedTensor
    values = tf.constant([3, 1, 4, 1, 5, 9], name="values")
    return [
        (
            [
                make.from_row_splits(values, [0, 4, 4, 6]),
                make.from_row_splits(values, np.array([0, 4, 4, 6], np.int32), name="splits", validate=False),
                make.from_row_lengths(values, [4, 0, 2]),
                make.from_row_starts(values, [0, 4, 4]),
                make.from_row_limits(values, [4, 4, 6]),
                make.from_value_rowids(values, [0, 0, 0, 0, 2, 2]),
                make.from_value_rowids(values, [0, 0, 0, 0, 2, 2], nrows=5, name="rowids"),
                make.from_nested_row_splits(values, [[0, 1, 3], [0, 4, 4, 6]]),
                make.from_nested_row_lengths(values, [[1, 2], [4, 0, 2]], name="lengths"),
                make.from_nested_value_rowids(values, [[0, 1, 1], [0, 0, 0, 0, 2, 2]], [2, 3]),
            ],
            None,
        )
    ]


def rows_that_are_fed(tf):
    """Partitions that are known at run time only, with their assertions."""
    splits = tf.placeholder(tf.int64, [None], name="splits")
    rowids = tf.placeholder(tf.int64, [None], name="rowids")
    values = tf.placeholder(tf.float32, [None], name="values")
    by_splits = tf.RaggedTensor.from_row_splits(values, splits)
    by_rowids = tf.RaggedTensor.from_value_rowids(values, rowids)
    x = tf.ragged.placeholder(tf.float32, 1, value_shape=[], name="x")
    value = tf.ragged.constant_value([[1.0], [], [2.0, 3.0]], np.float32)
    nested = tf.ragged.placeholder(tf.float32, 2, value_shape=[2], name="nested")
    deep = tf.ragged.constant_value([[[[1, 2]], []], [[[3, 4], [5, 6]]]], np.float32, ragged_rank=2)
    return [
        ([by_splits, by_rowids], {values: [1.0, 2.0, 3.0], splits: [0, 1, 3], rowids: [0, 2, 2]}),
        (x * 2.0, {x: value}),
        ([nested.to_tensor(), nested.bounding_shape()], {nested: deep}),
    ]


def constants(tf):
    """Nested lists of all kinds."""
    constant = tf.ragged.constant
    return [
        (
            [
                constant([[1, 2], [], [3]]),
                constant([[1, 2], [], [3]], dtype=tf.float32, row_splits_dtype=tf.int32, name="floats"),
                constant([[[1, 2], [3]], [], [[4]]]),
                constant([[[1, 2], [3, 4]], [], [[5, 6]]], ragged_rank=1),
                constant([[[1, 2], [3, 4]], [], [[5, 6]]], inner_shape=(2,)),
                constant([["a", "b"], ["c"]]),
                constant([[], []]),
                constant([1, 2]),
                constant(3),
            ],
            None,
        )
    ]


def parts(tf):
    """What a ragged tensor knows of itself."""
    x = tf.ragged.constant([[[1, 2], [3]], [], [[4]]])
    uniform = tf.ragged.constant([[[1, 2], [3, 4]], [], [[5, 6]]], ragged_rank=1)
    sized = tf.RaggedTensor.from_value_rowids([1.0, 2.0, 3.0], [0, 0, 2], 5).with_row_splits_dtype(tf.int32)
    fetches = [x.nrows(), x.nrows(tf.int32), x.row_starts(), x.row_limits(name="limits"), x.value_rowids()]
    fetches += [x.nested_value_rowids(), x.row_lengths(), x.row_lengths(axis=2), x.nested_row_lengths()]
    fetches += [uniform.row_lengths(2), x.bounding_shape(), x.bounding_shape(0), x.bounding_shape([1, 2])]
    fetches += [x.with_flat_values(tf.constant([5, 6, 7, 8])), sized, sized.nrows(), sized.row_lengths()]
    return [(fetches, None)]


def to_and_from_others(tf):
    """Ordinary and sparse tensors, and back."""
    make = tf.RaggedTensor
    x = tf.ragged.constant([[1, 2], [], [3]])
    nested = tf.ragged.constant([[[1, 2], [3]], [], [[4]]])
    cube = tf.constant([[[1, 2], [0, 0]], [[3, 0], [0, 0]]], name="cube")
    table = tf.placeholder(tf.int32, [None, None], name="table")
    fetches = [x.to_tensor(), x.to_tensor(7, name="sevens"), nested.to_tensor(-1), x.to_sparse(), nested.to_sparse()]
    fetches += [make.from_tensor(cube), make.from_tensor(cube, ragged_rank=2), make.from_tensor(cube, padding=[0, 0])]
    fetches += [make.from_tensor(table, lengths=[1, 2]), make.from_tensor(table, padding=0)]
    fetches += [make.from_tensor(cube, lengths=[[2, 1], [1, 2, 1]]), make.from_sparse(x.to_sparse())]
    return [(fetches, {table: [[1, 2, 0], [3, 0, 0]]})]


def indexing(tf):
    """Rows, slices of rows, slices of each row, new axes."""
    x = tf.ragged.constant([[1, 2], [], [3]])
    nested = tf.ragged.constant([[[1, 2], [3]], [], [[4]]])
    uniform = tf.ragged.constant([[[1, 2], [3, 4]], [], [[5, 6]]], ragged_rank=1)
    row = tf.constant(2, name="row")
    fetches = [x[0], x[-1], x[0, 1], x[1:], x[:-1], x[::2], x[::-1], x[:, :1], x[:, -1:], x[:, 1::-1], x[1:, :1]]
    fetches += [x[:, row:], x[row], x[tf.newaxis], x[:, tf.newaxis], x[..., tf.newaxis], nested[0], nested[0, 1]]
    fetches += [nested[..., :1], nested[:, :1, :1], uniform[:, :, 0], uniform[:, :1, 1:], uniform[2, 0, 1]]
    return [(fetches, None)]


def operators(tf):
    """Python's operators with numbers, tensors and other ragged tensors."""
    x = tf.ragged.constant([[1.0, 2.0], [], [3.0]])
    n = tf.ragged.constant([[1, 2], [], [3]])
    flags = tf.ragged.constant([[True], [False, True]])
    fetches = [x + 1.0, 1 - x, x * 2, 2 / x, x**2.0, -x, abs(x), n // 2, n % 2, 7 // n, n < 2, n <= 2]
    fetches += [tf.constant(2.0) * x, ~flags, flags ^ True, True | flags]
    return [(fetches, None)]


def broadcasting(tf):
    """A column against rows of different lengths, and rows against nested rows."""
    x = tf.ragged.constant([[1, 2], [], [3]])
    column = tf.placeholder(tf.int32, [None, 1], name="column")
    uniform = tf.ragged.constant([[[1, 2], [3, 4]], [], [[5, 6]]], ragged_rank=1)
    return [([x + column, uniform * tf.constant([10, 20])], {column: [[10], [20], [30]]})]


def entry_by_entry(tf):
    """Functions of the innermost values."""
    x = tf.ragged.constant([[1.0, 2.0], [], [3.5]])
    words = tf.ragged.constant([["a", "bc"], ["d"]])
    fetches = [
        tf.exp(x),
        tf.sqrt(x, name="root"),
        tf.cast(x, tf.int32),
        tf.zeros_like(x),
        tf.clip_by_value(x, 1.5, 3.0),
    ]
    fetches += [tf.round(x), tf.identity(x), tf.add(x, 1.0), tf.maximum(2.0, x), tf.add_n([x, x, x]), tf.divide(x, 2)]
    fetches += [tf.strings.length(words), tf.strings.substr(words, 0, 1), tf.strings.join([words, "-", words])]
    fetches += [tf.strings.regex_replace(words, "a", "b"), tf.as_string(tf.ragged.constant([[1], [2, 3]]))]
    fetches += [tf.ragged.map_flat_values(tf.one_hot, tf.ragged.constant([[1], [], [0, 1]]), depth=2)]
    return [(fetches, None)]


def joining(tf):
    """concat, stack, tile, expand_dims, squeeze."""
    x = tf.ragged.constant([[1, 2], [], [3]])
    nested = tf.ragged.constant([[[1, 2], [3]], [], [[4]]])
    fetches = [
        tf.concat([x, x], 0),
        tf.concat([x, [[7], [8], [9]]], axis=1, name="wider"),
        tf.concat([nested, nested], 2),
    ]
    fetches += [tf.stack([x, x]), tf.stack([x, x], axis=1), tf.stack([x, x], axis=2), tf.ragged.stack([[1, 2]])]
    fetches += [tf.ragged.stack([x, tf.ragged.constant([[5]])]), tf.tile(x, [2, 3]), tf.tile(nested, [1, 2, 2])]
    fetches += [tf.expand_dims(x, 0), tf.expand_dims(x, 1), tf.expand_dims(x, -1), tf.size(x), tf.rank(x)]
    fetches += [tf.squeeze(tf.ragged.constant([[1], [2], [3]]), 1)]
    return [(fetches, None)]


def choosing(tf):
    """gather, gather_nd, batch_gather, where, masks and partitions."""
    x = tf.ragged.constant([[1, 2], [], [3]])
    nested = tf.ragged.constant([[[1, 2], [3]], [], [[4]]])
    flags = tf.ragged.constant([[True, False], [], [True]])
    fetches = [tf.gather(x, [2, 0]), tf.gather(x, [[2, 0], [1, 1]]), tf.gather(x, 2), tf.gather([10, 20, 30, 40], x)]
    fetches += [tf.gather(nested, [2, 0], name="rows"), tf.gather_nd(nested, [[2, 0], [0, 1]])]
    fetches += [tf.gather_nd(nested, [[2, 0, 0], [0, 1, 0]]), tf.batch_gather(x, tf.ragged.constant([[1, 0], [], [0]]))]
    fetches += [tf.where(flags), tf.where(flags, x, x), tf.where([True, False], x[:2], x[1:]), tf.one_hot(x, 4)]
    fetches += [tf.ragged.boolean_mask(x, flags), tf.ragged.boolean_mask(x, [True, False, True])]
    fetches += [tf.ragged.boolean_mask([[1, 2], [4, 5]], [[True, False], [True, True]])]
    fetches += [
        tf.ragged.stack_dynamic_partitions([1, 2, 3, 4], [3, 1, 3, 0], 4),
        tf.dynamic_partition(x, [1, 0, 1], 2),
    ]
    return [(fetches, None)]


def reducing(tf):
    """Sums, means, extremes along each axis and over segments."""
    x = tf.ragged.constant([[1.0, 2.0], [5.0], [3.0]])
    nested = tf.ragged.constant([[[1, 2], [3]], [], [[4]]])
    flags = tf.ragged.constant([[True, False], [], [True]])
    words = tf.ragged.constant([["a", "b"], [], ["c"]])
    fetches = [tf.reduce_sum(x), tf.reduce_sum(x, 0), tf.reduce_sum(x, axis=1, name="sums"), tf.reduce_mean(x, 1)]
    fetches += [tf.reduce_max(x, 1), tf.reduce_min(x, 0), tf.reduce_prod(x, reduction_indices=[1])]
    fetches += [tf.reduce_any(flags, 1), tf.reduce_all(flags, 1), tf.reduce_sum(nested, 0), tf.reduce_sum(nested, 2)]
    fetches += [tf.reduce_sum(nested, [0, 1]), tf.reduce_sum(nested, [1, 2]), tf.reduce_join(words, 1)]
    fetches += [tf.math.unsorted_segment_sum(x, [1, 0, 1], 2), tf.math.unsorted_segment_mean(x, [1, 0, 1], 2)]
    return [(fetches, None)]


def ranges_and_splits(tf):
    """Ranges as rows; from splits to segment ids and back."""
    ragged = tf.ragged
    fetches = [ragged.range([3, 0, 2]), ragged.range([0, 5, 8], [3, 3, 12], [1, -1, 2])]
    fetches += [
        ragged.range([3, 0], 5.0, 0.75, name="steps", row_splits_dtype=tf.int32),
        ragged.range(3, dtype=tf.float64),
    ]
    fetches += [ragged.row_splits_to_segment_ids([0, 2, 2, 3]), ragged.segment_ids_to_row_splits([0, 0, 2])]
    fetches += [ragged.segment_ids_to_row_splits([0, 0, 2], num_segments=4, out_type=tf.int32)]
    return [(fetches, None)]


def text(tf):
    """Sentences to words, words to characters, to n-grams."""
    sentences = tf.placeholder(tf.string, [None], name="sentences")
    words = tf.strings.split(sentences, result_type="RaggedTensor")
    points = tf.strings.unicode_decode(sentences, "UTF-8")
    fetches = [words, tf.strings.bytes_split(words), points, tf.strings.unicode_encode(points, "UTF-8")]
    fetches += [tf.strings.unicode_decode_with_offsets(sentences, "UTF-8"), tf.strings.split([["a b"]], sep="b")]
    fetches += [tf.strings.ngrams(words, 2), tf.strings.ngrams(words, [1, 3], "_", ("<", ">"), name="padded")]
    fetches += [
        tf.strings.ngrams(words, 3, preserve_short_sequences=True),
        tf.string_split(["a"], result_type="RaggedTensor"),
    ]
    return [(fetches, {sentences: ["to be or", "not", "grün sind"]})]


def gradients(tf):
    """Through values, rows that are gathered, and forms of other kinds."""
    values = tf.Variable([1.0, 2.0, 3.0, 4.0], name="values")
    x = tf.RaggedTensor.from_row_splits(values, [0, 2, 2, 4])
    losses = [x.to_tensor(), x.to_sparse().values, (tf.gather(x, [2, 0, 0]) ** 2.0).flat_values, tf.reduce_mean(x, 0)]
    losses += [tf.reduce_max(x, 1), x[1:, :1].flat_values, tf.concat([x, x], 1).flat_values]
    grads = [tf.convert_to_tensor(tf.gradients(loss, values)[0]) for loss in losses]
    return [(tf.global_variables_initializer(), None), (grads, None)]


def mean_of_words(tf):
    """A classifier of sentences by the mean of their words' embeddings, trained."""
    ids = tf.ragged.placeholder(tf.int64, 1, value_shape=[], name="ids")
    labels = tf.placeholder(tf.float32, [None], name="labels")
    start = np.linspace(-0.5, 0.5, 12, dtype=np.float32).reshape(6, 2)
    embeddings = tf.Variable(start, name="embeddings")
    of_words = tf.ragged.map_flat_values(tf.nn.embedding_lookup, embeddings, ids)
    logits = tf.reduce_sum(tf.reduce_mean(of_words, axis=1), axis=1)
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feeds = {ids: tf.ragged.constant_value([[0, 3], [5], [1, 2, 4]], np.int64), labels: [0.0, 1.0, 1.0]}
    return [
        (tf.global_variables_initializer(), None),
        (loss, feeds),
        (train, feeds),
        (train, feeds),
        ([loss, embeddings], feeds),
    ]


def branches(tf):
    """Ragged tensors out of a cond."""
    flag = tf.placeholder(tf.bool, [], name="flag")
    x = tf.ragged.constant([[1, 2], [3]])
    chosen = tf.cond(flag, lambda: x + 1, lambda: x * 10)
    return [(chosen, {flag: True}), (chosen, {flag: False})]
