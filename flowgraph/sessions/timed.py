"""Runs with a limit of time, or of threads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from flowgraph import errors
from flowgraph.engines.base import Executable
from flowgraph.engines.reference import ReferenceExecutable
from flowgraph.engines.waiting import ends_after, limit, run_of
from flowgraph.ir.program import Program, Step
from flowgraph.kernels.threads import blas_alone, with_at_most


class TimedExecutable(ReferenceExecutable):
    """A Program that is run step by step, until its time is over.

    The op that is being computed then is computed to its end, as in TF; no further one is begun.
    """

    def run_within(self, seconds: float, feeds: Sequence[Any]) -> list[Any]:
        """Run it.

        Raises:
          DeadlineExceededError: the time was over before all was computed.
        """
        with ends_after(seconds):
            return self.run(feeds)

    def _call(self, step: Step, inputs: list[Any], program: Program) -> Sequence[Any]:
        end = limit()
        if end is not None and time.monotonic() > end:
            line = "Timed out waiting for notification"
            message = errors.explain(line, details=[f"the next op would have been: {step.op.name}"], where=step.op.site)
            raise errors.DeadlineExceededError(None, None, message)
        return super()._call(step, inputs, program)


class Within:
    """A timed Program with its limit, as engines give Programs."""

    def __init__(self, executable: TimedExecutable, seconds: float) -> None:
        self._executable, self._seconds = executable, seconds

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """See `TimedExecutable.run_within`."""
        return self._executable.run_within(self._seconds, feeds)


class ByThreads:
    """A Program whose ops use at most so many threads each: our own, for BLAS has one as long as it runs."""

    def __init__(self, executable: Executable, threads: int) -> None:
        self._executable, self._threads = executable, threads

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """See `Executable.run`."""
        with blas_alone():
            return with_at_most(self._threads, self._executable.run, feeds)


class ForSession:
    """A Program of a session that shares its store with others."""

    def __init__(self, executable: Executable, session: Any) -> None:
        self._executable, self._session = executable, session

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """See `Executable.run`."""
        with run_of(self._session):
            return self._executable.run(feeds)
