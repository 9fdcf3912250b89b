"""What an op in a branch waits for although it could run: the rest of its branch.

The zeros that tf.gradients makes for the other branch are ready long before the gradient of this one is. Computed
at once they would make an If of their own, and lie about until they are merged. So a pure op bides its time until
all is there that its goal needs from outside the branch. Its goal is the first Merge, or op with an effect, that
needs it:

    z ── (a loss, its gradient) ── g ── Switch ── mul ── Merge      ones, in the branch beside mul, awaits g
                         x ── Switch ── ones ─────────────┘
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flowgraph.ir.guards import Guards
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation

_MOVABLE = (Effect.NONE, Effect.RANDOM)


def patience(
    ops: Collection[Operation], followers: Mapping[Operation, Sequence[Operation]], guards: Guards
) -> dict[Operation, Operation]:
    """For each op that should bide its time, the op that it awaits; `ops` have inputs first."""
    ordered = _by_depth(ops, followers)
    index = {op: i for i, op in enumerate(ordered)}
    outside = _last_outside(ordered, index, followers, guards)
    goals: dict[Operation, int] = {}
    found = {}
    for op in reversed(ordered):
        if op.opdef.role == "merge" or op.opdef.effect not in _MOVABLE:
            goals[op] = index[op]
            continue
        goals[op] = min([goals[follower] for follower in followers[op] if goals[follower] >= 0], default=-1)
        path = guards.path_of(op)
        if path and goals[op] >= 0:
            depth = len(path)
            needs = outside[ordered[goals[op]]]
            last = needs[min(depth, len(needs) - 1)]
            if last > outside[op][depth]:
                found[op] = ordered[last]
    return found


def _by_depth(ops: Collection[Operation], followers: Mapping[Operation, Sequence[Operation]]) -> list[Operation]:
    """The ops, inputs first, in the order in which they could run if all that is ready ran at once."""
    depth = dict.fromkeys(ops, 0)
    for op in ops:
        for follower in followers[op]:
            depth[follower] = max(depth[follower], depth[op] + 1)
    return sorted(ops, key=depth.__getitem__)


def _last_outside(
    ordered: Sequence[Operation],
    index: Mapping[Operation, int],
    followers: Mapping[Operation, Sequence[Operation]],
    guards: Guards,
) -> dict[Operation, list[int]]:
    """For each op and each branch around it, outermost first: the last op outside the branch that it needs.

    For a Merge there is one more entry: the last op that it needs from outside the branches that it joins.
    """
    outside: dict[Operation, list[int]] = {}
    for op in ordered:
        depth = len(guards.path_of(op)) + (op.opdef.role == "merge")
        outside.setdefault(op, []).extend([-1] * (depth + 1 - len(outside.get(op, ()))))
        for follower in followers[op]:
            path = guards.path_of(follower)
            mine = outside.setdefault(follower, [-1] * (len(path) + 1 + (follower.opdef.role == "merge")))
            shared = _shared(guards.path_of(op), path)
            for level in range(1, len(mine)):
                inside = level <= shared or (level > len(path) and len(guards.path_of(op)) > len(path) == shared)
                last = outside[op][level] if inside else index[op]
                mine[level] = max(mine[level], last)
    return outside


def _shared(a: Sequence[object], b: Sequence[object]) -> int:
    """How many items two paths have in common from the start."""
    count = 0
    for x, y in zip(a, b):
        if x != y:
            break
        count += 1
    return count
