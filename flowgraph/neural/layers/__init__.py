"""Layers: a function of tensors together with the variables that it makes the first time it is called (tf.layers)."""
