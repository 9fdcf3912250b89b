"""Hooks that save: checkpoints, summaries and steps per second."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from flowgraph.ir.scope import GraphKeys
from flowgraph.monitored import files
from flowgraph.monitored.hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from flowgraph.monitored.hooks import global_step_for
from flowgraph.monitored.timers import SecondOrStepTimer
from flowgraph.platform import logs
from flowgraph.training.global_step import get_global_step


class StepCounterHook(SessionRunHook):
    """Logs steps per second: `INFO:tensorflow:global_step/sec: 512.3`.

    Args:
      every_n_steps: log every so many steps.
      every_n_secs: log every so many seconds.
      output_dir: where to write it to the events, too.
      summary_writer: what to write it with.

    Raises:
      ValueError: it is not said when to log, or said twice.
    """

    def __init__(
        self,
        every_n_steps: int | None = 100,
        every_n_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: Any = None,
    ) -> None:
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_secs=every_n_secs, every_steps=every_n_steps)
        self._writer, self._directory = summary_writer, output_dir
        self._last_step: int | None = None
        self._steps_per_run = 1

    def _set_steps_per_run(self, steps_per_run: int) -> None:
        self._steps_per_run = steps_per_run

    def begin(self) -> None:
        """Find the global step."""
        if self._writer is None and self._directory:
            self._writer = files.summary_writer(self._directory)
        self._step = global_step_for("StepCounterHook")
        self._tag = f"{get_global_step().op.name}/sec"

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask for the global step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Log if it is time; warn if the step stands still."""
        stale = run_values.results
        if self._timer.should_trigger_for_step(stale + self._steps_per_run):
            step = run_context.session.run(self._step)
            if self._timer.should_trigger_for_step(step):
                seconds, steps = self._timer.update_last_triggered_step(step)
                if seconds is not None and steps is not None:
                    self._log_and_record(steps, seconds, step)
        if stale == self._last_step:
            logs.log_first_n(
                logs.WARN,
                "It seems that global step (tf.train.get_global_step) has not been increased. Current value (could be "
                "stable): %s vs previous value: %s. You could increase the global step by passing "
                "tf.train.get_global_step() to Optimizer.apply_gradients or Optimizer.minimize.",
                5,
                stale,
                self._last_step,
            )
        self._last_step = stale

    def _log_and_record(self, elapsed_steps: int, elapsed_time: float, global_step: int) -> None:
        rate = elapsed_steps / elapsed_time
        if self._writer is not None:
            self._writer.add_summary(files.scalar_summary(self._tag, rate), global_step)
        logs.info("%s: %g", self._tag, rate)


class CheckpointSaverListener:
    """What to do around the writing of checkpoints; a subclass says it. See CheckpointSaverHook's `listeners`."""

    def begin(self) -> None:
        """Called once, when training begins and the graph can still be added to."""

    def before_save(self, session: Any, global_step_value: int) -> None:
        """Called before a checkpoint is written."""

    def after_save(self, session: Any, global_step_value: int) -> Any:
        """Called after a checkpoint was written; returns true to end training."""

    def end(self, session: Any, global_step_value: int) -> None:
        """Called at the end of training, after the last checkpoint."""


