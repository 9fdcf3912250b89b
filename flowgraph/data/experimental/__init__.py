"""`tf.data.experimental`: further functions of datasets, mostly for `Dataset.apply`."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.datasets.buckets import bucket_by_sequence_length
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
    take_while,
    unbatch,
    unique,
)
from flowgraph.datasets.more import (
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Reducer,
    SparseTensorStructure,
    TensorStructure,
    TFRecordWriter,
    cardinality,
    dense_to_sparse_batch,
    from_variant,
    get_structure,
    group_by_reducer,
    map_and_batch_with_legacy_function,
    to_variant,
)
from flowgraph.datasets.optional import (
    Optional,
    get_next_as_optional,
)
from flowgraph.datasets.optional import OptionalSpec as OptionalStructure
from flowgraph.datasets.options import (
    DistributeOptions,
    MapVectorizationOptions,
    OptimizationOptions,
    StatsOptions,
    ThreadingOptions,
)
from flowgraph.datasets.resampling import (
    rejection_resample,
)
from flowgraph.datasets.structure import DatasetSpec as DatasetStructure
from flowgraph.datasets.tables import (
    CsvDataset,
    SqlDataset,
)

__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Counter", "CsvDataset", "DatasetStructure",
    "DistributeOptions", "MapVectorizationOptions", "OptimizationOptions", "Optional", "OptionalStructure",
    "RandomDataset", "Reducer", "SparseTensorStructure", "SqlDataset", "StatsOptions", "TFRecordWriter",
    "TensorStructure", "ThreadingOptions", "bucket_by_sequence_length", "cardinality", "choose_from_datasets",
    "copy_to_device", "dense_to_sparse_batch", "enumerate_dataset", "from_variant", "get_next_as_optional",
    "get_single_element", "get_structure", "group_by_reducer", "group_by_window", "ignore_errors",
    "make_batched_features_dataset", "make_csv_dataset", "map_and_batch", "map_and_batch_with_legacy_function",
    "parallel_interleave", "parse_example_dataset", "prefetch_to_device", "rejection_resample",
    "sample_from_datasets", "scan", "shuffle_and_repeat", "take_while", "to_variant", "unbatch", "unique",
]

_absent.watch(__name__)
