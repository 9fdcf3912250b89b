"""Files that lie beside a script or come with the library: `tf.resource_loader`."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def _folder_of_caller() -> str:
    """The folder of the file that called a function of this one."""
    return str(Path(sys._getframe(2).f_code.co_filename).parent)


def load_resource(path: str) -> bytes:
    """The content of a file that comes with flowgraph.

    Args:
      path: where it lies in the package.

    Raises:
      FileNotFoundError: there is none.

    >>> load_resource("platform/__init__.py")[:3]
    b'\"\"\"'
    """
    return (PACKAGE / path).read_bytes()


def get_data_files_path() -> str:
    """The folder of the file that calls this."""
    return _folder_of_caller()


def get_root_dir_with_all_resources() -> str:
    """The folder of the file that calls this: nothing here is started by Bazel, which has another."""
    return _folder_of_caller()


def get_path_to_datafile(path: str) -> str:
    """The path of a file, given relative to the folder of the file that calls this."""
    return str(Path(_folder_of_caller()) / path)


def readahead_file_path(path: str, readahead: str = "128M") -> str:  # noqa: ARG001  # a hint, which TF ignores too
    """The path as it is; TF's open version reads nothing ahead either."""
    return path
