"""Mistakes with resource variables, partitioned variables and the older functions around variables."""

from __future__ import annotations

import numpy as np


def _w(tf, value=(1.0, 2.0, 3.0), **options):
    return tf.Variable(list(value) if isinstance(value, tuple) else value, use_resource=True, name="w", **options)


def _run(tf, make, feeds=None, initialize=True, **options):
    v = _w(tf, **options)
    fetches = make(v)
    with tf.Session() as session:
        if initialize:
            session.run(v.initializer)
        return session.run(fetches, feeds)


def _empty(tf, make, others=False, **options):
    """Nothing is initialized, or all but `w`."""
    v = _w(tf, **options)
    other = tf.Variable(1.0, use_resource=True, name="other")
    fetches = make(v)
    with tf.Session() as session:
        if others:
            session.run(other.initializer)
        return session.run(fetches)


def _gradient(tf, v):
    return tf.train.GradientDescentOptimizer(0.1).apply_gradients([(tf.constant([1.0, 1.0, 1.0]), v)])


EMPTY = {
    "fetched": lambda tf: _empty(tf, lambda v: v),
    "used": lambda tf: _empty(tf, lambda v: v * 2.0),
    "used_beside_another": lambda tf: _empty(tf, lambda v: v * 2.0, others=True),
    "added_to": lambda tf: _empty(tf, lambda v: v.assign_add([1.0, 1.0, 1.0])),
    "added_to_beside_another": lambda tf: _empty(tf, lambda v: v.assign_add([1.0, 1.0, 1.0]), others=True),
    "gathered": lambda tf: _empty(tf, lambda v: tf.gather(v, [0])),
    "gathered_nd": lambda tf: _empty(tf, lambda v: tf.gather_nd(v, [[0]])),
    "scattered": lambda tf: _empty(tf, lambda v: tf.scatter_add(v, [0], [1.0])),
    "scattered_nd": lambda tf: _empty(tf, lambda v: tf.scatter_nd_add(v, [[0]], [1.0])),
    "slice_assigned": lambda tf: _empty(tf, lambda v: v[0:1].assign([1.0])),
    "counted": lambda tf: _empty(tf, lambda v: v.count_up_to(3), value=0),
    "trained": lambda tf: _empty(tf, lambda v: _gradient(tf, v)),
    "in_a_branch": lambda tf: _empty(tf, lambda v: tf.cond(tf.constant(True), lambda: v * 1.0, lambda: v * 2.0)),
    "asserted": lambda tf: _empty(tf, lambda v: tf.assert_variables_initialized([v])),
}

RUNS = {
    "gather_outside": lambda tf: _run(tf, lambda v: tf.gather(v, [5])),
    "gather_nd_outside": lambda tf: _run(tf, lambda v: tf.gather_nd(v, [[5]])),
    "scatter_outside": lambda tf: _run(tf, lambda v: tf.scatter_add(v, [5], [1.0])),
    "scatter_nd_outside": lambda tf: _run(tf, lambda v: tf.scatter_nd_update(v, [[5]], [1.0])),
    "slice_of_other_shape": lambda tf: _run(tf, lambda v: v[0:2].assign([1.0])),
    "limit_reached": lambda tf: _run(tf, lambda v: v.count_up_to(3), value=3),
    "add_other_shape": lambda tf: _fed(tf, lambda v, x: v.assign_add(x)),
    "scatter_other_shape": lambda tf: _fed(tf, lambda v, x: tf.scatter_add(v, [0, 1], x)),
}


def _fed(tf, make):
    x = tf.placeholder(tf.float32, None)
    return _run(tf, lambda v: make(v, x), {x: [1.0]})


BUILDING = {
    "assign_other_shape": lambda tf: _w(tf).assign([1.0]),
    "assign_other_dtype": lambda tf: _w(tf).assign(tf.constant([1, 2, 3])),
    "assign_function_other_shape": lambda tf: tf.assign(_w(tf), [1.0], validate_shape=False),
    "add_other_shape": lambda tf: _w(tf).assign_add([1.0]),
    "scatter_other_shape": lambda tf: tf.scatter_add(_w(tf), [0, 1], [1.0]),
    "scatter_nd_other_shape": lambda tf: tf.scatter_nd_add(_w(tf), [[0], [1]], [1.0]),
    "scatter_no_slices": lambda tf: _w(tf).scatter_add(1.0),
    "gather_scalar": lambda tf: tf.gather(_w(tf, 1.0), [0]),
    "count_floats": lambda tf: _w(tf).count_up_to(3),
    "count_rows": lambda tf: _w(tf, (1, 2)).count_up_to(3),
    "set_shape": lambda tf: _w(tf).set_shape([3]),
    "plus_equals": lambda tf: _w(tf).__iadd__(1.0),
    "minus_equals": lambda tf: _w(tf).__isub__(1.0),
    "times_equals": lambda tf: _w(tf).__imul__(1.0),
    "divide_equals": lambda tf: _w(tf).__itruediv__(1.0),
    "power_equals": lambda tf: _w(tf).__ipow__(1.0),
    "iterated": lambda tf: list(_w(tf)),
    "numpy": lambda tf: _w(tf).numpy(),
    "bool": lambda tf: bool(_w(tf, True)),
    "add_other_dtype": lambda tf: tf.add(_w(tf), tf.constant(1)),
    "convert_other_dtype": lambda tf: tf.convert_to_tensor(_w(tf), tf.int32),
    "shape_too_small": lambda tf: tf.Variable([1.0], shape=[2], use_resource=True),
    "expected_shape_is_not_asked": lambda tf: tf.Variable([1.0], expected_shape=[2], use_resource=True),
    "nothing": lambda tf: tf.Variable(use_resource=True),
    "collections_text": lambda tf: _w(tf, collections="mine"),
    "constraint_text": lambda tf: _w(tf, constraint="positive"),
    "unknown_shape_is_fine": lambda tf: tf.Variable(tf.placeholder(tf.float32), use_resource=True),
    "in_a_branch": lambda tf: tf.cond(
        tf.constant(True),
        lambda: tf.Variable(tf.constant(1.0) * 2.0, use_resource=True) + 1.0,
        lambda: tf.constant(1.0),
    ),
    "reference_wanted": lambda tf: tf.gradients(_w(tf)._ref(), _w(tf)),
    "get_twice": lambda tf: [tf.get_variable("v", [1], use_resource=True) for _ in range(2)],
    "sparse_read_of_reference": lambda tf: tf.Variable([1.0]).sparse_read([0]),
}


