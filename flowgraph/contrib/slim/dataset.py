"""`tf.contrib.slim.dataset`: all that is known of a data set."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.providers import Dataset

__all__ = ["Dataset"]

_absent.watch(__name__)
