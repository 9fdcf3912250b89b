"""Data for `tf.contrib.slim`: readers in parallel, examples decoded into items, queues."""
