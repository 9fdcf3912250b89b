"""Queues as objects: tf.FIFOQueue and its kin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.seeds import hashed_seed
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import stack
from flowgraph.ops.queue_ops import (
    FIFO_QUEUE,
    PADDING_FIFO_QUEUE,
    PRIORITY_QUEUE,
    QUEUE_CLOSE,
    QUEUE_DEQUEUE,
    QUEUE_DEQUEUE_MANY,
    QUEUE_DEQUEUE_UP_TO,
    QUEUE_ENQUEUE,
    QUEUE_ENQUEUE_MANY,
    QUEUE_IS_CLOSED,
    QUEUE_SIZE,
    RANDOM_SHUFFLE_QUEUE,
)
from flowgraph.ops.random import get_seed
from flowgraph.shapes import TensorShape, dimension_at_index

# -- what the constructors are given -----------------------------------------------------------------------


def _types(dtypes: Any) -> list[DType]:
    if dtypes is None:
        raise refusal("Queues need the dtypes of their components.", AssertionError)
    return [as_dtype(dtype) for dtype in (dtypes if isinstance(dtypes, list | tuple) else [dtypes])]


def _shapes(shapes: Any, partial: bool = False) -> list[TensorShape] | None:
    """A shape, or a list of them, as a list; None when nothing is said."""
    is_list = isinstance(shapes, list | tuple) and shapes and not any(s is None or isinstance(s, int) for s in shapes)
    if partial and not is_list:
        raise refusal("When providing partial shapes, a list of shapes must be provided.")
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, list | tuple):
        raise refusal("shapes must be a TensorShape or a list or tuple of TensorShapes.", TypeError)
    found = [TensorShape(shape) for shape in (shapes if is_list else [shapes])]
    if not partial and not all(shape.is_fully_defined() for shape in found):
        raise refusal(f"All shapes must be fully defined: {found}")
    if any(shape.ndims is None for shape in found):
        raise refusal(f"All shapes must have a defined rank: {found}")
    return found


def _names(names: Any, types: Sequence[DType]) -> list[str] | None:
    if names is None:
        return None
    names = names if isinstance(names, list | tuple) else [names]
    if len(names) != len(types):
        raise refusal("List of names must have the same length as the list of dtypes")
    return list(names)


def _spec(types: Sequence[DType], shapes: Sequence[TensorShape] | None) -> dict[str, Any]:
    """The attrs of an op that holds a queue."""
    sizes = tuple(shape.sizes for shape in shapes or ())
    return {"component_types": tuple(types), "shapes": sizes}


def _in_common(a: TensorShape, b: TensorShape) -> TensorShape:
    """What holds of both shapes."""
    if a.ndims is None or b.ndims is None or a.ndims != b.ndims:
        return TensorShape(None)
    return TensorShape([x if x == y else None for x, y in zip(a.as_list(), b.as_list(), strict=True)])


# -- queues ------------------------------------------------------------------------------------------------


class QueueBase:
    """What all queues have in common.

    A queue belongs to a session. Runs put elements in and take them out; an element is a tuple of tensors, the
    components. A run that puts something into a full queue waits until there is room, one that takes something out
    of an empty queue waits until there is something: other threads run what they wait for.

    Args:
      dtypes: the dtypes of the components.
      shapes: their shapes, or None.
      names: their names, or None. With names, elements are dicts.
      queue_ref: the handle of the queue.

    Raises:
      ValueError: the lists differ in length.
    """

    def __init__(self, dtypes: Any, shapes: Any, names: Any, queue_ref: Tensor) -> None:
        self._dtypes = dtypes
        if shapes is not None and len(shapes) != len(dtypes):
            raise refusal("Queue shapes must have the same length as dtypes")
        self._shapes = [TensorShape(shape) for shape in (shapes if shapes is not None else [None] * len(dtypes))]
        if names is not None and len(names) != len(dtypes):
            raise refusal("Queue names must have the same length as dtypes")
        self._names = names
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.rpartition("/")[2]

    @staticmethod
    def from_list(index: Any, queues: list[QueueBase]) -> QueueBase:
        """The queue of a list that `index` chooses when the graph runs.

        Args:
          index: an integer scalar tensor.
          queues: queues with the same dtypes and names.

        Raises:
          TypeError: they differ, or are no queues.
        """
        if not queues or not isinstance(queues, list) or not all(isinstance(queue, QueueBase) for queue in queues):
            raise refusal("A list of queues expected", TypeError)
        first = queues[0]
        if any(queue.dtypes != first.dtypes for queue in queues):
            raise refusal("Queues do not have matching component dtypes.", TypeError)
        if any(queue.names != first.names for queue in queues):
            raise refusal("Queues do not have matching component names.", TypeError)
        shapes = [reduce(_in_common, of_all) for of_all in zip(*[queue.shapes for queue in queues], strict=True)]
        chosen = gather(stack([queue.queue_ref for queue in queues]), index)
        return QueueBase(first.dtypes, shapes, first.names, chosen)

    @property
    def queue_ref(self) -> Tensor:
        """The handle of the queue."""
        return self._queue_ref

    @property
    def name(self) -> str:
        """The name of the op that holds the queue."""
        return self._queue_ref.op.name

    @property
    def dtypes(self) -> Any:
        """The dtypes of the components."""
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        """The shapes of the components."""
        return self._shapes

    @property
    def names(self) -> Any:
        """The names of the components, or None."""
        return self._names

    def _components(self, vals: Any) -> list[Tensor]:
        """The components of an element, or of a batch of them, as tensors."""
        if isinstance(vals, dict):
            if not self._names:
                raise refusal("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(vals, key=str):
                line = "Keys in dictionary to enqueue do not match names of Queue.  "
                raise refusal(line + f"Dictionary: ({sorted(vals)}), Queue: ({sorted(self._names)})")
            vals = [vals[name] for name in self._names]
        elif self._names:
            raise refusal("You must enqueue a dictionary in a Queue with names")
        elif not isinstance(vals, list | tuple):
            vals = [vals]
        return [
            convert_to_tensor(value, dtype=dtype, name=f"component_{index}")
            for index, (value, dtype) in enumerate(zip(vals, self._dtypes))
        ]

    @staticmethod
    def _given(vals: Any) -> Any:
        if isinstance(vals, list | tuple):
            return vals
        return list(vals.values()) if isinstance(vals, dict) else [vals]

    def _put(self, opdef: Any, parts: list[Tensor], scope: str) -> Operation:
        return emit(opdef, self._queue_ref, parts, name=scope)

    def enqueue(self, vals: Any, name: str | None = None) -> Operation:
        """An op that puts in one element; it waits while the queue is full.

        Args:
          vals: a tensor, a list of them, or a dict where the components have names.
          name: the op's name.

        Raises:
          ValueError: the shapes or names are not those of the queue.
          CancelledError: (when run) the queue is closed, or the session is, while the op waits.
        """
        with name_scope(name, f"{self._name}_enqueue", self._given(vals)) as scope:
            parts = self._components(vals)
            for part, shape in zip(parts, self._shapes):
                part.shape.assert_is_compatible_with(shape)
            return self._put(QUEUE_ENQUEUE, parts, scope)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Operation:
        """An op that puts in the rows of tensors, one element for each; it waits while the queue is full.

        Args:
          vals: a tensor, a list of them, or a dict where the components have names; all have as many rows.
          name: the op's name.

        Raises:
          ValueError: the shapes or names are not those of the queue.
          CancelledError: (when run) the queue is closed, or the session is, while the op waits.

        >>> queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])
        >>> with tf.Session() as sess:
        ...     sess.run(queue.enqueue_many([[1, 2, 3]]))
        ...     sess.run([queue.dequeue(), queue.size()])[0]
        np.int32(1)
        """
        with name_scope(name, f"{self._name}_EnqueueMany", self._given(vals)) as scope:
            parts = self._components(vals)
            rows = dimension_at_index(parts[0].shape.with_rank_at_least(1), 0)
            for part, shape in zip(parts, self._shapes):
                rows = rows.merge_with(dimension_at_index(part.shape.with_rank_at_least(1), 0))
                part.shape[1:].assert_is_compatible_with(shape)
            return self._put(QUEUE_ENQUEUE_MANY, parts, scope)

    def _taken(self, tensors: list[Tensor]) -> Any:
        """The components as `dequeue` and its kin return them."""
        if self._names:
            return dict(zip(self._names, tensors, strict=True))
        return tensors[0] if len(tensors) == 1 else tensors

    def dequeue(self, name: str | None = None) -> Any:
        """One element, taken out; waits while the queue is empty.

        Returns:
          A tensor, a list of them when there are several components, or a dict when they have names.

        Raises:
          OutOfRangeError: (when run) the queue is closed and empty.
        """
        tensors = emit(
            QUEUE_DEQUEUE, self._queue_ref, component_types=tuple(self._dtypes), name=name or f"{self._name}_Dequeue"
        )
        for tensor, shape in zip(tensors, self._shapes, strict=True):
            tensor.set_shape(shape)
        return self._taken(tensors)

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """`n` elements, taken out, each component stacked; waits until there are as many.

        Args:
          n: how many.
          name: the op's name.

        Returns:
          As `dequeue`, with an axis of size `n` in front.

        Raises:
          OutOfRangeError: (when run) the queue is closed and has less.
          InvalidArgumentError: (when run) the shapes of the components are not known.
        """
        name = name or f"{self._name}_DequeueMany"
        tensors = emit(QUEUE_DEQUEUE_MANY, self._queue_ref, n, component_types=tuple(self._dtypes), name=name)
        rows = tensors[0].op.inputs[1].constant()
        for tensor, shape in zip(tensors, self._shapes, strict=True):
            tensor.set_shape(TensorShape([None if rows is None else int(rows)]).concatenate(shape))
        return self._taken(tensors)

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """As `dequeue_many`, but when the queue is closed and has less than `n` elements, those that there are.

        Raises:
          OutOfRangeError: (when run) the queue is closed and empty.
        """
        name = name or f"{self._name}_DequeueUpTo"
        tensors = emit(QUEUE_DEQUEUE_UP_TO, self._queue_ref, n, component_types=tuple(self._dtypes), name=name)
        for tensor, shape in zip(tensors, self._shapes, strict=True):
            tensor.set_shape(TensorShape([None]).concatenate(shape))
        return self._taken(tensors)

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """An op after which nothing more can be put in; what is in the queue can still be taken out.

        Args:
          cancel_pending_enqueues: whether runs that wait to put something in are cancelled; else they come first.
          name: the op's name.
        """
        return emit(
            QUEUE_CLOSE, self._queue_ref, cancel_pending_enqueues=cancel_pending_enqueues,
            name=name or f"{self._name}_Close",
        )  # fmt: skip

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether the queue is closed, a bool scalar."""
        return emit(QUEUE_IS_CLOSED, self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are, an int32 scalar."""
        return emit(QUEUE_SIZE, self._queue_ref, name=name or f"{self._name}_Size")


class FIFOQueue(QueueBase):
    """A queue from which elements come out in the order in which they were put in.

    Args:
      capacity: how many elements it holds.
      dtypes: the dtype of each component.
      shapes: the shape of each; without them elements can only be taken out one by one.
      names: names of the components; with them, elements are dicts.
      shared_name: all queues of this name in one session are the same.
      name: the op's name.

    >>> queue = tf.FIFOQueue(3, tf.float32)
    >>> put, taken = queue.enqueue(1.5), queue.dequeue()
    >>> with tf.Session() as sess:
    ...     sess.run(put)
    ...     sess.run(taken)
    np.float32(1.5)
    """

    def __init__(
        self, capacity: int, dtypes: Any, shapes: Any = None, names: Any = None, shared_name: str | None = None,
        name: str | None = "fifo_queue",
    ) -> None:  # fmt: skip
        types, shapes = _types(dtypes), _shapes(shapes)
        names = _names(names, types)
        ref = emit(FIFO_QUEUE, capacity=capacity, shared_name=shared_name, name=name, **_spec(types, shapes))
        super().__init__(types, shapes, names, ref)


class RandomShuffleQueue(QueueBase):
    """A queue from which elements come out in random order.

    Args:
      capacity: how many elements it holds.
      min_after_dequeue: how many stay in it as long as it is open, for the sake of a good shuffle.
      dtypes, shapes, names, shared_name, name: see `tf.FIFOQueue`.
      seed: the op's seed; see `tf.set_random_seed`.

    >>> queue = tf.RandomShuffleQueue(10, 0, tf.int32, shapes=[[]], seed=7)
    >>> with tf.Session() as sess:
    ...     sess.run(queue.enqueue_many([[0, 1, 2, 3, 4]]))
    ...     sess.run(queue.dequeue_many(5))
    array([2, 3, 1, 0, 4], dtype=int32)
    """

    def __init__(
        self, capacity: int, min_after_dequeue: int, dtypes: Any, shapes: Any = None, names: Any = None,
        seed: Any = None, shared_name: str | None = None, name: str = "random_shuffle_queue",
    ) -> None:  # fmt: skip
        types, shapes = _types(dtypes), _shapes(shapes)
        names = _names(names, types)
        seed1, seed2 = get_seed(seed)
        if seed1 is None and seed2 is None:
            seed1, seed2 = 0, 0
        elif seed is None and shared_name is not None:
            seed2 = hashed_seed(f"{seed1}{shared_name}")  # whoever makes the queue again gets the same
        ref = emit(
            RANDOM_SHUFFLE_QUEUE, capacity=capacity, min_after_dequeue=min_after_dequeue, seed=seed1, seed2=seed2,
            shared_name=shared_name, name=name, **_spec(types, shapes),
        )  # fmt: skip
        super().__init__(types, shapes, names, ref)


class PaddingFIFOQueue(QueueBase):
    """A FIFO queue whose elements may differ in size: `dequeue_many` fills them up with zeros or empty strings.

    Args:
      capacity, dtypes, names, shared_name, name: see `tf.FIFOQueue`.
      shapes: the shape of each component, with None for sizes that differ.

    >>> queue = tf.PaddingFIFOQueue(3, tf.int32, shapes=[[None]])
    >>> with tf.Session() as sess:
    ...     sess.run(queue.enqueue([[1, 2]]))
    ...     sess.run(queue.enqueue([[3]]))
    ...     sess.run(queue.dequeue_many(2))
    array([[1, 2],
           [3, 0]], dtype=int32)
    """

    def __init__(
        self, capacity: int, dtypes: Any, shapes: Any, names: Any = None, shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ) -> None:  # fmt: skip
        types, shapes = _types(dtypes), _shapes(shapes, partial=True)
        names = _names(names, types)
        if len(types) != len(shapes):
            counts = f"received {len(types)} dtypes and {len(shapes)} shapes."
            raise refusal(f"Shapes must be provided for all components, but {counts}")
        ref = emit(PADDING_FIFO_QUEUE, capacity=capacity, shared_name=shared_name, name=name, **_spec(types, shapes))
        super().__init__(types, shapes, names, ref)


class PriorityQueue(QueueBase):
    """A queue from which the element of the lowest priority comes out first.

    Elements have one more component in front, the priority, an int64 scalar.

    Args:
      capacity, names, shared_name, name: see `tf.FIFOQueue`.
      types, shapes: the dtypes and shapes of the components after the priority.

    >>> queue = tf.PriorityQueue(3, tf.string, shapes=[[]])
    >>> with tf.Session() as sess:
    ...     sess.run(queue.enqueue_many([[2, 1], ["later", "soon"]]))
    ...     sess.run(queue.dequeue())
    [np.int64(1), b'soon']
    """

    def __init__(
        self, capacity: int, types: Any, shapes: Any = None, names: Any = None, shared_name: str | None = None,
        name: str = "priority_queue",
    ) -> None:  # fmt: skip
        types, shapes = _types(types), _shapes(shapes)
        if shapes is None:
            raise refusal("Expected list for 'shapes' argument to 'priority_queue_v2' Op, not None.", TypeError)
        ref = emit(PRIORITY_QUEUE, capacity=capacity, shared_name=shared_name, name=name, **_spec(types, shapes))
        super().__init__([dt.int64, *types], [TensorShape([]), *shapes], names, ref)
