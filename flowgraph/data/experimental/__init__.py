"""`tf.data.experimental`: further functions of datasets, mostly for `Dataset.apply`."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.datasets.buckets import bucket_by_sequence_length
from flowgraph.datasets.choosing import choose_from_datasets, sample_from_datasets
from flowgraph.datasets.experimental import (
    AUTOTUNE,
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
    take_while,
    unbatch,
    unique,
)
from flowgraph.datasets.options import OptimizationOptions

__all__ = [
    "AUTOTUNE", "Counter", "OptimizationOptions", "RandomDataset", "bucket_by_sequence_length",
    "choose_from_datasets", "enumerate_dataset", "get_single_element", "group_by_window", "ignore_errors",
    "map_and_batch", "parallel_interleave", "sample_from_datasets", "scan", "shuffle_and_repeat",
    "take_while", "unbatch", "unique",
]

_absent.watch(__name__)
