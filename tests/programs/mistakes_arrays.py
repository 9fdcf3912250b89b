"""Mistakes with TensorArrays, and with the functions that use them: map_fn, scan, foldl, foldr."""

from __future__ import annotations

import numpy as np


def _run(tf, fetches):
    with tf.Session() as session:
        return session.run(fetches)


def _array(tf, size=2, **options):
    return tf.TensorArray(tf.float32, size, **options)


def _late(tf, value, dtype="f"):
    """A tensor of which nothing is known while the graph is built."""
    return tf.placeholder_with_default(np.asarray(value, dtype), None)


def _two(tf, **options):
    return _array(tf, **options).write(0, 1.0)


def _uneven(tf):
    return _array(tf, infer_shape=False).write(0, [1.0]).write(1, [1.0, 2.0])


def _wrapped(tf):
    """The array of floats as one of integers."""
    array = _array(tf).write(0, [1.0])
    return tf.TensorArray(tf.int32, handle=array.handle, flow=array.flow)


MAKING = {
    "without_size": lambda tf: tf.TensorArray(tf.float32),
    "handle_and_size": lambda tf: _array(tf, handle=tf.constant(1)),
    "handle_and_name": lambda tf: tf.TensorArray(tf.float32, handle=tf.constant(1), tensor_array_name="x"),
    "handle_and_element_shape": lambda tf: tf.TensorArray(tf.float32, handle=tf.constant(1), element_shape=[]),
    "handle_and_dynamic_size": lambda tf: tf.TensorArray(tf.float32, handle=tf.constant(1), dynamic_size=True),
    "handle_and_clear_after_read": lambda tf: tf.TensorArray(tf.float32, handle=tf.constant(1), clear_after_read=False),
    "handle_no_tensor": lambda tf: tf.TensorArray(tf.float32, handle=3),
    "handle_without_flow": lambda tf: tf.TensorArray(tf.float32, handle=_array(tf).handle),
    "handle_of_wrong_dtype": lambda tf: tf.TensorArray(tf.float32, handle=tf.constant(1), flow=tf.constant(1.0)).read(
        0
    ),
    "dtype_unknown": lambda tf: tf.TensorArray("number", 2),
    "size_negative": lambda tf: _run(tf, _array(tf, -1).size()),
    "size_vector": lambda tf: _array(tf, [2]),
    "size_vector_late": lambda tf: _run(tf, _array(tf, _late(tf, [2], "i")).size()),
    "size_float": lambda tf: _array(tf, 2.0),
    "fetched": lambda tf: _run(tf, _array(tf)),
}

WRITING = {
    "twice": lambda tf: _run(tf, _two(tf).write(0, 2.0).flow),
    "twice_named": lambda tf: _run(tf, _two(tf, tensor_array_name="mine", name="array").write(0, 2.0).flow),
    "twice_in_scope": lambda tf: _run(tf, _two(tf, name="array").write(0, 2.0).flow),
    "beyond_the_end": lambda tf: _run(tf, _array(tf).write(2, 1.0).flow),
    "before_the_start": lambda tf: _run(tf, _array(tf).write(-1, 1.0).flow),
    "before_the_start_dynamic": lambda tf: _run(tf, _array(tf, dynamic_size=True).write(-1, 1.0).flow),
    "integers": lambda tf: _run(tf, _array(tf).write(0, tf.constant(1)).flow),
    "strings": lambda tf: _run(tf, _array(tf).write(0, "a").flow),
    "integers_scattered": lambda tf: _run(tf, _array(tf).scatter([0], tf.constant([1])).flow),
    "integers_split": lambda tf: _array(tf).split(tf.constant([1]), [1, 0]),
    "another_shape": lambda tf: _two(tf).write(1, [1.0, 2.0]),
    "another_shape_late": lambda tf: _run(
        tf, _array(tf).write(0, _late(tf, [1.0])).write(1, _late(tf, [1.0, 2.0])).flow
    ),
    "another_element_shape": lambda tf: _array(tf, element_shape=[3]).unstack([[1.0], [2.0]]),
    "another_element_shape_late": lambda tf: _run(
        tf, _array(tf, element_shape=[None, 3]).write(0, _late(tf, [1.0])).flow
    ),
    "index_vector": lambda tf: _array(tf).write([0], 1.0),
    "index_vector_late": lambda tf: _run(tf, _array(tf).write(_late(tf, [0], "i"), 1.0).flow),
    "index_float": lambda tf: _array(tf).write(0.5, 1.0),
    "index_int64": lambda tf: _array(tf).write(tf.constant(1, tf.int64), 1.0),
    "too_many_rows": lambda tf: _run(tf, _array(tf).unstack([1.0, 2.0, 3.0]).flow),
    "scattered_twice": lambda tf: _run(tf, _array(tf).scatter([0, 0], [1.0, 2.0]).flow),
    "scattered_before_the_start": lambda tf: _run(tf, _array(tf).scatter([0, -1], [1.0, 2.0]).flow),
    "scattered_uneven": lambda tf: _array(tf).scatter([0, 1], [1.0, 2.0, 3.0]),
    "scattered_uneven_late": lambda tf: _run(
        tf, _array(tf).scatter(_late(tf, [0, 1], "i"), _late(tf, [1.0, 2.0, 3.0])).flow
    ),
    "scattered_scalar": lambda tf: _array(tf).scatter([0], 1.0),
    "scattered_scalar_late": lambda tf: _run(tf, _array(tf).scatter(_late(tf, [0], "i"), _late(tf, 1.0)).flow),
    "scattered_at_a_scalar": lambda tf: _run(tf, _array(tf).scatter(_late(tf, 0, "i"), _late(tf, [1.0])).flow),
    "split_uneven": lambda tf: _run(tf, _array(tf, infer_shape=False).split([1.0, 2.0, 3.0], [1, 1]).flow),
    "split_too_much": lambda tf: _run(tf, _array(tf, infer_shape=False).split([1.0, 2.0, 3.0], [1, 1, 1]).flow),
    "split_too_little": lambda tf: _run(tf, _array(tf, 5, infer_shape=False).split([1.0, 2.0], [1, 1]).flow),
    "split_scalar": lambda tf: _run(tf, _array(tf, infer_shape=False).split(_late(tf, 1.0), [1, 0]).flow),
    "split_by_a_scalar": lambda tf: _run(
        tf, _array(tf, infer_shape=False).split(_late(tf, [1.0]), _late(tf, 1, "i")).flow
    ),
    "split_to_shapes_that_differ": lambda tf: _run(tf, _array(tf).split([1.0, 2.0, 3.0], [1, 2]).flow),
    "after_a_gradient": lambda tf: _run(tf, _after(tf, _array(tf, dynamic_size=True), _grad, _grow)),
    "after_reading": lambda tf: _run(tf, _after(tf, _two(tf), _read, lambda array: array.write(0, 2.0).flow)),
    "after_closing": lambda tf: _run(tf, _after(tf, _array(tf), _close, lambda array: array.write(0, 2.0).flow)),
}


