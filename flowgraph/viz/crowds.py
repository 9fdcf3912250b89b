"""When opening no scope still leaves too much to draw: chains become one node, then slices of the order do."""

from __future__ import annotations

from flowgraph.viz.fold import Home, by_type, drawn, merge_into
from flowgraph.viz.picture import Node

_LEAVES = ("constant", "variable")


def fold_crowds(home: Home, limit: int) -> None:
    """Bring the picture down to about `limit` nodes by folding ops that no scope groups."""
    if len(drawn(home)) > limit:
        fold_chains(home)
    if len(drawn(home)) > limit:
        fold_slices(home, limit)


def fold_chains(home: Home) -> None:
    """Draw every run of ops in which each takes from the one before alone as a single node.

    A constant or variable that only one op of the run uses goes with it.
    """
    before, after = _neighbours(home)
    run_of: dict[Node, list[Node]] = {}
    for node in drawn(home):
        if node.kind in _LEAVES:
            continue
        sources = [source for source in before[node] if not _private(source, before, after)]
        run = run_of.get(sources[0]) if len(sources) == 1 else None
        if run is not None and run[-1] is sources[0] and _followers(run[-1], after) == 1 and run[0].scope == node.scope:
            run.append(node)
        elif not node.folded and node.kind != "placeholder":
            run = [node]
        else:
            continue
        run_of[node] = run
    for run in {id(run): run for run in run_of.values()}.values():
        if len(run) > 2:
            leaves = [source for node in run for source in before[node] if _private(source, before, after)]
            _fold(home, run + leaves)


def fold_slices(home: Home, limit: int) -> None:
    """Cut the order of what is still there into slices, each one node; they are convex, so no cycles arise."""
    nodes = [node for node in drawn(home) if not node.folded]
    few = max(1, limit // 5)  # a column of a hundred slices says no more than one of thirty
    size = max(2, -(-len(nodes) // few))
    by_scope: dict[str, list[Node]] = {}
    for node in nodes:
        by_scope.setdefault(node.scope, []).append(node)
    for members in by_scope.values():
        for at in range(0, len(members), size):
            if len(members[at : at + size]) > 1:
                _fold(home, members[at : at + size])


def _fold(home: Home, nodes: list[Node]) -> None:
    ops = sorted({op for node in nodes for op in node.ops}, key=lambda op: op._id)
    first, last = ops[0].name, nodes[-1].ops[0].name
    node = Node("scope", [], nodes[0].scope, folded=True, id=f"{first} … {last}", title=by_type(ops))
    merge_into(home, node, ops)


def _neighbours(home: Home) -> tuple[dict[Node, dict[Node, None]], dict[Node, dict[Node, None]]]:
    before: dict[Node, dict[Node, None]] = {node: {} for node in drawn(home)}
    after: dict[Node, dict[Node, None]] = {node: {} for node in before}
    for op, node in home.items():
        if node is None:
            continue
        for earlier in (*(tensor.op for tensor in op.inputs), *op.control):
            source = home.get(earlier)
            if source is not None and source is not node:
                before[node][source] = None
                after[source][node] = None
    return before, after


def _private(node: Node, before: dict[Node, dict[Node, None]], after: dict[Node, dict[Node, None]]) -> bool:
    return node.kind in _LEAVES and not before[node] and len(after[node]) == 1


def _followers(node: Node, after: dict[Node, dict[Node, None]]) -> int:
    return len(after[node])
