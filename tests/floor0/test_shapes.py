from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgraph import shapes
from flowgraph.shapes import Dimension, TensorShape

SIZE = st.none() | st.integers(0, 4)
SIZES = st.none() | st.lists(SIZE, max_size=4).map(tuple)
FULL = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def described_by(sizes, partial):
    """Whether a tensor of `sizes` fits the description `partial`."""
    return partial is None or (len(sizes) == len(partial) and all(p in (None, s) for s, p in zip(sizes, partial)))


def refused(rule, a, b):
    try:
        rule(a, b)
    except ValueError:
        return True
    return False


@given(FULL, FULL)
def test_known_sizes_broadcast_as_numpys(a, b):
    try:
        expected = np.broadcast_shapes(a, b)
    except ValueError:
        assert refused(shapes.broadcast, a, b)
    else:
        assert shapes.broadcast(a, b) == expected


@given(SIZES, SIZES, st.data())
def test_broadcast_of_unknown_sizes_describes_every_outcome(a, b, data):
    if refused(shapes.broadcast, a, b):
        assert refused(shapes.broadcast, b, a)
        return
    result = shapes.broadcast(a, b)
    assert result == shapes.broadcast(b, a)

    def complete(sizes):
        if sizes is None:
            return data.draw(FULL)
        return tuple(data.draw(st.integers(0, 4)) if size is None else size for size in sizes)

    full_a, full_b = complete(a), complete(b)
    try:
        outcome = np.broadcast_shapes(full_a, full_b)
    except ValueError:
        return
    assert described_by(outcome, result)


@given(SIZES, SIZES)
def test_merge_keeps_what_either_knows(a, b):
    assert refused(shapes.merge, a, b) == (not shapes.compatible(a, b))
    if not shapes.compatible(a, b):
        return
    result = shapes.merge(a, b)
    assert result == shapes.merge(b, a)
    assert shapes.merge(a, result) == shapes.merge(b, result) == result
    if result is not None and None not in result:
        assert described_by(result, a)
        assert described_by(result, b)
    if a is not None and b is not None:
        assert result is not None
        assert result.count(None) == sum(x is None and y is None for x, y in zip(a, b))


@given(SIZES)
def test_a_tensor_shape_wraps_its_sizes(sizes):
    made, wrapped = TensorShape(sizes), TensorShape.of(sizes)
    assert made.sizes == wrapped.sizes == shapes.as_sizes(made) == shapes.as_sizes(sizes) == sizes
    assert repr(made) == repr(wrapped)
    assert str(made) == shapes.to_tuple_text(sizes)
    assert made.rank == made.ndims == (None if sizes is None else len(sizes))
    assert made.is_fully_defined() == shapes.is_full(sizes)
    assert made.num_elements() == shapes.num_elements(sizes)
    assert shapes.as_shape(made) is made
    assert pickle.loads(pickle.dumps(made)).sizes == copy.deepcopy(made).sizes == sizes


@given(SIZES, SIZES)
def test_shapes_are_equal_when_that_is_known(a, b):
    known = a == b and (a is None or None not in a)
    assert (TensorShape(a) == TensorShape(b)) == known
    assert (TensorShape(a) == b) == known
    if a is not None and b is not None:
        assert (TensorShape(a) != TensorShape(b)) == (not known)


@given(SIZES, st.slices(4))
def test_an_unknown_size_equals_itself(sizes, part):
    shape = TensorShape.of(sizes)
    assert shape == shape  # noqa: PLR0124  # that is the question
    if sizes is not None:
        assert shape[part] == shape[part]
        assert shape[part].sizes == sizes[part]
        assert shape == shape.concatenate([])


@given(SIZE, SIZE)
def test_dimensions_compute_like_numbers_where_known(x, y):
    for name in ("add", "sub", "mul", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne"):
        method = f"__{name}__"
        if x is None or y is None:
            expected = None
        elif y == 0 and name in ("floordiv", "mod"):
            continue
        else:
            expected = getattr(x, method)(y)
        if name == "sub" and expected is not None and expected < 0:
            with pytest.raises(ValueError, match=rf"^Dimension {expected} must be >= 0$"):
                _ = Dimension(x) - y
            continue
        for other in (y, Dimension(y)):
            assert shapes.dimension_value(getattr(Dimension(x), method)(other)) == expected


def test_unknown_shapes_of_every_kind():
    assert shapes.unknown_shape().sizes is None
    assert shapes.unknown_shape(2).sizes == shapes.unknown_shape(ndims=2).sizes == (None, None)
    assert shapes.unknown_shape(0).sizes == ()
    assert shapes.scalar().sizes == ()
    assert shapes.vector(None).sizes == (None,)
    assert shapes.matrix(2, None).sizes == (2, None)


def test_texts():
    assert shapes.to_text((None, 3)) == "[?,3]"
    assert shapes.to_text(None, "?") == "?"
    assert shapes.to_tuple_text((3,)) == "(3,)"


def test_dimensions_are_dimensions_again_after_copying():
    assert repr(pickle.loads(pickle.dumps(Dimension(3)))) == "Dimension(3)"
    assert copy.deepcopy(Dimension(None)).value is None


@given(SIZES)
def test_a_shape_and_its_message(sizes):
    message = TensorShape(sizes).as_proto()
    assert message.unknown_rank == (sizes is None)
    assert [dim.size for dim in message.dim] == [-1 if size is None else size for size in sizes or ()]
    assert TensorShape(message).sizes == sizes
