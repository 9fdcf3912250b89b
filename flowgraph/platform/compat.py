"""What scripts that run under several Pythons and TensorFlows use: `tf.compat`."""

from __future__ import annotations

import contextlib
import datetime as dt
import numbers
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)
bytes_or_text_types = (bytes, str)


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Text or bytes as bytes.

    Raises:
      TypeError: it is neither.

    >>> as_bytes("π")
    b'\\xcf\\x80'
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes | bytearray):
        return bytes(bytes_or_text)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Text or bytes as text.

    Raises:
      TypeError: it is neither.

    >>> as_text(b"abc")
    'abc'
    """
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_str_any(value: Any) -> str:
    """Anything as text: bytes decoded, the rest by `str`.

    >>> as_str_any(b"abc"), as_str_any(1.5)
    ('abc', '1.5')
    """
    return as_text(value) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """A `pathlib.Path` or other path object as text; anything else as it is."""
    return as_str_any(os.fspath(path)) if isinstance(path, os.PathLike) else path


_horizon = [dt.date(2019, 8, 21) + dt.timedelta(int(os.getenv("TF_FORWARD_COMPATIBILITY_DELTA_DAYS", "0")))]


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Whether TF 1.15 already builds what TF was to build from this date on.

    >>> forward_compatible(2019, 8, 1), forward_compatible(2019, 9, 1)
    (True, False)
    """
    # not as dates: TF asks of the 31st of every month
    return (_horizon[-1].year, _horizon[-1].month, _horizon[-1].day) > (year, month, day)


@contextlib.contextmanager
def forward_compatibility_horizon(year: int, month: int, day: int) -> Iterator[None]:
    """Let `forward_compatible` answer as it would on another date, inside the block; ops are built as always."""
    _horizon.append(dt.date(year, month, day))
    try:
        yield
    finally:
        _horizon.pop()
