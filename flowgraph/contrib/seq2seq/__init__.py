"""`tf.contrib.seq2seq`: decoders, attention and beam search."""

from flowgraph import absent as _absent
from flowgraph.ops.gather_tree import gather_tree
from flowgraph.recurrent.seq2seq.loss import sequence_loss
from flowgraph.recurrent.seq2seq.monotonic import hardmax, monotonic_attention, safe_cumprod

__all__ = [
    "gather_tree",
    "hardmax",
    "monotonic_attention",
    "safe_cumprod",
    "sequence_loss",
]

_absent.watch(__name__)
