"""Mistakes with datasets: how elements are nested, iterators, users' own classes, specs."""

from __future__ import annotations

import collections

import numpy as np

Pair = collections.namedtuple("Pair", "a b")  # noqa: PYI024  # as scripts of the time write it


def _run(tf, fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


def _begin(tf, types, dataset, shapes=None):
    """What an iterator of some types says to a dataset."""
    return tf.data.Iterator.from_structure(types, shapes).make_initializer(dataset)


def _fed_handle(tf, types, shapes):
    """What an iterator of some types says to the handle of one over integers."""
    handle = tf.placeholder(tf.string, [])
    element = tf.data.Iterator.from_string_handle(handle, types, shapes).get_next()
    numbers = tf.data.make_one_shot_iterator(tf.data.Dataset.range(3)).string_handle()
    with tf.Session() as session:
        return session.run(element, {handle: session.run(numbers)})


def _yielded(tf, types, value, shapes=None):
    dataset = tf.data.Dataset.from_generator(lambda: iter([value]), types, shapes)
    return _run(tf, tf.data.make_one_shot_iterator(dataset).get_next())


def _padded(tf, shapes, values=None):
    return tf.data.Dataset.from_tensors((1, [2])).padded_batch(2, shapes, values)


def _own(tf, **members):
    """A user's own class, begun."""
    return type("Own", (tf.data.Dataset,), members)()


def _set(tf, name, value):
    """What an option of threads says to a value; it is run."""
    options = tf.data.Options()
    setattr(options.experimental_threading, name, value)
    iterator = tf.data.make_initializable_iterator(tf.data.Dataset.range(3).with_options(options))
    return _run(tf, iterator.initializer)


def _shaped(tf, dataset, shapes):
    dataset = dataset.apply(tf.contrib.data.assert_element_shape(shapes))
    element = tf.data.make_one_shot_iterator(dataset).get_next()
    with tf.Session() as session:
        return [session.run(element) for _ in range(2)]


NESTING = {
    "short": lambda tf: tf.data.Iterator.from_structure((tf.int64, tf.int64), ([],)),
    "list_of_shapes": lambda tf: tf.data.Iterator.from_structure((tf.int64, tf.int64), [[], []]),
    "keys": lambda tf: tf.data.Iterator.from_structure({"a": tf.int64}, {"b": []}),
    "dict_for_tuple": lambda tf: tf.data.Iterator.from_structure((tf.int64,), {"b": []}),
    "no_dtype": lambda tf: tf.data.Iterator.from_structure("foo"),
    "generator_list": lambda tf: _yielded(tf, (tf.int32, tf.int32), np.array([1, 2])),
    "padded_list": lambda tf: _padded(tf, [[], [None]]),
    "padded_values": lambda tf: _padded(tf, ([], [3]), [1, 2]),
    "padded_dict": lambda tf: _padded(tf, {"a": []}),
    "nothing": lambda tf: tf.data.Dataset.range(2).map(lambda _: None),
}
ITERATORS = {
    "rank": lambda tf: _begin(tf, tf.int64, tf.data.Dataset.range(2).batch(2), []),
    "type": lambda tf: _begin(tf, tf.int32, tf.data.Dataset.range(2)),
    "dict": lambda tf: _begin(tf, tf.int64, tf.data.Dataset.from_tensors({"a": 1})),
    "bare": lambda tf: _begin(tf, (tf.int64, tf.int64), tf.data.Dataset.range(2)),
    "more": lambda tf: _begin(tf, (tf.int32, tf.int32), tf.data.Dataset.from_tensors((1, 2, 3))),
    "named": lambda tf: _begin(tf, (tf.int32, tf.int32), tf.data.Dataset.from_tensors(Pair(1, 2))),
    "number": lambda tf: _begin(tf, tf.int64, 3),
    "no_initializer": lambda tf: tf.data.Iterator.from_structure(tf.int64).initializer,
    "handle_number": lambda tf: tf.data.Iterator.from_string_handle(3, tf.int64),
    "junk": lambda tf: _run(tf, tf.data.Iterator.from_string_handle("junk", tf.int64, []).get_next()),
    "other_type": lambda tf: _fed_handle(tf, tf.int32, []),
    "other_shape": lambda tf: _fed_handle(tf, tf.int64, [3]),
    "other_number": lambda tf: _fed_handle(tf, (tf.int64, tf.int64), ([], [])),
    "not_begun": lambda tf: _run(tf, tf.data.Iterator.from_structure(tf.int64, []).get_next()),
    "nothing": lambda tf: tf.data.Iterator(None, None, None, None, None),
    "eager": lambda tf: iter(tf.data.Dataset.range(2)),
}
OWN = {
    "abstract": lambda tf: tf.data.Dataset(),
    "no_tensor": lambda tf: _own(tf, _inputs=lambda _self: []),
    "no_inputs": lambda tf: _own(tf, _as_variant_tensor=lambda _self: None),
    "too_early": lambda tf: _own(tf, _inputs=lambda _self: [], _as_variant_tensor=lambda self: self.later),
}
SPECS = {
    "number": lambda tf: tf.TensorSpec.from_tensor(3),
    "dtype": lambda tf: tf.TensorSpec([2], "foo"),
    "set": lambda tf: setattr(tf.TensorSpec([2]), "shape", [3]),
    "joint": lambda tf: tf.TensorSpec([2]).most_specific_compatible_type(tf.TensorSpec([2], tf.int32)),
}
OPTIONS = {
    "no_threads": lambda tf: _set(tf, "private_threadpool_size", 0),
    "negative": lambda tf: _set(tf, "max_intra_op_parallelism", -1),
    "text": lambda tf: _set(tf, "private_threadpool_size", "x"),
    "unknown": lambda tf: _set(tf, "size", 3),
    "number_as_bool": lambda tf: setattr(tf.data.Options(), "experimental_deterministic", 3),
    "none": lambda tf: setattr(tf.data.Options().experimental_optimization, "filter_fusion", None),
}
WINDOWS = {
    "both": lambda tf: tf.contrib.data.sliding_window_batch(2, 1, window_shift=2),
    "shapes": lambda tf: _shaped(tf, tf.data.Dataset.range(3).batch(2), tf.TensorShape([2, 2])),
    "rank": lambda tf: _shaped(tf, tf.data.Dataset.range(3), tf.TensorShape([2])),
    "nesting": lambda tf: _shaped(tf, tf.data.Dataset.from_tensors((1, 2)), (tf.TensorShape([]),)),
}
