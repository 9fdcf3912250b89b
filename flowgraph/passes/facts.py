"""What is known of a Program's values before it runs, once the shapes of its feeds are: shapes, and small constants.

The ops' own shape rules are asked again, now with full shapes, and pure steps whose inputs are known are computed:
so the shape arithmetic of a TF graph (Shape, BroadcastGradientArgs, Range ...) is done once and not at every run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.known import Known
from flowgraph.ir.opdef import Effect, OpDef
from flowgraph.ir.program import COPY, IF, NEVER, READ, WHILE, Program, Step
from flowgraph.ir.tensor import Operation
from flowgraph.ops.array import RANK, SIZE
from flowgraph.ops.stack import STACK_POP, STACK_PUSH
from flowgraph.sizes import Sizes, compatible

_LARGEST = 4096  # entries: what is larger is not worth keeping as a constant
_COUNTS: dict[OpDef, Callable[..., int]] = {RANK: len, SIZE: prod}
"""What a shape alone tells."""
_ROUNDS = 5  # so often a loop's body is looked at: the last time nothing is assumed of its variables


class _AbstractOp:
    """A step as `OpDef.partial` wants to see it: the op of an output, with inputs and attrs."""

    __slots__ = ("attrs", "inputs")

    def __init__(self, inputs: Sequence[Known], attrs: dict[str, Any]) -> None:
        self.inputs, self.attrs = inputs, attrs


class _AbstractOutput:
    __slots__ = ("dtype", "index", "op", "sizes")

    def __init__(self, op: _AbstractOp, index: int, dtype: DType, sizes: Sizes) -> None:
        self.op, self.index, self.dtype, self.sizes = op, index, dtype, sizes


CellOf = Callable[[Operation], Any]
"""For an op that holds a variable: what has the variable's buffer as its `array`, None for no value yet."""


def analyse(program: Program, feed_shapes: Sequence[tuple[int, ...]], cell_of: CellOf) -> dict[int, Known]:
    """What is known of each value of a Program when its feeds have these shapes.

    Args:
      program, feed_shapes: what is to run, and for what.
      cell_of: finds the variables, whose shapes are those that they have now.

    Raises:
      ValueError: a shape rule says that the run must fail.
    """
    analysis = _Analysis(program, cell_of)
    for number, shape in zip(program.feeds, feed_shapes, strict=True):
        analysis.known[number] = Known(_dtype(program, number), tuple(shape))
    with np.errstate(all="ignore"):
        analysis.take_steps(program)
    return analysis.known


class _Analysis:
    """One look at a Program.

    Attributes:
      known: what is known of each value.
    """

    def __init__(self, program: Program, cell_of: CellOf) -> None:
        self.known: dict[int, Known] = {}
        self._cell_of = cell_of
        self._cells: dict[int, Any] = {}  # of handles
        pushes = Counter(step.inputs[0] for step in program.walk() if step.opdef is STACK_PUSH)
        self._of_one_push = {stack for stack, count in pushes.items() if count == 1}
        self._pushed: dict[int, Known] = {}  # stack -> what is known of all that is pushed on it

    def take_steps(self, program: Program) -> None:
        """Add what is known of the values that the steps make, those inside bodies included."""
        known, tensors = self.known, program.tensors
        for step in program.steps:
            opdef = step.opdef
            if step.bodies:
                (self._take_branches if opdef is IF else self._take_loop)(step)
            elif opdef is STACK_POP and step.inputs[0] in self._pushed:
                known[step.outputs[0]] = self._pushed[step.inputs[0]]
            else:
                if opdef.effect is Effect.STATE:
                    self._cells[step.outputs[0]] = self._cell_of(step.op)
                dtypes = [tensors[i].dtype.base_dtype if i in tensors else None for i in step.outputs]
                known.update(zip(step.outputs, _facts(step, dtypes, known, self._cells), strict=True))
                if opdef is STACK_PUSH:
                    self._take_push(step.inputs[0], step.inputs[1], step.outputs[0])

    def _take_push(self, stack: int, value: int, output: int) -> None:
        self.known[output] = self.known[value]
        if stack in self._of_one_push:
            self._pushed[stack] = self.known[value]

    def _take_body(self, body: Program) -> bool:
        """Whether no shape rule foresees an error in a body; if one does, nothing is known: the body need not run."""
        self._forget_pushes(body)
        try:
            self.take_steps(body)
        except ValueError:
            self._forget_pushes(body)
            for step in body.walk():
                inner = step.bodies[0].feeds[: len(step.outputs)] if step.opdef is WHILE else ()
                self.known.update({number: Known(_dtype(body, number), None) for number in (*step.outputs, *inner)})
            return False
        return True

    def _forget_pushes(self, body: Program) -> None:
        """What an earlier look at a body found of its pushes was only assumed."""
        for step in body.walk():
            if step.opdef is STACK_PUSH:
                self._pushed.pop(step.inputs[0], None)

    def _take_branches(self, step: Step) -> None:
        for body in step.bodies:
            self._take_body(body)
        for number, *results in zip(step.outputs, *[body.fetches for body in step.bodies], strict=True):
            self.known[number] = _common([self.known[result] for result in results if result != NEVER])

    def _take_loop(self, step: Step) -> None:
        """What holds in every iteration: that shapes stay the same is assumed until an iteration shows otherwise."""
        condition, body = step.bodies
        count = len(step.outputs)
        variables = condition.feeds[:count]
        facts = [_common([self.known[number]]) for number in step.inputs[:count]]
        for round_ in range(_ROUNDS):
            self.known.update(zip(variables, facts, strict=True))
            fits = self._take_body(condition) and self._take_body(body)
            following = [_common([fact, self.known[n]]) for fact, n in zip(facts, body.fetches, strict=True)]
            if fits and [fact.sizes for fact in following] == [fact.sizes for fact in facts]:
                break
            facts = following if fits and round_ < _ROUNDS - 2 else [Known(fact.dtype, None) for fact in facts]
        self.known.update(zip(step.outputs, facts, strict=True))


