"""tensorflow.python.client: scripts take `session` from it."""

from flowgraph import absent as _absent
from flowgraph import session

__all__ = ["session"]

_absent.watch(__name__)
