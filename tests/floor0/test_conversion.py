from __future__ import annotations

import itertools

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from flowgraph import dtypes
from flowgraph.dtypes import to_numpy

NUMERIC = [dtypes.as_dtype(number) for number in range(1, 24) if dtypes.as_dtype(number).np.kind in "biufcV"]
FLOATS = [dtype for dtype in NUMERIC if dtype.is_floating]
INTEGERS = [dtype for dtype in NUMERIC if dtype.is_integer]


class FakeTensor:
    is_symbolic_tensor = True

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("a symbolic tensor has no value to look at")

    def __repr__(self):
        return "<tensor>"


@pytest.mark.parametrize("value", [FakeTensor(), [FakeTensor()], [[1.0], [FakeTensor()]]])
def test_symbolic_tensors_are_refused_untouched(value):
    with pytest.raises(TypeError, match=r"^List of Tensors when single Tensor expected$"):
        to_numpy(value)
    with pytest.raises(TypeError, match=r"^Expected float32, got <tensor> of type 'FakeTensor' instead\.$"):
        to_numpy(value, dtypes.float32)
    with pytest.raises(TypeError, match=r"^Expected variant, got <tensor> of type 'FakeTensor' instead\.$"):
        to_numpy(value, dtypes.variant)


@pytest.mark.parametrize("dtype", NUMERIC, ids=lambda dtype: dtype.name)
def test_an_array_of_the_right_type_is_not_copied(dtype):
    array = np.ones((2, 3), dtype.np)
    assert to_numpy(array, dtype) is array
    assert to_numpy(array, dtype._as_ref) is array
    assert np.shares_memory(to_numpy(array), array)
    assert to_numpy(array, dtype, [3, 2]).shape == (3, 2)


@pytest.mark.parametrize(("source", "target"), [*itertools.product(NUMERIC, NUMERIC)], ids=lambda d: d.name)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")  # TF's users get this one too
def test_arrays_are_cast(source, target):
    array = np.array([0, 1, 2, 100]).astype(source.np)
    result = to_numpy(array, target)
    assert result.dtype == target.np
    np.testing.assert_array_equal(result, array.astype(target.np))


@given(st.integers(-300, 70000))
def test_python_integers_become_what_numpy_makes_of_them(value):
    for dtype in INTEGERS:
        result = to_numpy(value, dtype)
        assert result.dtype == dtype.np
        assert result.shape == ()
        assert result == np.array(value).astype(dtype.np)  # wrapping around, as numpy 1.18 did
        assert to_numpy([value], dtype) == result


@given(st.floats(allow_subnormal=False) | st.integers(-(2**100), 2**100))
def test_python_numbers_become_floats(value):
    for dtype in FLOATS:
        with np.errstate(all="ignore"):
            expected = np.float64(value).astype(dtype.np)
        for result in (to_numpy(value, dtype), to_numpy([[value]], dtype)[0, 0]):
            assert result.dtype == dtype.np
            # as float64, because numpy does not take bfloat16's nan for one
            np.testing.assert_array_equal(result.astype(np.float64), expected.astype(np.float64))


@given(hnp.arrays(st.sampled_from([np.float64, np.int64, np.bool_]), hnp.array_shapes(min_side=0)))
def test_nested_lists_become_arrays_of_32_bits(array):
    result = to_numpy(array.tolist())
    if 0 in array.shape:  # what is inside an empty list leaves no trace
        assert result.size == 0
        return
    assert result.shape == array.shape
    if array.dtype == np.int64:
        fits = (array.astype(np.int32) == array).all()
        assert result.dtype == (np.int32 if fits else np.int64)
        np.testing.assert_array_equal(result, array)
    else:
        with np.errstate(all="ignore"):
            expected = array.astype({"f": np.float32, "b": np.bool_}[array.dtype.kind])
        assert result.dtype == expected.dtype
        np.testing.assert_array_equal(result, expected)


@given(st.lists(st.text() | st.binary(), min_size=1))
def test_strings_become_bytes(texts):
    expected = [text.encode() if isinstance(text, str) else text for text in texts]
    for value in (texts, [[text] for text in texts]):
        result = to_numpy(value)
        assert result.dtype == object
        assert result.ravel().tolist() == expected
        assert result.ravel().tolist() == to_numpy(value, dtypes.string).ravel().tolist()


@given(st.lists(st.integers(0, 9), max_size=6), st.lists(st.integers(0, 3), max_size=3))
def test_shapes_are_filled_with_the_last_entry(values, shape):
    count = int(np.prod(shape))
    array = np.array(values, np.int32)
    if len(values) > count:
        with pytest.raises(ValueError, match=f"^Too many elements provided. Needed at most {count}, but"):
            to_numpy(array, shape=shape)
        return
    padded = values + [values[-1] if values else 0] * (count - len(values))
    result = to_numpy(array, shape=shape)
    np.testing.assert_array_equal(result, np.reshape(padded, shape))
    if len(values) <= 1 and len(values) != count:
        assert not result.flags.writeable  # entries laid over each other: nobody may write there
    else:
        result[...] = 7


def test_broadcasting_needs_a_single_entry():
    assert to_numpy([4], shape=[2], allow_broadcast=True).tolist() == [4, 4]
    assert to_numpy([4, 5], shape=[2, 1], allow_broadcast=True).tolist() == [[4], [5]]
    with pytest.raises(TypeError, match=r"^Expected Tensor's shape: \(3,\), got \(2,\)\.$"):
        to_numpy([4, 5], shape=[3], allow_broadcast=True)
    with pytest.raises(ValueError, match="are not both allowed"):
        to_numpy(4, shape=[2], verify_shape=True, allow_broadcast=True)


def test_quantized_values_are_tuples_of_integers():
    result = to_numpy([[(1,), (2,)]], dtypes.qint8)
    assert result.dtype == np.int8
    assert result.tolist() == [[1, 2]]
    assert to_numpy((3,), dtypes.quint16).tolist() == 3


def test_ragged_lists_are_explained():
    with pytest.raises(ValueError, match=r"sequence\.\n\n  The lists .* \[\[1\], \[1, 2\]\]$"):
        to_numpy([[1], [1, 2]], dtypes.int32)


def test_arrays_from_files_in_the_other_byte_order_are_turned_round():
    result = to_numpy(np.array([1.5, 2.5], ">f4"))
    assert result.dtype == np.float32
    assert result.dtype.isnative
    assert result.tolist() == [1.5, 2.5]


def test_bfloat16_rounds_and_overflows_like_a_float():
    result = to_numpy([1.0, 1e39, 3], dtypes.bfloat16)
    assert result.dtype == ml_dtypes.bfloat16
    assert result.tolist() == [1.0, np.inf, 3.0]


def test_lists_of_dimensions_are_integers_when_asked():
    from flowgraph.shapes import TensorShape

    assert to_numpy(TensorShape([2, 3]).dims, dtypes.int64).tolist() == [2, 3]
    assert to_numpy(TensorShape([2, 3]).as_list()).dtype == np.int32
