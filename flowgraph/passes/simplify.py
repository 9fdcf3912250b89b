"""Algebra: steps that compute what is there already, or what another step gives for less.

    x ── Identity ── Mul(·, 1) ── Reshape(·, [2 3]) ── Reshape(·, [-1]) ── y
                                                                                  ==>     x ── y
    dy ── Neg ── Neg ── Sum(·, []) ── (x has the shape of y, and dy too)                  dy

Every rule holds bit for bit: for -0.0, infinities and NaN, for empty arrays, for each dtype that its condition lets
through. So there is no `x + 0.0` (it makes 0.0 of -0.0), no `x - x`, no `x * 0.0`, and nothing of complex products,
where infinities and zeros mix. Nor is the transpose of a matrix taken into a product: BLAS has kernels of their own for
it, and they add in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.program import IF, NEVER, VIEW, Program, Step
from flowgraph.ops import (
    add_n,
    array,
    broadcasting,
    cast,
    compare,
    constant,
    division,
    identity,
    joining,
    math,
    padding,
    reduction,
    reshape,
    select,
    shaping,
    slicing,
    splitting,
    unary,
)  # fmt: skip
from flowgraph.passes.patterns import CONSTANT, Applied, Match, Name, Rule, of, whatever
from flowgraph.passes.rewrite import waits

RESHAPED = OpDef(
    "_Reshaped(value: T) -> shaped: T",
    attrs={"shape": ()},
    infer=lambda value, *, shape: shape,
    forward=lambda xp, value, *, shape: value.reshape(shape),
    gradient=NO_GRADIENT,
    alias=True,
)
"""The same entries in the same order under a shape that is known: what all ops become that do no more."""


def simplify(program: Program) -> Program:
    """Take out the steps that change nothing, and put others in place of those that can be had for less."""
    while True:
        walk = _Simplified(program, RULES)
        program = walk.program()
        if not walk.has_opened:  # without what a branch did, more may be allowed
            return program


class _Simplified(Applied):
    """Rules, and besides branches and loops whose way is known.

    Attributes:
      has_opened: whether there were any.
    """

    has_opened = False

    def opened(self, step: Step) -> tuple[Sequence[Step], Sequence[int]] | None:
        """The branch that is taken, in place of an If on a constant; nothing, in place of a loop that never runs."""
        found = self._branch_taken(step) if step.opdef is IF else self._loop_skipped(step)
        if found is None or step.op in self.whole.kept:
            return None
        self.has_opened = True
        return found

    def _branch_taken(self, step: Step) -> tuple[Sequence[Step], Sequence[int]] | None:
        way = self._answer(step.inputs[0])
        taken = step.bodies[0 if way else 1]
        # (somebody may ask for what is not made)
        return None if way is None or NEVER in taken.fetches else (taken.steps, taken.fetches)

    def _loop_skipped(self, step: Step) -> tuple[Sequence[Step], Sequence[int]] | None:
        condition = step.bodies[0]
        first = [self.names.get(number, number) for number in step.inputs[: len(step.outputs)]]
        if self._answer(condition.fetches[0]) is not False or not self.unsafe.isdisjoint(first):
            return None
        return ((), first) if all(inner.opdef.effect is Effect.NONE for inner in condition.walk()) else None

    def _answer(self, number: int) -> bool | None:
        fact = self.facts[self.names.get(number, number)]
        return None if fact.value is None or fact.sizes != () else bool(fact.value)


# -- conditions ------------------------------------------------------------------------------------------------


def real(match: Match) -> bool:
    """Of real numbers."""
    return match.kind in "iuf"


def whole(match: Match) -> bool:
    """Of integers."""
    return match.kind in "iu"


def fractional(match: Match) -> bool:
    """Of floating-point numbers."""
    return match.kind == "f"


def of_one_shape(match: Match) -> bool:
    """Of two numbers or arrays of one shape, for certain."""
    return numeric(match) and match.result.is_full and match.fact(0).sizes == match.fact(1).sizes


def numeric(match: Match) -> bool:
    """Of numbers, complex ones too."""
    return match.kind in "iufc"


# -- algebra -----------------------------------------------------------------------------------------------------

x, y, z = Name("x"), Name("y"), Name("z")

add, sub, mul = of(math.ADD, math.ADD_V2), of(math.SUB), of(math.MUL)
div, floordiv, power = of(division.REAL_DIV, division.DIV), of(division.FLOOR_DIV), of(math.POW)
neg, square, absolute = of(unary.NEG), of(unary.SQUARE), of(unary.ABS)
both, either, no = of(compare.LOGICAL_AND), of(compare.LOGICAL_OR), of(compare.LOGICAL_NOT)
larger, smaller = of(math.MAXIMUM), of(math.MINIMUM)
summed, chosen = of(add_n.ADD_N), of(select.SELECT, select.SELECT_V2)

NEUTRAL = (
    Rule(mul(x, 1), x, real),
    Rule(mul(1, x), x, real),
    Rule(div(x, 1), x, real),
    Rule(floordiv(x, 1), x, whole),
    Rule(power(x, 1), x, real),
    Rule(sub(x, 0), x, numeric),
    Rule(add(x, 0), x, whole),
    Rule(add(0, x), x, whole),
    Rule(add(x, -0.0), x, fractional),
    Rule(add(-0.0, x), x, fractional),
    Rule(both(x, 1), x),
    Rule(both(1, x), x),
    Rule(either(x, 0), x),
    Rule(either(0, x), x),
)  # fmt: skip
"""What is the same beside a neutral element, as long as that does not broadcast it."""

TWICE = (
    Rule(neg(neg(x)), x),
    Rule(no(no(x)), x),
    Rule(both(x, x), x),
    Rule(either(x, x), x),
    Rule(larger(x, x), x),
    Rule(smaller(x, x), x),
    Rule(absolute(absolute(x)), absolute(x), real),
)
"""What undoes itself, or does nothing the second time."""

SIGNS = (
    Rule(add(x, neg(y)), sub(x, y), numeric),
    Rule(add(neg(x), y), sub(y, x), numeric),
    Rule(sub(x, neg(y)), add(x, y), numeric),
    Rule(mul(neg(x), neg(y)), mul(x, y), real),
    Rule(div(neg(x), neg(y)), div(x, y), fractional),
    Rule(square(neg(x)), square(x), real),
    Rule(absolute(neg(x)), absolute(x), real),
)
"""Signs that need not be changed."""

CHEAPER = (
    Rule(power(x, 2), square(x), real),
    Rule(summed(x, y), of(math.ADD_V2)(x, y), of_one_shape),
)
"""What another op computes faster, to the same bits."""

CHOICES = (
    Rule(chosen(1, x, y), x),
    Rule(chosen(0, x, y), y),
    Rule(chosen(z, x, x), x),
)
"""Between two values that are one, or on a constant."""

# -- shapes ------------------------------------------------------------------------------------------------------


def inputs_themselves(match: Match) -> tuple[int, ...]:
    """What goes in comes out."""
    return match.step.inputs


def settled(match: Match, place: int = 0) -> bool:
    """Whether the inputs beside one are known: of others the op may refuse some, whatever shape it must give."""
    opdef, inputs = match.step.opdef, match.step.inputs
    for at in range(len(inputs)):
        is_border = opdef is padding.PAD_V2 and at == 2 and match.fact(at).sizes == ()
        if at != place and match.fact(at).value is None and not is_border:
            return False
    return True


def first_input(match: Match) -> tuple[int, ...] | None:
    """The first input, if it has the output's shape: all else that might have been done would show in it."""
    return match.step.inputs[:1] if settled(match) and not waits(match.step) else None


