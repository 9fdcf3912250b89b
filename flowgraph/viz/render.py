"""Pictures in files: through Graphviz, through the renderer of the `viz` extra, or by flowgraph itself."""

from __future__ import annotations

import os
import re
from typing import Any

from flowgraph.ir.graph import Graph
from flowgraph.viz.dot import to_dot
from flowgraph.viz.svg import to_svg

SUFFIXES = ("svg", "png", "pdf", "dot")
PATIENCE = 60.0
"""Seconds after which a layout program is given up on."""

# Where the reader's screen is dark, what lies on the page itself gets lighter; nodes read on both as they are.
_DARK = """<style>
@media (prefers-color-scheme: dark) {
  svg .edge text, svg .cluster text { fill: #b4b4b4 }
  svg .edge path[stroke="#757575"] { stroke: #a0a0a0 }
  svg .edge polygon[fill="#757575"] { fill: #a0a0a0; stroke: #a0a0a0 }
  svg .edge path[stroke="#b06a00"] { stroke: #e0a040 }
  svg .edge polygon[fill="#b06a00"] { fill: #e0a040; stroke: #e0a040 }
}
</style>
"""


def render(graph: Graph | str, path: str | os.PathLike[str], **options: Any) -> str:
    """Draw a graph into a file and return its path.

    The first of these that is there draws: Graphviz's `dot`, the wheel of the extra `viz` (graphviz-pure), and for
    svg flowgraph itself.

    Args:
      graph: a graph, or DOT text.
      path: the file to write; its suffix says what: .svg, .png, .pdf or .dot.
      options: those of `to_dot`.

    Raises:
      ValueError: another suffix.
      RuntimeError: nothing that is installed can draw this; the message says what to install.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = render(tf.constant(1.0).graph, f"{folder}/graph.dot")
    ...     with open(written) as file:
    ...         print(file.readline().strip())
    digraph "graph" {
    """
    target = os.fspath(path)
    kind = os.path.splitext(target)[1].lower().removeprefix(".")
    if kind not in SUFFIXES:
        known = ", ".join("." + suffix for suffix in SUFFIXES)
        raise ValueError(f"render writes {known}; it cannot write {os.path.basename(target)!r}.")
    if isinstance(graph, str) and options:
        raise ValueError(f"DOT text is drawn as it is: {', '.join(options)} can be chosen when it is made.")
    dot = graph if isinstance(graph, str) else to_dot(graph, **options)
    if kind == "dot":
        return _written(target, dot.encode())
    import subprocess

    reasons = []
    for renderer in (_graphviz, _graphviz_pure):
        try:
            drawing = renderer(dot, kind)
        except (RuntimeError, subprocess.SubprocessError, OSError) as error:
            reasons.append(str(error))
            continue
        return _written(target, _for_dark_too(drawing) if kind == "svg" else drawing)
    if kind == "svg" and not isinstance(graph, str):
        return _written(target, to_svg(graph, **options).encode())
    raise RuntimeError(_nothing_can(kind, reasons, isinstance(graph, str)))


def _written(path: str, content: bytes) -> str:
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


def _graphviz(dot: str, kind: str) -> bytes:
    """Graphviz's own program, found and called by the graphviz package."""
    import shutil

    if shutil.which("dot") is None:
        raise RuntimeError("Graphviz's program `dot` is not on the PATH")
    try:
        import graphviz
    except ImportError:
        return _run("dot", dot, kind)
    try:
        drawn: bytes = graphviz.pipe("dot", kind, dot.encode(), quiet=True)
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        raise RuntimeError(f"`dot` failed: {error}") from error
    return drawn


def _graphviz_pure(dot: str, kind: str) -> bytes:
    """The program that the wheel of the extra `viz` puts beside Python, on the PATH or not."""
    import shutil
    import sysconfig

    name = "graphviz-pure"
    found = shutil.which(name) or shutil.which(name, path=sysconfig.get_path("scripts"))
    if found is None:
        raise RuntimeError("the extra `viz` (graphviz-pure) is not installed")
    return _run(found, dot, kind)


def _run(program: str, dot: str, kind: str) -> bytes:
    import subprocess

    done = subprocess.run(  # noqa: S603  # a program that the user installed, without a shell
        [program, f"-T{kind}"], input=dot.encode(), capture_output=True, timeout=PATIENCE, check=False
    )
    if done.returncode or not done.stdout:
        words = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{os.path.basename(program)} failed: {words or f'exit status {done.returncode}'}")
    return done.stdout


def _for_dark_too(svg: bytes) -> bytes:
    """An SVG of Graphviz's with a style for dark screens."""
    return re.sub(rb"(<svg[^>]*>\s*)", lambda m: m[1] + _DARK.encode(), svg, count=1)


def _nothing_can(kind: str, reasons: list[str], is_text: bool) -> str:
    lines = [f"Nothing that is installed here can draw a {kind} file" + (" from DOT text." if is_text else "."), ""]
    lines += [f"  - {reason}" for reason in reasons]
    lines += ["", '  Fix: pip install "flowgraph-tf[viz]", or install Graphviz (https://graphviz.org/download).']
    if kind != "svg":
        lines.append("  Or write an .svg file from the graph: flowgraph draws that without help.")
    elif is_text:
        lines.append("  Or hand over the graph itself: flowgraph draws that without help.")
    return "\n".join(lines)
