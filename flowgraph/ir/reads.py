"""Reads of resource variables: which need a copy.

What a ReadVariableOp gives is the value at that moment, and a write changes the buffer in place. So each read is a
copy at first. It becomes the buffer itself where nothing uses it after the next write to the variable, which is what
most programs look like:

    read w ── loss ── gradients ── update w         no copy
    read w ──────────────────────► update w ── use  a copy
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import VIEW, Step


class Reads:
    """The steps of a Program in the making that copy a resource variable because it is read."""

    def __init__(self) -> None:
        self._copies: list[tuple[Step, int, bool]] = []

    def add(self, step: Step, cell: int, at_top: bool) -> None:
        """Note a copy of what a cell holds, made outside (`at_top`) or inside branches."""
        self._copies.append((step, cell, at_top))

    def settle(self, steps: Sequence[Step], fetches: Sequence[int], are_kept: bool = False) -> None:
        """Turn the copies that nobody needs into views, when all steps are there.

        `are_kept`: whether what is fetched may be used after later writes, as what the body of a loop hands on.
        """
        if not self._copies:
            return
        writes = self._writes(steps)
        ends = _last_uses(steps, fetches)
        handed_out = _handed_out(steps, fetches if are_kept else ())
        place_of = {id(step): place for place, step in enumerate(steps)}
        for step, cell, at_top in self._copies:
            number = step.outputs[0]
            places = writes.get(cell, [])
            if at_top:
                begin = place_of[id(step)]
                end = ends.get(number, begin)
                # an If that ends its life may use it after a write inside
                places = [at for at in places if begin < at < end or (at == end and steps[at].bodies)]
            if not places and number not in handed_out:
                step.opdef = VIEW

    def _writes(self, steps: Sequence[Step]) -> dict[int, list[int]]:
        """For each cell the places of the steps that write it, themselves or in a branch."""
        read = {cell for _, cell, _ in self._copies}
        known = {number for step in _all(steps) if step.opdef.effect is Effect.STATE for number in step.outputs}
        found: dict[int, list[int]] = {}
        for place, step in enumerate(steps):
            written: set[int] = set()
            for inner in _all([step]):
                if inner.opdef.effect is Effect.WRITE:
                    pairs = zip(inner.opdef.inputs, inner.inputs, strict=False)
                    cells = {number for arg, number in pairs if arg.is_handle}
                    # which variable it is that tf.cond has chosen is seen at run time only
                    written |= (cells | (read - known)) & read if cells <= known else read
            for cell in written:
                found.setdefault(cell, []).append(place)
        return found


def _all(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps and those inside their branches."""
    for step in steps:
        yield step
        for body in step.bodies:
            yield from body.walk()


def _last_uses(steps: Sequence[Step], fetches: Sequence[int]) -> dict[int, int]:
    """For each value the place of the last step that uses it or a view of it; the end for what is fetched."""
    ends = dict.fromkeys(fetches, len(steps))
    for place in reversed(range(len(steps))):
        step = steps[place]
        end = place
        if step.opdef.alias:
            end = max(place, *[ends.get(number, place) for number in step.outputs])
        for number in step.inputs:
            ends[number] = max(ends.get(number, end), end)
    return ends


def _handed_out(steps: Sequence[Step], fetches: Sequence[int]) -> set[int]:
    """The values that are fetched, or that some branch hands out as they are, or a view of which it hands out."""
    every = list(_all(steps))
    found = {number for step in every for body in step.bodies for number in body.fetches}
    found.update(fetches)
    for step in reversed(every):
        if step.opdef.alias and found.intersection(step.outputs):
            found.add(step.inputs[0])
    return found
