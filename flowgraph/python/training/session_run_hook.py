"""tensorflow.python.training.session_run_hook."""

from flowgraph import absent as _absent
from flowgraph.train import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues

__all__ = ["SessionRunArgs", "SessionRunContext", "SessionRunHook", "SessionRunValues"]

_absent.watch(__name__)
