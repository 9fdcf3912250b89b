"""Queues: elements of one or several arrays that wait for a run to take them out.

What runs want is an attempt (`attempts.py`). The attempts of those who put in stand in one line, with those who
close; the attempts of those who take out in another. The order in which elements come out is a matter of what they
lie in (`queue_orders.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from flowgraph.kernels.attempts import Attempt, Desk, Progress, Trouble
from flowgraph.kernels.queue_orders import Fifo, Heap, Shuffled

Shape = tuple[int | None, ...]
Element = tuple[np.ndarray, ...]

_IN, _OUT = 0, 1
_FOREVER = 2**31 - 1
_NOT_IN, _NOT_OUT = "Enqueue operation was cancelled", "Dequeue operation was cancelled"


class Order(NamedTuple):
    """A kind of queue.

    Attributes:
      type: the op that makes it.
      title: what messages call it; and what they call it when something is put in.
      holds: makes what the elements lie in, for a queue.
    """

    type: str
    title: str
    title_in: str
    holds: Callable[[Queue], Any]


FIFO = Order("FIFOQueue", "FIFOQueue", "FIFOQueue", lambda queue: Fifo())
PADDING = Order("PaddingFIFOQueue", "PaddingFIFOQueue", "FIFOQueue", lambda queue: Fifo())
PRIORITY = Order("PriorityQueue", "PriorityQueue", "PriorityQueue", lambda queue: Heap())
SHUFFLED = Order("RandomShuffleQueue", "RandomShuffleQueue", "RandomShuffleQueue", lambda queue: Shuffled(*queue.seeds))


class Queue:
    """A queue of one session.

    Args:
      order: what kind it is.
      name: how messages call it.
      types: numpy's dtype of each component.
      shapes: the shape of each component, None where it may be any; or None when nothing is said of them.
      capacity: how many elements it holds; as many as come when it is negative.
      keeps: how many elements stay, as long as it is open, for the sake of a good shuffle.
      seeds: of a shuffled queue.
    """

    def __init__(
        self,
        order: Order,
        name: str,
        types: Sequence[Any],
        shapes: Sequence[Shape] | None,
        capacity: int,
        keeps: int = 0,
        seeds: tuple[int, int] = (0, 0),
    ) -> None:
        self.order, self.name, self.types, self.shapes = order, name, tuple(types), shapes
        self.capacity = capacity if capacity >= 0 else _FOREVER
        self.keeps = keeps
        self.seeds: tuple[int, int] = seeds
        self.held = order.holds(self)
        self.desk = Desk(2)
        self._closed = False

    def __len__(self) -> int:
        return len(self.held)

    def __repr__(self) -> str:
        return f"<{self.order.title} of {len(self)} elements{', closed' if self._closed else ''}>"

    @property
    def is_closed(self) -> bool:
        """Whether nothing more may be put in."""
        return self._closed

    # -- putting in ------------------------------------------------------------------------------------------

    def enqueue(self, element: Sequence[Any]) -> Attempt:
        """Put in one element.

        Raises:
          Trouble: it does not fit.
        """
        arrays = self._arrays(element)
        for index, (array, shape) in enumerate(zip(arrays, self.shapes or ())):
            self._check_shape(index, shape, array.shape)
        return self._put(1, lambda _: arrays)

    def enqueue_many(self, batches: Sequence[Any]) -> Attempt:
        """Put in the rows of arrays, one element for each.

        Raises:
          Trouble: they do not fit.
        """
        arrays = self._arrays(batches)
        size = arrays[0].shape[0] if arrays[0].ndim else 0
        for index, array in enumerate(arrays):
            if self.shapes is not None:
                self._check_shape(index, (size if arrays[0].ndim else None, *self.shapes[index]), array.shape)
            elif array.shape[:1] != (size,):
                has = array.shape[0] if array.ndim else "no such dimension"
                line = f"All input tensors must have the same size in the 0th dimension. Component {index} has {has}"
                raise Trouble("InvalidArgument", f"{line}, and should have {size}")
        kinds = self.types
        return self._put(size, lambda row: tuple(np.asarray(a[row], kind) for a, kind in zip(arrays, kinds)))

    def _arrays(self, parts: Sequence[Any]) -> Element:
        """Copies of the components: what they were taken from may change before their turn comes."""
        if len(parts) != len(self.types):
            have, expected = (", ".join(["resource", *map(type_name, types)]) for types in (_types(parts), self.types))
            raise Trouble("InvalidArgument", f"Signature mismatch, have: {have}-> expected: {expected}->")
        return tuple(np.array(part, kind) for part, kind in zip(parts, self.types, strict=True))

    def _put(self, size: int, element: Callable[[int], Element]) -> Attempt:
        at = 0

        def proceed(_attempt: Attempt) -> Progress:
            nonlocal at
            if at < size and self._closed:
                raise Trouble("Cancelled", f"{self.order.title_in} '{self.name}' is closed.")
            before = at
            while at < size and len(self.held) < self.capacity:
                self.held.put(element(at))
                at += 1
            if at == size:
                return Progress.DONE
            return Progress.NONE if at == before else Progress.SOME

        return self.desk.begin(_IN, proceed, _NOT_IN) if size else self.desk.done(())

    def close(self, cancel_pending: bool) -> Attempt:
        """Nothing more may be put in: after what waits to be put in now, or, if that is cancelled, at once."""

        def proceed(_attempt: Attempt) -> Progress:
            if self._closed and not cancel_pending:
                raise Trouble("Cancelled", f"Queue '{self.name}' is already closed.")
            self._closed = True
            return Progress.DONE

        with self.desk.lock:
            if cancel_pending:
                self._closed = True
                for attempt in self.desk.lines[_IN]:
                    if not attempt.done:
                        attempt.finish(Trouble("Cancelled", _NOT_IN))
            return self.desk.begin(_IN, proceed, "Close operation was cancelled")

    # -- taking out ------------------------------------------------------------------------------------------

    def dequeue(self) -> Attempt:
        """Take out one element."""

        def proceed(attempt: Attempt) -> Progress:
            if self._closed and not self.held:
                raise self._exhausted(1, 0)
            if self._spare() <= 0:
                return Progress.NONE
            attempt.result = self.held.take()
            return Progress.DONE

        return self.desk.begin(_OUT, proceed, _NOT_OUT)

    def dequeue_many(self, count: int, or_fewer: bool = False) -> Attempt:
        """Take out several elements, each component stacked; when it is closed perhaps fewer, if that is allowed.

        Raises:
          Trouble: the shapes of the components are not known, and so they cannot be stacked.
        """
        if count < 0:
            name = "DequeueUpToOp" if or_fewer else "DequeueManyOp"
            raise Trouble("InvalidArgument", f"{name} requested {count} < 0 elements")
        if self.shapes is None:
            words = "DequeueMany and DequeueUpTo require the components to have specified shapes."
            raise Trouble("InvalidArgument", f"{self.order.title}'s {words}")
        if count == 0:
            return self.desk.done(self._stacked([]))
        taken: list[Element] = []
        wanted = count

        def proceed(attempt: Attempt) -> Progress:
            nonlocal wanted
            left = wanted - len(taken)
            size = len(self.held)
            if self._closed and size < left:
                self.held.give_back(taken)
                taken.clear()
                if or_fewer and self.held:
                    wanted = len(self.held)
                elif or_fewer and self.desk.lines[_IN]:
                    return Progress.SOME
                else:
                    raise self._exhausted(left, size)
            before = len(taken)
            while len(taken) < wanted and self._spare() > 0:
                taken.append(self.held.take())
            if len(taken) == wanted:
                attempt.result = self._stacked(taken)
                return Progress.DONE
            return Progress.NONE if len(taken) == before else Progress.SOME

        return self.desk.begin(_OUT, proceed, _NOT_OUT)

    def _spare(self) -> int:
        """How many elements may be taken out now."""
        return len(self.held) if self._closed else len(self.held) - self.keeps

    def _exhausted(self, wanted: int, size: int) -> Trouble:
        counts = f"(requested {wanted}, current size {size})"
        return Trouble(
            "OutOfRange", f"{self.order.title} '{self.name}' is closed and has insufficient elements {counts}"
        )

    def _stacked(self, elements: Sequence[Element]) -> Element:
        shapes = self.shapes or ()
        return tuple(
            _stack([element[index] for element in elements], self.types[index], shape)
            for index, shape in enumerate(shapes)
        )

    # -- what fits -------------------------------------------------------------------------------------------

    @staticmethod
    def _check_shape(index: int, wanted: Shape, shape: tuple[int, ...]) -> None:
        fits = len(wanted) == len(shape) and all(a in (None, b) for a, b in zip(wanted, shape, strict=True))
        if not fits:
            text = f"Expected {shape_text(wanted)}, got {shape_text(shape)}"
            raise Trouble("InvalidArgument", f"Shape mismatch in tuple component {index}. {text}")

    def differs(self, other: Queue) -> str | None:
        """TF's words for a queue of the same shared name that was made otherwise; None if it was made alike."""
        if self.order is not other.order:
            return f"Expected {self.order.type}, found {other.order.type}V2"
        named = f"Shared queue '{self.name}' has"
        if self.keeps != other.keeps:
            return f"{named} min_after_dequeue {self.keeps} but requested min_after_dequeue was {other.keeps}."
        if self.seeds != other.seeds:
            return (
                f"{named} random seeds ({self.seeds[0]}, {self.seeds[1]}) but requested seeds are "
                f"({other.seeds[0]}, {other.seeds[1]})."
            )
        if self.capacity != other.capacity:
            return f"{named} capacity {self.capacity} but requested capacity was {other.capacity}"
        if self.types != other.types:
            mine, theirs = (", ".join(map(type_name, queue.types)) for queue in (self, other))
            return f"{named} component types {mine} but requested component types were {theirs}"
        if self.shapes != other.shapes:
            mine, theirs = (
                "[" + ",".join(shape_text(shape) for shape in queue.shapes or ()) + "]" for queue in (self, other)
            )
            return f"{named} component shapes {mine} but requested component shapes were {theirs}"
        return None


