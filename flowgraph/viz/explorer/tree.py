"""The tree that the explorer opens and closes: name scopes, and slices of those with too much in them.

(all) ── layer1 ── weights          a name scope, a variable's own scope
├─ gradients ── layer1 ...
└─ op_1 … op_60               a slice: ops that no scope groups, in the order in which they were made
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation
from flowgraph.viz.labels import parent
from flowgraph.viz.roles import gradient_scope

CROWD = 120
"""A scope with more than so many things in it gets slices."""
SLICE = 60


@dataclass(slots=True, eq=False)
class Group:
    """A scope or a slice.

    Attributes:
      path: the name scope with its last slash, or the names of the first and last op of a slice.
      label: what the box says.
      outer: the index of the group around it; -1 for the outermost.
      kind: its look, a key of `palette.LOOKS`.
    """

    path: str
    label: str
    outer: int
    kind: str = "scope"


def tree(ops: Sequence[Operation]) -> tuple[list[Group], list[int]]:
    """The groups, each after the one around it, and for each op the index of the group that it is in.

    >>> with tf.name_scope("layer"):
    ...     h = tf.nn.relu(tf.constant([1.0]))
    >>> groups, homes = tree(h.graph.get_operations())
    >>> [group.label for group in groups], homes
    (['', 'layer'], [1, 1])
    """
    groups = [Group("", "", -1)]
    by_path = {"": 0}
    scopes = _scopes(ops)
    homes = [_group_of(op.name if op.name in scopes else parent(op.name), groups, by_path) for op in ops]
    for op in ops:
        if op.opdef.effect is Effect.STATE and op.name in by_path:
            groups[by_path[op.name]].kind = "variable"
    return _sliced(groups, homes, ops)


def _scopes(ops: Sequence[Operation]) -> set[str]:
    """All name scopes that ops are in; an op with the name of one is drawn inside it."""
    found: set[str] = set()
    for op in ops:
        scope = parent(op.name)
        while scope and scope not in found:
            found.add(scope)
            scope = parent(scope)
    return found


def _group_of(path: str, groups: list[Group], by_path: dict[str, int]) -> int:
    missing = []
    while path not in by_path:
        missing.append(path)
        path = parent(path)
    for path in reversed(missing):
        kind = "gradient" if gradient_scope(path + "/") else "scope"
        by_path[path] = len(groups)
        groups.append(Group(path + "/", path.rpartition("/")[2], by_path[parent(path)], kind))
    return by_path[(missing or [path])[0]]


def _sliced(groups: list[Group], homes: list[int], ops: Sequence[Operation]) -> tuple[list[Group], list[int]]:
    """Slices where a group holds a crowd of ops and scopes, and slices of slices until none does.

    A slice is a run of them in the order of making, so that what flows between slices of ops never runs in a circle.
    """
    inside: dict[int, list[_Thing]] = {}
    for at, home in enumerate(homes):
        inside.setdefault(home, []).append(_Thing(at, at, -1))
    for group, at in _first_ops(groups, homes).items():
        inside.setdefault(groups[group].outer, []).append(_Thing(at, -1, group))
    for home, things in inside.items():
        if len(things) > CROWD:
            things.sort(key=lambda thing: (thing.first, thing.group))
            _slice(home, things, groups, homes, ops)
    return _outermost_first(groups, homes)


@dataclass(slots=True, frozen=True)
class _Thing:
    """What a slice holds: an op or a group, of which one is -1; `first` is the first op in it."""

    first: int
    op: int
    group: int


def _first_ops(groups: Sequence[Group], homes: Sequence[int]) -> dict[int, int]:
    """For each group but the outermost, the first op in it or in a group inside it."""
    found: dict[int, int] = {}
    for at, home in enumerate(homes):
        group = home
        while group > 0 and group not in found:
            found[group] = at
            group = groups[group].outer
    return found


def _slice(home: int, things: list[_Thing], groups: list[Group], homes: list[int], ops: Sequence[Operation]) -> None:
    runs = [things[at : at + SLICE] for at in range(0, len(things), SLICE)]
    levels = [runs]  # the smallest slices first, then slices of those
    while len(levels[-1]) > CROWD:
        last = levels[-1]
        levels.append([[thing for run in last[i : i + SLICE] for thing in run] for i in range(0, len(last), SLICE)])
    kind = "gradient" if groups[home].kind == "gradient" else "scope"
    outer = [home] * len(levels[-1])
    for depth, level in enumerate(reversed(levels)):
        made = []
        for run, around in zip(level, outer, strict=True):
            first, last_name = (_name(thing, groups, ops) for thing in (run[0], run[-1]))
            label = f"{first.rpartition('/')[2]} …"
            groups.append(Group(f"{first} … {last_name}", label, around, kind))
            made.append(len(groups) - 1)
            for thing in run:
                if thing.group < 0:
                    homes[thing.op] = made[-1]
                else:
                    groups[thing.group].outer = made[-1]
        below = len(levels) - depth - 2
        if below >= 0:
            outer = [made[i // SLICE] for i in range(len(levels[below]))]


def _name(thing: _Thing, groups: Sequence[Group], ops: Sequence[Operation]) -> str:
    return ops[thing.op].name if thing.group < 0 else groups[thing.group].path.rstrip("/")


def _outermost_first(groups: list[Group], homes: list[int]) -> tuple[list[Group], list[int]]:
    """The same tree with each group after the one around it."""
    inner: dict[int, list[int]] = {}
    for at, group in enumerate(groups):
        inner.setdefault(group.outer, []).append(at)
    order = [0]
    for at in order:  # it grows meanwhile
        order.extend(inner.get(at, []))
    place = {at: number for number, at in enumerate(order)}
    for group in groups[1:]:
        group.outer = place[group.outer]
    return [groups[at] for at in order], [place[home] for home in homes]
