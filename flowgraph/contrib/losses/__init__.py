"""`tf.contrib.losses`: losses as scripts knew them before `tf.losses`."""

__all__: list[str] = []
