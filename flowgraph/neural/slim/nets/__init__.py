"""Well-known networks for images, of slim's layers (tf.contrib.slim.nets)."""
