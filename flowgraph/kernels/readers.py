"""Readers: records one after another out of files whose names wait in a queue.

A reader belongs to a session, and one run at a time reads from it. A run that wants a record waits for its turn, then
perhaps for the name of the next file.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.formats.numbers import read_varint, varint
from flowgraph.formats.records import read_records, unpacked
from flowgraph.kernels.attempts import Attempt, Desk, Progress, Trouble
from flowgraph.platform.folders import told_as_tf

Records = Iterator[tuple[bytes, bytes]]

# -- kinds of files ----------------------------------------------------------------------------------------


def _opened(name: bytes) -> Any:
    with told_as_tf(name.decode(errors="replace")):
        return open(name, "rb")


def lines(skip: int) -> Callable[[bytes], Records]:
    """Reads a file line by line, from line `skip` on; the key is the file and the number of the line."""

    def read(name: bytes) -> Records:
        def found() -> Records:
            with file:
                for number, line in enumerate(file, 1):
                    if number > skip:
                        yield b"%s:%d" % (name, number), line.removesuffix(b"\n").removesuffix(b"\r")

        file = _opened(name)
        return found()

    return read


def records(compression: str) -> Callable[[bytes], Records]:
    """Reads a file of records; the key is the file and the place of the record."""

    def read(name: bytes) -> Records:
        def found() -> Records:
            at = 0
            with file:
                for record in read_records(file, compression):
                    yield b"%s:%d" % (name, at), record
                    at += len(record) + 16

        file = _opened(name)
        return found()

    return read


def pieces(header: int, size: int, footer: int, hop: int, compression: str) -> Callable[[bytes], Records]:
    """Reads pieces of one size out of what is between a file's header and footer, `hop` bytes from one to the next."""

    def read(name: bytes) -> Records:
        def found() -> Records:
            data = b""
            with file:
                for number in itertools.count():
                    data += _up_to(source, max(size, hop) + footer - len(data))
                    if len(data) < size + footer:
                        return
                    yield b"%s:%d" % (name, number), data[:size]
                    data = data[hop or size :]

        file = _opened(name)
        source = unpacked(file, compression)
        if len(_up_to(source, header)) < header:
            file.close()
            raise errors.OutOfRangeError(None, None, "reached end of file")
        return found()

    return read


