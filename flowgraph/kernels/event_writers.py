"""Writers of events that ops write to (tf.contrib.summary): what the session keeps of them."""

from __future__ import annotations

import threading
import time
from typing import Any

from flowgraph import protos
from flowgraph.errors import NotFoundError
from flowgraph.formats.events import EventFile
from flowgraph.platform.folders import told_as_tf


class EventWriter:
    """A writer under a name, whose file is made by an op of its own.

    Args:
      name: its name in messages.
    """

    def __init__(self, name: str) -> None:
        self._name, self._lock = name, threading.Lock()
        self._file: EventFile | None = None
        self._most, self._waiting = 0, 0

    def open(self, folder: str, most: int, flush_secs: float, suffix: str) -> None:
        """Make its file, unless it has one.

        Args:
          folder: where.
          most: so many events wait at most until they are in the file.
          flush_secs: so long does an event wait at most for the next one to bring it there.
          suffix: how the file's name ends.
        """
        with self._lock, told_as_tf(folder):
            if self._file is None:
                self._most, self._file = most, EventFile(folder, flush_secs, suffix)

    def add(self, event: Any) -> None:
        """Add an Event."""
        with self._lock:
            file = self._opened()
            file.add(event)
            self._waiting += 1
            if self._waiting > self._most:
                self._put(file)

    def flush(self) -> None:
        """Put all events into the file."""
        with self._lock:
            self._put(self._opened())

    def close(self) -> None:
        """End the file, and forget it."""
        with self._lock:
            self._opened().close()
            self._file = None

    def _put(self, file: EventFile) -> None:
        file.flush()
        self._waiting = 0

    def _opened(self) -> EventFile:
        if self._file is None:
            line = f"Resource localhost/{self._name}/N10tensorflow22SummaryWriterInterfaceE does not exist."
            raise NotFoundError(None, None, line)
        return self._file


def event(step: Any, **fields: Any) -> Any:
    """An Event of now."""
    return protos.message("Event")(wall_time=time.time(), step=int(step), **fields)
