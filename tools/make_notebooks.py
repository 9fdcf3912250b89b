"""Make the course's notebooks: each .ipynb from the .py beside it, run from top to bottom, its outputs kept.

    python tools/make_notebooks.py            all of them
    python tools/make_notebooks.py 01 02      some, by the beginnings of their names

The sources in notebooks/*.py are in the py:percent format: plain Python, `# %%` begins a cell. A cell may have tags:

    # %% tags=["exercise"]     left open for the reader; the cell that checks it follows, then a solution in <details>
    # %% tags=["varies"]       prints something else on every machine, so tests do not compare it

The same source gives the same file: cells are numbered, and nothing tells when or where they ran.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SOLUTION = re.compile(r"<details>.*?```python\n(.*?)```", re.DOTALL)


def sources() -> list[Path]:
    """The sources of all notebooks, in the order of the chapters."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def read(source: Path) -> Any:
    """The notebook that a source describes, without outputs."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def execute(notebook: Any, folder: Path = FOLDER) -> Any:
    """Run all cells in a fresh kernel that works in `folder`; the outputs are put into `notebook`, which is returned.

    Raises:
      nbclient.exceptions.CellExecutionError: a cell failed.
    """
    with tempfile.TemporaryDirectory() as home:
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            extra_arguments=["--log-level=ERROR"],
        )
        # IPYTHONDIR: the reader's own start-up files shall not change what the course shows.
        client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": home})
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        join_streams(cell)
    return notebook


def join_streams(cell: Any) -> None:
    """Make one output of pieces of text that were printed one after another: how they are cut is up to chance."""
    joined: list[Any] = []
    for output in cell.get("outputs", []):
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and last.get("output_type") == "stream" and last["name"] == output.name:
            last["text"] += output.text
        else:
            joined.append(output)
    if "outputs" in cell:
        cell.outputs = joined


def texts(cell: Any) -> list[str]:
    """What a cell shows as text: printed or as its value; of anything richer the kind only (`<image/svg+xml>`)."""
    shown = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            shown.append(output.text)
        else:
            rich = sorted(kind for kind in output.data if kind != "text/plain")
            shown.append(f"<{', '.join(rich)}>" if rich else output.data["text/plain"])
    return shown


def solved(notebook: Any) -> Any:
    """The notebook with each exercise's cell replaced by the solution that follows it."""
    waiting: Any = None
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            assert waiting is None, f"no solution for: {waiting.source}"
            waiting = cell
        elif cell.cell_type == "markdown" and (found := SOLUTION.search(cell.source)) and waiting is not None:
            waiting.source, waiting = found[1], None
    assert waiting is None, f"no solution for: {waiting.source}"
    return notebook


def with_second_round(notebook: Any) -> Any:
    """The notebook with its exercises once more at the end: for readers who run everything, then go back.

    Of each exercise these are the cell that prepares it, if there is one, the cell to fill in, and the check.
    """
    again = []
    for i, cell in enumerate(notebook.cells):
        if "exercise" in cell.metadata.get("tags", []):
            first = i - (notebook.cells[i - 1].cell_type == "code")
            again += [nbformat.v4.new_code_cell(part.source) for part in notebook.cells[first : i + 2]]
    notebook.cells += again
    return notebook


def main(wanted: list[str]) -> None:
    """Make the notebooks whose names begin with one of `wanted`; all of them if there is none."""
    for source in sources():
        if not wanted or source.name.startswith(tuple(wanted)):
            target = source.with_suffix(".ipynb")
            nbformat.write(execute(read(source)), target)
            print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
