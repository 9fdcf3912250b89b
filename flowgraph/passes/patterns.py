"""The language in which rules of algebra are written, and the walk that applies them all.

A rule is data: a pattern of steps, what stands for it, and a condition. Rules are kept in tuples, which add up:

    x, y = Name("x"), Name("y")
    add, neg, sub = of(ADD, ADD_V2), of(NEG), of(SUB)
    RULES = (
        Rule(neg(neg(x)), x),
        Rule(add(x, neg(y)), sub(x, y)),
    )

A name stands for any value, and for the same one wherever it comes again; a number for a constant all of whose
entries are that number (-0.0 is not 0.0). What stands for a pattern is a value of it, one step on its values, or a
function of the match. Whatever a rule says, a value stands for another one only if it has its dtype and, known for
sure, its shape (`x + 0` may be larger than x), and if no write to a variable comes between (see `Applied`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import copysign, prod
from typing import Any, NamedTuple

import numpy as np

from flowgraph.ir.known import Known
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.program import IF, READ, VIEW, WHILE, Program, Step
from flowgraph.ops.broadcast import same
from flowgraph.passes.fold import FOLDED, is_constant
from flowgraph.passes.sweep import Sweep

_SMALL = 4096  # entries of a constant that are looked at, and of one that is made


class Name(str):
    """Stands for any value."""

    __slots__ = ()


class Made(NamedTuple):
    """A pattern: a value that one of some ops makes of what `args` say; with `args` None of whatever."""

    opdefs: tuple[OpDef, ...]
    args: tuple[Any, ...] | None


class _Constant:
    """See `CONSTANT`."""


CONSTANT = _Constant()
"""In a pattern: a constant of one number, whichever it is."""


def of(*opdefs: OpDef) -> Callable[..., Made]:
    """What writes patterns of one of some ops."""
    return lambda *args: Made(opdefs, args)


def whatever(*opdefs: OpDef) -> Made:
    """The pattern of one of some ops, on any inputs."""
    return Made(opdefs, None)


class Rule(NamedTuple):
    """See the top of this file.

    Attributes:
      pattern: the pattern of a step.
      instead: a Name, a Made on names, or a function of the match that gives a step, the values that stand for the
        outputs, or None.
      condition: what must hold besides.
    """

    pattern: Made
    instead: Any
    condition: Callable[[Match], bool] | None = None


class Match:
    """A step to which a pattern applies.

    Attributes:
      step: the step.
      found: the value of each name.
    """

    __slots__ = ("_sweep", "found", "step")

    def __init__(self, sweep: Applied, step: Step, found: dict[str, int]) -> None:
        self._sweep, self.step, self.found = sweep, step, found

    def fact(self, place: int = 0) -> Known:
        """What is known of an input."""
        return self._sweep.facts[self.step.inputs[place]]

    @property
    def result(self) -> Known:
        """What is known of the output."""
        return self._sweep.facts[self.step.outputs[0]]

    @property
    def kind(self) -> str:
        """The kind of the output's entries, as numpy's letter; "f" for bfloat16, too."""
        dtype = self.result.dtype
        if dtype is None:
            return "O"
        return "f" if dtype.is_floating else dtype.np.kind

    def maker(self, place: int = 0) -> Step:
        """The step that makes an input which the pattern says to be made."""
        return self._sweep.maker[self.step.inputs[place]]

    def value_of(self, number: int) -> Any:
        """A value that is known before the run, or None."""
        return self._sweep.facts[number].value

    def uniform(self, place: int) -> Any:
        """The one number of which an input consists, or None."""
        return self._sweep.uniform(self.step.inputs[place])

    def with_step(self, opdef: OpDef, inputs: Sequence[int], **attrs: Any) -> Step:
        """Another step that makes the output."""
        return Step(self.step.op, opdef, inputs, self.step.outputs, attrs)

    def filled(self, number: Any) -> Step | None:
        """What makes an array of one number, of the output's shape and dtype, in place of the step."""
        fact = self.result
        if not fact.is_full or fact.dtype is None or fact.dtype.np.kind not in "biufcV":
            return None
        return self._sweep.full(self.step, np.asarray(number, fact.dtype.np))


FULL = OpDef(
    "_Full() -> filled: T",
    attrs={"shape": (), "number": None},
    infer=lambda *, shape, number: shape,
    forward=lambda xp, *, shape, number: xp.full(shape, number),
    gradient=NO_GRADIENT,
)
"""An array of one number that is too large to be kept from run to run."""


