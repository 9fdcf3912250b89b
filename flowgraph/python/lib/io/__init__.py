"""tensorflow.python.lib.io: files and folders, and files of records."""

from flowgraph import absent as _absent
from flowgraph.python.lib.io import file_io, python_io, tf_record

__all__ = ["file_io", "python_io", "tf_record"]

_absent.watch(__name__)
