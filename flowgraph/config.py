"""Session configuration under TF's names: ConfigProto, GPUOptions, GraphOptions, OptimizerOptions.

Plain records with TF's fields. Fields that have no meaning on one machine's CPU are accepted, for scripts set them,
and a session says once which of them it does not use.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any, get_origin, get_type_hints

from flowgraph import absent as _absent

_declared: dict[type[Any], dict[str, type[Any]]] = {}


def _fields(message: Any) -> dict[str, type[Any]]:
    """The fields of a message and their types."""
    cls = type(message)
    if cls not in _declared:  # found at first use: evaluating annotations would slow `import flowgraph`
        _declared[cls] = {name: get_origin(hint) or hint for name, hint in get_type_hints(cls).items()}
    return _declared[cls]


class Message:
    """A record in the manner of a protocol buffer: its fields are declared, and unknown names are errors.

    A subclass declares `name: type` for each field. Every field starts as the zero of its type: 0, False, '', an empty
    list or dict, or a message of its own.

    >>> config = ConfigProto(allow_soft_placement=True)
    >>> config.gpu_options.allow_growth = True
    >>> config
    gpu_options {
      allow_growth: true
    }
    allow_soft_placement: true
    """

    def __init__(self, **fields: Any) -> None:
        kinds = _fields(self)
        for name, kind in kinds.items():
            object.__setattr__(self, name, kind())
        for name, value in fields.items():
            if name not in kinds:
                raise ValueError(f'Protocol message {type(self).__name__} has no "{name}" field.')
            if value is not None:
                object.__setattr__(self, name, _accept(kinds[name], value))

    def __setattr__(self, name: str, value: Any) -> None:
        kind = _fields(self).get(name)
        if kind is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if issubclass(kind, list | dict):
            raise AttributeError(f'Assignment not allowed to repeated field "{name}" in protocol message object.')
        if issubclass(kind, Message):
            raise AttributeError(f'Assignment not allowed to field "{name}" in protocol message object.')
        object.__setattr__(self, name, _accept(kind, value))

    def CopyFrom(self, other: Message) -> None:
        """Take over all fields of another message of the same class.

        Raises:
          TypeError: `other` is of another class.
        """
        if type(other) is not type(self):
            raise TypeError(
                "Parameter to CopyFrom() must be instance of same class: expected "
                f"tensorflow.{type(self).__name__} got {type(other).__name__}."
            )
        for name in _fields(self):
            object.__setattr__(self, name, copy.deepcopy(getattr(other, name)))

    def changed(self, prefix: str = "") -> list[str]:
        """The fields, by their dotted names, that do not have their defaults."""
        found = []
        for name, kind in _fields(self).items():
            value = getattr(self, name)
            if isinstance(value, Message):
                found += value.changed(f"{prefix}{name}.")
            elif value != kind():
                found.append(prefix + name)
        return found

    def _lines(self) -> Iterator[str]:
        """The fields that were set, in protobuf's text format."""
        for name in dict.fromkeys(field.partition(".")[0] for field in self.changed()):
            value = getattr(self, name)
            if isinstance(value, Message):
                yield name + " {"
                yield from ("  " + line for line in value._lines())
                yield "}"
            elif isinstance(value, dict):
                for key, item in value.items():
                    yield from (name + " {", f"  key: {_text(key)}", f"  value: {_text(item)}", "}")
            else:
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, Message):
                        yield from (name + " {", *("  " + line for line in item._lines()), "}")
                    else:
                        yield f"{name}: {_text(item)}"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in _fields(self))

    __hash__ = None  # type: ignore[assignment]  # messages change

    def __repr__(self) -> str:
        return "\n".join(self._lines())


_WORDS = {int: "int", bool: "int, bool", float: "int, float", str: "bytes, unicode"}


