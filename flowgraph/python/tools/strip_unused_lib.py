"""tensorflow.python.tools.strip_unused_lib."""

from flowgraph import absent as _absent
from flowgraph.saving.strip_unused import (
    strip_unused,
    strip_unused_from_files,
)

__all__ = ["strip_unused", "strip_unused_from_files"]

_absent.watch(__name__)
