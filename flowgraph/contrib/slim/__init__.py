"""`tf.contrib.slim`: layers with shared arguments, losses, and training in one call."""

__all__: list[str] = []
