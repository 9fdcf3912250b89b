"""tensorflow.python.data.ops.dataset_ops."""

from flowgraph import absent as _absent
from flowgraph.data import Dataset, Options, make_initializable_iterator, make_one_shot_iterator
from flowgraph.data import Dataset as DatasetV1
from flowgraph.datasets.own import DatasetSource, DatasetV2, UnaryDataset, UnaryUnchangedStructureDataset

__all__ = [
    "Dataset",
    "DatasetSource",
    "DatasetV1",
    "DatasetV2",
    "Options",
    "UnaryDataset",
    "UnaryUnchangedStructureDataset",
    "make_initializable_iterator",
    "make_one_shot_iterator",
]

_absent.watch(__name__)
