"""The course's notebooks run from a clean kernel, show what is stored, and are what their sources say."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tools import make_notebooks

SOURCES = make_notebooks.sources()
MAKE = "if what is new is right, run tools/make_notebooks.py and commit the notebook"
PER_NOTEBOOK = pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])


def stored(source):
    """The notebook as it lies in the repository, with its outputs."""
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def skeleton(notebook):
    """All of a notebook that comes from its source."""
    return [(cell.id, cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_tagged(cell, tag):
    return tag in cell.metadata.get("tags", [])


@PER_NOTEBOOK
def test_notebook_is_made_from_its_source(source):
    notebook = stored(source)
    nbformat.validate(notebook)
    assert skeleton(notebook) == skeleton(make_notebooks.read(source)), MAKE
    assert notebook.metadata == make_notebooks.METADATA


@PER_NOTEBOOK
def test_notebook_shows_what_is_stored(source, tmp_path):
    again = make_notebooks.execute(make_notebooks.read(source), tmp_path)
    for new, old in zip(code_cells(again), code_cells(stored(source)), strict=True):
        if not is_tagged(new, "varies"):
            assert make_notebooks.texts(new) == make_notebooks.texts(old), MAKE
    assert list(tmp_path.iterdir()) == []  # a reader's folder is left as it was


@PER_NOTEBOOK
def test_solutions_are_right(source, tmp_path):
    notebook = make_notebooks.read(source)
    exercises = sum(is_tagged(cell, "exercise") for cell in notebook.cells)
    notebook = make_notebooks.with_second_round(make_notebooks.solved(notebook))
    notebook = make_notebooks.execute(notebook, tmp_path)
    shown = "".join(text for cell in code_cells(notebook) for text in make_notebooks.texts(cell))
    assert exercises >= 3
    assert shown.count("right!") == 2 * exercises
    assert "still open" not in shown


@PER_NOTEBOOK
def test_notebook_reads_well_where_it_is_only_shown(source):
    cells = code_cells(stored(source))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs)
        shown = "\n".join(make_notebooks.texts(cell))
        assert str(Path.home()) not in shown
        assert "ipykernel" not in shown
    pictures = [output for cell in cells for output in cell.outputs if "image/svg+xml" in output.get("data", {})]
    assert pictures


def test_index_lists_every_notebook():
    index = (make_notebooks.FOLDER / "README.md").read_text(encoding="utf-8")
    for source in SOURCES:
        title, _, summary = make_notebooks.read(source).cells[0].source.split("\n")[:3]
        assert f"| [{title.removeprefix('# ')}]({source.stem}.ipynb) | {summary.strip('*')} |" in index
    assert {path.stem for path in make_notebooks.FOLDER.glob("*.ipynb")} == {source.stem for source in SOURCES}
