"""What README, ARCHITECTURE and CONTRIBUTING say is so."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import flowgraph as tf
from flowgraph.session import ENGINES
from tests.test_floors import FLOORS

ROOT = Path(__file__).parent.parent
TEXTS = {name: (ROOT / f"{name}.md").read_text(encoding="utf-8") for name in ("README", "ARCHITECTURE", "CONTRIBUTING")}


def blocks(name: str, language: str = "") -> list[str]:
    """The code blocks of a document that are marked with a language."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", TEXTS[name], re.MULTILINE | re.DOTALL)
    return [text for marked, text in fenced if marked == language]


def test_readme_example_prints_what_stands_below_it() -> None:
    program = next(text for text in blocks("README", "python") if "sess.run" in text)
    shown = blocks("README")[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), tf.Graph().as_default():
        exec(program, {})
    assert printed.getvalue() == shown


def test_readme_lists_the_engines() -> None:
    assert set(re.findall(r"^\| `([A-Z]+)` +\|", TEXTS["README"], re.MULTILINE)) == set(ENGINES)


def test_architecture_shows_a_real_op() -> None:
    [block] = blocks("ARCHITECTURE", "python")
    definition = re.sub(r" +#.*$", "", block, flags=re.MULTILINE)
    assert any(definition in path.read_text(encoding="utf-8") for path in (ROOT / "flowgraph" / "ops").glob("*.py"))


def test_architecture_has_all_floors() -> None:
    rows = re.findall(r"^\| [\d½] \| (.*?) \|", TEXTS["ARCHITECTURE"], re.MULTILINE)
    assert [set(re.findall(r"`(\w+)/?`", row)) for row in reversed(rows)] == FLOORS


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_are_named_exist(name: str) -> None:
    quoted = re.findall(r"`([\w./]+/[\w./]*)`", TEXTS[name])
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXTS[name])
    made = {"out/", ".venv/bin/python"}  # by make
    missing = {
        path
        for path in [*quoted, *linked]
        if path not in made and not (ROOT / path).exists() and not (ROOT / "flowgraph" / path).exists()
    }
    assert not missing
