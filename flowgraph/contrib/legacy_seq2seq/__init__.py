"""`tf.contrib.legacy_seq2seq`: sequence to sequence models over Python lists of tensors."""

__all__: list[str] = []