def only_input(match: Match) -> tuple[int, ...] | None:
    """The input, if it is one."""
    return match.step.inputs if len(match.step.inputs) == 1 else None


def longest_part(match: Match) -> tuple[int, ...] | None:
    """Of values that are joined the one that has the whole shape: there is nothing in the others."""
    for place, number in enumerate(match.step.inputs[:-1]):
        if match.result.is_full and match.fact(place).sizes == match.result.sizes:
            return (number,)
    return None


def reshaped(match: Match, place: int = 0) -> tuple[int, ...] | Step | None:
    """An input under the output's shape, if it is known that both have as many entries."""
    result, given = match.result, match.fact(place)
    if not result.is_full or not given.is_full or len(match.step.outputs) != 1 or not settled(match, place):
        return None
    if result.sizes == given.sizes:
        return match.step.inputs[place : place + 1]
    if prod(result.sizes) != prod(given.sizes):  # type: ignore[arg-type]  # both are full
        return None
    return match.with_step(RESHAPED, match.step.inputs[place : place + 1], shape=result.sizes)


def second_reshaped(match: Match) -> tuple[int, ...] | Step | None:
    """The same of the second input."""
    return reshaped(match, 1)


def reshaped_at_once(match: Match) -> Step:
    """A reshape of a reshape."""
    return match.with_step(RESHAPED, match.maker().inputs, shape=match.step.attrs["shape"])


