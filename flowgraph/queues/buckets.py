"""Buckets: examples of similar length make a batch, so that little is filled up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.case import smart_cond
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, less, less_equal, logical_and
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.queues import FIFOQueue, PaddingFIFOQueue, QueueBase
from flowgraph.ops.reduction import reduce_min
from flowgraph.ops.select import where
from flowgraph.ops.summary import scalar
from flowgraph.queues.examples import Tensors, as_given, as_list, converted, dtypes_of, shapes_of, which_kept
from flowgraph.queues.runner import QueueRunner, add_queue_runner
from flowgraph.queues.sparse_batches import restored, stored
from flowgraph.shapes import TensorShape

__all__ = ["bucket", "bucket_by_sequence_length"]

_ENDS = (errors.OutOfRangeError, errors.CancelledError)


def bucket(
    tensors: Tensors, which_bucket: Any, batch_size: Any, num_buckets: int, num_threads: int = 1, capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None, shapes: Any = None, dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False, keep_input: Any = True, shared_name: str | None = None,
    name: str | None = None,
) -> tuple[Tensor, Any]:  # fmt: skip
    """Batches of examples that lie in the same bucket.

    Each bucket is a queue; as soon as one has enough for a batch, the batch goes into a queue of batches.

    Args:
      tensors: a list or dict of tensors, one example.
      which_bucket: the number of the bucket for it, an int32 scalar.
      batch_size: how many examples make a batch, or a list of as many numbers as there are buckets.
      num_buckets: how many buckets there are.
      num_threads: how many threads compute examples.
      capacity: how many batches wait at most, and how many examples in each bucket.
      bucket_capacities: how many examples wait in each bucket at most, where they differ.
      shapes: the shape of each tensor of an example, where the graph does not know it.
      dynamic_pad: whether examples of different sizes are filled up.
      allow_smaller_final_batch: whether what is left at the end makes batches.
      keep_input: whether to take the example, a bool scalar.
      shared_name: all such queues of this name in one session are the same.
      name: the name of the scope.

    Returns:
      The number of the bucket, and the batch, which is what `tensors` is.

    Raises:
      ValueError: a list has not as many members as there are buckets, or a shape is not known.
    """
    sizes = list(batch_size) if isinstance(batch_size, list | tuple) else [batch_size] * num_buckets
    if len(sizes) != num_buckets:
        raise refusal("If batch_size is a list it must have num_buckets elements")
    capacities = [capacity] * num_buckets if bucket_capacities is None else bucket_capacities
    if len(capacities) != num_buckets:
        line = (
            f"The list bucket_capacities ({bucket_capacities}) must have exactly num_buckets ({num_buckets}) elements."
        )
        raise refusal(line)
    listed = as_list(tensors)
    with name_scope(name, "bucket", listed):
        listed = converted(listed, "bucket")
        keep = which_kept(keep_input, enqueue_many=False)
        [listed], sparse = stored([listed], False, keep)
        sizes = [_static(size) for size in sizes]
        types, shapes = dtypes_of([listed]), shapes_of([listed], shapes, False)
        which = convert_to_tensor(which_bucket, dtype=dt.int32, name="which_bucket")
        kind: Any = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queues = [
            kind(
                capacity=capacities[i], dtypes=types, shapes=shapes, name=f"bucket_queue_{i}",
                shared_name=None if shared_name is None else f"{shared_name}_{i}",
            )
            for i in range(num_buckets)
        ]  # fmt: skip
        varies = allow_smaller_final_batch or isinstance(batch_size, list | tuple) or isinstance(sizes[-1], Tensor)
        rows = TensorShape([None if varies else sizes[-1]])
        top = PaddingFIFOQueue(
            capacity, [dt.int32, *types], [TensorShape([]), *[rows.concatenate(shape) for shape in queues[0].shapes]],
            shared_name=shared_name, name="top_queue",
        )  # fmt: skip
        fill = smart_cond(keep, lambda: _put(queues, which, listed), no_op)
        _run_buckets(queues, top, sizes, allow_smaller_final_batch, [fill] * num_threads)
        _measure(queues, top, capacity)
        number, *batch = top.dequeue(name="dequeue_top")
        return number, as_given(tensors, restored(batch[0] if len(batch) == 1 else batch, sparse))


def _static(size: Any) -> Any:
    """A batch's size as a number, if it is known; else as a tensor."""
    tensor = convert_to_tensor(size, dtype=dt.int32, name="batch_size")
    known = tensor.constant()
    return tensor if known is None else int(known)


