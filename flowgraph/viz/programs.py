"""Drawings of Programs: what a run really carries out of a graph, and what each pass makes of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import numpy as np

from flowgraph import nest
from flowgraph.ir.build import build_program
from flowgraph.ir.graph import Graph
from flowgraph.ir.program import NEVER, WHILE, Program, Step
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.passes.fuse import FUSED
from flowgraph.passes.pipeline import stages
from flowgraph.viz.dot import demand_direction, write
from flowgraph.viz.labels import shape_text, short
from flowgraph.viz.picture import Cluster, Edge, Node, Picture
from flowgraph.viz.roles import kind_of
from flowgraph.viz.svg import Drawing

_LINES = 8  # of a node that stands for several steps


class Stages:
    """The Program of a run after each stage of its making, by the stage's name; the drawing shows them side by side.

    Attributes:
      programs: {name of the stage: Program}, in order.
    """

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.programs = dict(programs)

    def to_dot(self, rankdir: str = "TB", name: str = "program") -> str:
        """The drawing in Graphviz's language; `tf.viz.render` makes a file of it."""
        demand_direction(rankdir)
        return write(program_picture(self.programs), rankdir, name)

    def to_svg(self, rankdir: str = "TB", name: str = "program") -> str:
        """The drawing as SVG text."""
        demand_direction(rankdir)
        return Drawing(program_picture(self.programs), rankdir).text(name)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {sum(1 for _ in p.walk())} steps" for name, p in self.programs.items())
        return f"<tf.viz.program: {sizes}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        return {"image/svg+xml": self.to_svg(), "text/plain": repr(self)}


def program(graph: Graph, fetches: Any, feeds: Any = ()) -> Stages:
    """What a session would carry out for `run(fetches, feed_dict)`: pruned, in order, with branches and loops lifted.

    A step `_Read` takes the value of a variable at that place; `_If` and `_While` hold Programs of their own. Where
    values are given for what is fed, their shapes tell what the passes of the numpy engine make of it: each that
    changes something adds a stage. (Of variables the shapes are taken that they were made with.)

    Args:
      graph: the graph.
      fetches: tensors, ops, variables, names, or any nesting of them.
      feeds: what would be fed: a feed_dict, or its keys.

    Raises:
      ValueError, KeyError: a fetch or feed is not in the graph, or the shapes do not fit.

    >>> x = tf.placeholder(tf.float32, [], name="x")
    >>> y, unused = tf.reshape(x * 1.0, []) + 0.5, tf.exp(x)
    >>> program(x.graph, y, [x])
    <tf.viz.program: as built: 6 steps>
    >>> program(x.graph, y, {x: 2.0})
    <tf.viz.program: as built: 6 steps, simplify: 4 steps, prune: 2 steps>
    """
    elements = [graph.as_graph_element(item) for item in nest.flatten(fetches)]
    tensors = [item for item in elements if isinstance(item, Tensor)]
    targets = [item for item in elements if isinstance(item, Operation)]
    keys = list(feeds) if isinstance(feeds, Mapping) else nest.flatten(feeds)
    fed = [graph.as_graph_element(item, allow_operation=False) for item in keys]
    built = build_program(tensors, targets, fed)
    found = {"as built": built}
    if isinstance(feeds, Mapping) and all(value is not None for value in feeds.values()):
        found |= _after_passes(built, [np.shape(value) for value in feeds.values()])
    return Stages(found)


def _after_passes(built: Program, shapes: Sequence[tuple[int, ...]]) -> dict[str, Program]:
    """The Program after each pass that changes it."""
    (_, before), *rest = stages(built, shapes, _as_made)
    found: dict[str, Program] = {}
    for name, after in rest:
        if after is not before:
            found[f"{name}, again" if name in found else name] = after
        before = after
    return found


def _as_made(op: Operation) -> SimpleNamespace:
    """What stands for a variable's buffer where there is no session: an array of the shape that it was made with."""
    shape = op.attrs.get("shape")
    if not isinstance(shape, tuple) or None in shape:
        return SimpleNamespace(array=None)
    return SimpleNamespace(array=np.broadcast_to(np.float32(0), shape))


