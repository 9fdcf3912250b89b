"""tf.viz: graphs as pictures.

- `tf.viz.render(graph, "graph.svg")` writes svg, png, pdf or dot, with the best renderer that is installed;
- `tf.viz.to_dot(graph)` is the graph in Graphviz's language, as text;
- `tf.viz.to_svg(graph)` is drawn by flowgraph itself, and needs nothing installed;
- `tf.viz.program(graph, fetches)` is what a run carries out of it, drawn;
- `tf.viz.explore(graph).save("graph.html")` is a page to walk through.
"""

from __future__ import annotations

from flowgraph.viz.dot import to_dot
from flowgraph.viz.explorer import explore
from flowgraph.viz.programs import program
from flowgraph.viz.render import render
from flowgraph.viz.svg import to_svg

__all__ = ["explore", "program", "render", "to_dot", "to_svg"]
