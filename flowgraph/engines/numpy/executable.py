"""What the numpy engine makes of a Program: frames for the feed shapes seen last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flowgraph.dtypes import resource
from flowgraph.engines.explain import Explanation, walked
from flowgraph.engines.numpy.binder import bind
from flowgraph.engines.numpy.explained import explained
from flowgraph.engines.numpy.frame import Frame
from flowgraph.engines.numpy.memory import Plan
from flowgraph.engines.reference import ReferenceExecutable
from flowgraph.engines.store import Store
from flowgraph.ir.pause import collector_paused
from flowgraph.ir.program import Program
from flowgraph.passes.arena import ARENA
from flowgraph.passes.facts import analyse
from flowgraph.passes.pipeline import optimized, stages

_SHAPES_KEPT = 16
_FRAMES_KEPT = 4  # idle ones, of each set of shapes


class NumpyEngine:
    """The default engine: numpy's functions, bound to buffers once for each set of feed shapes.

    Args:
      skipped: the names of the passes to leave out (`flowgraph.passes.pipeline`).
    """

    name = "NUMPY"

    def __init__(self, skipped: Collection[str] = ()) -> None:
        self.skipped = frozenset(skipped)

    def compile(self, program: Program, store: Store) -> NumpyExecutable:
        """Prepare a Program; optimizing and binding it waits for the first feeds of each shape."""
        return NumpyExecutable(program, store, self.skipped)


class _Shaped:
    """A Program as it runs for one set of feed shapes, with its frames that no run uses now."""

    __slots__ = ("_frames", "plan", "walker")

    def __init__(self, walker: ReferenceExecutable, shares: bool) -> None:
        self.walker = walker
        self.plan = Plan(walker.program, shares, last=walker.dead_after[id(walker.program)])
        self._frames: list[Frame] = []

    def lend(self) -> Frame:
        """A frame that no run uses."""
        try:
            return self._frames.pop()
        except IndexError:
            pass
        with collector_paused():
            frame, self.plan = bind(self.walker, self.plan)
        return frame

    def take_back(self, frame: Frame) -> None:
        """The run is over: a few frames are kept for others, after a burst of them the rest is let go."""
        frame.forget()
        if len(self._frames) < _FRAMES_KEPT:
            self._frames.append(frame)


class NumpyExecutable(ReferenceExecutable):
    """Keeps frames for the feed shapes seen last, and lends one to each run; where there can be none, it walks."""

    def __init__(self, program: Program, store: Store, skipped: frozenset[str] = frozenset()) -> None:
        super().__init__(program, store)
        self._skipped = skipped
        # a variable that takes another shape gets another buffer in the midst of the run
        may_move = any(opdef.moves is not None for opdef in program.opdefs)
        self._moves = may_move and any(step.opdef.moves and step.opdef.moves(step.op) for step in program.walk())
        # a function may be given handles, which have no shapes
        self._moves |= any(program.tensors[i].dtype is resource for i in program.feeds if i in program.tensors)
        self._shaped: OrderedDict[Any, _Shaped | None] = OrderedDict()
        self._lock = threading.Lock()

    def _run(self, feeds: Sequence[Any]) -> list[Any]:
        if self._moves or self._waits_before is not None:
            return super()._run(feeds)
        key = (self.store.version, *[feed.shape for feed in feeds])
        try:
            shaped = self._shaped[key]
            self._shaped.move_to_end(key)
        except KeyError:
            shaped = None
        if shaped is None:  # (not in the block above: its exception would stand in the traceback of a failed op)
            shaped = self._shape(key, feeds)
        if shaped is None:
            return super()._run(feeds)
        frame = shaped.lend()
        try:
            return frame.run(feeds)
        finally:
            shaped.take_back(frame)

    def _shape(self, key: Any, feeds: Sequence[Any]) -> _Shaped | None:
        """The Program for these feeds; None where a shape rule foresees an error, which a walk meets and reports."""
        shaped = None
        with collector_paused(), suppress(ValueError):
            program = self.specialised([feed.shape for feed in feeds])
            shaped = _Shaped(ReferenceExecutable(program, self.store), ARENA not in self._skipped)
        with self._lock:
            self._shaped[key] = shaped
            for old in list(self._shaped):
                if old[0] != key[0]:  # variables had other buffers then
                    self._shaped.pop(old, None)
            while len(self._shaped) > _SHAPES_KEPT:
                self._shaped.popitem(last=False)
        return shaped

    def explain(self, feed_shapes: Sequence[tuple[int, ...]]) -> Explanation:
        """See `ReferenceExecutable.explain`."""
        if self._moves or self._waits_before is not None:
            facts = analyse(self.program, feed_shapes, self.store.cell)
            return walked(replace(self.program, facts=facts), self.store.cell, f"{NumpyEngine.name}, step by step", ())
        found = list(stages(self.program, feed_shapes, self.store.cell, self._skipped))
        shaped = _Shaped(ReferenceExecutable(found[-1][1], self.store), ARENA not in self._skipped)
        shaped.lend()
        return explained(found[-1][1], shaped.plan, self.store.cell, found, sorted(self._skipped))

    def specialised(self, feed_shapes: Sequence[tuple[int, ...]]) -> Program:
        """The Program as it runs for feeds of these shapes.

        Raises:
          ValueError: a shape rule says that the run must fail.
        """
        return optimized(self.program, feed_shapes, self.store.cell, self._skipped)
