"""tf.data: sources, transformations and iterators."""

import numpy as np


def one_shot(tf):
    """A pipeline as tutorials write it."""
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    dataset = tf.data.Dataset.from_tensor_slices((x, np.arange(6)))
    dataset = dataset.map(lambda a, b: (a * 2.0, b)).shuffle(10, seed=3).batch(4).repeat()
    features, labels = dataset.make_one_shot_iterator().get_next()
    return [([features, labels], {})] * 5


def initializable(tf):
    """A pipeline over what is fed when it begins, gone through twice."""
    x = tf.placeholder(tf.float32, [None, 2])
    iterator = tf.data.Dataset.from_tensor_slices(x).batch(2, drop_remainder=True).make_initializable_iterator()
    batch = iterator.get_next()
    begin = (iterator.initializer, {x: np.arange(10, dtype=np.float32).reshape(5, 2)})
    return [begin, (batch, {}), (batch, {}), begin, (batch, {})]


def reinitializable(tf):
    """One iterator over two datasets."""
    train, test = tf.data.Dataset.range(3).repeat(), tf.data.Dataset.range(5, 10, 2)
    iterator = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
    number = iterator.get_next()
    first, second = iterator.make_initializer(train), iterator.make_initializer(test, name="second")
    return [(first, {}), (number, {}), (number, {}), (second, {}), (number, {}), (first, {}), (number, {})]


def feedable(tf):
    """An iterator that is chosen by its handle."""
    handle = tf.placeholder_with_default("", [])
    iterator = tf.data.Iterator.from_string_handle(handle, tf.int64, tf.TensorShape([]))
    iterator.get_next()
    number = tf.data.Dataset.range(3).make_one_shot_iterator()
    number.string_handle("other")
    return [(number.get_next(), {})]


def seeds(tf):
    """Ops of the pipeline count for the seeds of later ones, and random ops of functions have seeds of their own."""
    tf.set_random_seed(1)
    dataset = tf.data.Dataset.range(4).shuffle(4).map(lambda a: tf.random_uniform([]) + tf.cast(a, tf.float32))
    number = dataset.repeat(2).make_one_shot_iterator().get_next()
    return [([number, tf.random_normal([])], {})] * 8


def epochs(tf):
    """Each epoch has an order of its own; how it is drawn depends on what stands between shuffle and repeat."""
    numbers = tf.data.Dataset.range(10)
    fused = numbers.shuffle(10, seed=1).repeat(3).batch(30)
    apart = numbers.shuffle(10, seed=1).map(lambda a: a).repeat(3).batch(30)
    same = numbers.shuffle(10, seed=1, reshuffle_each_iteration=False).repeat(2).batch(20)
    small = numbers.shuffle(3, seed=5).shuffle(2, seed=4).take(4).repeat(3).batch(12)
    return [([d.make_one_shot_iterator().get_next() for d in (fused, apart, same, small)], {})]


def functions(tf):
    """Functions that capture tensors, filter, and make datasets of elements."""
    c = tf.constant(2, tf.int64)
    dataset = tf.data.Dataset.range(6).map(lambda a: a * c, num_parallel_calls=2).prefetch(1).filter(lambda a: a > 2)
    dataset = dataset.flat_map(lambda a: tf.data.Dataset.from_tensors(a).repeat(2)).take(7).skip(1).cache()
    iterator = dataset.padded_batch(2, []).make_initializable_iterator()
    numbers = iterator.get_next()
    begin = (iterator.initializer, {})
    return [begin, (numbers, {}), (numbers, {}), (numbers, {}), begin, (numbers, {})]


def nested(tf):
    """Tuples and dicts."""
    data = tf.data.Dataset
    dataset = data.zip((data.from_tensor_slices({"b": [1.0, 2.0, 3.0], "a": [[1], [2], [3]]}), {"c": data.range(2)}))
    element = dataset.map(lambda x, y: {"sum": x["a"] + 1, "all": (x["b"], y["c"])}).make_one_shot_iterator().get_next()
    return [(element, {}), (element, {})]


def padding(tf):
    """Elements of different lengths in one batch."""
    dataset = tf.data.Dataset.range(1, 6).map(lambda n: (tf.fill([n], n), tf.as_string(n)))
    plain = dataset.padded_batch(2, ([None], [])).make_one_shot_iterator().get_next()
    wide = dataset.map(lambda a, b: {"a": a}).padded_batch(2, {"a": [6]}, {"a": tf.constant(-1, tf.int64)}, True)
    return [([plain, wide.make_one_shot_iterator().get_next()], {})] * 2


