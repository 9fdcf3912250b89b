"""`tf.contrib.learn`: its preprocessing of texts and its MNIST; there are no estimators."""

from flowgraph import absent as _absent
from flowgraph.contrib.learn import datasets, preprocessing

__all__ = ["datasets", "preprocessing"]

_absent.watch(__name__)
