"""Steps that compute the same thing."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from flowgraph.ir.opdef import Effect, OpDef
from flowgraph.ir.program import IF, READ, WHILE, Program, Step
from flowgraph.ops import compare, math
from flowgraph.passes.fold import FOLDED, is_constant
from flowgraph.passes.rewrite import waits
from flowgraph.passes.sweep import Sweep

COMMUTATIVE: frozenset[OpDef] = frozenset(
    {
        math.ADD_V2, math.MUL, compare.EQUAL, compare.NOT_EQUAL, compare.LOGICAL_AND, compare.LOGICAL_OR,
    }
)  # fmt: skip
"""Ops on two inputs whose order makes no difference, not to a single bit (`Add` joins texts)."""

_LARGEST = 4096  # entries: of what is larger it is only asked whether it is the same array


def cse(program: Program) -> Program:
    """Merge pure steps that compute the same thing: common subexpressions are computed once.

        a ──┬─ mul ─┐                a ── mul ──┐
            └─ mul ─┴─ add    ==>              └┴─ add

    Two steps are the same if their ops, attrs and inputs are, once what went before is merged. What the outer blocks
    have made is there for branches and loops, too. Two reads of a variable are one if no write comes between.

    Steps that were told to wait, each for other ops, are not the same: gradients that compute something anew, to save
    memory, are made of such steps.
    """
    return _Merging(program).program()


class _Merging(Sweep):
    """The walk.

    Attributes:
      there: what has been computed so far, by what computes it.
    """

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.there: dict[Hashable, tuple[int, ...]] = {}
        self._added: list[list[Hashable]] = [[]]  # for each block around this place: what is there because of it
        self._writes = 0  # so many writes lie before this place

    def visit(self, step: Step) -> Step | None:
        """Nothing, if what a step computes is there."""
        effect = step.opdef.effect
        if effect is Effect.WRITE:
            self._writes += 1
        if (effect is not Effect.NONE and step.opdef is not READ) or step.bodies or not step.outputs:
            return step
        key = self._key(step)
        if waits(step):
            key = (key, tuple(step.op.control))
        found = self.there.setdefault(key, step.outputs)
        if found is step.outputs:
            self._added[-1].append(key)
            return step
        if step.op in self.whole.kept or not self._are_alike(found, step.outputs):
            return step
        for number, same in zip(step.outputs, found):
            self.rename(number, same)
        return None

    def _key(self, step: Step) -> Hashable:
        opdef, inputs = step.opdef, step.inputs
        if opdef is READ:
            return opdef, inputs, self._writes
        if opdef in COMMUTATIVE and inputs[0] > inputs[1]:
            inputs = inputs[::-1]
        if not step.attrs:
            return opdef, inputs
        if is_constant(step):
            values = step.attrs["values"] if opdef is FOLDED else [step.attrs["value"]]
            return tuple([comparable(value) for value in values])
        return opdef, inputs, comparable(step.attrs)

    def _are_alike(self, found: tuple[int, ...], outputs: tuple[int, ...]) -> bool:
        """Whether the values have the same dtypes: of several a kernel knows but one, as of qint8 and int8."""
        facts = self.whole.facts
        pairs = [(facts.get(a), facts.get(b)) for a, b in zip(found, outputs)]
        return all(a is not None and b is not None and a.dtype is b.dtype for a, b in pairs)

    # -- blocks ------------------------------------------------------------------------------------------------

    def enter(self, step: Step, body: Program) -> None:
        """What the condition of a loop makes is there in its body; the branches know nothing of each other."""
        if step.opdef is IF and body is not step.bodies[0]:
            self._forget()
        if step.opdef is WHILE and any(inner.opdef.effect is Effect.WRITE for inner in body.walk()):
            self._writes += 1  # which comes before what the next iteration reads
        self._added.append([])

    def leave(self, step: Step) -> None:
        """What is made inside is not there outside."""
        for _ in range(1 if step.opdef is IF else len(step.bodies)):
            self._forget()

    def _forget(self) -> None:
        for key in self._added.pop():
            del self.there[key]


def comparable(value: Any) -> Hashable:
    """What tells whether two attrs are the same; of what is large or unknown only the same object is.

    >>> comparable([1, np.float32([0.0])]) == comparable([1, np.float32([0.0])])
    True
    >>> comparable(0.0) == comparable(-0.0) or comparable(1) == comparable(True)
    False
    """
    kind = type(value)
    if kind in (int, bool, str, bytes, type(None)):
        return kind, value
    if kind is float:
        return kind, value.hex()
    if kind in (tuple, list):
        return kind, tuple([comparable(item) for item in value])
    if kind is dict:
        return tuple([(name, comparable(value[name])) for name in sorted(value)])
    if isinstance(value, np.ndarray | np.generic) and value.size <= _LARGEST:
        if value.dtype.kind != "O":
            return value.dtype, value.shape, value.tobytes()
        texts = value.reshape(-1).tolist() if isinstance(value, np.ndarray) else [value]
        if all(isinstance(text, bytes) for text in texts):
            return value.dtype, value.shape, tuple(texts)
    return id(value)
