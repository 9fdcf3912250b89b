"""tensorflow.python.client: scripts take `session` and `timeline` from it."""

from flowgraph import absent as _absent
from flowgraph import session
from flowgraph.python.client import timeline

__all__ = ["session", "timeline"]

_absent.watch(__name__)
