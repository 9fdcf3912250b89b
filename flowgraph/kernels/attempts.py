"""What a run wants of something shared that may not be there yet: an element of a queue, room in it, a gradient.

An attempt is begun and goes on by itself: whoever changes the shared thing also does what others wait for. Whoever
needs the outcome waits for it, or gives up and cancels the attempt.
"""

from __future__ import annotations

import enum
import threading
from collections import deque
from collections.abc import Callable
from typing import Any


class Trouble(Exception):
    """Why an attempt failed: TF's name of the error, and its words."""

    def __init__(self, kind: str, line: str) -> None:
        super().__init__(line)
        self.kind, self.line = kind, line


class Progress(enum.Enum):
    """What a try has brought."""

    NONE = "none"  # nothing has changed
    SOME = "some"  # something has, but the attempt is not at its end
    DONE = "done"  # the attempt is at its end


class Attempt:
    """One thing that a run wants.

    Args:
      desk: where it waits its turn.
      proceed: tries it; what it returns as long as there is something to wait for is not DONE. It sets the result,
        or raises Trouble.
      cancelled: TF's words for an attempt that was cancelled.

    Attributes:
      done: whether it is at its end.
      result: what it has brought, once it is done and there was no trouble.
    """

    __slots__ = ("_cancelled", "_desk", "_event", "_trouble", "done", "proceed", "result")

    def __init__(self, desk: Desk, proceed: Callable[[Attempt], Progress], cancelled: str) -> None:
        self._desk, self.proceed, self._cancelled = desk, proceed, cancelled
        self.done = False
        self.result: Any = ()
        self._trouble: Trouble | None = None
        self._event: threading.Event | None = None

    def outcome(self) -> Any:
        """The result of an attempt that is done.

        Raises:
          Trouble: it failed.
        """
        if self._trouble is not None:
            raise self._trouble
        return self.result

    def finish(self, trouble: Trouble | None = None) -> None:
        """It is at its end; whoever watches hears of it. Called while the desk is held."""
        self.done, self._trouble = True, trouble
        if self._event is not None:
            self._event.set()

    def watch(self, event: threading.Event) -> None:
        """Let `event` be set when the attempt is done."""
        with self._desk.lock:
            self._event = event
            if self.done:
                event.set()

    def cancel(self) -> None:
        """Give it up, if it is not done."""
        with self._desk.lock:
            if not self.done:
                self.finish(Trouble("Cancelled", self._cancelled))
                self._desk.serve()


class Desk:
    """Lines of attempts, each of which is served in the order of coming.

    Attributes:
      lock: held while anything is looked at or changed.
      lines: the attempts that wait, one line for each kind.
    """

    def __init__(self, lines: int) -> None:
        self.lock = threading.RLock()
        self.lines: tuple[deque[Attempt], ...] = tuple(deque() for _ in range(lines))

    def begin(self, line: int, proceed: Callable[[Attempt], Progress], cancelled: str) -> Attempt:
        """A new attempt at the end of a line; it may be done already."""
        attempt = Attempt(self, proceed, cancelled)
        with self.lock:
            self.lines[line].append(attempt)
            self.serve()
        return attempt

    def done(self, result: Any) -> Attempt:
        """An attempt for which there is nothing to wait."""
        attempt = Attempt(self, lambda _: Progress.DONE, "")
        attempt.result = result
        attempt.finish()
        return attempt

    def serve(self) -> None:
        """Let all attempts go on as far as they can. Called while the desk is held."""
        while sum(self._serve_line(line) for line in self.lines):
            pass

    def _serve_line(self, line: deque[Attempt]) -> bool:
        """Whether anything has changed."""
        moved = False
        while line:
            attempt = line[0]
            if not attempt.done:
                try:
                    progress = attempt.proceed(attempt)
                except Trouble as trouble:
                    attempt.finish(trouble)
                    progress = Progress.DONE
                if progress is not Progress.DONE:
                    return moved or progress is Progress.SOME
                if not attempt.done:
                    attempt.finish()
                moved = True
            line.popleft()
        return moved
