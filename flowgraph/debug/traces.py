"""`tf.debug.trace`: a block in which every run of a session is recorded."""

from __future__ import annotations

import copy
import os
import re
import threading
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

from flowgraph import errors
from flowgraph.debug import trace_pictures
from flowgraph.debug.trace_nan import checked, named
from flowgraph.debug.trace_recording import Given, as_array, size_of, unwatch, watch
from flowgraph.debug.trace_run import NotFinite, Run, Timed, Value, name_of, table
from flowgraph.ir.program import Step
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.sessions.base import BaseSession
from flowgraph.viz.dot import to_dot
from flowgraph.viz.explorer import Explorer
from flowgraph.viz.overlay import cost_text
from flowgraph.viz.render import render
from flowgraph.viz.values import summary

_failures: weakref.WeakKeyDictionary[Any, Run] = weakref.WeakKeyDictionary()


def trace(sess: Any, *, values: bool = True, arrays: bool = False, only: Any = None, most: int = 50) -> Trace:
    """Record every run of a session, inside a `with` block: `sess.run`, `eval`, callables, parts of partial runs.

    Runs give what they would give anyway: state and random numbers go on from run to run as without a trace. They are
    computed one op at a time, and what each gives is looked at, so they take longer. Outside the block nothing is
    different: the session itself is changed, and changed back at the end, also where the block ends with an error.
    Blocks may be nested, and each records for itself; runs of other threads are recorded, too. What functions compute
    that ops call (those of a `Dataset.map`, of a `tf.py_func`) counts as time of the op that calls them.

    Of ops in a loop the values of the last round are kept, and `times` tells how many rounds there were. A variable's
    value is that when it was last read, of an update that right after it. Of tensors with at most 4,096 entries all of
    the value is kept, of larger ones only a summary, except with `arrays=True`.

    A run that fails is recorded as far as it came: `runs[-1].error`, `runs[-1].failed` (the name of the op) and the
    values computed so far; `tf.debug.last_failure(sess)` is that run also after the block. Where a CheckNumerics op
    fails, the error names the first op before it whose result was not finite.

    Args:
      sess: a Session, or a monitored one: the session inside, if it is not recreated meanwhile.
      values: whether values are looked at; False records times and sizes only, and finds no NaN.
      arrays: whether whole arrays are kept, for `runs[i].array(tensor)`.
      only: of what values are kept: tensors, ops, variables or regular expressions that the op's name must hold, or a
        list of these. None: of everything. Times are those of all ops, and NaN is found everywhere.
      most: how many runs are kept, the last ones.

    Raises:
      TypeError: `sess` is no session.
      ValueError: `most` is less than 1, or `only` is no regular expression.

    >>> x = tf.placeholder(tf.float32, [2], name="x")
    >>> y = tf.log(x, name="y")
    >>> sess = tf.Session()
    >>> with tf.debug.trace(sess) as t:
    ...     _ = sess.run(y, {x: [1.0, 2.0]}), sess.run(y, {x: [1.0, -1.0]})
    >>> [about["max"] for about in t[y]], t.runs[0].feeds["x:0"]["mean"]
    ([0.693147, 0.0], 1.5)
    >>> print(t.first_nan())
    y:0 is the first tensor that is not finite: 1 NaN in shape 2
      the op: y (Log)
      made at ...   y = tf.log(x, name="y")
      its input x:0: 2 float32, -1 … 1, mean 0
    """
    inner = getattr(sess, "_tf_sess", None)
    session = inner() if callable(inner) else sess
    if not isinstance(session, BaseSession):
        raise TypeError(errors.explain(f"tf.debug.trace takes a session, not {type(sess)}"))
    if most < 1:
        raise ValueError(f"most is a number of runs, at least 1, not {most}.")
    return Trace(session, values, arrays, only, most)


def last_failure(sess: Any) -> Run | None:
    """The last run of a session that failed inside a `tf.debug.trace`: nothing is run again for it.

    Returns:
      The Run: `error`, `failed` (the name of the op), and the values computed before: `run[tensor]`,
      `run.array(tensor)`. None if there was none: a run that is not traced leaves nothing behind, for keeping it would
      cost all the runs that do not fail.

    >>> x = tf.placeholder(tf.int32, [], name="x")
    >>> double, inverse = tf.multiply(x, 2, name="double"), tf.floordiv(1, x, name="inverse")
    >>> sess = tf.Session()
    >>> with tf.debug.trace(sess):
    ...     sess.run([double, inverse], {x: 0})
    Traceback (most recent call last):
        ...
    flowgraph.errors.InvalidArgumentError: Integer division by zero...
    >>> failure = tf.debug.last_failure(sess)
    >>> failure.failed, failure.array(double)
    ('inverse', array(0, dtype=int32))
    """
    inner = getattr(sess, "_tf_sess", None)
    return _failures.get(inner() if callable(inner) else sess)


