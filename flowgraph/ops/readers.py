"""Readers: tf.TextLineReader, tf.TFRecordReader and their kin, which read records out of files named in a queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph.formats.records import compression_name
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels import readers as kinds
from flowgraph.kernels.readers import Reader, Reading
from flowgraph.ops.queue_ops import waiting

# -- the ops that hold a reader ----------------------------------------------------------------------------


def _holder(kind: str, attrs: dict[str, Any], read: Callable[..., Any], is_whole: bool = False) -> OpDef:
    """The op that holds readers of one kind.

    Args:
      kind: TF's name for its class.
      attrs: the op's attrs in TF's order.
      read: gives, of the attrs, what reads a file; see `kernels/readers.py`.
      is_whole: see `Reader`.
    """

    def forward(ctx: Any, *, container: str, shared_name: str, **attrs: Any) -> Reader:
        del container, shared_name  # under which the session keeps it
        found = ctx.shared(lambda: Reader(kind, ctx.op.name, read(**attrs), is_whole))
        if getattr(found, "kind", None) != kind:
            raise invalid(f"Trying to access resource of type {type(found).__name__} as a {kind}")
        return found

    return OpDef(
        f"{kind}V2() -> reader_handle: resource",
        attrs=attrs,
        infer=lambda **attrs: (),
        forward=forward,
        gradient=NO_GRADIENT,
        effect=Effect.STATE,
    )


_PLACE = {"container": "", "shared_name": ""}


def _pieces(*, header_bytes: int, record_bytes: int, footer_bytes: int, hop_bytes: int, encoding: str) -> Any:
    for name, size in (
        ("header", header_bytes),
        ("record", record_bytes),
        ("footer", footer_bytes),
        ("hop", hop_bytes),
    ):
        if size < 0:
            raise invalid(f"{name}_bytes must be >= 0 not {size}")
    return kinds.pieces(header_bytes, record_bytes, footer_bytes, hop_bytes, encoding)


TEXT_LINE_READER = _holder(
    "TextLineReader", {"skip_header_lines": 0, **_PLACE}, lambda *, skip_header_lines: kinds.lines(skip_header_lines)
)
TF_RECORD_READER = _holder(
    "TFRecordReader", {**_PLACE, "compression_type": ""}, lambda *, compression_type: kinds.records(compression_type)
)
FIXED_LENGTH_RECORD_READER = _holder(
    "FixedLengthRecordReader",
    {"header_bytes": 0, "record_bytes": REQUIRED, "footer_bytes": 0, "hop_bytes": 0, **_PLACE, "encoding": ""},
    _pieces,
)
WHOLE_FILE_READER = _holder("WholeFileReader", _PLACE, lambda: kinds.whole, is_whole=True)
IDENTITY_READER = _holder("IdentityReader", _PLACE, lambda: kinds.itself, is_whole=True)

# -- reading -----------------------------------------------------------------------------------------------


def _up_to(reader: Reader, queue: Any, count: Any) -> Any:
    count = int(np.ravel(count)[0])
    if count < 0:
        raise invalid(f"num_records must be >= 0 not {count}")
    return Reading(reader, queue, count)


def _scalar(x: Any) -> None:
    if x.sizes is not None and len(x.sizes) != 0:
        raise ValueError(f"Shape must be rank 0 but is rank {len(x.sizes)}")


def _up_to_sizes(_reader: Any, _queue: Any, count: Any) -> list[tuple[None]]:
    _scalar(count)
    return [(None,), (None,)]


READER_READ = waiting(
    "ReaderReadV2(reader_handle: resource, queue_handle: resource) -> (key: string, value: string)",
    lambda reader, queue: Reading(reader, queue, None),  # type: ignore[arg-type,return-value]
    lambda reader, queue: [(), ()],
    {},
)
READER_READ_UP_TO = waiting(
    "ReaderReadUpToV2(reader_handle: resource, queue_handle: resource, num_records: int64) -> "
    "(keys: string, values: string)",
    _up_to,
    _up_to_sizes,
    {},
)

# -- looking and changing ----------------------------------------------------------------------------------


def _op(signature: str, forward: Callable[..., Any], infer: Callable[..., Any]) -> OpDef:
    return OpDef(signature, infer=infer, forward=forward, gradient=NO_GRADIENT, effect=Effect.WORLD)


def _restored(_reader: Any, state: Any) -> list[Any]:
    _scalar(state)
    return []


def _restore(_ctx: Any, reader: Reader, state: Any) -> tuple[()]:
    reader.restore(np.asarray(state, object).item())
    return ()


def _reset(_ctx: Any, reader: Reader) -> tuple[()]:
    reader.reset()
    return ()


READER_NUM_RECORDS_PRODUCED = _op(
    "ReaderNumRecordsProducedV2(reader_handle: resource) -> records_produced: int64",
    lambda _ctx, reader: np.int64(reader.produced),
    lambda reader: (),
)
READER_NUM_WORK_UNITS_COMPLETED = _op(
    "ReaderNumWorkUnitsCompletedV2(reader_handle: resource) -> units_completed: int64",
    lambda _ctx, reader: np.int64(reader.completed),
    lambda reader: (),
)
READER_SERIALIZE_STATE = _op(
    "ReaderSerializeStateV2(reader_handle: resource) -> state: string",
    lambda _ctx, reader: np.array(reader.state(), object),
    lambda reader: (),
)
READER_RESTORE_STATE = _op("ReaderRestoreStateV2(reader_handle: resource, state: string) -> ()", _restore, _restored)
READER_RESET = _op("ReaderResetV2(reader_handle: resource) -> ()", _reset, lambda reader: [])


# -- readers as objects ------------------------------------------------------------------------------------


class ReaderReadV2(NamedTuple):
    """What `read` returns: the record, and what tells where it comes from."""

    key: Tensor
    value: Tensor


class ReaderReadUpToV2(NamedTuple):
    """What `read_up_to` returns: as `read`, with several of each."""

    keys: Tensor
    values: Tensor


class ReaderBase:
    """What all readers have in common.

    A reader takes the name of a file (TF calls it a unit of work) from a queue, gives its records one after another,
    and goes on with the next name. It belongs to a session.

    Args:
      reader_ref: the handle of the reader.
      supports_serialize: whether its state can be told.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False) -> None:
        self._reader_ref, self._supports_serialize = reader_ref, supports_serialize

    @property
    def reader_ref(self) -> Tensor:
        """The handle of the reader."""
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        """Whether `serialize_state` and `restore_state` work."""
        return self._supports_serialize

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next record; waits until the queue has a name, if it needs one.

        Args:
          queue: a queue of strings, or the handle of one.
          name: the op's name.

        Returns:
          A tuple of two scalars of strings, `key` and `value`.

        Raises:
          OutOfRangeError: (when run) the queue is closed and empty.
          NotFoundError: (when run) there is no such file.
          DataLossError: (when run) the file is damaged.
        """
        return ReaderReadV2(*emit(READER_READ, self._reader_ref, _handle(queue), name=name))

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> Any:
        """The next records; fewer than `num_records` where a file ends.

        Returns:
          A tuple of two vectors of strings, `keys` and `values`.
        """
        return ReaderReadUpToV2(*emit(READER_READ_UP_TO, self._reader_ref, _handle(queue), num_records, name=name))

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records it has given, an int64 scalar."""
        return self._look(READER_NUM_RECORDS_PRODUCED, name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files it is done with, an int64 scalar."""
        return self._look(READER_NUM_WORK_UNITS_COMPLETED, name)

    def serialize_state(self, name: str | None = None) -> Tensor:
        """Its state as a string.

        Raises:
          UnimplementedError: (when run) it is not `supports_serialize`.
        """
        return self._look(READER_SERIALIZE_STATE, name)

    def restore_state(self, state: Any, name: str | None = None) -> Operation:
        """An op that brings the reader into a state of before.

        Raises:
          UnimplementedError: (when run) it is not `supports_serialize`.
          InvalidArgumentError: (when run) it is no state.
        """
        op: Operation = emit(READER_RESTORE_STATE, self._reader_ref, state, name=name)
        return op

    def reset(self, name: str | None = None) -> Operation:
        """An op that brings the reader into its first state."""
        op: Operation = emit(READER_RESET, self._reader_ref, name=name)
        return op

    def _look(self, opdef: OpDef, name: str | None) -> Tensor:
        found: Tensor = emit(opdef, self._reader_ref, name=name)
        return found


def _handle(queue: Any) -> Any:
    return queue if isinstance(queue, Tensor) else queue.queue_ref


class TextLineReader(ReaderBase):
    r"""Reads files line by line; the key is the file and the number of the line.

    Args:
      skip_header_lines: how many lines of each file are left out.
      name: the op's name.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "poem")
    >>> with tf.Session() as sess:
    ...     sess.run(tf.write_file(path, "roses\nviolets\n"))
    >>> files = tf.train.string_input_producer([path], num_epochs=1)
    >>> key, line = tf.TextLineReader().read(files)
    >>> with tf.train.MonitoredSession() as sess:
    ...     while not sess.should_stop():
    ...         sess.run(line)
    b'roses'
    b'violets'
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        super().__init__(emit(TEXT_LINE_READER, skip_header_lines=skip_header_lines, name=name))


class TFRecordReader(ReaderBase):
    """Reads files of records; the key is the file and the place of the record.

    Args:
      name: the op's name.
      options: `tf.python_io.TFRecordOptions` where the files are compressed.
    """

    def __init__(self, name: str | None = None, options: Any = None) -> None:
        while hasattr(options, "compression_type"):
            options = options.compression_type
        super().__init__(emit(TF_RECORD_READER, compression_type=compression_name(options), name=name))


class FixedLengthRecordReader(ReaderBase):
    """Reads pieces of one length out of files; the key is the file and the number of the piece.

    Args:
      record_bytes: the length of a piece.
      header_bytes, footer_bytes: how much of the start and of the end of each file is left out.
      hop_bytes: how far it is from one piece to the next; by default the length of a piece.
      name: the op's name.
      encoding: 'ZLIB' or 'GZIP' where the files are compressed.
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ) -> None:
        ref = emit(
            FIXED_LENGTH_RECORD_READER, record_bytes=record_bytes, header_bytes=header_bytes,
            footer_bytes=footer_bytes, hop_bytes=hop_bytes, encoding=encoding, name=name,
        )  # fmt: skip
        super().__init__(ref)


class WholeFileReader(ReaderBase):
    """Reads files as a whole; the key is the name of the file."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(emit(WHOLE_FILE_READER, name=name), supports_serialize=True)


class IdentityReader(ReaderBase):
    """Reads no files: gives what stands in the queue, as key and as value."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(emit(IDENTITY_READER, name=name), supports_serialize=True)
