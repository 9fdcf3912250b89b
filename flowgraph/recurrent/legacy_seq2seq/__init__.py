"""Sequence to sequence models over lists of tensors, one for each step (tf.contrib.legacy_seq2seq)."""
