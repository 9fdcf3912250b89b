"""Messages to the user in TF's manner: `tf.logging`, which writes `INFO:tensorflow:step 100` to the error stream."""

from __future__ import annotations

import logging
import sys
import threading
from collections import Counter
from types import FrameType
from typing import Any

DEBUG, INFO, WARN, ERROR, FATAL = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL

_logger: logging.Logger | None = None
_making = threading.Lock()
_calls: Counter[tuple[str, int]] = Counter()


class _LoggerOfCallers(logging.Logger):
    """A logger that names as the place of a message the line that called `tf.logging`, not a line of this file."""

    def findCaller(  # a name of Python's logging
        self,
        stack_info: bool = False,  # noqa: ARG002  # TF's logger does not show stacks either
        stacklevel: int = 1,  # noqa: ARG002
    ) -> tuple[str, int, str, str | None]:
        """(file, line, function, no stack) of the caller."""
        frame = _caller()
        if frame is None:
            return "(unknown file)", 0, "(unknown function)", None
        return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, None


def _caller() -> FrameType | None:
    """The innermost frame outside this file and Python's logging."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in (__file__, logging.__file__):
        frame = frame.f_back
    return frame


def get_logger() -> logging.Logger:
    """The logger 'tensorflow', that TF's messages and those of `tf.logging` go to.

    If Python's logging is not set up yet, its messages go to the error stream as `WARNING:tensorflow:...`; at an
    interactive prompt to the output, those of level INFO included.
    """
    global _logger  # noqa: PLW0603  # set up once, at first use
    with _making:
        if _logger is None:
            logger = logging.getLogger("tensorflow")
            logger.__class__ = _LoggerOfCallers
            if not logging.getLogger().handlers:
                interactive = hasattr(sys, "ps1") or bool(sys.flags.interactive)
                if interactive:
                    logger.setLevel(INFO)
                handler = logging.StreamHandler(sys.stdout if interactive else sys.stderr)
                handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
                logger.addHandler(handler)
            _logger = logger
        return _logger


def set_verbosity(v: int | str) -> None:
    """Show messages of the level `v` and above; flowgraph's own warnings obey it too.

    Args:
      v: a level such as `tf.logging.INFO`, or its name.

    Raises:
      ValueError: there is no such level.
    """
    get_logger().setLevel(v)
    logging.getLogger("flowgraph").setLevel(v)


def get_verbosity() -> int:
    """The level from which on messages are shown: 30, `tf.logging.WARN`, at first."""
    return get_logger().getEffectiveLevel()


def log(level: int, msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at a level."""
    get_logger().log(level, msg, *args, **kwargs)


def debug(msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at level DEBUG."""
    get_logger().debug(msg, *args, **kwargs)


def info(msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at level INFO, which is not shown unless `set_verbosity` asks for it.

    >>> info("step %d: loss %.3f", 100, 0.25)
    """
    get_logger().info(msg, *args, **kwargs)


def warning(msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at level WARN."""
    get_logger().warning(msg, *args, **kwargs)


def warn(msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at level WARN, as `warning` does."""
    get_logger().warning(msg, *args, **kwargs)


def error(msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at level ERROR."""
    get_logger().error(msg, *args, **kwargs)


def fatal(msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at level FATAL; the program goes on, as in TF."""
    get_logger().critical(msg, *args, **kwargs)


def vlog(level: int, msg: object, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at a level, as `log` does."""
    get_logger().log(level, msg, *args, **kwargs)


def log_if(level: int, msg: object, condition: object, *args: Any) -> None:
    """Log `msg % args` at a level if `condition` is true."""
    if condition:
        vlog(level, msg, *args)


def _times_before() -> int:
    """How many times the calling line has been here."""
    frame = _caller()
    place = (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("<unknown>", 0)
    _calls[place] += 1
    return _calls[place] - 1


def log_every_n(level: int, msg: object, n: int, *args: Any) -> None:
    """Log `msg % args` the first of every `n` times that this line of the program is run."""
    log_if(level, msg, not _times_before() % n, *args)


def log_first_n(level: int, msg: object, n: int, *args: Any) -> None:
    """Log `msg % args` the first `n` times that this line of the program is run."""
    log_if(level, msg, _times_before() < n, *args)


def TaskLevelStatusMessage(msg: object) -> None:
    """Log a message at level ERROR."""
    error(msg)


def flush() -> None:
    """Not there, as in TF: messages are written at once.

    Raises:
      NotImplementedError: always.
    """
    raise NotImplementedError