def _after(tf, array, first, then):
    with tf.control_dependencies([array.flow]):
        done = first(array)
    with tf.control_dependencies([done]):
        return then(array)


def _grad(array):
    return array.grad("mine").flow


def _grow(array):
    return array.write(4, 1.0).flow


def _read(array):
    return array.read(0)


def _close(array):
    return array.close()


def _lie(tf, value, shape):
    """A tensor that has another shape than it was said to have."""
    tensor = tf.identity(_late(tf, value))
    tensor.set_shape(shape)
    return tensor


def _written_elsewhere(tf):
    array = _array(tf)
    array.write(0, [1.0, 2.0, 3.0])
    return array


READING = {
    "twice": lambda tf: _run(tf, [array.read(0) for array in [_two(tf)] * 2]),
    "unwritten": lambda tf: _run(tf, _array(tf).read(0)),
    "unwritten_of_partial_shape": lambda tf: _run(tf, _array(tf, element_shape=[2, None]).stack()),
    "unwritten_of_known_shape": lambda tf: _run(tf, _array(tf, element_shape=[2]).read(0)),
    "beyond_the_end": lambda tf: _run(tf, _two(tf).read(2)),
    "before_the_start": lambda tf: _run(tf, _two(tf).read(-1)),
    "gathered_twice": lambda tf: _run(tf, _two(tf).gather([0, 0])),
    "gathered_beyond_the_end": lambda tf: _run(tf, _two(tf).gather([0, 2])),
    "gathered_at_a_scalar": lambda tf: _two(tf).gather(1),
    "gathered_at_a_scalar_late": lambda tf: _run(tf, _two(tf).gather(_late(tf, 1, "i"))),
    "stacked_uneven": lambda tf: _run(tf, _uneven(tf).stack()),
    "stacked_empty": lambda tf: _run(tf, _array(tf, 0).stack()),
    "stacked_empty_of_known_shape": lambda tf: _run(tf, _array(tf, 0, element_shape=[2]).stack()),
    "stacked_empty_late": lambda tf: _run(tf, _array(tf, 0).unstack(_late(tf, np.zeros((0, 2)))).stack()),
    "chained_scalars": lambda tf: _run(tf, _array(tf, 1).write(0, 1.0).concat()),
    "chained_uneven": lambda tf: _run(
        tf, _array(tf, infer_shape=False).write(0, [[1.0]]).write(1, [[1.0, 2.0]]).concat()
    ),
    "chained_empty": lambda tf: _run(tf, _array(tf, 0).concat()),
    "index_vector_late": lambda tf: _run(tf, _two(tf).read(_late(tf, [0], "i"))),
    "index_string": lambda tf: _two(tf).read("first"),
    "another_dtype": lambda tf: _run(tf, _wrapped(tf).read(0)),
    "another_dtype_gathered": lambda tf: _run(tf, _wrapped(tf).gather([0])),
    "another_dtype_chained": lambda tf: _run(tf, _wrapped(tf).concat()),
    "after_closing": lambda tf: _run(tf, _after(tf, _two(tf), _close, lambda array: array.read(0))),
    "gathered_after_closing": lambda tf: _run(tf, _after(tf, _two(tf), _close, lambda array: array.gather([0]))),
    "size_after_closing": lambda tf: _run(tf, _after(tf, _two(tf), _close, lambda array: array.size())),
    "gradient_after_closing": lambda tf: _run(tf, _after(tf, _two(tf), _close, _grad)),
    "another_shape_than_was_said": lambda tf: _run(tf, _array(tf, 1).write(0, _lie(tf, [1.0, 2.0], [3])).stack()),
    "another_rank_than_was_said": lambda tf: _run(tf, _array(tf, 1).write(0, _lie(tf, [1.0], [3, None])).stack()),
    "another_shape_than_was_said_chained": lambda tf: _run(
        tf, _array(tf, 1).write(0, _lie(tf, [[1.0, 2.0]], [1, 3])).concat()
    ),
    "shape_known_from_a_write_elsewhere": lambda tf: _run(tf, _written_elsewhere(tf).stack()),
    "no_zeros_for_strings": lambda tf: _run(tf, tf.TensorArray(tf.string, 2, element_shape=[]).read(0)),
}

