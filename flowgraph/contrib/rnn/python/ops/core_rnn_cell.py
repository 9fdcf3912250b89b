"""tensorflow.contrib.rnn.python.ops.core_rnn_cell: linear maps and embeddings around cells."""

from flowgraph import absent as _absent
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.projections import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
from flowgraph.recurrent.projections import Linear as _Linear  # noqa: F401  # cells of scripts take it from here
from flowgraph.recurrent.projections import linear as _linear  # noqa: F401

__all__ = ["EmbeddingWrapper", "InputProjectionWrapper", "OutputProjectionWrapper", "RNNCell"]

_absent.watch(__name__)
