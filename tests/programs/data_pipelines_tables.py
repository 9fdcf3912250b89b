"""tf.data: rows of files, parsed examples, sparse batches, reducers, sizes, optionals, shares of classes."""

import os
import tempfile


def _file(name, text):
    path = os.path.join(tempfile.gettempdir(), "data_pipelines_tables_" + name)
    with open(path, "w") as file:
        file.write(text)
    return path


def _elements(datasets, times):
    return [([d.make_one_shot_iterator().get_next() for d in datasets], {})] * times


def _example(tf, number):
    example = tf.train.Example()
    example.features.feature["id"].int64_list.value.append(number)
    example.features.feature["xs"].float_list.value.extend([0.5] * number)
    example.features.feature["at"].int64_list.value.extend(range(number))
    return example.SerializeToString(deterministic=True)


def csv_rows(tf):
    """Rows of a file, here in memory of the graph's own making: a file's name would differ."""
    name = tf.placeholder_with_default(_file("rows.csv", 'id,x,name\n1,0.5,"a, b"\n2,,c\nNA,1e3,\n'), [])
    path = tf.convert_to_tensor(name)
    more = tf.data.experimental
    kinds = [tf.int32, tf.constant([7.0]), ""]
    with_missing = [[-1], [0.0], [""]]
    iterators = [
        more.CsvDataset(path, with_missing, header=True, na_value="NA").make_initializable_iterator(),
        more.CsvDataset(path, kinds, header=True).take(2).make_initializable_iterator(),
        more.CsvDataset(path, [tf.string, "none"], header=True, select_cols=[0, 2]).make_initializable_iterator(),
    ]
    begin = [iterator.initializer for iterator in iterators]
    return [(begin, {}), ([i.get_next() for i in iterators], {}), ([i.get_next() for i in iterators], {})]


def examples(tf):
    """Parsed examples, dense and sparse."""
    data, more = tf.data.Dataset, tf.data.experimental
    features = {
        "xs": tf.VarLenFeature(tf.float32),
        "id": tf.FixedLenFeature([], tf.int64),
        "no": tf.FixedLenFeature([2], tf.float32, default_value=[1.0, 2.0]),
        "at": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True, default_value=-1),
    }
    strings = data.from_tensor_slices([_example(tf, n) for n in (1, 3, 2)])
    sparse = {"both": tf.SparseFeature("at", "xs", tf.float32, 4), "id": tf.FixedLenFeature([], tf.int64)}
    datasets = [
        strings.batch(2).apply(more.parse_example_dataset(features)),
        strings.batch(2, drop_remainder=True).repeat().apply(more.parse_example_dataset(features, 2)),
        strings.batch(3).repeat().apply(more.parse_example_dataset(sparse)),
    ]
    return _elements(datasets, 2)


def sparse_batches(tf):
    """Rows of different lengths as sparse tensors."""
    rows = tf.data.Dataset.range(1, 6).map(lambda n: tf.fill([n], n))
    more = tf.data.experimental
    datasets = [rows.apply(more.dense_to_sparse_batch(2, shape)) for shape in ([5], [None])]
    words = tf.data.Dataset.from_tensors([["a", "b"]]).repeat(3).apply(more.dense_to_sparse_batch(2, [None, 3]))
    return _elements([*datasets, words], 2)


def reducers(tf):
    """Groups reduced."""
    more = tf.data.experimental
    offset = tf.constant(8, tf.int64)
    mean = more.Reducer(lambda key: (key, 0.0), lambda s, x: (s[0] + x, s[1] + 1.0), lambda a, b: (a, b))
    joined = more.Reducer(lambda _: "", lambda s, x: tf.string_join([s, tf.as_string(x)]), lambda s: {"all": s})
    numbers = tf.data.Dataset.range(7)
    datasets = [
        numbers.apply(more.group_by_reducer(lambda x: (offset - x) % 3, mean)),
        numbers.apply(more.group_by_reducer(lambda x: x // 3, joined)),
    ]
    return _elements(datasets, 3)


def sizes(tf):
    """How many elements datasets have."""
    more, numbers = tf.data.experimental, tf.data.Dataset.range(10)
    datasets = [
        numbers, numbers.take(3), numbers.take(-1), numbers.skip(4), numbers.repeat(), numbers.repeat(2).batch(3),
        numbers.batch(3, True), numbers.filter(lambda x: x > 3), numbers.shuffle(3), numbers.shard(3, 1),
        numbers.window(3, 2, 2, True), numbers.window(3, 2), numbers.concatenate(numbers),
        tf.data.Dataset.zip((numbers, numbers.repeat())), numbers.cache().prefetch(2), more.Counter(),
        numbers.apply(more.map_and_batch(lambda x: x, 3)),
        more.from_variant(more.to_variant(numbers), more.get_structure(numbers)),
        numbers.apply(more.shuffle_and_repeat(3, 2)), numbers.padded_batch(4, []), numbers.enumerate(),
    ]  # fmt: skip
    datasets = [d for d in datasets if d is not None]
    return [([more.cardinality(dataset) for dataset in datasets], {})]


def optionals(tf):
    """Values that may be missing."""
    more = tf.data.experimental
    some = more.Optional.from_value((tf.constant([1, 2]), {"a": tf.constant("x")}))
    none = more.Optional.none_from_structure(more.TensorStructure(tf.float32, []))
    coming = more.get_next_as_optional(tf.data.Dataset.range(2).make_one_shot_iterator())
    held = tf.data.Dataset.range(3).map(more.Optional.from_value).filter(lambda o: o.get_value() > 0)
    first = held.make_one_shot_iterator().get_next()
    return [
        ([some.has_value(), some.get_value(), none.has_value("missing"), first.get_value(name="first")], {}),
        (coming.has_value(), {}),
        (coming.get_value(), {}),
        (coming.has_value(), {}),
    ]


def shares(tf):
    """Elements left out until classes have other shares."""
    more = tf.data.experimental
    numbers = tf.data.Dataset.range(12).repeat(4)

    def kind(number):
        return tf.cast(number % 3, tf.int32)

    datasets = [
        numbers.apply(more.rejection_resample(kind, [0.2, 0.3, 0.5], [1 / 3.0, 1 / 3.0, 1 / 3.0], seed=3)),
        numbers.apply(more.rejection_resample(kind, [0.0, 0.5, 0.5], [1 / 3.0, 1 / 3.0, 1 / 3.0], seed=4)),
        numbers.apply(more.rejection_resample(kind, [0.6, 0.2, 0.2], seed=5)),
    ]
    return _elements(datasets, 8)


def written(tf):
    """Strings written into a file of records."""
    name = tf.placeholder_with_default(_file("written", ""), [])
    words = tf.data.Dataset.from_tensor_slices(["one", "two"])
    write = tf.data.experimental.TFRecordWriter(name).write(words)
    squeezed = tf.data.experimental.TFRecordWriter(tf.string_join([name, ".gz"]), "GZIP").write(words)
    read = tf.data.TFRecordDataset(name).make_initializable_iterator()
    return [([write, squeezed], {}), (read.initializer, {}), (read.get_next(), {})]
