"""`tf.contrib.training`: hyperparameters, and helpers of training loops."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
