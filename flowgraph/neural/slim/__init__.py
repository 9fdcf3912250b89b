"""The layers of tf.contrib.layers and tf.contrib.slim, whose arguments can be shared by blocks of code."""
