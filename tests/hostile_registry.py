"""All readers of files and serialized strings, with good bytes for each: what tests do harm to."""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.text_format import ParseError

import flowgraph as tf
from flowgraph import protos
from flowgraph.formats.records import framed
from tests.hostile_readers import (
    GOLDEN,
    Read,
    _all_of,
    bundle_of,
    check,
    checkpoint_state,
    compressed,
    each_decoder,
    entries,
    entry_reader,
    event_file,
    events,
    example,
    example_parsers,
    fixed_dataset,
    graph_def,
    idx,
    idx_file,
    import_graph,
    import_meta,
    import_meta_file,
    json_text,
    line_dataset,
    many_sparse,
    meta_graph,
    notebook,
    number,
    of_file,
    packed,
    pictures,
    raw,
    reader_of,
    record_dataset,
    records,
    runner,
    safetensors,
    safetensors_file,
    saved_model_message,
    saved_models,
    sequence,
    sequence_parsers,
    serialized_sparse,
    state_file,
    table,
    tensors,
    wav,
    wav_decoders,
)


@dataclass(frozen=True)
class Reader:
    """A reader of something untrusted.

    Attributes:
      samples: what it reads gladly: bytes or messages.
      opened: gives the reader, which may use a folder.
      also: errors besides TensorFlow's and ValueError with which it may refuse: those that TensorFlow has there.
    """

    samples: Callable[[], list[Any]]
    opened: Callable[[Path], Callable[[Any], Any]]
    also: tuple[type[Exception], ...] = ()


def _op(make: Callable[[Any], Any]) -> Callable[[Path], Read]:
    return lambda _folder: runner(make)


def _file(read: Callable[[str], Any], name: str) -> Callable[[Path], Read]:
    return lambda folder: of_file(read, name, folder)


def _bytes(read: Callable[[Any], Any], message: str) -> Callable[[Any], Any]:
    """A reader of messages that takes bytes as well."""
    return lambda data: read(protos.message(message).FromString(data) if isinstance(data, bytes) else data)


def _decoder(function: Callable[..., Any], which: slice) -> Reader:
    return Reader(lambda: pictures()[which], _op(functools.partial(each_decoder, function)))


def _parsed(number: int) -> Reader:
    dtype = tf.as_dtype(tensors()[number].dtype)
    return Reader(lambda: [tensors()[number]], _serialized(lambda x: tf.parse_tensor(x, dtype)))


def _serialized(make: Callable[[Any], Any]) -> Callable[[Path], Read]:
    """A reader of messages as strings."""
    read = runner(make)
    return lambda _folder: lambda data: read(data if isinstance(data, bytes) else data.SerializeToString())


def _as_text(data: bytes) -> None:
    definition = protos.message("GraphDef")()
    protos.read_text(data.decode("latin-1"), definition)
    import_graph(definition)


def _text_of(message: Any) -> bytes:
    return protos.text_of(message)


def _three_records() -> bytes:
    return b"".join(map(framed, [b"abc", b"", b"x" * 300]))


_KINDS = ("", "GZIP", "ZLIB")
_LINES = b"a 1\nb 2\r\nc 3\n"

