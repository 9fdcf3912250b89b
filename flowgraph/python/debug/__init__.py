"""tensorflow.python.debug: scripts import TF's debugger beside their flag for it; using it raises."""

from __future__ import annotations

from typing import Any, NoReturn

from flowgraph import absent as _absent

__all__ = [
    "DumpingDebugHook", "DumpingDebugWrapperSession", "LocalCLIDebugHook", "LocalCLIDebugWrapperSession",
    "TensorBoardDebugHook", "TensorBoardDebugWrapperSession",
]  # fmt: skip


def _lacking(name: str) -> Any:
    def debugger(*_arguments: Any, **_named: Any) -> NoReturn:
        raise NotImplementedError(
            f"tf_debug.{name}: TensorFlow's debugger is not in flowgraph.\n\n  Fix: `with tf.debug.trace(sess) as t:` "
            "records what every op gives, and tf.debug.find_nan names the first that gives NaN or infinity."
        )

    debugger.__name__, debugger.__doc__ = name, f"Raises NotImplementedError: `{name}` is not here."
    return debugger


DumpingDebugHook = _lacking("DumpingDebugHook")
DumpingDebugWrapperSession = _lacking("DumpingDebugWrapperSession")
LocalCLIDebugHook = _lacking("LocalCLIDebugHook")
LocalCLIDebugWrapperSession = _lacking("LocalCLIDebugWrapperSession")
TensorBoardDebugHook = _lacking("TensorBoardDebugHook")
TensorBoardDebugWrapperSession = _lacking("TensorBoardDebugWrapperSession")

_absent.watch(__name__)
