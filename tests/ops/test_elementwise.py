"""Elementwise ops where a few cases cannot show it: all integers, all shapes, all bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import flowgraph as tf
from flowgraph.ops.broadcast import stretched_axes

INTS = st.integers(-(2**31) + 1, 2**31 - 1)
FLOATS = st.floats(width=32)


def run(build, *arrays):
    """The value of `build` of tensors that are fed these arrays."""
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = [tf.placeholder(tf.as_dtype(array.dtype), array.shape) for array in arrays]
        return session.run(build(*tensors), dict(zip(tensors, arrays)))


# -- broadcasting ------------------------------------------------------------------------------------------


@given(hnp.mutually_broadcastable_shapes(num_shapes=2))
def test_summing_over_stretched_axes_undoes_a_broadcast(shapes):
    whole = np.ones(shapes.result_shape)
    for shape, axes in zip(shapes.input_shapes, stretched_axes(*shapes.input_shapes)):
        summed = whole.sum(axis=tuple(axes))
        assert summed.size == np.ones(shape).size
        assert summed.sum() == whole.size


def test_shapes_that_do_not_broadcast():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Incompatible shapes: \[2,3\] vs. \[4\]"):
        stretched_axes((2, 3), (4,))


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
def test_gradients_have_the_shapes_of_their_inputs(shapes):
    """Whatever is known of them while building."""
    arrays = [np.ones(shape, np.float32) for shape in shapes.input_shapes]
    for known in (True, False):
        with tf.Graph().as_default(), tf.Session() as session:
            x, y = (tf.placeholder(tf.float32, shape if known else None) for shape in shapes.input_shapes)
            for function in (tf.add, tf.subtract, tf.multiply, tf.divide, tf.maximum):
                grads = session.run(tf.gradients(function(x, y), [x, y]), dict(zip([x, y], arrays)))
                assert [grad.shape for grad in grads] == list(shapes.input_shapes)


# -- division ----------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(INTS, INTS.filter(bool)), min_size=1, max_size=8))
def test_integer_division(pairs):
    x, y = (np.array(side, np.int32) for side in zip(*pairs))
    floors, floor_rests, truncated, truncated_rests = run(
        lambda x, y: [x // y, x % y, tf.truncatediv(x, y), tf.truncatemod(x, y)], x, y
    )
    for a, b, floor, floor_rest, quotient, rest in zip(
        x.tolist(), y.tolist(), floors, floor_rests, truncated, truncated_rests
    ):
        assert (floor, floor_rest) == divmod(a, b)
        assert quotient == abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        assert rest == a - quotient * b


@pytest.mark.parametrize("function", [tf.floordiv, tf.div, tf.floormod, tf.mod, tf.truncatediv, tf.truncatemod])
def test_integer_division_by_zero(function):
    error, line = tf.errors.InvalidArgumentError, "Integer division by zero"
    if function in (tf.truncatediv, tf.truncatemod):  # TF forgot to tell these what such an error means
        error, line = tf.errors.InternalError, "Unexpected error in binary operator"
    with pytest.raises(error, match=line):
        run(function, np.array([1, 2], np.int32), np.array([1, 0], np.int32))
    assert run(function, np.zeros(0, np.int32), np.array(0, np.int32)).shape == (0,)


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=8))
def test_float_division(pairs):
    x, y = (np.array(side, np.float32) for side in zip(*pairs))
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(run(tf.floordiv, x, y), np.floor(x / y))
        np.testing.assert_array_equal(run(tf.truncatemod, x, y), np.fmod(x, y))
        no_nan = run(tf.div_no_nan, x, y)
        np.testing.assert_array_equal(no_nan, np.where(y == 0, 0, x / y))


def test_integer_powers():
    assert run(tf.pow, np.array([3, -2, 0], np.int32), np.array([4, 3, 0], np.int32)).tolist() == [81, -8, 1]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integers to negative integer powers"):
        run(tf.pow, np.array([1], np.int32), np.array([-1], np.int32))


# -- the larger and the smaller ----------------------------------------------------------------------------


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=40))
def test_extremes_compare_with_less(pairs):
    """TensorFlow computes `x < y ? y : x` and `y < x ? y : x`, which decides what becomes of nan."""
    x, y = (np.array(side, np.float32) for side in zip(*pairs))
    np.testing.assert_array_equal(run(tf.maximum, x, y), np.where(x < y, y, x))
    np.testing.assert_array_equal(run(tf.minimum, x, y), np.where(y < x, y, x))


# -- casts -------------------------------------------------------------------------------------------------


@given(hnp.arrays(np.float32, 6, elements=st.floats(-6e4, 6e4, width=32)))
def test_truncating_casts_never_grow(x):
    from flowgraph.ir.emit import emit
    from flowgraph.ops.cast import CAST

    cut = run(lambda t: emit(CAST, t, DstT=tf.float16, Truncate=True), x).astype(np.float32)
    rounded = x.astype(np.float16)
    assert (np.abs(cut) <= np.abs(x)).all()
    assert (np.abs(cut - x) < np.spacing(np.abs(rounded)).astype(np.float32) + 1e-30).all()


@given(hnp.arrays(np.float64, 5, elements=st.floats(allow_nan=False)))
def test_saturating_casts_stay_in_range(x):
    for dtype in (tf.uint8, tf.int8, tf.int16):
        result = run(lambda t, dtype=dtype: tf.saturate_cast(t, dtype), x)
        np.testing.assert_array_equal(result, np.trunc(np.clip(x, dtype.min, dtype.max)))


@given(hnp.arrays(np.uint8, (2, 8)))
def test_bitcasts_return(x):
    for dtype in (tf.int8, tf.uint64, tf.float64):
        back = run(lambda t, dtype=dtype: tf.bitcast(tf.bitcast(t, dtype), tf.uint8), x)
        np.testing.assert_array_equal(back, x)


def test_text_is_no_number():
    with pytest.raises(tf.errors.UnimplementedError, match="Cast string to float is not supported"):
        run(lambda x: tf.cast(x, tf.float32), np.array([b"1"], object))


# -- selection ---------------------------------------------------------------------------------------------


@given(hnp.arrays(np.int32, hnp.array_shapes(max_dims=4, max_side=4), elements=st.integers(0, 1)))
def test_where_finds_all(x):
    places = run(tf.where, x)
    assert places.dtype == np.int64
    np.testing.assert_array_equal(places, np.argwhere(x))


def test_select_does_not_broadcast():
    column, square = np.array([[True], [False]]), np.ones((2, 2), np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        c, x = tf.placeholder(tf.bool), tf.placeholder(tf.float32)
        with pytest.raises(tf.errors.InvalidArgumentError, match="must have the same size and shape"):
            session.run(tf.where(c, x, x), {c: column, x: square})
        assert session.run(tf.where_v2(c, x, -x), {c: column, x: square}).tolist() == [[1, 1], [-1, -1]]
