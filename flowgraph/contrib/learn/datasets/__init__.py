"""`tf.contrib.learn.datasets`."""

from flowgraph import absent as _absent
from flowgraph.contrib.learn.datasets import mnist

__all__ = ["mnist"]

_absent.watch(__name__)
