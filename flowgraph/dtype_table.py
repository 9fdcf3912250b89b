"""The types of a tensor's entries.

There is one `DType` object for every type and one for its *reference* form (`float32_ref`: a variable passed
by reference), so types may be compared with `is`. What code asks a DType for again and again is stored on it,
not computed. The other floors import these names from `dtypes`.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

_QUANTIZED = {"qint8": "int8", "quint8": "uint8", "qint16": "int16", "quint16": "uint16", "qint32": "int32"}
_OPAQUE = ("resource", "variant")
_NAMES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
}
_REF = 100  # A reference type's number is its base type's plus this.

_BY_ENUM: dict[int, DType] = {}


class DType:
    """The type of a tensor's entries. `DType(number)` and `as_dtype(anything)` give the one object for it.

    A DType equals whatever `as_dtype` turns into it:

    >>> float32 == "float32", float32 == np.float32, float32 == int32, float32.name
    (True, True, False, 'float32')
    """

    __slots__ = (
        "name",
        "enum",
        "np",
        "base_dtype",
        "real_dtype",
        "is_ref",
        "is_floating",
        "is_integer",
        "is_complex",
        "is_bool",
        "is_unsigned",
        "is_quantized",
        "is_numpy_compatible",
        "_as_ref",
    )

    name: str
    enum: int
    """TF's number for the type (`DT_FLOAT` is 1)."""
    np: np.dtype[Any]
    """The numpy dtype of arrays with such entries: plain integers for quantized types, `object` for strings,
    resources and variants."""
    base_dtype: DType
    """The type itself, without being a reference."""
    real_dtype: DType
    """float32 for complex64, float64 for complex128, otherwise the type itself."""
    is_ref: bool
    is_floating: bool
    is_integer: bool
    is_complex: bool
    is_bool: bool
    is_unsigned: bool
    is_quantized: bool
    is_numpy_compatible: bool
    _as_ref: DType

    def __new__(cls, type_enum: Any) -> DType:  # noqa: D102  # the interned object, of whichever class
        try:
            return _BY_ENUM[int(type_enum)]
        except KeyError:
            raise TypeError(f"type_enum is not a valid types_pb2.DataType: {int(type_enum)}") from None

    @property
    def as_numpy_dtype(self) -> Any:
        """The numpy scalar type, as in `np.float32`.

        As in TF, a quantized type gives a numpy dtype with one field, named after it, and an opaque type
        KeyError.
        """
        if not self.is_numpy_compatible:
            raise KeyError(self.enum)
        if self.base_dtype is string:
            return object
        return _marked(self.base_dtype.name) if self.is_quantized else self.np.type

    @property
    def as_datatype_enum(self) -> int:
        """TF's number for the type."""
        return self.enum

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self.is_ref

    @property
    def size(self) -> int:
        """Bytes of one entry; 8, a pointer, for strings and 1 for opaque types."""
        return self.np.itemsize if self.is_numpy_compatible else 1

    @property
    def min(self) -> Any:
        """The least finite value; TypeError for types without an order."""
        return self._extreme("min", "minimum")

    @property
    def max(self) -> Any:
        """The greatest finite value; TypeError for types without an order."""
        return self._extreme("max", "maximum")

    def _extreme(self, which: str, word: str) -> Any:
        if self.is_integer:
            return getattr(np.iinfo(self.np), which)
        if self.is_floating:
            info = _bfloat16_info() if self.base_dtype is bfloat16 else np.finfo(self.np)
            return getattr(info, which)
        raise TypeError(f"Cannot find {word} value of {self}.")

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range of an image's intensities in this type; KeyError where images have no such type.

        >>> uint8.limits, float32.limits
        ((0, 255), (0, 1))
        """
        if self.is_integer:
            return 0, int(self.max)
        if self.base_dtype in (float32, float64):
            return 0, 1
        raise KeyError(self.np.type)

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether a tensor of type `other` may stand where this type is asked for: its reference form may."""
        other = as_dtype(other)
        return self is other or self is other.base_dtype

    def __eq__(self, other: object) -> builtins.bool:
        if self is other:
            return True
        if isinstance(other, DType) or other is None:
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __ne__(self, other: object) -> builtins.bool:
        return not self == other

    def __hash__(self) -> int:
        return self.enum

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __repr__(self) -> str:
        return "tf." + self.name


