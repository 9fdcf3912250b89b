"""Traced functions, run: each is compiled once for each session's store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.engines.base import Engine
from flowgraph.engines.store import Store
from flowgraph.ir.function import Function, function_of
from flowgraph.ir.tensor import Operation


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


def call_of(store: Store, op: Operation, attr: str, captured: Sequence[Any]) -> Call:
    """The function that an op names in an attr, with what the op captured for it."""
    return Call(store, function_of(op.graph, op.attrs[attr]), captured)
