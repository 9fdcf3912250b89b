"""`tf.contrib.seq2seq`: decoders, attention and beam search."""

__all__: list[str] = []
