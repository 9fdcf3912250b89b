"""`tf.train`: optimizers, decaying rates, moving averages, sessions that train, checkpoints, queues of input."""
# ruff: noqa: I001, F822  # names in wrapped lists; messages are looked up by __getattr__
# fmt: off

from flowgraph import absent as _absent
from flowgraph.monitored.cluster import ClusterSpec, Server, replica_device_setter
from flowgraph.monitored.creators import ChiefSessionCreator, SessionCreator, WorkerSessionCreator
from flowgraph.monitored.hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from flowgraph.monitored.hooks import (
    FeedFnHook, FinalOpsHook, GlobalStepWaiterHook, LoggingTensorHook, NanLossDuringTrainingError, NanTensorHook,
    StopAtStepHook,
)
from flowgraph.monitored.manager import SessionManager
from flowgraph.monitored.profiling import ProfilerHook
from flowgraph.monitored.saving import (
    CheckpointSaverHook, CheckpointSaverListener, StepCounterHook, SummarySaverHook,
)
from flowgraph.monitored.scaffold import Scaffold
from flowgraph.monitored.sessions import MonitoredSession, MonitoredTrainingSession, SingularMonitoredSession
from flowgraph.monitored.supervisor import Supervisor, basic_train_loop
from flowgraph.monitored.timers import SecondOrStepTimer
from flowgraph.queues import queue_runner
from flowgraph.queues.batching import (
    batch, batch_join, maybe_batch, maybe_batch_join, maybe_shuffle_batch, maybe_shuffle_batch_join, shuffle_batch,
    shuffle_batch_join,
)
from flowgraph.queues.coordinator import Coordinator, LooperThread
from flowgraph.queues.producers import (
    input_producer, limit_epochs, match_filenames_once, range_input_producer, slice_input_producer,
    string_input_producer,
)
from flowgraph.queues.runner import QueueRunner, add_queue_runner, start_queue_runners
from flowgraph.saving.initial import init_from_checkpoint
from flowgraph.saving.meta_graph import export_meta_graph, import_meta_graph, write_graph
from flowgraph.saving.reader import NewCheckpointReader, list_variables, load_checkpoint, load_variable
from flowgraph.saving.saver import Saver
from flowgraph.saving.states import (
    checkpoint_exists, checkpoints_iterator, generate_checkpoint_state_proto, get_checkpoint_mtimes,
    get_checkpoint_state, latest_checkpoint, remove_checkpoint, update_checkpoint_state,
)
from flowgraph.saving.warm import warm_start
from flowgraph.summaries.writer import summary_iterator
from flowgraph.tracking.checkpoint import Checkpoint
from flowgraph.tracking.manager import CheckpointManager
from flowgraph.training.adadelta import AdadeltaOptimizer
from flowgraph.training.adagrad import AdagradDAOptimizer, AdagradOptimizer, ProximalAdagradOptimizer
from flowgraph.training.adam import AdamOptimizer
from flowgraph.training.cosine_schedules import (
    cosine_decay, cosine_decay_restarts, linear_cosine_decay, noisy_linear_cosine_decay,
)
from flowgraph.training.ftrl import FtrlOptimizer
from flowgraph.training.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step,
)
from flowgraph.training.gradient_descent import GradientDescentOptimizer
from flowgraph.training.momentum import MomentumOptimizer
from flowgraph.training.moving_averages import ExponentialMovingAverage
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.proximal import ProximalGradientDescentOptimizer
from flowgraph.training.rmsprop import RMSPropOptimizer
from flowgraph.training.schedules import (
    exponential_decay, inverse_time_decay, natural_exp_decay, piecewise_constant, piecewise_constant_decay,
    polynomial_decay,
)
from flowgraph.training.sync_replicas import SyncReplicasOptimizer

__all__ = [
    "AdadeltaOptimizer", "AdagradDAOptimizer", "AdagradOptimizer", "AdamOptimizer", "BytesList", "Checkpoint",
    "CheckpointManager", "CheckpointSaverHook", "CheckpointSaverListener", "ChiefSessionCreator", "ClusterDef",
    "ClusterSpec", "Coordinator", "Example",
    "ExponentialMovingAverage", "Feature", "FeatureList", "FeatureLists", "Features", "FeedFnHook", "FinalOpsHook",
    "FloatList", "FtrlOptimizer", "GlobalStepWaiterHook", "GradientDescentOptimizer", "Int64List", "JobDef",
    "LoggingTensorHook", "LooperThread", "MomentumOptimizer", "MonitoredSession", "MonitoredTrainingSession",
    "NanLossDuringTrainingError", "NanTensorHook", "NewCheckpointReader", "Optimizer", "ProfilerHook",
    "ProximalAdagradOptimizer", "ProximalGradientDescentOptimizer", "QueueRunner", "RMSPropOptimizer", "Saver",
    "SaverDef", "Scaffold", "SecondOrStepTimer", "SequenceExample", "Server", "ServerDef", "SessionCreator",
    "SessionManager", "SessionRunArgs", "SessionRunContext", "SessionRunHook", "SessionRunValues",
    "SingularMonitoredSession", "StepCounterHook", "StopAtStepHook", "SummarySaverHook", "Supervisor",
    "SyncReplicasOptimizer", "WorkerSessionCreator", "add_queue_runner", "assert_global_step", "basic_train_loop",
    "batch", "batch_join", "checkpoint_exists", "checkpoints_iterator", "cosine_decay", "cosine_decay_restarts",
    "create_global_step", "exponential_decay", "export_meta_graph", "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes", "get_checkpoint_state", "get_global_step", "get_or_create_global_step", "global_step",
    "import_meta_graph", "init_from_checkpoint", "input_producer", "inverse_time_decay", "latest_checkpoint",
    "limit_epochs", "linear_cosine_decay", "list_variables", "load_checkpoint", "load_variable",
    "match_filenames_once", "maybe_batch", "maybe_batch_join",
    "maybe_shuffle_batch", "maybe_shuffle_batch_join", "natural_exp_decay", "noisy_linear_cosine_decay",
    "piecewise_constant", "piecewise_constant_decay", "polynomial_decay", "queue_runner", "range_input_producer",
    "remove_checkpoint", "replica_device_setter", "shuffle_batch", "shuffle_batch_join", "slice_input_producer",
    "start_queue_runners", "string_input_producer", "summary_iterator", "update_checkpoint_state", "warm_start",
    "write_graph",
]

_MESSAGES = (
    "BytesList", "ClusterDef", "Example", "Feature", "FeatureList", "FeatureLists", "Features", "FloatList",
    "Int64List", "JobDef", "SaverDef", "SequenceExample", "ServerDef",
)


def __getattr__(name: str) -> object:
    """Protocol buffers, whose library is imported when they are first used."""
    if name in _MESSAGES:
        from flowgraph import protos

        return protos.message(name)
    raise AttributeError(f"module 'flowgraph.train' has no attribute {name!r}")

_absent.watch(__name__)
