"""tf.contrib: what books and papers use of it. Its packages are imported when they are first used."""
# the packages are looked up by __getattr__
# fmt: off

import importlib

from flowgraph import absent as _absent

__all__ = [
    "checkpoint", "crf", "data", "distributions", "framework", "layers", "learn", "legacy_seq2seq",
    "lookup", "losses", "metrics", "nn", "opt", "rnn", "seq2seq", "slim", "summary", "tensorboard", "training",
    "util",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return importlib.import_module(f"flowgraph.contrib.{name}")
    raise AttributeError(f"module 'flowgraph.contrib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

_absent.watch(__name__)
