"""Queues that give the rows of a tensor again and again, an epoch after the other, in order or shuffled."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import shape, size
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater
from flowgraph.ops.constant import constant
from flowgraph.ops.files import matching_files
from flowgraph.ops.gather import gather
from flowgraph.ops.identity import identity
from flowgraph.ops.indexed_slices import convert_to_tensor_or_indexed_slices
from flowgraph.ops.queues import FIFOQueue
from flowgraph.ops.random_choice import random_shuffle
from flowgraph.ops.range import range as numbers_below
from flowgraph.ops.summary import scalar
from flowgraph.queues.runner import QueueRunner, add_queue_runner
from flowgraph.variables.variable import Variable

__all__ = [
    "input_producer", "limit_epochs", "match_filenames_once", "range_input_producer", "slice_input_producer",
    "string_input_producer",
]  # fmt: skip


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Any:
    """The same tensor, which can be computed `num_epochs` times; after that comes OutOfRangeError.

    It counts in a local variable, `epochs`, which `tf.local_variables_initializer()` initializes.

    Args:
      tensor: a tensor.
      num_epochs: how often; None: as often as one likes.
      name: the name of the scope.

    Raises:
      ValueError: `num_epochs` is not positive.

    >>> twice = tf.train.limit_epochs(tf.constant("again"), 2)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.local_variables_initializer())
    ...     for _ in range(3):
    ...         sess.run(twice)
    Traceback (most recent call last):
    flowgraph.errors.OutOfRangeError: Reached limit of 2
    ...
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise refusal(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        zero = constant(0, dtype=dt.int64)
        epochs = Variable(zero, name="epochs", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES])
        counter = epochs.count_up_to(num_epochs)
        with control_dependencies([counter]):
            return identity(tensor, name=scope)


def match_filenames_once(pattern: Any, name: str | None = None) -> Variable:
    """The files that match a pattern when the variable is initialized; see `tf.matching_files`.

    Args:
      pattern: a pattern, or a vector of them.
      name: the name of the variable, which is a local one.
    """
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return Variable(
            name=scope, initial_value=matching_files(pattern), trainable=False, validate_shape=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )  # fmt: skip


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: Any = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Operation | None = None,
) -> FIFOQueue:
    """A queue of the rows of a tensor, and a QueueRunner in the graph's collection that fills it.

    Args:
      input_tensor: a tensor with at least one axis.
      element_shape: the shape of a row, where the tensor's shape does not tell it.
      num_epochs: how often each row comes, before the end; None: there is no end. It is counted in a local variable.
      shuffle: whether the rows of each epoch come in random order.
      seed: the seed of that order; see `tf.set_random_seed`.
      capacity: how many rows the queue holds.
      shared_name: all queues of this name in one session are the same.
      summary_name: the name of a summary of how full the queue is; None: there is none.
      name: the name of the scope.
      cancel_op: what cancels the queue; see `tf.train.QueueRunner`.

    Raises:
      ValueError: the shape of a row is not known.
    """
    with name_scope(name, "input_producer", [input_tensor]):
        rows = convert_to_tensor(input_tensor, name="input_tensor")
        element_shape = rows.shape[1:].merge_with(element_shape)
        if not element_shape.is_fully_defined():
            raise refusal("Either `input_tensor` must have a fully defined shape or `element_shape` must be specified")
        if shuffle:
            rows = random_shuffle(rows, seed=seed)
        rows = limit_epochs(rows, num_epochs)
        queue = FIFOQueue(capacity, [rows.dtype.base_dtype], [element_shape], shared_name=shared_name, name=name)
        put = queue.enqueue_many([rows])
        add_queue_runner(QueueRunner(queue, [put], cancel_op=cancel_op))
        if summary_name is not None:
            scalar(summary_name, cast(queue.size(), dt.float32) * (1.0 / capacity))
        return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: Any = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Operation | None = None,
) -> FIFOQueue:
    """A queue of strings, such as names of files; see `tf.train.input_producer`.

    Raises:
      ValueError: there are no strings.
      InvalidArgumentError: (when run) the tensor is empty.
    """
    line = "string_input_producer requires a non-null input tensor"
    if isinstance(string_tensor, Sized) and not isinstance(string_tensor, Tensor) and not len(string_tensor):
        raise refusal(line)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        strings = convert_to_tensor(string_tensor, dtype=dt.string)
        with control_dependencies([Assert(greater(size(strings), 0), [line])]):
            strings = identity(strings)
        return input_producer(
            input_tensor=strings, element_shape=[], num_epochs=num_epochs, shuffle=shuffle, seed=seed,
            capacity=capacity, shared_name=shared_name, name=scope, summary_name=f"fraction_of_{capacity}_full",
            cancel_op=cancel_op,
        )  # fmt: skip


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: Any = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> FIFOQueue:
    """A queue of the integers below `limit`; see `tf.train.input_producer`."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(
            numbers_below(limit), [], num_epochs, shuffle, seed, capacity, shared_name,
            f"fraction_of_{capacity}_full", scope,
        )  # fmt: skip


def slice_input_producer(
    tensor_list: Sequence[Any],
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: Any = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list[Tensor]:
    """One row of each of several tensors at a time, the same row of all; see `tf.train.input_producer`.

    Raises:
      ValueError: there are no tensors.

    >>> x, y = tf.train.slice_input_producer([[1.0, 2.0], ["one", "two"]], shuffle=False)
    >>> with tf.train.MonitoredSession() as sess:
    ...     sess.run([x, y])
    ...     sess.run([x, y])
    [np.float32(1.0), b'one']
    [np.float32(2.0), b'two']
    """
    with name_scope(name, "input_producer", tensor_list):
        tensors = [convert_to_tensor_or_indexed_slices(tensor) for tensor in tensor_list]
        if not tensors:
            raise refusal("Expected at least one tensor in slice_input_producer().")
        rows = shape(tensors[0])[0]
        queue = range_input_producer(
            rows, num_epochs=num_epochs, shuffle=shuffle, seed=seed, capacity=capacity, shared_name=shared_name
        )
        index = queue.dequeue()
        return [gather(tensor, index) for tensor in tensors]
