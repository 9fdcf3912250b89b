"""`tf.contrib.metrics`: metrics as scripts knew them before `tf.metrics`."""

__all__: list[str] = []
