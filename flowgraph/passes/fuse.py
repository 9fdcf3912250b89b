"""Elementwise steps that go through their arrays together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.known import Known
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.program import NEVER, READ, Program, Step
from flowgraph.ops.array import FILL
from flowgraph.ops.bias import BIAS_ADD
from flowgraph.ops.broadcasting import BROADCAST_TO
from flowgraph.ops.select import SELECT
from flowgraph.ops.shaping import TILE
from flowgraph.passes.rewrite import with_steps

WORTH_IT = 1 << 19
"""Entries: fewer lie in the processor's cache anyway, from one step to the next, and going through them in pieces takes
longer: for 400,000 entries half as long again as a call for each step."""

ENOUGH = 1 << 22
"""Entries times steps of a region that pays: what it takes to cut arrays and to call other threads is a fixed cost."""

_DTYPES = (dt.float32, dt.float64, dt.bool)
"""Of these no elementwise op refuses a value, so no step can fail in another order than before."""

REPEATS = {TILE: 0, BROADCAST_TO: 0, FILL: 1}
"""Ops that make a large array of one entry, and which input that is. With those that use it, it need not be made."""


_OTHERS = {SELECT, BIAS_ADD, *REPEATS}
"""Ops that are elementwise only of some shapes."""


def _forward(xp: Any, inputs: Sequence[Any], *, body: Program) -> list[Any]:
    """The steps of the body, one by one."""
    values = dict(zip(body.feeds, inputs, strict=True))
    for step in body.steps:
        arrays = step.opdef.structure([values[number] for number in step.inputs], step.attrs)
        values[step.outputs[0]] = step.opdef.forward(xp, *arrays, **step.attrs)
    return [values[number] for number in body.fetches]


def _infer(inputs: Sequence[Any], *, body: Program) -> list[Any]:
    known = dict(zip(body.feeds, inputs, strict=True))
    for step in body.steps:
        facts = step.opdef.structure([known[number] for number in step.inputs], step.attrs)
        number = step.outputs[0]
        known[number] = Known(body.tensors[number].dtype, step.opdef.infer(*facts, **step.attrs))
    return [known[number].sizes for number in body.fetches]


FUSED = OpDef(
    "_Fused(inputs: Tin[]) -> outputs: Tout[]",
    attrs={"body": None},
    infer=_infer,
    forward=_forward,
    gradient=NO_GRADIENT,
)
"""Several steps as one. Its body is a Program whose feeds are the inputs, in order, and whose fetches are the outputs.

