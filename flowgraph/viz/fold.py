"""From a graph to what is worth drawing of it: variables made whole, constants inside their ops, gradients in one node.

`home` says in which node each op is drawn. Each fold is a function that moves ops to another home; None hides them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation
from flowgraph.ops.constant import CONST
from flowgraph.viz.labels import argument_of, brief, parent
from flowgraph.viz.picture import Node
from flowgraph.viz.roles import forward_name, gradient_scope, kind_of, losses

MOST_GRADIENT_NODES = 12

Home = dict[Operation, "Node | None"]


def first_homes(ops: Sequence[Operation]) -> Home:
    """Each op in a node of its own."""
    names = {op.name: op for op in ops}
    roots = losses(ops, names)
    return {op: Node("loss" if op in roots else kind_of(op), [op], parent(op.name)) for op in ops}


def merge_into(home: Home, node: Node, ops: Iterable[Operation]) -> None:
    """Let `node` stand for these ops as well."""
    for op in ops:
        node.ops.append(op)
        home[op] = node


# -- variables -----------------------------------------------------------------------------------------------


def fold_variables(home: Home, keep: set[Operation], initialization: bool) -> None:
    """Draw a variable with its reads as one node, and leave its initialization out unless that is asked for.

    Ops in `keep` (what the caller fetches) are drawn in any case.
    """
    starts, reads = [], []
    for op in home:
        node = home[op]
        if op.opdef.effect is not Effect.STATE or not op.outputs or node is None:
            continue
        own = op.name + "/"
        for user in dict.fromkeys(op.outputs[0].users or ()):
            if user not in home or user in keep:
                continue
            if user.opdef.role == "read" and not user.control:
                reads.append((node, user))  # of a resource variable, beside the op that uses it
            if not user.name.startswith(own):
                continue
            if user.opdef.effect is Effect.WRITE and not initialization:
                starts.append(user)
            elif (user.opdef.alias or user.opdef.effect is Effect.READ) and user.opdef.role is None:
                reads.append((node, user))
    for op in only_initialization(home, starts, keep):
        home[op] = None
    for node, read in reads:
        if home[read] is not None:
            merge_into(home, node, [read])


def only_initialization(home: Home, starts: list[Operation], keep: set[Operation]) -> set[Operation]:
    """The first assignments, all that is computed for them alone, and the ops that only wait for them.

    What `initialized_value()` leaves behind when its `tf.cond` is rewired, a Merge that nobody takes, goes too.
    """
    users = _users_within(home)
    found = set(starts)
    for op in home:
        if op.control and not op.inputs and not op.outputs and op not in keep and found.issuperset(op.control):
            found.add(op)
    left_behind = {op for op in home if op.opdef.role == "merge" and not users[op] and op not in keep}
    optimistic = _only_for(found | left_behind, users, keep)
    found |= {
        merge
        for merge in left_behind
        if any(not left_behind.issuperset(optimistic.intersection(users[t.op])) for t in merge.inputs if t.op in users)
    }
    return _only_for(found, users, keep)


def _users_within(home: Home) -> dict[Operation, set[Operation]]:
    """For each op that is drawn, the drawn ops that take something from it or wait for it."""
    users: dict[Operation, set[Operation]] = {op: set() for op, node in home.items() if node is not None}
    for op in users:
        for earlier in (*(tensor.op for tensor in op.inputs), *op.control):
            if earlier in users:
                users[earlier].add(op)
    return users


def _only_for(goals: set[Operation], users: dict[Operation, set[Operation]], keep: set[Operation]) -> set[Operation]:
    """The goals and everything that is computed for them alone; variables themselves excepted."""
    found = set(goals)
    stack = list(goals)
    while stack:
        op = stack.pop()
        for source in (*(tensor.op for tensor in op.inputs), *op.control):
            if source in found or source in keep or source not in users or source.opdef.effect is Effect.STATE:
                continue
            if found.issuperset(users[source]):
                found.add(source)
                stack.append(source)
    return found


# -- control flow --------------------------------------------------------------------------------------------


def hide_unused_pivots(home: Home, keep: set[Operation]) -> None:
    """Leave out the `switch_t` and `switch_f` that every `tf.cond` makes, and their Switch, if unused."""
    users = _users_within(home)
    unused = {
        op
        for op in users
        if op.opdef.alias and not users[op] and op not in keep and op.inputs and op.inputs[0].op.opdef.role == "switch"
    }
    for op in _only_for(unused, users, keep):
        if op in unused or op.opdef.role == "switch":
            home[op] = None


# -- constants -----------------------------------------------------------------------------------------------


def fold_constants(home: Home, keep: set[Operation]) -> None:
    """Write a constant into the ops that use it where it is a detail of them: an axis, a shape, the 2 of `x * 2`.

    A constant that the user made as a value (`a = tf.constant(...)`) stays a node.
    """
    scopes = {op.name for op in home if op.inputs}
    for op in [op for op in home if op.opdef is CONST and op not in keep and home[op] is not None]:
        users = [user for user in op.outputs[0].users or () if user in home]
        hidden = [user for user in users if home[user] is None]
        shown = [user for user in dict.fromkeys(users) if home[user] is not None]
        if not shown:
            if hidden:
                home[op] = None
            continue
        slots = [(user, i) for user in shown for i, tensor in enumerate(user.inputs) if tensor.op is op]
        made_inside = parent(op.name) in scopes
        if made_inside or all(is_parameter(user, i) for user, i in slots):
            value = brief(op.attrs.get("value"))
            for user, i in slots:
                node = home[user]
                assert node is not None
                if node.ops[0] is user:
                    node.notes.append(f"{argument_of(user, i)} = {value}")
            home[op] = None


def is_parameter(op: Operation, slot: int) -> bool:
    """Whether input `slot` says where or how many (an axis, a shape), told by TF's signature.

    Such an input is an integer of a type that no output has.
    """
    arg = argument_of(op, slot, whole=True)
    if not op.inputs[slot].dtype.is_integer or arg is None or arg.is_ref:
        return False
    if arg.type_attr is None:
        return True
    return all(output.type_attr != arg.type_attr for output in op.opdef.outputs)


# -- gradients -----------------------------------------------------------------------------------------------


def hide_gradients(home: Home) -> None:
    """Leave out all that `tf.gradients` made."""
    for op in home:
        if gradient_scope(op.name) is not None:
            home[op] = None


def fold_gradients(home: Home) -> None:
    """Draw the gradients of each forward scope as one node; of the whole graph where those were many."""
    names = {op.name for op in home}
    groups: dict[tuple[str, str], list[Operation]] = {}
    loose: list[tuple[str, Operation]] = []
    of: dict[Operation, str] = {}
    for op in home:
        scope = gradient_scope(op.name)
        if scope is None or home[op] is None:
            continue
        rest = op.name[len(scope) + 1 :]
        forward = forward_name(rest, names)
        if forward is None:
            loose.append((scope, op))
        else:
            of[op] = forward.partition("/")[0]
            groups.setdefault((scope, of[op]), []).append(op)
    for scope, op in reversed(loose):  # sums and first values: with those who use them
        users = [user for tensor in op.outputs for user in tensor.users or () if user in of]
        sources = [of.get(t.op) or t.op.name.partition("/")[0] for t in op.inputs]
        of[op] = of[users[0]] if users else (sources[0] if sources else "")
        groups.setdefault((scope, of[op]), []).append(op)
    count = Counter(scope for scope, _ in groups)
    for scope, part in list(groups):
        if count[scope] > MOST_GRADIENT_NODES or not part:
            groups.setdefault((scope, ""), [])
            if part:
                groups[scope, ""].extend(groups.pop((scope, part)))
    for (scope, part), ops in groups.items():
        ops.sort(key=lambda op: op._id)
        node = Node("gradient", [], scope, folded=True, id=f"{scope}/{part}/", title=f"∂ {part or 'gradients'}")
        merge_into(home, node, ops)


# -- scopes --------------------------------------------------------------------------------------------------


def place_in_scopes(home: Home) -> None:
    """An op with the name of a scope (`random_normal` beside `random_normal/mul`) is drawn inside it."""
    nodes = drawn(home)
    scopes = {node.scope for node in nodes}
    for scope in list(scopes):
        while scope:
            scope = parent(scope)
            scopes.add(scope)
    for node in nodes:
        if not node.folded and node.ops[0].name in scopes:
            node.scope = node.ops[0].name


def fold_scopes(home: Home, depth: int) -> None:
    """Draw what lies deeper than `depth` name scopes as one node for each scope there."""
    groups: dict[str, list[Node]] = {}
    for node in drawn(home):
        if node.scope:
            parts = node.scope.split("/")
            if len(parts) > depth:
                groups.setdefault("/".join(parts[: depth + 1]), []).append(node)
    for scope, nodes in groups.items():
        if len(nodes) > 1:
            ops = sorted((op for node in nodes for op in node.ops), key=lambda op: op._id)
            kind = "gradient" if gradient_scope(scope + "/") else "scope"
            lead = next((node for node in nodes if node.kind == "variable" and node.ops[0].name == scope), None)
            if lead is not None:
                kind = "variable"  # with its slots, which are named after it
                ops.remove(lead.ops[0])
                ops.insert(0, lead.ops[0])
            node = Node(kind, [], parent(scope), folded=True, id=scope + "/", title=scope.rpartition("/")[2])
            merge_into(home, node, ops)


def depth_within(home: Home, limit: int) -> int | None:
    """The number of scopes to open so that at most `limit` nodes are drawn; None when all of them can be."""
    nodes = drawn(home)
    if len(nodes) <= limit:
        return None
    paths = [node.scope.split("/") if node.scope else [] for node in nodes]
    best = 0
    for depth in range(1, max(map(len, paths))):
        open_nodes = sum(len(path) <= depth for path in paths)
        closed = {tuple(path[: depth + 1]) for path in paths if len(path) > depth}
        if open_nodes + len(closed) > limit:
            break
        best = depth
    return best


def drawn(home: Home) -> list[Node]:
    """The nodes in use, in the order of their first ops."""
    return list(dict.fromkeys(node for node in home.values() if node is not None))


def by_type(ops: Iterable[Any]) -> str:
    """The most frequent op types of some ops, in a few words."""
    counts = Counter(op.type for op in ops).most_common()
    words = [f"{name} ×{count}" if count > 1 else name for name, count in counts[:3]]
    return ", ".join(words) + (", …" if len(counts) > 3 else "")
