"""Event files, which TensorBoard reads: files of records, each of them an Event."""

from __future__ import annotations

import os
import time
import weakref
from typing import Any

from flowgraph import protos
from flowgraph.formats.records import RecordFile
from flowgraph.platform.folders import MakeDirs

_VERSION = "brain.Event:2"


class EventFile:
    """One event file: `events.out.tfevents.<seconds since 1970>.<host>`, in a folder that is made if need be.

    Every event is in the file by the time that `flush` or `close` returns, and some while after it was added anyway.
    """

    def __init__(self, folder: str, flush_secs: float, suffix: str) -> None:
        import socket

        MakeDirs(folder)
        stamp = int(time.time())
        name = f"events.out.tfevents.{stamp:010d}.{socket.gethostname()}{suffix}"
        while os.path.exists(os.path.join(folder, name)):  # two writers within a second
            stamp += 1
            name = f"events.out.tfevents.{stamp:010d}.{socket.gethostname()}{suffix}"
        self.path = os.path.join(folder, name)
        self._file = RecordFile(self.path)
        self._flush_secs, self._flushed = flush_secs, time.monotonic()
        self._end = weakref.finalize(self, self._file.close)  # also when the interpreter ends
        self.add(protos.message("Event")(wall_time=time.time(), file_version=_VERSION))
        self.flush()

    def add(self, event: Any) -> None:
        """Add an Event message."""
        self._file.write(event.SerializeToString())
        if time.monotonic() - self._flushed > self._flush_secs:
            self.flush()

    def flush(self) -> None:
        """Put everything into the file."""
        self._file.flush()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """End the file."""
        self._end()