def _up_to(source: Any, size: int) -> bytes:
    """So many bytes, or fewer at the end."""
    parts = []
    while size > 0 and (part := source.read(min(size, 1 << 20))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def whole(name: bytes) -> Records:
    """A file as one record."""
    with _opened(name) as file:
        data = file.read()
    yield name, data


def itself(name: bytes) -> Records:
    """What stood in the queue, as key and as value."""
    return iter([(name, name)])


# -- readers -----------------------------------------------------------------------------------------------


class Reader:
    """A reader of one session.

    Args:
      kind: TF's name for its class.
      name: how messages call it.
      read: gives the records of a file.
      is_whole: whether a file is one record, so that it is done with as soon as that is read; only then can the
        state be told.

    Attributes:
      produced: how many records it has given.
      completed: how many files it is done with.
    """

    def __init__(self, kind: str, name: str, read: Callable[[bytes], Records], is_whole: bool = False) -> None:
        self.kind, self.name, self._read, self._is_whole = kind, name, read, is_whole
        self._desk = Desk(1)
        self._is_taken = False
        self._clear()

    def _clear(self) -> None:
        self.produced = self.started = self.completed = 0
        self.work = b""
        self._records: Any = None
        self._error: Exception | None = None

    def reset(self) -> None:
        """Forget the file that is being read, and all counts."""
        with self._desk.lock:
            self._clear()

    # -- whose turn it is ------------------------------------------------------------------------------------

    def turn(self) -> Attempt:
        """An attempt at having the reader for oneself, until `release`."""

        def proceed(_attempt: Attempt) -> Progress:
            if self._is_taken:
                return Progress.NONE
            self._is_taken = True
            return Progress.DONE

        return self._desk.begin(0, proceed, "Read operation was cancelled")

    def release(self) -> None:
        """Let the next one have it."""
        with self._desk.lock:
            self._is_taken = False
            self._desk.serve()

    # -- reading ---------------------------------------------------------------------------------------------

    def start(self, name: bytes) -> None:
        """Begin with a file.

        Raises:
          OpError: it cannot be opened.
        """
        self.work = name
        self._error = None
        try:
            self._records = self._read(name)
        except errors.FailedPreconditionError as error:  # a folder: TF opens it and fails when it reads
            self._records, self._error = iter(()), error
        self.started += 1

    @property
    def needs_work(self) -> bool:
        """Whether the next record comes out of another file."""
        return self._records is None

    def read(self, count: int) -> list[tuple[bytes, bytes]]:
        """The next records of this file, at most `count`; with fewer, the file is done with.

        Raises:
          DataLossError: the file is damaged; what was read before in this call is lost.
        """
        if self._error is not None:  # as in TF, a reader stays where it met a damaged record
            raise self._error
        try:
            found = list(itertools.islice(self._records, count))
        except errors.OpError as error:
            self._error = error
            raise
        self.produced += len(found)
        if len(found) < count or self._is_whole:
            self._records = None
            self.completed = self.started
        return found

    # -- state -----------------------------------------------------------------------------------------------

    def state(self) -> bytes:
        """Its state as bytes: a message `ReaderBaseState`.

        Raises:
          UnimplementedError: it could not go on from there.
        """
        if not self._is_whole:
            raise errors.UnimplementedError(None, None, "Reader SerializeState")
        counts = (self.started, self.completed, self.produced)
        parts = [bytes([8 * field]) + varint(count) for field, count in enumerate(counts, 1) if count]
        work = [b"\x22", varint(len(self.work)), self.work] if self.work else []
        return b"".join([*parts, *work])

    def restore(self, state: bytes) -> None:
        """Go on from a state.

        Raises:
          UnimplementedError: it cannot.
          InvalidArgumentError: the state is none.
        """
        if not self._is_whole:
            raise errors.UnimplementedError(None, None, "Reader RestoreState")
        try:
            found = _fields(state)
        except errors.DataLossError:
            line = f"Could not parse state for {self.kind} '{self.name}': {_escaped(state)}"
            raise errors.InvalidArgumentError(None, None, line) from None
        started, completed, produced = (found.get(field, 0) for field in (1, 2, 3))
        if min(started, completed, produced) < 0 or started > completed:
            what = "Inconsistent work started vs. finished" if started > completed else "Unexpected negative value"
            where = f"when restoring in {self.kind} '{self.name}': work_started: {started}"
            raise errors.InvalidArgumentError(None, None, f"{what} {where}\nwork_finished: {completed}")
        with self._desk.lock:
            self._clear()
            self.started, self.completed, self.produced = started, completed, produced
            self.work = found.get(4, b"")


def _fields(data: bytes) -> dict[int, Any]:
    """The fields of a message of numbers (fields 1 to 3) and bytes (4)."""
    found: dict[int, Any] = {}
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, at = read_varint(data, at)
        if tag in (8, 16, 24):
            found[tag >> 3] = number - (1 << 64) if number >> 63 else number
        elif tag == 34 and at + number <= len(data):
            found[4] = data[at : at + number]
            at += number
        else:
            raise errors.DataLossError(None, None, "no state of a reader")
    return found


def _escaped(data: bytes) -> str:
    plain = {10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(plain.get(octet) or (chr(octet) if 32 <= octet < 127 else f"\\{octet:03o}") for octet in data)


class Reading:
    """An attempt at reading: waits for the reader, then perhaps for names of files; see `attempts.Attempt`.

    Args:
      reader: the reader.
      queue: the queue of names.
      count: how many records at most; None: one, however many files it takes.
    """

    def __init__(self, reader: Reader, queue: Any, count: int | None) -> None:
        self._reader, self._queue, self._count = reader, queue, count
        self._lock = threading.RLock()
        self._has_turn = self._is_done = self._is_cancelled = False
        self._result: Any = None
        self._trouble: Exception | None = None
        self._awaited: Attempt = reader.turn()

    @property
    def done(self) -> bool:
        """Whether it is at its end; asking lets it go on as far as it can."""
        with self._lock:
            while not self._is_done and self._awaited.done:
                try:
                    self._go_on(self._awaited.outcome())
                except (Trouble, errors.OpError) as trouble:
                    self._end(trouble=trouble)
            return self._is_done

    def _go_on(self, outcome: Any) -> None:
        if self._has_turn:
            self._reader.start(_name(outcome))
        else:
            self._has_turn = True
        if self._is_cancelled:
            raise Trouble("Cancelled", "Read operation was cancelled")
        found: list[tuple[bytes, bytes]] = []
        wanted = 1 if self._count is None else self._count
        while not found and wanted > 0:
            if self._reader.needs_work:
                self._reader.work = b""
                self._awaited = self._queue.dequeue()
                if not self._awaited.done:
                    return
                self._reader.start(_name(self._awaited.outcome()))
            found = self._reader.read(wanted)
        self._end(found)

    def _end(self, result: Any = None, trouble: Exception | None = None) -> None:
        self._is_done, self._result, self._trouble = True, result, trouble
        if self._has_turn:
            self._has_turn = False
            self._reader.release()

    def outcome(self) -> Any:
        """Keys and values.

        Raises:
          Trouble, OpError: it failed.
        """
        if self._trouble is not None:
            raise self._trouble
        if self._count is None:
            return tuple(np.array(part, object) for part in self._result[0])
        arrays = np.empty((2, len(self._result)), object)
        for place, (key, value) in enumerate(self._result):
            arrays[:, place] = key, value
        return arrays[0], arrays[1]

    def watch(self, event: threading.Event) -> None:
        """Let `event` be set when it can go on."""
        with self._lock:
            self._awaited.watch(event)

    def cancel(self) -> None:
        """Give it up, if it is not done."""
        with self._lock:
            self._is_cancelled = True
            if not self._is_done:
                self._awaited.cancel()
                self.done  # noqa: B018 (lets go of the reader)


def _name(element: Any) -> bytes:
    """The name of a file, of what a queue gave."""
    if len(element) != 1:
        raise Trouble("InvalidArgument", "Expected single component queue")
    array = np.asarray(element[0])
    if array.dtype.kind not in "OS":
        raise Trouble("InvalidArgument", "Expected queue with single string component")
    if array.size != 1:
        raise Trouble("InvalidArgument", "Expected to dequeue a one-element string tensor")
    return array.item() if array.ndim == 0 else array.ravel()[0]
