"""tensorflow.contrib.framework.python: the inside of tf.contrib.framework that old scripts import from."""
