"""`tf.contrib.data`: what `tf.data` and `tf.data.experimental` were before they were moved."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.datasets.choosing import choose_from_datasets, sample_from_datasets
from flowgraph.datasets.csv_files import (
    make_csv_dataset,
)
from flowgraph.datasets.devices import copy_to_device, prefetch_to_device
from flowgraph.datasets.examples import (
    make_batched_features_dataset,
    parse_example_dataset,
)
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
    unbatch,
    unique,
)
from flowgraph.datasets.more import (
    Reducer,
    TFRecordWriter,
    dense_to_sparse_batch,
    group_by_reducer,
)
from flowgraph.datasets.older import (
    assert_element_shape,
    batch_and_drop_remainder,
    bucket_by_sequence_length,
    padded_batch_and_drop_remainder,
    read_batch_features,
    sliding_window_batch,
    sloppy_interleave,
)
from flowgraph.datasets.optional import (
    Optional,
    get_next_as_optional,
)
from flowgraph.datasets.resampling import (
    rejection_resample,
)
from flowgraph.datasets.tables import (
    CsvDataset,
    SqlDataset,
)

__all__ = [
    "AUTOTUNE", "Counter", "CsvDataset", "Optional", "RandomDataset", "Reducer", "SqlDataset", "TFRecordWriter",
    "assert_element_shape", "batch_and_drop_remainder", "bucket_by_sequence_length", "choose_from_datasets",
    "copy_to_device", "dense_to_sparse_batch", "enumerate_dataset", "get_next_as_optional", "get_single_element",
    "group_by_reducer", "group_by_window", "ignore_errors", "make_batched_features_dataset", "make_csv_dataset",
    "map_and_batch", "padded_batch_and_drop_remainder", "parallel_interleave", "parse_example_dataset",
    "prefetch_to_device", "read_batch_features", "rejection_resample", "sample_from_datasets", "scan",
    "shuffle_and_repeat", "sliding_window_batch", "sloppy_interleave", "unbatch", "unique",
]

_absent.watch(__name__)