def together(tf):
    """Windows, rows, shards, numbers, and one dataset behind another."""
    data = tf.data.Dataset
    datasets = [
        data.range(7).window(3, 2, 1, True).flat_map(lambda d: d.batch(3)),
        data.range(7).window(2, shift=1, stride=3).flat_map(lambda d: d.batch(2)),
        data.from_tensors(([1.0, 2.0], {"a": [[3], [4]]})).unbatch(),
        data.range(9).shard(3, 1),
        data.range(9).enumerate(5),
        data.range(2).concatenate(data.range(7, 9)),
        data.range(1, 5).interleave(lambda n: data.from_tensors(n).repeat(n), cycle_length=2, block_length=2),
        data.range(1, 5).interleave(lambda n: data.range(0, n), cycle_length=3, num_parallel_calls=2),
    ]
    return [([tf.data.make_one_shot_iterator(d).get_next() for d in datasets], {})] * 2


def reduced(tf):
    """To the end of a dataset in one run."""
    dataset = tf.data.Dataset.range(1, 6)
    total = dataset.reduce(np.int64(0), lambda a, b: a + b)
    both = dataset.reduce((np.int64(1), 0.0), lambda s, b: (s[0] * b, s[1] + 1.0))
    return [([total, both], {})]


def generator(tf):
    """What a Python generator yields."""
    dataset = tf.data.Dataset.from_generator(
        lambda n: (([i] * i, {"s": str(i)}) for i in range(n)), (tf.int32, {"s": tf.string}), ([None], {"s": []}), [3]
    )
    values, names = dataset.repeat(2).make_one_shot_iterator().get_next()
    return [([values, names], {})] * 6


def options(tf):
    """Optimizations that are switched off show in the nodes."""
    settings = tf.data.Options()
    settings.experimental_optimization.apply_default_optimizations = False
    settings.experimental_optimization.autotune = False
    dataset = tf.data.Dataset.range(5).shuffle(3, seed=1).repeat(2).batch(10)
    one = dataset.with_options(settings).make_initializable_iterator()
    other = dataset.make_initializable_iterator(shared_name="shared")
    return [([one.initializer, other.initializer], {}), ([one.get_next(), other.get_next()], {})]


def captured_state(tf):
    """Variables that functions take from the graph around."""
    v = tf.get_variable("v", initializer=1.0)
    w = tf.get_variable("w", initializer=2.0, use_resource=True)
    dataset = tf.data.Dataset.from_tensor_slices([1.0, 2.0]).map(lambda x: (x, w * 2.0))
    iterator = dataset.make_initializable_iterator()
    plain = tf.data.Dataset.range(3).map(lambda n: tf.cast(n, tf.float32) + v).make_initializable_iterator()
    start = tf.global_variables_initializer()
    begin = [iterator.initializer, plain.initializer]
    element = [iterator.get_next(), plain.get_next()]
    return [(start, {}), (begin, {}), (element, {}), (w.assign(5.0), {}), (element, {})]


def experimental(tf):
    """Functions for `apply`."""
    data, more = tf.data.Dataset, tf.data.experimental
    datasets = [
        data.range(5).apply(more.map_and_batch(lambda x: x * 2, 2)),
        data.range(5).apply(more.shuffle_and_repeat(3, 2, seed=1)).batch(5),
        data.from_tensor_slices([[1, 2], [3, 4]]).apply(more.unbatch()),
        data.range(3).apply(more.parallel_interleave(lambda x: data.range(0, x), 2)),
        data.range(3).apply(more.ignore_errors()).apply(more.enumerate_dataset(3)),
        data.from_tensor_slices([1, 1, 2]).apply(more.unique()),
        data.range(4).apply(more.scan(np.int64(0), lambda s, x: (s + x, (s, x)))),
        data.range(4).apply(more.take_while(lambda x: x < 3)),
        data.range(7).apply(more.group_by_window(lambda x: x % 2, lambda k, d: d.batch(2), 2)),
        more.choose_from_datasets([data.range(4), data.range(10, 14)], data.range(2)),
        more.Counter(3, 2),
    ]
    single = more.get_single_element(data.range(7).batch(7))
    return [([[tf.data.make_one_shot_iterator(d).get_next() for d in datasets], single], {})] * 2
