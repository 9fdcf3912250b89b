"""tensorflow.contrib.rnn.python.ops.rnn_cell: the cells that `tf.contrib.rnn` has beyond those of `tf.nn`."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.recurrent.conv_cells import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from flowgraph.recurrent.gated_variants import GLSTMCell, IntersectionRNNCell, PhasedLSTMCell, UGRNNCell
from flowgraph.recurrent.grid import BidirectionalGridLSTMCell, GridLSTMCell
from flowgraph.recurrent.independent import IndRNNCell, IndyGRUCell, IndyLSTMCell, SRUCell
from flowgraph.recurrent.lstm_variants import CoupledInputForgetGateLSTMCell, LayerNormBasicLSTMCell, NASCell
from flowgraph.recurrent.memory_wrappers import AttentionCellWrapper, HighwayWrapper
from flowgraph.recurrent.time_freq import TimeFreqLSTMCell

__all__ = [
    "AttentionCellWrapper", "BidirectionalGridLSTMCell", "Conv1DLSTMCell", "Conv2DLSTMCell", "Conv3DLSTMCell",
    "ConvLSTMCell", "CoupledInputForgetGateLSTMCell", "GLSTMCell", "GridLSTMCell", "HighwayWrapper", "IndRNNCell",
    "IndyGRUCell", "IndyLSTMCell", "IntersectionRNNCell", "LayerNormBasicLSTMCell", "NASCell", "PhasedLSTMCell",
    "SRUCell", "TimeFreqLSTMCell", "UGRNNCell",
]

_absent.watch(__name__)
