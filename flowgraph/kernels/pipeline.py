"""Pipelines of elements: what a dataset is when the graph runs.

A pipeline has `begin(run)`, which gives a new iterator over its elements; an element is a tuple of arrays, its
components, nested pipelines among them. `run.bind(function)` makes a function that a pipeline was given something to be
called with arrays: what it remembers from call to call, such as how many random numbers it drew, belongs to the run.

An iterator may raise an error and go on with the next element when it is asked again: so none of them is a generator,
which would be at its end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from flowgraph.errors import InvalidArgumentError, OutOfRangeError
from flowgraph.kernels.pipeline_rows import Numbered, Numbers, Rearranged

Element = tuple[Any, ...]
Elements = Iterator[Element]


class Run(Protocol):
    """What the functions of a pipeline are called in."""

    def bind(self, function: Any) -> Callable[..., list[Any]]:
        """A function, ready to be called with arrays; it returns a list of arrays."""
        ...


class Pipeline(Protocol):
    """See the module."""

    def begin(self, run: Run) -> Elements:
        """A new iterator over the elements."""
        ...


def complaint(line: str) -> InvalidArgumentError:
    """An error of a pipeline."""
    return InvalidArgumentError(None, None, line)


def boxed(value: Any) -> np.ndarray:
    """A pipeline or a string as a scalar array: so it goes from op to op."""
    scalar = np.empty((), object)
    scalar[()] = value
    return scalar


def unboxed(value: Any) -> Any:
    """What a scalar array holds if it holds a pipeline; else the value itself."""
    if isinstance(value, np.ndarray) and value.dtype == object and not value.ndim and hasattr(value.item(), "begin"):
        return value.item()
    return value


@dataclass(frozen=True)
class Single:
    """One element."""

    element: Element

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return iter((self.element,))


@dataclass(frozen=True)
class Slices:
    """An element for each row of its components."""

    components: Sequence[np.ndarray]

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        components = self.components
        return (tuple([part[row, ...] for part in components]) for row in range(len(components[0])))

    def numbered(self) -> Numbered:
        """See `numbered`."""
        return self.components, Numbers(len(self.components[0]))


@dataclass(frozen=True)
class SparseRows:
    """An element (indices, values, dense_shape) for each row of a sparse tensor whose indices are in order."""

    indices: np.ndarray
    values: np.ndarray
    dense_shape: np.ndarray

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        rows = self.indices[:, 0]
        bounds = np.searchsorted(rows, np.arange(int(self.dense_shape[0]) + 1))
        parts = ((self.indices[a:b, 1:], self.values[a:b]) for a, b in itertools.pairwise(bounds))
        return ((indices, values, self.dense_shape[1:]) for indices, values in parts)


@dataclass(frozen=True)
class Range:
    """The numbers of a range, each an int64 scalar."""

    start: int
    stop: int
    step: int

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return ((np.asarray(number, np.int64),) for number in range(self.start, self.stop, self.step))


@dataclass(frozen=True)
class Mapped:
    """What a function makes of each element; the end where it raises OutOfRangeError."""

    source: Pipeline
    function: Any

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return map(ending(run.bind(self.function)), self.source.begin(run))


def ending(call: Callable[..., list[Any]]) -> Callable[[Element], Element]:
    """A function of an element, in which OutOfRangeError means the end."""

    def called(element: Element) -> Element:
        try:
            return tuple(call(*element))
        except OutOfRangeError:
            raise StopIteration from None

    return called


@dataclass(frozen=True)
class Filtered:
    """The elements of which a function is true, until the first of which it is not if `ends`."""

    source: Pipeline
    function: Any
    ends: bool = False

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        holds = run.bind(self.function)
        choose: Any = itertools.takewhile if self.ends else filter
        found: Elements = choose(lambda element: bool(holds(*element)[0]), self.source.begin(run))
        return found


@dataclass(frozen=True)
class Zipped:
    """Elements of several pipelines side by side, as long as all have some."""

    sources: Sequence[Pipeline]

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        together = zip(*[source.begin(run) for source in self.sources], strict=False)
        return map(tuple, map(itertools.chain.from_iterable, together))


class Chain:
    """An iterator over the elements of iterators that it is given one by one."""

    def __init__(self, following: Callable[[], Elements | None]) -> None:
        self._following = following
        self._now: Elements | None = None

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        while True:
            if self._now is None:
                self._now = self._following()
                if self._now is None:
                    raise StopIteration
            try:
                return next(self._now)
            except StopIteration:
                self._now = None


@dataclass(frozen=True)
class Chained:
    """The elements of several pipelines, one pipeline after the other."""

    sources: Sequence[Pipeline]

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        sources = iter(self.sources)

        def following() -> Elements | None:
            source = next(sources, None)
            return None if source is None else source.begin(run)

        return Chain(following)


@dataclass(frozen=True)
class FlatMapped:
    """The elements of the pipelines that a function makes of elements.

    Args:
      source: the pipeline.
      function: makes a pipeline of an element.
      inner: what is done with such a pipeline first.
    """

    source: Pipeline
    function: Any
    inner: Callable[[Any], Any] = unboxed

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        call, outer = ending(run.bind(self.function)), self.source.begin(run)

        def following() -> Elements | None:
            element = next(outer, None)
            return None if element is None else self.inner(pipeline_of(call, element)).begin(run)

        return Chain(following)


def pipeline_of(call: Callable[[Element], Element], element: Element) -> Any:
    """The pipeline that a function makes of an element."""
    return unboxed(call(element)[0])


@dataclass(frozen=True)
class Repeated(Rearranged):
    """The elements `count` times over; without end if that is negative, unless there are none."""

    source: Pipeline
    count: int

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Repeats(self.source, self.count, run)


class _Repeats:
    def __init__(self, source: Pipeline, count: int, run: Run) -> None:
        self._source, self._left, self._run = source, count, run
        self._now = source.begin(run) if count else iter(())

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        fresh = False
        while self._left:
            try:
                return next(self._now)
            except StopIteration:
                if fresh and self._left < 0:
                    self._left = 0  # nothing, for ever
                    break
                self._left -= 1
                self._now, fresh = self._source.begin(self._run) if self._left else iter(()), True
        raise StopIteration


@dataclass(frozen=True)
class Sliced(Rearranged):
    """The elements of a pipeline from one place up to another (None or -1: to the end), or each `step`-th of them."""

    source: Pipeline
    start: int
    stop: int | None
    step: int = 1

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Slicing(self, self.source.begin(run)) if self.stop != 0 else iter(())


class _Slicing:
    """As `itertools.islice`, which would be at its end after an error."""

    def __init__(self, spec: Sliced, elements: Elements) -> None:
        self._spec, self._elements, self._place = spec, elements, 0

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        spec = self._spec
        while self._place != spec.stop:
            element = next(self._elements)
            self._place += 1
            behind = self._place - 1 - spec.start
            if behind >= 0 and behind % spec.step == 0:
                return element
        self._elements = iter(())  # what they hold, such as a file, is free now
        raise StopIteration


@dataclass(frozen=True)
class Rows:
    """The rows of the components of each element."""

    source: Pipeline

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        batches = self.source.begin(run)

        def following() -> Elements | None:
            batch = next(batches, None)
            if batch is None:
                return None
            sizes = {len(part) for part in batch}
            if len(sizes) > 1:
                first, other = len(batch[0]), next(len(part) for part in batch if len(part) != len(batch[0]))
                raise complaint(f"Input tensors do not have the same size in dimension 0: {first} vs. {other}")
            return Slices(batch).begin(run)

        return Chain(following)


@dataclass(frozen=True)
class Generated:
    """What a function gives each time that it is called, until it raises OutOfRangeError.

    Args:
      first: function of nothing; its values are what the others are called with.
      following: function that gives an element.
      last: function that is called at the end.
    """

    first: Any
    following: Any
    last: Any
    arguments: Element

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Generating(self, run)


class _Generating:
    def __init__(self, pipeline: Generated, run: Run) -> None:
        self._first = run.bind(pipeline.first)
        self._following, self._last = run.bind(pipeline.following), run.bind(pipeline.last)
        self._arguments: Sequence[Any] = pipeline.arguments
        self._state: list[Any] | None = None
        self._ended = False

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        if self._ended:
            raise StopIteration
        if self._state is None:
            self._state = self._first(*self._arguments)
        try:
            return tuple(self._following(*self._state))
        except OutOfRangeError:
            self._ended = True
            self._last(*self._state)
            raise StopIteration from None


@dataclass(frozen=True)
class Scanned:
    """What a function makes of a state and each element: the next state and what comes out."""

    source: Pipeline
    state: Element
    function: Any

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        call, state = run.bind(self.function), self.state

        def step(element: Element) -> Element:
            nonlocal state
            try:
                values = call(*state, *element)
            except OutOfRangeError:
                raise StopIteration from None
            state = tuple(values[: len(state)])
            return tuple(values[len(state) :])

        return map(step, self.source.begin(run))


@dataclass(frozen=True)
class Forgiving:
    """The elements that bring no error."""

    source: Pipeline

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Forgiving(self.source.begin(run))


class _Forgiving:
    def __init__(self, elements: Elements) -> None:
        self._elements = elements

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        from flowgraph.errors import OpError

        while True:
            try:
                return next(self._elements)
            except OpError:
                continue


@dataclass(frozen=True)
class Unique:
    """Each element once: its only component is a scalar."""

    source: Pipeline

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        seen: set[Any] = set()

        def is_new(element: Element) -> bool:
            key = element[0][()]
            fresh = key not in seen
            seen.add(key)
            return fresh

        return filter(is_new, self.source.begin(run))


@dataclass(frozen=True)
class Directed:
    """Elements of several pipelines: the next of another one says of which; those that have ended are passed over."""

    selector: Pipeline
    sources: Sequence[Pipeline]

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Directing(self.selector.begin(run), [source.begin(run) for source in self.sources])


class _Directing:
    def __init__(self, choices: Elements, sources: list[Elements]) -> None:
        self._choices = choices
        self._sources: list[Elements | None] = [*sources]

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        while any(source is not None for source in self._sources):
            at = int(next(self._choices)[0])
            if not 0 <= at < len(self._sources):
                raise complaint(f"Selector index out of range: {at} >= {len(self._sources)}")
            source = self._sources[at]
            if source is None:
                continue
            try:
                return next(source)
            except StopIteration:
                self._sources[at] = None
        raise StopIteration
