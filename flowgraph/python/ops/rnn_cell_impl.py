"""tensorflow.python.ops.rnn_cell_impl: where the cells of `tf.nn.rnn_cell` are written."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.recurrent.base import LayerRNNCell, RNNCell, assert_like_rnncell
from flowgraph.recurrent.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from flowgraph.recurrent.multi import MultiRNNCell
from flowgraph.recurrent.sizes import joined_sizes as _concat  # noqa: F401  # cells of scripts take it from here
from flowgraph.recurrent.sizes import zero_states as _zero_state_tensors  # noqa: F401
from flowgraph.recurrent.wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper

__all__ = [
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell", "LSTMCell", "LSTMStateTuple",
    "LayerRNNCell", "MultiRNNCell", "RNNCell", "ResidualWrapper", "assert_like_rnncell",
]

_absent.watch(__name__)
