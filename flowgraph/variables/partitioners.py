"""Partitioners: functions that say into how many pieces a variable is cut along each axis.

`tf.get_variable` and `tf.variable_scope` take one and call it as `partitioner(shape=..., dtype=...)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.shapes import TensorShape

Partitioner = Callable[..., list[int]]


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Partitioner:
    """A partitioner that cuts each variable into so many pieces along an axis, or into as many as the axis has rows.

    >>> with tf.variable_scope("net", partitioner=fixed_size_partitioner(2)):
    ...     w = tf.get_variable("w", [5, 3])
    >>> [part.shape.as_list() for part in w]
    [[3, 3], [2, 3]]
    """

    def partitioner(shape: TensorShape, **unused_args: Any) -> list[int]:  # noqa: ARG001  (the dtype)
        partitions = [1] * len(shape)
        partitions[axis] = min(num_shards, _sizes(shape)[axis])
        return partitions

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes: int, axis: int = 0, bytes_per_string_element: int = 16, max_shards: int | None = None
) -> Partitioner:
    """A partitioner that cuts along an axis such that no piece has more than so many bytes, as far as that goes.

    Args:
      max_shard_bytes: how large a piece may be.
      axis: the axis to cut along.
      bytes_per_string_element: what an entry of a string variable counts.
      max_shards: at most so many pieces, though they may then be larger.

    Raises:
      ValueError: a number is not positive.

    >>> partitioner = variable_axis_size_partitioner(max_shard_bytes=40)
    >>> partitioner(shape=tf.TensorShape([8, 3]), dtype=tf.float32)
    [3, 1]
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape: TensorShape, dtype: DType) -> list[int]:
        if not isinstance(shape, TensorShape):
            raise ValueError(f"shape is not a TensorShape: {shape}")
        if not shape.is_fully_defined():
            raise ValueError(f"shape is not fully defined: {shape}")
        if not isinstance(dtype, DType):
            raise ValueError(f"dtype is not a DType: {dtype}")
        sizes = _sizes(shape)
        row_bytes = math.prod(sizes) / sizes[axis] * _entry_bytes(dtype, bytes_per_string_element)
        rows = max(1, math.floor(max_shard_bytes / row_bytes))
        count = math.ceil(sizes[axis] / rows)
        partitions = [1] * len(sizes)
        partitions[axis] = min(max_shards, count) if max_shards else count
        return partitions

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1, axis: int = 0, min_slice_size: int = 256 << 10, bytes_per_string_element: int = 16
) -> Partitioner:
    """A partitioner that cuts along an axis into pieces of at least so many bytes, and not too many of them.

    Args:
      max_partitions: at most so many pieces.
      axis: the axis to cut along.
      min_slice_size: how small a piece may be, in bytes.
      bytes_per_string_element: what an entry of a string variable counts.

    >>> partitioner = min_max_variable_partitioner(max_partitions=8, min_slice_size=40)
    >>> partitioner(shape=tf.TensorShape([8, 3]), dtype=tf.float32)
    [3, 1]
    """

    def partitioner(shape: TensorShape, dtype: DType) -> list[int]:
        if axis >= len(shape):
            raise ValueError(f"Can not partition variable along axis {axis} when shape is only {shape}")
        sizes = _sizes(shape)
        wanted = math.ceil(math.prod(sizes) * _entry_bytes(dtype, bytes_per_string_element) / min_slice_size)
        partitions = [1] * len(sizes)
        partitions[axis] = max(1, min(sizes[axis], max_partitions, wanted))
        return partitions

    return partitioner


def _sizes(shape: TensorShape) -> list[int]:
    return [int(size or 0) for size in shape.as_list()]


def _entry_bytes(dtype: DType, of_a_string: int) -> int:
    return of_a_string if dtype.base_dtype is dt.string else dtype.size


def create_partitioned_variables(
    shape: Sequence[int],
    slicing: Sequence[int],
    initializer: Any,
    dtype: Any = dt.float32,
    trainable: bool = True,
    collections: Any = None,
    name: str | None = None,
    reuse: Any = None,
) -> list[Any]:
    """The pieces of a variable, as a list: an older form of `tf.get_variable` with a partitioner.

    Args:
      shape: the shape of the whole.
      slicing: into how many pieces each axis is cut; only one of the numbers may be more than 1.
      initializer: a tensor of that shape, or an initializer that is called for each piece.
      dtype, trainable, collections: as for `tf.get_variable`.
      name: the name of the whole, 'PartitionedVariable' by default; made unique.
      reuse: as for `tf.variable_scope`.

    Raises:
      ValueError: `shape` and `slicing` do not fit each other.

    >>> parts = create_partitioned_variables([4], [2], tf.zeros_initializer(), name="bias")
    >>> [part.name for part in parts]
    ['bias/part_0:0', 'bias/part_1:0']
    """
    from flowgraph.variables.block import variable_scope
    from flowgraph.variables.scope import get_partitioned_variable

    if len(shape) != len(slicing):
        raise ValueError(
            "The 'shape' and 'slicing' of a partitioned Variable must have the length: "
            f"shape: {shape}, slicing: {slicing}"
        )
    if len(shape) < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1: shape: {shape}")
    with variable_scope(name, "PartitionedVariable", reuse=reuse):
        whole = get_partitioned_variable(
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            trainable=trainable,
            partitioner=lambda **_: slicing,
            collections=collections,
        )
    return list(whole)
