"""Mistakes that people make with TF1, each a function of the library: `mistake(tf)`.

One-liners stand in the tables of the modules listed here, longer ones are functions. Each is called with a
fresh graph as the default one. What TensorFlow 1.15.5 says to them is in tests/golden/errors.json; a few it
accepts.
"""

from __future__ import annotations

import importlib
import inspect

MODULES = [
    "mistakes_graph",
    "mistakes_values",
    "mistakes_shapes",
    "mistakes_run",
    "mistakes_training",
    "mistakes_arrays",
    "mistakes_variables",
    "mistakes_loops",
    "mistakes_unrolling",
    "mistakes_decoding",
    "mistakes_gradients",
    "mistakes_surroundings",
    "mistakes_boxes",
    "mistakes_learning",
    "mistakes_layers",
    "mistakes_cells",
    "mistakes_ragged",
    "mistakes_older",
    "mistakes_contrib_layers",
    "mistakes_summaries",
    "mistakes_queues",
    "mistakes_parsing",
    "mistakes_saved_models",
    "mistakes_reading",
    "mistakes_datasets",
]


def all_mistakes():
    """Every mistake by its name, `kind.function` or `kind.table.key`, in the order of the sources."""
    mistakes = {}
    for short in MODULES:
        module = importlib.import_module(__name__.rpartition(".")[0] + "." + short)
        kind = short.partition("_")[2]
        for name, value in vars(module).items():
            if name.startswith("_"):
                continue
            if isinstance(value, dict):
                table = "%s.%s." % (kind, name.lower())
                mistakes.update((table + key, mistake) for key, mistake in value.items())
            elif inspect.isfunction(value) and list(inspect.signature(value).parameters) == ["tf"]:
                mistakes["%s.%s" % (kind, name)] = value
    return mistakes
