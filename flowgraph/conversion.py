"""Python and numpy values become arrays, by the rules of TF 1.15's `tf.constant`.

In short: a numpy array keeps its type unless told otherwise; Python's floats become float32, and its integers
int32 where they fit; with a dtype given, Python values must suit it (no float for an int, no int for a bool),
whereas numpy arrays are cast to it; lists must be dense; text becomes bytes.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from flowgraph.dimension import Dimension
from flowgraph.dtype_table import DType, as_dtype, bfloat16, string
from flowgraph.errors import explain

_PYTHON_TYPES = frozenset({bool, int, float, complex, str, bytes})
_ALL = [as_dtype(number) for number in range(1, 24)]
_NUMERIC = frozenset(dtype.np for dtype in _ALL if dtype is not bfloat16 and dtype.np.kind in "biufc")
_WIDE = frozenset(
    dtype for dtype in _ALL if dtype.is_floating or (dtype.is_integer and not dtype.is_unsigned and dtype.size > 2)
)
"""The types that hold every integer up to 60000, and every such float if they hold floats at all."""
_INTEGERS = (numbers.Integral, np.integer, Dimension)
_REALS = (numbers.Real, np.integer, np.floating)
_COMPLEX = (numbers.Complex, np.number)


def to_numpy(
    value: Any,
    dtype: Any = None,
    shape: Iterable[Any] | None = None,
    verify_shape: bool = False,
    allow_broadcast: bool = False,
) -> np.ndarray:
    """The array that TF 1.15's `tf.constant(value, dtype, shape)` holds: perhaps `value` itself, not a copy.

    A value with fewer entries than `shape` is filled up with its last one; `verify_shape` asks for exactly
    that shape instead, `allow_broadcast` fills up from single entries only. Strings are bytes in an object
    array, quantized values (given as tuples) plain integers.

    Raises:
      TypeError: the value does not suit the dtype, no dtype suits it, or its shape fails `verify_shape`.
      ValueError: the value is None, a list that is not dense, or has more entries than `shape`.
      OverflowError: an integer has more than 64 bits.

    >>> to_numpy([1, 2.5])
    array([1. , 2.5], dtype=float32)
    >>> to_numpy(7, shape=[2])
    array([7, 7], dtype=int32)
    >>> to_numpy(1.5, "int32")
    Traceback (most recent call last):
    TypeError: Expected int32, got 1.5 of type 'float' instead.
    """
    if dtype is not None and not isinstance(dtype, DType):
        dtype = as_dtype(dtype)
    if shape is None:
        return _convert(value, dtype)
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    sizes = tuple(int(size) for size in shape)
    if prod(sizes) == 0 and value is not None and not _is_array_like(value):
        return np.empty(sizes, np.float32 if dtype is None else dtype.np)
    array = _convert(value, dtype)
    single = allow_broadcast and array.shape in ((), (1,))
    if array.shape != sizes and (verify_shape or (allow_broadcast and not single and array.size != prod(sizes))):
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    return fill_to_shape(array, sizes)


def fill_to_shape(array: np.ndarray, sizes: tuple[int, ...]) -> np.ndarray:
    """Lay the entries out in a shape, repeating the last one; from an empty array come zeros (or b'').

    One entry that is repeated takes no memory for the others: the array is a view that cannot be written to.

    >>> fill_to_shape(np.array([1, 2]), (2, 2))
    array([[1, 2],
           [2, 2]])
    """
    count = prod(sizes)
    if array.size > count:
        raise ValueError(f"Too many elements provided. Needed at most {count}, but received {array.size}")
    if array.size == count:
        return array.reshape(sizes)
    flat = array.ravel()
    last = flat[-1] if array.size else b"" if array.dtype == object else 0
    if array.size <= 1:
        return np.broadcast_to(np.array(last, array.dtype), sizes)
    filled = np.full(count, last, array.dtype)
    filled[: array.size] = flat
    return filled.reshape(sizes)


def _convert(value: Any, dtype: DType | None) -> np.ndarray:
    """Short cuts for the commonest values; the rules proper are in `_from_array` and `_from_python`."""
    kind = type(value)
    if kind is np.ndarray:
        if value.dtype in _NUMERIC and (dtype is None or value.dtype == dtype.np):
            return value
        return _from_array(value, dtype)
    if dtype is None:
        if kind is float and -3e38 < value < 3e38:
            return np.array(value, np.float32)
        if kind is int and -(2**31) <= value < 2**31:
            return np.array(value, np.int32)
    elif (kind is int or (kind is float and dtype.is_floating)) and -6e4 < value < 6e4 and dtype in _WIDE:
        return np.array(value, dtype.np)
    if _is_array_like(value):
        return _from_array(np.asarray(value), dtype)
    return _from_python(value, dtype)


def _is_array_like(value: Any) -> bool:
    """Whether numpy takes the object for an array (bytearray, pandas' ...); symbolic tensors are none."""
    kind = type(value)
    if kind in _PYTHON_TYPES or kind is list or kind is tuple or _is_symbolic(kind):
        return False
    if callable(getattr(value, "__array__", None)):
        return True
    if isinstance(getattr(value, "__array_interface__", None), dict):
        return True
    try:
        memoryview(value)
    except TypeError:
        return False
    return not isinstance(value, bytes)


def _is_symbolic(kind: type) -> bool:
    """Whether objects of this type stand for values that exist only while a graph runs.

    `Tensor` lives a floor above, so it is known here by an attribute of its class.
    """
    return getattr(kind, "is_symbolic_tensor", False) is True


def _from_array(array: np.ndarray, dtype: DType | None) -> np.ndarray:
    """Cast an array to a dtype; without one keep its type, after checking that tensors can have it."""
    if dtype is None:
        dtype = as_dtype(array.dtype)
    elif not dtype.is_numpy_compatible:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {_text(array)}")
    if dtype.base_dtype is string:
        return _to_bytes(array.ravel().tolist(), array.shape)
    try:
        with np.errstate(all="ignore"):
            if array.dtype.kind in "US" and dtype.is_bool:
                array = array.astype(np.int64)  # as numpy 1 did: a text that is no number is no truth value
            return array.astype(dtype.np, copy=False)
    except ValueError as error:
        # numpy 2 says "... to float: np.str_('a')" where numpy 1, and so TF, said "... to float: 'a'"
        plain = re.sub(r"(?:np\.\w+_\()?b?('.*'|\".*\")\)?$", r"\1", str(error))
        raise ValueError(plain) from None


def _from_python(value: Any, dtype: DType | None) -> np.ndarray:
    """Convert Python scalars and nested lists of them."""
    if value is None:
        raise ValueError("None values not supported.")
    _check_entries(value, dtype)
    if dtype is not None and dtype.is_quantized:
        return np.array(value, dtype.as_numpy_dtype)[dtype.base_dtype.name]
    array = _from_nested(value, dtype)
    wanted = _dense_shape(value)
    if list(array.shape) != wanted:
        raise ValueError(
            f"Argument must be a dense tensor: {_text(value)} - got shape {list(array.shape)}, but wanted {wanted}."
        )
    if dtype is None:
        array = _prefer_32_bits(array)
        if array.dtype.kind in "OUS":
            return _strings_of(value, array)
        as_dtype(array.dtype)  # raises where tensors have no such type
    elif not dtype.is_numpy_compatible:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {_text(value)}")
    elif dtype.base_dtype is string:
        return _strings_of(value, array)
    return array


def _from_nested(value: Any, dtype: DType | None) -> np.ndarray:
    """`np.array` as numpy 1.18 had it: integers too large wrap around, ragged lists make object arrays."""
    target = None
    if dtype is not None and dtype.is_numpy_compatible:
        target = dtype.np
    elif isinstance(_first_entry(value), (str, bytes)):
        target = np.dtype(object)
    try:
        if dtype is None or not (dtype.is_floating or dtype.is_complex):
            return np.array(value, target)
        with np.errstate(all="ignore"):
            if dtype.base_dtype is bfloat16:  # which numpy cannot make from integers of more than 64 bits
                return np.array(value, np.float64).astype(target)
            return np.array(value, target)
    except OverflowError:
        if dtype is None or not dtype.is_integer:
            raise
        return np.array(value, np.int64).astype(dtype.np)
    except ValueError as error:
        if target is None:
            return np.array(value, object)
        first_line = "setting an array element with a sequence."
        if not str(error).startswith(first_line):
            raise
        details = [f"The lists are not equally long, or not equally deep: {_text(value)}"]
        raise ValueError(explain(first_line, details=details)) from None


def _prefer_32_bits(array: np.ndarray) -> np.ndarray:
    """float64 becomes float32; int64 becomes int32 if every value fits."""
    if array.dtype == np.float64:
        with np.errstate(all="ignore"):
            return array.astype(np.float32)
    if array.dtype == np.int64:
        short = array.astype(np.int32)
        return short if (short == array).all() else array
    return array


def _strings_of(value: Any, array: np.ndarray) -> np.ndarray:
    """Bytes for a string or a list of them. What numpy knows no type for comes here as well, and fails."""
    entries = [value] if array.ndim == 0 else list(_entries(value))
    try:
        return _to_bytes(entries, array.shape)
    except TypeError:
        raise TypeError(
            f"Failed to convert object of type {type(value)} to Tensor. Contents: {_text(value)}. "
            "Consider casting elements to a supported type."
        ) from None


def _to_bytes(entries: list[Any], sizes: tuple[int, ...]) -> np.ndarray:
    result = np.empty(len(entries), object)
    result[:] = [_as_bytes(entry) for entry in entries]
    return result.reshape(sizes)


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise TypeError(f"Expected binary or unicode string, got {value!r}")


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
    """What nested sequences and dicts hold: the entries that are neither."""
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        for item in value:
            yield from _entries(item)
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _entries(value[key])
    else:
        yield value


def _check_entries(value: Any, dtype: DType | None) -> None:
    """Raise TypeError for the first entry that does not suit the dtype."""
    if dtype is None:
        if any(_is_symbolic(type(entry)) for entry in _entries_besides(_PYTHON_TYPES, value)):
            raise TypeError("List of Tensors when single Tensor expected")
        return
    if dtype.is_quantized:
        misfits = _quantized_misfits(value)
    elif dtype.is_numpy_compatible:
        exact, suited = _suited_types(dtype)
        misfits = (entry for entry in _entries_besides(exact, value) if not isinstance(entry, suited))
    else:
        misfits = (entry for entry in _entries(value) if _is_symbolic(type(entry)))
    for entry in misfits:
        kind = "bool_" if isinstance(entry, np.bool_) else type(entry).__name__
        raise TypeError(f"Expected {dtype.name}, got {_text(entry, repr)} of type '{kind}' instead.")


def _suited_types(dtype: DType) -> tuple[Collection[type], tuple[type, ...]]:
    """The Python types that suit a dtype: the usual ones, which are quick to look up, and all of them."""
    if dtype.is_floating:
        return (float, int, bool), _REALS
    if dtype.is_integer:
        return (int, bool), _INTEGERS
    if dtype.is_complex:
        return (complex, float, int, bool), _COMPLEX
    return ((bool,), (bool,)) if dtype.is_bool else ((str, bytes), (str, bytes))


def _entries_besides(types: Collection[type], value: Any) -> Iterable[Any]:
    """The entries whose exact type is not among `types`. A list of such types alone costs one quick pass."""
    if isinstance(value, (list, tuple)):
        if not set(map(type, value)).issubset(types):
            for item in value:
                yield from _entries_besides(types, item)
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


def _text(value: Any, form: Any = str) -> str:
    """A value as numpy 1 printed it: `1.5`, not `np.float32(1.5)`."""
    with np.printoptions(legacy="1.25"):
        return form(value)