Each step of it makes one value, and all of these have the same shape.
"""


def fuse(program: Program) -> Program:
    """Make one step of elementwise steps that use each other's results and have the same, large shape.

        x ── Mul ─┬─ Sigmoid ─┬─ Mul ── y               ┌──────────────────────┐
             c ───┴───────────┼─ Tanh ── MatMul   ==>   x, c, ...  Fused ── y, t ── MatMul
                              └─ ...                    └──────────────────────┘

    Alone each of them would read whole arrays from memory and write one. Together they go through all arrays once,
    piece by piece, and what only they use never leaves the processor's cache. A number that is repeated to fill an
    array (the gradient of a sum) stays a number.

    The step stands where the last of those in it stood, so whatever uses one of them from outside ends the region.
    So does a write to a variable that one of them reads. Scalars, rows and columns may be inputs. Small
    arrays are left alone (`WORTH_IT`, `ENOUGH`).
    """
    handed_out = _handed_out(program)

    def change(steps: tuple[Step, ...]) -> Sequence[Step]:
        return _Fuser(program, handed_out).block(steps)

    before, after = program, with_steps(program, change)
    while after is not before:  # where a region stands now may no longer keep others apart
        before, after = after, with_steps(after, change)
    return after


def _handed_out(program: Program) -> set[int]:
    """The values that a block fetches, which therefore must not vanish inside a region."""
    blocks = [program, *(body for step in program.walk() for body in step.bodies)]
    return {number for block in blocks for number in block.fetches if number != NEVER}


class _Region:
    """Steps that are to become one, as long as nothing else has asked for what they make.

    Attributes:
      members: the places of its steps.
      views: the variables in whose buffers its inputs may lie; None is any variable.
      is_open: whether more may come.
    """

    __slots__ = ("into", "is_open", "members", "sizes", "views")

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.sizes = sizes
        self.members: list[int] = []
        self.views: set[int | None] = set()
        self.is_open = True
        self.into: _Region = self

    def now(self) -> _Region:
        """Itself, or the region that it has become a part of."""
        region = self
        while region.into is not region:
            region.into = region.into.into
            region = region.into
        return region

    def swallow(self, other: _Region) -> _Region:
        """One region of two: the larger one takes the other in."""
        if len(other.members) > len(self.members):
            return other.swallow(self)
        self.members += other.members
        self.views |= other.views
        other.into = self
        return self


class _Fuser:
    """One walk over the steps of a block."""

    def __init__(self, program: Program, handed_out: set[int]) -> None:
        self._program, self._facts, self._handed_out = program, program.facts, handed_out
        self._made_in: dict[int, _Region] = {}
        self._regions: list[_Region] = []
        self._cells: set[int] = set()
        self._views: dict[int, int | None] = {}  # values that may lie in a variable's buffer, and in which
        self._reading: list[_Region] = []  # regions that were open when last looked at, and read variables

    def block(self, steps: tuple[Step, ...]) -> Sequence[Step]:
        """The steps, regions in place of their members."""
        for place, step in enumerate(steps):
            sizes = self._shape_of(step)
            touched = self._touched(step) if self._made_in else ()
            if sizes is None or (step.opdef.alias and not any(region.sizes == sizes for region in touched)):
                for region in touched:
                    region.is_open = False
                self._note_state(step)
            else:
                self._join(place, step, sizes, touched)
        regions = {id(region): region for region in map(_Region.now, self._regions) if _pays(region)}
        return self._replaced(steps, list(regions.values())) if regions else steps

    def _shape_of(self, step: Step) -> tuple[int, ...] | None:
        """The shape of what a step makes, if it may be part of a region."""
        opdef = step.opdef
        if not (opdef.elementwise or opdef.alias or opdef in _OTHERS):
            return None
        if opdef.effect is not Effect.NONE or len(step.outputs) != 1 or step.op in self._program.kept:
            return None
        fact = self._facts.get(step.outputs[0])
        if fact is None or not fact.sizes or None in fact.sizes or fact.dtype not in _DTYPES:
            return None
        sizes: tuple[int, ...] = fact.sizes  # type: ignore[assignment]  # no None is in it
        if prod(sizes) < WORTH_IT:
            return None
        return sizes if self._fits(step, sizes) else None

    def _fits(self, step: Step, sizes: tuple[int, ...]) -> bool:
        """Whether each entry of the output depends on that entry of the inputs alone, and nothing can be refused."""
        facts = [self._facts.get(number) for number in step.inputs]
        if step.opdef.alias:  # another name, not another shape
            return facts[0] is not None and facts[0].sizes == sizes and _are_constant(facts[1:])
        if step.opdef in REPEATS:
            one = facts.pop(REPEATS[step.opdef])
            return one is not None and one.is_full and prod(one.sizes) == 1 and _are_constant(facts)  # type: ignore[arg-type]
        if any(fact is None or not fact.is_full or fact.dtype not in _DTYPES for fact in facts):
            return False
        if step.opdef is SELECT:
            return all(fact is not None and fact.sizes == sizes for fact in facts)
        return step.opdef is not BIAS_ADD or step.attrs["data_format"] == "NHWC"

    def _touched(self, step: Step) -> list[_Region]:
        """The open regions whose values a step uses."""
        found: dict[int, _Region] = {}
        for number in step.inputs:
            region = self._made_in.get(number)
            if region is not None:
                region = region.now()
                if region.is_open:
                    found[id(region)] = region
        return list(found.values())

    def _join(self, place: int, step: Step, sizes: tuple[int, ...], touched: Sequence[_Region]) -> None:
        region: _Region | None = None
        for other in touched:
            if other.sizes != sizes:
                other.is_open = False
            else:
                region = other if region is None else region.swallow(other)
        if region is None:
            region = _Region(sizes)
            self._regions.append(region)
        region.members.append(place)
        self._made_in[step.outputs[0]] = region
        for number in step.inputs:
            if number in self._views:
                if not region.views:
                    self._reading.append(region)
                region.views.add(self._views[number])

    def _note_state(self, step: Step) -> None:
        """Note which values are views of variables, and close the regions that read one which is written now."""
        opdef = step.opdef
        if opdef.effect is Effect.STATE:
            self._cells.update(step.outputs)
        elif opdef is READ:
            cell = step.inputs[0]
            self._views[step.outputs[0]] = cell if cell in self._cells else None
        elif step.bodies:
            if any(inner.opdef.effect is Effect.WRITE for body in step.bodies for inner in body.walk()):
                self._close(set())
            if not self._views.keys().isdisjoint(step.inputs):
                self._views.update(dict.fromkeys(step.outputs))
        elif opdef.alias and step.inputs[0] in self._views:
            self._views[step.outputs[0]] = self._views[step.inputs[0]]
        elif opdef.effect is Effect.WRITE:
            self._close(self._cells.intersection(step.inputs))

    def _close(self, written: set[int]) -> None:
        """End the regions that read what may lie in one of these variables; of no variables: it is not known which."""
        still = []
        for region in {id(region): region for region in map(_Region.now, self._reading)}.values():
            if not written or None in region.views or not written.isdisjoint(region.views):
                region.is_open = False
            elif region.is_open:
                still.append(region)
        self._reading = still

    def _replaced(self, steps: tuple[Step, ...], regions: list[_Region]) -> list[Step]:
        at: dict[int, Step | None] = {}
        inside: dict[int, _Region] = {steps[place].outputs[0]: region for region in regions for place in region.members}
        used = set(self._handed_out)
        for step in steps:
            owner = inside.get(step.outputs[0]) if step.outputs else None
            used.update(number for number in step.inputs if number in inside and inside[number] is not owner)
        for region in regions:
            places = sorted(region.members)
            at.update(dict.fromkeys(places))
            at[places[-1]] = self._fused([steps[place] for place in places], used)
        return list(_in_place(steps, at))

    def _fused(self, members: list[Step], used: set[int]) -> Step:
        made = [step.outputs[0] for step in members]
        own = set(made)
        inputs = tuple(dict.fromkeys(number for step in members for number in step.inputs if number not in own))
        outputs = tuple(number for number in made if number in used)
        body = Program(tuple(members), inputs, outputs, self._program.tensors, self._program.size)
        return Step(members[-1].op, FUSED, inputs, outputs, {"body": body})


def _pays(region: _Region) -> bool:
    return len(region.members) > 1 and prod(region.sizes) * len(region.members) >= ENOUGH


def _are_constant(facts: Sequence[Known | None]) -> bool:
    return all(fact is not None and fact.value is not None for fact in facts)


def _in_place(steps: Sequence[Step], at: dict[int, Step | None]) -> Iterator[Step]:
    for place, step in enumerate(steps):
        found = at.get(place, step)
        if found is not None:
            yield found
