"""`tf.contrib.legacy_seq2seq`: sequence to sequence models over Python lists of tensors."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
