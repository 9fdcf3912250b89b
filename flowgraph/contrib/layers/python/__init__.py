"""tensorflow.contrib.layers.python: the inside of tf.contrib.layers that old scripts import from."""
