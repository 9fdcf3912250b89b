"""tensorflow.python.training.supervisor."""

from flowgraph import SessionLog, Summary
from flowgraph import absent as _absent
from flowgraph.train import Supervisor

__all__ = ["SessionLog", "Summary", "Supervisor"]

_absent.watch(__name__)
