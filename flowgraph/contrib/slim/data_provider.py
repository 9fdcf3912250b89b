"""`tf.contrib.slim.data_provider`: what gives the tensors of items."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.providers import DataProvider

__all__ = ["DataProvider"]

_absent.watch(__name__)