def _types(parts: Sequence[Any]) -> list[Any]:
    return [np.asarray(part).dtype for part in parts]


def type_name(kind: Any) -> str:
    """How TF's C++ calls a dtype."""
    if np.dtype(kind).kind in "OS":
        return "string"
    name = np.dtype(kind).name
    return {"float16": "half", "float32": "float", "float64": "double"}.get(name, name)


def shape_text(shape: Shape) -> str:
    """A shape as TF's messages have it.

    >>> shape_text((None, 2))
    '[?,2]'
    """
    return "[" + ",".join("?" if size is None else str(size) for size in shape) + "]"


def _stack(parts: Sequence[np.ndarray], kind: Any, shape: Shape) -> np.ndarray:
    """Arrays of one rank as one array, filled up where sizes differ: with zeros, or empty strings."""
    sizes = [max([part.shape[axis] for part in parts], default=0) if size is None else size
             for axis, size in enumerate(shape)]  # fmt: skip
    empty: Any = b"" if np.dtype(kind).kind == "O" else 0
    stacked = np.full((len(parts), *sizes), empty, kind)
    for row, part in enumerate(parts):
        place: tuple[Any, ...] = (row, *(slice(size) for size in part.shape))
        # numpy would put the array of a single text there, not the text
        stacked[place] = part if part.ndim else part[()]
    return stacked