class Applied(Sweep):
    """Rules on their way through a Program.

    `x * 1` is a copy of x. Where x is a view of a variable, a write may come before the copy's last use, and change x
    but not the copy. So a view of a variable that the Program writes anywhere stands for nothing but its own views.

    Attributes:
      facts: what is known of the values, those of new constants included.
      maker: the steps of which a pattern may ask what they are made of.
      unsafe: the values that are, or may be, views of variables that the Program writes.
    """

    def __init__(self, program: Program, rules: Sequence[Rule]) -> None:
        super().__init__(program)
        self.facts: dict[int, Known] = dict(program.facts)
        self.maker: dict[int, Step] = {}
        self._rules = _by_opdef(rules)
        patterns = [rule.pattern for rule in rules]
        self._asked = {opdef for pattern in patterns for opdef in _inner(pattern)}
        self._numbers = {part for pattern in patterns for part in pattern.args or () if isinstance(part, int | float)}
        self._always = {opdef for pattern in patterns if _takes_whatever(pattern) for opdef in pattern.opdefs}
        self._notable: set[int] = set()  # values of which some rule wants to know more
        self._filled: set[int] = set()  # constants of one number
        self._uniform: dict[int, Any] = {}
        self._written = _written(program)
        self.unsafe: set[int] = set()

    def program(self) -> Program:
        """The Program after the walk; itself where nothing has changed."""
        after = super().program()
        return after if after is self.whole else replace(after, facts=self.facts)

    def visit(self, step: Step) -> Step | None:
        """What the rules make of a step."""
        opdef, inputs = step.opdef, step.inputs
        if not inputs:
            if opdef is FULL or is_constant(step):
                self._note_numbers(step)
            return step
        if opdef not in self._rules and opdef not in self._asked and self._written is None:
            return step
        rules = self._rules.get(opdef)
        while rules is not None and self._is_worth_a_look(step) and step.op not in self.whole.kept:
            for rule in rules:
                instead = self._instead(rule, step)
                if instead is not None:
                    break
            else:
                break
            if not isinstance(instead, Step):
                for number, value in zip(step.outputs, instead):
                    self.rename(number, value)
                return None
            step = instead
            rules = self._rules.get(step.opdef)
        if step.opdef in self._asked:
            self.maker[step.outputs[0]] = step
            self._notable.add(step.outputs[0])
        if self._written is not None:
            self._note_views(step)
        return step

    def full(self, step: Step, number: np.ndarray) -> Step:
        """An array of one number in place of a step with one output: a constant if it is small."""
        output = step.outputs[0]
        fact = self.facts[output]
        shape: Any = fact.sizes
        if prod(shape) <= _SMALL:
            value = np.full(shape, number)
            self.facts[output] = Known(fact.dtype, shape, value)
            self._uniform.pop(output, None)
            made = Step(step.op, FOLDED, (), step.outputs, {"values": [value]})
        else:
            made = Step(step.op, FULL, (), step.outputs, {"shape": shape, "number": number})
        self._note_numbers(made)
        return made

    def uniform(self, number: int) -> Any:
        """The one number of which a known value consists, as numpy's scalar; None: it is not known, or not one."""
        try:
            return self._uniform[number]
        except KeyError:
            fact = self.facts.get(number)
            found = self._uniform[number] = None if fact is None else _one_number(fact.value)
            return found

    def _is_worth_a_look(self, step: Step) -> bool:
        """A quick answer for most steps: no rule applies."""
        inputs = step.inputs
        return (
            step.opdef in self._always
            or not self._notable.isdisjoint(inputs)
            or self._filled.issuperset(inputs)
            or (len(inputs) > 1 and inputs[0] == inputs[1])
            or len(inputs) == 3
        )

    def _note_numbers(self, step: Step) -> None:
        """Of a constant: whether it consists of one number, and whether a rule asks for that one."""
        if step.opdef is FULL:
            self._uniform[step.outputs[0]] = step.attrs["number"][()]
        for number in step.outputs:
            value = self.uniform(number)
            if value is not None:
                self._filled.add(number)
                if value in self._numbers:
                    self._notable.add(number)

    # -- does a rule apply -----------------------------------------------------------------------------------

    def _instead(self, rule: Rule, step: Step) -> tuple[int, ...] | Step | None:
        """What a rule puts in the place of a step, or the values in place of its outputs; None: it does not apply."""
        found: dict[str, int] = {}
        if rule.pattern.args is not None and not self._all_fit(rule.pattern.args, step.inputs, found):
            return None
        match = Match(self, step, found)
        if rule.condition is not None and not rule.condition(match):
            return None
        instead = rule.instead
        if isinstance(instead, Name):
            instead = (found[instead],)
        elif isinstance(instead, Made):
            args = instead.args or ()
            instead = match.with_step(instead.opdefs[0], [found[name] for name in args])
        else:
            instead = instead(match)
        if instead is None:
            return None
        if isinstance(instead, Step):
            return instead if self._step_may(step, instead) else None
        pairs = zip(step.outputs, instead, strict=True)
        return instead if all(self._value_may(step, number, value) for number, value in pairs) else None

    def _all_fit(self, patterns: Sequence[Any], numbers: Sequence[int], found: dict[str, int]) -> bool:
        if len(patterns) != len(numbers):
            return False
        for pattern, number in zip(patterns, numbers):
            if pattern.__class__ is Name:
                if found.setdefault(pattern, number) != number:
                    return False
            elif pattern.__class__ is Made:
                step = self.maker.get(number)
                if step is None or step.opdef not in pattern.opdefs:
                    return False
                if pattern.args is not None and not self._all_fit(pattern.args, step.inputs, found):
                    return False
            elif pattern is CONSTANT:
                if self.uniform(number) is None:
                    return False
            elif not _is_number(self.uniform(number), pattern):
                return False
        return True

    def _value_may(self, step: Step, number: int, value: int) -> bool:
        """Whether a value may stand for one that a step makes."""
        opdef = step.opdef
        is_view = opdef.alias and value == step.inputs[0]
        if value in self.unsafe and not is_view:
            return False
        old, new = self.facts[number], self.facts[value]
        if new.dtype is None:  # of a resource variable: the graph has no tensor of what is in it
            self.facts[value] = new = Known(old.dtype, new.sizes, new.value, new.held)
        if old.dtype is not new.dtype:
            return False
        if old.is_full and old.sizes == new.sizes:
            return True
        if opdef.elementwise:  # beside numbers without axes it has the shape that it had
            return value in step.inputs and all(self.facts[n].sizes == () for n in step.inputs if n != value)
        return is_view and (opdef.infer is same or opdef is VIEW)

    def _step_may(self, step: Step, instead: Step) -> bool:
        """Whether another step, on values that are there, may stand for a step."""
        if not self.unsafe:
            return True
        if instead.opdef.alias and not step.opdef.alias:
            return instead.inputs[0] not in self.unsafe
        return all(number in step.inputs or number not in self.unsafe for number in instead.inputs)

    # -- views of variables ------------------------------------------------------------------------------------

    def enter(self, step: Step, body: Program) -> None:
        """What loop variables are is not known before all of the body is seen: they may be views."""
        if step.opdef is WHILE and self._written is not None:
            self.unsafe.update(body.feeds[: len(step.outputs)])

    def _note_views(self, step: Step) -> None:
        if step.opdef is READ:
            if not self._written or step.inputs[0] in self._written:
                self.unsafe.update(step.outputs)
        elif step.opdef is WHILE or (step.opdef.alias and step.inputs[0] in self.unsafe):
            self.unsafe.update(step.outputs)