class Trace:
    """The runs of a session, recorded: see `tf.debug.trace`.

    Attributes:
      runs: a list of Run, the oldest first.
      count: how many there were, those that are no longer kept included.
      graph: the session's graph.
    """

    def __init__(self, session: BaseSession, values: bool, arrays: bool, only: Any, most: int) -> None:
        self.graph = session.graph
        self.runs: list[Run] = []
        self.count = 0
        self.values, self.arrays, self.most = values, arrays, most
        self.keeps = _chooser(only)
        self.asked: dict[Tensor | Operation, None] = {}
        self._session = session
        self._lock = threading.Lock()

    def __enter__(self) -> Trace:
        watch(self._session, self)
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        unwatch(self._session, self)

    # -- what the session tells ------------------------------------------------------------------------------

    def begin(self, fetches: Sequence[Tensor | Operation], graph: Any) -> _Recorder:  # noqa: ARG002
        """A run begins."""
        with self._lock:
            number, self.count = self.count, self.count + 1
            self.asked.update(dict.fromkeys(fetches))
        return _Recorder(self, Run(number, [item.name for item in fetches]))

    def end(self, recorder: Any) -> None:
        """It is over, however it ended."""
        run: Run = recorder.run
        for value in run._values.values() if not self.arrays else ():
            value.settle()
        with self._lock:
            self.runs.append(run)
            self.runs.sort(key=lambda other: other.number)  # of runs in several threads
            del self.runs[: -self.most]
        if run.error is not None:
            _failures[self._session] = run

    # -- looking at it ---------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, tensor: Any) -> list[dict[str, Any] | None]:
        """The summaries of a tensor in all runs; None for a run that did not compute it.

        Raises:
          KeyError: no run computed it, or its values are not kept.
        """
        found = [run[tensor] if tensor in run else None for run in self.runs]  # noqa: SIM401  # no dict
        if not any(found):
            raise KeyError(f"{name_of(tensor)} was computed in none of the {len(self.runs)} runs, or not kept.")
        return found

    def first_nan(self, inf: bool = False) -> NotFinite | None:
        """The first op of the first run that gave a NaN, with its line and its inputs; None if there was none.

        Args:
          inf: whether infinities count as well.
        """
        return next((bad for run in self.runs if (bad := run.first_bad if inf else run.first_nan) is not None), None)

    def slowest(self, most: int = 10) -> list[Timed]:
        """The ops that took the most time in all runs together, as `Timed`: `op`, `seconds`, `bytes`, `times`."""
        total: dict[str, Timed] = {}
        for run in self.runs:
            for name, timed in run.ops.items():
                all_of_it = total.setdefault(name, Timed(timed.op, timed.began))
                all_of_it.seconds += timed.seconds
                all_of_it.bytes += timed.bytes
                all_of_it.times += timed.times
        return sorted(total.values(), key=lambda timed: -timed.seconds)[:most]

    @property
    def seconds(self) -> float:
        """How long the ops of all runs took."""
        return sum(run.seconds for run in self.runs)

    def __repr__(self) -> str:
        failed = sum(run.error is not None for run in self.runs)
        facts = ["1 run" if self.count == 1 else f"{self.count} runs"]
        facts += [f"the last {len(self.runs)} kept"] if len(self.runs) < self.count else []
        facts += [f"{failed} failed"] if failed else []
        facts.append(f"{cost_text(self.seconds, 'time')} in ops")
        lines = [f"<tf.debug.trace: {', '.join(facts)}>"]
        lines += table(self.slowest(), self.seconds)
        bad = self.first_nan(inf=True)
        if bad is not None:
            lines.append(f"  not finite from run {bad.run} on: {bad.tensor.name} ({bad.op.type})")
        return "\n".join(lines)

    # -- pictures --------------------------------------------------------------------------------------------

    def show(self, **options: Any) -> Explorer:
        """A page to walk through, with a slider over the runs: for a notebook, where it shows itself.

        Args:
          options: as for `tf.viz.explore`: `fetches` (by default what the runs fetched), `title`.
        """
        return trace_pictures.page(self.graph, self.runs, list(self.asked), **options)

    def save(self, path: str | os.PathLike[str], **options: Any) -> str:
        """Write the page of `show` to a file, which needs nothing else, and return its path."""
        return self.show(**options).save(path)

    def to_dot(self, run: int = -1, *, color: str | None = "time", values: bool = True, **options: Any) -> str:
        """A run as a picture in Graphviz's language: values and costs on the nodes.

        Args:
          run: which of `runs`.
          color: "time", "bytes" or "flops"; None for the colours of the kinds of nodes.
          values: whether to write values.
          options: as for `tf.viz.to_dot`.
        """
        return to_dot(self.graph, **trace_pictures.drawn(self.runs[run], color, values, options))

    def render(
        self,
        path: str | os.PathLike[str],
        run: int = -1,
        *,
        color: str | None = "time",
        values: bool = True,
        **options: Any,
    ) -> str:
        """Draw a run into a file (.svg, .png, .pdf or .dot), as `tf.viz.render` does, and return its path.

        Args:
          path: the file to write.
          run, color, values, options: as for `to_dot`.
        """
        return render(self.graph, path, **trace_pictures.drawn(self.runs[run], color, values, options))

    def metadata(self, run: int = -1) -> Any:
        """A run as a `tf.RunMetadata`: for `tf.viz`, and for the Timeline. Rounds of a loop stand for their sum.

        >>> sess = tf.Session()
        >>> with tf.debug.trace(sess) as t:
        ...     _ = sess.run(tf.constant([1.0, 2.0], name="a") + 1.0)
        >>> [node.node_name for node in t.metadata().step_stats.dev_stats[0].node_stats]
        ['a', 'add/y', 'add']
        """
        return trace_pictures.metadata(self.runs[run])

    def _repr_html_(self) -> str:
        return self.show()._repr_html_()


