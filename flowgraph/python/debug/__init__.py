"""tensorflow.python.debug: the debugger at the terminal, which here is `tf.debug.step`; what dumps raises."""

from __future__ import annotations

from flowgraph import absent as _absent
from flowgraph.debug.step_wrapper import (
    DebugTensorDatum,
    LocalCLIDebugWrapperSession,
    has_inf_or_nan,
)
from flowgraph.debug.step_wrapper import (
    instead as _instead,
)

__all__ = [
    "DebugTensorDatum", "DumpingDebugHook", "DumpingDebugWrapperSession", "LocalCLIDebugHook",
    "LocalCLIDebugWrapperSession", "TensorBoardDebugHook", "TensorBoardDebugWrapperSession", "has_inf_or_nan",
]  # fmt: skip

_TRACE = "`with tf.debug.trace(sess) as t:` records what runs compute, and t.show() shows it."
_STEP = "wrap the session: tf_debug.LocalCLIDebugWrapperSession(sess); or walk a run with tf.debug.step(sess, fetches)."

DumpingDebugHook = _instead("DumpingDebugHook", _TRACE)
DumpingDebugWrapperSession = _instead("DumpingDebugWrapperSession", _TRACE)
LocalCLIDebugHook = _instead("LocalCLIDebugHook", _STEP)
TensorBoardDebugHook = _instead("TensorBoardDebugHook", _TRACE)
TensorBoardDebugWrapperSession = _instead("TensorBoardDebugWrapperSession", _TRACE)

_absent.watch(__name__)
