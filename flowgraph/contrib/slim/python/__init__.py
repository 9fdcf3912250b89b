"""tensorflow.contrib.slim.python: the inside of tf.contrib.slim that old scripts import from."""