def _accept(kind: type[Any], value: Any) -> Any:
    """The value as a field of type `kind` holds it; TF's words where it cannot."""
    if issubclass(kind, list | dict):
        return kind(value)
    if issubclass(kind, Message):
        if not isinstance(value, dict | kind):
            raise TypeError(
                "Parameter to MergeFrom() must be instance of same class: expected "
                f"tensorflow.{kind.__name__} got {type(value).__name__}."
            )
        return kind(**value) if isinstance(value, dict) else copy.deepcopy(value)
    fits: tuple[type, ...] = {int: (int,), str: (str, bytes)}.get(kind, (int, float))
    if not isinstance(value, fits):
        raise TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: {_WORDS[kind]}")
    return value.decode() if isinstance(value, bytes) else kind(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower() if isinstance(value, bool) else str(value)


class OptimizerOptions(Message):
    """How hard TF's runtime works on a graph before it runs it: `GraphOptions.optimizer_options`."""

    L1, L0 = 0, -1
    """For `opt_level`: optimize, or leave the graph as it is."""
    DEFAULT, OFF, ON_1, ON_2 = 0, -1, 1, 2
    """For `global_jit_level`: whether XLA compiles parts of the graph."""

    do_common_subexpression_elimination: bool
    do_constant_folding: bool
    max_folded_constant_in_bytes: int
    do_function_inlining: bool
    opt_level: int
    global_jit_level: int


class RewriterConfig(Message):
    """Which of TF's graph rewrites are on: `GraphOptions.rewrite_options`."""

    DEFAULT, ON, OFF, AGGRESSIVE = 0, 1, 2, 3
    """For each rewrite."""
    DEFAULT_NUM_ITERS, ONE, TWO = 0, 1, 2
    """For `meta_optimizer_iterations`."""
    DEFAULT_MEM_OPT, NO_MEM_OPT, MANUAL, HEURISTICS = 0, 1, 2, 3
    SWAPPING_HEURISTICS, RECOMPUTATION_HEURISTICS, SCHEDULING_HEURISTICS = 4, 5, 6
    """For `memory_optimization`."""

    layout_optimizer: int
    constant_folding: int
    shape_optimization: int
    remapping: int
    arithmetic_optimization: int
    dependency_optimization: int
    loop_optimization: int
    function_optimization: int
    debug_stripper: int
    disable_model_pruning: bool
    scoped_allocator_optimization: int
    pin_to_host_optimization: int
    implementation_selector: int
    auto_mixed_precision: int
    disable_meta_optimizer: bool
    meta_optimizer_iterations: int
    min_graph_nodes: int
    memory_optimization: int
    memory_optimizer_target_node_name_scope: str
    meta_optimizer_timeout_ms: int
    fail_on_optimizer_errors: bool
    optimizers: list[str]


class GraphOptions(Message):
    """How TF's runtime prepares a graph: `ConfigProto.graph_options`."""

    enable_recv_scheduling: bool
    optimizer_options: OptimizerOptions
    build_cost_model: int
    build_cost_model_after: int
    infer_shapes: bool
    place_pruned_graph: bool
    enable_bfloat16_sendrecv: bool
    timeline_step: int
    rewrite_options: RewriterConfig


class GPUOptions(Message):
    """How TF shares out a GPU's memory: `ConfigProto.gpu_options`. It has no effect: flowgraph uses no GPU."""

    per_process_gpu_memory_fraction: float
    allow_growth: bool
    allocator_type: str
    deferred_deletion_bytes: int
    visible_device_list: str
    polling_active_delay_usecs: int
    polling_inactive_delay_msecs: int
    force_gpu_compatible: bool


class ThreadPoolOptionProto(Message):
    """One pool of threads of `ConfigProto.session_inter_op_thread_pool`."""

    num_threads: int
    global_name: str


class ThreadPools(list[ThreadPoolOptionProto]):
    """The pools of a ConfigProto: a list that makes its messages itself, as repeated fields do."""

    def __init__(self, pools: Iterable[ThreadPoolOptionProto | dict[str, Any]] = ()) -> None:
        super().__init__(_accept(ThreadPoolOptionProto, pool) for pool in pools)

    def add(self, **fields: Any) -> ThreadPoolOptionProto:
        """A new pool at the end, with these fields.

        >>> config = ConfigProto()
        >>> pool = config.session_inter_op_thread_pool.add(num_threads=2)
        >>> config
        session_inter_op_thread_pool {
          num_threads: 2
        }
        """
        self.append(ThreadPoolOptionProto(**fields))
        return self[-1]


class ConfigProto(Message):
    """The configuration of a Session.

    Fields that flowgraph uses:

    - `intra_op_parallelism_threads`: how many threads may work on one op, BLAS included; 1: only the one that calls
      `run`; 0: as many as the machine grants, which `OMP_NUM_THREADS` may lower. Results are the same, bit for bit;
    - `device_count["CPU"]`: how many CPUs ops can be placed on; all of them are this machine's;
    - `operation_timeout_in_ms`: a limit of time for each run;
    - `isolate_session_state`: whether a session on a server has variables of its own;
    - `log_device_placement`;
    - `graph_options.rewrite_options`, where they change numbers;
    - `experimental.executor_type`: the engine.

    The ops of a run are computed one after the other. So `inter_op_parallelism_threads`, and the pools of threads for
    ops, have no effect, as other fields have none: a session notes once which of them it was given, and why they
    change nothing.
    """

    class Experimental(Message):
        """The fields under `experimental`; `executor_type` names the engine: 'REFERENCE' or 'NUMPY'."""

        collective_group_leader: str
        executor_type: str
        recv_buf_max_chunk: int
        use_numa_affinity: bool
        collective_deterministic_sequential_execution: bool
        collective_nccl: bool
        share_session_state_in_clusterspec_propagation: bool
        disable_thread_spinning: bool
        optimize_for_static_graph: bool

    device_count: dict[str, int]
    intra_op_parallelism_threads: int
    inter_op_parallelism_threads: int
    use_per_session_threads: bool
    session_inter_op_thread_pool: ThreadPools
    placement_period: int
    device_filters: list[str]
    gpu_options: GPUOptions
    allow_soft_placement: bool
    log_device_placement: bool
    graph_options: GraphOptions
    operation_timeout_in_ms: int
    isolate_session_state: bool
    experimental: Experimental


class DebugOptions(Message):
    """What TF's debugger is to watch: `RunOptions.debug_options`. tf.debug does that here; setting it raises."""

    debug_tensor_watch_opts: list[Any]
    global_step: int
    reset_disk_byte_usage: bool


class RunOptions(Message):
    """How to run one `Session.run`.

    Fields that are used: `timeout_in_ms` (the run is broken off between two ops, by DeadlineExceededError),
    `report_tensor_allocations_upon_oom` (an error for lack of memory shows what the variables take), and what
    `tf.RunMetadata` is to hold: `trace_level` (any but NO_TRACE: what every op took) and `output_partition_graphs`
    (the part of the graph that was run).

    >>> RunOptions(timeout_in_ms=100)
    timeout_in_ms: 100
    """

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = 0, 1, 2, 3
    """For `trace_level`."""

    class Experimental(Message):
        """The fields under `experimental`."""

        collective_graph_key: int
        use_run_handler_pool: bool

    trace_level: int
    timeout_in_ms: int
    inter_op_thread_pool: int
    output_partition_graphs: bool
    debug_options: DebugOptions
    report_tensor_allocations_upon_oom: bool
    experimental: Experimental


_absent.watch(__name__)  # `tf.config` is TensorFlow's, too
