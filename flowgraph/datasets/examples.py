"""Datasets of parsed examples: tf.data.experimental.parse_example_dataset and make_batched_features_dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets.csv_files import interleaved, mapped, shuffled_epochs
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import Change
from flowgraph.datasets.readers import TFRecordDataset
from flowgraph.datasets.structure import SparseTensorSpec, TensorSpec
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops.dataset_tables import PARSE_EXAMPLE_DATASET
from flowgraph.ops.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    SparseFeature,
    VarLenFeature,
    defaults_of,
    merged,
    raw,
    with_rows,
)
from flowgraph.ops.readers import ReaderBase


def parse_example_dataset(features: Mapping[str, Any], num_parallel_calls: Any = 1) -> Change:
    """Dicts of the features of examples, for datasets of vectors of serialized `tf.train.Example`s.

    Args:
      features: see `tf.parse_example`.
      num_parallel_calls: how many threads parse; the order stays.

    Raises:
      ValueError: there are no features.
      TypeError: (when applied) the dataset is of something else.

    >>> example = tf.train.Example()
    >>> example.features.feature["age"].int64_list.value.append(41)
    >>> parse = parse_example_dataset({"age": tf.FixedLenFeature([], tf.int64)})
    >>> dataset = tf.data.Dataset.from_tensors([example.SerializeToString()]).apply(parse)
    >>> run(dataset.make_one_shot_iterator().get_next())
    {'age': array([41])}
    """
    if features is None:
        raise refusal(f"Missing: features was {features}.")

    def change(dataset: Dataset) -> Dataset:
        given = dataset.element_spec
        if not isinstance(given, TensorSpec) or given.dtype != dt.string or not given.shape.is_compatible_with([None]):
            raise refusal("Input dataset should be a dataset of vectors of strings", TypeError)
        known = raw(with_rows(features), (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature))
        spec: dict[str, Any] = {
            key: TensorSpec(given.shape.concatenate(shape), dtype)
            for key, dtype, shape in zip(known.dense_keys, known.dense_types, known.dense_shapes, strict=True)
        }
        for key, dtype in zip(known.sparse_keys, known.sparse_types, strict=True):
            spec[key] = SparseTensorSpec(given.shape.concatenate([None]), dtype)
        made = dataset._next(
            PARSE_EXAMPLE_DATASET, num_parallel_calls, defaults_of(known), spec=spec,
            sparse_keys=tuple(known.sparse_keys), dense_keys=tuple(known.dense_keys),
            sparse_types=tuple(known.sparse_types), dense_shapes=tuple(shape.sizes for shape in known.dense_shapes),
        )  # fmt: skip
        if any(isinstance(feature, SparseFeature) for feature in features.values()):
            traced = Traced(lambda found: merged(features, found), "Dataset.map()", made.element_spec)
            threads = convert_to_tensor(num_parallel_calls, dt.int32, "num_parallel_calls")
            parallel = functions.PARALLEL_MAP_DATASET
            return made._calling(parallel, traced, threads, spec=traced.spec, preserve_cardinality=True)
        return made

    return change


def make_batched_features_dataset(
    file_pattern: Any, batch_size: Any, features: Mapping[str, Any], reader: Any = TFRecordDataset,
    label_key: str | None = None, reader_args: Sequence[Any] | None = None, num_epochs: int | None = None,
    shuffle: bool = True, shuffle_buffer_size: Any = 10000, shuffle_seed: Any = None,
    prefetch_buffer_size: Any = None, reader_num_threads: Any = None, parser_num_threads: Any = None,
    sloppy_ordering: bool = False, drop_final_batch: bool = False,
) -> Dataset:  # fmt: skip
    """Batches of the features of examples in files: dicts, or pairs of a dict and a label.

    Args:
      file_pattern: a pattern as in `tf.gfile.Glob`, or several.
      batch_size: how many examples make a batch.
      features: see `tf.parse_example`.
      reader: makes a dataset of examples of the name of a file.
      label_key: a feature that is given apart.
      reader_args: further arguments for `reader`.
      num_epochs: how many times the examples are read; None: again and again.
      shuffle, shuffle_buffer_size, shuffle_seed: whether and how they are shuffled.
      prefetch_buffer_size: how many batches are read ahead; by default that is left to the library.
      reader_num_threads: how many files are read at a time, by default one.
      parser_num_threads: how many threads parse, by default two.
      sloppy_ordering: whether the order may depend on chance; here it never does.
      drop_final_batch: whether a last batch that has fewer is left out.

    Raises:
      TypeError: `reader` is a `tf.TFRecordReader` or its kin.
      ValueError: `label_key` is no feature.
    """
    dataset = Dataset.list_files(file_pattern, shuffle=shuffle, seed=shuffle_seed)
    if isinstance(reader, type) and issubclass(reader, ReaderBase):
        line = "The `reader` argument must return a `Dataset` object. `tf.ReaderBase` subclasses are not supported. "
        mend = "For example, pass `tf.data.TFRecordDataset` instead of `tf.TFRecordReader`."
        raise refusal(line + mend, TypeError)
    threads = 1 if reader_num_threads is None else reader_num_threads
    arguments = reader_args or []
    dataset = interleaved(dataset, lambda filename: reader(filename, *arguments), threads, sloppy_ordering)
    if dataset.output_types == (dt.string, dt.string):
        dataset = mapped(dataset, lambda _, v: v)
    dataset = shuffled_epochs(dataset, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    dataset = dataset.apply(parse_example_dataset(features, 2 if parser_num_threads is None else parser_num_threads))
    if label_key:
        if label_key not in features:
            raise refusal(f"The `label_key` provided ({label_key!r}) must be one of the `features` keys.")
        dataset = dataset.map(lambda x: (x, x.pop(label_key)))
    return dataset.prefetch(-1 if prefetch_buffer_size is None else prefetch_buffer_size)
