"""The explorer's page: one HTML file with everything in it."""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from flowgraph.ir.graph import Graph
from flowgraph.viz.explorer.data import page_data
from flowgraph.viz.palette import DARK_HEAT, HEAT, LOOKS

_SCRIPTS = ("vendor/viz-global.js", "model.js", "dot.js", "layout.js", "camera.js", "runs.js", "panel.js", "main.js")


class Explorer:
    """A page about a graph: `save` writes it, `html` is its text, and in a notebook it shows itself."""

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page and return its path."""
        target = os.fspath(path)
        folder = os.path.dirname(target)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(target, "w", encoding="utf-8", newline="\n") as file:
            file.write(self.html)
        return target

    def __repr__(self) -> str:
        return f"<tf.viz.explore: a page of {len(self.html) / 1e6:.1f} MB; save('graph.html') writes it>"

    def _repr_html_(self) -> str:
        frame = "width:100%;height:640px;border:1px solid #8888;border-radius:6px"
        return f'<iframe style="{frame}" title="graph explorer" srcdoc="{escape(self.html)}"></iframe>'


def explore(
    graph: Graph,
    *,
    fetches: Any = None,
    values: Sequence[Mapping[str, Any]] = (),
    runs: Sequence[Mapping[str, Any]] = (),
    title: str = "graph",
) -> Explorer:
    """A graph as one HTML page to walk through; it opens in any browser and needs no network.

    Pan, zoom, search; open and close name scopes; click an op for its attrs, shapes, the line of your program that
    made it, its gradient ops and its recorded values. Everything can be reached by keyboard: `?` lists the keys.

    Args:
      graph: the graph; nothing is run and nothing is added to it.
      fetches: only what these need: tensors, ops, variables, names, or any nesting of them. None: everything.
      values: what was recorded in runs, one mapping a run from names of tensors to summaries.
      runs: what else is told of these runs, one mapping a run: its "title", and "ops", a mapping from names of ops to
        seconds, bytes and number of executions; "failed" and "bad", the names of the op that failed and of the first
        that gave a NaN or an infinity, with "error" and "said", texts about them. `tf.debug.trace` gives all this.
      title: what the page calls itself.

    Raises:
      ValueError: a fetch is not in the graph, or there are not as many `runs` as `values`.

    >>> page = explore(tf.constant(1.0).graph)
    >>> page.html[:15], len(page.html) < 3_000_000
    ('<!DOCTYPE html>', True)
    """
    if runs and len(runs) != len(values):
        raise ValueError(f"There are {len(values)} runs with values and {len(runs)} that are told of.")
    data = {"title": title, **page_data(graph, fetches, values, runs), "looks": _looks(), "heat": [HEAT, DARK_HEAT]}
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    scripts = "\n".join(f'<script data-file="{name}">\n{_file(name)}\n</script>' for name in _SCRIPTS)
    page = _file("page.html").replace("{{title}}", escape(title)).replace("{{style}}", _file("page.css"))
    return Explorer(page.replace("{{data}}", packed).replace("{{scripts}}", scripts))


def _looks() -> dict[str, list[Any]]:
    """The looks as the page's layout takes them: shape, style and width; its colours are in `page.css` classes."""
    return {
        kind: [look.shape, look.style, look.width, look.fill, look.line, look.dark_fill, look.dark_line, look.says]
        for kind, look in LOOKS.items()
    }


def _file(name: str) -> str:
    return resources.files(__package__).joinpath("page", *name.split("/")).read_text(encoding="utf-8")
