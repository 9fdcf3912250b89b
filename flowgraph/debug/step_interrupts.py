"""Ctrl-C while a stepper goes on: it strikes between two ops, so that no op is done by half, or twice."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interrupts:
    """Keeps Ctrl-C until an op is over; one that waits is struck at once, and any op by a second Ctrl-C.

    Attributes:
      waits: whether what runs now may wait for other runs.
      in_op: whether an op runs now.
    """

    def __init__(self) -> None:
        self.waits = self.in_op = False
        self._struck = False

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A block in which Ctrl-C is kept, where it would raise KeyboardInterrupt: in the main thread."""
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        self._struck = False
        signal.signal(signal.SIGINT, self._strike)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _strike(self, number: int, frame: Any) -> None:
        if self.waits or (self._struck and self.in_op):
            self._struck = False
            signal.default_int_handler(number, frame)
        self._struck = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C has been pressed; called between two ops."""
        if self._struck:
            self._struck = False
            raise KeyboardInterrupt
