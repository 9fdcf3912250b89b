"""Batches: single examples are put into a queue by threads of their own, and come out stacked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.case import smart_cond
from flowgraph.ops.cast import cast
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.math import maximum
from flowgraph.ops.partition import dynamic_partition
from flowgraph.ops.queues import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from flowgraph.ops.summary import scalar
from flowgraph.queues.examples import Tensors, as_given, as_list, as_lists, converted, dtypes_of, shapes_of, which_kept
from flowgraph.queues.runner import QueueRunner, add_queue_runner
from flowgraph.queues.sparse_batches import restored, stored

__all__ = [
    "batch", "batch_join", "maybe_batch", "maybe_batch_join", "maybe_shuffle_batch", "maybe_shuffle_batch_join",
    "shuffle_batch", "shuffle_batch_join",
]  # fmt: skip


# -- queues ------------------------------------------------------------------------------------------------


def _chosen(tensors: Sequence[Tensor], keep: Tensor) -> list[Tensor]:
    """The rows that are to be kept."""
    which = cast(keep, dt.int32)
    return [dynamic_partition(tensor, which, num_partitions=2)[1] for tensor in tensors]


def _put(queue: QueueBase, tensors: Sequence[Tensor], enqueue_many: bool, keep: Tensor) -> Any:
    """What puts examples into the queue, if they are to be kept."""
    put: Callable[[Any], Operation] = queue.enqueue_many if enqueue_many else queue.enqueue
    if keep.sizes is not None and len(keep.sizes) == 1:
        return put(_chosen(tensors, keep))
    return smart_cond(keep, lambda: put(tensors), no_op)


def _plain_queue(capacity: int, dynamic_pad: bool, shared_name: str | None) -> Callable[..., QueueBase]:
    kind: Any = PaddingFIFOQueue if dynamic_pad else FIFOQueue
    return lambda types, shapes: kind(capacity=capacity, dtypes=types, shapes=shapes, shared_name=shared_name)


def _shuffled_queue(
    capacity: int, min_after_dequeue: int, seed: Any, shared_name: str | None
) -> Callable[..., QueueBase]:
    return lambda types, shapes: RandomShuffleQueue(
        capacity=capacity, min_after_dequeue=min_after_dequeue, seed=seed, dtypes=types, shapes=shapes,
        shared_name=shared_name,
    )  # fmt: skip


def _batches(
    lists: Sequence[Any],
    threads: int,
    make: Callable[..., QueueBase],
    measure: Callable[[QueueBase], None],
    batch_size: Any,
    keep: Tensor,
    enqueue_many: bool,
    shapes: Any,
    smaller: bool,
    name: str,
) -> Any:
    """What comes out of the queue.

    Args:
      lists: sets of tensors, which go into the queue side by side.
      threads: how many threads put each set in.
      make: makes the queue, given dtypes and shapes.
      measure: adds the summary of how full it is.
      batch_size, enqueue_many, shapes, name: see `tf.train.batch`.
      keep: which examples to take.
      smaller: whether the last batch may be smaller.
    """
    lists, sparse = stored(lists, enqueue_many, keep)
    types = dtypes_of(lists)
    queue = make(types, shapes_of(lists, shapes, enqueue_many))
    put = [op for tensors in lists for op in [_put(queue, tensors, enqueue_many, keep)] * threads]
    add_queue_runner(QueueRunner(queue, put))
    measure(queue)
    take = queue.dequeue_up_to if smaller else queue.dequeue_many
    return restored(take(batch_size, name=name), sparse)


def _batch(
    tensors: Tensors, batch_size: Any, keep_input: Any, num_threads: int, capacity: int, enqueue_many: bool,
    shapes: Any, dynamic_pad: bool, allow_smaller_final_batch: bool, shared_name: str | None, name: str | None,
) -> Any:  # fmt: skip
    listed = as_list(tensors)
    with name_scope(name, "batch", [*listed, keep_input]) as scope:
        listed = converted(listed, "batch")
        keep = which_kept(keep_input, enqueue_many)
        found = _batches(
            [listed], num_threads, _plain_queue(capacity, dynamic_pad, shared_name),
            lambda queue: _measure(queue, capacity), batch_size, keep, enqueue_many, shapes,
            allow_smaller_final_batch, scope,
        )  # fmt: skip
        return as_given(tensors, found)


def _batch_join(
    tensors_list: Sequence[Tensors], batch_size: Any, keep_input: Any, capacity: int, enqueue_many: bool, shapes: Any,
    dynamic_pad: bool, allow_smaller_final_batch: bool, shared_name: str | None, name: str | None,
) -> Any:  # fmt: skip
    lists = as_lists(tensors_list)
    with name_scope(name, "batch_join", [*(tensor for tensors in lists for tensor in tensors), keep_input]) as scope:
        lists = [converted(tensors, "batch_join") for tensors in lists]
        keep = which_kept(keep_input, enqueue_many)
        found = _batches(
            lists, 1, _plain_queue(capacity, dynamic_pad, shared_name), lambda queue: _measure(queue, capacity),
            batch_size, keep, enqueue_many, shapes, allow_smaller_final_batch, scope,
        )  # fmt: skip
        return as_given(tensors_list[0], found)


def _measure(queue: QueueBase, capacity: int) -> None:
    scalar(f"fraction_of_{capacity}_full", cast(queue.size(), dt.float32) * (1.0 / capacity))


def _shuffle_batch(
    tensors: Tensors, batch_size: Any, capacity: int, min_after_dequeue: int, keep_input: Any, num_threads: int,
    seed: Any, enqueue_many: bool, shapes: Any, allow_smaller_final_batch: bool, shared_name: str | None,
    name: str | None,
) -> Any:  # fmt: skip
    listed = as_list(tensors)
    with name_scope(name, "shuffle_batch", [*listed, keep_input]) as scope:
        if capacity <= min_after_dequeue:
            raise refusal(f"capacity {capacity} must be bigger than min_after_dequeue {min_after_dequeue}.")
        listed = converted(listed, "batch")
        keep = which_kept(keep_input, enqueue_many)
        found = _batches(
            [listed], num_threads, _shuffled_queue(capacity, min_after_dequeue, seed, shared_name),
            lambda queue: _measure_spare(queue, capacity, min_after_dequeue), batch_size, keep, enqueue_many, shapes,
            allow_smaller_final_batch, scope,
        )  # fmt: skip
        return as_given(tensors, found)


def _shuffle_batch_join(
    tensors_list: Sequence[Tensors], batch_size: Any, capacity: int, min_after_dequeue: int, keep_input: Any,
    seed: Any, enqueue_many: bool, shapes: Any, allow_smaller_final_batch: bool, shared_name: str | None,
    name: str | None,
) -> Any:  # fmt: skip
    lists = as_lists(tensors_list)
    given = [*(tensor for tensors in lists for tensor in tensors), keep_input]
    with name_scope(name, "shuffle_batch_join", given) as scope:
        lists = [converted(tensors, "batch_join") for tensors in lists]
        keep = which_kept(keep_input, enqueue_many)
        found = _batches(
            lists, 1, _shuffled_queue(capacity, min_after_dequeue, seed, shared_name),
            lambda queue: _measure_spare(queue, capacity, min_after_dequeue), batch_size, keep, enqueue_many, shapes,
            allow_smaller_final_batch, scope,
        )  # fmt: skip
        return as_given(tensors_list[0], found)


def _measure_spare(queue: QueueBase, capacity: int, min_after_dequeue: int) -> None:
    spare = capacity - min_after_dequeue
    full = cast(maximum(0, queue.size() - min_after_dequeue), dt.float32) * (1.0 / spare)
    scalar(f"fraction_over_{min_after_dequeue}_of_{spare}_full", full)


# -- the public functions ----------------------------------------------------------------------------------


def batch(
    tensors: Tensors, batch_size: Any, num_threads: int = 1, capacity: int = 32, enqueue_many: bool = False,
    shapes: Any = None, dynamic_pad: bool = False, allow_smaller_final_batch: bool = False,
    shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Batches of examples: `tensors` are computed again and again by a QueueRunner, and come out stacked.

    Args:
      tensors: a list or dict of tensors, one example; sparse tensors may be among them.
      batch_size: how many examples make a batch.
      num_threads: how many threads compute examples; with more than one their order is not fixed.
      capacity: how many examples wait in the queue at most.
      enqueue_many: whether `tensors` are many examples, one in each row.
      shapes: the shape of each tensor of an example, where the graph does not know it.
      dynamic_pad: whether examples of different sizes are filled up with zeros or empty strings.
      allow_smaller_final_batch: whether what is left at the end makes a batch.
      shared_name: all queues of this name in one session are the same.
      name: the name of the scope.

    Returns:
      What `tensors` is: a list or dict of tensors; of a list of one tensor, that tensor alone.

    Raises:
      ValueError: a shape is not known.
      OutOfRangeError: (when run) there are no more examples.

    >>> number = tf.train.range_input_producer(5, num_epochs=1, shuffle=False).dequeue()
    >>> pairs = tf.train.batch([number], 2, allow_smaller_final_batch=True)
    >>> with tf.train.MonitoredSession() as sess:
    ...     while not sess.should_stop():
    ...         print(sess.run(pairs))
    [0 1]
    [2 3]
    [4]
    """
    return _batch(
        tensors, batch_size, True, num_threads, capacity, enqueue_many, shapes, dynamic_pad,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_batch(
    tensors: Tensors, keep_input: Any, batch_size: Any, num_threads: int = 1, capacity: int = 32,
    enqueue_many: bool = False, shapes: Any = None, dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False, shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.batch`, of those examples for which `keep_input` holds: a bool, or a bool for each row."""
    return _batch(
        tensors, batch_size, keep_input, num_threads, capacity, enqueue_many, shapes, dynamic_pad,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def batch_join(
    tensors_list: Sequence[Tensors], batch_size: Any, capacity: int = 32, enqueue_many: bool = False,
    shapes: Any = None, dynamic_pad: bool = False, allow_smaller_final_batch: bool = False,
    shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.batch`, with several sources of examples, each of which has a thread."""
    return _batch_join(
        tensors_list, batch_size, True, capacity, enqueue_many, shapes, dynamic_pad, allow_smaller_final_batch,
        shared_name, name,
    )  # fmt: skip


def maybe_batch_join(
    tensors_list: Sequence[Tensors], keep_input: Any, batch_size: Any, capacity: int = 32,
    enqueue_many: bool = False, shapes: Any = None, dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False, shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.batch_join`, of those examples for which `keep_input` holds."""
    return _batch_join(
        tensors_list, batch_size, keep_input, capacity, enqueue_many, shapes, dynamic_pad, allow_smaller_final_batch,
        shared_name, name,
    )  # fmt: skip


def shuffle_batch(
    tensors: Tensors, batch_size: Any, capacity: int, min_after_dequeue: int, num_threads: int = 1, seed: Any = None,
    enqueue_many: bool = False, shapes: Any = None, allow_smaller_final_batch: bool = False,
    shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.batch`, with examples in random order.

    Args:
      tensors, batch_size, capacity, num_threads, enqueue_many, shapes, allow_smaller_final_batch, shared_name, name:
        see `tf.train.batch`.
      min_after_dequeue: how many examples stay in the queue, for the sake of a good shuffle.
      seed: the seed of the order; see `tf.set_random_seed`.

    Raises:
      ValueError: the capacity is not above `min_after_dequeue`, or a shape is not known.
    """
    return _shuffle_batch(
        tensors, batch_size, capacity, min_after_dequeue, True, num_threads, seed, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_shuffle_batch(
    tensors: Tensors, batch_size: Any, capacity: int, min_after_dequeue: int, keep_input: Any, num_threads: int = 1,
    seed: Any = None, enqueue_many: bool = False, shapes: Any = None, allow_smaller_final_batch: bool = False,
    shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.shuffle_batch`, of those examples for which `keep_input` holds."""
    return _shuffle_batch(
        tensors, batch_size, capacity, min_after_dequeue, keep_input, num_threads, seed, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def shuffle_batch_join(
    tensors_list: Sequence[Tensors], batch_size: Any, capacity: int, min_after_dequeue: int, seed: Any = None,
    enqueue_many: bool = False, shapes: Any = None, allow_smaller_final_batch: bool = False,
    shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.shuffle_batch`, with several sources of examples, each of which has a thread."""
    return _shuffle_batch_join(
        tensors_list, batch_size, capacity, min_after_dequeue, True, seed, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip


def maybe_shuffle_batch_join(
    tensors_list: Sequence[Tensors], batch_size: Any, capacity: int, min_after_dequeue: int, keep_input: Any,
    seed: Any = None, enqueue_many: bool = False, shapes: Any = None, allow_smaller_final_batch: bool = False,
    shared_name: str | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """As `tf.train.shuffle_batch_join`, of those examples for which `keep_input` holds."""
    return _shuffle_batch_join(
        tensors_list, batch_size, capacity, min_after_dequeue, keep_input, seed, enqueue_many, shapes,
        allow_smaller_final_batch, shared_name, name,
    )  # fmt: skip
