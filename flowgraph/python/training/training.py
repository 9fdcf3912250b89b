"""tensorflow.python.training.training."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import (
    AdadeltaOptimizer, AdagradDAOptimizer, AdagradOptimizer, AdamOptimizer, BytesList,
    CheckpointSaverHook, CheckpointSaverListener, ChiefSessionCreator, ClusterDef, ClusterSpec,
    Coordinator, Example, ExponentialMovingAverage, Feature, FeatureList, FeatureLists, Features,
    FeedFnHook, FinalOpsHook, FloatList, FtrlOptimizer, GlobalStepWaiterHook, GradientDescentOptimizer,
    Int64List, JobDef, LoggingTensorHook, LooperThread, MomentumOptimizer, MonitoredSession,
    MonitoredTrainingSession, NanLossDuringTrainingError, NanTensorHook, NewCheckpointReader, Optimizer,
    ProfilerHook, ProximalAdagradOptimizer, ProximalGradientDescentOptimizer, QueueRunner,
    RMSPropOptimizer, Saver, SaverDef, Scaffold, SecondOrStepTimer, SequenceExample, Server, ServerDef,
    SessionCreator, SessionManager, SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues,
    SingularMonitoredSession, StepCounterHook, StopAtStepHook, SummarySaverHook, Supervisor,
    SyncReplicasOptimizer, WorkerSessionCreator, add_queue_runner, assert_global_step, basic_train_loop,
    batch, batch_join, checkpoint_exists, cosine_decay, cosine_decay_restarts, create_global_step,
    exponential_decay, export_meta_graph, generate_checkpoint_state_proto, get_checkpoint_mtimes,
    get_checkpoint_state, get_global_step, get_or_create_global_step, global_step, import_meta_graph,
    input_producer, inverse_time_decay, latest_checkpoint, limit_epochs, linear_cosine_decay,
    list_variables, load_checkpoint, load_variable, maybe_batch, maybe_batch_join, maybe_shuffle_batch,
    maybe_shuffle_batch_join, natural_exp_decay, noisy_linear_cosine_decay, piecewise_constant,
    polynomial_decay, range_input_producer, replica_device_setter, shuffle_batch, shuffle_batch_join,
    slice_input_producer, start_queue_runners, string_input_producer, summary_iterator,
    update_checkpoint_state, write_graph,
)

__all__ = [
    "AdadeltaOptimizer", "AdagradDAOptimizer", "AdagradOptimizer", "AdamOptimizer", "BytesList",
    "CheckpointSaverHook", "CheckpointSaverListener", "ChiefSessionCreator", "ClusterDef", "ClusterSpec",
    "Coordinator", "Example", "ExponentialMovingAverage", "Feature", "FeatureList", "FeatureLists",
    "Features", "FeedFnHook", "FinalOpsHook", "FloatList", "FtrlOptimizer", "GlobalStepWaiterHook",
    "GradientDescentOptimizer", "Int64List", "JobDef", "LoggingTensorHook", "LooperThread",
    "MomentumOptimizer", "MonitoredSession", "MonitoredTrainingSession", "NanLossDuringTrainingError",
    "NanTensorHook", "NewCheckpointReader", "Optimizer", "ProfilerHook", "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer", "QueueRunner", "RMSPropOptimizer", "Saver", "SaverDef",
    "Scaffold", "SecondOrStepTimer", "SequenceExample", "Server", "ServerDef", "SessionCreator",
    "SessionManager", "SessionRunArgs", "SessionRunContext", "SessionRunHook", "SessionRunValues",
    "SingularMonitoredSession", "StepCounterHook", "StopAtStepHook", "SummarySaverHook", "Supervisor",
    "SyncReplicasOptimizer", "WorkerSessionCreator", "add_queue_runner", "assert_global_step",
    "basic_train_loop", "batch", "batch_join", "checkpoint_exists", "cosine_decay",
    "cosine_decay_restarts", "create_global_step", "exponential_decay", "export_meta_graph",
    "generate_checkpoint_state_proto", "get_checkpoint_mtimes", "get_checkpoint_state", "get_global_step",
    "get_or_create_global_step", "global_step", "import_meta_graph", "input_producer",
    "inverse_time_decay", "latest_checkpoint", "limit_epochs", "linear_cosine_decay", "list_variables",
    "load_checkpoint", "load_variable", "maybe_batch", "maybe_batch_join", "maybe_shuffle_batch",
    "maybe_shuffle_batch_join", "natural_exp_decay", "noisy_linear_cosine_decay", "piecewise_constant",
    "polynomial_decay", "range_input_producer", "replica_device_setter", "shuffle_batch",
    "shuffle_batch_join", "slice_input_producer", "start_queue_runners", "string_input_producer",
    "summary_iterator", "update_checkpoint_state", "write_graph",
]

_absent.watch(__name__)
