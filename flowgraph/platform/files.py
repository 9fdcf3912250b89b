"""Reading and writing files with TF's class and errors: `tf.gfile.GFile`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

from flowgraph import errors
from flowgraph.platform.folders import path_text, told_as_tf

_MODES = ("r", "w", "a", "r+", "w+", "a+")


class GFile:
    """A file, opened when it is first read or written.

    Args:
      name: the file's name.
      mode: 'r', 'w', 'a', 'r+', 'w+' or 'a+', with a 'b' for bytes instead of text (UTF-8).

    As in TF, reading and writing are two things: a file opened for both has a place to read at and another to write
    at, and what is written can be read after `flush`. Every mode but 'a' starts an empty file at the first `write`.

    >>> import os, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "lines.txt")
    >>> with GFile(name, "w") as file:
    ...     file.write("one, two")
    >>> GFile(name).read()
    'one, two'
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        plain = mode.replace("b", "")
        if plain not in _MODES:
            raise errors.InvalidArgumentError(None, None, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'")
        self._name, self._mode = name, mode
        self._binary = "b" in mode
        self._reads = plain in ("r", "r+", "w+", "a+")
        self._writes = plain != "r"
        self._appends = plain.startswith("a")
        self._reader: IO[bytes] | None = None
        self._writer: IO[bytes] | None = None

    @property
    def name(self) -> Any:
        """The file's name as it was given."""
        return self._name

    @property
    def mode(self) -> str:
        """The mode as it was given."""
        return self._mode

    def _reading(self) -> IO[bytes]:
        """The file to read from.

        Raises:
          PermissionDeniedError: the mode does not allow it.
        """
        if self._reader is None:
            if not self._reads:
                raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
            name = path_text(self._name)
            with told_as_tf(name):
                self._reader = open(name, "rb")  # noqa: SIM115  # `close` closes it
        return self._reader

    def _writing(self) -> IO[bytes]:
        """The file to write to.

        Raises:
          PermissionDeniedError: the mode does not allow it.
        """
        if self._writer is None:
            if not self._writes:
                raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
            name = path_text(self._name)
            with told_as_tf(name):
                self._writer = open(name, "ab" if self._appends else "wb")  # noqa: SIM115  # as above
        return self._writer

    def _given(self, data: bytes) -> Any:
        return data if self._binary else data.decode()

    def size(self) -> int:
        """How many bytes the file has."""
        name = path_text(self._name)
        with told_as_tf(name):
            return os.path.getsize(name)

    def write(self, file_content: Any) -> None:
        """Write text or bytes, in whichever mode.

        Raises:
          TypeError: it is neither.
        """
        file = self._writing()
        if not isinstance(file_content, str | bytes):
            raise TypeError(f"Expected binary or unicode string, got {file_content!r}")
        file.write(file_content.encode() if isinstance(file_content, str) else file_content)

    def read(self, n: int = -1) -> Any:
        """The next `n` bytes, as text unless the mode says 'b'; all that are left by default."""
        return self._given(self._reading().read(n))

    def readline(self) -> Any:
        """The next line with its end; empty at the end of the file."""
        return self._given(self._reading().readline())

    def readlines(self) -> list[Any]:
        """All lines that are left, with their ends."""
        return list(self)

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Go on reading elsewhere.

        Args:
          offset: how many bytes from there.
          whence: 0: from the start, 1: from here, 2: from the end.
          position: an older name of `offset`.

        Raises:
          InvalidArgumentError: `whence` is another number.
          OutOfRangeError: there are not so many bytes.
          TypeError: no offset is given, or two.
        """
        file = self._reading()
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position may not be set simultaneously.")
        if whence not in (0, 1, 2):
            line = f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2."
            raise errors.InvalidArgumentError(None, None, line)
        at = (offset if offset is not None else position or 0) + (0, file.tell(), self.size())[whence]
        if at > self.size():
            raise errors.OutOfRangeError(None, None, "reached end of file")
        file.seek(at)

    def seekable(self) -> bool:
        """True: `seek` works on every file."""
        return True

    def tell(self) -> int:
        """At which byte the file is read, or else written."""
        return self._reading().tell() if self._reads else self._writing().tell()

    def flush(self) -> None:
        """Hand what was written to the operating system, so that other programs can read it."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Let go of the file; reading or writing it again opens it anew."""
        reader, writer, self._reader, self._writer = self._reader, self._writer, None, None
        for file in (reader, writer):
            if file is not None:
                file.close()

    def next(self) -> Any:
        """The next line; StopIteration at the end of the file."""
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    __next__ = next

    def __iter__(self) -> Iterator[Any]:
        return self

    def __enter__(self) -> GFile:
        return self

    def __exit__(self, *_exc: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_writer"):
            self.close()


class FastGFile(GFile):
    """`GFile` under the name of a variant of which TF says that it is the same."""
