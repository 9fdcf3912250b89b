"""Training in one call (tf.contrib.slim.learning)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import errors, protos
from flowgraph.config import RunOptions
from flowgraph.ir.graph import Graph
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, get_default_graph, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.monitored.profiling import write_timeline
from flowgraph.monitored.supervisor import Supervisor
from flowgraph.ops.compare import equal, greater_equal
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group
from flowgraph.ops.division import mod
from flowgraph.ops.summary import merge_all
from flowgraph.ops.tables import tables_initializer
from flowgraph.platform import logs
from flowgraph.saving.saver import Saver
from flowgraph.training.global_step import get_or_create_global_step
from flowgraph.training.global_step import global_step as global_step_value
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.sync_replicas import SyncReplicasOptimizer
from flowgraph.training.train_op import (
    Pairs,
    clip_gradient_norms,
    multiply_gradients,
    summarized_gradients,
    train_op_of,
)
from flowgraph.variables.lists import (
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
)

_DEFAULT = 0
"""TF's mark of an argument that was not given; None means: do without."""


def add_gradients_summaries(grads_and_vars: Pairs) -> list[Tensor]:
    """A histogram of each gradient, and its norm."""
    return summarized_gradients(grads_and_vars, "/")


def create_train_op(
    total_loss: Any,
    optimizer: Optimizer,
    global_step: Any = _DEFAULT,
    update_ops: Any = None,
    variables_to_train: Any = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: dict[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor whose evaluation is a step of training: the loss before it.

    Args:
      clip_gradient_norm: the largest norm of each gradient; 0: any.
      gradient_multipliers: numbers to multiply gradients by, under their variables or the names of their ops.
      total_loss, optimizer, global_step, update_ops, variables_to_train, summarize_gradients, gate_gradients,
        aggregation_method, colocate_gradients_with_ops, check_numerics: see `tf.contrib.training.create_train_op`.

    >>> w = tf.get_variable("w", initializer=2.0)
    >>> train_op = create_train_op(w * w, tf.train.GradientDescentOptimizer(0.25), clip_gradient_norm=1.0)
    >>> train_op.op.name
    'train_op/control_dependency'
    """

    def transformed(pairs: Any) -> Any:
        if gradient_multipliers:
            with name_scope("multiply_grads"):
                pairs = multiply_gradients(pairs, gradient_multipliers)
        if clip_gradient_norm > 0:
            with name_scope("clip_grads"):
                pairs = clip_gradient_norms(pairs, clip_gradient_norm)
        return pairs

    # (TF names these summaries as tf.contrib.training does)
    return train_op_of(
        summarize_gradients and (lambda pairs: summarized_gradients(pairs, "_")), total_loss, optimizer, global_step,
        update_ops, variables_to_train, transformed, gate_gradients, aggregation_method, colocate_gradients_with_ops,
        check_numerics,
    )  # fmt: skip


def train_step(sess: Any, train_op: Any, global_step: Any, train_step_kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """Run one step.

    Args:
      sess: the session.
      train_op: what to run, for the loss.
      global_step: counts the steps.
      train_step_kwargs: may hold bool tensors: 'should_stop'; 'should_log', whether to log the step; 'should_trace',
        whether to trace it into the folder 'logdir', and into the events of 'summary_writer', if there is one.

    Returns:
      The loss, and whether to stop.

    Raises:
      ValueError: 'should_trace' is given, 'logdir' is not.
    """
    start = time.time()
    metadata = _metadata_to_fill(sess, train_step_kwargs)
    options = None if metadata is None else RunOptions(trace_level=RunOptions.FULL_TRACE)
    loss, step = sess.run([train_op, global_step], options=options, run_metadata=metadata)
    if metadata is not None:
        write_timeline(metadata, os.path.join(train_step_kwargs["logdir"], f"tf_trace-{step}.json"))
        if "summary_writer" in train_step_kwargs:
            train_step_kwargs["summary_writer"].add_run_metadata(metadata, f"run_metadata-{step}")
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        logs.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, time.time() - start)
    stops = sess.run(train_step_kwargs["should_stop"]) if "should_stop" in train_step_kwargs else False
    return loss, stops


def train(
    train_op: Any,
    logdir: str | None,
    train_step_fn: Callable[..., tuple[Any, Any]] = train_step,
    train_step_kwargs: Any = _DEFAULT,
    log_every_n_steps: int = 1,
    graph: Graph | None = None,
    master: str = "",
    is_chief: bool = True,
    global_step: Any = None,
    number_of_steps: int | None = None,
    init_op: Any = _DEFAULT,
    init_feed_dict: Any = None,
    local_init_op: Any = _DEFAULT,
    init_fn: Callable[[Any], None] | None = None,
    ready_op: Any = _DEFAULT,
    summary_op: Any = _DEFAULT,
    save_summaries_secs: float = 600,
    summary_writer: Any = _DEFAULT,
    startup_delay_steps: int = 0,
    saver: Any = None,
    save_interval_secs: float = 600,
    sync_optimizer: Any = None,
    session_config: Any = None,
    session_wrapper: Callable[[Any], Any] | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
) -> Any:
    """Train: make a session, initialize, start the queue runners, and run steps until it is time to stop.

    Args:
      train_op: what a step runs, as `create_train_op` gives it.
      logdir: the directory for checkpoints and events; None: nothing is written.
      train_step_fn, train_step_kwargs: what runs a step, and its last argument; see `train_step`.
      log_every_n_steps: how often to log the loss; 0: never.
      graph: the graph; by default the default graph. It is finalized.
      master: '' for this process, or the target of a `tf.train.Server`.
      is_chief, startup_delay_steps: whether this worker initializes the model; else how many steps it waits.
      global_step: counts the steps; by default the graph's global step.
      number_of_steps: how many steps the global step shall count; None: until the input ends.
      init_op, init_feed_dict, init_fn, local_init_op, ready_op: see `tf.train.Supervisor`.
      summary_op, save_summaries_secs, summary_writer, saver, save_interval_secs: what is written, and how often.
      trace_every_n_steps: how often to trace a step, into files `tf_trace-<step>.json` for chrome://tracing.
      sync_optimizer: a `tf.train.SyncReplicasOptimizer` that made the train op, or a list of several.
      session_config: a `tf.ConfigProto`.
      session_wrapper: a function from a session to one like it.
      ignore_live_threads: whether threads that do not end in time are no error.

    Returns:
      The loss of the last step.

    Raises:
      ValueError: arguments do not go together.

    >>> w = tf.get_variable("w", initializer=2.0)
    >>> train_op = create_train_op(w * w, tf.train.GradientDescentOptimizer(0.25))
    >>> print(train(train_op, None, number_of_steps=3, log_every_n_steps=0))
    0.25
    """
    if train_op is None:
        raise refusal("train_op cannot be None.")
    _check_files(logdir, summary_op, saver, trace_every_n_steps)
    synced = [sync_optimizer] if isinstance(sync_optimizer, SyncReplicasOptimizer) else sync_optimizer
    if synced is not None and startup_delay_steps > 0:
        raise refusal("startup_delay_steps must be zero when sync_optimizer is supplied.")
    if number_of_steps is not None and number_of_steps <= 0:
        raise refusal("`number_of_steps` must be either None or a positive number.")
    graph = graph or get_default_graph()
    with graph.as_default():
        step = get_or_create_global_step() if global_step is None else global_step
        saver = saver or Saver()
        if any(not isinstance(optimizer, SyncReplicasOptimizer) for optimizer in synced or ()):
            raise refusal("`sync_optimizer` must be a tf.train.SyncReplicasOptimizer.")
        with name_scope("init_ops"):
            init_op = _given_or(init_op, global_variables_initializer)
            ready_op = _given_or(ready_op, report_uninitialized_variables)
            local_init_op = _given_or(local_init_op, lambda: group(local_variables_initializer(), tables_initializer()))
            local_init_op, ready_for_local_init_op = _local_init(local_init_op, synced, is_chief)
        summary_op = _given_or(summary_op, merge_all)
        start_tokens = _start_tokens(synced) if synced and is_chief else None
        if train_step_kwargs is _DEFAULT:
            train_step_kwargs = _what_to_watch(step, number_of_steps, log_every_n_steps)
            if is_chief and trace_every_n_steps is not None:
                is_time = equal(mod(step, trace_every_n_steps), 0)
                train_step_kwargs = {**train_step_kwargs, "should_trace": is_time, "logdir": logdir}
    supervisor = Supervisor(
        graph=graph,
        is_chief=is_chief,
        logdir=logdir,
        init_op=init_op,
        init_feed_dict=init_feed_dict,
        local_init_op=local_init_op,
        ready_for_local_init_op=ready_for_local_init_op,
        ready_op=ready_op,
        summary_op=summary_op,
        summary_writer=summary_writer,
        global_step=step,
        saver=saver,
        save_summaries_secs=save_summaries_secs,
        save_model_secs=save_interval_secs,
        init_fn=init_fn,
    )
    if summary_writer is not None:
        train_step_kwargs["summary_writer"] = supervisor.summary_writer
    while True:
        try:
            return _trained(
                supervisor,
                lambda session: train_step_fn(session, train_op, step, train_step_kwargs),
                master,
                session_config,
                session_wrapper,
                lambda session: _wait(session, step, is_chief, startup_delay_steps, number_of_steps),
                start_tokens,
                logdir,
                ignore_live_threads,
            )
        except errors.AbortedError:
            logs.info("Retrying training!")


def _metadata_to_fill(session: Any, train_step_kwargs: dict[str, Any]) -> Any:
    """A RunMetadata where the step is to be traced, else None."""
    if "should_trace" not in train_step_kwargs:
        return None
    if "logdir" not in train_step_kwargs:
        raise ValueError("logdir must be present in train_step_kwargs when should_trace is present")
    return protos.message("RunMetadata")() if session.run(train_step_kwargs["should_trace"]) else None


def _given_or(given: Any, make: Callable[[], Any]) -> Any:
    return make() if given is _DEFAULT else given


def _check_files(logdir: str | None, summary_op: Any, saver: Any, trace_every_n_steps: int | None) -> None:
    """Refuse what would write a file where there is no directory."""
    if logdir is not None:
        return
    if summary_op is not _DEFAULT:
        raise refusal("Cannot provide summary_op because logdir=None")
    if saver is not None:
        raise refusal("Cannot provide saver because logdir=None")
    if trace_every_n_steps is not None:
        raise refusal("Cannot provide trace_every_n_steps because logdir=None")


def _what_to_watch(step: Any, number_of_steps: int | None, log_every_n_steps: int) -> dict[str, Any]:
    """The arguments of `train_step`."""
    with name_scope("train_step"):
        stops = greater_equal(step, number_of_steps) if number_of_steps else constant(False)
        watched = {"should_stop": stops}
        if log_every_n_steps > 0:
            watched["should_log"] = equal(mod(step, log_every_n_steps), 0)
    return watched


def _local_init(local_init_op: Any, synced: Sequence[SyncReplicasOptimizer] | None, is_chief: bool) -> tuple[Any, Any]:
    """What initializes local variables, those of optimizers that wait for replicas too; and what shows it may run."""
    if not synced:
        return local_init_op, None
    with control_dependencies([] if local_init_op is None else [local_init_op]):
        ops = [optimizer.chief_init_op if is_chief else optimizer.local_step_init_op for optimizer in synced]
        local_init_op = group(*ops)
    return local_init_op, group(*[optimizer.ready_for_local_init_op for optimizer in synced])


def _start_tokens(synced: Sequence[SyncReplicasOptimizer]) -> Callable[[Supervisor, Any], None]:
    """What lets the replicas go on: the chief's queue of tokens, and those of the first step."""
    first_tokens = [optimizer.get_init_tokens_op() for optimizer in synced]
    runners = [optimizer.get_chief_queue_runner() for optimizer in synced]

    def start(supervisor: Supervisor, session: Any) -> None:
        supervisor.start_queue_runners(session, runners)
        session.run(first_tokens)

    return start


def _wait(session: Any, step: Any, is_chief: bool, delay: int, number_of_steps: int | None) -> None:
    """Let the chief begin: wait until it has done some steps."""
    if is_chief or delay <= 0:
        return
    while global_step_value(session, step) < min(delay, number_of_steps or sys.maxsize):
        time.sleep(1.0)


def _trained(
    supervisor: Supervisor,
    run_step: Callable[[Any], tuple[Any, Any]],
    master: str,
    config: Any,
    session_wrapper: Callable[[Any], Any] | None,
    wait: Callable[[Any], None],
    start_tokens: Callable[[Supervisor, Any], None] | None,
    logdir: str | None,
    ignore_live_threads: bool,
) -> Any:
    """Run steps in a session until it is time to stop; the last loss."""
    loss = None
    with supervisor.managed_session(master, start_standard_services=False, config=config) as managed:
        logs.info("Starting Session.")
        session: Any = managed
        if session_wrapper is not None:
            logs.info("Wrapping session with wrapper function: %s", session_wrapper)
            session = session_wrapper(session)
        if supervisor.is_chief and logdir:
            supervisor.start_standard_services(session)
        wait(session)
        threads = supervisor.start_queue_runners(session)
        logs.info("Starting Queues.")
        if start_tokens is not None:
            start_tokens(supervisor, session)
        try:
            while not supervisor.should_stop():
                loss, stops = run_step(session)
                if stops:
                    logs.info("Stopping Training.")
                    supervisor.request_stop()
        except errors.OutOfRangeError as error:
            logs.info("Caught OutOfRangeError. Stopping Training. %s", error)
        if logdir and supervisor.is_chief:
            logs.info("Finished training! Saving model to disk.")
            supervisor.saver.save(session, supervisor.save_path, global_step=supervisor.global_step)
            supervisor.stop(threads, close_summary_writer=True, ignore_live_threads=ignore_live_threads)
    return loss
