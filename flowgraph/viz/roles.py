"""What kind of thing an op is, for drawing: asked of its OpDef, not of a list of names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flowgraph.dtypes import variant
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation
from flowgraph.ops.constant import CONST

_GRADIENTS = re.compile(r"(?:^|/)gradients(?:_\d+)?(?=/)")
_BY_EFFECT = {
    Effect.RANDOM: "random",
    Effect.STATE: "variable",
    Effect.WRITE: "update",
    Effect.WORLD: "world",
}


def kind_of(op: Operation) -> str:
    """The key of `palette.LOOKS` for one op, losses and gradients apart."""
    opdef = op.opdef
    if opdef is CONST:
        return "constant"
    if opdef.role in ("placeholder", "default"):
        return "placeholder"
    if opdef.role is not None and opdef.role not in ("handle", "read"):
        return "control"
    if opdef.effect is Effect.RANDOM and op.outputs and op.outputs[0].dtype is variant:
        return "op"  # a dataset: may draw when it is read, and is never merged with another
    if opdef.effect in _BY_EFFECT:
        return _BY_EFFECT[opdef.effect]
    if not op.inputs and not opdef.outputs:
        return "group"
    return "op"


def gradient_scope(name: str) -> str | None:
    """The scope in which `tf.gradients` made the op of that name: None for an op of the forward graph.

    >>> gradient_scope("train/gradients/loss/Mean_grad/truediv")
    'train/gradients'
    """
    found = _GRADIENTS.search(name)
    return name[: found.end()] if found else None


def forward_name(rest: str, names: Iterable[str]) -> str | None:
    """The forward op whose gradient an op belongs to, from its name inside the gradients' scope.

    >>> forward_name("loss/Mean_grad/tuple/group_deps", {"loss/Mean"})
    'loss/Mean'
    """
    at = rest.find("_grad/")
    while at >= 0:
        if rest[:at] in names:
            return rest[:at]
        at = rest.find("_grad/", at + 1)
    return None


def losses(ops: Iterable[Operation], names: dict[str, Operation]) -> set[Operation]:
    """The ops whose gradients were asked for: those that the gradients' first values go to."""
    found: set[Operation] = set()
    followers: dict[Operation, list[Operation]] = {}
    starts = []
    for op in ops:
        for earlier in op.control:
            followers.setdefault(earlier, []).append(op)
        scope = gradient_scope(op.name)
        if scope and op.name.startswith("grad_ys_", len(scope) + 1):
            starts.append((scope, op))
    for scope, start in starts:
        for fill in [start, *_users(start)]:
            for user in [*_users(fill), *followers.get(fill, ())]:
                forward = forward_name(user.name[len(scope) + 1 :], names)
                if user.name.startswith(scope + "/") and forward is not None:
                    found.add(names[forward])
    return found


def _users(op: Operation) -> list[Operation]:
    return [user for tensor in op.outputs for user in tensor.users or ()]
