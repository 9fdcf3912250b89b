"""The three laws of passes, and a pipeline that holds every pass to them.

the same values      whatever a pass makes of a Program is well formed and gives what it gave; that the values are
                     those of the reference engine is what all other tests compare
never more steps     those inside branches and loops counted, and a fused step as one
nothing left to do   a second run of a pass changes nothing
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from flowgraph.ir.known import Known
from flowgraph.ir.program import NEVER, WHILE, Program, Step
from flowgraph.ir.verify import verify
from flowgraph.passes import pipeline
from flowgraph.passes.pipeline import Pass

LONG = 3000
"""Steps of a Program with which a pass is not run once more: the tests of long Programs are to stay quick."""


def demand_laws(change: Pass, before: Program, after: Program) -> None:
    """Check what a pass made of a Program.

    Raises:
      AssertionError: it breaks a law.
    """
    name = change.__name__
    verify(after)
    same_outside(name, before, after)
    demand_facts(name, before, after)
    assert size(after) <= size(before), f"{name} makes {size(after)} steps of {size(before)}"
    if size(after) <= LONG:
        again = change(after)
        assert again is after or text(again) == text(after), f"a second run of {name} changes what the first one made"


def same_outside(name: str, before: Program, after: Program) -> None:
    """Check that the caller finds what there was: feeds, fetches, variables that need a value."""
    assert after.feeds == before.feeds, f"{name} changes the feeds"
    assert len(after.fetches) == len(before.fetches), f"{name} changes how many values are fetched"
    assert after.variables == before.variables, f"{name} changes which variables must have a value"
    kept = {step.op for step in after.walk()}
    gone = [step.op.name for step in before.steps if step.op in before.kept and step.op not in kept]
    assert not gone, f"{name} drops what was asked for: {', '.join(gone)}"


def demand_facts(name: str, before: Program, after: Program) -> None:
    """Check that something is known of every value, and nothing else than before of those that were there."""
    for number in made(after):
        assert number in after.facts, f"{name} does not say what is known of %{number}"
        old = before.facts.get(number)
        assert old is None or same_fact(old, after.facts[number]), f"{name} has %{number} be another value"
    for asked, given in zip(before.fetches, after.fetches, strict=True):
        assert (given == NEVER) == (asked == NEVER), f"{name} never makes a value that is fetched"
        was, now = before.facts.get(asked), after.facts.get(given)
        if was is not None and now is not None and was.is_full and now.is_full:
            assert was.sizes == now.sizes, f"{name} fetches {now.sizes} in place of {was.sizes}"
            assert None in (was.dtype, now.dtype) or was.dtype == now.dtype, f"{name} fetches another dtype"


def same_fact(a: Known, b: Known) -> bool:
    """Whether a fact says the same of shape and dtype as before, or tells a dtype that nobody knew."""
    return a is b or (a.sizes == b.sizes and a.dtype in (None, b.dtype))


def size(program: Program) -> int:
    """How many steps there are, those inside bodies counted."""
    return sum(1 for _ in program.walk())


def made(program: Program) -> Iterator[int]:
    """The values that steps make, and those that loops hand from one iteration to the next."""
    for step in program.walk():
        yield from step.outputs
        if step.opdef is WHILE:
            yield from step.bodies[0].feeds[: len(step.outputs)]


def text(program: Program) -> str:
    """A Program with all that a pass may change."""
    return "\n".join([str(program), *[attrs_text(step) for step in program.walk() if step.attrs]])


def attrs_text(step: Step) -> str:
    """The attrs of a step; of large arrays some entries."""
    return ", ".join(f"{name}={value!r}" for name, value in sorted(step.attrs.items()))


def checked_stages(
    stages: Callable[..., Iterator[tuple[str, Program]]] = pipeline.stages,
) -> Callable[..., Iterator[tuple[str, Program]]]:
    """`pipeline.stages` that checks each pass, whichever passes there are by then."""

    def checked(
        program: Program, feed_shapes: Sequence[tuple[int, ...]], cell_of: Any, skipped: Collection[str] = ()
    ) -> Iterator[tuple[str, Program]]:
        passes = {change.__name__: change for change in pipeline.PASSES}
        before: Program | None = None
        for name, after in stages(program, feed_shapes, cell_of, skipped):
            if before is not None and name in passes:
                demand_laws(passes[name], before, after)
            before = after
            yield name, after

    return checked
