"""`tf.io.gfile`: files and folders under the names that TensorFlow 2 kept.

>>> import os, tempfile
>>> from flowgraph import io
>>> folder = os.path.join(tempfile.mkdtemp(), "a", "b")
>>> io.gfile.makedirs(folder)
>>> with io.gfile.GFile(os.path.join(folder, "text"), "w") as file:
...     file.write("one")
>>> io.gfile.listdir(folder), io.gfile.isdir(folder)
(['text'], True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flowgraph import absent as _absent
from flowgraph import errors
from flowgraph.platform import folders
from flowgraph.platform.files import GFile

__all__ = [
    "GFile", "copy", "exists", "glob", "isdir", "listdir", "makedirs", "mkdir", "remove", "rename", "rmtree", "stat",
    "walk",
]  # fmt: skip


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file.

    Raises:
      AlreadyExistsError: there is a file at `dst`, which may not be overwritten.
    """
    folders.Copy(src, dst, overwrite)


def exists(path: Any) -> bool:
    """Whether there is a file or folder of that name."""
    return folders.Exists(path)


def glob(pattern: Any) -> list[str]:
    """The files that match a pattern, or any of a list of patterns."""
    return folders.Glob(pattern)


def isdir(path: Any) -> bool:
    """Whether there is a folder of that name."""
    return folders.IsDirectory(path)


def listdir(path: Any) -> list[str]:
    """The names of what lies in a folder.

    Raises:
      NotFoundError: there is no such folder.
    """
    return folders.ListDirectory(path)


def makedirs(path: Any) -> None:
    """Make a folder and those that it lies in, as far as they are not there."""
    folders.MakeDirs(path)


def mkdir(path: Any) -> None:
    """Make a folder.

    Raises:
      NotFoundError: the folder that it would lie in does not exist.
    """
    folders.MkDir(path)


def remove(path: Any) -> None:
    """Delete a file.

    Raises:
      NotFoundError: there is none.
    """
    folders.Remove(path)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Give a file or folder another name.

    Raises:
      AlreadyExistsError: there is a file at `dst`, which may not be overwritten.
    """
    folders.Rename(src, dst, overwrite)


def rmtree(path: Any) -> None:
    """Delete a folder and everything in it."""
    folders.DeleteRecursively(path)


def stat(path: Any) -> folders.FileStatistics:
    """Size and time of change of a file."""
    return folders.Stat(path)


def walk(
    top: Any, topdown: bool = True, onerror: Callable[[Exception], Any] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """A folder and all folders below it, each as (its path, the folders in it, the files in it).

    Args:
      top: where to begin.
      topdown: whether a folder comes before those in it.
      onerror: called with the error if a folder cannot be read.
    """
    try:
        yield from folders.Walk(top, topdown)
    except errors.OpError as error:
        if onerror is not None:
            onerror(error)


_absent.watch(__name__, "io.gfile")
