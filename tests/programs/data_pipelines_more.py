"""tf.data: choices among datasets, batches of similar lengths, tf.contrib.data."""


def sampled(tf):
    """The next element of one dataset or another, at random."""
    data, more = tf.data.Dataset, tf.data.experimental
    parts = [data.range(4), data.range(10, 14)]
    datasets = [
        more.sample_from_datasets(parts, seed=3),
        more.sample_from_datasets(parts, [0.9, 0.1], seed=3),
        more.sample_from_datasets(parts, data.from_tensors([0.5, 0.5]).repeat(), seed=4),
    ]
    return [([tf.data.make_one_shot_iterator(d).get_next() for d in datasets], {})] * 8


def buckets(tf):
    """Batches of elements of similar length."""
    rows = tf.data.Dataset.range(1, 8).map(lambda n: tf.fill([n], n))
    plain = rows.apply(tf.data.experimental.bucket_by_sequence_length(tf.size, [3, 5], [2, 1, 2]))
    full = rows.take(4).apply(
        tf.data.experimental.bucket_by_sequence_length(
            lambda row: tf.shape(row)[0], [3, 6], [2, 2, 2], pad_to_bucket_boundary=True
        )
    )
    return [([d.make_one_shot_iterator().get_next() for d in (plain, full)], {})] * 2


def older(tf):
    """Under the names of tf.contrib.data."""
    contrib, data = tf.contrib.data, tf.data.Dataset
    datasets = [
        data.range(5).apply(contrib.batch_and_drop_remainder(2)),
        data.range(5).apply(contrib.map_and_batch(lambda x: x * 2, 2, num_parallel_batches=2)),
        data.range(1, 5).map(lambda n: tf.fill([n], n)).apply(contrib.padded_batch_and_drop_remainder(3, [None])),
        data.range(5).apply(contrib.shuffle_and_repeat(3, 2, seed=1)),
    ]
    return [([d.make_one_shot_iterator().get_next() for d in datasets], {})]


def sliding(tf):
    """Batches that overlap."""
    contrib, numbers = tf.contrib.data, tf.data.Dataset.range(7)
    datasets = [
        numbers.apply(contrib.sliding_window_batch(3)),
        numbers.map(lambda n: (n, {"a": [n, n]})).apply(contrib.sliding_window_batch(2, 3)),
        numbers.apply(contrib.sliding_window_batch(2, window_shift=2, window_stride=2)),
        numbers.apply(contrib.sliding_window_batch(1, window_shift=3)),
    ]
    return [([tf.data.make_one_shot_iterator(d).get_next() for d in datasets], {})] * 2


def shapes_asserted(tf):
    """Components whose shapes must be as it is said."""
    contrib, numbers = tf.contrib.data, tf.data.Dataset.range(4)
    pairs = tf.data.Dataset.zip((numbers.batch(2), numbers))
    datasets = [
        numbers.batch(2).apply(contrib.assert_element_shape(tf.TensorShape([2]))),
        pairs.apply(contrib.assert_element_shape((tf.TensorShape([2]), tf.TensorShape([])))),
        numbers.batch(2).apply(contrib.assert_element_shape(tf.TensorShape(None))),
    ]
    return [([tf.data.make_one_shot_iterator(d).get_next() for d in datasets], {})] * 2


def threads(tf):
    """Numbers of threads and other settings show in the nodes."""
    settings = tf.data.Options()
    settings.experimental_threading.max_intra_op_parallelism = 1
    settings.experimental_threading.private_threadpool_size = 4
    settings.experimental_slack = True
    settings.experimental_distribute.auto_shard = False
    settings.experimental_optimization.map_vectorization.enabled = True
    settings.experimental_optimization.map_vectorization.use_choose_fastest = True
    settings.experimental_optimization.autotune_buffers = True
    settings.experimental_optimization.autotune_cpu_budget = 2
    dataset = tf.data.Dataset.range(3).prefetch(1).with_options(settings)
    iterator = tf.data.make_initializable_iterator(dataset)
    return [([iterator.initializer], {}), ([iterator.get_next()], {})]


def other_device(tf):
    """Pipelines that are behind functions."""
    more, data = tf.data.experimental, tf.data.Dataset
    datasets = [
        data.range(3).apply(more.copy_to_device("/cpu:0")).repeat(2),
        data.range(3).map(lambda n: (n, {"a": [n, n]})).apply(more.prefetch_to_device("/cpu:0", 2)),
        data.range(3).shuffle(3, seed=1).repeat(2).apply(more.prefetch_to_device("/cpu:0")),
    ]
    iterators = [tf.data.make_initializable_iterator(d) for d in datasets]
    once = tf.data.make_one_shot_iterator(data.range(4).apply(more.prefetch_to_device("/cpu:0"))).get_next()
    elements = [*[iterator.get_next() for iterator in iterators], once]
    return [([iterator.initializer for iterator in iterators], {}), *[(elements, {})] * 3]


def captured_datasets(tf):
    """A dataset in a function of another."""
    inner = tf.data.Dataset.range(10, 12).map(lambda n: n * 2)
    dataset = tf.data.Dataset.range(3).flat_map(lambda n: tf.data.Dataset.zip((inner, inner.map(lambda k: k + n))))
    return [([tf.data.make_one_shot_iterator(dataset).get_next()], {})] * 4


def numbered(tf):
    """Scopes, devices and names of the ops of a pipeline."""
    with tf.name_scope("input"), tf.device("/cpu:0"):
        dataset = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0]).map(lambda x: x + 1.0, num_parallel_calls=2)
        iterator = dataset.batch(2).prefetch(1).make_initializable_iterator()
        element = iterator.get_next(name="next")
        other = tf.data.Iterator.from_structure(dataset.output_types, dataset.output_shapes)
        begin = other.make_initializer(dataset)
    tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
    return [([tf.tables_initializer(), begin], {}), ([element, other.get_next()], {})]
