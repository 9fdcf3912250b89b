"""Lifting loops: a frame becomes one While step.

    i ─ Enter ─ Merge ─ less(n) ─ LoopCond           i' = While(i, n; while: {p = i < n} gives p
                   └─── Switch ─ add ─ Next               do: {j = i + 1} gives j)

Both bodies are Programs of their own, built like any other, with the loop variables and what the loop captures as
their feeds. A variable that something inside takes by reference is captured itself and read anew in each iteration;
of any other its value is captured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flowgraph import errors
from flowgraph.ir.branches import Block
from flowgraph.ir.frames import Loop
from flowgraph.ir.program import WHILE, Program, Step
from flowgraph.ir.tensor import Operation, Tensor

if TYPE_CHECKING:
    from flowgraph.ir.build import Builder


class WhileLoops:
    """The part of building a Program that knows of loops."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    def exit(self, op: Operation, block: Block) -> None:
        """It is an Exit's turn: that of its whole loop, if it stands for it."""
        loop = self._builder.loops.of.get(op)
        if loop is not None:
            self._lift(loop, block)

    def _lift(self, loop: Loop, block: Block) -> None:
        builder, leader = self._builder, loop.leader
        initial = [self._initial(tensor, loop, block) for tensor in loop.initial]
        taken = _Taken(builder, loop, block)
        variables = [builder.number(op.outputs[0]) for op in loop.merges]
        feeds = (*variables, *taken.numbers)
        given = dict(zip((op.outputs[0] for op in loop.merges), variables, strict=True)) | taken.given
        first, condition = _body(builder, loop, loop.condition, [loop.pred, *loop.shared], given, taken.cells)
        given[loop.loop_cond.outputs[0]] = condition.fetches[0]
        shared = dict(zip(loop.shared, condition.fetches[1:], strict=True))
        cells = taken.cells | {t: first.refs.root[t] for t in loop.shared if t in first.refs.root}
        given |= {tensor: number for tensor, number in shared.items() if tensor not in cells}
        for inside, tensor in loop.gates.items():
            if tensor in cells:
                cells[inside] = cells[tensor]
            else:
                given[inside] = given[tensor]
        _, body = _body(builder, loop, loop.body, loop.following, given, cells)
        more = tuple(dict.fromkeys(number for number in condition.fetches if number not in feeds))
        condition = _with(condition, feeds, (condition.fetches[0], *more))
        body = _with(body, (*feeds, *more), body.fetches)
        outputs = [builder.number() for _ in variables]
        for op, position in loop.exits.items():
            tensor = op.outputs[0]
            builder.tensors.setdefault(outputs[position], tensor)
            if tensor not in builder.fed:
                builder.define(tensor, outputs[position], block)
        block.steps.append(Step(leader, WHILE, (*initial, *taken.numbers), outputs, {}, (condition, body)))

    def _initial(self, tensor: Tensor, loop: Loop, block: Block) -> int:
        """A loop variable's first value; of a variable that is written a copy, for the loop may hand it out."""
        builder = self._builder
        root = builder.refs.root.get(tensor)
        if root is not None and root in builder.refs.writes:
            return builder.copy(tensor, builder.refs.version(loop.leader, root), loop.leader, block)
        return builder.operand(tensor, loop.leader, block)


class _Taken:
    """What a loop captures.

    Attributes:
      numbers: the values, each once.
      given: the constants that are values, and their numbers.
      cells: the constants that are variables, each with the one that stands for the variable inside.
    """

    def __init__(self, builder: Builder, loop: Loop, block: Block) -> None:
        self.given: dict[Tensor, int] = {}
        self.cells: dict[Tensor, Tensor] = {}
        refs = builder.refs
        by_reference = {refs.root.get(loop.constants[tensor]) for tensor in loop.by_reference}
        inside: dict[Tensor, Tensor] = {}
        numbers = []
        for tensor, source in loop.constants.items():
            root = refs.root.get(source)
            if root is not None and root in by_reference and not _is_view(source, root, refs.given):
                self.cells[tensor] = inside.setdefault(root, tensor)
                numbers.append(builder.value[root])
                self.given[inside[root]] = builder.value[root]
                continue
            if root is not None and root in refs.writes and (tensor in loop.handed_out or root in by_reference):
                number = builder.copy(source, refs.version(loop.leader, root), loop.leader, block)
            else:
                number = builder.operand(source, loop.leader, block)
            self.given[tensor] = number
            numbers.append(number)
        self.numbers = tuple(dict.fromkeys(numbers))


def _is_view(tensor: Tensor, root: Tensor, given: Mapping[Tensor, Tensor]) -> bool:
    """Whether a tensor is a variable in another shape; a loop that writes the variable captures it as it was before."""
    while tensor is not root and tensor not in given:
        op = tensor.op
        if op.opdef.alias and (len(op.inputs) > 1 or op.attrs):
            return True
        tensor = op.inputs[0]
    return False


def _body(
    outer: Builder,
    loop: Loop,
    ops: list[Operation],
    fetches: Sequence[Tensor],
    given: dict[Tensor, int],
    cells: Mapping[Tensor, Tensor],
) -> tuple[Builder, Program]:
    """The condition or the body of a loop, and the builder that knows what is where in it."""
    from flowgraph.ir.build import Builder, Slice

    feeds = {*given, *cells}
    part = Slice(ops, loop.inside, outer.by_constant, fetches, (), feeds, cells)
    builder = Builder(part, fetches, feeds, outer)
    for tensor, number in given.items():
        builder.value[tensor] = number
    builder.fill_all()
    numbers = [_fetch(builder, tensor) for tensor in fetches]
    builder.reads.settle(builder.top.steps, numbers, are_kept=True)
    outer.size = builder.size
    return builder, Program(tuple(builder.top.steps), (), tuple(numbers), builder.tensors, builder.size)


def _fetch(builder: Builder, tensor: Tensor) -> int:
    """The value that a body hands on; of a variable a copy, for it may be written in the next iteration."""
    if tensor in builder.refs.root:
        return builder.copy(tensor, -1, tensor.op, builder.top)
    if tensor not in builder.value:
        raise errors.InternalError(
            None, tensor.op, f"{tensor.name} is needed in a loop, and not computed in that loop."
        )
    return builder.branches.fetch(tensor)


def _with(program: Program, feeds: tuple[int, ...], fetches: tuple[int, ...]) -> Program:
    return Program(program.steps, feeds, fetches, program.tensors, program.size)
