"""`tf.nn.rnn_cell`: recurrent cells and their wrappers."""

from flowgraph import absent as _absent
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from flowgraph.recurrent.multi import MultiRNNCell
from flowgraph.recurrent.wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper

# fmt: off
__all__ = [
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell", "LSTMCell", "LSTMStateTuple",
    "MultiRNNCell", "RNNCell", "ResidualWrapper",
]

_absent.watch(__name__)
