"""Functions of datasets that TF had in tf.contrib.data only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.datasets import buckets
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.examples import make_batched_features_dataset
from flowgraph.datasets.experimental import Change, parallel_interleave
from flowgraph.datasets.numbers import number
from flowgraph.datasets.readers import TFRecordDataset
from flowgraph.datasets.structure import flatten, flatten_up_to, map_leaves, pack
from flowgraph.ir.refusal import refusal
from flowgraph.ops import dataset_ops as ops
from flowgraph.ops.right_shape import with_shape


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


def sliding_window_batch(
    window_size: Any, stride: Any = None, window_shift: Any = None, window_stride: Any = 1
) -> Change:
    """Batches that overlap; last elements that fill none are left out.

    Args:
      window_size: how many elements make a batch.
      stride: an older name of `window_shift`.
      window_shift: how far the next batch begins behind it; 1 by default.
      window_stride: how far apart its elements are.

    Raises:
      ValueError: both `stride` and `window_shift` are given.

    >>> dataset = tf.data.Dataset.range(5).apply(sliding_window_batch(3, window_shift=2))
    >>> run(dataset.skip(1).make_one_shot_iterator().get_next())
    array([2, 3, 4])
    """
    if stride is not None and window_shift is not None:
        raise refusal("Cannot specify both `stride` and `window_shift`")
    shift = next((given for given in (stride, window_shift) if given is not None), 1)

    def change(dataset: Dataset) -> Dataset:
        size = number(window_size, "window_stride")  # (TF names it so)
        apart, further = number(window_stride, "window_stride"), number(shift, "window_shift")
        spec = map_leaves(lambda one: one.batch(None), dataset.element_spec)
        return dataset._next(ops.SLIDING_WINDOW_DATASET, size, further, apart, spec=spec)

    return change


def assert_element_shape(expected_shapes: Any) -> Change:
    """The elements, whose components must have certain shapes.

    Args:
      expected_shapes: shapes, nested as the elements are; sizes that are not known are not compared.

    Raises:
      ValueError: it is known already that they have not.
      InvalidArgumentError: (when run) they have not.

    >>> dataset = tf.data.Dataset.range(4).batch(2).apply(assert_element_shape(tf.TensorShape([2])))
    >>> dataset.output_shapes.as_list()
    [2]
    """

    def _check_shape(*element: Any) -> Any:  # (in graphs the function has TF's name)
        pairs = zip(flatten(expected_shapes), flatten(element), strict=False)
        parts = [part if shape.ndims is None else with_shape(shape, part) for shape, part in pairs]
        return pack(element, parts)

    def change(dataset: Dataset) -> Dataset:
        spec, wanted = dataset.element_spec, flatten_up_to(dataset.element_spec, expected_shapes)
        merged = [
            type(one)(one.shape.merge_with(shape), one.dtype) for one, shape in zip(flatten(spec), wanted, strict=True)
        ]
        mapped = dataset.map(_check_shape)
        return Dataset._over(mapped._variant_tensor, pack(spec, merged), [mapped])

    return change


def read_batch_features(
    file_pattern: Any, batch_size: Any, features: Any, reader: Any = None, reader_args: Any = None,
    randomize_input: bool = True, num_epochs: Any = None, capacity: Any = 10000,
) -> Any:  # fmt: skip
    """Batches of the features of Examples in files, as tensors.

    Args:
      file_pattern, batch_size, features, reader, reader_args, num_epochs: see
        `tf.data.experimental.make_batched_features_dataset`.
      randomize_input: whether the order is random.
      capacity: how many elements the buffer holds from which they are drawn.

    Returns:
      A dict of tensors and sparse tensors by the features' keys.
    """
    dataset = make_batched_features_dataset(
        file_pattern, batch_size, features, reader=reader or TFRecordDataset, reader_args=reader_args,
        shuffle=randomize_input, num_epochs=num_epochs, shuffle_buffer_size=capacity,
    )  # fmt: skip
    return dataset.make_one_shot_iterator().get_next()
