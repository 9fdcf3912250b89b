"""When each op's turn comes: after all that it waits for, oldest first, the ops of one branch together.

What may have to wait for another run comes last among all that could run.

An op of a branch is not held back by its inputs alone (`patience.py`).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise

from flowgraph.ir.frames import Loops
from flowgraph.ir.guards import Guards, Path, Predicate
from flowgraph.ir.opdef import Effect
from flowgraph.ir.patience import patience
from flowgraph.ir.refs import Refs
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import sources


class Schedule:
    """The ops that wait, those that are ready, and those that are done.

    Attributes:
      in_order: the ops, where they stand in the order of their turns: then none of them waits here.
      done: the ops whose turn has been.
      asked_for: how many ops that are not done need each predicate.
    """

    def __init__(
        self, ops: Collection[Operation], fed: Collection[Tensor], refs: Refs, guards: Guards, loops: Loops
    ) -> None:
        self._guards, self._loops = guards, loops
        edges = refs.edges
        self.in_order: Collection[Operation] = ()
        if _stand_by_turn(ops, edges, guards, loops):
            self.in_order, ops, edges = ops, (), []
        self._by_age = {op._id: op for op in ops}
        self._ready: dict[Path, list[int]] = {(): []}
        self._waiters: dict[Path, list[int]] = {}  # ready ops that may have to wait for another run
        self._merges: dict[Path, list[Operation]] = {}
        self._branches: dict[Path, list[tuple[int, Predicate]]] = {}  # ready ops in branches of each block
        self.done: set[Operation] = set()
        self.asked_for: Counter[Predicate] = Counter()
        self._waiting: dict[Operation, int] = {}
        self._followers: dict[Operation, list[Operation]] = {op: [] for op in ops}
        self._readers_before: dict[Operation, set[Operation]] = {}
        for op in ops:
            awaited = sources(op, fed, self._followers, loops)
            for source in awaited:
                self._followers[source].append(op)
            self._waiting[op] = len(awaited)
        # op -> the op outside its branch whose turn it awaits although it could run, and the other way round
        self._bides = patience(ops, self._followers, guards) if guards.has_branches else {}
        self._biding: dict[Operation, list[Operation]] = {}
        for earlier, later in edges:
            self._followers[earlier].append(later)
            self._waiting[later] += 1
            self._readers_before.setdefault(later, set()).add(earlier)
        if guards.has_branches:
            for op in ops:
                self.asked_for.update(guards.predicates_of(op))
        self._settle([op for op, count in self._waiting.items() if count == 0])

    def _settle(self, ready: Iterable[Operation]) -> None:
        """Queue ops that are ready; those that never run are done at once."""
        stack = list(ready)
        while stack:
            op = stack.pop()
            awaited = self._bides.get(op)
            if self._guards.has_branches and self._guards.never(op):
                stack += self._release(op)
            elif awaited is not None and awaited not in self.done:
                self._biding.setdefault(awaited, []).append(op)
            else:
                self._push(op)

    def _push(self, op: Operation) -> None:
        path = self._guards.path_of(op)
        choices = self._guards.choices.get(op)
        if choices and choices[0][1]:
            self._merges.setdefault(path, []).append(op)
        else:
            heaps = self._ready if op.opdef.begin is None else self._waiters
            heapq.heappush(heaps.setdefault(path, []), op._id)
        for depth in range(len(path)):
            entry = (op._id, path[depth][0])
            heapq.heappush(self._branches.setdefault(path[:depth], []), entry)

    def _release(self, op: Operation) -> list[Operation]:
        """Take note that an op is done; returns the ops that waited for nothing else."""
        self.done.add(op)
        if self._guards.has_branches:
            self.asked_for.subtract(self._guards.predicates_of(op))
        freed = self._biding.pop(op, [])
        for follower in self._followers[op]:
            self._waiting[follower] -= 1
            if self._waiting[follower] == 0 and follower not in self.done:
                freed.append(follower)
        return freed

    def finish(self, op: Operation) -> None:
        """An op has had its turn."""
        self._settle(self._release(op))

    def waits(self, op: Operation) -> bool:
        """Whether an op is needed in this Program and has not had its turn."""
        return op in self._waiting and op not in self.done

    @property
    def remaining(self) -> list[Operation]:
        """The ops whose turn has not been."""
        return [op for op in self._waiting if op not in self.done]

    def take(self, path: Path) -> Operation | None:
        """The oldest op that is ready in a block."""
        return self._oldest(self._ready.get(path))

    def take_waiter(self, path: Path) -> Operation | None:
        """The oldest op that is ready in a block and may have to wait for another run."""
        return self._oldest(self._waiters.get(path))

    def _oldest(self, heap: list[int] | None) -> Operation | None:
        while heap:
            op = self._by_age[heapq.heappop(heap)]
            if op not in self.done:
                return op
        return None

    def merges_in(self, path: Path) -> list[Operation]:
        """The Merges of branches that are ready in a block, oldest first."""
        waiting = [op for op in self._merges.get(path, ()) if op not in self.done]
        self._merges[path] = sorted(waiting, key=lambda op: op._id)
        return list(self._merges[path])

    def hurry(self) -> bool:
        """Where nothing is ready any more: let those that bide their time run now. Returns whether there are any."""
        hasty = [op for ops in self._biding.values() for op in ops]
        self._biding.clear()
        self._bides.clear()
        self._settle(hasty)
        return bool(hasty)

    def hurry_a_loop(self) -> bool:
        """Where nothing is ready: let a loop begin before what it only waits for. Returns whether there was one.

        TensorFlow starts a loop value by value. The gradient of a loop counts its iterations with one variable more,
        and what that one waits for (`with tf.control_dependencies(updates): optimizer.minimize(loss)`) may need the
        loop itself.
        """
        for leader in self.remaining:
            loop = self._loops.of.get(leader)
            if loop is not None:
                freed = self._free(leader, loop.late)
                for tensor in loop.initial:
                    if _only_enters_loops(tensor.op):
                        freed |= self._free(tensor.op, tensor.op.control)
                if freed:
                    return True
        return False

    def _free(self, op: Operation, late: Iterable[Operation]) -> bool:
        """An op waits no more for these; returns whether it did."""
        waited = [source for source in late if source in self._followers and source not in self.done]
        waited = [source for source in waited if op in self._followers[source]]
        for source in waited:
            self._followers[source].remove(op)
            self._waiting[op] -= 1
        if waited and not self._waiting[op]:
            self._settle([op])
        return bool(waited)

    def next_branch(self, path: Path) -> tuple[Operation, Predicate] | None:
        """The oldest ready op in the branches of a block, and the predicate that leads to it."""
        heap = self._branches.get(path)
        while heap:
            op_id, predicate = heap[0]
            op = self._by_age[op_id]
            if op not in self.done:
                return op, predicate
            heapq.heappop(heap)
        return None

    def free_a_write(self) -> tuple[Operation, list[Operation]] | None:
        """Where the edges of the variables close a cycle: a write, and the readers that it stops waiting for.

        Returns None when no write waits for readers alone.
        """
        for write, readers in sorted(self._readers_before.items(), key=lambda item: item[0]._id):
            blocked = sorted((op for op in readers if op not in self.done), key=lambda op: op._id)
            if write in self.done or not blocked or len(blocked) != self._waiting[write]:
                continue
            for op in blocked:
                self._followers[op].remove(write)
            self._waiting[write] = 0
            self._readers_before[write] = set()
            self._settle([write])
            return write, blocked
        return None


def _stand_by_turn(
    ops: Collection[Operation], edges: Iterable[tuple[Operation, Operation]], guards: Guards, loops: Loops
) -> bool:
    """Whether ops, which stand inputs first, stand in the very order in which their turns would come.

    So it is in most graphs: all stand by age, and nothing but their inputs and older readers holds them up.
    """
    if guards.has_branches or loops.of or any(op.opdef.begin is not None for op in ops):
        return False
    if any(later._id < earlier._id for earlier, later in edges):
        return False
    return all(op._id < following._id for op, following in pairwise(ops))


def _only_enters_loops(op: Operation) -> bool:
    """Whether an op is a constant that nothing but Enters take."""
    if op.inputs or op.opdef.role or op.opdef.effect is not Effect.NONE or len(op.outputs) != 1:
        return False
    users = op.outputs[0].users or ()
    return bool(users) and all(user.opdef.role == "enter" for user in users)