READERS: dict[str, Reader] = {
    "parse_example": Reader(lambda: [example()], _serialized(example_parsers)),
    "parse_sequence_example": Reader(lambda: [sequence()], _serialized(sequence_parsers)),
    **{f"parse_tensor_{i}": _parsed(i) for i in range(len(tensors()))},
    "make_ndarray": Reader(tensors, lambda _folder: _bytes(tf.make_ndarray, "TensorProto"), (DecodeError, TypeError)),
    "deserialize_many_sparse": Reader(lambda: [serialized_sparse()], lambda _folder: many_sparse),
    "decode_csv": Reader(
        lambda: [b'1.5,2,"a,b",4'],
        _op(lambda x: tf.decode_csv(x, [[1.0], [2], ["a"], [tf.constant(3, tf.int64)]])),
    ),
    "decode_csv_plain": Reader(lambda: [b"1;2;3;4"], _op(lambda x: tf.decode_csv(x, [[""]] * 4, ";", False))),
    "decode_raw": Reader(lambda: [b"12345678" * 3], _op(raw)),
    **{
        f"string_to_number_{kind.name}": Reader(lambda: [b"12", b" -7 "], _op(functools.partial(number, kind)))
        for kind in (tf.float32, tf.float64, tf.int32, tf.int64)
    },
    "decode_json_example": Reader(lambda: [json_text()], _op(tf.decode_json_example)),
    **{
        f"decode_compressed_{kind}": Reader(
            functools.partial(lambda kind: [packed(b"abc" * 50, kind)], kind),
            _op(functools.partial(compressed, kind)),
        )
        for kind in _KINDS[1:]
    },
    "decode_image": _decoder(tf.image.decode_image, slice(None)),
    "decode_png": _decoder(tf.image.decode_png, slice(0, 4)),
    "decode_jpeg": _decoder(tf.image.decode_jpeg, slice(4, 7)),
    "decode_gif": _decoder(tf.image.decode_gif, slice(7, 9)),
    "decode_bmp": _decoder(tf.image.decode_bmp, slice(9, 10)),
    "extract_jpeg_shape": _decoder(tf.image.extract_jpeg_shape, slice(4, 7)),
    "decode_wav": Reader(lambda: [wav()], _op(wav_decoders)),
    "import_graph_def": Reader(lambda: [graph_def()], lambda _folder: _bytes(import_graph, "GraphDef"), (DecodeError,)),
    "graph_as_text": Reader(lambda: [_text_of(graph_def())], lambda _folder: _as_text, (ParseError,)),
    "import_meta_graph": Reader(
        lambda: [meta_graph()], lambda _folder: _bytes(import_meta, "MetaGraphDef"), (DecodeError,)
    ),
    "meta_graph_file": Reader(
        lambda: [meta_graph().SerializeToString(), _text_of(meta_graph())],
        _file(import_meta_file, "m.meta"),
        (OSError,),
    ),
    "saved_model": Reader(lambda: [saved_model_message()], saved_models, (OSError, RuntimeError)),
    "events": Reader(lambda: [event_file()], _file(events, "events")),
    **{
        f"{name}{kind}": Reader(
            functools.partial(lambda data, kind: [packed(data, kind)], data, kind),
            _file(functools.partial(read, kind), f"{name}{kind}"),
        )
        for kind in _KINDS
        for name, data, read in (
            ("tf_record_iterator", _three_records(), records),
            ("TFRecordDataset", _three_records(), record_dataset),
            ("TextLineDataset", _LINES, line_dataset),
            ("FixedLengthRecordDataset", b"abcd" * 20, fixed_dataset),
        )
    },
    **{
        name: Reader(functools.partial(lambda data: [data], data), _file(functools.partial(reader_of, reader), name))
        for name, data, reader in (
            ("TFRecordReader", _three_records(), tf.TFRecordReader),
            ("TextLineReader", _LINES, tf.TextLineReader),
            ("WholeFileReader", _LINES, tf.WholeFileReader),
            ("FixedLengthRecordReader", b"abcd" * 5, lambda: tf.FixedLengthRecordReader(4, 4, 4)),
        )
    },
    "vocabulary": Reader(lambda: [b"a 1\nb 2\nc 3\n"], _file(table, "words")),
    "idx": Reader(lambda: [idx_file(), gzip.compress(idx_file())], _file(idx, "idx"), (OSError, EOFError, zlib.error)),
    "checkpoint_state": Reader(lambda: [state_file()], _file(checkpoint_state, "checkpoint")),
    "notebook": Reader(lambda: [notebook()], _file(check, "n.ipynb")),
    "script": Reader(lambda: [b"import tensorflow as tf\nprint(tf.mul(1, 2))\n"], _file(check, "s.py")),
    "safetensors": Reader(lambda: [safetensors_file()], _file(safetensors, "s.safetensors")),
    "bundle": Reader(lambda: [(GOLDEN / "checkpoints/all.index").read_bytes()], bundle_of),
    "bundle_entry": Reader(entries, entry_reader),
    "old_checkpoint": Reader(lambda: [(GOLDEN / "checkpoints/old").read_bytes()], _file(_all_of, "old")),
}
