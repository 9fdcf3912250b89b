"""What users see: the public names, their docstrings, and their signatures, which are TensorFlow 1.15.5's."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import flowgraph as tf

ROOT = Path(__file__).parent.parent
SIGNATURES: dict[str, str] = json.loads((ROOT / "tests" / "golden" / "signatures.json").read_text(encoding="utf-8"))


NOT_OURS = {"flags", "mock"}
"""Public modules that are another package's, or hand on its names: absl's, unittest's."""


def public_modules() -> dict[str, ModuleType]:
    """All modules that `__all__` leads to, each by its shortest name under `tf.`, with a dot behind."""
    found = {"": tf}
    for prefix, module in (queue := [("", tf)]):
        for name in module.__all__:
            item = getattr(module, name)
            if isinstance(item, ModuleType) and item not in found.values() and name not in NOT_OURS:
                found[f"{prefix}{name}."] = item
                queue.append((f"{prefix}{name}.", item))
    return found


MODULES = public_modules()
NAMES = {f"{prefix}{name}": getattr(module, name) for prefix, module in MODULES.items() for name in module.__all__}
CALLABLES = {name: item for name, item in NAMES.items() if callable(item) and not isinstance(item, tf.DType)}

# Floor 0 is public under TF's names, and serves the house under a few of its own; tf.compat has two of flowgraph's.
OF_THE_HOUSE = {
    "compat.": {"install", "uninstall"},
    "dtypes.": {"fill_to_shape", "to_numpy"},
    "errors.": {
        "InaccessibleTensorError", "OperatorNotAllowedInGraphError", "Where", "explain", "made_at", "place",
        "source_line",
    },
    "nest.": {
        "flatten_up_to", "get_traverse_shallow_structure", "is_composite", "keyed_children", "map_structure_up_to",
        "register_composite",
    },
}  # fmt: skip
OURS_ALONE = {"debug", "interop", "viz"}
"""Public modules that TensorFlow does not have."""

PARTIALS = "as in TF a `functools.partial`, whose signature TF's inspection does not see"
DIFFERENT = {
    **{
        f"contrib.{package}.{name}": PARTIALS
        for package in ("layers", "slim")
        for name in ("elu", "legacy_linear", "legacy_relu", "linear", "relu", "relu6")
        if f"contrib.{package}.{name}" in CALLABLES
    },
    **{
        f"{package}.{name}": "TF hides these arguments behind *args and **kwargs"
        for package in ("nn.rnn_cell", "contrib.rnn")
        for name in ("DeviceWrapper", "DropoutWrapper", "ResidualWrapper")
    },
    "Operation": "made by op functions, never by hand",
    "Tensor": "made by op functions, never by hand",
    **{
        f"test.TestCase.{name}": "TensorFlow's hides its arguments behind *args and **kwds"
        for name in ("assertRaisesWithPredicateMatch", "cached_session", "captureWritesToStream", "session")
    },
    "contrib.learn.preprocessing.ByteProcessor": "TensorFlow shows the signature of a decorator",
    "contrib.learn.datasets.mnist.read_data_sets": "its 5000 knows whether it was given, for fewer digits are bundled",
    "contrib.slim.queues.QueueRunners": "TensorFlow shows the signature of a decorator",
    "train.Coordinator.stop_on_exception": "takes nothing; TensorFlow shows the signature of a decorator",
    "train.Supervisor.managed_session": "TensorFlow shows the signature of a decorator",
}
"""Signatures that are not TensorFlow's, and why."""


@pytest.mark.parametrize("prefix", MODULES)
def test_all_is_sorted_and_says_each_name_once(prefix: str) -> None:
    names = MODULES[prefix].__all__
    assert len(set(names)) == len(names)
    assert not [name for name in names if name.startswith("_")]


def test_star_import_gives_the_public_names() -> None:
    names: dict[str, Any] = {}
    exec("from flowgraph import *", names)
    assert set(names) - {"__builtins__"} == set(tf.__all__)


@pytest.mark.parametrize("prefix", MODULES)
def test_nothing_public_is_missing_from_all(prefix: str) -> None:
    module = MODULES[prefix]
    defined = {
        name
        for name, item in vars(module).items()
        if not name.startswith("_")
        and not isinstance(item, ModuleType)  # the rooms of the house lie beside the public names
        and not getattr(item, "__module__", "").startswith(("typing", "collections", "__future__"))
    }
    missing = defined - set(module.__all__) - OF_THE_HOUSE.get(prefix, set())
    assert not missing, f"give them a place in __all__ of {module.__file__}, or an underscore: {sorted(missing)}"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_public_name_is_explained(name: str) -> None:
    item = NAMES[name]
    if hasattr(item, "DESCRIPTOR"):
        return  # a protocol buffer, whose class the library makes
    if name.rpartition(".")[2] not in NOT_OURS and (isinstance(item, ModuleType) or name in CALLABLES):
        doc = inspect.cleandoc(item.__doc__ or "")
        assert len(doc) > 10, f"tf.{name} has no docstring"


