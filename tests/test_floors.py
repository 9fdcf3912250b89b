"""The house has floors, and imports point down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flowgraph

PACKAGE = Path(flowgraph.__file__).parent
FLOORS: list[set[str]] = [
    {
        "absent",
        "aliases",
        "trackable",
        "errors",
        "dtypes",
        "dtype_table",
        "conversion",
        "dimension",
        "shapes",
        "sizes",
        "config",
        "nest",
        "nest_paths",
    },
    {"kernels", "platform", "protos", "formats"},
    {"ir"},
    {"ops"},
    {"autodiff"},
    {"passes"},
    {"engines"},
    {"session", "sessions", "feeds", "fetches"},
    {
        "variables",
        "functional",
        "linear",
        "probability",
        "training",
        "neural",
        "data",
        "datasets",
        "recurrent",
        "queues",
        "monitored",
        "testing",
        "saving",
        "tracking",
        "summaries",
    },
    {"debug", "viz"},
    {
        "__init__",
        "__main__",
        "app",
        "audio",
        "bitwise",
        "commands",
        "compat",
        "contrib",
        "core",
        "debugging",
        "distributions",
        "examples",
        "flags",
        "gfile",
        "graph_util",
        "image",
        "initializers",
        "interop",
        "layers",
        "linalg",
        "logging",
        "lookup",
        "losses",
        "manip",
        "math",
        "metrics",
        "nn",
        "python",
        "python_io",
        "quantization",
        "queue",
        "ragged",
        "random",
        "io",
        "resource_loader",
        "saved_model",
        "sets",
        "signal",
        "sparse",
        "spectral",
        "strings",
        "summary",
        "sysconfig",
        "test",
        "tf0",
        "train",
        "user_ops",
        "version",
    },
]
# Looked up when they are asked for: what shows itself in a notebook asks `viz` how, and `tf.dtypes` has ops beside the
# dtypes; a shape becomes a message of TF's.
LOOKED_UP = {
    ("ir/graph.py", "viz"),
    ("ir/tensor.py", "viz"),
    ("ir/program.py", "viz"),
    ("ops/sparse_tensor.py", "viz"),
    ("ops/indexed_slices.py", "viz"),
    ("sessions/base.py", "viz"),
    ("saving/reader.py", "viz"),
    ("variables/variable.py", "viz"),
    ("dtypes.py", "ops"),
    ("shapes.py", "protos"),
}


def floor_of(room: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise AssertionError(f"flowgraph/{room} stands on no floor: give it one in {Path(__file__).name}")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, room) of every import of our own in a file, those inside functions too."""
    package = ("flowgraph", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "flowgraph" and len(parts) > 1:
                yield node.lineno, parts[1]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    where = path.relative_to(PACKAGE)
    mine = floor_of(where.parts[0].removesuffix(".py"))
    for line, room in imports(path):
        if not (PACKAGE / room).exists() and not (PACKAGE / f"{room}.py").exists():
            continue  # a name of flowgraph/__init__.py
        if (str(where), room) not in LOOKED_UP:
            assert floor_of(room) <= mine, f"{where}:{line} imports upwards, from {room}"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_stay_small(path: Path) -> None:
    length = len(path.read_text().splitlines())
    assert length <= 500, f"{length} lines: the design wants another room"
