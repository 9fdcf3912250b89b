"""tensorflow.python.lib.io.file_io: what is `tf.gfile`, under older names."""
# ruff: noqa: N813  # they are these very names
# fmt: off

from flowgraph import absent as _absent
from flowgraph.gfile import Copy as copy
from flowgraph.gfile import DeleteRecursively as delete_recursively
from flowgraph.gfile import Exists as file_exists
from flowgraph.gfile import GFile as FileIO
from flowgraph.gfile import Glob as get_matching_files
from flowgraph.gfile import IsDirectory as is_directory
from flowgraph.gfile import ListDirectory as list_directory
from flowgraph.gfile import MakeDirs as recursive_create_dir
from flowgraph.gfile import MkDir as create_dir
from flowgraph.gfile import Remove as delete_file
from flowgraph.gfile import Rename as rename
from flowgraph.gfile import Stat as stat
from flowgraph.gfile import Walk as walk
from flowgraph.platform.contents import (
    atomic_write_string_to_file,
    file_crc32,
    filecmp,
    read_file_to_string,
    write_string_to_file,
)

__all__ = [
    "FileIO", "atomic_write_string_to_file", "copy", "create_dir", "delete_file", "delete_recursively", "file_crc32",
    "file_exists", "filecmp", "get_matching_files", "is_directory", "list_directory", "read_file_to_string",
    "recursive_create_dir", "rename", "stat", "walk", "write_string_to_file",
]

_absent.watch(__name__)