class _Recorder:
    """One run as it goes on: see `trace_recording.Recorder`."""

    def __init__(self, owner: Trace, run: Run) -> None:
        self._trace, self.run = owner, run

    def value(self, tensor: Tensor, value: Any, fed: bool, inside: bool) -> None:
        """A tensor has a value: it was fed, or is one that control flow hands on; inside a branch or loop, or not."""
        array = as_array(value)
        if array is None:
            return
        if fed:
            self.run.feeds[tensor.name] = summary(array)
        if self._trace.values:
            self._keep(tensor, array, inside)
            checked(self.run, tensor, array, [], fed=fed)

    def step(self, step: Step, times: tuple[int, int], inputs: Given, outputs: Sequence[Any], inside: bool) -> None:
        """A step has run: when it began, and how long it took, in nanoseconds."""
        timed = self.run.ops.get(step.op.name)
        if timed is None:
            timed = self.run.ops[step.op.name] = Timed(step.op, times[0])
        timed.seconds += times[1] / 1e9
        timed.times += 1
        for tensor, value in zip(step.op.outputs, outputs, strict=False):
            array = as_array(value)
            if array is None:
                continue
            timed.bytes += size_of(array)
            if self._trace.values:
                self._keep(tensor, array, inside)
                checked(self.run, tensor, array, inputs, times=timed.times)

    def _keep(self, tensor: Tensor, array: Any, inside: bool) -> None:
        if self._trace.keeps(tensor):
            self.run._values.pop(tensor.name, None)  # the last of several comes where it was computed
            self.run._values[tensor.name] = Value(array, self._trace.arrays, inside)

    def failed(self, op: Operation | None, error: BaseException) -> BaseException:
        """The run ends with an error."""
        self.run.failed = None if op is None else op.name
        told = named(self.run, self._trace.first_nan(inf=True), op, error)
        # a copy has no traceback, whose frames would keep the session and all that is around it
        self.run.error = copy.copy(told) if isinstance(told, errors.OpError) else told
        return told


def _chooser(only: Any) -> Any:
    """Whether a tensor's values are kept."""
    if only is None:
        return lambda _tensor: True
    names: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for item in only if isinstance(only, Iterable) and not isinstance(only, str | Tensor) else [only]:
        if isinstance(item, Operation):
            names.update(tensor.name for tensor in item.outputs)
        elif isinstance(item, str | re.Pattern):
            patterns.append(_pattern(item))
        else:
            names.add(name_of(item))
    return lambda tensor: tensor.name in names or any(p.search(tensor.name) for p in patterns)


def _pattern(text: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"only={text!r} is no regular expression: {error}") from None
