"""Which branches an op lies in: the predicates under which it runs at all, found from Switch and Merge alone.

Here f lies in (pred, False), t in (pred, True), and the Merge in neither: one of its inputs is always there:

    x ── Switch ──false── f ──┐
    pred ──┘  └───true─── t ── Merge
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from flowgraph.ir.frames import Loops
from flowgraph.ir.refs import Refs
from flowgraph.ir.tensor import Operation, Tensor


class Asked(NamedTuple):
    """The predicate of a Switch that asks a variable: the value at one moment, under whatever branch asks."""

    root: Tensor
    version: int
    guard: Guard


class Alive(NamedTuple):
    """Whether a Merge has a value, where that follows from no single predicate."""

    merge: Operation


Predicate: TypeAlias = Tensor | Asked | Alive
Guard: TypeAlias = frozenset[tuple[Predicate, bool]]
Path: TypeAlias = tuple[tuple[Predicate, bool], ...]
"""A guard in order of nesting, the outermost predicate first."""

_FREE: Guard = frozenset()


class Guards:
    """The guards of a set of ops, given in an order in which inputs come first.

    Attributes:
      has_branches: whether there is a Switch or Merge among them.
      asks: the ops at whose turn a variable is asked for a predicate.
      choices: for each Merge the inputs that may have a value, and what each needs beyond the Merge's guard.
    """

    def __init__(self, ops: Sequence[Operation], fed: Iterable[Tensor], refs: Refs, loops: Loops) -> None:
        self._fed = frozenset(fed)
        self._refs, self._loops = refs, loops
        self._guard: dict[Operation, Guard] = {}
        self._where: dict[Operation, Path] = {}
        self._never: set[Operation] = set()
        self._paths: dict[Guard, Path] = {_FREE: ()}
        self._predicates: dict[Operation, Predicate] = {}
        self.asks: dict[Operation, Asked] = {}
        self.choices: dict[Operation, list[tuple[int, Path]]] = {}
        self.has_branches = any(op.opdef.role in ("switch", "merge") for op in ops)
        if not self.has_branches:
            return
        for op in ops:
            guard = self._merged(op) if op.opdef.role == "merge" else self._joined(op)
            if guard:
                self._guard[op] = guard
                if impossible(guard):
                    self._never.add(op)
                else:
                    self._where.setdefault(op, self.path(guard))
            if op.opdef.role == "switch":
                self._open(op, guard)

    def _joined(self, op: Operation) -> Guard:
        guards = [self.of(tensor) for tensor in self._loops.inputs.get(op, op.inputs)]
        guards += [self._guard.get(source, _FREE) for source in self._loops.control.get(op, op.control)]
        guard = _FREE.union(*guards)
        if guard not in self._paths and not impossible(guard):
            # branches of several conds at once: those of the deepest first
            paths = sorted((self.path(part) for part in guards), key=len, reverse=True)
            self._paths[guard] = tuple(dict.fromkeys(item for path in paths for item in path))
        return guard

    def _open(self, switch: Operation, guard: Guard) -> None:
        """Note the predicate of a Switch, and the branches that begin there, inside those it lies in."""
        predicate = self._predicates[switch] = self._predicate(switch)
        if not impossible(guard):
            for taken in (False, True):
                path = dict.fromkeys((*self.path(guard), (predicate, taken)))
                self._paths.setdefault(guard | {(predicate, taken)}, tuple(path))

    def _merged(self, op: Operation) -> Guard:
        """One input with a value is enough; what it waits for by control inputs need not have run."""
        guards = [self.of(tensor) for tensor in op.inputs]
        possible = [(index, guard) for index, guard in enumerate(guards) if not impossible(guard)]
        possible.sort(key=lambda item: op.inputs[item[0]] not in self._fed)  # what is fed is there first
        if not possible:
            return guards[0]
        common = frozenset.intersection(*[guard for _, guard in possible])
        if common not in self._paths:
            self._paths[common] = tuple(item for item in self.path(possible[0][1]) if item in common)
        self._where[op] = self.path(common)  # where it runs, though it need not be alive there
        self.choices[op] = [
            (index, tuple(item for item in self.path(guard) if item not in common)) for index, guard in possible
        ]
        if _covers([guard - common for _, guard in possible]):
            return common
        alive = common | {(Alive(op), True)}
        self._paths[alive] = (*self.path(common), (Alive(op), True))
        return alive

    def _predicate(self, switch: Operation) -> Predicate:
        """What a Switch asks, found through the Identities and Switches that tf.cond puts before it."""
        tensor = switch.inputs[1]
        root = self._refs.root.get(tensor)
        if root is not None:
            itself = self._refs.root.get(switch.inputs[0]) is root or not tensor.op.opdef.alias
            asker = switch if itself else tensor.op
            guard = self._guard.get(asker, _FREE)
            asked = self.asks[asker] = Asked(root, self._refs.version(asker, root), guard)
            return asked
        while tensor not in self._fed and (tensor.op.opdef.alias or tensor.op.opdef.role == "switch"):
            tensor = tensor.op.inputs[0]
        return tensor

    # -- asking ----------------------------------------------------------------------------------------------

    def of(self, tensor: Tensor) -> Guard:
        """Under which predicates a tensor has a value."""
        if tensor in self._fed:
            return _FREE
        guard = self._guard.get(tensor.op, _FREE)
        if tensor.op.opdef.role == "switch":
            guard |= {(self._predicates[tensor.op], tensor.index == 1)}
        return guard

    def path(self, guard: Guard) -> Path:
        """A guard's predicates, outer ones first; of a guard of one of the ops that is not impossible."""
        return self._paths[guard]

    def path_of(self, op: Operation) -> Path:
        """The branches inside which an op is to be put."""
        return self._where.get(op, ())

    def never(self, op: Operation) -> bool:
        """Whether an op lies in both branches of one predicate, and so never runs."""
        return op in self._never

    def exclude(self, a: Operation, b: Operation) -> bool:
        """Whether no run runs both ops."""
        theirs = self._guard.get(b, _FREE)
        return any((predicate, not taken) in theirs for predicate, taken in self._guard.get(a, _FREE))

    def covers(self, a: Operation, b: Operation) -> bool:
        """Whether every run that runs `a` runs `b` as well, as far as branches decide it."""
        return self._guard.get(b, _FREE) <= self._guard.get(a, _FREE)

    def predicates_of(self, op: Operation) -> set[Predicate]:
        """The predicates that must be known when it is an op's turn."""
        found = {predicate for predicate, _ in self.path_of(op)}
        for _, path in self.choices.get(op, ()):
            found.update(predicate for predicate, _ in path)
        return found


def impossible(guard: Guard) -> bool:
    """Whether a guard asks for both answers of one predicate."""
    return len(guard) > 1 and len({predicate for predicate, _ in guard}) < len(guard)


def _covers(guards: Sequence[Guard]) -> bool:
    """Whether one of the guards holds, whatever the predicates say."""
    if not all(guards):
        return True
    if len(guards) < 2:
        return False
    predicate = next(iter(guards[0]))[0]
    for taken in (True, False):
        left = [guard - {(predicate, taken)} for guard in guards if (predicate, not taken) not in guard]
        if not left or not _covers(left):
            return False
    return True
