"""What there is to say of a name that flowgraph lacks. Nothing of this is loaded before somebody reads a message."""

from __future__ import annotations

import functools
import gzip
import importlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

from flowgraph.absent.advice import NEAREST, NEVER, RENAMED

DATA = Path(__file__).with_name("names.txt.gz")


def tell(name: str) -> str:
    """One or two lines about a name under `tf.` that is not here, without that `tf.`.

    >>> print(tell("nn.rleu"))
    TensorFlow 1.15 has no tf.nn.rleu either. Did you mean tf.nn.relu?
    >>> print(tell("contrib.tpu.TPUEstimator"))
    TensorFlow 1.15 has tf.contrib.tpu.TPUEstimator; flowgraph will not have it: it is for Google's TPUs.
    """
    if (new := _entry(RENAMED, name)) is not None:
        return f"TensorFlow 1.0 renamed tf.{name}: {_use(new)}"
    if not in_tensorflow(name):
        found = nearest(name)
        question = f" Did you mean {_listed(found)}?" if found else ""
        return f"TensorFlow 1.15 has no tf.{name} either.{question}"
    if (reason := _entry(NEVER, name)) is not None:
        return f"TensorFlow 1.15 has tf.{name}; flowgraph will not have it: {reason}."
    near = _listed(namesakes(name)) or _entry(NEAREST, name) or _listed(nearest(name))
    listed = name.rpartition(".")[0] in tensorflow_names()
    first = f"TensorFlow 1.15 has tf.{name}, flowgraph does not have it yet."
    return (first if listed else f"flowgraph does not have tf.{name} yet.") + (f"\nNearest: {near}." if near else "")


def in_tensorflow(name: str) -> bool:
    """Whether TensorFlow 1.15 has this name, or is taken to: not all that lies deep inside it is listed."""
    module, _, last = name.rpartition(".")
    listed = tensorflow_names()
    if module in listed:
        return last in listed[module] or name in listed
    return module in NEAREST or (module != "" and in_tensorflow(module))


def namesakes(name: str) -> list[str]:
    """Our names that end as `name` does, those in modules that it names too first: tf.layers for tf.keras.layers."""
    *rooms, last = name.split(".")
    found = [own for own in own_names() if own.split(".")[-1] == last]
    return sorted(found, key=lambda own: (-len(set(own.split(".")) & set(rooms)), own.count("."), own))[:2]


def nearest(name: str) -> list[str]:
    """At most two of our names that look like `name`: from its own module, or else from all."""
    module, _, last = name.rpartition(".")
    beside = [own for own in own_names() if own.rpartition(".")[0] == module]
    return _close(last, beside, 0.75) or namesakes(name) or _close(last, own_names(), 0.8) or _close(last, beside, 0.65)


def _close(last: str, names: list[str], cutoff: float) -> list[str]:
    """Of `names` the two whose last parts look most like `last`, whatever their case."""
    by_last: dict[str, str] = {}
    for own in sorted(names, key=lambda own: own.count(".")):
        by_last.setdefault(own.split(".")[-1].lower(), own)
    return [by_last[match] for match in get_close_matches(last.lower(), by_last, n=2, cutoff=cutoff)]


@functools.cache
def tensorflow_names() -> dict[str, set[str]]:
    """The names in each module of TensorFlow 1.15, by the module's name under `tf.`."""
    lines = gzip.decompress(DATA.read_bytes()).decode().splitlines()
    return {module: set(names.split()) for module, names in (line.split(":", 1) for line in lines)}


@functools.cache
def own_names() -> list[str]:
    """All public names of flowgraph, under `tf.`; each thing by its shortest name and by those as long."""
    root = importlib.import_module("flowgraph")
    return [name for name in _walk("", root, {root}) if not name.startswith(("python.", "compat.v1"))]


def _walk(prefix: str, module: ModuleType, seen: set[ModuleType]) -> Iterator[str]:
    for name in getattr(module, "__all__", ()):
        yield prefix + name
        try:
            item = getattr(module, name)
        except ImportError:  # it needs a package that is not installed
            continue
        if isinstance(item, ModuleType) and item.__name__.startswith("flowgraph.") and item not in seen:
            seen.add(item)
            yield from _walk(f"{prefix}{name}.", item, seen)


def _entry(table: Mapping[str, str], name: str) -> str | None:
    """What a table has for `name`, or for what it is inside of."""
    while name and name not in table:
        name = name.rpartition(".")[0]
    return table.get(name)


def _use(new: str) -> str:
    missing = "" if new in own_names() else ", which flowgraph does not have yet"
    return f"use tf.{new}{missing}."


def _listed(names: list[str]) -> str:
    return " or ".join(f"tf.{name}" for name in names)
