"""`tf.gfile`: files and folders, with TF's functions and errors."""

from flowgraph import absent as _absent
from flowgraph.platform.files import FastGFile, GFile
from flowgraph.platform.files import GFile as Open
from flowgraph.platform.folders import (
    Copy,
    DeleteRecursively,
    Exists,
    Glob,
    IsDirectory,
    ListDirectory,
    MakeDirs,
    MkDir,
    Remove,
    Rename,
    Stat,
    Walk,
)

__all__ = [
    "Copy", "DeleteRecursively", "Exists", "FastGFile", "GFile", "Glob", "IsDirectory", "ListDirectory", "MakeDirs",
    "MkDir", "Open", "Remove", "Rename", "Stat", "Walk",
]  # fmt: skip

_absent.watch(__name__)
