"""Lifting branches: groups of ops that run under one predicate become If steps.

While a branch is built its steps go to a block of their own. When nothing more of it is ready, the blocks of
the two answers are closed and become the bodies of an If: a Merge that joins them is an output, and what
later ops of the same branch still need is an output too, with no value when the other branch is taken:

    a ─ Switch ─ exp ─ Merge ─ y          y, e = If(pred; then: {e = exp(a)} gives (e, e)
         └────────────┘  exp ─ (later)                    else: {} gives (a, never))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.guards import Alive, Path, Predicate, impossible
from flowgraph.ir.program import IF, NEVER, Program, Step
from flowgraph.ir.reciprocal import LITERAL
from flowgraph.ir.refs import before_switches
from flowgraph.ir.tensor import Operation, Tensor

if TYPE_CHECKING:
    from flowgraph.ir.build import Builder

Choice = tuple[int, Path]
"""An input of a Merge, and the predicates that must still hold for it to have a value."""


class Block:
    """Steps under construction: those of the whole Program, or of one branch.

    Attributes:
      path: the predicates under which the steps run.
      reads: (variable or alias, version) -> the number under which it was read here.
      defined: the tensors and predicates whose values were made here.
    """

    __slots__ = ("defined", "parent", "path", "reads", "steps")

    def __init__(self, path: Path, parent: Block | None) -> None:
        self.path, self.parent = path, parent
        self.steps: list[Step] = []
        self.reads: dict[tuple[Tensor, int], int] = {}
        self.defined: list[Tensor | Predicate] = []


class Branches:
    """The part of building a Program that knows of branches."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._guards, self._schedule = builder.guards, builder.schedule
        self._roots = builder.refs.root
        self._fetched = set(builder.fetches)
        self._lives: dict[int, Path] = {}  # for values handed out of branches: when they are not dead
        for tensor in builder.fetches:
            self._schedule.asked_for.update(predicate for predicate, _ in self._guards.of(tensor))

    # -- Ifs -------------------------------------------------------------------------------------------------

    def lift(self, block: Block, op: Operation, predicate: Predicate) -> None:
        """Build both branches of a predicate as far as they are ready, as one If step."""
        sides = self._sides(block, predicate)
        done = -1
        while done < len(self._schedule.done):
            done = len(self._schedule.done)
            for side in sides:
                self._builder.fill(side)
        results: list[tuple[int, int]] = []
        outputs: list[int] = []
        self._join(block, sides, results, outputs)
        self._export(block, sides, results, outputs)
        self._close(block, op, predicate, sides, results, outputs)

    def _sides(self, block: Block, predicate: Predicate) -> tuple[Block, Block]:
        """The blocks of the two answers: true, false."""
        return Block((*block.path, (predicate, True)), block), Block((*block.path, (predicate, False)), block)

    def _close(
        self,
        block: Block,
        op: Operation,
        predicate: Predicate,
        sides: tuple[Block, Block],
        results: Sequence[tuple[int, int]],
        outputs: Sequence[int],
    ) -> None:
        if not outputs and not any(side.steps for side in sides):
            return
        inside = {number for side in sides for step in side.steps for number in step.outputs}
        used = {number for side in sides for step in side.steps for number in step.inputs}
        used.update(number for pair in results for number in pair if number != NEVER)
        captured = tuple(sorted(used - inside))
        bodies = tuple(
            Program(
                tuple(side.steps), captured, tuple(pair[i] for pair in results),
                self._builder.tensors, self._builder.size,
            )
            for i, side in enumerate(sides)
        )  # fmt: skip
        inputs = (self._builder.value[predicate], *captured)
        block.steps.append(Step(op, IF, inputs, outputs, {}, bodies))

    def _export(
        self, block: Block, sides: tuple[Block, Block], results: list[tuple[int, int]], outputs: list[int]
    ) -> None:
        """Hand out the values made in the branches that later ops still need."""
        for answer, side in enumerate(sides):
            made = {number for step in side.steps for number in step.outputs}
            moved: dict[int, int] = {}
            for key in dict.fromkeys(side.defined):
                if not self._is_wanted(key):
                    continue
                inner = self._builder.value[key]
                if inner in made and inner not in moved:
                    outer = moved[inner] = self._builder.number(self._builder.tensors.get(inner))
                    self._lives[outer] = self._lives.get(inner, side.path)
                    results.append((inner, NEVER) if answer == 0 else (NEVER, inner))
                    outputs.append(outer)
                self._builder.define(key, moved.get(inner, inner), block)

    def _is_wanted(self, key: Tensor | Predicate) -> bool:
        """Whether a value is still to be used."""
        if self._schedule.asked_for[key] > 0:
            return True
        if not isinstance(key, Tensor):
            return False
        stack = [key]
        while stack:
            tensor = stack.pop()
            if tensor in self._fetched:
                return True
            for op in (*(tensor.users or ()), *self._builder.loops.users.get(tensor, ())):
                if self._schedule.waits(op):
                    return True
                if op.opdef.alias and op.outputs[0] in self._roots and op in self._schedule.done:
                    stack.append(op.outputs[0])  # a view of a variable is computed where it is used
        return False

    # -- Switch and Merge ------------------------------------------------------------------------------------

    def switch(self, op: Operation, block: Block) -> None:
        """A Switch does nothing: the ops after it stand in a branch."""
        root = self._roots.get(op.inputs[0])
        by_reference = root is not None and root.dtype.is_ref
        if root is not None and by_reference and block.parent is None and not op.opdef.allows_uninitialized:
            self._builder.demand(root, self._builder.refs.version(op, root))
        for tensor in op.outputs:
            if tensor not in self._roots and tensor not in self._builder.fed:
                number = self._builder.operand(op.inputs[0], op, block)
                self._builder.define(tensor, number, block)

    def merge_next(self, op: Operation, block: Block) -> None:
        """It is a Merge's turn: let an If give it, the same as for all that asks the same predicate."""
        predicate = self._guards.choices[op][0][1][0][0]
        self.lift(block, op, predicate)
        if self._schedule.waits(op):
            self.merge(op, block)
            self._schedule.finish(op)

    def merge(self, op: Operation, block: Block) -> None:
        """A Merge of which no single predicate decides, or none at all: Ifs that only choose."""
        keys = self._wanted_of(op)
        if keys:
            numbers = self._choose(op, keys, self._guards.choices[op], block)
            self._deliver(op, keys, numbers, block)

    def _join(
        self, block: Block, sides: tuple[Block, Block], results: list[tuple[int, int]], outputs: list[int]
    ) -> None:
        """Let the If that is being built give the Merges that join its branches."""
        for op in self._schedule.merges_in(block.path):
            settled = [_settled(_given(self._guards.choices[op], side.path[-1])) for side in sides]
            if None in settled:
                continue
            keys = self._wanted_of(op)
            columns = [self._leaf(op, keys, index, side) for index, side in zip(settled, sides, strict=True)]
            numbers = [self._builder.number(op.outputs[0] if key is op.outputs[0] else None) for key in keys]
            results += zip(*columns, strict=True)
            outputs += numbers
            self._deliver(op, keys, numbers, block)
            self._schedule.finish(op)

    def _wanted_of(self, op: Operation) -> list[Tensor | Predicate]:
        """What of a Merge is used: its value, its index, whether it has a value."""
        made = [t for t in op.outputs if self._roots.get(t, t) is t and t not in self._builder.fed]
        keys: list[Tensor | Predicate] = [tensor for tensor in made if self._is_wanted(tensor)]
        if self._is_wanted(Alive(op)):
            keys.append(Alive(op))
        return keys

    def _deliver(self, op: Operation, keys: Sequence[Tensor | Predicate], numbers: Sequence[int], block: Block) -> None:
        path = self._guards.path(self._guards.of(op.outputs[0]))
        for key, number in zip(keys, numbers, strict=True):
            self._builder.define(key, number, block)
            if path != block.path and isinstance(key, Tensor):
                self._lives[number] = path

    def _choose(
        self, op: Operation, keys: Sequence[Tensor | Predicate], choices: Sequence[Choice], block: Block
    ) -> list[int]:
        """The outputs of a Merge whose inputs are there under `choices`, by Ifs that ask a predicate each."""
        if not choices:
            return self._leaf(op, keys, None, block)
        index, path = choices[0]
        if not path:
            return self._leaf(op, keys, index, block)
        predicate = path[0][0]
        sides = self._sides(block, predicate)
        columns = [self._choose(op, keys, _given(choices, side.path[-1]), side) for side in sides]
        results = list(zip(*columns, strict=True))
        outputs = [self._builder.number(key if isinstance(key, Tensor) else None) for key in keys]
        self._close(block, op, predicate, sides, results, outputs)
        return outputs

    def _leaf(self, op: Operation, keys: Sequence[Tensor | Predicate], index: int | None, block: Block) -> list[int]:
        """The outputs of a Merge when it is known which input has a value, if any has."""
        numbers = []
        for key in keys:
            if isinstance(key, Alive):
                numbers.append(self._literal(op, np.bool_(index is not None), block))
            elif index is None:
                numbers.append(NEVER)
            elif key is op.outputs[0]:
                numbers.append(self._kept(op.inputs[index], op, block))
            else:
                numbers.append(self._literal(op, np.int32(index), block))
        return numbers

    def _kept(self, tensor: Tensor, op: Operation, block: Block) -> int:
        """The value that a branch hands out; of a variable a copy, for it may be written before its use.

        Where references or handles are merged it is the variable itself.
        """
        root = self._roots.get(tensor)
        if root is None:
            return self._builder.value[tensor]
        if op.outputs[0] in self._roots:
            return self._builder.value[root]
        return self._builder.copy(tensor, self._builder.refs.version(op, root), op, block)

    def _literal(self, op: Operation, value: Any, block: Block) -> int:
        number = self._builder.number()
        block.steps.append(Step(op, LITERAL, (), (number,), {"value": np.asarray(value)}))
        return number

    def again(self, tensor: Tensor, version: int, block: Block) -> int:
        """What a Merge gives to an op that sees another version of the variables that it takes as they are."""
        op = tensor.op
        roots = self._builder.refs.loose[tensor]
        if not any(self._builder.refs.writes_to(root) for root in roots):
            return self._builder.value[tensor]
        known = block.reads.get((tensor, version))
        if known is None:
            known = block.reads[tensor, version] = self._again(op, version, self._guards.choices[op], block)
        return known

    def _again(self, op: Operation, version: int, choices: Sequence[Choice], block: Block) -> int:
        index, path = choices[0]
        if not path:
            source = op.inputs[index]
            root = self._roots.get(source)
            if root is not None:
                return self._builder.copy(source, self._builder.refs.version_in(version, root), op, block)
            source = before_switches(source)
            if source in self._builder.refs.loose:
                return self._again(source.op, version, self._guards.choices[source.op], block)
            return self._builder.value[op.outputs[0]]
        predicate = path[0][0]
        sides = self._sides(block, predicate)
        pair = [self._again(op, version, _given(choices, side.path[-1]), side) for side in sides]
        number = self._builder.number(op.outputs[0])
        self._close(block, op, predicate, sides, [(pair[0], pair[1])], [number])
        return number

    # -- fetches ---------------------------------------------------------------------------------------------

    def fetch(self, tensor: Tensor) -> int:
        """The value of a fetch: a variable's at the end of the run, none in a branch that was not taken."""
        guard = self._guards.of(tensor)
        if impossible(guard):
            return NEVER
        is_variable = tensor in self._roots
        if is_variable and tensor.dtype.name == "resource":
            line = f"{tensor.name} is the handle of a variable, which has no value of its own."
            raise NotImplementedError(errors.explain(line, mend="Fetch the variable itself.", where=user_site()))
        path = self._guards.path(guard)
        if not path and tensor in self._builder.refs.loose:
            return self.again(tensor, -1, self._builder.top)
        if not is_variable and (not path or self._lives.get(self._builder.value[tensor]) == path):
            return self._builder.value[tensor]
        blocks = [self._builder.top]
        for predicate, taken in path:
            blocks.append(Block((*blocks[-1].path, (predicate, taken)), blocks[-1]))
        if not is_variable:
            number = self._builder.value[tensor]
        elif path:
            number = self._builder.copy(tensor, -1, tensor.op, blocks[-1])
        else:
            number = self._builder.read(tensor, -1, blocks[-1])
        for block in reversed(blocks[1:]):
            assert block.parent is not None
            predicate, taken = block.path[-1]
            other = Block((*block.parent.path, (predicate, not taken)), block.parent)
            outer = self._builder.number(tensor)
            sides, pair = ((block, other), (number, NEVER)) if taken else ((other, block), (NEVER, number))
            self._close(block.parent, tensor.op, predicate, sides, [pair], [outer])
            number = outer
        return number


def _given(choices: Sequence[Choice], answer: tuple[Predicate, bool]) -> list[Choice]:
    """What is left of the choices of a Merge when one predicate is answered."""
    predicate, taken = answer
    return [
        (index, tuple(item for item in path if item[0] != predicate))
        for index, path in choices
        if (predicate, not taken) not in path
    ]


def _settled(choices: Sequence[Choice]) -> int | None:
    """The input whose value a Merge takes, if no more needs to be asked."""
    return choices[0][0] if choices and not choices[0][1] else None
