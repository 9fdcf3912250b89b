"""tf.data with sparse tensors as components of elements."""


def whole(tf):
    """Sparse tensors in batches."""
    data = tf.data.Dataset
    sparse = tf.SparseTensor([[0, 1], [1, 2]], [2.0, 3.0], [2, 3])
    batch = data.from_tensors({"s": sparse, "d": [1, 2]}).repeat(3).batch(2).make_one_shot_iterator().get_next()
    return [((batch["s"], batch["d"]), {})] * 2


def rows(tf):
    """Rows of sparse tensors, and sparse tensors that functions make and take."""
    sparse = tf.SparseTensor([[0, 1], [2, 0], [2, 2]], ["a", "b", "c"], [3, 4])
    dataset = tf.data.Dataset.from_tensor_slices((sparse, [1, 2, 3]))
    dataset = dataset.map(lambda s, n: (s, tf.sparse.to_dense(s, ""), n))
    row, dense, number = dataset.make_one_shot_iterator().get_next()
    words = tf.data.Dataset.from_tensor_slices(["a b", "c"]).map(lambda line: tf.string_split([line])).batch(2)
    return [([row, dense, number], {})] * 3 + [(words.make_one_shot_iterator().get_next(), {})]
