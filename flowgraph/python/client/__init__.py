"""tensorflow.python.client: scripts take `session` and `timeline` from it."""

from flowgraph import absent as _absent
from flowgraph import session
from flowgraph.python.client import device_lib, timeline

__all__ = ["device_lib", "session", "timeline"]

_absent.watch(__name__)
