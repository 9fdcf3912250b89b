"""tensorflow.python.training.basic_session_run_hooks."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import SessionLog, Summary
from flowgraph.train import (
    CheckpointSaverHook, CheckpointSaverListener, FeedFnHook, FinalOpsHook, GlobalStepWaiterHook,
    LoggingTensorHook, NanLossDuringTrainingError, NanTensorHook, ProfilerHook, SecondOrStepTimer, SessionRunArgs,
    StepCounterHook, StopAtStepHook, SummarySaverHook,
)

__all__ = [
    "CheckpointSaverHook", "CheckpointSaverListener", "FeedFnHook", "FinalOpsHook", "GlobalStepWaiterHook",
    "LoggingTensorHook", "NanLossDuringTrainingError", "NanTensorHook", "ProfilerHook", "SecondOrStepTimer",
    "SessionLog", "SessionRunArgs", "StepCounterHook", "StopAtStepHook", "Summary", "SummarySaverHook",
]

_absent.watch(__name__)
