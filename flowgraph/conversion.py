"""Python and numpy values become arrays, by the rules of TF 1.15's `tf.constant`.

In short: a numpy array keeps its type unless told otherwise; Python's floats become float32 and its integers int32
where they fit; with a dtype given, Python values must fit it (no float for an int, no int for a bool), whereas numpy
arrays are cast to it; lists must be dense; text becomes bytes.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from . import dtype_table as dt
from .dimension import Dimension
from .dtype_table import DType, as_dtype
from .errors import explain

_PLAIN_TYPES = frozenset({bool, int, float, complex, str, bytes})
_NUMERIC = frozenset(dtype.np for dtype in map(as_dtype, range(1, 24)) if dtype.np.kind in "biufc")


def to_numpy(
    value: Any,
    dtype: Any = None,
    shape: Iterable[Any] | None = None,
    *,
    verify_shape: bool = False,
    allow_broadcast: bool = False,
) -> np.ndarray:
    """The array that TF 1.15's `tf.constant(value, dtype, shape)` would hold. It may be `value` itself, not a copy.

    With a `shape` of more entries than the value has, the last one is repeated; `verify_shape` asks for exactly that
    shape instead, `allow_broadcast` repeats single entries only. Strings are bytes in an object array.

    Raises TypeError for values that do not fit the dtype or have none, ValueError for None, for lists that are not
    dense and for more entries than the shape has, OverflowError for integers beyond 64 bits.

    >>> to_numpy([1, 2.5])
    array([1. , 2.5], dtype=float32)
    >>> to_numpy(7, shape=[2])
    array([7, 7], dtype=int32)
    >>> to_numpy(1.5, dt.int32)
    Traceback (most recent call last):
    TypeError: Expected int32, got 1.5 of type 'float' instead.
    """
    if dtype is not None and not isinstance(dtype, DType):
        dtype = as_dtype(dtype)
    if shape is None:
        return _to_array(value, dtype)
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    sizes = tuple(int(size) for size in shape)
    if prod(sizes) == 0 and not _is_array_like(value) and value is not None:
        return np.empty(sizes, np.float32 if dtype is None else dtype.np)
    array = _to_array(value, dtype)
    if verify_shape and array.shape != sizes:
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    if allow_broadcast and array.shape not in ((), (1,)) and array.size != prod(sizes):
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    return fill_to_shape(array, sizes)


def fill_to_shape(array: np.ndarray, sizes: tuple[int, ...]) -> np.ndarray:
    """Lay the entries out in a shape, repeating the last one; an empty array gives zeros (for strings, b'').

    >>> fill_to_shape(np.array([1, 2]), (2, 2))
    array([[1, 2],
           [2, 2]])
    """
    if array.shape == sizes:
        return array
    count = prod(sizes)
    if array.size > count:
        raise ValueError(f"Too many elements provided. Needed at most {count}, but received {array.size}")
    if array.size == count:
        return array.reshape(sizes)
    filled = np.zeros(count, array.dtype) if array.size == 0 else np.repeat(array.ravel()[-1:], count)
    if array.dtype == object and array.size == 0:
        filled[:] = b""
    filled[: array.size] = array.ravel()
    return filled.reshape(sizes)


def _to_array(value: Any, dtype: DType | None) -> np.ndarray:
    """Convert, with short cuts for the commonest values; the rules proper are in `_from_array` and `_from_python`."""
    kind = type(value)
    if kind is np.ndarray:
        if value.dtype in _NUMERIC and (dtype is None or value.dtype == dtype.np):
            return value
        return _from_array(value, dtype)
    if dtype is None:
        if kind is float:
            return np.array(value, np.float32)
        if kind is int and -(2**31) <= value < 2**31:
            return np.array(value, np.int32)
    elif kind is float and dtype.is_floating or kind is int and (dtype.is_integer or dtype.is_floating):
        try:
            return np.array(value, dtype.np)
        except OverflowError:
            return _from_python(value, dtype)
    if _is_array_like(value):
        return _from_array(np.asarray(value), dtype)
    return _from_python(value, dtype)


def _is_array_like(value: Any) -> bool:
    """Whether numpy takes the object for an array: pandas', `array.array`, bytearray ... but never a symbolic tensor."""
    kind = type(value)
    if kind in _PLAIN_TYPES or kind is list or kind is tuple or _is_symbolic(kind):
        return False
    if callable(getattr(value, "__array__", None)) or isinstance(getattr(value, "__array_interface__", None), dict):
        return True
    try:
        memoryview(value)
    except TypeError:
        return False
    return not isinstance(value, bytes)


def _is_symbolic(kind: type) -> bool:
    """Whether objects of this type stand for values that exist only while a graph runs.

    `Tensor` lives floors above, so it is known here by an attribute of its class.
    """
    return getattr(kind, "is_symbolic_tensor", False) is True


def _from_array(array: np.ndarray, dtype: DType | None) -> np.ndarray:
    """Cast an array to a dtype; without one keep its type, after checking that tensors can have it."""
    if dtype is None:
        dtype = as_dtype(array.dtype)
    elif not dtype.is_numpy_compatible:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {_text(array)}")
    if dtype.base_dtype is dt.string:
        return _strings(array.astype(object))
    if array.dtype == dtype.np:
        return array.astype(dtype.np, copy=False)
    try:
        with np.errstate(all="ignore"):
            return array.astype(dtype.np)
    except ValueError as error:
        raise ValueError(str(error).replace("np.str_(", "").replace("np.bytes_(", "").replace(")", "")) from None


def _strings(array: np.ndarray) -> np.ndarray:
    """An object array of str and bytes as one of bytes; TypeError for other entries."""
    result = np.empty(array.shape, object)
    result.ravel()[:] = [_as_bytes(entry) for entry in array.ravel()]
    return result


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise TypeError(f"Expected binary or unicode string, got {value!r}")


