"""`tf.contrib.learn.datasets.mnist`: handwritten digits, from files in MNIST's format or those that are bundled."""

from flowgraph import absent as _absent
from flowgraph.data.idx import dense_to_one_hot, extract_images, extract_labels
from flowgraph.data.mnist import DataSet, load_mnist, read_data_sets

__all__ = ["DataSet", "dense_to_one_hot", "extract_images", "extract_labels", "load_mnist", "read_data_sets"]

_absent.watch(__name__)