@pytest.mark.parametrize("prefix", sorted(set(MODULES) - {f"{name}." for name in OURS_ALONE}))
def test_every_public_function_is_one_of_tensorflows(prefix: str) -> None:
    ours = {prefix + name for name in MODULES[prefix].__all__ if inspect.isfunction(NAMES[prefix + name])}
    assert not ours - set(SIGNATURES)


def parameters(item: Any) -> list[inspect.Parameter]:
    """A signature's parameters, without the object or class itself."""
    found = list(inspect.signature(item).parameters.values())
    return found[1:] if found and found[0].name in {"self", "cls"} else found


def expected(text: str) -> list[inspect.Parameter]:
    """The parameters of a golden signature."""
    code = re.sub(r"=tf\.(\w+)", r"='tf.\1'", text)
    return list(inspect.signature(eval(f"lambda {code}: None", {"inf": float("inf")})).parameters.values())


def default_differs(theirs: Any, ours: Any) -> bool:
    """Whether two defaults mean different things; dtypes have been written as 'tf.name'."""
    if theirs is Ellipsis:  # no plain value: an enum, a function
        return ours is inspect.Parameter.empty
    if isinstance(theirs, str) and theirs.startswith("tf."):
        return theirs != f"tf.{getattr(ours, 'name', None)}"
    if isinstance(theirs, list | tuple):
        return not isinstance(ours, list | tuple) or list(theirs) != list(ours)
    return type(theirs) is not type(ours) or theirs != ours


def complaints(item: Any, text: str) -> list[str]:
    """What is wrong with the signature of `item` for a caller who knows TensorFlow's."""
    ours, theirs = parameters(item), expected(text)
    kinds = {p.kind for p in ours}
    named = [p for p in ours if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    by_name = {p.name: p for p in ours}
    found = []
    plain = [p for p in theirs if p.kind is p.POSITIONAL_OR_KEYWORD]
    if [p.name for p in named[: len(plain)]] != [p.name for p in plain]:
        found.append(f"parameters ({', '.join(p.name for p in named)}), TF's are ({text})")
    for p in theirs:
        mine = by_name.get(p.name)
        if p.kind is p.VAR_POSITIONAL and p.kind not in kinds:
            found.append(f"takes no *{p.name}")
        elif p.kind is p.VAR_KEYWORD and p.kind not in kinds and p.KEYWORD_ONLY not in kinds:
            found.append(f"takes no **{p.name}, nor spells out what it may hold")
        elif p.default is not p.empty and mine is not None and default_differs(p.default, mine.default):
            found.append(f"{p.name}={mine.default!r}, TF has {p.default!r}")
    further = [p.name for p in named[len(plain) :] if p.default is p.empty]
    return found + ([f"needs further arguments: {further}"] if further else [])


def methods() -> Iterator[tuple[str, Any]]:
    """Methods of public classes that TensorFlow has too."""
    for name, cls in NAMES.items():
        if inspect.isclass(cls):
            for attribute in dir(cls):
                if f"{name}.{attribute}" in SIGNATURES and callable(getattr(cls, attribute)):
                    yield f"{name}.{attribute}", getattr(cls, attribute)


COMPARED = {**{name: item for name, item in CALLABLES.items() if name in SIGNATURES}, **dict(methods())}


@pytest.mark.parametrize("name", sorted(COMPARED))
def test_signatures_are_tensorflows(name: str) -> None:
    found = complaints(COMPARED[name], SIGNATURES[name])
    if name in DIFFERENT:
        assert found, f"tf.{name} needs no entry in DIFFERENT any more"
    else:
        assert not found, f"tf.{name}: " + "; ".join(found)


def test_the_version_is_the_projects() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r'^version = "(.*)"$', project, re.MULTILINE) == [tf.flowgraph_version]
    assert tf.__version__ == tf.VERSION == "1.15.5"


def test_importing_brings_nothing_that_is_not_needed_yet() -> None:
    shown = "matplotlib", "networkx", "graphviz", "PIL", "IPython", "tqdm", "flowgraph.viz", "flowgraph.debug"
    heavy = (*shown, "ml_dtypes", "threadpoolctl", "absl")
    code = f"import sys, flowgraph; print([name for name in {heavy} if name in sys.modules]); flowgraph.viz.to_dot"
    code += "; flowgraph.debug.trace"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_not_there_is_told_as_python_does() -> None:
    with pytest.raises(AttributeError, match=r"^module 'flowgraph' has no attribute 'fil'"):
        tf.fil  # noqa: B018  # asking is the test
    with pytest.raises(AttributeError, match=r"^module 'flowgraph\.dtypes' has no attribute 'float31'"):
        tf.dtypes.float31  # noqa: B018
