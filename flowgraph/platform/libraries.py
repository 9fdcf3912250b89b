"""Libraries of ops in C++: `tf.load_op_library` and its like; flowgraph has nothing that they could be linked to."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, NoReturn

from flowgraph import errors
from flowgraph.platform.folders import path_text

_MEND = "Write the op in Python: tf.py_func runs any function, tf.custom_gradient gives it a gradient."


def load_op_library(library_filename: Any) -> NoReturn:
    """Not there: raises NotFoundError, for a library that exists too, with what to do instead.

    Args:
      library_filename: the library of ops that were compiled for TensorFlow.

    >>> load_op_library("word2vec_ops.so")
    Traceback (most recent call last):
    flowgraph.errors.NotFoundError: word2vec_ops.so: cannot open shared object file: No such file or directory...
    """
    name = path_text(library_filename)
    reason = "cannot open shared object file: No such file or directory"
    if os.path.exists(name):
        reason = "compiled for TensorFlow, whose libraries flowgraph does not have"
    raise errors.NotFoundError(None, None, errors.explain(f"{name}: {reason}", mend=_MEND))


def load_file_system_library(library_filename: Any) -> NoReturn:
    """Not there, as `load_op_library`: raises NotFoundError.

    Args:
      library_filename: a library that teaches TensorFlow another file system.
    """
    load_op_library(library_filename)


def load_library(library_location: Any) -> None:
    """Load the libraries of kernels in a folder: refused like those of `load_op_library`, if there are any.

    Args:
      library_location: a library or a folder of them.

    Raises:
      FileNotFoundError: there is no such file or folder.
      NotFoundError: there is one.
    """
    path = Path(path_text(library_location))
    if not path.exists():
        line = "The file or folder to load kernel libraries from does not exist."
        raise FileNotFoundError(errno.ENOENT, line, str(library_location))
    found = sorted(path.glob("*.so")) if path.is_dir() else [path]
    if found:
        load_op_library(found[0])