class CheckpointSaverHook(SessionRunHook):
    """Writes checkpoints every so many steps or seconds, at the beginning and at the end.

    Args:
      checkpoint_dir: where to write them.
      save_secs: write every so many seconds.
      save_steps: write every so many steps.
      saver: what to write with.
      checkpoint_basename: how the files' names begin.
      scaffold: where the saver comes from, if it is not given.
      listeners: a list of CheckpointSaverListener.

    Raises:
      ValueError: both saver and scaffold are given; or it is not said when to write, or said twice.
    """

    def __init__(
        self,
        checkpoint_dir: str,
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
        listeners: Sequence[CheckpointSaverListener] | None = None,
    ) -> None:
        logs.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver, self._scaffold = saver, scaffold
        self._directory, self._path = checkpoint_dir, os.path.join(checkpoint_dir, checkpoint_basename)
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._listeners = listeners or []
        self._step: Any = None
        self._steps_per_run = 1

    def _set_steps_per_run(self, steps_per_run: int) -> None:
        self._steps_per_run = steps_per_run

    def begin(self) -> None:
        """Find the global step and open the event file."""
        self._writer: Any = files.summary_writer(self._directory)
        self._step = global_step_for("CheckpointSaverHook")
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session: Any, coord: Any) -> None:  # noqa: ARG002
        """Write the graph and the first checkpoint."""
        step = session.run(self._step)
        files.write_description(session, self._get_saver(), self._writer, self._directory)
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask for the global step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write if it is time."""
        if not self._timer.should_trigger_for_step(run_values.results + self._steps_per_run):
            return
        step = run_context.session.run(self._step)
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session: Any) -> None:
        """Write the last one, unless that was just done."""
        step = session.run(self._step)
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session: Any, step: int) -> bool:
        """Write; returns whether a listener wants to stop."""
        logs.info("Saving checkpoints for %d into %s.", step, self._path)
        for listener in self._listeners:
            listener.before_save(session, step)
        self._get_saver().save(session, self._path, global_step=step)
        self._writer.add_session_log(files.session_log("CHECKPOINT", self._path), step)
        stop = False
        for listener in self._listeners:
            if listener.after_save(session, step):
                logs.info(f"A CheckpointSaverListener requested that training be stopped. listener: {listener}")
                stop = True
        return stop

    def _get_saver(self) -> Any:
        if self._saver is None and self._scaffold is not None:
            return self._scaffold.saver
        if self._saver is None:
            self._saver = files.default_saver()
            if self._saver is None:
                raise RuntimeError(
                    f"No items in collection {GraphKeys.SAVERS}. Please add a saver to the collection or provide a "
                    "saver or scaffold."
                )
        return self._saver


class SummarySaverHook(SessionRunHook):
    """Writes summaries every so many steps or seconds.

    Args:
      save_steps: write every so many steps.
      save_secs: write every so many seconds.
      output_dir: where to write.
      summary_writer: what to write with; then no directory is needed.
      scaffold: where the summaries come from: its `summary_op`.
      summary_op: the summaries, if there is no scaffold.

    Raises:
      ValueError: both scaffold and summary_op are given, or none.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: Any = None,
        scaffold: Any = None,
        summary_op: Any = None,
    ) -> None:
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._summary_op, self._scaffold = summary_op, scaffold
        self._writer, self._directory = summary_writer, output_dir
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        """Find the global step and open the event file."""
        if self._writer is None and self._directory:
            self._writer = files.summary_writer(self._directory)
        self._next_step: int | None = None
        self._step = global_step_for("SummarySaverHook")

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask for the global step, and for the summaries when it is time."""
        self._time = self._next_step is None or self._timer.should_trigger_for_step(self._next_step)
        requests = {"global_step": self._step}
        summaries = self._summaries()
        if self._time and summaries is not None:
            requests["summary"] = summaries
        return SessionRunArgs(requests)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write them."""
        if not self._writer:
            return
        step = run_values.results["global_step"] + 1
        if self._time:
            step = run_context.session.run(self._step)
            if self._next_step is None:
                self._writer.add_session_log(files.session_log("START"), step)
            self._timer.update_last_triggered_step(step)
            for summary in run_values.results.get("summary", ()):
                self._writer.add_summary(summary, step)
        self._next_step = step + 1

    def end(self, session: Any = None) -> None:  # noqa: ARG002
        """See to it that all is written."""
        if self._writer:
            self._writer.flush()

    def _summaries(self) -> list[Any] | None:
        summaries = self._scaffold.summary_op if self._summary_op is None else self._summary_op
        return [summaries] if summaries is not None and not isinstance(summaries, list) else summaries
