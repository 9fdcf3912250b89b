"""From which step to which step values live, and in how many buffers.

A step that writes into a buffer makes a value that *is* that buffer; a view of the value lies in the same one. A buffer
lives from the step that writes it to the last step that uses any of its values, both included:

    step            0        1          2          3
                   tanh ── reshape ── negative ── sum          one line a buffer:
    tanh            ├────────────────────┤                     the view is a value of the first
    negative                             ├──────────┤
    sum                                             ├──►       fetched: to the end

Where an operand dies and a step can write its result over it, both are one buffer: here `negative` over `tanh`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import Program, Step


class Wants(NamedTuple):
    """What a step wants of memory that it shares with other steps.

    Attributes:
      outputs: bytes of each of its outputs that it writes into a buffer, None for one that it makes by itself, or for
        which it is given a new array at each run; empty if it makes all by itself.
      scratch: bytes that it needs while it runs.
      over: the positions of inputs over which it may write its first output, if they have as many bytes.
    """

    outputs: tuple[int | None, ...] = ()
    scratch: int = 0
    over: Sequence[int] = ()


NOTHING = Wants()

LastUses = Sequence[tuple[int, ...]]
"""For each step the values that nothing needs after it."""


class Buffer:
    """Some bytes.

    Attributes:
      size: how many.
      first, last: the places of the steps between which they are used, both included.
    """

    __slots__ = ("first", "last", "size")

    def __init__(self, size: int, first: int) -> None:
        self.size, self.first, self.last = size, first, first

    def meets(self, other: Buffer) -> bool:
        """Whether both are used at the same time."""
        return self.first <= other.last and other.first <= self.last

    def __repr__(self) -> str:
        return f"<Buffer of {self.size} bytes, steps {self.first} to {self.last}>"


class Lives(NamedTuple):
    """The buffers of a Program.

    Attributes:
      buffers: all of them.
      home: for each value that a step writes into a buffer, that buffer's index.
      scratch: for each place of a step that wants some, the index of its scratch.
      over: the values that are written over an operand.
    """

    buffers: list[Buffer]
    home: dict[int, int]
    scratch: dict[int, int]
    over: set[int]


def last_uses(program: Program) -> list[tuple[int, ...]]:
    """For each step the values that nothing needs after it."""
    seen = set(program.fetches)
    frees: list[tuple[int, ...]] = []
    for step in reversed(program.steps):
        values = (*step.inputs, *step.outputs)
        if seen.issuperset(values):
            frees.append(())
            continue
        last = tuple([i for i in dict.fromkeys(values) if i not in seen])
        seen.update(last)
        frees.append(last)
    frees.reverse()
    return frees


def lives(program: Program, wants: Callable[[Step], Wants], last: LastUses | None = None) -> Lives:
    """The buffers of a Program's steps, not of those inside its bodies, and when they live.

    Args:
      program: the Program.
      wants: what each step wants.
      last: its `last_uses`, if they are at hand.
    """
    return _Lives(program, wants).found(last_uses(program) if last is None else last)


class _Lives:
    """One look at a Program, step by step."""

    def __init__(self, program: Program, wants: Callable[[Step], Wants]) -> None:
        self._program, self._wants = program, wants
        self._made = Lives([], {}, {}, set())
        self._roots: dict[int, tuple[int, ...]] = {}  # value -> the buffers that it is, or may be a view of
        self._values: list[int] = []  # for each buffer: how many living values lie in it

    def found(self, last: LastUses) -> Lives:
        program, made = self._program, self._made
        for place, (step, dead) in enumerate(zip(program.steps, last, strict=True)):
            wanted = self._wants(step)
            if wanted.outputs:
                self._write(step, place, wanted, dead)
            elif step.bodies:  # a branch may hand out what it was given
                self._lie_in(step.outputs, tuple([root for i in step.inputs for root in self._roots.get(i, ())]))
            elif step.opdef.alias and step.opdef.effect is Effect.NONE:
                self._lie_in(step.outputs, self._roots.get(step.inputs[0], ()))
            if wanted.scratch:
                made.scratch[place] = self._new(wanted.scratch, place)
            for number in dead:
                for root in self._roots.pop(number, ()):
                    self._values[root] -= 1
                    made.buffers[root].last = place
        for roots in self._roots.values():  # what is left is fetched
            for root in roots:
                made.buffers[root].last = len(program.steps)
        return made

    def _new(self, size: int, place: int) -> int:
        self._made.buffers.append(Buffer(size, place))
        self._values.append(0)
        return len(self._values) - 1

    def _lie_in(self, numbers: Sequence[int], roots: tuple[int, ...]) -> None:
        if roots:
            for number in numbers:
                self._roots[number] = roots
                for root in roots:
                    self._values[root] += 1

    def _write(self, step: Step, place: int, wanted: Wants, dead: tuple[int, ...]) -> None:
        over = self._dying(step, wanted, dead) if wanted.over else None
        for number, size in zip(step.outputs, wanted.outputs, strict=True):
            if size is None:
                continue
            if over is None:
                root = self._new(size, place)
            else:
                root, over = over, None
                self._made.over.add(number)
            self._made.home[number] = root
            self._lie_in([number], (root,))

    def _dying(self, step: Step, wanted: Wants, dead: tuple[int, ...]) -> int | None:
        """The buffer of an operand that nothing needs after this step and that has the size of its first output."""
        for position in wanted.over:
            roots = self._roots.get(step.inputs[position], ())
            if len(roots) != 1 or self._made.buffers[roots[0]].size != wanted.outputs[0]:
                continue
            root = roots[0]
            ending = sum(self._roots.get(number, ()).count(root) for number in dead)
            elsewhere = (i for at, i in enumerate(step.inputs) if at not in wanted.over)
            if ending == self._values[root] and not any(root in self._roots.get(i, ()) for i in elsewhere):
                return root
        return None
