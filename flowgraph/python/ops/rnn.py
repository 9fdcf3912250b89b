"""tensorflow.python.ops.rnn: what unrolls recurrent cells."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.python.ops import rnn_cell_impl  # noqa: F401  # scripts take it from here
from flowgraph.recurrent.bidirectional import bidirectional_dynamic_rnn, static_bidirectional_rnn
from flowgraph.recurrent.dynamic import dynamic_rnn
from flowgraph.recurrent.raw import raw_rnn
from flowgraph.recurrent.static import static_rnn, static_state_saving_rnn
from flowgraph.recurrent.steps import transpose_batch_time as _transpose_batch_time  # noqa: F401  # scripts take it

__all__ = [
    "bidirectional_dynamic_rnn", "dynamic_rnn", "raw_rnn", "static_bidirectional_rnn", "static_rnn",
    "static_state_saving_rnn",
]

_absent.watch(__name__)
