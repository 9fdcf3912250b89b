"""What is in a file, read, written or compared at once."""

from __future__ import annotations

import binascii
import uuid
from typing import Any

from flowgraph import errors
from flowgraph.platform.files import GFile
from flowgraph.platform.folders import Remove, Rename


def read_file_to_string(filename: Any, binary_mode: bool = False) -> str | bytes:
    """All that is in a file, as text (UTF-8), or as bytes in `binary_mode`.

    Raises:
      NotFoundError: there is no such file.
      UnicodeDecodeError: it is no text.
    """
    with GFile(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: Any, file_content: Any) -> None:
    """Make `file_content`, text or bytes, all that is in a file.

    >>> import os, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "greeting")
    >>> write_string_to_file(name, "hello")
    >>> read_file_to_string(name), read_file_to_string(name, binary_mode=True)
    ('hello', b'hello')

    Raises:
      NotFoundError: there is no such folder.
      TypeError: it is neither text nor bytes.
    """
    with GFile(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(filename: Any, contents: Any, overwrite: bool = True) -> None:
    """Write a file that nobody ever sees half written: it gets its name when all is in it.

    Raises:
      AlreadyExistsError: there is such a file, and it may not be overwritten.
    """
    unnamed = f"{filename}.tmp{uuid.uuid4().hex}"
    write_string_to_file(unnamed, contents)
    try:
        Rename(unnamed, filename, overwrite)
    except errors.OpError:
        Remove(unnamed)
        raise


def filecmp(filename_a: Any, filename_b: Any) -> bool:
    """Whether two files hold the same bytes.

    Raises:
      NotFoundError: one of them is not there.
    """
    return read_file_to_string(filename_a, binary_mode=True) == read_file_to_string(filename_b, binary_mode=True)


def file_crc32(filename: Any, block_size: int = 2**24) -> str:
    """The CRC-32 of a file, in hexadecimal; it is read in blocks of `block_size` bytes.

    Raises:
      NotFoundError: there is no such file.
    """
    crc = 0
    with GFile(filename, "rb") as file:
        while block := file.read(block_size):
            crc = binascii.crc32(block, crc)
    return hex(crc)
