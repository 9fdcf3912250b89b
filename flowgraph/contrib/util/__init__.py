"""`tf.contrib.util`: arrays and tensors as protocol buffers, and other helpers."""

__all__: list[str] = []
