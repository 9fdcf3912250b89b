"""Iterators of a session: what stands between two runs of how far a pipeline has been gone through."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.errors import FailedPreconditionError, InvalidArgumentError, OutOfRangeError
from flowgraph.kernels.pipeline import Element, Elements, Pipeline, Run

_numbers = itertools.count()
_known: weakref.WeakValueDictionary[bytes, Held] = weakref.WeakValueDictionary()


class Held:
    """An iterator that runs share.

    Args:
      types: the dtypes of the components.
      shapes: raw sizes of the components.

    Attributes:
      handle: a string for which `found` gives this iterator back.
    """

    def __init__(self, types: Sequence[Any], shapes: Sequence[Any]) -> None:
        self.types, self.shapes = tuple(types), tuple(shapes)
        self.handle = b"iterator %d" % next(_numbers)
        self._elements: Elements | None = None
        self._lock = threading.Lock()
        _known[self.handle] = self

    def begin(self, pipeline: Pipeline, run: Run) -> None:
        """Begin with the first element of a pipeline."""
        elements = pipeline.begin(run)
        with self._lock:
            self._elements = elements

    def begin_once(self, make: Callable[[], tuple[Pipeline, Run]]) -> None:
        """Begin with a pipeline that is made here, unless that has been done before."""
        with self._lock:
            if self._elements is None:
                pipeline, run = make()
                self._elements = pipeline.begin(run)

    def take(self) -> Element:
        """The next element.

        Raises:
          FailedPreconditionError: there is no pipeline yet.
          OutOfRangeError: there are no more elements.
        """
        with self._lock:
            elements = self._elements
            if elements is None:
                line = (
                    "GetNext() failed because the iterator has not been initialized. Ensure that you have run the "
                    "initializer operation for this iterator before getting the next element."
                )
                raise FailedPreconditionError(None, None, line)
            try:
                return next(elements)
            except StopIteration:
                raise OutOfRangeError(None, None, "End of sequence") from None

    def close(self) -> None:
        """Let go of the elements, and of the files that they hold open or write."""
        self._elements = None  # without the lock: a run that is waiting for an element goes on


def found(handle: bytes) -> Held:
    """The iterator that a string stands for.

    Raises:
      InvalidArgumentError: it stands for none.
    """
    held = _known.get(handle)
    if held is None:
        line = "Could not parse string_handle as a valid ResourceHandle"
        raise InvalidArgumentError(None, None, line)
    return held
