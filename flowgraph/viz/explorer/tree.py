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
    """Slices where a group holds a crowd of ops, and slices of slices until none does.

    A slice is a run of ops in the order of making, so that what flows between slices never runs in a circle.
    """
    inside: dict[int, list[int]] = {}
    for at, home in enumerate(homes):
        inside.setdefault(home, []).append(at)
    for home, members in inside.items():
        if len(members) > CROWD:
            _slice(home, members, groups, homes, ops)
    return groups, homes


def _slice(home: int, members: list[int], groups: list[Group], homes: list[int], ops: Sequence[Operation]) -> None:
    runs = [members[at : at + SLICE] for at in range(0, len(members), SLICE)]
    levels = [runs]  # the smallest slices first, then slices of those
    while len(levels[-1]) > CROWD:
        last = levels[-1]
        levels.append([[at for run in last[i : i + SLICE] for at in run] for i in range(0, len(last), SLICE)])
    outer = [home] * len(levels[-1])
    for depth, level in enumerate(reversed(levels)):
        made = []
        for run, around in zip(level, outer, strict=True):
            first, last_name = ops[run[0]].name, ops[run[-1]].name
            groups.append(Group(f"{first} … {last_name}", f"{first} …", around))
            made.append(len(groups) - 1)
            for at in run:
                homes[at] = made[-1]
        below = len(levels) - depth - 2
        if below >= 0:
            outer = [made[i // SLICE] for i in range(len(levels[below]))]
