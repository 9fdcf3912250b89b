"""From a graph, fetches and feeds to a Program: prune, order, lift branches.

The ops that are needed become nodes of a scheduling problem: their inputs and control inputs, and the edges that the
variables ask for (`refs.py`). Scheduling is by age, so that a Program reads like the script that built the graph; ops
of a branch (`guards.py`) are kept together, and each such group becomes one If step:

    Switch, Switch, mul, add, Merge, Merge     ==>     a, b = If(pred; then: {mul}, else: {add})
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from flowgraph.ir.guards import Guards, Path
from flowgraph.ir.program import COPY, IF, NEVER, READ, Program, Step
from flowgraph.ir.reciprocal import LITERAL, reciprocals
from flowgraph.ir.refs import Refs
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops


def build_program(fetches: Sequence[Tensor], targets: Sequence[Operation], feeds: Sequence[Tensor]) -> Program:
    """The Program that computes `fetches` and runs `targets`, given values for `feeds`."""
    ops = needed_ops(fetches, targets, feeds)
    refs = Refs(ops, feeds)
    guards = Guards(ops, feeds)
    by_constant = reciprocals(ops, set(feeds))
    if not refs.root and not guards and not by_constant and _is_in_order(ops, feeds):
        return _straight(ops, fetches, feeds)
    return _Builder(ops, refs, guards, by_constant, fetches, feeds).build()


def _is_in_order(ops: Sequence[Operation], feeds: Sequence[Tensor]) -> bool:
    """Whether age is already a valid order: so it is unless inputs were changed after an op was made."""
    return all(
        all(tensor.op._id < op._id for tensor in op.inputs) and all(source._id < op._id for source in op.control)
        for op in ops
    )


def _straight(ops: Sequence[Operation], fetches: Sequence[Tensor], feeds: Sequence[Tensor]) -> Program:
    """The Program of a graph without variables and branches: its ops as they come."""
    value: dict[Tensor, int] = {tensor: i for i, tensor in enumerate(feeds)}
    fed = set(feeds)
    size = len(feeds)
    steps = []
    for op in ops:
        inputs = tuple([value[tensor] for tensor in op.inputs])
        first = size
        for tensor in op.outputs:
            if tensor not in fed:  # what is fed keeps its value even if its op runs for another output
                value[tensor] = size
            size += 1
        steps.append(Step(op, op.opdef, inputs, range(first, size), op.attrs))
    tensors = {number: tensor for tensor, number in value.items()}
    return Program(tuple(steps), tuple(range(len(feeds))), tuple(value[tensor] for tensor in fetches), tensors, size)


class _Builder:
    """The general case: variables, branches, any order."""

    def __init__(
        self,
        ops: list[Operation],
        refs: Refs,
        guards: Guards,
        by_constant: dict[Operation, Any],
        fetches: Sequence[Tensor],
        feeds: Sequence[Tensor],
    ) -> None:
        self.refs, self.guards, self.fetches, self.feeds = refs, guards, fetches, feeds
        self.by_constant = by_constant
        self.ops = {op._id: op for op in ops}
        self.fetched, self.fed = set(fetches), set(feeds)
        self.size = 0
        self.value: dict[Tensor, int] = {}  # the number of each tensor's value, as seen from the block being built
        self.where: dict[Tensor, Path] = {}  # the block in which that value lies
        self.tensors: dict[int, Tensor] = {}
        self.reads: dict[Any, int] = {}  # (tensor, version, block) -> the value read
        self.snapshots: dict[tuple[Tensor, int], int] = {}
        self.needed: dict[Operation, None] = {}  # the variables that must have a value before the run
        for tensor in feeds:
            self.value[tensor] = self._number(tensor)
        self._connect(ops)

    def _number(self, tensor: Tensor | None = None) -> int:
        if tensor is not None:
            self.tensors[self.size] = tensor
        self.size += 1
        return self.size - 1

    # -- scheduling ------------------------------------------------------------------------------------------

    def _connect(self, ops: list[Operation]) -> None:
        """Count for each op what it waits for, and note who waits for it."""
        inside = set(ops)
        self.waiting: dict[Operation, int] = dict.fromkeys(ops, 0)
        self.followers: dict[Operation, list[Operation]] = {op: [] for op in ops}
        for op in ops:
            sources = {t.op for t in op.inputs if t not in self.fed}
            sources.update(source for source in op.control if source in inside)
            for source in sources:
                self.followers[source].append(op)
            self.waiting[op] = len(sources)
        # for writes: the readers that they wait for, which may have to be helped with a copy
        self.readers_before: dict[Operation, set[Operation]] = {}
        for earlier, later in self.refs.edges:
            self.followers[earlier].append(later)
            self.waiting[later] += 1
            self.readers_before.setdefault(later, set()).add(earlier)
        self.done: set[Operation] = set()
        self.ready: dict[Path, list[int]] = {(): []}
        for op, count in self.waiting.items():
            if count == 0:
                self._push(op)

    def _push(self, op: Operation) -> None:
        heapq.heappush(self.ready.setdefault(self.guards.path_of(op), []), op._id)

    def _finish(self, op: Operation) -> None:
        self.done.add(op)
        for follower in self.followers[op]:
            self.waiting[follower] -= 1
            if self.waiting[follower] == 0 and follower not in self.done:
                self._push(follower)

    def build(self) -> Program:
        steps = self._block(())
        while len(self.done) < len(self.ops):
            self._break_cycle(steps)
            steps += self._block(())
        fetches = [self._fetch(tensor, steps) for tensor in self.fetches]
        return Program(
            tuple(steps), tuple(range(len(self.feeds))), tuple(fetches), self.tensors, self.size, tuple(self.needed)
        )

    def _block(self, path: Path) -> list[Step]:
        """Emit everything that is ready in one block, and the branches inside it, until nothing more is."""
        steps: list[Step] = []
        heap = self.ready.setdefault(path, [])
        while True:
            while heap:
                op = self.ops[heapq.heappop(heap)]
                self._emit(op, path, steps)
                self._finish(op)
            inner = self._next_branch(path)
            if inner is None:
                return steps
            steps.append(self._branch(path, *inner))

    def _next_branch(self, path: Path) -> tuple[Operation, Tensor] | None:
        """The oldest ready op that lies in a branch of this block, and the predicate of that branch."""
        depth = len(path)
        found = [
            (heap[0], inner[depth][0])
            for inner, heap in self.ready.items()
            if heap and len(inner) > depth and inner[:depth] == path
        ]
        if not found:
            return None
        op_id, pred = min(found, key=lambda item: item[0])
        return self.ops[op_id], pred

    def _branch(self, path: Path, op: Operation, pred: Tensor) -> Step:
        """Emit both branches of a predicate as far as they are ready, as one If step."""
        bodies: dict[bool, list[Step]] = {True: [], False: []}
        while True:
            before = len(self.done)
            for taken in (True, False):
                bodies[taken] += self._block((*path, (pred, taken)))
            if len(self.done) == before:
                break
        results: list[tuple[int, int]] = []
        outputs = self._join(path, pred, bodies, results) + self._export(path, pred, results)
        inside = {number for body in bodies.values() for step in body for number in step.outputs}
        used = {number for body in bodies.values() for step in body for number in step.inputs}
        used.update(number for pair in results for number in pair if number != NEVER)
        captured = tuple(sorted(used - inside))
        programs = tuple(
            Program(tuple(bodies[taken]), captured, tuple(pair[side] for pair in results), self.tensors, self.size)
            for side, taken in enumerate((True, False))
        )
        return Step(op, IF, (self.value[pred], *captured), outputs, {}, programs)

    def _join(
        self, path: Path, pred: Tensor, bodies: dict[bool, list[Step]], results: list[tuple[int, int]]
    ) -> list[int]:
        """The outputs for each Merge that joins exactly these two branches."""
        outputs = []
        heap = self.ready.setdefault(path, [])
        for op_id in sorted(heap):
            op = self.ops[op_id]
            inputs = self._sides(op, path, pred)
            if inputs is not None:
                heap.remove(op_id)
                results.append((self._result(op, inputs[0], (*path, (pred, True)), bodies[True]),
                                self._result(op, inputs[1], (*path, (pred, False)), bodies[False])))  # fmt: skip
                outputs.append(self._define(op.outputs[0], path))
                self._finish(op)
        heapq.heapify(heap)
        return outputs

    def _sides(self, op: Operation, path: Path, pred: Tensor) -> tuple[Tensor, Tensor] | None:
        """The (then, else) inputs of a Merge that joins exactly the branches of this predicate."""
        if op.opdef.role != "merge" or len(op.inputs) != 2 or self._is_wanted(op.outputs[1]):
            return None
        places = [self._place(tensor) for tensor in op.inputs]
        for then in (0, 1):
            if places[then] == (*path, (pred, True)) and places[1 - then] == (*path, (pred, False)):
                return op.inputs[then], op.inputs[1 - then]
        return None

    def _place(self, tensor: Tensor) -> Path:
        if tensor in self.refs.root:
            return self.guards.path(self.guards.of(tensor))
        return self.where.get(tensor, ())

    def _result(self, merge: Operation, tensor: Tensor, path: Path, steps: list[Step]) -> int:
        """The value that a branch hands to a Merge; of a variable a copy, for it may be written before its use."""
        number = self._operand(tensor, merge, path, steps)
        if tensor in self.refs.root:
            copy = self._number(tensor)
            steps.append(Step(merge, COPY, (number,), (copy,), {}))
            return copy
        return number

    def _export(self, path: Path, pred: Tensor, results: list[tuple[int, int]]) -> list[int]:
        """The outputs for values made in a branch that ops outside this If still need."""
        outputs = []
        depth = len(path)
        for tensor, place in list(self.where.items()):
            if len(place) <= depth or place[:depth] != path or place[depth][0] is not pred:
                continue
            inner = self.value[tensor]
            passed_on = tensor.op.opdef.role == "switch" and not any(
                op.opdef.role == "merge" for op in tensor.users or ()
            )
            if passed_on or not self._is_wanted(tensor):
                del self.where[tensor]  # what a Switch lets through has its value outside as well
            else:
                results.append((inner, NEVER) if place[depth][1] else (NEVER, inner))
                outputs.append(self._define(tensor, path))
        return outputs

    def _is_wanted(self, tensor: Tensor) -> bool:
        return tensor in self.fetched or any(op in self.waiting and op not in self.done for op in tensor.users or ())

    def _break_cycle(self, steps: list[Step]) -> None:
        """The rules of the variables contradict each other: give the readers of one write a copy of the old value."""
        for write, readers in sorted(self.readers_before.items(), key=lambda item: item[0]._id):
            blocked = [op for op in readers if op not in self.done]
            if write in self.done or len(blocked) != self.waiting[write]:
                continue
            for op in blocked:
                for tensor in op.inputs:
                    root = self.refs.root.get(tensor)
                    if root is not None and write in self.refs.writes.get(root, ()):
                        self._snapshot(op, root, steps)
                self.followers[op].remove(write)
                self.waiting[write] -= 1
            self.readers_before[write] = set()
            self._push(write)
            return
        names = ", ".join(op.name for op in self.ops.values() if op not in self.done)
        raise ValueError(f"The graph has a cycle through: {names[:500]}")

    def _snapshot(self, op: Operation, root: Tensor, steps: list[Step]) -> None:
        key = (root, self.refs.version(op, root))
        if key not in self.snapshots:
            number = self._read(root, root, key[1], (), steps)
            self.snapshots[key] = self._number(root)
            steps.append(Step(root.op, COPY, (number,), (self.snapshots[key],), {}))

    # -- steps -----------------------------------------------------------------------------------------------

    def _define(self, tensor: Tensor, path: Path) -> int:
        number = self._number(tensor)
        if tensor in self.fed:  # its op runs for another output; what is fed keeps its fed value
            return number
        self.value[tensor] = number
        if path:
            self.where[tensor] = path
        else:
            self.where.pop(tensor, None)
        return number

    def _emit(self, op: Operation, path: Path, steps: list[Step]) -> None:
        opdef = op.opdef
        if self.guards.never(op) or (op.outputs and op.outputs[0] in self.refs.root and opdef.alias):
            return  # an alias of a variable is read where it is used
        if opdef.role == "switch":
            for tensor in op.outputs:
                if tensor not in self.refs.root and tensor not in self.fed:
                    self.value[tensor] = self._operand(op.inputs[0], op, path, steps)
                    self.where[tensor] = self.guards.path(self.guards.of(tensor))
            return
        inputs = []
        for index, tensor in enumerate(op.inputs):
            as_ref = opdef.has_refs and index < opdef.n_inputs and opdef.inputs[index].is_ref
            if as_ref:
                inputs.append(self._cell(tensor, op))
            else:
                inputs.append(self._operand(tensor, op, path, steps))
        attrs = op.attrs
        if op in self.by_constant:
            inputs[1] = self._number()
            steps.append(Step(op, LITERAL, (), (inputs[1],), {"value": self.by_constant[op]}))
            opdef, attrs = opdef.times_reciprocal or opdef, {}
        steps.append(Step(op, opdef, inputs, [self._define(t, path) for t in op.outputs], attrs))

    def _cell(self, tensor: Tensor, op: Operation) -> int:
        root = self.refs.root.get(tensor)
        if root is None:
            return self.value[tensor]
        first = self.refs.writes.get(root, [op])[0]
        if op is first and not op.opdef.allows_uninitialized and not self.guards.path_of(op):
            self.needed[root.op] = None
        return self.value[root]

    def _operand(self, tensor: Tensor, op: Operation, path: Path, steps: list[Step]) -> int:
        root = self.refs.root.get(tensor)
        if root is None:
            return self.value[tensor]
        return self._read(tensor, root, self.refs.version(op, root), path, steps)

    def _read(self, tensor: Tensor, root: Tensor, version: int, path: Path, steps: list[Step]) -> int:
        """The value of a variable, or of a view of it, as an op of some version sees it."""
        chain = []
        while not self._known(tensor, version, path) and tensor is not root:
            if tensor.op.opdef.alias:
                chain.append(tensor.op)
            tensor = tensor.op.inputs[0]
        number = self._known(tensor, version, path)
        if number is None:
            number = self._number(tensor)
            steps.append(Step(root.op, READ, (self.value[root],), (number,), {}))
            self.reads[tensor, version, path] = number
            unwritten = version == 0 or (version == -1 and root not in self.refs.writes)
            if unwritten and not path:
                self.needed[root.op] = None
        for op in reversed(chain):
            rest = [self._operand(t, op, path, steps) for t in op.inputs[1:]]
            out = self._number(op.outputs[0])
            steps.append(Step(op, op.opdef, (number, *rest), (out,), op.attrs))
            number = self.reads[op.outputs[0], version, path] = out
        return number

    def _known(self, tensor: Tensor, version: int, path: Path) -> int | None:
        """The number under which this version was read already, in this block or one around it."""
        snapshot = self.snapshots.get((tensor, version))
        if snapshot is not None:
            return snapshot
        for depth in range(len(path), -1, -1):
            found = self.reads.get((tensor, version, path[:depth]))
            if found is not None:
                return found
        return None

    def _fetch(self, tensor: Tensor, steps: list[Step]) -> int:
        """A fetched variable shows the end of the run."""
        root = self.refs.root.get(tensor)
        if root is not None:
            return self._read(tensor, root, -1, (), steps)
        if tensor not in self.value:
            # it lies in both branches of one predicate: no run ever gives it a value
            return NEVER
        return self.value[tensor]
