"""tensorflow.python.util.tf_contextlib: Python's own `contextmanager`."""

from contextlib import contextmanager

from flowgraph import absent as _absent

__all__ = ["contextmanager"]

_absent.watch(__name__)
