"""`tf.contrib.rnn`: recurrent cells, their wrappers, and what unrolls them."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.recurrent.base import LayerRNNCell, RNNCell
from flowgraph.recurrent.bidirectional import (
    stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn, static_bidirectional_rnn,
)
from flowgraph.recurrent.block_cells import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell
from flowgraph.recurrent.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from flowgraph.recurrent.conv_cells import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from flowgraph.recurrent.fused import (
    FusedRNNCell, FusedRNNCellAdaptor, LSTMBlockFusedCell, LSTMBlockWrapper, TimeReversedFusedRNN,
)
from flowgraph.recurrent.gated_variants import GLSTMCell, IntersectionRNNCell, PhasedLSTMCell, UGRNNCell
from flowgraph.recurrent.grid import BidirectionalGridLSTMCell, GridLSTMCell
from flowgraph.recurrent.independent import IndRNNCell, IndyGRUCell, IndyLSTMCell, SRUCell
from flowgraph.recurrent.lstm_variants import CoupledInputForgetGateLSTMCell, LayerNormBasicLSTMCell, NASCell
from flowgraph.recurrent.memory_wrappers import AttentionCellWrapper, HighwayWrapper
from flowgraph.recurrent.multi import MultiRNNCell
from flowgraph.recurrent.projections import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
from flowgraph.recurrent.static import static_rnn, static_state_saving_rnn
from flowgraph.recurrent.steps import best_effort_input_batch_size, transpose_batch_time
from flowgraph.recurrent.time_freq import TimeFreqLSTMCell
from flowgraph.recurrent.wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper

__all__ = [
    "AttentionCellWrapper", "BasicLSTMCell", "BasicRNNCell", "BidirectionalGridLSTMCell", "Conv1DLSTMCell",
    "Conv2DLSTMCell", "Conv3DLSTMCell", "ConvLSTMCell", "CoupledInputForgetGateLSTMCell", "DeviceWrapper",
    "DropoutWrapper", "EmbeddingWrapper", "FusedRNNCell", "FusedRNNCellAdaptor", "GLSTMCell", "GRUBlockCell",
    "GRUBlockCellV2", "GRUCell", "GridLSTMCell", "HighwayWrapper", "IndRNNCell", "IndyGRUCell", "IndyLSTMCell",
    "InputProjectionWrapper", "IntersectionRNNCell", "LSTMBlockCell", "LSTMBlockFusedCell", "LSTMBlockWrapper",
    "LSTMCell", "LSTMStateTuple", "LayerNormBasicLSTMCell", "LayerRNNCell", "MultiRNNCell", "NASCell",
    "OutputProjectionWrapper", "PhasedLSTMCell", "RNNCell", "ResidualWrapper", "SRUCell", "TimeFreqLSTMCell",
    "TimeReversedFusedRNN", "UGRNNCell", "best_effort_input_batch_size", "stack_bidirectional_dynamic_rnn",
    "stack_bidirectional_rnn", "static_bidirectional_rnn", "static_rnn", "static_state_saving_rnn",
    "transpose_batch_time",
]

_absent.watch(__name__)
