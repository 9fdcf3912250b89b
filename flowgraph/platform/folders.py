"""Files and folders as a whole, with TF's functions and errors: most of `tf.gfile`."""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple

from flowgraph import errors

_KINDS: tuple[tuple[type[OSError], type[errors.OpError]], ...] = (
    (FileNotFoundError, errors.NotFoundError),
    (FileExistsError, errors.AlreadyExistsError),
    (PermissionError, errors.PermissionDeniedError),
)


def path_text(path: Any) -> str:
    """A file's name as text.

    Args:
      path: a str, bytes or `os.PathLike`.

    Raises:
      TypeError: it is none of these.
    """
    if not isinstance(path, str | bytes | os.PathLike):
        raise TypeError(f"Expected binary or unicode string, got {path!r}")
    return os.fsdecode(path)


@contextlib.contextmanager
def told_as_tf(name: str) -> Iterator[None]:
    """Turn what the operating system says of the file `name` inside the block into TF's exceptions."""
    try:
        yield
    except OSError as error:
        kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), errors.FailedPreconditionError)
        if error.errno == errno.EROFS:
            kind = errors.PermissionDeniedError
        raise kind(None, None, f"{name}; {error.strerror}") from None


def Exists(filename: Any) -> bool:
    """Whether there is a file or folder of that name.

    >>> Exists("no such file")
    False
    """
    return os.path.exists(path_text(filename))


def IsDirectory(dirname: Any) -> bool:
    """Whether there is a folder of that name."""
    return os.path.isdir(path_text(dirname))


def ListDirectory(dirname: Any) -> list[str]:
    """The names of what lies in a folder, in no particular order.

    Raises:
      NotFoundError: there is no such folder.
    """
    name = path_text(dirname)
    if not os.path.isdir(name):
        raise errors.NotFoundError(None, None, f"Could not find directory {name}")
    return os.listdir(name)


def Glob(filename: Any) -> list[str]:
    """The files that match a pattern such as `logs/*.txt`, or any of a list of patterns: hidden ones, too.

    A pattern that names no folder is about the current one, and what it finds begins with './', as TF has it.

    Raises:
      NotFoundError: the folder before the first wildcard does not exist.
    """
    patterns = [filename] if isinstance(filename, str | bytes | os.PathLike) else filename
    return [name for pattern in patterns for name in matching(path_text(pattern))]


def MkDir(dirname: Any) -> None:
    """Make a folder; nothing if it is there already.

    Raises:
      NotFoundError: the folder that it would lie in does not exist.
    """
    name = path_text(dirname)
    with told_as_tf(name), contextlib.suppress(FileExistsError):
        os.mkdir(name)


def MakeDirs(dirname: Any) -> None:
    """Make a folder and those that it lies in, as far as they are not there."""
    name = path_text(dirname)
    with told_as_tf(name), contextlib.suppress(FileExistsError):
        os.makedirs(name)


def Remove(filename: Any) -> None:
    """Delete a file.

    Raises:
      NotFoundError: there is none.
      FailedPreconditionError: it is a folder.
    """
    name = path_text(filename)
    if os.path.isdir(name):
        raise errors.FailedPreconditionError(None, None, f"{name}; Is a directory")
    with told_as_tf(name):
        os.remove(name)


def DeleteRecursively(dirname: Any) -> None:
    """Delete a folder and everything in it.

    Raises:
      NotFoundError: there is none.
      FailedPreconditionError: it is a file.
    """
    name = path_text(dirname)
    if not os.path.exists(name):
        raise errors.NotFoundError(None, None, f"{name} not found")
    with told_as_tf(name):
        shutil.rmtree(name)


def Copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """Copy a file's content.

    Raises:
      AlreadyExistsError: there is a file `newpath`, and not `overwrite`.
      NotFoundError: there is no file `oldpath`, or no folder for the new one.
    """
    old, new = path_text(oldpath), path_text(newpath)
    _keep_existing(new, overwrite)
    if not os.path.exists(old):
        raise errors.NotFoundError(None, None, f"{old}; No such file or directory")
    with told_as_tf(new):
        shutil.copyfile(old, new)


def Rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """Rename or move a file or folder.

    Raises:
      AlreadyExistsError: there is one called `newname`, and not `overwrite`.
      NotFoundError: there is none called `oldname`.
    """
    old, new = path_text(oldname), path_text(newname)
    _keep_existing(new, overwrite)
    with told_as_tf(old):
        os.replace(old, new)


def _keep_existing(name: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(name):
        raise errors.AlreadyExistsError(None, None, "file already exists")


class FileStatistics(NamedTuple):
    """What `Stat` tells: the length in bytes, the time of the last change in nanoseconds, whether it is a folder."""

    length: int
    mtime_nsec: int
    is_directory: bool


def Stat(filename: Any) -> FileStatistics:
    """The size and age of a file or folder.

    Raises:
      NotFoundError: there is none.
    """
    name = path_text(filename)
    with told_as_tf(name):
        found = os.stat(name)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(name))


def Walk(top: Any, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """For a folder and each one inside it: (its path, the folders in it, the files in it).

    Args:
      top: the folder; nothing comes of one that is not there.
      in_order: whether a folder comes before those inside it, or after them.
    """
    yield from os.walk(path_text(top), topdown=in_order)


def matching(pattern: str) -> list[str]:
    """The files and folders that match a pattern, as TF finds them: hidden ones, too, and below '.' if nothing is said.

    Raises:
      NotFoundError: the folder before the first wildcard does not exist.
    """
    if not pattern:
        return []
    cut = re.search(r"[*?\[\\]", pattern)
    folder = os.path.dirname(pattern[: cut.start()] if cut else pattern)
    if not folder:
        folder, pattern = ".", f"./{pattern}"
    if not os.path.isdir(folder):
        raise errors.NotFoundError(None, None, f"{folder}; No such file or directory")
    found = [folder]
    for part in pattern[len(folder) :].strip("/").split("/") if not pattern.endswith("/") else []:
        matches = re.compile(fnmatch.translate(part)).match
        found = [
            os.path.join(top, name) for top in found if os.path.isdir(top) for name in os.listdir(top) if matches(name)
        ]
    return sorted(found) if not pattern.endswith("/") else []
