"""Metrics over many batches: local variables that count, ops that update them, and what they say (tf.metrics)."""