def _by_opdef(rules: Sequence[Rule]) -> dict[OpDef, list[Rule]]:
    found: dict[OpDef, list[Rule]] = {}
    for rule in rules:
        for opdef in rule.pattern.opdefs:
            found.setdefault(opdef, []).append(rule)
    return found


def _inner(pattern: Made) -> list[OpDef]:
    """The ops of which a pattern asks, but for its own."""
    found: list[OpDef] = []
    for part in pattern.args or ():
        if isinstance(part, Made):
            found += [*part.opdefs, *_inner(part)]
    return found


def _takes_whatever(pattern: Made) -> bool:
    """Whether a pattern says nothing of its inputs."""
    args = pattern.args
    return args is None or (all(isinstance(arg, Name) for arg in args) and len(set(args)) == len(args))


def _written(program: Program) -> set[int] | None:
    """The variables that a Program writes; the empty set: any may be; None: it writes none.

    (A branch must not hand out a view of any variable: so with branches all of them count as written.)
    """
    steps = list(program.walk()) if program.touches_state else []
    if any(step.opdef is IF for step in steps):
        return set()
    written = [step for step in steps if step.opdef.effect is Effect.WRITE]
    if not written:
        return None
    known = {step.outputs[0] for step in steps if step.opdef.effect is Effect.STATE and step.outputs}
    cells = {number for step in written for arg, number in zip(step.opdef.inputs, step.inputs) if arg.is_handle}
    # which variable it is that tf.cond has chosen is seen at run time only
    return cells if cells <= known else set()


def _one_number(value: Any) -> Any:
    if value is None or value.dtype.kind not in "biufcV" or not value.size:
        return None
    first = value[(0,) * value.ndim]
    if value.size == 1 or not any(value.strides):  # (views of one number: constants that are filled)
        return first
    if value.size > _SMALL or value.ndim == 0 or value.reshape(-1)[-1] != first:
        return None
    flat = np.ascontiguousarray(value).reshape(-1)
    return first if flat.tobytes() == flat[:1].tobytes() * flat.size else None


def _is_number(value: Any, number: Any) -> bool:
    """Whether numpy's scalar is a number of a pattern; of a zero the sign matters if it has one."""
    if value is None or value != number:
        return False
    if number or value.dtype.kind in "biu":
        return True
    parts = (value.real, value.imag) if value.dtype.kind == "c" else (value,)
    return all(copysign(1.0, float(part)) == copysign(1.0, number) for part in parts)
