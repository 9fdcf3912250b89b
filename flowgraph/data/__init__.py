"""Data sets and the ways to read them."""

from flowgraph import absent as _absent

_absent.watch(__name__)  # `tf.data` is TensorFlow's, too
