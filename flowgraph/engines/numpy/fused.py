"""Fused steps: all of their steps on one piece of the arrays after another, on several threads.

A piece is small enough for what the steps make of it to stay in the processor's cache, in a few registers that they
use in turn. Each thread has registers of its own, to which the kernels are bound once:

    x   [......|......|......]      for each piece:   multiply(x[piece], c[piece], r0)
    c   [......|......|......]                        tanh(r0, r1)
    out [......|......|......]                        subtract(r1, r0, r0); out[piece] = r0

Where all inputs are scalars or have the full shape, the arrays are one long row; otherwise they keep the axes along
which some input is repeated. How they are cut depends on shapes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels import IN_PLACE, KERNELS, choices, elementwise, gradients
from flowgraph.engines.numpy.kernels.calls import Call, Operand
from flowgraph.ir.known import Known
from flowgraph.ir.program import Program, Step
from flowgraph.kernels.threads import PARTS, in_parallel, ranges
from flowgraph.passes.fuse import REPEATS

CACHE = 3 << 19
"""Bytes of registers and pieces on which a thread works at a time: what the caches of a core hold, more or less."""

PIECE, LONGEST = 1 << 15, 1 << 17
"""Entries of a piece where there are many registers, and where there are few. For shorter ones calling numpy takes too
much of the time: at 1 << 13 half of it."""

ALONE = 1 << 20
"""Entries times steps: less work than that is done by one thread."""

_LINE = 64  # bytes: where registers begin

_KERNELS = {**KERNELS, **elementwise.KERNELS, **choices.KERNELS, **gradients.KERNELS}
"""Those of single entries before others of the same op, which may need to know the axes of the whole array."""

Shape = tuple[int, ...]
Box = tuple[slice, ...]


def scratch_size(step: Step, known: Mapping[int, Known]) -> int:
    """The bytes that a fused step needs while it runs: registers for each thread."""
    return _Plan(step.attrs["body"], known).size


class FusedCall:
    """A fused step, bound to registers: it belongs to one run at a time.

    Args:
      step: the step.
      known: facts about its inputs and outputs, and all values inside.
      scratch: memory for the registers.

    Attributes:
      outputs: the shape and dtype of each output.
    """

    def __init__(self, step: Step, known: Mapping[int, Known], scratch: np.ndarray) -> None:
        self._plan = plan = _Plan(step.attrs["body"], known)
        self.outputs = [(_sizes(known, number), _dtype(known, number)) for number in plan.body.fetches]
        self._indices = [[_index(box, shape) for shape in plan.inputs] for box in plan.boxes]
        self._lanes = [_Lane(plan, part) for part in np.split(scratch, len(plan.shares))]

    def into(self, held: Sequence[np.ndarray | None]) -> Callable[..., list[np.ndarray]]:
        """A function of the inputs that writes each output into its array here, or a new one where there is None.

        It returns the new ones.
        """

        def call(*values: Any) -> list[np.ndarray]:
            pairs = zip(held, self.outputs, strict=True)
            outs = [np.empty(*output) if array is None else array for array, output in pairs]
            self._compute(values, outs)
            return [out for out, array in zip(outs, held, strict=True) if array is None]

        return call

    def _compute(self, values: Sequence[Any], outs: Sequence[np.ndarray]) -> None:
        plan = self._plan
        inputs = [np.reshape(values[at], shape) for at, shape in zip(plan.places, plan.inputs, strict=True)]
        results = [out.reshape(plan.shape) for out in outs]

        idle = list(self._lanes)

        def work(share: slice) -> None:
            lane = idle.pop()
            for box, indices in zip(plan.boxes[share], self._indices[share], strict=True):
                parts = [value[at] for value, at in zip(inputs, indices, strict=True)]
                lane.run([*parts, *[result[box] for result in results]], _lengths(box))
            lane.forget()
            idle.append(lane)  # for this thread's next share: what it has is in the cache

        in_parallel([partial(work, share) for share in plan.shares])


class _Plan:
    """How the arrays of a fused step are cut, and which register each value inside is in.

    Attributes:
      steps: the steps that compute something.
      same: value -> the one whose other name it is, or which is repeated to make it.
      used: the values that are computed with, not only named as the shape that something has already.
      places: where the inputs are that are used.
      shape, inputs: the shape of what is made, and those of the inputs in use.
      boxes, shares: the pieces, and which of them a thread does at a time.
      register: value -> its register; a feed has none.
      widths: the bytes of an entry in each register.
      largest: the entries of the largest piece.
      size: the bytes of all registers of all threads.
    """

    def __init__(self, body: Program, known: Mapping[int, Known]) -> None:
        self.body, self.known = body, known
        self.steps: list[Step] = []
        self.same: dict[int, int] = {}
        for step in body.steps:
            if step.opdef.alias or step.opdef in REPEATS:
                self.same[step.outputs[0]] = self.source(step.inputs[REPEATS.get(step.opdef, 0)])
            else:
                self.steps.append(step)
        self.used = {self.source(number) for step in self.steps for number in step.inputs}
        self.used.update(map(self.source, body.fetches))
        self.register: dict[int, int] = {}
        self.widths: list[int] = []
        self._choose_registers()
        full = _sizes(known, body.steps[0].outputs[0])
        self.places = [at for at, number in enumerate(body.feeds) if number in self.used]
        self.shape, self.inputs = coalesced(full, [_sizes(known, body.feeds[at]) for at in self.places])
        streams = sum(_dtype(known, number).itemsize for number in (*body.feeds, *body.fetches))
        self.boxes = list(boxes(self.shape, min(max(PIECE, CACHE // (sum(self.widths) + streams)), LONGEST)))
        self.shares = ranges(len(self.boxes), PARTS if prod(full) * len(self.steps) >= ALONE else 1)
        self.largest = max([prod(_lengths(box)) for box in self.boxes], default=0)
        self.size = len(self.shares) * sum(self.bytes_of(register) for register in range(len(self.widths)))

    def bytes_of(self, register: int) -> int:
        """What a register takes: whole lines of the cache, and one more, lest all of them fall on the same ones."""
        return (-(-self.largest * self.widths[register] // _LINE) + 1) * _LINE

    def source(self, number: int) -> int:
        """The value that is meant."""
        return self.same.get(number, number)

    def _choose_registers(self) -> None:
        last: dict[int, int] = {}
        for at, step in enumerate(self.steps):
            last.update((self.source(number), at) for number in (*step.outputs, *step.inputs))
        free: dict[int, list[int]] = {}
        for at, step in enumerate(self.steps):
            inputs = {self.source(number) for number in step.inputs}
            dead = [self.register[i] for i in sorted(inputs) if last[i] == at and i in self.register]
            over = self._over(step, dead)
            self._release(over, free)
            number = step.outputs[0]
            width = _dtype(self.known, number).itemsize
            waiting = free.setdefault(width, [])
            if not waiting:
                waiting.append(len(self.widths))
                self.widths.append(width)
            self.register[number] = waiting.pop()
            self._release([register for register in dead if register not in over], free)
            if last[number] == at:  # nothing but an output, or nothing at all
                self._release([self.register[number]], free)

    def _over(self, step: Step, dead: Sequence[int]) -> list[int]:
        """Those of the registers of its dying inputs over which a step may write."""
        if step.opdef not in IN_PLACE:
            return []
        positions = IN_PLACE[step.opdef](step)
        registers = [self.register.get(self.source(number)) for number in step.inputs]
        read_later = {register for at, register in enumerate(registers) if at not in positions}
        return [register for register in dead if register not in read_later]

    def _release(self, registers: Sequence[int], free: dict[int, list[int]]) -> None:
        for register in registers:
            free[self.widths[register]].append(register)


class _Lane:
    """Registers, and the kernels bound to them: one thread's."""

    def __init__(self, plan: _Plan, scratch: np.ndarray) -> None:
        self._plan = plan
        self._slots: list[Any] = []
        ends = list(accumulate(plan.bytes_of(register) for register in range(len(plan.widths))))
        self._registers = np.split(scratch, ends[:-1])
        self._views: dict[tuple[int, Shape, np.dtype[Any]], np.ndarray] = {}
        self._calls: dict[Shape, list[Call]] = {}

    def run(self, parts: Sequence[np.ndarray], shape: Shape) -> None:
        """Do all steps on a piece of that shape: given that of each input and output."""
        self._slots[:] = parts
        calls = self._calls.get(shape)
        if calls is None:
            calls = self._calls[shape] = self._bound(shape)
        for function, arguments in calls:
            function(*arguments)

    def forget(self) -> None:
        """Let go of the last piece: it would keep the arrays of the run."""
        self._slots[:] = [None] * len(self._slots)

    def _bound(self, shape: Shape) -> list[Call]:
        plan, slots = self._plan, self._slots
        body = plan.body
        arrays: dict[int, np.ndarray] = {}
        used = [number for number in body.feeds if number in plan.used]
        feeds = {number: at for at, number in enumerate(used)}

        def operand(number: int) -> Operand:
            source = plan.source(number)
            at = feeds.get(source)
            return Operand(plan.known[number], None if at is not None else arrays[source], at)

        calls: list[Call] = [
            (_repeated, (slots, feeds[plan.source(fetch)], at))
            for at, fetch in enumerate(body.fetches, len(feeds))
            if plan.source(fetch) in feeds
        ]
        for step in plan.steps:
            number = step.outputs[0]
            out = self._register(plan.register[number], shape, _dtype(plan.known, number))
            calls.append(_call(step, [operand(source) for source in step.inputs], out, slots))
            arrays[number] = out
            for at, fetch in enumerate(body.fetches, len(feeds)):
                if plan.source(fetch) == number:
                    calls.append(_stored(slots, at, out))
        return calls

    def _register(self, at: int, shape: Shape, dtype: np.dtype[Any]) -> np.ndarray:
        key = (at, shape, dtype)
        if key not in self._views:
            self._views[key] = self._registers[at][: prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
        return self._views[key]


def _call(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call:
    """What computes a step's output into `out`."""
    kernel = _KERNELS.get(step.opdef)
    call = kernel(step, operands, out, slots) if kernel is not None else None
    if call is not None:
        return call
    forward, attrs, structure = step.opdef.forward, step.attrs, step.opdef.structure

    def slow() -> None:
        values = [operand.array if operand.slot is None else slots[operand.slot] for operand in operands]
        np.copyto(out, forward(np, *structure(values, attrs), **attrs))

    return slow, ()


def _repeated(slots: list[Any], source: int, at: int) -> None:
    np.copyto(slots[at], slots[source])


def _stored(slots: list[Any], at: int, source: np.ndarray) -> Call:
    return lambda: np.copyto(slots[at], source), ()


def _sizes(known: Mapping[int, Known], number: int) -> Shape:
    return known[number].sizes  # type: ignore[return-value]  # the pass saw to it that they are all known


def _dtype(known: Mapping[int, Known], number: int) -> np.dtype[Any]:
    return known[number].dtype.np  # type: ignore[union-attr]  # as above


# -- how arrays are cut ------------------------------------------------------------------------------------------


def coalesced(full: Shape, shapes: Sequence[Shape]) -> tuple[Shape, list[Shape]]:
    """The same shapes with as few axes as will do: those that all inputs have, or repeat, together become one.

    >>> coalesced((5, 4, 3), [(5, 4, 3), (), (3,), (5, 1, 1)])
    ((5, 4, 3), [(5, 4, 3), (), (1, 1, 3), (5, 1, 1)])
    >>> coalesced((5, 4, 3), [(5, 4, 3), (1, 3), (1, 1)])
    ((20, 3), [(20, 3), (1, 3), ()])
    """
    padded = [(1,) * (len(full) - len(shape)) + tuple(shape) for shape in shapes]
    sizes: list[int] = []
    repeats: list[tuple[bool, ...]] = []  # for each axis: which inputs are repeated along it
    for axis, size in enumerate(full):
        if size == 1:
            continue
        repeated = tuple([shape[axis] == 1 for shape in padded])
        if repeats and repeats[-1] == repeated:
            sizes[-1] *= size
        else:
            sizes.append(size)
            repeats.append(repeated)
    inputs = [tuple([1 if r[i] else size for size, r in zip(sizes, repeats, strict=True)]) for i in range(len(shapes))]
    return tuple(sizes) or (1,), [() if all(size == 1 for size in shape) else shape for shape in inputs]


def boxes(shape: Shape, entries: int) -> Iterator[Box]:
    """Pieces of an array of up to so many entries each: some rows, or parts of a row where that is longer.

    An even number of nearly equal ones, for two threads.

    >>> list(boxes((3, 2), 4))
    [(slice(0, 1, None), slice(0, 2, None)), (slice(1, 3, None), slice(0, 2, None))]
    """
    row = prod(shape[1:])
    if row <= entries or len(shape) == 1:
        pieces = -(-shape[0] // max(1, entries // max(1, row)))
        whole = tuple([slice(0, size) for size in shape[1:]])
        for rows in ranges(shape[0], pieces + pieces % 2 if pieces > 1 else 1):
            yield rows, *whole
    else:
        for first in range(shape[0]):
            for rest in boxes(shape[1:], entries):
                yield slice(first, first + 1), *rest


def _lengths(box: Box) -> Shape:
    return tuple([part.stop - part.start for part in box])


def _index(box: Box, shape: Shape) -> Any:
    """Where an input of that shape has the piece."""
    if not shape:
        return ...
    return tuple([slice(0, 1) if size == 1 else piece for piece, size in zip(box, shape, strict=True)])
