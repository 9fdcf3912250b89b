"""Data in strings: decode_raw reads bytes as numbers, decode_csv the fields of a line; decode_compressed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.formats.records import LARGEST_UNPACKED
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import BareError, emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import each, entries, of_entries, to_float, to_integer
from flowgraph.ops.attributes import ints, text
from flowgraph.ops.broadcast import same
from flowgraph.ops.reduction import one_of
from flowgraph.shapes import Sizes

_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}


# -- decode_raw --------------------------------------------------------------------------------------------


def _decode_raw(_xp: Any, data: Any, *, out_type: DType, little_endian: bool) -> Any:
    shape, items = np.shape(data), entries(data)
    if not items:
        return np.zeros((*shape, 0), out_type.np)
    size = len(items[0])
    for i, item in enumerate(items):
        if len(item) != size:
            line = "DecodeRaw requires input strings to all be the same size, but element "
            raise invalid(f"{line}{i} has size {size} != {len(item)}")
    if size % out_type.size:
        line = f"Input to DecodeRaw has length {size} that is not a multiple of {out_type.size}"
        raise invalid(f"{line}, the size of {_C_NAMES.get(out_type.name, out_type.name)}")
    joined = b"".join(items)
    if not little_endian:  # of a complex number all bytes, which exchanges its two parts: so TF does it
        joined = np.frombuffer(joined, np.uint8).reshape(-1, out_type.size)[:, ::-1].tobytes()
    numbers = np.frombuffer(joined, np.dtype(out_type.np).newbyteorder("<"))
    return numbers.astype(out_type.np).reshape((*shape, size // out_type.size))


DECODE_RAW = OpDef(
    "DecodeRaw(bytes: string) -> output: out_type",
    attrs={
        "out_type": TypeAttr(
            (
                dt.float16, dt.float32, dt.float64, dt.int32, dt.uint16, dt.uint8, dt.int16, dt.int8, dt.int64,
                dt.complex64, dt.complex128, dt.bool,
            )
        ),
        "little_endian": True,
    },
    infer=lambda data, **attrs: None if data.sizes is None else (*data.sizes, None),
    forward=_decode_raw,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(VALUE([b"abcd", b"efgh"], dt.string), out_type=dt.int16),
        case(VALUE(b"abcd", dt.string), out_type=dt.float32, little_endian=False),
        case(VALUE([], dt.string), out_type=dt.uint8),
    ],
)  # fmt: skip


def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    name: str | None = None,
    bytes: Any = None,
) -> Tensor:
    r"""The bytes of strings read as numbers.

    Args:
      input_bytes, bytes: the strings, all of one length.
      out_type: the dtype of the numbers.
      little_endian: whether the lowest byte of a number comes first.
      name: the op's name.

    Returns:
      A tensor with one axis more than the strings have.

    Raises:
      InvalidArgumentError: (when run) the lengths differ, or are no multiple of the dtype's size.

    >>> run(decode_raw(["\x01\x00\x02\x00"], tf.uint16))
    array([[1, 2]], dtype=uint16)
    """
    data = one_of("input_bytes", input_bytes, "bytes", bytes)
    if out_type is None:
        line = "decode_raw_v1() missing 1 positional argument: 'out_type'"
        raise ValueError(errors.explain(line, where=user_site()))
    return emit(DECODE_RAW, data, out_type=out_type, little_endian=little_endian, name=name)


# -- decode_compressed -------------------------------------------------------------------------------------

_WINDOWS = {"ZLIB": zlib.MAX_WBITS, "GZIP": zlib.MAX_WBITS + 16}


def _decompress(_xp: Any, data: Any, *, compression_type: str) -> Any:
    if compression_type not in {"", *_WINDOWS}:
        raise invalid("Only ZLIB, GZIP or NONE are supported compressions")
    if not compression_type:
        return each(bytes, data)

    def plain(item: bytes) -> bytes:
        try:
            found = zlib.decompressobj(_WINDOWS[compression_type]).decompress(item, LARGEST_UNPACKED + 1)
        except zlib.error as error:
            told = re.match(r"Error (-?\d+) while decompressing data: (.*)", str(error))
            line = f"inflate() failed with error {told[1]}: {told[2]}" if told else str(error)
            raise errors.DataLossError(None, None, line) from None
        if len(found) > LARGEST_UNPACKED:
            raise errors.DataLossError(None, None, f"a string unpacks to more than {LARGEST_UNPACKED} bytes")
        return found

    return each(plain, data)


DECODE_COMPRESSED = OpDef(
    "DecodeCompressed(bytes: string) -> output: string",
    attrs={"compression_type": ""},
    infer=same,
    forward=_decompress,
    gradient=MISSING_GRADIENT,
    cases=[
        case(VALUE([b"abc"], dt.string)),
        case(VALUE([zlib.compress(b"abc")], dt.string), compression_type="ZLIB"),
    ],
)


def decode_compressed(bytes: Any, compression_type: str = "", name: str | None = None) -> Tensor:
    """Strings as they were before they were compressed.

    Args:
      bytes: the compressed strings.
      compression_type: "ZLIB", "GZIP" or "": not compressed.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) another compression.
      DataLossError: (when run) a string was not compressed in this way.

    >>> import zlib
    >>> run(decode_compressed([zlib.compress(b"abc")], "ZLIB"))
    array([b'abc'], dtype=object)
    """
    return emit(DECODE_COMPRESSED, bytes, compression_type=text("compression_type", compression_type), name=name)


# -- decode_csv --------------------------------------------------------------------------------------------

CSV_TYPES = (dt.float32, dt.float64, dt.int32, dt.int64, dt.string)
_UNQUOTED = "Unquoted fields cannot have quotes/CRLFs inside"
_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "f4": ("float", lambda field: to_float(field, single=True)),
    "f8": ("double", to_float),
    "i4": ("int32", lambda field: to_integer(field, 32)),
    "i8": ("int64", lambda field: to_integer(field, 64)),
}
_AS_IT_IS = ("string", lambda field: field)
_SPECIAL = re.compile(rb'["\r\n]')


def check_csv_defaults(defaults: list[Any]) -> None:
    """Refuse defaults of a type that CSV files do not hold, and those of more than one value."""
    for default in defaults:
        if default.dtype.base_dtype not in CSV_TYPES:
            allowed = ", ".join(dtype.name for dtype in CSV_TYPES)
            line = f"Value passed to parameter 'record_defaults' has DataType {default.dtype.base_dtype.name}"
            raise TypeError(errors.explain(f"{line} not in list of allowed values: {allowed}", where=user_site()))
        if default.sizes is not None and len(default.sizes) > 1:
            raise ValueError(f"Shape must be at most rank 1 but is rank {len(default.sizes)}")
        if default.sizes and (default.sizes[0] or 0) > 1:
            raise ValueError("Shape of a default must be a length-0 or length-1 vector, or a scalar.")


def _csv_sizes(records: Any, defaults: list[Any], **_attrs: Any) -> list[Sizes]:
    if not defaults:
        raise BareError("Attr 'OUT_TYPE' of 'DecodeCSV' Op passed list of length 0 less than minimum 1.")
    check_csv_defaults(defaults)
    return [records.sizes] * len(defaults)


def _fields(line: bytes, delimiter: bytes, quotes: bool) -> list[bytes]:
    """The fields of a line. Quoted ones may hold anything, quotes as two."""
    if line and not _SPECIAL.search(line):
        return line.split(delimiter)
    stop = re.compile(re.escape(delimiter))
    fields, at, size = [], 0, len(line)
    while at < size:
        if line[at] in b"\r\n":
            at += 1
            continue
        if quotes and line[at : at + 1] == b'"':
            field, at = _quoted(line, at + 1, delimiter)
        else:
            found = stop.search(line, at)
            end = found.start() if found else size
            field, at = line[at:end], end + 1
            if re.search(b'["\r\n]' if quotes else b"[\r\n]", field):
                raise invalid(_UNQUOTED)
        fields.append(field)
    return [*fields, b""] if line.endswith(delimiter) else fields


def _quoted(line: bytes, at: int, delimiter: bytes) -> tuple[bytes, int]:
    """A quoted field, and where the next one begins."""
    field = bytearray()
    last = len(line) - 1
    while at < last and not (line[at : at + 1] == b'"' and line[at + 1 : at + 2] == delimiter):
        if line[at : at + 1] == b'"':
            if line[at + 1 : at + 2] != b'"':
                raise invalid("Quote inside a string has to be escaped by another quote")
            at += 1
        field += line[at : at + 1]
        at += 1
    if line[at : at + 1] != b'"':
        raise invalid("Quoted field has to end with quote followed by delim or end")
    return bytes(field), at + 2


def _decode_csv(
    _xp: Any, records: Any, defaults: list[Any], *, field_delim: str, use_quote_delim: bool, na_value: str,
    select_cols: tuple[int, ...],
) -> tuple[Any, ...]:  # fmt: skip
    if len(field_delim.encode()) != 1:
        raise invalid("field_delim should be only 1 char")
    for i, default in enumerate(defaults):
        if np.size(default) > 1:
            raise invalid(f"There should only be 1 default per field but field {i} has {np.size(default)}")
    missing, delimiter = {b"", na_value.encode()}, field_delim.encode()
    columns: list[list[Any]] = [[] for _ in defaults]
    arrays = [np.asarray(default) for default in defaults]
    readers = [_READERS.get(array.dtype.str[1:], _AS_IT_IS)[1] for array in arrays]
    for row, record in enumerate(entries(records)):
        fields = _fields(record, delimiter, use_quote_delim)
        if select_cols:
            fields = [fields[i] for i in select_cols if i < len(fields)]
        if len(fields) != len(defaults):
            raise invalid(f"Expect {len(defaults)} fields but have {len(fields)} in record {row}")
        for i, (column, read, field) in enumerate(zip(columns, readers, fields, strict=True)):
            value = None if field in missing else read(field)
            if value is None:
                value = field_value(field, arrays[i], field in missing, f"Field {i}", f"record {row}")
            column.append(value)
    return tuple(_column(column, default, np.shape(records)) for column, default in zip(columns, arrays, strict=True))


def field_value(field: bytes, default: Any, is_missing: bool, where: str, record: str) -> Any:
    """What a field of a record holds, read as its default's dtype asks for.

    Raises:
      InvalidArgumentError: it holds something else, or nothing and there is no default.
    """
    default = np.asarray(default)
    if is_missing:
        if not default.size:
            raise invalid(f"{where} is required but missing in {record}!")
        return default.reshape(-1)[0]
    kind, read = _READERS.get(default.dtype.str[1:], _AS_IT_IS)
    value = read(field)
    if value is None:
        raise invalid(f"{where} in {record} is not a valid {kind}: {field.decode(errors='replace')}")
    return value


def _column(values: list[Any], default: np.ndarray, shape: tuple[int, ...]) -> Any:
    kind = default.dtype
    return of_entries(values, shape) if kind.kind == "O" else np.array(values, kind).reshape(shape)


DECODE_CSV = OpDef(
    "DecodeCSV(records: string, record_defaults: OUT_TYPE[]) -> output: OUT_TYPE[]",
    attrs={
        "OUT_TYPE": TypeAttr(CSV_TYPES), "field_delim": ",", "use_quote_delim": True, "na_value": "",
        "select_cols": (),
    },
    infer=_csv_sizes,
    forward=_decode_csv,
    gradient=NO_GRADIENT,
    cases=[
        case(VALUE([b"1.5,a", b",b"], dt.string), [VALUE([9.0]), VALUE([b"x"], dt.string)]),
        case(VALUE(b"1;2;NA", dt.string), [VALUE([7], dt.int64)], field_delim=";", na_value="NA", select_cols=(2,)),
    ],
)  # fmt: skip


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
) -> list[Tensor]:
    """The fields of lines of comma-separated values, one tensor a column.

    Args:
      records: the lines, without their ends.
      record_defaults: for each column a tensor (or list) of one entry, which gives its dtype (float32, float64,
        int32, int64 or string) and stands for missing values; an empty one means that none may be missing.
      field_delim: the character between fields.
      use_quote_delim: whether fields may be in double quotes.
      name: the op's name.
      na_value: what counts as missing besides the empty field.
      select_cols: the numbers of the columns that are wanted, in order; by default all.

    Raises:
      ValueError: `select_cols` does not ascend, or is not as long as the defaults.
      InvalidArgumentError: (when run) a line has another number of fields, or a field cannot be read.

    >>> age, name = decode_csv(["31,Ada", ",Bob"], [[-1], [""]])
    >>> run([age, name])
    [array([31, -1], dtype=int32), array([b'Ada', b'Bob'], dtype=object)]
    """
    columns = ints("select_cols", [] if select_cols is None else list(select_cols), "decode_csv")
    problem = None
    if any(a >= b for a, b in pairwise(columns)):
        problem = "select_cols is not strictly increasing."
    elif columns and columns[0] < 0:
        problem = "select_cols contains negative values."
    elif select_cols is not None and len(columns) != len(record_defaults):
        problem = "Length of select_cols and record_defaults do not match."
    if problem is not None:
        raise ValueError(errors.explain(problem, where=user_site()))
    return emit(
        DECODE_CSV, records, record_defaults, field_delim=text("field_delim", field_delim),
        use_quote_delim=use_quote_delim, na_value=text("na_value", na_value), select_cols=columns, name=name,
    )  # fmt: skip
