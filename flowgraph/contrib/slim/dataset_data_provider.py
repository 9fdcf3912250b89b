"""`tf.contrib.slim.dataset_data_provider`: the items of a data set, read from its files."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.providers import DatasetDataProvider

__all__ = ["DatasetDataProvider"]

_absent.watch(__name__)