def _from_python(value: Any, dtype: DType | None) -> np.ndarray:
    """Convert Python scalars and nested lists."""
    if value is None:
        raise ValueError("None values not supported.")
    _check_entries(value, dtype)
    if dtype is not None and dtype.is_quantized:
        name = dtype.base_dtype.name
        return np.array(value, dtype.as_numpy_dtype)[name]
    array = _nested(value, dtype)
    wanted = _dense_shape(value)
    if list(array.shape) != wanted:
        text = f"Argument must be a dense tensor: {_text(value)} - got shape {list(array.shape)}, but wanted {wanted}."
        raise ValueError(text)
    if dtype is None:
        array = _prefer_32_bits(array)
    if array.dtype.kind in "OUS":
        return _strings_of_list(value, array, dtype)
    found = as_dtype(array.dtype)
    if dtype is not None and dtype.base_dtype is not found:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {_text(value)}")
    return array


def _nested(value: Any, dtype: DType | None) -> np.ndarray:
    """`np.array` of nested lists, as numpy 1.18 made it: integers wrap around, ragged lists make object arrays."""
    target = dtype.np if dtype is not None and dtype.is_numpy_compatible else None
    if target is None and isinstance(_first_entry(value), (str, bytes)):
        target = np.dtype(object)
    try:
        with np.errstate(all="ignore"):
            return np.array(value, target)
    except OverflowError:
        if target is None or target.kind not in "iu":
            raise
        return np.array(value, np.int64).astype(target)
    except ValueError as error:
        if target is None:
            return np.array(value, object)
        first_line = "setting an array element with a sequence."
        if not str(error).startswith(first_line):
            raise
        text = explain(first_line, details=[f"Argument must be a dense tensor: {_text(value)}"])
        raise ValueError(text) from None


def _prefer_32_bits(array: np.ndarray) -> np.ndarray:
    """float64 becomes float32; int64 becomes int32 where every value fits."""
    if array.dtype == np.float64:
        with np.errstate(all="ignore"):
            return array.astype(np.float32)
    if array.dtype == np.int64:
        short = array.astype(np.int32)
        return short if np.array_equal(short, array) else array
    return array


def _strings_of_list(value: Any, array: np.ndarray, dtype: DType | None) -> np.ndarray:
    """Bytes for the entries of a list; anything numpy had no better type for ends here as well, and fails."""
    if dtype is not None and dtype.base_dtype is not dt.string:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {_text(value)}")
    entries = [value] if array.ndim == 0 else list(_entries(value))
    result = np.empty(array.shape, object)
    try:
        result.ravel()[:] = [_as_bytes(entry) for entry in entries]
    except TypeError:
        raise TypeError(
            f"Failed to convert object of type {type(value)} to Tensor. Contents: {_text(value)}. "
            "Consider casting elements to a supported type."
        ) from None
    return result


def _first_entry(value: Any) -> Any:
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value


def _dense_shape(value: Any) -> list[int]:
    """The shape of nested lists, judged by the first entry of each."""
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return shape


def _entries(value: Any) -> Iterable[Any]:
    """What nested lists, and dicts in them, hold: the entries that are none of these."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _entries(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _entries(value[key])
    else:
        yield value


_INTEGERS = (numbers.Integral, np.integer, Dimension)
_REALS = (numbers.Real, np.integer, np.floating)
_COMPLEX = (numbers.Complex, np.number)


def _check_entries(value: Any, dtype: DType | None) -> None:
    """Raise TypeError for the first Python value that does not fit the dtype."""
    if dtype is None or not dtype.is_numpy_compatible:
        if any(_is_symbolic(type(entry)) for entry in _unlike(value, _PLAIN_TYPES)):
            raise TypeError("List of Tensors when single Tensor expected" if dtype is None else _misfit(dtype, value))
        return
    if dtype.is_quantized:
        misfits = _quantized_misfits(value)
    else:
        fitting = _fitting_types(dtype)
        misfits = (entry for entry in _unlike(value, fitting) if not isinstance(entry, fitting))
    for entry in misfits:
        raise TypeError(_misfit(dtype, entry))


def _fitting_types(dtype: DType) -> tuple[Any, ...]:
    if dtype.is_floating:
        return float, int, *_REALS
    if dtype.is_integer:
        return int, *_INTEGERS
    if dtype.is_complex:
        return complex, float, int, *_COMPLEX
    return (bool,) if dtype.is_bool else (str, bytes)


def _unlike(value: Any, types: Any) -> Iterable[Any]:
    """The entries of nested lists whose exact type is not among `types`; a list of known types costs one pass."""
    if isinstance(value, (list, tuple)):
        if not set(map(type, value)).issubset(types):
            for item in value:
                yield from _unlike(item, types)
    elif type(value) not in types:
        yield from _entries(value)


def _quantized_misfits(value: Any) -> Iterable[Any]:
    """Quantized values are given as tuples of integers, in lists."""
    if isinstance(value, list):
        for item in value:
            yield from _quantized_misfits(item)
    elif isinstance(value, tuple):
        yield from (entry for entry in _entries(value) if not isinstance(entry, _INTEGERS))
    else:
        yield value


def _misfit(dtype: DType, entry: Any) -> str:
    kind = "bool_" if isinstance(entry, np.bool_) else type(entry).__name__
    return f"Expected {dtype.name}, got {_text(entry, repr)} of type '{kind}' instead."


def _text(value: Any, form: Any = str) -> str:
    """A value as numpy 1 printed it: `1.5`, not `np.float32(1.5)`."""
    with np.printoptions(legacy="1.21"):
        return form(value)
