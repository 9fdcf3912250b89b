"""How runs are recorded: step by step, each step told to everyone who watches the session.

A session that is watched has a `run` of its own, which hides that of its class; when the last trace ends it is taken
away, so that a session that is not watched runs as if there were no traces.
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from flowgraph import errors
from flowgraph.config import RunOptions
from flowgraph.engines.store import Cell
from flowgraph.ir.program import DEAD, VIEW, Program, Step
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.sessions.settings import check_run
from flowgraph.sessions.timed import TimedExecutable
from flowgraph.sessions.traced import TracedExecutable

Given = list[tuple[Tensor | None, Any]]
"""What a step was given: tensors of the graph, as far as they are some, and their values."""


class Recorder(Protocol):
    """One run, as one trace hears of it."""

    def value(self, tensor: Tensor, value: Any, fed: bool, inside: bool) -> None:
        """A tensor has a value: it was fed, or is one that control flow hands on; inside a branch or loop, or not."""
        ...

    def step(self, step: Step, times: tuple[int, int], inputs: Given, outputs: Sequence[Any], inside: bool) -> None:
        """A step has run: when it began, and how long it took, in nanoseconds."""
        ...

    def failed(self, op: Operation | None, error: BaseException) -> BaseException:
        """The run ends with an error; returns what is to be raised."""
        ...


class Watcher(Protocol):
    """A trace: gives a recorder for each run and gets it back."""

    def begin(self, fetches: Sequence[Tensor | Operation], graph: Any) -> Recorder:
        """A run begins."""
        ...

    def end(self, recorder: Recorder) -> None:
        """It is over, however it ended."""
        ...


class _Recording(TimedExecutable):
    """A Program that is run step by step and tells of it; each run is one of a copy of its own."""

    recorders: Sequence[Recorder] = ()

    def told_to(self, recorders: Sequence[Recorder]) -> _Recording:
        """The same, for one run."""
        other = copy.copy(self)
        other.recorders = recorders
        if isinstance(other, TracedExecutable):
            other.records = []
        return other

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """See `Executable.run`."""
        self._tell(self.program.feeds, feeds, fed=True)
        try:
            return super().run(feeds)
        except BaseException as error:
            told = error
            for recorder in self.recorders:
                told = recorder.failed(getattr(error, "op", None), told)
            if told is error:
                raise
        raise told.with_traceback(None) from told.__cause__

    def _tell(self, numbers: Sequence[int], values: Sequence[Any], fed: bool = False, inside: bool = False) -> None:
        for number, value in zip(numbers, values, strict=False):
            tensor = self.program.tensors.get(number)
            # what a branch or loop is fed is known already, but for what goes from round to round
            if tensor is None or value is DEAD or (inside and tensor.op.opdef.role != "merge"):
                continue
            for recorder in self.recorders:
                recorder.value(tensor, value, fed, inside)

    def _walk(self, program: Program, feeds: Sequence[Any]) -> dict[int, Any]:
        if program is not self.program:  # a branch or one round of a loop
            self._tell(program.feeds, feeds, inside=True)
        return super()._walk(program, feeds)

    def run_bodies(self, step: Step, inputs: list[Any]) -> list[Any]:
        """Run an If or a While."""
        outputs = super().run_bodies(step, inputs)
        self._tell(step.outputs, outputs)
        return outputs

    def _result(self, step: Step, inputs: list[Any], program: Program, function: Any) -> Any:
        began, clock = time.time_ns(), time.perf_counter_ns()
        result = super()._result(step, inputs, program, function)
        took = time.perf_counter_ns() - clock
        if function is step.opdef.begin:
            return result  # what merely begins to wait is told when it has waited
        outputs = self._outputs(step, result)
        if step.opdef.name.startswith("_") and step.opdef is not VIEW:
            self._tell(step.outputs, outputs)  # what Programs add themselves
            return result
        given = [(self.program.tensors.get(n), value) for n, value in zip(step.inputs, inputs, strict=True)]
        for recorder in self.recorders:
            recorder.step(step, (began, took), given, outputs, program is not self.program)
        return result


class _RecordingTraced(_Recording, TracedExecutable):
    """The same for a run that fills in a RunMetadata, too."""


class WatchedRun:
    """The `run` of a session that is watched."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._before = session.__dict__.get("run")
        self._compiled: dict[Any, _Recording] = {}
        self.watchers: list[Watcher] = []

    def __call__(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """See `BaseSession.run`."""
        begun: list[tuple[Watcher, Recorder]] = []

        def watch(
            tensors: list[Tensor], targets: list[Operation], feeds: list[Tensor], options: RunOptions
        ) -> TimedExecutable:
            kind = _RecordingTraced if options.trace_level else _Recording
            key = tuple(tensors), tuple(targets), tuple(feeds), kind
            compiled = self._compiled.get(key)
            if compiled is None:
                compiled = self._compiled[key] = self._session._compile(tensors, targets, feeds, kind)
            asked: list[Tensor | Operation] = [*tensors, *targets]
            begun.extend((watcher, watcher.begin(asked, self._session.graph)) for watcher in list(self.watchers))
            return compiled.told_to([recorder for _, recorder in begun])

        try:
            checked = check_run(options, run_metadata, self._session._pools)
            return self._session._run_with(checked, run_metadata, fetches, feed_dict, watch)
        finally:
            for watcher, recorder in begun:
                watcher.end(recorder)

    def execute(self, program: Program, feeds: Sequence[Any]) -> list[Any]:
        """One part of a run that is done in parts: see `BaseSession.partial_run`."""
        asked: list[Any] = [program.tensors[number] for number in program.fetches if number in program.tensors]
        begun = [(watcher, watcher.begin(asked, self._session.graph)) for watcher in list(self.watchers)]
        recording = _Recording(program, self._session._store).told_to([recorder for _, recorder in begun])
        try:
            return recording.run(feeds)
        except errors.OpError as error:
            raise error.with_traceback(None) from error.__cause__
        finally:
            for watcher, recorder in begun:
                watcher.end(recorder)

    def install(self) -> None:
        """Take the place of the session's own `run`."""
        self._session.run, self._session._execute = self, self.execute

    def remove(self) -> None:
        """Give it back."""
        del self._session._execute
        if self._before is None:
            del self._session.run
        else:
            self._session.run = self._before


_installing = threading.Lock()


def watch(session: Any, watcher: Watcher) -> None:
    """Let a trace hear of every run of a session from now on."""
    with _installing:
        run = session.__dict__.get("run")
        if not isinstance(run, WatchedRun):
            run = WatchedRun(session)
            run.install()
        run.watchers.append(watcher)


def unwatch(session: Any, watcher: Watcher) -> None:
    """Let it hear no more."""
    with _installing:
        run = session.__dict__.get("run")
        if isinstance(run, WatchedRun) and watcher in run.watchers:
            run.watchers.remove(watcher)
            if not run.watchers:
                run.remove()


def as_array(value: Any) -> np.ndarray | None:
    """A value of a run as an array; of a variable its buffer; None for handles and for variables without a value."""
    if isinstance(value, Cell):
        value = value.array
    if isinstance(value, np.ndarray | np.generic | bytes | int | float | bool):
        return np.array(value, object) if isinstance(value, bytes) else np.asarray(value)
    return None


def size_of(array: np.ndarray) -> int:
    """The bytes of an array, of texts the bytes of all of them."""
    if array.dtype.kind != "O":
        return array.nbytes
    return sum(len(item) for item in array.ravel().tolist() if isinstance(item, bytes | str))
