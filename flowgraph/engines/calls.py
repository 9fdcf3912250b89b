"""Traced functions, run: each is compiled once for each session's store."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph.engines.base import Engine
from flowgraph.engines.store import Store
from flowgraph.ir.function import Function
from flowgraph.kernels.pipeline import boxed


class Call:
    """A function with the values that it captured, ready to be called.

    Args:
      store: the session's.
      function: the function.
      captured: the values of its captured tensors, in order.
    """

    __slots__ = ("_executable", "_fed")

    def __init__(self, store: Store, function: Function, captured: Sequence[Any]) -> None:
        engine: Engine = store.engine
        self._executable = store.compiled(
            function, lambda: engine.compile(function.program(store.rewrites_divisions), store)
        )
        self._fed = function.fed(captured)

    def __call__(self, *values: Any) -> list[Any]:
        """The function's outputs, flat, for flat arguments."""
        return self._executable.run([*values, *self._fed])


class OwnStreams(Store):
    """A session's store for the functions of one iterator: their random ops draw from streams that nobody else has."""

    def __init__(self, store: Store) -> None:
        self._drawn, self._compiled = {}, weakref.WeakKeyDictionary()
        self._outer = store
        self._cells, self._counts, self._kept, self._shared = store._cells, store._counts, store._kept, store._shared
        self._lock, self._turns, self.waits, self.values = store._lock, store._turns, store.waits, store.values
        self.engine, self.rewrites_divisions = store.engine, store.rewrites_divisions

    @property
    def version(self) -> int:  # type: ignore[override]
        """That of the session's store."""
        return self._outer.version

    @property
    def has_resources(self) -> bool:  # type: ignore[override]
        """What the session's store says."""
        return self._outer.has_resources


class Bound:
    """A function of a pipeline and the values that it captured."""

    __slots__ = ("captured", "function")

    def __init__(self, function: Function, captured: Sequence[Any]) -> None:
        self.function, self.captured = function, captured


class Calls:
    """What the functions of one iterator are called in (`kernels.pipeline.Run`)."""

    def __init__(self, store: Store) -> None:
        self._store = OwnStreams(store)

    def bind(self, bound: Bound) -> Callable[..., list[Any]]:
        """A function, ready to be called with arrays; what it returns are arrays, too, scalars among them."""
        call = Call(self._store, bound.function, bound.captured)
        kinds = [output.dtype.np for output in bound.function.outputs]

        def called(*values: Any) -> list[Any]:
            return [_array(value, kind) for value, kind in zip(call(*values), kinds, strict=True)]

        return called


def _array(value: Any, kind: Any) -> Any:
    """A fetched value as an array, a scalar for a string or a pipeline."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    return boxed(value) if kind is object else np.asarray(value, kind)
