"""tensorflow.contrib.legacy_seq2seq.python.ops: the module of `tf.contrib.legacy_seq2seq`."""

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import legacy_seq2seq as _legacy_seq2seq

_add_views(__name__, _legacy_seq2seq, {"seq2seq": " ".join(_legacy_seq2seq.__all__)})
