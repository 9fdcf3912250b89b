"""tensorflow.python.data.ops.dataset_ops."""

from flowgraph import absent as _absent
from flowgraph.data import Dataset, Options, make_initializable_iterator, make_one_shot_iterator

__all__ = ["Dataset", "Options", "make_initializable_iterator", "make_one_shot_iterator"]

_absent.watch(__name__)