class _BFloat16(DType):
    """bfloat16 alone needs the package ml_dtypes, and only once somebody asks for its numpy form."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name != "np":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        import ml_dtypes

        self.np = np.dtype(ml_dtypes.bfloat16)
        return self.np


def _marked(name: str) -> np.dtype[Any]:
    """The numpy dtype by which a quantized type can be told from plain integers."""
    return np.dtype([(name, _QUANTIZED[name])])


def _bfloat16_info() -> Any:
    import ml_dtypes

    return ml_dtypes.finfo(ml_dtypes.bfloat16)


def _define(enum: int, name: str) -> DType:
    """Make a type and its reference form."""
    cls = _BFloat16 if name == "bfloat16" else DType
    base, ref = object.__new__(cls), object.__new__(cls)
    for dtype, number in (base, enum), (ref, enum + _REF):
        dtype.enum = number
        dtype.is_ref = dtype is ref
        dtype.name = name + "_ref" if dtype.is_ref else name
        dtype.base_dtype, dtype._as_ref = base, ref
        dtype.is_quantized = name in _QUANTIZED
        dtype.is_numpy_compatible = name not in _OPAQUE
        dtype.is_floating = name in ("float16", "bfloat16", "float32", "float64")
        dtype.is_complex = name in ("complex64", "complex128")
        dtype.is_bool = name == "bool"
        dtype.is_integer = name.startswith(("int", "uint"))
        dtype.is_unsigned = name.startswith("uint")
        dtype.real_dtype = dtype if not dtype.is_complex else _BY_ENUM[1 if name == "complex64" else 2]
        if name in _QUANTIZED:
            dtype.np = np.dtype(_QUANTIZED[name])
        elif name in ("string", *_OPAQUE):
            dtype.np = np.dtype(object)
        elif name != "bfloat16":
            dtype.np = np.dtype(name)
        _BY_ENUM[number] = dtype
    return base


for _enum, _name in _NAMES.items():
    _define(_enum, _name)

float16 = half = _BY_ENUM[19]
float32 = _BY_ENUM[1]
float64 = double = _BY_ENUM[2]
bfloat16 = _BY_ENUM[14]
int8 = _BY_ENUM[6]
int16 = _BY_ENUM[5]
int32 = _BY_ENUM[3]
int64 = _BY_ENUM[9]
uint8 = _BY_ENUM[4]
uint16 = _BY_ENUM[17]
uint32 = _BY_ENUM[22]
uint64 = _BY_ENUM[23]
bool = _BY_ENUM[10]
complex64 = _BY_ENUM[8]
complex128 = _BY_ENUM[18]
string = _BY_ENUM[7]
resource = _BY_ENUM[20]
variant = _BY_ENUM[21]
qint8 = _BY_ENUM[11]
quint8 = _BY_ENUM[12]
qint16 = _BY_ENUM[15]
quint16 = _BY_ENUM[16]
qint32 = _BY_ENUM[13]

QUANTIZED_DTYPES = frozenset(dtype for dtype in _BY_ENUM.values() if dtype.is_quantized)

_BY_NAME = {dtype.name: dtype for dtype in _BY_ENUM.values()}
_ALIASES = {"half": float16, "float": float32, "double": float64}
_ALIASES.update({alias + "_ref": dtype._as_ref for alias, dtype in _ALIASES.items()})

_BY_NUMPY_TYPE: dict[type, DType] = {
    dtype.np.type: dtype
    for dtype in map(DType, _NAMES)
    if dtype is not bfloat16 and dtype.is_numpy_compatible and not dtype.is_quantized
}
_BY_NUMPY_TYPE.update({np.str_: string, np.bytes_: string})
# Which of C's integer types are aliases of the fixed-width ones depends on the platform.
for _type in (np.intc, np.uintc, np.int_, np.uint, np.longlong, np.ulonglong):
    _BY_NUMPY_TYPE.setdefault(_type, _BY_NAME[np.dtype(_type).name])

_ANY: dict[Any, DType] = {
    **_BY_ENUM,
    **_BY_NAME,
    **_ALIASES,
    **_BY_NUMPY_TYPE,
    **{_marked(name): _BY_NAME[name] for name in _QUANTIZED},
    builtins.float: float32,
    builtins.bool: bool,
    object: string,
}


def as_dtype(type_value: Any) -> DType:
    """The DType for a DType, a number or name, a numpy dtype or scalar type, Python's float, bool or object.

    Raises TypeError for anything else, Python's int, str and complex included.

    >>> as_dtype("float"), as_dtype(np.int64), as_dtype(np.dtype("U3")), as_dtype(float)
    (tf.float32, tf.int64, tf.string, tf.float32)
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, np.dtype):
        found = _BY_NUMPY_TYPE.get(type_value.type)
        if found is not None:
            return found
    found = _ANY.get(type_value)
    if found is not None:
        return found
    scalar_type = type_value.type if isinstance(type_value, np.dtype) else type_value
    if getattr(scalar_type, "__module__", None) == "ml_dtypes" and scalar_type.__name__ == "bfloat16":
        return bfloat16
    raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.")
