"""What an engine makes of a Program, in words and figures: for people to read before they run it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from flowgraph.ir.known import Known
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import IF, READ, WHILE, Program, Step
from flowgraph.ir.tensor import Operation
from flowgraph.passes.arena import most_at_once
from flowgraph.passes.facts import CellOf
from flowgraph.passes.flops import flops
from flowgraph.passes.fold import is_constant
from flowgraph.passes.liveness import NOTHING, Lives, Wants, lives
from flowgraph.sizes import to_text

LIMIT = 60
"""So many steps are printed at both ends together; the object has them all."""

_WIDEST = 44


@dataclass(frozen=True)
class StepNote:
    """One step.

    Attributes:
      op: the op of the graph that it came from.
      what: the op's type; of steps made into one, the types of all of them.
      shape: of its first output, None if it has none.
      where: where its outputs lie.
      bytes: of all outputs together; 0 where sizes are not known, and for what lies in its input.
      flops: additions and multiplications; of a loop those of one iteration.
      depth: how many branches and loops it lies in.
    """

    op: str
    what: str
    shape: str | None
    where: str
    bytes: int
    flops: float
    depth: int = 0


@dataclass(frozen=True)
class Explanation:
    """What an engine makes of a Program, for feeds of some shapes.

    Attributes:
      engine: the engine's name.
      feeds: the tensors that are fed, with their shapes.
      passes: what each pass left: (its name, how many steps there are after it); first the Program as it was built.
      skipped: the names of the passes that were left out.
      steps: those that are left and compute something.
      arena: the bytes that the buffers of a run take together.
      apart: the bytes that they would take if none shared memory with another.
      bound: the most bytes of buffers that are in use at the same time: no arena is smaller.
      strategy: how the buffers were placed.
      outside: the most bytes at the same time of values that lie in no buffer, as far as sizes are known.
      variables: the bytes of the variables that are used.
    """

    engine: str
    feeds: tuple[tuple[str, str], ...]
    passes: tuple[tuple[str, int], ...]
    skipped: tuple[str, ...]
    steps: tuple[StepNote, ...]
    arena: int
    apart: int
    bound: int
    strategy: str
    outside: int
    variables: int

    @property
    def peak(self) -> int:
        """The bytes that a run takes beside variables and feeds, as far as known; what ops need on their way is not."""
        return self.arena + self.outside

    @property
    def flops(self) -> float:
        """Additions and multiplications of a run; each loop counted as if it ran once, each branch taken."""
        return sum(note.flops for note in self.steps)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        return f"<Explanation: {len(self.steps)} steps on {self.engine}, {self.peak:,} bytes, {self.flops:,.0f} flops>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def _lines(one: Explanation) -> Iterator[str]:
    fed = ", ".join(f"{name} {shape}" for name, shape in one.feeds)
    yield f"engine {one.engine}{', fed with ' + fed if fed else ''}"
    yield ""
    yield "passes"
    before: int | None = None
    for name, steps in one.passes:
        change = "" if before is None or steps == before else f"  ({steps - before:+,})"
        yield f"  {name:<12} {steps:>8,} steps{change}"
        before = steps
    if one.skipped:
        yield f"  left out: {', '.join(one.skipped)}"
    yield ""
    yield from _table(one.steps)
    yield ""
    yield "memory of a run, in bytes"
    if one.apart:
        yield f"  buffers    {one.arena:>14,}  {one.strategy}; {one.apart:,} apart, at least {one.bound:,}"
    yield f"  outside    {one.outside:>14,}  values that ops make by themselves, at most at once"
    yield f"  variables  {one.variables:>14,}"
    yield f"  peak       {one.peak:>14,}  buffers and outside"
    yield f"additions and multiplications: {one.flops:,.0f}"


def _table(notes: Sequence[StepNote]) -> Iterator[str]:
    half = LIMIT // 2
    shown = [*notes] if len(notes) <= LIMIT else [*notes[:half], None, *notes[-half:]]
    rows = [("step", "op", "result", "where it lies", "bytes", "flops")]
    for note in shown:
        if note is None:
            rows.append((f"... {len(notes) - 2 * half:,} more", "", "", "", "", ""))
            continue
        counted = f"{note.flops:,.0f}" if note.flops else ""
        rows.append((
            "  " * note.depth + note.what, note.op, note.shape or "", note.where,
            f"{note.bytes:,}" if note.bytes else "", counted,
        ))  # fmt: skip
    short = [[_shortened(text) for text in row] for row in rows]
    widths = [max(len(row[column]) for row in short) for column in range(6)]
    for row in short:
        left = "  ".join(text.ljust(width) for text, width in zip(row[:4], widths, strict=False))
        yield f"{left}  {row[4]:>{widths[4]}}  {row[5]:>{widths[5]}}".rstrip()


def _shortened(text: str) -> str:
    """Of a long name both ends."""
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST // 2 - 1]}...{text[2 - _WIDEST // 2 :]}"


# -- what is the same for all engines ------------------------------------------------------------------------------


def count_steps(program: Program) -> int:
    """The steps of a Program, those in branches and loops included."""
    return sum(1 for _ in program.walk())


def visible(program: Program) -> Iterator[tuple[Step, int]]:
    """The steps that compute something, those of bodies after the step that holds them, and how deep they lie.

    Constants, what holds a variable, and what only gives a value another name or shape are none of them.
    """
    stack = [(iter(program.steps), 0)]
    while stack:
        steps, depth = stack[-1]
        for step in steps:
            if is_constant(step) or step.opdef.effect is Effect.STATE or step.opdef.alias:
                continue
            yield step, depth
            if step.bodies:
                stack.extend((iter(body.steps), depth + 1) for body in reversed(step.bodies))
                break
        else:
            stack.pop()


def what(step: Step) -> str:
    """What a step does; of several steps made into one, what these do."""
    inner = step.attrs.get("body")
    if isinstance(inner, Program):
        return f"{step.opdef.name.lstrip('_')}({', '.join(one.opdef.name for one in inner.steps)})"
    return {IF: "If", WHILE: "While"}.get(step.opdef, step.opdef.name)


def size_of(fact: Known | None) -> int:
    """The bytes of a value, 0 where they are not known."""
    if fact is None or fact.dtype is None or not fact.is_full:
        return 0
    return prod(fact.sizes) * getattr(fact.dtype.np, "itemsize", 0)  # type: ignore[arg-type]  # no None is left


class Reader:
    """Answers questions about a Program with facts.

    Args:
      program: the Program.
      cell_of: finds the variables (`passes.facts.analyse`).
    """

    def __init__(self, program: Program, cell_of: CellOf) -> None:
        self._program = program
        self._holders: dict[int, Operation] = {}
        self._held: dict[int, tuple[int, ...]] = {}  # of what holds a variable: the shape of its value
        for step in program.walk():
            if step.opdef.effect is Effect.STATE and "shape" in step.attrs and "dtype" in step.attrs:
                number = step.outputs[0]
                array = cell_of(step.op).array
                sizes = step.attrs["shape"] if array is None else array.shape
                self._holders[number] = step.op
                if sizes is not None and None not in sizes:
                    self._held[number] = tuple(sizes)

    @property
    def variable_bytes(self) -> int:
        """The bytes of the variables that are used."""
        sizes = {self._holders[number]: shape for number, shape in self._held.items()}
        return sum(prod(shape) * getattr(op.attrs["dtype"].np, "itemsize", 0) for op, shape in sizes.items())

    def variables_of(self, step: Step) -> str:
        """The names of the variables that a step is handed."""
        names = [self._holders[number].name for number in step.inputs if number in self._holders]
        return ", ".join(dict.fromkeys(names))

    def note(self, step: Step, where: str, depth: int) -> StepNote:
        """What is said of a step."""
        facts = [self._program.facts.get(number) for number in step.outputs]
        shape = to_text(facts[0].sizes) if facts and facts[0] is not None and facts[0].sizes is not None else None
        changes = step.opdef.effect is Effect.WRITE or step.opdef.alias
        made = 0 if changes else sum(size_of(fact) for fact in facts)
        return StepNote(step.op.name, what(step), shape, where, made, self._flops(step), depth)

    def _flops(self, step: Step) -> float:
        inputs = [self._shape(number) for number in step.inputs]
        if step.bodies or None in inputs:
            return 0.0
        outputs = [self._shape(number) or () for number in step.outputs]
        return flops(step.opdef, step.attrs, inputs, outputs)  # type: ignore[arg-type]  # no None is left

    def _shape(self, number: int) -> tuple[int, ...] | None:
        fact = self._program.facts.get(number)
        if number in self._held or fact is None or not fact.is_full:
            return self._held.get(number)
        return fact.sizes  # type: ignore[return-value]

    def outside(self, inside: Lives | None = None) -> int:
        """The most bytes at the same time of values that lie in no buffer of `inside`: ops make them at each run."""
        homes = {} if inside is None else inside.home

        def wants(step: Step) -> Wants:
            elsewhere = is_constant(step) or step.opdef.alias or step.opdef.effect in (Effect.STATE, Effect.WRITE)
            if elsewhere or step.opdef is READ or not step.outputs:
                return NOTHING
            sizes = [None if number in homes else size_of(self._program.facts.get(number)) for number in step.outputs]
            return Wants(tuple(sizes)) if any(sizes) else NOTHING

        return most_at_once(lives(self._program, wants).buffers)


def fed(program: Program) -> tuple[tuple[str, str], ...]:
    """The tensors that a Program with facts is fed, and their shapes."""
    names = [program.tensors[number].name if number in program.tensors else f"%{number}" for number in program.feeds]
    return tuple((name, to_text(program.facts[n].sizes)) for name, n in zip(names, program.feeds, strict=True))


def walked(program: Program, cell_of: CellOf, engine: str, skipped: Sequence[str]) -> Explanation:
    """Of a Program with facts that is walked step by step: all that ops make lies where they make it."""
    reader = Reader(program, cell_of)

    def where(step: Step) -> str:
        if step.opdef.effect is Effect.WRITE:
            return f"variable {reader.variables_of(step)}"
        return "outside" if step.outputs else ""

    notes = [reader.note(step, where(step), depth) for step, depth in visible(program)]
    passes = (("as built", count_steps(program)),)
    return Explanation(
        engine, fed(program), passes, tuple(skipped), tuple(notes), 0, 0, 0, "", reader.outside(), reader.variable_bytes
    )
