"""`from tensorflow.models.rnn import rnn, rnn_cell, seq2seq`."""

from flowgraph import absent as _absent
from flowgraph.tf0 import nn as rnn
from flowgraph.tf0 import rnn_cell, seq2seq

__all__ = ["rnn", "rnn_cell", "seq2seq"]

_absent.watch(__name__, "models.rnn")
