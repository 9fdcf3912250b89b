"""`from tensorflow.python.ops import rnn, rnn_cell, seq2seq`."""

import importlib

from flowgraph.python import ops as _new
from flowgraph.tf0 import nn as rnn
from flowgraph.tf0 import rnn_cell, seq2seq

__all__ = ["rnn", "rnn_cell", "seq2seq"]


def __getattr__(name: str) -> object:
    """What has not changed; modules are found before they are imported."""
    try:
        return importlib.import_module(f"flowgraph.python.ops.{name}")
    except ImportError:
        return getattr(_new, name)