def plain(match: Match) -> bool:
    """Of a slice in steps of one: with as many entries as there are it takes all of them in their order."""
    return match.uniform(3) == 1


def in_order(match: Match) -> bool:
    """Of a transposition that moves nothing but axes of size 1."""
    order, sizes = match.fact(1).value, match.fact().sizes
    if order is None or sizes is None:
        return False
    long = [axis for axis in order.tolist() if sizes[axis] != 1]
    return long == sorted(long)


def undone(match: Match) -> tuple[int, ...] | None:
    """What went into the first of two transpositions, if the second one undoes it."""
    source = match.maker()
    orders = match.value_of(source.inputs[1]), match.value_of(match.step.inputs[1])
    if orders[0] is None or orders[1] is None:
        return None
    restored = [int(orders[0][axis]) for axis in orders[1]]
    return source.inputs[:1] if restored == sorted(restored) else None


shaped, transposed = of(RESHAPED), of(shaping.TRANSPOSE)
REDUCTIONS = (
    reduction.SUM, reduction.MEAN, reduction.PROD, reduction.MAX, reduction.MIN, reduction.ALL, reduction.ANY,
)  # fmt: skip

ALIASES = (
    Rule(whatever(identity.IDENTITY, identity.REF_IDENTITY, VIEW), first_input),
    Rule(whatever(identity.STOP_GRADIENT, identity.PREVENT_GRADIENT), first_input),
    Rule(whatever(identity.IDENTITY_N), inputs_themselves),
    Rule(whatever(constant.PLACEHOLDER_WITH_DEFAULT, cast.CAST), first_input),
    Rule(whatever(add_n.ADD_N), only_input),
)
"""Other names of a value."""

SHAPES = (
    Rule(whatever(reshape.RESHAPE, shaping.EXPAND_DIMS, shaping.SQUEEZE), reshaped),
    Rule(shaped(whatever(RESHAPED)), reshaped_at_once),
    Rule(whatever(RESHAPED), first_input),
    Rule(whatever(*REDUCTIONS), reshaped),
    Rule(whatever(joining.PACK, joining.UNPACK), reshaped),
    Rule(whatever(splitting.SPLIT), second_reshaped),
    Rule(whatever(splitting.SPLIT_V), reshaped),
    Rule(whatever(slicing.STRIDED_SLICE), reshaped, plain),
    Rule(whatever(shaping.TRANSPOSE), reshaped, in_order),
    Rule(transposed(whatever(shaping.TRANSPOSE), z), undone),
    Rule(whatever(shaping.TILE, broadcasting.BROADCAST_TO, slicing.SLICE), first_input),
    Rule(whatever(padding.PAD, padding.PAD_V2, padding.MIRROR_PAD), first_input),
    Rule(whatever(joining.CONCAT_V2), longest_part),
)
"""The same entries in the same order."""

# -- constants ---------------------------------------------------------------------------------------------------


def zeros(match: Match) -> Step | None:
    """An array of one number, whatever it was made like."""
    return match.filled(0)


def ones(match: Match) -> Step | None:
    """An array of one number, whatever it was made like."""
    return match.filled(1)


def filled(match: Match) -> Step | None:
    """A constant, if it is known what fills it."""
    number = match.uniform(1)
    return None if number is None else match.filled(number)


def spread(match: Match) -> Step | None:
    """Whatever a constant of one number is moved or copied to."""
    number = match.uniform(0)
    return None if number is None else match.filled(number)


def worked_out(match: Match) -> Step | None:
    """What arithmetic makes of constants of one number each."""
    numbers = [match.uniform(place) for place in range(len(match.step.inputs))]
    if any(number is None for number in numbers):
        return None
    with np.errstate(all="ignore"):
        return match.filled(match.step.opdef.forward(np, *map(np.asarray, numbers)))


CONSTANTS = (
    Rule(whatever(array.ZEROS_LIKE), zeros),
    Rule(whatever(array.ONES_LIKE), ones),
    Rule(whatever(array.FILL), filled),
    Rule(whatever(shaping.TILE, broadcasting.BROADCAST_TO, RESHAPED, shaping.TRANSPOSE), spread),
    Rule(of(math.ADD, math.ADD_V2, math.SUB, math.MUL, division.REAL_DIV)(CONSTANT, CONSTANT), worked_out),
    Rule(neg(CONSTANT), worked_out),
)
"""Arrays of one number."""

RULES = NEUTRAL + TWICE + SIGNS + CHEAPER + CHOICES + ALIASES + CONSTANTS + SHAPES
