"""Modules that only say where names are: the insides of TensorFlow's packages from which old scripts import."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType

from flowgraph.absent import watch


def add_views(parent: str, source: ModuleType, names_of: Mapping[str, str]) -> None:
    """Put modules below the package `parent` that hold names of the public module `source`.

    Args:
      parent: the name of the package, such as "flowgraph.contrib.seq2seq.python.ops".
      source: the module in which all the names are.
      names_of: for each module to make the names that it holds, with blanks between them.
    """
    for module_name, names in names_of.items():
        full_name = f"{parent}.{module_name}"
        view = ModuleType(full_name, f"Names of {source.__name__}, where old scripts look for them.")
        for name in names.split():
            setattr(view, name, getattr(source, name))
        vars(view)["__all__"] = names.split()
        sys.modules[full_name] = view
        setattr(sys.modules[parent], module_name, view)
        watch(full_name)
