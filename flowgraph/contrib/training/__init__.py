"""`tf.contrib.training`: hyperparameters, and helpers of training loops."""

__all__: list[str] = []
