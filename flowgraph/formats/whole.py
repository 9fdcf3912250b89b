"""Files that are there whole or not at all, whenever a process is killed: written beside their place, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_CHUNK = 1 << 26


def write_whole(path: str | os.PathLike[str], data: Any) -> None:
    """Put bytes into a file; until they are all there it keeps what it had."""
    other = beside(path)
    try:
        write_parts(other, [data])
        os.replace(other, path)
    except BaseException:
        Path(other).unlink(missing_ok=True)
        raise


def beside(path: str | os.PathLike[str]) -> str:
    """A name in the same folder that nobody has."""
    import secrets

    return f"{os.fspath(path)}.tempstate{secrets.randbits(64)}"


def write_parts(path: str, parts: Iterable[Any]) -> None:
    """Make a file of parts: bytes, or whatever has a contiguous buffer."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    try:
        for part in parts:
            rest = memoryview(part).cast("B")
            while rest:
                rest = rest[os.write(number, rest[:_CHUNK]) :]
    finally:
        os.close(number)
