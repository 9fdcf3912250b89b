"""Picture: what is to be drawn of a graph, after folding and before any syntax; DOT and the built-in SVG draw it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowgraph.ir.tensor import Operation


@dataclass(slots=True, eq=False)
class Node:
    """One drawn box: an op, or several folded into one.

    Attributes:
      kind: the look, a key of `palette.LOOKS`.
      ops: what it stands for, oldest first; the lead op for a variable with its reads.
      scope: the name scope in which it is drawn ("" for none).
      folded: it stands for a set of ops, so that its edges are merged and counted.
      id: its unique name in the picture: the op's, or for a folded node a name that no op can have.
      title, notes: the lines of its label, the first one larger.
      heat: how much it costs beside the others, from 0 to 1; None: its kind's colour.
      marked: it is on the path that stands out.
    """

    kind: str
    ops: list[Operation]
    scope: str
    folded: bool = False
    id: str = ""
    title: str = ""
    notes: list[str] = field(default_factory=list)
    heat: float | None = None
    marked: bool = False

    @property
    def tooltip(self) -> str:
        """What shows when the mouse rests on it."""
        first = self.ops[0]
        if self.folded:
            return f"{self.id}: {len(self.ops)} ops"
        made = f", {first.site[0].rpartition('/')[2]}:{first.site[1]}" if first.site else ""
        return f"{first.name} ({first.type}{made})"


@dataclass(slots=True, eq=False)
class Edge:
    """An arrow: one input slot of an op, or all that runs between two nodes when one of them is folded.

    Attributes:
      label: the shape that flows (and the dtype unless it is float32).
      control: it orders, and carries nothing.
      writes: the target changes the variable that the source holds.
      faint: it only hands values of the forward graph to folded gradients, and steps back behind the rest.
      count: how many inputs it stands for.
      marked: it is on the path that stands out.
    """

    source: Node
    target: Node
    label: str = ""
    control: bool = False
    writes: bool = False
    faint: bool = False
    count: int = 1
    marked: bool = False

    @property
    def text(self) -> str:
        """The label with the count."""
        if self.count == 1 or self.faint:
            return self.label
        if self.control:
            return f"{self.count}×"
        return f"{self.count}× {self.label}" if self.label else f"{self.count} tensors"


@dataclass(slots=True, eq=False)
class Cluster:
    """A box around the nodes of a name scope; `path` is the scope, `label` what is new in it beside the outer box."""

    path: str
    label: str
    clusters: list[Cluster] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Picture:
    """Everything that is drawn: `root` is the outermost, invisible cluster."""

    root: Cluster
    nodes: list[Node]
    edges: list[Edge]
