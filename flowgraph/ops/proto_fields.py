"""Fields of serialized messages of any type: decode_proto and encode_proto."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.errors import DataLossError
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.proto_wire import KINDS, Damaged, Kind, values_of, written
from flowgraph.protos.descriptors import descriptor, is_packed, is_repeated


class DecodedProto(NamedTuple):
    """What `decode_proto` returns: how many values each field has in each message, and the values."""

    sizes: Tensor
    values: list[Tensor]


def _described(message_type: str, source: str | bytes) -> Any:
    try:
        return descriptor(message_type, source.encode() if isinstance(source, str) else source)
    except KeyError:
        raise invalid(f"No descriptor found for message type {message_type}") from None
    except ValueError:
        raise invalid("Source does not represent serialized file descriptor set proto.") from None


def _field(message: Any, name: str) -> Any:
    field = message.fields_by_name.get(name)
    if field is None:
        raise invalid(f"Unknown field: {name} in message type {message.full_name}")
    return field


def _default(field: Any, kind: Kind) -> Any:
    """What stands where a field has fewer values than in another message."""
    if field.message_type is not None or is_repeated(field):
        return kind.default
    value = field.default_value
    return value.encode() if isinstance(value, str) else value


# -- decoding ----------------------------------------------------------------------------------------------


def _decoded_sizes(
    serialized: Any, *, field_names: Sequence[str], output_types: Sequence[DType], **_attrs: Any
) -> list[Any]:
    sizes = serialized.sizes
    if sizes is None:
        return [None, *[None] * len(output_types)]
    return [(*sizes, len(field_names)), *[(*sizes, None)] * len(output_types)]


def _rewritten(message: Any, data: bytes, is_text: bool) -> bytes:
    """A message in text, or one whose unknown fields are to go, as bytes."""
    from google.protobuf import message_factory, text_format
    from google.protobuf.message import DecodeError

    made = message_factory.GetMessageClass(message)()
    try:
        if is_text:
            text_format.Merge(data.decode("utf-8", "surrogateescape"), made)
        else:
            made.MergeFromString(data)
    except (text_format.ParseError, UnicodeError):
        raise DataLossError(None, None, "Unable to parse text protobuf") from None
    except DecodeError:
        raise DataLossError(None, None, "Unable to parse binary protobuf") from None
    if not is_text:
        made.DiscardUnknownFields()
    written_again: bytes = made.SerializePartialToString()
    return written_again


def _decode(
    _xp: Any, serialized: Any, *, message_type: str, field_names: Sequence[str], output_types: Sequence[DType],
    descriptor_source: str | bytes, message_format: str, sanitize: bool,
) -> tuple[Any, ...]:  # fmt: skip
    message = _described(message_type, descriptor_source)
    if len(field_names) != len(output_types):
        raise invalid("field_names and output_types attributes must have the same length")
    fields = [_field(message, name) for name in field_names]
    kinds = [KINDS[field.type] for field in fields]
    for field, kind, dtype in zip(fields, kinds, output_types, strict=True):
        if dtype.name not in kind.dtypes:
            raise invalid(f"Unexpected output type for {field.full_name}: {field.cpp_type} to {dtype.enum}")
    if message_format not in ("binary", "text"):
        raise invalid("format must be one of binary or text")
    data: list[bytes] = np.ravel(serialized).tolist()
    if not data:
        raise invalid("Bufs argument must contain at least one value")
    if message_format == "text" or sanitize:
        data = [_rewritten(message, one, message_format == "text") for one in data]
    wanted = {field.number: kind for field, kind in zip(fields, kinds, strict=True)}
    try:
        found = [values_of(one, wanted) for one in data]
    except Damaged as error:
        raise DataLossError(None, None, str(error)) from None
    columns = [_column(field, found) for field in fields]
    shape = np.shape(serialized)
    counts = np.array([[len(values) for values in column] for column in columns], np.int32).T
    filled = [
        _filled(column, _default(field, kind), dtype, shape)
        for column, field, kind, dtype in zip(columns, fields, kinds, output_types, strict=True)
    ]
    return counts.reshape(*shape, len(fields)), *filled


def _column(field: Any, found: Sequence[dict[int, list[Any]]]) -> list[list[Any]]:
    """The values of a field in each message; of one that is not repeated the last counts."""
    column = [values[field.number] for values in found]
    return column if is_repeated(field) else [values[-1:] for values in column]


def _filled(column: list[list[Any]], default: Any, dtype: DType, shape: tuple[int, ...]) -> np.ndarray:
    width = max(1, *map(len, column))
    array = np.full((len(column), width), default, dtype.np)
    for row, values in zip(array, column, strict=True):
        row[: len(values)] = values
    return array.reshape(*shape, width)


_TYPED = {"message_type": REQUIRED, "field_names": REQUIRED}
DECODE_PROTO = OpDef(
    "DecodeProtoV2(bytes: string) -> (sizes: int32, values: output_types[])",
    attrs={
        **_TYPED, "output_types": REQUIRED, "descriptor_source": "local://", "message_format": "binary",
        "sanitize": False,
    },
    infer=_decoded_sizes,
    forward=_decode,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE([b"\x08\x05\x08\x06", b""], dt.string), message_type="tensorflow.Int64List",
            field_names=("value",), output_types=(dt.int64,),
        )
    ],
)  # fmt: skip


def decode_proto(
    bytes: Any, message_type: str, field_names: Sequence[str], output_types: Sequence[Any],
    descriptor_source: str | bytes = "local://", message_format: str = "binary", sanitize: bool = False,
    name: str | None = None,
) -> DecodedProto:  # fmt: skip
    """Values of fields of serialized messages.

    Args:
      bytes: strings of any shape, each of them a message.
      message_type: the message's name, with the package.
      field_names: the names of the fields.
      output_types: the dtype of each: the field's own, or a wider one of the same kind; enums are int32, messages and
        bytes strings.
      descriptor_source: "local://" for TF's own messages; the name of a file with a FileDescriptorSet; or "bytes://"
        and the serialized set itself.
      message_format: "binary", or "text" for messages as protobuf prints them.
      sanitize: whether messages are parsed and serialized again first, which loses fields that are unknown.
      name: the op's name.

    Returns:
      sizes: int32 of shape [..., fields]: how many values a field has in a message.
      values: for each field a tensor of shape [..., most values], filled up with the field's default.

    Raises:
      InvalidArgumentError: (when run) there is no such message or field, or another dtype is needed.
      DataLossError: (when run) a string is no message.

    >>> messages = [tf.train.Int64List(value=[1, 2]).SerializeToString(), b""]
    >>> run(decode_proto(messages, "tensorflow.Int64List", ["value"], [tf.int64]).values)
    [array([[1, 2],
           [0, 0]])]
    """
    sizes, *values = emit(
        DECODE_PROTO, bytes, message_type=message_type, field_names=tuple(field_names),
        output_types=tuple(as_dtype(one) for one in output_types), descriptor_source=descriptor_source,
        message_format=message_format, sanitize=sanitize, name=name,
    )  # fmt: skip
    return DecodedProto(sizes, values)


# -- encoding ----------------------------------------------------------------------------------------------


def _encoded_sizes(sizes: Any, _values: Any, **_attrs: Any) -> Any:
    if sizes.sizes is not None and len(sizes.sizes) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(sizes.sizes)}")
    return None if sizes.sizes is None else sizes.sizes[:-1]


def _encode(
    _xp: Any, sizes: Any, values: Sequence[Any], *, field_names: Sequence[str], message_type: str,
    descriptor_source: str | bytes,
) -> np.ndarray:  # fmt: skip
    message = _described(message_type, descriptor_source)
    fields = [_field(message, name) for name in field_names]
    if len(values) != len(fields):
        raise invalid("Length of inputs list must match field_names")
    _check_sizes(sizes, values, fields)
    kinds = [KINDS[field.type] for field in fields]
    for field, kind, array in zip(fields, kinds, values, strict=True):
        dtype = as_dtype(array.dtype)
        if dtype.name not in kind.dtypes:
            shown = {"float16": "half", "float32": "float", "float64": "double"}.get(dtype.name, dtype.name)
            line = f"Incompatible type for field {field.name}.  Saw dtype: {shown} but field type is: "
            raise invalid(line + _NAMES[field.type - 1])
    counts = sizes.reshape(-1, len(fields))
    order = sorted(range(len(fields)), key=lambda at: fields[at].number)
    parts: list[list[bytes]] = [[] for _ in counts]
    for at in order:
        rows = values[at].reshape(len(counts), -1)
        for row, count, part in zip(rows.tolist(), counts[:, at].tolist(), parts, strict=True):
            part.append(written(fields[at].number, kinds[at], row[: max(count, 0)], is_packed(fields[at])))
    made = np.empty(len(counts), object)
    made[:] = [b"".join(part) for part in parts]
    return made.reshape(sizes.shape[:-1])


_NAMES = (
    "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string", "group", "message", "bytes",
    "uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64",
)  # fmt: skip


def _check_sizes(sizes: np.ndarray, values: Sequence[np.ndarray], fields: Sequence[Any]) -> None:
    wanted = (*values[0].shape[:-1], len(fields)) if values else sizes.shape
    if sizes.shape != wanted:
        shown = [f"[{','.join(map(str, shape))}]" for shape in (sizes.shape, wanted)]
        raise invalid(
            f"sizes should be batch_size + [len(field_names)].  Saw: {shown[0]} but expected: {shown[1]}"
        )  # fmt: skip
    counts = sizes.reshape(-1, len(fields))
    for at, array in enumerate(values):
        if array.shape[:-1] != sizes.shape[:-1]:
            raise invalid("Values must match up on batch dimensions")
        most = counts[:, at] > array.shape[-1]
        if most.any():
            row = int(most.argmax())
            raise invalid(
                f"Size to write must not be larger than value tensor; but saw: {counts[row, at]} > {array.shape[-1]} "
                f"at message {row} field {at}"
            )


ENCODE_PROTO = OpDef(
    "EncodeProto(sizes: int32, values: Tinput_types[]) -> bytes: string",
    attrs={
        "field_names": REQUIRED, "message_type": REQUIRED, "descriptor_source": "local://", "Tinput_types": REQUIRED
    },
    infer=_encoded_sizes,
    forward=_encode,
    gradient=NO_GRADIENT,
    cases=[
        case(
            VALUE([[2], [0]], dt.int32), [VALUE([[1, 2], [3, 4]], dt.int64)], message_type="tensorflow.Int64List",
            field_names=("value",),
        )
    ],
)  # fmt: skip


def encode_proto(
    sizes: Any, values: Sequence[Any], field_names: Sequence[str], message_type: str,
    descriptor_source: str | bytes = "local://", name: str | None = None,
) -> Tensor:  # fmt: skip
    """Serialized messages of values of their fields.

    Args:
      sizes: int32 of shape [..., fields]: how many values a field has in a message.
      values: for each field a tensor of shape [..., most values].
      field_names, message_type, descriptor_source: see `decode_proto`.
      name: the op's name.

    Returns:
      Strings of shape [...].

    Raises:
      InvalidArgumentError: (when run) there is no such message or field, it takes another dtype, or shapes differ.

    >>> run(encode_proto([[2]], [tf.constant([[1, 2]], tf.int64)], ["value"], "tensorflow.Int64List"))
    array([b'\\n\\x02\\x01\\x02'], dtype=object)
    """
    made: Tensor = emit(
        ENCODE_PROTO, sizes, list(values), field_names=tuple(field_names), message_type=message_type,
        descriptor_source=descriptor_source, name=name,
    )  # fmt: skip
    return made
