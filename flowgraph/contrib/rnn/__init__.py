"""`tf.contrib.rnn`: recurrent cells, their wrappers, and what unrolls them."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.recurrent.base import LayerRNNCell, RNNCell
from flowgraph.recurrent.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from flowgraph.recurrent.multi import MultiRNNCell

__all__ = [
    "BasicLSTMCell", "BasicRNNCell", "GRUCell", "LSTMCell", "LSTMStateTuple", "LayerRNNCell", "MultiRNNCell",
    "RNNCell",
]

_absent.watch(__name__)