def _put(queues: Sequence[QueueBase], which: Tensor, tensors: Sequence[Tensor]) -> Operation:
    """Put an example into its bucket."""

    def into(queue: QueueBase) -> Callable[[], Operation]:
        return lambda: queue.enqueue(tensors)

    puts = [cond(equal(which, number), into(queue), no_op) for number, queue in enumerate(queues)]
    return group(*puts, name="group_enqueues")


def _run_buckets(
    queues: Sequence[QueueBase], top: QueueBase, sizes: Sequence[Any], smaller: bool, fill: Sequence[Any]
) -> None:
    """Add the threads that fill the buckets, and those that make batches of what is in them."""
    batches = []
    for number, (queue, size) in enumerate(zip(queues, sizes, strict=True)):
        taken_from = constant(number)
        taken = (queue.dequeue_up_to if smaller else queue.dequeue_many)(size, name=f"read_bucket_{number}")
        parts = taken if isinstance(taken, list) else [taken]
        batches.append(top.enqueue([taken_from, *parts], name=f"enqueue_from_bucket_{number}"))
    close, cancel = top.close(), top.close(cancel_pending_enqueues=True)
    add_queue_runner(QueueRunner(queues[0], batches, close, cancel, queue_closed_exception_types=_ENDS))
    close = group(*[queue.close() for queue in queues])
    cancel = group(*[queue.close(cancel_pending_enqueues=True) for queue in queues])
    add_queue_runner(QueueRunner(top, fill, close, cancel, queue_closed_exception_types=_ENDS))


def _measure(queues: Sequence[QueueBase], top: QueueBase, capacity: int) -> None:
    for queue in queues:
        scalar(f"bucket/{queue.name}/size", cast(top.size(), dt.float32))
    full = cast(top.size(), dt.float32) * (1.0 / capacity)
    scalar(f"bucket/{top.name}/fraction_of_{capacity}_full", full)


def bucket_by_sequence_length(
    input_length: Any, tensors: Tensors, batch_size: Any, bucket_boundaries: Sequence[int], num_threads: int = 1,
    capacity: int = 32, bucket_capacities: Sequence[int] | None = None, shapes: Any = None, dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False, keep_input: Any = True, shared_name: str | None = None,
    name: str | None = None,
) -> tuple[Tensor, Any]:  # fmt: skip
    """Batches of examples of similar length.

    Args:
      input_length: the length of the example, an int32 scalar.
      tensors, batch_size, num_threads, capacity, bucket_capacities, shapes, dynamic_pad, allow_smaller_final_batch,
        keep_input, shared_name, name: see `tf.contrib.training.bucket`.
      bucket_boundaries: ascending lengths; the first bucket is for those below the first, the last for those from
        the last on.

    Returns:
      The lengths of the examples, and the batch, which is what `tensors` is.

    Raises:
      TypeError: the boundaries are no list of integers.
      ValueError: they do not ascend, or there are none.

    >>> length = tf.train.range_input_producer(6, num_epochs=1, shuffle=False).dequeue()
    >>> lengths, [batch] = tf.contrib.training.bucket_by_sequence_length(
    ...     length, [tf.fill([length], 7)], 3, [3], dynamic_pad=True)
    >>> with tf.train.MonitoredSession() as sess:
    ...     print(sess.run([lengths, batch])[1].shape)
    (3, ...)
    """
    listed = list(as_list(tensors))
    if not isinstance(bucket_boundaries, list | tuple):
        line = f"bucket_boundaries must be a list or tuple, but received: {bucket_boundaries}"
        raise refusal(line, TypeError)
    if not bucket_boundaries:
        raise refusal("bucket_boundaries must not be empty")
    for low, high in pairwise(bucket_boundaries):
        if not isinstance(low, int) or not isinstance(high, int):
            raise refusal(f"bucket boundaries must be integers, but saw: {low} and {high}", TypeError)
        if low >= high:
            raise refusal(f"Buckets must contain sequential increasing lengths, but saw: {low} before {high}")
    with name_scope(name, "bucket_by_sequence_length", [input_length, *listed]):
        length = convert_to_tensor(input_length, dtype=dt.int32, name="input_length")
        ends = np.iinfo(np.int32)
        lowest, highest = [int(ends.min), *bucket_boundaries], [*bucket_boundaries, int(ends.max)]
        inside = logical_and(less_equal(lowest, length), less(length, highest))
        which = cast(reduce_min(where(inside)), dt.int32)
        if shapes is not None:
            shapes = [TensorShape([]), *shapes]
        _, (lengths, *found) = bucket(
            [length, *listed], which, batch_size, len(bucket_boundaries) + 1, num_threads, capacity,
            bucket_capacities, shapes, dynamic_pad, allow_smaller_final_batch, keep_input, shared_name,
        )  # fmt: skip
        return lengths, as_given(tensors, found)
