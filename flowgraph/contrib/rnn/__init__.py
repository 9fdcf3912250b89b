"""`tf.contrib.rnn`: recurrent cells, their wrappers, and what unrolls them."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
