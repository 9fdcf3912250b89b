"""Functions of datasets that TF had in tf.contrib.data only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.datasets import buckets
from flowgraph.datasets.experimental import Change, parallel_interleave


def batch_and_drop_remainder(batch_size: Any) -> Change:
    """As `Dataset.batch`, without a last batch that has fewer elements.

    Args:
      batch_size: how many make a batch.

    >>> dataset = tf.data.Dataset.range(5).apply(batch_and_drop_remainder(2))
    >>> dataset.output_shapes.as_list()
    [2]
    """
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size: Any, padded_shapes: Any, padding_values: Any = None) -> Change:
    """As `Dataset.padded_batch`, without a last batch that has fewer elements.

    Args:
      batch_size, padded_shapes, padding_values: see `Dataset.padded_batch`.
    """
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values, drop_remainder=True)


def sloppy_interleave(map_func: Callable[..., Any], cycle_length: Any, block_length: Any = 1) -> Change:
    """As `Dataset.interleave`; the order may depend on chance in TF, here it never does.

    Args:
      map_func, cycle_length, block_length: see `Dataset.interleave`.
    """
    return parallel_interleave(map_func, cycle_length, block_length, sloppy=True)


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
) -> Change:
    """See `tf.data.experimental.bucket_by_sequence_length`."""
    return buckets.bucket_by_sequence_length(
        element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes, padding_values,
        pad_to_bucket_boundary, no_padding,
    )  # fmt: skip
