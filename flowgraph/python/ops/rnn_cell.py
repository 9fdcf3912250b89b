"""tensorflow.python.ops.rnn_cell: recurrent cells, as in `tf.nn.rnn_cell`."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.recurrent.base import LayerRNNCell, RNNCell, assert_like_rnncell
from flowgraph.recurrent.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from flowgraph.recurrent.multi import MultiRNNCell
from flowgraph.recurrent.wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper

__all__ = [
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell", "LSTMCell", "LSTMStateTuple",
    "LayerRNNCell", "MultiRNNCell", "RNNCell", "ResidualWrapper", "assert_like_rnncell",
]

_absent.watch(__name__)
