"""`from tensorflow.models.rnn import rnn, rnn_cell, seq2seq`."""

from flowgraph import absent as _absent
from flowgraph.contrib import legacy_seq2seq as seq2seq
from flowgraph.tf0 import nn as rnn
from flowgraph.tf0 import rnn_cell

__all__ = ["rnn", "rnn_cell", "seq2seq"]

_absent.watch(__name__, "models.rnn")