def _common(facts: Sequence[Known]) -> Known:
    """What is known of a value that may be any of several."""
    sizes = facts[0].sizes
    for fact in facts[1:]:
        if sizes is None or fact.sizes is None or len(sizes) != len(fact.sizes):
            sizes = None
        else:
            sizes = tuple(a if a == b else None for a, b in zip(sizes, fact.sizes, strict=True))
    return Known(facts[0].dtype, sizes)


def _dtype(program: Program, number: int) -> DType | None:
    tensor = program.tensors.get(number)
    return None if tensor is None else tensor.dtype.base_dtype


def _facts(
    step: Step, dtypes: Sequence[DType | None], known: dict[int, Known], cells: dict[int, Any]
) -> Sequence[Known]:
    opdef = step.opdef
    if opdef is READ or opdef is COPY:
        source = step.inputs[0]
        array = cells[source].array if source in cells else None
        return (Known(dtypes[0], known[source].sizes if array is None else array.shape),)
    effect = opdef.effect
    if effect is Effect.NONE:
        return _facts_of_pure(step, dtypes, [known[number] for number in step.inputs])
    if opdef.role == "handle":
        return (_held(step, cells[step.outputs[0]].array),)
    if effect is Effect.STATE or effect is Effect.WRITE:
        return [Known(dtype, None) for dtype in dtypes]
    asked: list[Any] = [known[number] for number in step.inputs]
    if (effect is Effect.ARRAY or opdef.begin is not None) and opdef.inputs[0].is_handle:
        asked[0] = step.op.inputs[0]  # the graph knows what the array or queue says of its entries
    sizes = opdef.infer(*opdef.structure(asked, step.attrs), **step.attrs)
    return [Known(dtype, size) for dtype, size in zip(dtypes, [sizes] if opdef.gives_one else sizes, strict=True)]


def _facts_of_pure(step: Step, dtypes: Sequence[DType | None], inputs: list[Known]) -> Sequence[Known]:
    opdef, attrs = step.opdef, step.attrs
    if opdef.role == "default":  # nothing was fed, or it would be no step
        return (Known(dtypes[0], inputs[0].sizes, inputs[0].value),)
    if opdef in _COUNTS and inputs[0].is_full and dtypes[0] is not None:
        return (Known(dtypes[0], (), np.asarray(_COUNTS[opdef](inputs[0].sizes), dtypes[0].np)),)
    if opdef.partial is not None:
        op = _AbstractOp(inputs, attrs)
        found = [_shape_value(step, op, index, dtype) for index, dtype in enumerate(dtypes)]
        if all(value is not None for value in found):
            return [Known(dtype, value.shape, value) for dtype, value in zip(dtypes, found, strict=True)]
    if not inputs and "value" in attrs:
        value = attrs["value"]
        return (Known(dtypes[0] or as_dtype(value.dtype), value.shape, value),)
    sizes = opdef.infer(*(opdef.structure(inputs, attrs) if opdef.lists else inputs), **attrs)
    are_small = _are_small(inputs)
    if opdef.gives_one:
        if are_small and (opdef.data_shape or _is_small(sizes)) and (values := _computed(step, inputs)) is not None:
            return (Known(dtypes[0], values[0].shape, values[0]),)
        return (Known(dtypes[0], sizes),)
    if are_small and (opdef.data_shape or all(_is_small(size) for size in sizes)):
        values = _computed(step, inputs)
        if values is not None:
            return [Known(dtype, value.shape, value) for dtype, value in zip(dtypes, values, strict=True)]
    return [Known(dtype, size) for dtype, size in zip(dtypes, sizes, strict=True)]


def _held(step: Step, array: Any) -> Known:
    """A handle. A write may bring back the shape that its variable was made with, if it has another one now."""
    declared = step.attrs["shape"]
    if array is not None and not compatible(declared, array.shape):
        raise ValueError(f"{step.op.name} has another shape than it was made with")
    return Known(None, (), held=declared if array is None else array.shape)


def _are_small(inputs: list[Known]) -> bool:
    """Whether all inputs are known constants, and small ones."""
    for fact in inputs:
        if fact.value is None or fact.value.size > _LARGEST:
            return False
    return bool(inputs)


def _is_small(sizes: Sizes) -> bool:
    return sizes is not None and None not in sizes and prod(sizes) <= _LARGEST  # type: ignore[arg-type]


def _computed(step: Step, inputs: list[Known]) -> list[Any] | None:
    """The outputs of a pure step whose inputs are constants."""
    opdef = step.opdef
    values = [fact.value for fact in inputs]
    try:
        result = opdef.forward(np, *(opdef.structure(values, step.attrs) if opdef.lists else values), **step.attrs)
    except Exception:  # noqa: BLE001  # whatever is wrong will be reported when the step runs
        return None
    if opdef.gives_one:
        result = [result]
    return [np.asarray(value) for value in result]


def _shape_value(step: Step, op: _AbstractOp, index: int, dtype: DType | None) -> Any:
    """One output of an op that makes shapes, if the whole shape is known."""
    if dtype is None or step.opdef.partial is None:
        return None
    shape = step.op.outputs[index].sizes
    sizes = step.opdef.partial(_AbstractOutput(op, index, dtype, shape))
    if sizes is None or None in sizes:
        return None
    return np.asarray(sizes, dtype.np).reshape(() if shape == () else (len(sizes),))