GRADIENTS = {
    "name_without_gradients": lambda tf: tf.gradients(_two(tf).read(0), tf.constant(1.0), name="slopes"),
    "name_without_gradients_on_the_way": lambda tf: _slope(tf, name="slopes"),
    "unwritten": lambda tf: _run(tf, _array(tf, infer_shape=False).write(0, [1.0]).grad("g").read(1)),
    "another_shape": lambda tf: _run(tf, _array(tf).write(0, [1.0]).grad("g").write(0, _late(tf, [1.0, 2.0])).flow),
    "sum_of_shapes_that_differ": lambda tf: _run(
        tf, _array(tf, infer_shape=False).write(0, [1.0]).grad("g").write(0, [1.0, 2.0]).flow
    ),
    "sum_of_bools": lambda tf: _run(
        tf, tf.TensorArray(tf.bool, 1).write(0, True).grad("g").write(0, True).write(0, True).flow
    ),
}


def _slope(tf, **options):
    x = tf.constant(1.0)
    return tf.gradients(_array(tf).write(0, x).read(0), x, **options)


MAPPING = {
    "no_function": lambda tf: tf.map_fn(3, [3.0]),
    "scalar": lambda tf: tf.map_fn(lambda x: x, 3.0),
    "scalars": lambda tf: tf.map_fn(lambda x: x, (tf.constant(1.0), tf.constant(2.0))),
    "another_structure": lambda tf: tf.map_fn(lambda x: (x, x), tf.constant([1.0])),
    "a_structure_of_no_dtypes": lambda tf: tf.map_fn(lambda x: x, (tf.zeros([2]), tf.zeros([2])), dtype=tf.float32),
    "nothing": lambda tf: tf.map_fn(lambda x: None, tf.constant([1.0])),
    "uneven_rows": lambda tf: tf.map_fn(lambda x: x[0], (tf.zeros([3]), tf.zeros([4])), dtype=tf.float32),
    "item_of_scalar": lambda tf: tf.map_fn(lambda x: x[0], [1.0, 2.0]),
}

SCANNING = {
    "no_function": lambda tf: tf.scan(3, [3.0]),
    "scalar": lambda tf: tf.scan(lambda total, x: total, tf.zeros([])),
    "another_structure": lambda tf: tf.scan(lambda total, x: (total, x), tf.zeros([3])),
    "uneven_rows": lambda tf: tf.scan(lambda total, x: total, (tf.zeros([3]), tf.zeros([4])), initializer=(0.0, 1.0)),
    "another_dtype": lambda tf: tf.scan(lambda total, x: tf.cast(total, tf.int32), tf.zeros([3])),
    "growing": lambda tf: tf.scan(lambda total, x: tf.concat([total, x], 0), tf.zeros([3, 2])),
}

FOLDING = {
    "no_function": lambda tf: tf.foldl(3, [3.0]),
    "no_function_from_the_right": lambda tf: tf.foldr(None, [3.0]),
    "scalar": lambda tf: tf.foldl(lambda total, x: total, tf.zeros([])),
    "growing": lambda tf: tf.foldr(lambda total, x: tf.concat([total, x], 0), tf.zeros([3, 2])),
    "another_dtype": lambda tf: tf.foldl(lambda total, x: 1, tf.zeros([3])),
}
