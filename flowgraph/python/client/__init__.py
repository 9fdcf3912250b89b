"""tensorflow.python.client: scripts take `session` from it."""

from flowgraph import session

__all__ = ["session"]
