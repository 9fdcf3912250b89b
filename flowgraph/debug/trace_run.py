"""What a recorded run is: its ops with their costs, the values that they gave, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.viz.overlay import cost_text
from flowgraph.viz.values import summary

SMALL = 4096
"""Arrays of at most so many entries are copied while a run is recorded, and looked at when they are asked for."""


class Value:
    """What is kept of an array: all of it or its summary.

    Args:
      array: the array; a variable's is its buffer, in which later steps write.
      whole: whether all of it is kept although it is large.
      often: whether there may be another one soon, in the next round of a loop: a copy takes less time than a summary.
    """

    __slots__ = ("_summary", "array")

    def __init__(self, array: np.ndarray, whole: bool, often: bool) -> None:
        keeps = whole or often or array.size <= SMALL
        self.array: np.ndarray | None = np.array(array) if keeps else None
        self._summary = None if keeps else summary(array)

    def settle(self) -> None:
        """The run is over: of a large array only the summary stays."""
        if self.array is not None and self.array.size > SMALL:
            self._summary, self.array = self.summary, None

    @property
    def summary(self) -> dict[str, Any]:
        """The array in a few words: see `flowgraph.viz.values.summary`."""
        if self._summary is None:
            self._summary = summary(self.array)
        return self._summary


@dataclass(slots=True)
class Timed:
    """An op of a run.

    Attributes:
      op: the operation of the graph.
      seconds: how long it took, all its executions together.
      bytes: the size of what it gave, all its executions together.
      times: how often it ran: in a loop, once a round.
      began: when it first began, in nanoseconds since 1970.
    """

    op: Operation
    began: int
    seconds: float = 0.0
    bytes: int = 0
    times: int = 0


@dataclass(slots=True)
class NotFinite:
    """An op that gave a NaN or an infinity where nothing before it had: `print` it.

    Attributes:
      op: the operation; of a fed tensor the op that is fed.
      tensor: which of its outputs.
      nan, inf: how many there are.
      summary: what it gave, in a few words.
      inputs: what it was given: pairs of a tensor's name and its summary.
      round: in which execution of the op: 1 for the first; in a loop the number of the round.
      fed: whether it came from outside.
      run: the number of the run.
    """

    op: Operation
    tensor: Tensor
    nan: int
    inf: int
    summary: Mapping[str, Any]
    inputs: list[tuple[str, Mapping[str, Any]]]
    round: int = 1
    fed: bool = False
    run: int = 0

    def __str__(self) -> str:
        what = " and ".join(f"{count:,} {name}" for count, name in ((self.nan, "NaN"), (self.inf, "inf")) if count)
        lines = [f"{self.tensor.name} is the first tensor that is not finite: {what} in shape {self.summary['shape']}"]
        if self.fed:
            lines.append("it was fed")
        elif self.op.opdef.effect is Effect.STATE:
            lines.append(f"the variable {self.op.name} held it before this run")
        elif self.round > 1:
            lines.append(f"the op: {self.op.name} ({self.op.type}), the {self.round}. time that it ran")
        else:
            lines.append(f"the op: {self.op.name} ({self.op.type})")
        if self.op.site is not None:
            lines.append(f"made at {errors.place(self.op.site)}   {errors.source_line(self.op.site)}".rstrip())
        lines += [f"its input {name}: {in_words(about)}" for name, about in self.inputs]
        return "\n  ".join(lines)


def in_words(about: Mapping[str, Any]) -> str:
    """A summary on one line.

    >>> in_words(summary(np.array([1.0, np.nan]))), in_words(summary(np.float32(2)))
    ('2 float64, 1 … 1, mean 1, 1 NaN', 'scalar float32, 2.0')
    """
    parts = [f"{about['shape']} {about['dtype']}"]
    if about["shape"] == "scalar":
        parts.append(about["text"])
        return ", ".join(parts)
    if "min" in about:
        parts.append(f"{about['min']:.4g} … {about['max']:.4g}, mean {about['mean']:.4g}")
    parts += [f"{about[key]:,} {name}" for key, name in (("nan", "NaN"), ("inf", "inf")) if about.get(key)]
    return ", ".join(parts)


@dataclass(eq=False)
class Run:
    """One run of a session, recorded.

    Attributes:
      number: which run since the trace began, from 0.
      fetches: the names of what was fetched or run.
      feeds: for the name of each fed tensor its summary.
      ops: for the name of each op that ran a `Timed`: `op`, `seconds`, `bytes`, `times`, in the order of the run.
      error: what the run ended with, if it failed.
      failed: the name of the op that failed.
      first_nan, first_bad: a `NotFinite`: the first op that gave a NaN, and that gave a NaN or an infinity.
    """

    number: int
    fetches: list[str]
    feeds: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    ops: dict[str, Timed] = field(default_factory=dict)
    error: BaseException | None = None
    failed: str | None = None
    first_nan: NotFinite | None = None
    first_bad: NotFinite | None = None
    _values: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, tensor: Any) -> dict[str, Any]:
        """The summary of a tensor, given itself or its name.

        Raises:
          KeyError: it was not computed in this run, or not kept.
        """
        return self._values[name_of(tensor)].summary

    def __contains__(self, tensor: Any) -> bool:
        return name_of(tensor) in self._values

    def array(self, tensor: Any) -> np.ndarray:
        """A copy of what a tensor was.

        Raises:
          KeyError: it was not computed in this run, or not kept.
          ValueError: only its summary was kept: it is larger than 4,096 entries, and `arrays=True` was not asked for.
        """
        array = self._values[name_of(tensor)].array
        if array is None:
            raise ValueError(f"Of {name_of(tensor)} only the summary was kept: use tf.debug.trace(sess, arrays=True).")
        return np.array(array)

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """The summaries of all tensors, by their names, in the order in which they were computed."""
        return {name: value.summary for name, value in self._values.items()}

    @property
    def seconds(self) -> float:
        """How long the ops took, all together."""
        return sum(timed.seconds for timed in self.ops.values())

    def slowest(self, most: int = 10) -> list[Timed]:
        """The ops that took the most time, the slowest first."""
        return sorted(self.ops.values(), key=lambda timed: -timed.seconds)[:most]

    @property
    def title(self) -> str:
        """What was run, on one line."""
        names = ", ".join(self.fetches[:3]) + (f" and {len(self.fetches) - 3} more" if len(self.fetches) > 3 else "")
        return (names or "nothing") + (", failed" if self.error is not None else "")

    def __repr__(self) -> str:
        lines = [f"<run {self.number}: {self.title}: {len(self.ops)} ops, {cost_text(self.seconds, 'time')}>"]
        if self.error is not None:
            where = f" in {self.failed}" if self.failed else ""
            lines.append(f"  {type(self.error).__name__}{where}: {str(self.error).splitlines()[0]}")
        lines += table(self.slowest(8), self.seconds)
        return "\n".join(lines)


def table(ops: list[Timed], total: float) -> list[str]:
    """Lines about ops: time, share of the total, how often, name and type."""
    rows = [
        (cost_text(t.seconds, "time"), f"{t.seconds / (total or 1.0):.0%}", f"×{t.times:,}", t.op.name, t.op.type)
        for t in ops
    ]
    return [f"  {took:>9}  {share:>4}  {times:>6}  {name}  ({kind})" for took, share, times, name, kind in rows]


def name_of(tensor: Any) -> str:
    """The name of a tensor, variable, or op (its first output), or what stands for one."""
    if isinstance(tensor, Tensor):
        return tensor.name
    if isinstance(tensor, Operation):
        return f"{tensor.name}:0"
    if isinstance(tensor, str):
        return tensor if ":" in tensor else f"{tensor}:0"
    element = getattr(tensor, "_as_graph_element", None)
    if element is None:
        raise TypeError(f"A tensor or the name of one is needed, not {type(tensor)}.")
    return name_of(element())
