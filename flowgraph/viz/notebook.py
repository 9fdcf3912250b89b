"""How graphs and tensors show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import Graph
from flowgraph.ir.tensor import Tensor
from flowgraph.shapes import to_tuple_text
from flowgraph.viz.svg import to_svg

# Colours are the page's own, more or less see-through: they read in light and in dark notebooks.
_TABLE = "border-collapse:collapse;border-left:3px solid #b87700;font-size:0.92em"
_KEY = "text-align:left;padding:1px 12px 1px 10px;opacity:0.65;font-weight:normal;background:none"
_VALUE = "text-align:left;padding:1px 10px;font-family:monospace;background:none"


def graph_bundle(graph: Graph, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """The graph for Jupyter: drawn, and in words."""
    makers: dict[str, Callable[[Graph], str]] = {"image/svg+xml": to_svg, "text/plain": repr}
    wanted = [kind for kind in makers if (not include or kind in include) and kind not in (exclude or ())]
    return {kind: makers[kind](graph) for kind in wanted}


def tensor_html(tensor: Tensor) -> str:
    """A tensor as a small table: name, dtype, shape, the op that makes it and the line where that was made.

    >>> print(tensor_html(tf.constant([1.0, 2.0], name="a")))
    <table ...>a:0<...float32<...(2,)<...Const (op a)<...</table>
    """
    op = tensor.op
    rows = [
        ("tensor", tensor.name),
        ("dtype", tensor.dtype.name),
        ("shape", to_tuple_text(tensor.sizes)),
        ("made by", f"{op.type} (op {op.name})"),
    ]
    if op.device:
        rows.append(("device", op.device))
    if op.site is not None:
        rows.append(("made at", f"{errors.place(op.site)}   {errors.source_line(op.site)}".rstrip()))
    cells = "".join(
        f'<tr style="background:none"><th style="{_KEY}">{key}</th><td style="{_VALUE}">{escape(value)}</td></tr>'
        for key, value in rows
    )
    return f'<table style="{_TABLE}">{cells}</table>'
