"""`input_data.read_data_sets`, where TF 1.x scripts look for it."""

from flowgraph.data.idx import dense_to_one_hot, extract_images, extract_labels
from flowgraph.data.mnist import DataSet, Datasets, load_mnist, read_data_sets

__all__ = [
    "DataSet",
    "Datasets",
    "dense_to_one_hot",
    "extract_images",
    "extract_labels",
    "load_mnist",
    "read_data_sets",
]
