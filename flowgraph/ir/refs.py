"""Who reads and who writes which variable in a run, and what must therefore come first.

A ref variable is one buffer. `read`, Identity, Switch, reshapes and the output of Assign carry the variable itself;
the first op that computes from it is its reader. The rule (one run, one variable):

    reader that does not depend on a write        before that write
    reader that depends on it                     after it, by its own dependency
    two writes that do not depend on each other   in the order in which they were made

The rules become extra edges for the scheduler. Where they would close a cycle it keeps a copy of the old value.

A resource variable is one buffer, too. Its handle goes through the same ops; its readers are the ReadVariableOps, and
what they give stays as it was (`reads.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from flowgraph import dtypes as dt
from flowgraph.ir.frames import NO_LOOPS, Loop, Loops
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation, Tensor


def before_switches(tensor: Tensor) -> Tensor:
    """What went into the Switches that a tensor comes from."""
    while tensor.op.opdef.role == "switch":
        tensor = tensor.op.inputs[0]
    return tensor


class Refs:
    """What is known of the variables in a set of ops.

    Attributes:
      given: in the body of a loop, the tensors that bring in a variable, and the one of them that stands for it.
      root: for every tensor that is a variable under any name, the tensor of the variable itself.
      loose: for a Merge of values, the variables that some branch hands out as they are.
      parts: for a Merge of different variables, which counts as a variable itself, those that it may be.
      writes: for each variable the ops that change it, oldest first.
      edges: (earlier op, later op) pairs that the rules ask for.
    """

    def __init__(
        self,
        ops: Sequence[Operation],
        fed: Iterable[Tensor],
        loops: Loops = NO_LOOPS,
        given: Mapping[Tensor, Tensor] | None = None,
    ) -> None:
        self.given = dict(given or {})
        self.root: dict[Tensor, Tensor] = dict(self.given)
        self.parts: dict[Tensor, tuple[Tensor, ...]] = {}
        self.loose: dict[Tensor, tuple[Tensor, ...]] = {}
        self._loops = loops
        self.writes: dict[Tensor, list[Operation]] = {}
        self.edges: list[tuple[Operation, Operation]] = []
        self._mask: dict[Operation, int] = {}  # the writes that an op depends on, itself included, as bits
        self._bit: dict[Operation, int] = {}  # each write's own bit
        self._bits: dict[Tensor, int] = {}  # those of all writes to a variable
        self._readers: dict[Tensor, list[Operation]] = {}
        self._find_roots(ops, frozenset(fed))
        if self.root:
            self._find_uses(ops)
            if self.writes:
                self._mask_writes(ops)

    def _find_roots(self, ops: Sequence[Operation], fed: frozenset[Tensor]) -> None:
        for op in ops:
            opdef = op.opdef
            if opdef.effect is Effect.STATE:
                for tensor in op.outputs:
                    if (tensor.dtype.is_ref or opdef.role == "handle") and tensor not in fed:
                        self.root[tensor] = tensor
            elif opdef.role == "merge":
                if self.root and op.outputs[0] not in fed:
                    self._merge(op)
            elif op.inputs and self.root and (opdef.alias or opdef.role == "switch" or opdef.has_refs):
                root = self.root.get(op.inputs[0])
                returns_ref = op.outputs and op.outputs[0].dtype.is_ref
                if root is not None and (opdef.alias or opdef.role == "switch" or returns_ref):
                    for tensor in op.outputs if opdef.role == "switch" else op.outputs[:1]:
                        if tensor not in fed:
                            self.root[tensor] = root

    def _merge(self, op: Operation) -> None:
        """The output of a Merge of references or handles is their variable, or one that a run chooses among them."""
        merged = op.outputs[0]
        roots = [self.root.get(tensor) for tensor in op.inputs]
        if not (merged.dtype.is_ref or merged.dtype is dt.resource) or None in roots:
            found = dict.fromkeys(root for tensor in op.inputs for root in self._carried(tensor))
            if found and op.context is None:
                self.loose[merged] = tuple(found)
            return
        parts = tuple(dict.fromkeys(part for root in roots if root is not None for part in self._parts(root)))
        if len(parts) == 1:
            self.root[merged] = parts[0]
        else:
            self.root[merged] = merged
            self.parts[merged] = parts

    def _carried(self, tensor: Tensor) -> tuple[Tensor, ...]:
        """The variables that a tensor may be, as they are."""
        root = self.root.get(tensor)
        return self.loose.get(before_switches(tensor), ()) if root is None else (root,)

    def _parts(self, root: Tensor) -> tuple[Tensor, ...]:
        """The variables that a root may be."""
        return self.parts.get(root, (root,))

    def _find_uses(self, ops: Sequence[Operation]) -> None:
        """Note who reads and who writes each variable."""
        readers = self._readers
        for op in ops:
            if op in self._loops.of:
                self._note_loop(op, self._loops.of[op])
                continue
            passes_on = op.outputs and op.outputs[0] in self.root
            for index, tensor in enumerate(op.inputs):
                root = self.root.get(tensor)
                if root is None:
                    continue
                writes = op.opdef.effect is Effect.WRITE and index < op.opdef.n_inputs
                if writes and op.opdef.inputs[index].is_handle:
                    for part in self._parts(root):
                        self.writes.setdefault(part, []).append(op)
                elif not (passes_on and (index == 0 or op.opdef.role == "merge")):
                    for part in self._parts(root):
                        readers.setdefault(part, []).append(op)

    def _note_loop(self, leader: Operation, loop: Loop) -> None:
        """A loop writes the variables that something inside it changes, and reads the others that it takes."""
        changed = {self.root.get(loop.constants[tensor]) for tensor, changes in loop.by_reference.items() if changes}
        for root in dict.fromkeys(self.root.get(tensor) for tensor in self._loops.inputs[leader]):
            for part in () if root is None else self._parts(root):
                (self.writes if root in changed else self._readers).setdefault(part, []).append(leader)

    def _mask_writes(self, ops: Sequence[Operation]) -> None:
        """Give each write a bit, and note for each op the writes that it depends on."""
        bit = self._bit
        for root, writes in self.writes.items():
            self._bits[root] = 0
            for op in writes:
                own = bit.setdefault(op, 1 << len(bit))
                self._bits[root] |= own
        for root, parts in self.parts.items():
            self._bits[root] = 0
            for part in parts:
                self._bits[root] |= self._bits.get(part, 0)
        mask = self._mask
        for op in ops:
            mine = bit.get(op, 0)
            for tensor in self._loops.inputs.get(op, op.inputs):
                mine |= mask.get(tensor.op, 0)
            for source in self._loops.control.get(op, op.control):
                mine |= mask.get(source, 0)
            if mine:
                mask[op] = mine

    def order(
        self,
        exclude: Callable[[Operation, Operation], bool],
        covers: Callable[[Operation, Operation], bool],
    ) -> None:
        """Find the edges that the rules ask for.

        Args:
          exclude: whether no run runs both ops: such ops need no edge.
          covers: whether every run of the first op also runs the second.
        """
        depends = self.depends
        for root, writes in self.writes.items():
            for op in self._readers.get(root, ()):
                self.edges += [
                    (op, write)
                    for i, write in enumerate(writes)
                    if write is not op
                    and not depends(op, write)
                    and not exclude(op, write)
                    and not self._comes_after(op, write, writes[i + 1 :], exclude)
                ]
            for i, later in enumerate(writes):
                for earlier in reversed(writes[:i]):
                    if exclude(earlier, later):
                        continue
                    if not depends(earlier, later) and not depends(later, earlier):
                        self.edges.append((earlier, later))
                    if covers(later, earlier):
                        break  # what it excludes, `later` excludes too: the rest comes before it
        if self.parts:
            self.edges = list(dict.fromkeys(self.edges))  # two ops may share several variables

    def _comes_after(
        self,
        op: Operation,
        write: Operation,
        later: Sequence[Operation],
        exclude: Callable[[Operation, Operation], bool],
    ) -> bool:
        """Whether a reader that does not depend on a write depends on one that comes after it, by order alone.

        Two calls of one batch normalization do this: each has a Merge of its update with the average as it was.
        """
        depends = self.depends
        return any(depends(op, other) and not depends(write, other) and not exclude(write, other) for other in later)

    def writes_to(self, root: Tensor) -> Sequence[Operation]:
        """The ops that change a variable, or one of those that it may be."""
        if root not in self.parts:
            return self.writes.get(root, ())
        return [op for part in self.parts[root] for op in self.writes.get(part, ())]

    def depends(self, op: Operation, write: Operation) -> bool:
        """Whether `op` runs after `write` by its own dependencies."""
        return bool(self._mask.get(op, 0) & self._bit[write])

    def version(self, op: Operation, root: Tensor) -> int:
        """Which writes of a variable `op` sees: ops of one version see one value."""
        return self._mask.get(op, 0) & self._bits.get(root, 0)

    def loose_version(self, op: Operation, merged: Tensor) -> int:
        """The same for all variables that a Merge may have taken as they are."""
        return sum(self.version(op, root) for root in self.loose[merged])

    def version_in(self, loose_version: int, root: Tensor) -> int:
        """What a version for several variables says of one of them; -1 is the end of the run for all."""
        return -1 if loose_version == -1 else loose_version & self._bits.get(root, 0)