def _two(tf, first, second):
    make = {None: lambda: tf.get_variable("w", [4, 2]), "floats": lambda: tf.get_variable("w", [4, 2], tf.float64)}
    for part in (first, second):
        if part in make:
            made = make[part]()
        else:
            made = tf.get_variable("w", [4, 2], partitioner=tf.fixed_size_partitioner(part))
    return made


def _shared(tf, **options):
    part = tf.fixed_size_partitioner(2)
    tf.get_variable("w", [4, 2], partitioner=part)
    with tf.variable_scope("", reuse=True):
        return tf.get_variable("w", partitioner=part, **options)


def _asks(partitions):
    return lambda **_: partitions


def _cut(tf, partitioner, shape=(4, 2)):
    return tf.get_variable("w", None if shape is None else list(shape), partitioner=partitioner)


def _assigned(tf, value):
    return _cut(tf, tf.fixed_size_partitioner(2)).assign(value)


PIECES = {
    "no_function": lambda tf: _cut(tf, 3),
    "number": lambda tf: _cut(tf, _asks(2)),
    "too_few_axes": lambda tf: _cut(tf, _asks([2])),
    "none": lambda tf: _cut(tf, _asks([0, 1])),
    "two_axes": lambda tf: _cut(tf, _asks([2, 2])),
    "no_shape": lambda tf: _cut(tf, tf.fixed_size_partitioner(2), None),
    "open_shape": lambda tf: _cut(tf, tf.fixed_size_partitioner(2), [None, 2]),
    "twice": lambda tf: _two(tf, 2, 2),
    "then_whole": lambda tf: _two(tf, 2, None),
    "whole_then": lambda tf: _two(tf, None, 2),
    "shared": lambda tf: _shared(tf, shape=[4, 2]),
    "shared_other_shape": lambda tf: _shared(tf, shape=[4, 3]),
    "shared_other_dtype": lambda tf: _shared(tf, shape=[4, 2], dtype=tf.float64),
    "bytes": lambda tf: tf.variable_axis_size_partitioner(0),
    "shards": lambda tf: tf.variable_axis_size_partitioner(1, max_shards=-1),
    "axis": lambda tf: _cut(tf, tf.min_max_variable_partitioner(axis=2)),
    "create_shape": lambda tf: tf.create_partitioned_variables([4], [2, 1], tf.zeros_initializer()),
    "create_scalar": lambda tf: tf.create_partitioned_variables([], [], tf.zeros_initializer()),
    "array_initializer": lambda tf: tf.get_variable(
        "w", [4, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.constant_initializer(np.arange(8.0))
    ),
    "value_and_shape": lambda tf: tf.get_variable(
        "w", [4], partitioner=tf.fixed_size_partitioner(2), initializer=tf.constant([1.0, 2.0, 3.0, 4.0])
    ),
    "list_initializer": lambda tf: tf.get_variable(
        "w", partitioner=tf.fixed_size_partitioner(2), initializer=[1.0, 2.0]
    ),
    "assign_too_few": lambda tf: _assigned(tf, [np.zeros([2, 2], np.float32)]),
    "assign_other_shape": lambda tf: _assigned(tf, np.zeros([3, 2], np.float32)),
    "add": lambda tf: _cut(tf, tf.fixed_size_partitioner(2)) + 1.0,
    "convert_other_dtype": lambda tf: tf.convert_to_tensor(_cut(tf, tf.fixed_size_partitioner(2)), tf.int32),
}


def reuse_other_partitions(tf):
    _cut(tf, tf.fixed_size_partitioner(2))
    with tf.variable_scope("", reuse=True):
        _cut(tf, tf.fixed_size_partitioner(4))


def reuse_missing_pieces(tf):
    with tf.variable_scope("s", reuse=True):
        _cut(tf, tf.fixed_size_partitioner(4))


def create_with_custom_getter(tf):
    with tf.variable_scope("s", custom_getter=lambda getter, *args, **kwargs: getter(*args, **kwargs)):
        try:
            tf.create_partitioned_variables([4], [2], tf.zeros_initializer(), name="w")
        except ValueError as error:
            raise ValueError(str(error).partition("getter: <")[0]) from None


FOUND = {
    "unique_missing": lambda tf: tf.contrib.framework.get_unique_variable("q"),
    "unique_prefix": lambda tf: [tf.Variable(1.0, name="s/a"), tf.contrib.framework.get_unique_variable("s")],
    "include_text": lambda tf: tf.contrib.framework.get_variables_to_restore("s"),
    "exclude_text": lambda tf: tf.contrib.framework.get_variables_to_restore(None, "s"),
    "assign_missing": lambda tf: tf.contrib.framework.assign_from_values({"q": np.zeros([])}),
}
