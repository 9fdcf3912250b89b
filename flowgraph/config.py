"""Session configuration under TF's names: ConfigProto, GPUOptions, RunOptions and what hangs on them.

Plain messages with TF's fields. Fields that have no meaning on one machine's CPU are accepted, for scripts set them,
and a session says once which of them it does not use.
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar


class Message:
    """A record with declared fields, in the manner of a protocol buffer: unknown names are errors."""

    FIELDS: ClassVar[dict[str, Any]] = {}

    def __init__(self, **fields: Any) -> None:
        for name, default in self.FIELDS.items():
            object.__setattr__(self, name, default() if isinstance(default, type) else copy.copy(default))
        for name, value in fields.items():
            if name not in self.FIELDS:
                raise ValueError(f'Protocol message {type(self).__name__} has no "{name}" field.')
            self._accept(name, value)

    def _accept(self, name: str, value: Any) -> None:
        default = self.FIELDS[name]
        if isinstance(default, type):
            if not isinstance(value, default):
                raise TypeError(
                    f"Parameter to initialize message field must be dict or instance of same class: expected "
                    f"{default.__name__} got {type(value).__name__}."
                )
        elif isinstance(default, bool | int | float) and not isinstance(value, bool | int | float):
            raise TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: int, float")
        elif isinstance(default, str) and not isinstance(value, str):
            raise TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: bytes, unicode")
        object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.FIELDS:
            raise AttributeError(f'Protocol message {type(self).__name__} has no "{name}" field.')
        if isinstance(self.FIELDS[name], type):
            raise AttributeError(
                f'Assignment not allowed to composite field "{name}" in protocol message object.'
            )
        self._accept(name, value)

    def CopyFrom(self, other: Message) -> None:
        for name in self.FIELDS:
            object.__setattr__(self, name, copy.deepcopy(getattr(other, name)))

    def changed(self, prefix: str = "") -> list[str]:
        """The fields, by their dotted names, that do not have their defaults."""
        found = []
        for name, default in self.FIELDS.items():
            value = getattr(self, name)
            if isinstance(value, Message):
                found += value.changed(f"{prefix}{name}.")
            elif value != (default() if isinstance(default, type) else default):
                found.append(prefix + name)
        return found

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in self.FIELDS)

    __hash__ = None  # type: ignore[assignment]  # messages change

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {getattr(self, name)!r}" for name in self.FIELDS if name in {
            field.partition(".")[0] for field in self.changed()})  # fmt: skip


class OptimizerOptions(Message):
    L1, L0 = 0, -1
    DEFAULT, OFF, ON_1, ON_2 = 0, -1, 1, 2
    FIELDS: ClassVar[dict[str, Any]] = {
        "do_common_subexpression_elimination": False, "do_constant_folding": False, "max_folded_constant_in_bytes": 0,
        "do_function_inlining": False, "opt_level": 0, "global_jit_level": 0,
    }  # fmt: skip


class RewriterConfig(Message):
    DEFAULT, ON, OFF, AGGRESSIVE = 0, 1, 2, 3
    FIELDS: ClassVar[dict[str, Any]] = {
        "layout_optimizer": 0, "constant_folding": 0, "shape_optimization": 0, "remapping": 0,
        "arithmetic_optimization": 0, "dependency_optimization": 0, "loop_optimization": 0, "function_optimization": 0,
        "debug_stripper": 0, "disable_model_pruning": False, "disable_meta_optimizer": False,
        "memory_optimization": 0, "meta_optimizer_iterations": 0, "min_graph_nodes": 0, "optimizers": [],
    }  # fmt: skip


class GraphOptions(Message):
    FIELDS: ClassVar[dict[str, Any]] = {
        "enable_recv_scheduling": False, "optimizer_options": OptimizerOptions, "build_cost_model": 0,
        "build_cost_model_after": 0, "infer_shapes": False, "place_pruned_graph": False,
        "enable_bfloat16_sendrecv": False, "timeline_step": 0, "rewrite_options": RewriterConfig,
    }  # fmt: skip


class GPUOptions(Message):
    FIELDS: ClassVar[dict[str, Any]] = {
        "per_process_gpu_memory_fraction": 0.0, "allow_growth": False, "allocator_type": "",
        "deferred_deletion_bytes": 0, "visible_device_list": "", "polling_active_delay_usecs": 0,
        "polling_inactive_delay_msecs": 0, "force_gpu_compatible": False,
    }  # fmt: skip


class Experimental(Message):
    """`ConfigProto.experimental`; `executor_type` names the engine: 'REFERENCE' or 'NUMPY'."""

    FIELDS: ClassVar[dict[str, Any]] = {
        "collective_group_leader": "", "executor_type": "", "recv_buf_max_chunk": 0, "use_numa_affinity": False,
        "collective_deterministic_sequential_execution": False, "collective_nccl": False,
        "share_session_state_in_clusterspec_propagation": False, "disable_thread_spinning": False,
        "share_cluster_devices_in_session": False, "optimize_for_static_graph": False,
    }  # fmt: skip


class ConfigProto(Message):
    """The configuration of a Session.

    Fields that flowgraph uses: `experimental.executor_type`. A session notes once which other fields have no effect.
    """

    Experimental = Experimental
    FIELDS: ClassVar[dict[str, Any]] = {
        "device_count": {}, "intra_op_parallelism_threads": 0, "inter_op_parallelism_threads": 0,
        "use_per_session_threads": False, "placement_period": 0, "device_filters": [], "gpu_options": GPUOptions,
        "allow_soft_placement": False, "log_device_placement": False, "graph_options": GraphOptions,
        "operation_timeout_in_ms": 0, "isolate_session_state": False, "share_cluster_devices_in_session": False,
        "experimental": Experimental,
    }  # fmt: skip
