"""`tf.contrib.seq2seq`: decoders, attention and beam search."""

from flowgraph.ops.gather_tree import gather_tree

__all__ = ["gather_tree"]
