"""Input pipelines: tf.data."""
