"""The passes in their order, and a Program's way through them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from flowgraph.ir.program import Program
from flowgraph.passes.cse import cse
from flowgraph.passes.facts import CellOf, analyse
from flowgraph.passes.fold import fold
from flowgraph.passes.fuse import fuse
from flowgraph.passes.prune import asked_for, prune
from flowgraph.passes.simplify import simplify

Pass = Callable[[Program], Program]

PASSES: tuple[Pass, ...] = (fold, prune, simplify, cse, prune, fuse)
"""Each is known by its function's name."""


def stages(
    program: Program, feed_shapes: Sequence[tuple[int, ...]], cell_of: CellOf, skipped: Collection[str] = ()
) -> Iterator[tuple[str, Program]]:
    """A Program for feeds of some shapes, after each pass.

    Args:
      program: as it was built.
      feed_shapes: the shapes of its feeds, in order.
      cell_of: finds the variables (`facts.analyse`).
      skipped: the names of passes to leave out.

    Raises:
      ValueError: a shape rule says that the run must fail.
    """
    program = replace(program, facts=analyse(program, feed_shapes, cell_of), kept=asked_for(program))
    yield "facts", program
    for change in PASSES:
        if change.__name__ not in skipped:
            program = change(program)
            yield change.__name__, program


def optimized(
    program: Program, feed_shapes: Sequence[tuple[int, ...]], cell_of: CellOf, skipped: Collection[str] = ()
) -> Program:
    """The last of the stages: a Program as an engine takes it."""
    *_, (_, last) = stages(program, feed_shapes, cell_of, skipped)
    return last
