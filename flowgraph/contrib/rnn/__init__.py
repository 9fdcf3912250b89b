"""`tf.contrib.rnn`: recurrent cells, their wrappers, and what unrolls them."""

__all__: list[str] = []
