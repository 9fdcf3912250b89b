"""The threads beside a supervised session that write summaries, steps per second and checkpoints."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING, Any

from flowgraph.monitored import files
from flowgraph.platform import logs
from flowgraph.queues.coordinator import LooperThread
from flowgraph.training.global_step import global_step as global_step_value

if TYPE_CHECKING:
    from flowgraph.monitored.supervisor import Supervisor


class _SummaryThread(LooperThread):
    """Writes the merged summaries now and then."""

    def __init__(self, supervisor: Supervisor, session: Any) -> None:
        super().__init__(supervisor.coord, supervisor.save_summaries_secs)
        self._supervisor, self._session = supervisor, session

    def run_loop(self) -> None:
        """Write them once."""
        supervisor = self._supervisor
        step = None
        if supervisor.global_step is None:
            summaries = self._session.run(supervisor.summary_op)
        else:
            summaries, step = self._session.run([supervisor.summary_op, supervisor.global_step])
        logs.info("Recording summary at step %s.", step)
        supervisor.summary_writer.add_summary(summaries, step)


class _StepCounterThread(LooperThread):
    """Writes steps per second now and then."""

    def __init__(self, supervisor: Supervisor, session: Any) -> None:
        super().__init__(supervisor.coord, supervisor.save_summaries_secs)
        self._supervisor, self._session = supervisor, session
        self._tag = f"{supervisor.global_step.op.name}/sec"

    def start_loop(self) -> None:
        """Begin to count."""
        self._last_time = time.time()
        self._last_step = global_step_value(self._session, self._supervisor.global_step)

    def run_loop(self) -> None:
        """Write it once."""
        step = global_step_value(self._session, self._supervisor.global_step)
        now = time.time()
        rate = (step - self._last_step) / (now - self._last_time) if now > self._last_time else float("inf")
        self._last_step, self._last_time = step, now
        self._supervisor.summary_writer.add_summary(files.scalar_summary(self._tag, rate), step)
        logs.log_first_n(logs.INFO, "%s: %g", 10, self._tag, rate)


class _CheckpointThread(LooperThread):
    """Writes a checkpoint now and then."""

    def __init__(self, supervisor: Supervisor, session: Any) -> None:
        super().__init__(supervisor.coord, supervisor.save_model_secs)
        self._supervisor, self._session = supervisor, session

    def run_loop(self) -> None:
        """Write one."""
        supervisor = self._supervisor
        logs.info("Saving checkpoint to path %s", supervisor.save_path)
        supervisor.saver.save(self._session, supervisor.save_path, global_step=supervisor.global_step)
        if supervisor.summary_writer and supervisor.global_step is not None:
            step = global_step_value(self._session, supervisor.global_step)
            supervisor.summary_writer.add_session_log(files.session_log("CHECKPOINT", supervisor.save_path), step)


def service_threads(supervisor: Supervisor, session: Any) -> list[Thread]:
    """Start the services of a supervisor that has a directory to write to."""
    writer = supervisor.summary_writer
    if supervisor.global_step is not None and writer:
        writer.add_session_log(files.session_log("START"), global_step_value(session, supervisor.global_step))
    threads: list[Thread] = []
    if supervisor.save_summaries_secs and writer:
        if supervisor.summary_op is not None:
            threads.append(_SummaryThread(supervisor, session))
        if supervisor.global_step is not None:
            threads.append(_StepCounterThread(supervisor, session))
    if supervisor.saver and supervisor.save_model_secs:
        threads.append(_CheckpointThread(supervisor, session))
    for thread in threads:
        thread.start()
    return threads
