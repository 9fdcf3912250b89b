"""From a graph, fetches and feeds to a Program: prune, order, lift branches.

The ops that are needed become nodes of a scheduling problem (`schedule.py`): their inputs and control inputs,
and the edges that the variables ask for (`refs.py`). Scheduling is by age, so that a Program reads like the
script that built the graph; ops of a branch (`guards.py`) are kept together, and each such group becomes one
If step (`branches.py`):

    Switch, Switch, mul, add, Merge, Merge     ==>     a, b = If(pred; then: {mul}, else: {add})

Loops are found first (`frames.py`). Each is one op of what is around it, and becomes one While step with two bodies
that are built in the same way (`loops.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.branches import Block, Branches
from flowgraph.ir.frames import Loops, find_loops
from flowgraph.ir.guards import Asked, Guards, Predicate
from flowgraph.ir.loops import WhileLoops
from flowgraph.ir.opdef import Effect, OpDef
from flowgraph.ir.program import COPY, READ, Program, Step
from flowgraph.ir.reads import Reads
from flowgraph.ir.reciprocal import LITERAL, reciprocals
from flowgraph.ir.refs import Refs
from flowgraph.ir.schedule import Schedule
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import in_order, needed_ops, ops_with_a_use


def build_program(
    fetches: Sequence[Tensor],
    targets: Sequence[Operation],
    feeds: Sequence[Tensor],
    rewrites_divisions: bool = True,
    done: Collection[Operation] = (),
    by_age: list[Operation] | None = None,
) -> Program:
    """The Program that computes `fetches` and runs `targets`, given values for `feeds`.

    `rewrites_divisions`: whether divisions by constants become multiplications, as TF's optimizer has it.
    `done`: ops that ran in an earlier part of a partial run.
    `by_age`: the ops that are needed (`needed_ops`), where the caller knows them already.
    """
    if by_age is None:
        by_age = needed_ops(fetches, targets, feeds, done)
    fed = set(feeds)
    loops = find_loops(by_age, fed, fetches)
    by_constant = reciprocals(by_age, fed) if rewrites_divisions else {}
    part = Slice(loops.ops if loops.of else by_age, loops, by_constant, fetches, targets, feeds)
    waits = any(op.opdef.begin is not None for op in by_age)
    if part.ops is by_age and not (part.refs.root or part.guards.has_branches or waits):
        return _straight(part, fetches, feeds)
    builder = Builder(part, fetches, feeds)
    for tensor in feeds:
        builder.value[tensor] = builder.number(tensor)
    return builder.build()


class Slice:
    """Ops that are to become a Program, or a body of one, and what is known of them.

    Attributes:
      ops: the ops, inputs first; of each loop its Exits only.
      loops: those loops.
      refs, guards: what is known of variables and branches.
      by_constant: for divisions by constants, wherever they are, the reciprocal to multiply with.
      useful: the ops that are there for a value or an effect.
    """

    def __init__(
        self,
        ops: list[Operation],
        loops: Loops,
        by_constant: dict[Operation, Any],
        fetches: Sequence[Tensor],
        targets: Sequence[Operation],
        feeds: Collection[Tensor],
        given: Mapping[Tensor, Tensor] | None = None,
    ) -> None:
        fed = set(feeds)
        self.loops, self.by_constant = loops, by_constant
        self.ops = in_order(ops, fed, loops)
        self.refs = Refs(self.ops, fed, loops, given)
        self.guards = Guards(self.ops, fed, self.refs, loops)
        self.useful = ops_with_a_use(self.ops, fetches, targets, fed, loops)


def _straight(part: Slice, fetches: Sequence[Tensor], feeds: Sequence[Tensor]) -> Program:
    """The Program of a graph without variables, branches and loops: its ops as they come."""
    by_constant = part.by_constant
    ops = [op for op in part.ops if op in part.useful]
    value: dict[Tensor, int] = {tensor: i for i, tensor in enumerate(feeds)}
    fed = set(feeds)
    size = len(feeds)
    steps = []
    for op in ops:
        inputs = tuple([value[tensor] for tensor in op.inputs])
        opdef, attrs = op.opdef, op.attrs
        if opdef.times_reciprocal is not None and op in by_constant:
            steps.append(Step(op, LITERAL, (), (size,), {"value": by_constant[op]}))
            opdef, attrs, inputs = opdef.times_reciprocal or opdef, {}, (inputs[0], size)
            size += 1
        outputs = []
        for tensor in op.outputs:
            if tensor not in fed:  # what is fed keeps its value even if its op runs for another output
                value[tensor] = size
            outputs.append(size)
            size += 1
        steps.append(Step(op, opdef, inputs, outputs, attrs))
    tensors = {number: tensor for tensor, number in value.items()}
    fetched = tuple([value[tensor] for tensor in fetches])
    return Program(tuple(steps), tuple(range(len(feeds))), fetched, tensors, size)


class Builder:
    """The general case: variables, branches, loops, any order.

    Attributes:
      outer: in the body of a loop, the builder of what is around it, and whose numbering it shares.
      value: the number of each tensor's value, and of each predicate's, as the block being built sees it.
      snapshots: (variable, version) -> a copy of that value, kept because a write came before its last use.
      needed: the variables that must have a value before the run.
    """

    def __init__(
        self, part: Slice, fetches: Sequence[Tensor], feeds: Collection[Tensor], outer: Builder | None = None
    ) -> None:
        self.part, self.fetches, self.feeds, self.outer = part, fetches, feeds, outer
        self.refs, self.guards, self.loops = part.refs, part.guards, part.loops
        self.useful, self.by_constant = part.useful, part.by_constant
        self.fed = set(feeds)
        self.size: int = 0 if outer is None else outer.size
        self.tensors: dict[int, Tensor] = {} if outer is None else outer.tensors
        self.value: dict[Tensor | Predicate, int] = {}
        self.snapshots: dict[tuple[Tensor, int], int] = {}
        self.needed: dict[Operation, None] = {}
        self.refs.order(self.guards.exclude, self.guards.covers)
        self.schedule: Schedule = Schedule(part.ops, self.fed, self.refs, self.guards, self.loops)
        self.branches = Branches(self)
        self.while_loops = WhileLoops(self)
        self.reads = Reads()
        self.top = Block((), None)

    def number(self, tensor: Tensor | None = None) -> int:
        """A new value number."""
        if tensor is not None:
            self.tensors[self.size] = tensor
        self.size += 1
        return self.size - 1

    def build(self) -> Program:
        """The Program itself."""
        self.fill_all()
        fetches = tuple([self.branches.fetch(tensor) for tensor in self.fetches])
        feeds = tuple(range(len(self.feeds)))
        self.reads.settle(self.top.steps, fetches)
        return Program(tuple(self.top.steps), feeds, fetches, self.tensors, self.size, tuple(self.needed))

    def fill_all(self) -> None:
        """Put all ops in their places."""
        for op in self.schedule.in_order:
            self._emit(op, self.top)
        self.fill(self.top)
        while self.schedule.remaining:
            if not self.schedule.hurry():
                self._break_cycle()
            self.fill(self.top)

    def fill(self, block: Block) -> None:
        """Put all that is ready into a block, and into the branches inside it, until nothing more is."""
        take, finish = self.schedule.take, self.schedule.finish
        while True:
            op = take(block.path)
            while op is not None:
                self._emit(op, block)
                finish(op)
                op = take(block.path)
            inner = self.schedule.next_branch(block.path)
            merges = self.schedule.merges_in(block.path)
            if merges and (inner is None or merges[0]._id < inner[0]._id):
                self.branches.merge_next(merges[0], block)
            elif inner is not None:
                self.branches.lift(block, *inner)
            else:
                op = self.schedule.take_waiter(block.path)
                if op is None:
                    return
                self._emit(op, block)
                finish(op)

    def _break_cycle(self) -> None:
        """Start loops early, or, where the rules of the variables close a cycle, copy an old value for its readers."""
        if self.schedule.hurry_a_loop():
            return
        freed = self.schedule.free_a_write()
        if freed is None:
            names = ", ".join(op.name for op in self.schedule.remaining)
            raise ValueError(f"The graph has a cycle through: {names[:500]}")
        write, readers = freed
        for op in readers:
            for tensor in self.loops.inputs.get(op, op.inputs):
                root = self.refs.root.get(tensor)
                writes = self.refs.writes_to(root) if root is not None else ()
                # a reader of what another write has yet to bring finds no old value to keep
                due = any(self.refs.depends(op, other) and self.schedule.waits(other) for other in writes)
                is_there = root in self.value or root not in self.refs.parts  # (it may yet be chosen)
                if root is not None and write in writes and not due and is_there:
                    self._snapshot(op, root)

    def _snapshot(self, op: Operation, root: Tensor) -> None:
        key = (root, self.refs.version(op, root))
        if key not in self.snapshots:
            number = self.read(root, key[1], self.top)
            self.snapshots[key] = self.number(root if root.dtype.is_ref else None)
            self.top.steps.append(Step(root.op, COPY, (number,), (self.snapshots[key],), {}))

    # -- steps -----------------------------------------------------------------------------------------------

    def define(self, key: Tensor | Predicate, number: int, block: Block) -> None:
        """From here on `number` is the value of a tensor or predicate, made in a block."""
        self.value[key] = number
        if block is not self.top:
            block.defined.append(key)

    def _emit(self, op: Operation, block: Block) -> None:
        opdef = op.opdef
        asked = self.guards.asks.get(op)
        if asked is not None and asked not in self.value:
            self._ask(asked, op, block)
        if op.outputs and op.outputs[0] in self.refs.root and opdef.alias:
            return  # an alias of a variable is read where it is used
        if opdef.role == "switch":
            self.branches.switch(op, block)
        elif opdef.role == "merge":
            self.branches.merge(op, block)
        elif op in self.loops.inputs:
            self.while_loops.exit(op, block)
        elif opdef.role == "read" and op.inputs[0] in self.refs.root:
            if op in self.useful:
                self._read_resource(op, block)
        elif op in self.useful and (op.outputs or opdef.effect is not Effect.NONE):
            self._emit_step(op, block)

    def _emit_step(self, op: Operation, block: Block) -> None:
        opdef, attrs = op.opdef, op.attrs
        if not op.inputs and opdef.effect in (Effect.NONE, Effect.STATE):
            block = self.top  # a constant or handle costs nothing, so branches need not hand it about
        inputs = []
        for index, tensor in enumerate(op.inputs):
            if (tensor.dtype is dt.resource or opdef.has_refs) and self._takes_cell(opdef, index):
                inputs.append(self._cell(tensor, op))
            else:
                inputs.append(self.operand(tensor, op, block))
        if op in self.by_constant:
            inputs[1] = self.number()
            block.steps.append(Step(op, LITERAL, (), (inputs[1],), {"value": self.by_constant[op]}))
            opdef, attrs = opdef.times_reciprocal or opdef, {}
        outputs = [self.number(tensor) for tensor in op.outputs]
        for tensor, number in zip(op.outputs, outputs, strict=True):
            if tensor not in self.fed:  # its op runs for another output; what is fed keeps its fed value
                self.define(tensor, number, block)
        block.steps.append(Step(op, opdef, inputs, outputs, attrs))

    @staticmethod
    def _takes_cell(opdef: OpDef, index: int) -> bool:
        if opdef.lists and any(arg.is_mixed for arg in opdef.inputs):
            return True  # what a function is given
        return index < opdef.n_inputs and opdef.inputs[index].is_handle

    def _read_resource(self, op: Operation, block: Block) -> None:
        """A ReadVariableOp: its value stays as it is now, for which a copy is made if a write comes too soon."""
        root = self.refs.root[op.inputs[0]]
        tensor = op.outputs[0]
        if tensor in self.fed:
            return
        number = self.number(tensor)
        source = self.read(root, self.refs.version(op, root), block)
        step = Step(op, COPY, (source,), (number,), {})
        self.reads.add(step, self.value[root], block is self.top)
        block.steps.append(step)
        self.define(tensor, number, block)

    def _cell(self, tensor: Tensor, op: Operation) -> int:
        """The variable that an op is to read or change by reference."""
        root = self.refs.root.get(tensor)
        if root is None and tensor.dtype.is_ref and self.outer is not None and not op.opdef.alias:
            raise _passed_on(tensor, op)
        if root is None or root in self.refs.parts:
            return self.value[tensor if root is None else root]
        first = self.refs.writes.get(root, [op])[0]
        by_reference = tensor.dtype.is_ref  # (what takes a handle says itself that there is no value)
        in_any_case = op is first and self.outer is None and not self.guards.path_of(op)
        if in_any_case and by_reference and not op.opdef.allows_uninitialized:
            self.needed[root.op] = None
        return self.value[root]

    def operand(self, tensor: Tensor, op: Operation, block: Block) -> int:
        """The value of an input of `op`."""
        root = self.refs.root.get(tensor)
        if root is None:
            if tensor in self.refs.loose:
                now, then = (self.refs.loose_version(reader, tensor) for reader in (op, tensor.op))
                if now != then:
                    return self.branches.again(tensor, now, block)
            return self.value[tensor]
        return self.read(tensor, self.refs.version(op, root), block)

    def read(self, tensor: Tensor, version: int, block: Block) -> int:
        """The value of a variable, or of a view of it, as an op of some version sees it."""
        root = self.refs.root[tensor]
        chain = []
        while (number := self._known(tensor, version, block)) is None and tensor is not root:
            if tensor.op.opdef.alias:
                chain.append(tensor.op)
            tensor = root if tensor in self.refs.given else tensor.op.inputs[0]
        if number is None:
            number = self.number(None if tensor.dtype is dt.resource else tensor)  # (a handle is not its value)
            block.steps.append(Step(root.op, READ, (self.value[root],), (number,), {}))
            block.reads[tensor, version] = number
            if block is self.top:
                self.demand(root, version)
        for op in reversed(chain):
            rest = [self.operand(t, op, block) for t in op.inputs[1:]]
            out = self.number(op.outputs[0])
            block.steps.append(Step(op, op.opdef, (number, *rest), (out,), op.attrs))
            number = block.reads[op.outputs[0], version] = out
        return number

    def demand(self, root: Tensor, version: int) -> None:
        """A version of a variable is read in any case: if no write comes before, it must have a value already."""
        is_early = version == 0 or (version == -1 and root not in self.refs.writes)
        if self.outer is None and is_early and root not in self.refs.parts:
            self.needed[root.op] = None

    def _known(self, tensor: Tensor, version: int, block: Block) -> int | None:
        """The number under which this version was read already, in this block or one around it."""
        snapshot = self.snapshots.get((tensor, version))
        if snapshot is not None:
            return snapshot
        around: Block | None = block
        while around is not None:
            found = around.reads.get((tensor, version))
            if found is not None:
                return found
            around = around.parent
        return None

    def copy(self, tensor: Tensor, version: int, op: Operation, block: Block) -> int:
        """The value of a variable, kept: it may be written before its use."""
        read = self.read(tensor, version, block)
        number = self.number(tensor)
        block.steps.append(Step(op, COPY, (read,), (number,), {}))
        return number

    def _ask(self, asked: Asked, op: Operation, block: Block) -> None:
        """A variable decides which branch runs: its value at this moment, for all ops of the branch."""
        self.define(asked, self.copy(asked.root, asked.version, op, block), block)


def _passed_on(tensor: Tensor, op: Operation) -> NotImplementedError:
    return NotImplementedError(
        errors.explain(
            f"{op.name} takes a variable by reference that is a loop variable: {tensor.name}.",
            mend="Take the variable itself in the body of the loop, and make its value a loop variable if need be.",
            where=op.site,
        )
    )
