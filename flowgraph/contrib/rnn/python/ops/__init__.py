"""tensorflow.contrib.rnn.python.ops: the modules of `tf.contrib.rnn`."""

from flowgraph import absent as _absent
from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import rnn as _rnn

_add_views(
    __name__,
    _rnn,
    {
        "fused_rnn_cell": "FusedRNNCell FusedRNNCellAdaptor TimeReversedFusedRNN",
        "gru_ops": "GRUBlockCell GRUBlockCellV2",
        "lstm_ops": "LSTMBlockCell LSTMBlockWrapper LSTMBlockFusedCell",
        "rnn": "stack_bidirectional_rnn stack_bidirectional_dynamic_rnn",
    },
)

_absent.watch(__name__)
