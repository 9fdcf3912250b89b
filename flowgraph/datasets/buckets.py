"""Batches of elements of similar length: tf.data.experimental.bucket_by_sequence_length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import Change, group_by_window
from flowgraph.datasets.structure import map_leaves
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ops.checks import assert_less
from flowgraph.ops.compare import less, less_equal, logical_and
from flowgraph.ops.constant import constant
from flowgraph.ops.reduction import reduce_min
from flowgraph.ops.select import where
from flowgraph.shapes import TensorShape


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Change:
    """Batches of elements whose lengths lie between the same boundaries, filled up.

    Args:
      element_length_func: takes an element, returns its length, an int32 scalar.
      bucket_boundaries: the boundaries, rising.
      bucket_batch_sizes: the batch size for each bucket: one more than there are boundaries.
      padded_shapes, padding_values, drop_remainder: see `Dataset.padded_batch`.
      pad_to_bucket_boundary: whether unknown sizes are filled up to one less than the bucket's boundary.
      no_padding: whether elements are stacked as they are.

    Raises:
      ValueError: there are not as many batch sizes.

    >>> rows = tf.data.Dataset.range(1, 6).map(lambda n: tf.fill([n], n))
    >>> buckets = bucket_by_sequence_length(tf.size, [3], [2, 3])
    >>> run(rows.apply(buckets).make_one_shot_iterator().get_next())
    array([[1, 0],
           [2, 2]])
    """
    with name_scope("bucket_by_seq_length"):
        if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
            raise refusal("len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1")
        sizes = constant(bucket_batch_sizes, dtype=dt.int64)

        def element_to_bucket_id(*args: Any) -> Any:
            length = element_length_func(*args)
            ends = list(bucket_boundaries)
            least, most = [np.iinfo(np.int32).min, *ends], [*ends, np.iinfo(np.int32).max]
            return reduce_min(where(logical_and(less_equal(least, length), less(length, most))))

        def window_size_fn(bucket_id: Any) -> Any:
            return sizes[bucket_id]

        def batching_fn(bucket_id: Any, grouped_dataset: Dataset) -> Dataset:
            size = window_size_fn(bucket_id)
            if no_padding:
                return grouped_dataset.batch(size, drop_remainder=drop_remainder)
            filler = _filler(bucket_id) if pad_to_bucket_boundary else None
            shapes = padded_shapes or grouped_dataset.output_shapes
            full = map_leaves(lambda shape: _filled(TensorShape(shape), filler), shapes)
            return grouped_dataset.padded_batch(size, full, padding_values, drop_remainder=drop_remainder)

        def _filler(bucket_id: Any) -> Any:
            line = "When pad_to_bucket_boundary=True, elements must have length < max(bucket_boundaries)."
            last = constant(len(bucket_batch_sizes) - 1, dtype=dt.int64)
            with control_dependencies([assert_less(bucket_id, last, message=line)]):
                ends = constant(bucket_boundaries, dtype=dt.int64)
                return ends[bucket_id] - 1

    return lambda dataset: dataset.apply(
        group_by_window(element_to_bucket_id, batching_fn, window_size_func=window_size_fn)
    )


def _filled(shape: TensorShape, filler: Any) -> list[Any]:
    return [filler if size is None else size for size in shape.as_list()]
