"""tensorflow.python.training.session_manager."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import SessionManager

__all__ = ["SessionManager"]

_absent.watch(__name__)
