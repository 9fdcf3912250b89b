"""`tf.contrib.data`: what `tf.data` and `tf.data.experimental` were before they were moved."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.datasets.choosing import choose_from_datasets, sample_from_datasets
from flowgraph.datasets.experimental import (
    Counter,
    RandomDataset,
    enumerate_dataset,
    get_single_element,
    group_by_window,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    scan,
    shuffle_and_repeat,
    unbatch,
    unique,
)
from flowgraph.datasets.older import (
    batch_and_drop_remainder,
    bucket_by_sequence_length,
    padded_batch_and_drop_remainder,
    sloppy_interleave,
)

__all__ = [
    "Counter", "RandomDataset", "batch_and_drop_remainder", "bucket_by_sequence_length", "choose_from_datasets",
    "enumerate_dataset", "get_single_element", "group_by_window", "ignore_errors", "map_and_batch",
    "padded_batch_and_drop_remainder", "parallel_interleave", "sample_from_datasets", "scan", "shuffle_and_repeat",
    "sloppy_interleave", "unbatch", "unique",
]

_absent.watch(__name__)
