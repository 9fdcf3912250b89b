"""`tf.data`: input pipelines."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.data import experimental
from flowgraph.datasets.base import make_initializable_iterator, make_one_shot_iterator
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.iterators import Iterator, get_output_classes, get_output_shapes, get_output_types
from flowgraph.datasets.options import Options
from flowgraph.datasets.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from flowgraph.datasets.structure import DatasetSpec

__all__ = [
    "Dataset", "DatasetSpec", "FixedLengthRecordDataset", "Iterator", "Options", "TFRecordDataset", "TextLineDataset",
    "experimental", "get_output_classes", "get_output_shapes", "get_output_types", "make_initializable_iterator",
    "make_one_shot_iterator",
]

_absent.watch(__name__)
