"""Whole files as tensors: read_file, write_file, matching_files."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, Effect, OpDef
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.strings import entries, of_entries
from flowgraph.platform.folders import matching, told_as_tf


def _scalars(*inputs: Any) -> None:
    for x in inputs:
        if x.sizes is not None and len(x.sizes) != 0:
            raise ValueError(f"Shape must be rank 0 but is rank {len(x.sizes)}")


def _file_sizes(name: Any) -> tuple[()]:
    _scalars(name)
    return ()


def _written(name: Any, contents: Any) -> list[Any]:
    _scalars(name, contents)
    return []


def _one_axis(pattern: Any) -> tuple[None]:
    if pattern.sizes is not None and len(pattern.sizes) > 1:
        raise ValueError(f"Shape must be at most rank 1 but is rank {len(pattern.sizes)}")
    return (None,)


def _path(name: Any) -> str:
    return os.fsdecode(np.asarray(name, object).item())


def _read(_ctx: Any, name: Any) -> Any:
    path = _path(name)
    with told_as_tf(path), open(path, "rb") as file:
        return np.array(file.read(), object)


def _write(_ctx: Any, name: Any, contents: Any) -> tuple[()]:
    path = _path(name)
    folder = os.path.dirname(path)
    with told_as_tf(path):
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as file:
            file.write(np.asarray(contents, object).item())
    return ()


def _match(_ctx: Any, patterns: Any) -> Any:
    found = [os.fsencode(name) for pattern in entries(patterns) for name in matching(os.fsdecode(pattern))]
    return of_entries(sorted(found), (len(found),))


# to read has no effect that others could see, but must not be done while the graph is built, nor once for two
READ_FILE = OpDef(
    "ReadFile(filename: string) -> contents: string",
    infer=_file_sizes,
    forward=_read,
    effect=Effect.RANDOM,
    gradient=MISSING_GRADIENT,
)

WRITE_FILE = OpDef(
    "WriteFile(filename: string, contents: string) -> ()",
    infer=_written,
    forward=_write,
    effect=Effect.WORLD,
    gradient=MISSING_GRADIENT,
)

MATCHING_FILES = OpDef(
    "MatchingFiles(pattern: string) -> filenames: string",
    infer=_one_axis,
    forward=_match,
    effect=Effect.RANDOM,
    gradient=MISSING_GRADIENT,
)


def read_file(filename: Any, name: str | None = None) -> Tensor:
    """What a file holds, as a string.

    Args:
      filename: its name, a scalar of strings.
      name: the op's name.

    Raises:
      NotFoundError: (when run) there is no such file.
      FailedPreconditionError: (when run) it is a folder.
    """
    found: Tensor = emit(READ_FILE, filename, name=name)
    return found


def write_file(filename: Any, contents: Any, name: str | None = None) -> Operation:
    """An op that writes a string into a file; the folders that it lies in are made as needed.

    Args:
      filename: the file's name, a scalar of strings.
      contents: what it shall hold, a scalar of strings.
      name: the op's name.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "new", "greeting")
    >>> with tf.Session() as sess:
    ...     sess.run(write_file(path, "hello"))
    ...     sess.run(tf.read_file(path))
    b'hello'
    """
    op: Operation = emit(WRITE_FILE, filename, contents, name=name)
    return op


def matching_files(pattern: Any, name: str | None = None) -> Tensor:
    """The names of files (and folders) that match a pattern such as `logs/*.txt`, sorted.

    Args:
      pattern: a pattern, or a vector of them.
      name: the op's name.

    Raises:
      NotFoundError: (when run) there is no such folder.
    """
    found: Tensor = emit(MATCHING_FILES, pattern, name=name)
    return found
