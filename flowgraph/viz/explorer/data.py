"""What the explorer's page knows of a graph: plain lists and texts, each text once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.graph import Graph
from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Operation
from flowgraph.viz import fold
from flowgraph.viz.build import chosen
from flowgraph.viz.explorer.tree import tree
from flowgraph.viz.labels import brief, shape_text, short, writes
from flowgraph.viz.palette import LOOKS
from flowgraph.viz.roles import forward_name, gradient_scope, kind_of


class Table:
    """Texts by number, each kept once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


def page_data(
    graph: Graph,
    fetches: Any = None,
    values: Sequence[Mapping[str, Any]] = (),
    runs: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The graph for the page: see `_op` for what stands for an op, and `tree.Group` for groups.

    Args:
      graph: the graph.
      fetches: only what these need; None for all of it.
      values: one mapping for each recorded run, from names of tensors to what `values.summary` gives.
      runs: what else is told of these runs: see `explore`.
    """
    ops, keep = chosen(graph, fetches)
    index = {op: at for at, op in enumerate(ops)}
    home = _folded(ops, keep)
    groups, homes = tree(ops)
    table = Table()
    return {
        "kinds": list(LOOKS),
        "groups": [[g.path, g.label, g.outer, _KINDS[g.kind]] for g in groups],
        "ops": [_op(op, index, home, homes[at], table) for at, op in enumerate(ops)],
        "gradients": _gradients(ops, index),
        "texts": table.texts,
        "values": [dict(run) for run in values],
        "runs": [_run(run, {op.name: at for op, at in index.items()}) for run in runs],
    }


_KINDS = {kind: number for number, kind in enumerate(LOOKS)}


def _folded(ops: Sequence[Operation], keep: set[Operation]) -> fold.Home:
    """What is a detail of something else: initial values, constants that are arguments, reads of variables."""
    home = fold.first_homes(ops)
    fold.fold_constants(home, keep)
    fold.hide_unused_pivots(home, keep)
    fold.fold_variables(home, keep, initialization=False)
    return home


def _op(op: Operation, index: dict[Operation, int], home: fold.Home, group: int, table: Table) -> list[Any]:
    """An op as a list, in the order of `OP` in `page/model.js`.

    Inputs are pairs of an op and one of its outputs (-1 for what is left out of the picture). What it is part of is
    -1 for an op that is drawn, -2 for one that is only drawn with all details, else the op that stands for it. Last
    come the inputs that are variables which it changes.
    """
    node = home[op]
    notes = node.notes if node is not None and node.ops[0] is op else []
    part = -2 if node is None else -1 if node.ops[0] is op else index[node.ops[0]]
    # before folding a node's kind may be another: a loss is told by the gradients that start there
    kind = node.kind if node is not None and node.ops[0] is op else kind_of(op)
    return [
        op.name,
        table.number(op.type),
        _KINDS[kind],
        group,
        [number for t in op.inputs for number in (index.get(t.op, -1), t.value_index)],
        [index[earlier] for earlier in op.control if earlier in index],
        [table.number(shape_text(t)) for t in op.outputs],
        [table.number(f"{name} = {_attr(value)}") for name, value in sorted(op.node_attrs().items())],
        -1 if op.site is None else table.number(f"{errors.place(op.site)}\n{errors.source_line(op.site)}"),
        [table.number(short(note)) for note in notes[:4]],
        part,
        [slot for slot in range(len(op.inputs)) if op.opdef.effect is Effect.WRITE and writes(op, slot)],
    ]


def _run(run: Mapping[str, Any], index: Mapping[str, int]) -> dict[str, Any]:
    """A run with the numbers of its ops instead of their names; times in seconds."""
    return {
        "title": run.get("title", ""),
        "ops": [
            [index[name], float(f"{seconds:.3g}"), int(size), times]
            for name, (seconds, size, times) in run.get("ops", {}).items()
            if name in index
        ],
        "failed": index.get(run.get("failed") or "", -1),
        "bad": index.get(run.get("bad") or "", -1),
        "error": run.get("error") or "",
        "said": run.get("said") or "",
    }


def _attr(value: Any) -> str:
    """An attr's value in a few words."""
    if isinstance(value, DType):
        return value.name
    if isinstance(value, np.ndarray):
        return brief(value)
    if isinstance(value, bytes):
        return short(repr(value.decode("utf-8", "replace")), 80)
    if isinstance(value, list | tuple):
        return short(f"[{', '.join(_attr(item) for item in value)}]", 80)
    return short(str(value), 80)


def _gradients(ops: Sequence[Operation], index: dict[Operation, int]) -> list[list[int]]:
    """Pairs of an op and one that `tf.gradients` made for it."""
    names = {op.name: op for op in ops}
    pairs = []
    for op in ops:
        scope = gradient_scope(op.name)
        forward = forward_name(op.name[len(scope) + 1 :], names) if scope is not None else None
        if forward is not None:
            pairs.append([index[names[forward]], index[op]])
    return pairs
