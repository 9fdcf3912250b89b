"""The place where a stepper stands: the op, its line in the user's program, what it takes and gives."""

from __future__ import annotations

import linecache
from collections.abc import Sequence

from flowgraph import errors
from flowgraph.debug.step_values import Value
from flowgraph.debug.step_walk import Path
from flowgraph.ir.tensor import Operation
from flowgraph.viz.roles import forward_name, gradient_scope

CONTEXT = 2
"""Lines of the user's program that are shown before and after the one that made an op."""


class Place:
    """An op of a run, and what is known where it stands.

    Attributes:
      op: the op.
      path: the loops and branches around it, the outermost first.
      inputs: the values that it takes.
      outputs: the values that it gave; None as long as it has not run.
      writes: the names of the variables that it writes.
    """

    def __init__(self, op: Operation, path: Path, inputs: Sequence[Value], writes: Sequence[str] = ()) -> None:
        self.op, self.path, self.inputs, self.writes = op, path, list(inputs), list(writes)
        self.outputs: list[Value] | None = None

    @property
    def name(self) -> str:
        """The name of the op."""
        return self.op.name

    @property
    def type(self) -> str:
        """The type of the op."""
        return self.op.type

    @property
    def forward(self) -> Operation | None:
        """The op of the forward graph whose gradient this op is a part of; None if it is no gradient's."""
        return forward_of(self.op)

    @property
    def source(self) -> str:
        """`file:line: text` of the user's program that made the op; '' when nobody knows."""
        return "" if self.op.site is None else errors.made_at(self.op.site).removeprefix("made at ")

    @property
    def lines(self) -> list[tuple[int, str, bool]]:
        """The lines of the user's program around: (number, text, whether this one made the op)."""
        if self.op.site is None:
            return []
        filename, line = self.op.site
        around = linecache.getlines(filename)
        first, last = max(line - CONTEXT, 1), min(line + CONTEXT, len(around))
        return [(n, around[n - 1].rstrip(), n == line) for n in range(first, last + 1)]

    @property
    def notes(self) -> list[str]:
        """What else is to be said of the op: the loop that it is in, whose gradient it is, what it writes."""
        notes = [f"in {inside}" for inside in self.path]
        forward = self.forward
        if forward is not None:
            made = "" if forward.site is None else f", {errors.made_at(forward.site)}"
            notes.append(f"gradient of {forward.name} ({forward.type}){made}")
        if self.writes:
            notes.append(f"writes {', '.join(self.writes)}")
        return notes

    def __repr__(self) -> str:
        """All in words."""
        rows = [f"{self.name}  {self.type}", *(f"  {note}" for note in self.notes)]
        if self.lines:
            rows.append(f"  made at {errors.place(self.op.site)}" if self.op.site else "")
            rows += [f"  {'>' if here else ' '} {number:4d}  {text}".rstrip() for number, text, here in self.lines]
        rows += [f"  takes {line}" for line in table(self.inputs)]
        rows += [f"  gave  {line}" for line in table(self.outputs or ())]
        return "\n".join(rows)


def forward_of(op: Operation) -> Operation | None:
    """The op of the forward graph whose gradient an op is a part of, by its name.

    >>> x = tf.constant(2.0, name="x")
    >>> dx = tf.gradients(tf.exp(x, name="y"), x)[0]
    >>> forward_of(dx.op).name
    'y'
    """
    scope = gradient_scope(op.name)
    if scope is None:
        return None
    names = op.graph._by_name
    found = forward_name(op.name[len(scope) + 1 :], names)
    return None if found is None else names[found]


def table(values: Sequence[Value]) -> list[str]:
    """Values as lines of a table: names, then what they are."""
    width = max((len(value.name) for value in values), default=0)
    return [f"{value.name:{width}}  {value.line}" for value in values]
