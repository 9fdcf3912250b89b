"""The hook that traces runs."""

from __future__ import annotations

import os

from flowgraph import protos
from flowgraph.config import RunOptions
from flowgraph.monitored import files
from flowgraph.monitored.hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from flowgraph.monitored.hooks import global_step_for
from flowgraph.monitored.timers import SecondOrStepTimer
from flowgraph.platform import logs
from flowgraph.sessions.timeline import Timeline


class ProfilerHook(SessionRunHook):
    """Traces a run every so many steps or seconds, into `timeline-<step>.json`, which chrome://tracing shows.

    What the runs tell goes to the event files of the folder, too, under the tag `step_<step>`.

    Args:
      save_steps, save_secs: how many steps or seconds lie between two traces; one of them is given.
      output_dir: the folder for the files.
      show_dataflow: whether arrows lead from ops to those that use what they made.
      show_memory: whether tensors are shown with their sizes and lives.

    Raises:
      ValueError: both of the first two are given, or none.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str = "",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ) -> None:
        self._folder = output_dir
        self._writer = files.summary_writer(output_dir)
        self._show = {"show_dataflow": show_dataflow, "show_memory": show_memory}
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        """Find the global step."""
        self._next_step: int | None = None
        self._step = global_step_for("ProfilerHook")

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:  # noqa: ARG002
        """Ask for the global step, and for a trace when it is time."""
        self._time = self._next_step is not None and self._timer.should_trigger_for_step(self._next_step)
        options = RunOptions(trace_level=RunOptions.FULL_TRACE) if self._time else None
        return SessionRunArgs({"global_step": self._step}, options=options)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write the trace."""
        before = run_values.results["global_step"]
        if self._next_step is None:  # the first trace comes after the first so many steps
            self._timer.update_last_triggered_step(before)
        step = before + 1
        if self._time:
            step = run_context.session.run(self._step)
            self._timer.update_last_triggered_step(step)
            write_timeline(run_values.run_metadata, os.path.join(self._folder, f"timeline-{step}.json"), **self._show)
            self._writer.add_run_metadata(run_values.run_metadata, f"step_{step}")
        self._next_step = step + 1


def write_timeline(run_metadata: object, path: str, **show: bool) -> None:
    """Write what a run told of itself into a file that Chrome draws."""
    assert isinstance(run_metadata, protos.message("RunMetadata"))
    logs.info("Writing trace to %s", path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(Timeline(run_metadata.step_stats).generate_chrome_trace_format(**show))