def program_picture(programs: Mapping[str, Program]) -> Picture:
    """Programs as one picture, each in a box of its own where there are several."""
    root = Cluster("", "")
    drawing = Picture(root, [], [])
    for name, of in programs.items():
        box = root
        if len(programs) > 1:
            box = Cluster(name, name)
            root.clusters.append(box)
        _Sheet(drawing, name if len(programs) > 1 else "").add(of, box)
    return drawing


def _inside(step: Step) -> list[str]:
    """What a fused step does: the op types in it, in order, and how often where they follow each other."""
    runs = [(name, len(list(same))) for name, same in groupby(inner.opdef.name for inner in step.attrs["body"].steps)]
    lines = [name if count == 1 else f"{name} x {count}" for name, count in runs]
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], f"and {len(lines) - _LINES + 1} more"]


class _Sheet:
    """One Program on its way into a picture: which node makes each value."""

    def __init__(self, drawing: Picture, prefix: str) -> None:
        self.drawing, self.prefix = drawing, prefix
        self.maker: dict[int, Node] = {}

    def add(self, program: Program, box: Cluster) -> None:
        for number in program.feeds:
            tensor = program.tensors.get(number)
            if tensor is not None:
                self.maker[number] = self._node(box, tensor.op, "placeholder", short(tensor.name), ["fed"])
        self._add_steps(program, box)
        for number in dict.fromkeys(program.fetches):
            if number != NEVER:
                self.maker[number].notes.append("fetched")

    def _add_steps(self, program: Program, box: Cluster) -> None:
        """Steps and those of bodies, whose numbers are the same; the nesting is that of branches, not of the graph."""
        for step in program.steps:
            if step.bodies:
                self._add_bodies(step, box, program)
                continue
            node = self._add_step(step, box)
            for slot, number in enumerate(step.inputs):
                self._arrow(number, node, program, slot)
            self.maker.update(dict.fromkeys(step.outputs, node))

    def _add_step(self, step: Step, box: Cluster) -> Node:
        if step.opdef is FUSED:
            return self._node(box, step.op, "op", "Fused", _inside(step))
        kind = kind_of(step.op) if step.opdef is step.op.opdef else "op"
        name = step.op.name.rpartition("/")[2]
        return self._node(box, step.op, kind, step.opdef.name, [short(name)] if name != step.opdef.name else [])

    def _add_bodies(self, step: Step, box: Cluster, program: Program) -> None:
        """An If or While: a box with a node that gives what comes out, and a box for each body."""
        outer = Cluster(f"{self.prefix}{step.op.name} {len(self.drawing.nodes)}", step.opdef.name.strip("_"))
        box.clusters.append(outer)
        names = ("while", "do") if step.opdef is WHILE else ("then", "else")
        lead = self._node(outer, step.op, "control", step.opdef.name.strip("_"), [short(step.op.name)])
        for slot, number in enumerate(step.inputs):
            self._arrow(number, lead, program, slot)
        for name, body in zip(names, step.bodies, strict=False):
            inner = Cluster(f"{outer.path} {name}", name)
            outer.clusters.append(inner)
            around = dict(self.maker)
            self.maker.update((number, lead) for number in body.feeds if number not in around)
            self._add_steps(body, inner)
            for number in dict.fromkeys(body.fetches):
                made = self.maker.get(number)
                if made is not None and made is not lead and number not in around:
                    made.notes.append("goes out")
        self.maker.update(dict.fromkeys(step.outputs, lead))

    def _node(self, box: Cluster, op: Operation, kind: str, title: str, notes: list[str]) -> Node:
        node = Node(kind, [op], box.path, title=title, notes=notes, id=f"{self.prefix}%{len(self.drawing.nodes)}")
        box.nodes.append(node)
        self.drawing.nodes.append(node)
        return node

    def _arrow(self, number: int, node: Node, program: Program, slot: int) -> None:
        source = self.maker.get(number)
        if source is None or source is node:
            return
        tensor = program.tensors.get(number)
        is_cell = source.kind == "variable"
        label = "" if tensor is None or is_cell else shape_text(tensor)
        self.drawing.edges.append(Edge(source, node, label, writes=is_cell and node.kind == "update" and slot == 0))
