"""What a session is asked for by ConfigProto and RunOptions, and what flowgraph makes of it."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Iterable
from typing import Any

from flowgraph import errors, protos
from flowgraph.config import ConfigProto, RunOptions
from flowgraph.ir.graph import Graph, user_site

_log = logging.getLogger("flowgraph")

_USED_FIELDS = (
    "allow_soft_placement",  # ops run on the CPU, whatever device they ask for
    "device_count",
    "experimental.executor_type",
    "graph_options.optimizer_options.opt_level",
    "graph_options.rewrite_options.arithmetic_optimization",
    "graph_options.rewrite_options.constant_folding",
    "graph_options.rewrite_options.dependency_optimization",
    "graph_options.rewrite_options.disable_meta_optimizer",
    "graph_options.rewrite_options.memory_optimization",
    "graph_options.rewrite_options.remapping",
    "intra_op_parallelism_threads",
    "isolate_session_state",  # of what a server's sessions share; a session without a server shares nothing
    "log_device_placement",
    "operation_timeout_in_ms",
)
_IN_TURN = (
    "the ops of a run are computed one after the other, each with several threads where it is large; runs from several "
    "threads of the program go on side by side"
)
_REASONS = {
    "inter_op_parallelism_threads": _IN_TURN,
    "inter_op_thread_pool": _IN_TURN,
    "session_inter_op_thread_pool": _IN_TURN,
    "use_per_session_threads": (
        "the threads of the process serve all sessions; intra_op_parallelism_threads limits how many of them one uses"
    ),
    "gpu_options": "it computes on the CPU",
    "device_filters": "it does not look for devices on other machines",
    "placement_period": "ops are not moved from device to device",
}
"""Why a field, or all of a message, has no effect."""
_said: set[str] = set()

_log_all = [False]


def set_log_device_placement(enabled: bool) -> None:
    """Let sessions that are made without a ConfigProto write to the error stream where each op is computed.

    A ConfigProto says it for its own session: `tf.ConfigProto(log_device_placement=True)`.
    """
    _log_all[0] = bool(enabled)


def get_log_device_placement() -> bool:
    """Whether sessions made without a ConfigProto write where each op is computed.

    >>> get_log_device_placement()
    False
    """
    return _log_all[0]


_open: weakref.WeakSet[Any] = weakref.WeakSet()
_opening = threading.Lock()


def opened(session: Any) -> None:
    """Note a new session: `tf.Session.reset` closes it."""
    with _opening:
        _open.add(session)


def closed(session: Any) -> None:
    """Note that a session is closed."""
    with _opening:
        _open.discard(session)


def open_sessions() -> list[Any]:
    """Every session of the process that is not closed."""
    with _opening:
        return list(_open)


def note_unused(config: ConfigProto) -> None:
    """Say once for each field that it is accepted and has no effect here, and why."""
    unused = [field for field in config.changed() if field not in _USED_FIELDS]
    if config.inter_op_parallelism_threads <= 1 and "inter_op_parallelism_threads" in unused:
        unused.remove("inter_op_parallelism_threads")  # one op after the other is what it asks for
    _note("ConfigProto", unused)


def _note(message: str, fields: Iterable[str]) -> None:
    for field in fields:
        name = f"{message}.{field}"
        if name not in _said:
            _said.add(name)
            reason = _REASONS.get(field) or _REASONS.get(field.partition(".")[0])
            _log.warning("%s is accepted and has no effect in flowgraph%s.", name, f": {reason}" if reason else "")


def rewrites_divisions(config: ConfigProto | None) -> bool:
    """Whether TF's graph optimizer would fold constants, and so turn divisions by them into multiplications."""
    if config is None:
        return True
    options = config.graph_options.rewrite_options
    return not options.disable_meta_optimizer and options.constant_folding != options.OFF


def check_run(options: Any, run_metadata: Any, thread_pools: int = 0) -> RunOptions:
    """The options of one run, or what they are by default; `thread_pools` are those that the session was given.

    Raises:
      TypeError: one is no message of its kind.
      NotImplementedError: they ask for the debugger.
      InvalidArgumentError: they ask for a pool of threads that is not there.
    """
    if options is not None and not isinstance(options, RunOptions):
        raise TypeError(errors.explain(f"options must be a tf.RunOptions, but got {type(options)}", where=user_site()))
    if run_metadata is not None and not isinstance(run_metadata, protos.message("RunMetadata")):
        line = f"run_metadata must be a tf.RunMetadata, but got {type(run_metadata)}"
        raise TypeError(errors.explain(line, where=user_site()))
    if options is None:
        return RunOptions()
    asked = [field for field in options.changed() if field.partition(".")[0] in _NOT_THERE]
    if asked:
        line = f"RunOptions.{asked[0]} is not there: flowgraph does not have TensorFlow's debugger."
        mend = "Leave it out; `with tf.debug.trace(sess) as t:` records what every op gives."
        raise NotImplementedError(errors.explain(line, mend=mend, where=user_site()))
    if not -1 <= options.inter_op_thread_pool < max(thread_pools, 1):
        line = f"Invalid inter_op_thread_pool: {options.inter_op_thread_pool}"
        mend = (
            f"session_inter_op_thread_pool of the ConfigProto has {thread_pools}, counted from 0; -1 is none of them."
        )
        raise errors.InvalidArgumentError(None, None, errors.explain(line, mend=mend, where=user_site()))
    _note("RunOptions", [field for field in options.changed() if field.partition(".")[0] in _WITHOUT_EFFECT])
    return options


_NOT_THERE = ("debug_options",)
_WITHOUT_EFFECT = ("inter_op_thread_pool", "experimental")


class Growth:
    """Notices a graph that grows from run to run, which in TF is silent and eats time and memory."""

    RUNS = 50

    def __init__(self, graph: Graph) -> None:
        self._graph, self._version, self._times = graph, graph.version, 0

    def watch(self) -> None:
        """Called before a run that is not like one before; warns once, with the line that adds ops."""
        if self._graph.version <= self._version:
            return
        self._version = self._graph.version
        self._times += 1
        if self._times == self.RUNS:
            newest = self._graph.get_operations()[-1]
            _log.warning(
                errors.explain(
                    f"The graph has grown before {self.RUNS} runs of one session: it has {self._version} ops by now.",
                    details=[f"the newest op: {newest.name} ({newest.type})"],
                    mend="Build ops once, before the loop, and feed what changes; graph.finalize() makes sure of it.",
                    where=newest.site,
                )
            )
