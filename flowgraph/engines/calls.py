"""Traced functions, run: each is compiled once for each session's store."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.engines.base import Engine
from flowgraph.engines.store import Store
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.function import Function, function_of, gradients_of
from flowgraph.ir.graph import Graph
from flowgraph.ir.opdef import REGISTRY
from flowgraph.kernels.pipeline import boxed
from flowgraph.ops.array import zeros_like
from flowgraph.protos.signatures import dtype_text

_DEEPEST = 25
"""How deep functions may call each other: each call takes some dozens of Python's frames."""
_depth = threading.local()


class Call:
    """A function with the values that it captured, ready to be called.

    Args:
      store: the session's.
      function: the function.
      captured: the values of its captured tensors, in order.
    """

    __slots__ = ("_checked", "_executable", "_fed")

    def __init__(self, store: Store, function: Function, captured: Sequence[Any]) -> None:
        engine: Engine = store.engine
        self._executable = store.compiled(
            function, lambda: engine.compile(function.program(store.rewrites_divisions), store)
        )
        self._fed = function.fed(captured)
        self._checked = function if function.is_imported else None

    def __call__(self, *values: Any) -> list[Any]:
        """The function's outputs, flat, for flat arguments."""
        if self._checked is not None:
            check_arguments(self._checked, [*values, *self._fed])
        return self._executable.run([*values, *self._fed])


def check_arguments(function: Function, values: Sequence[Any]) -> None:
    """Compare what an imported function is given with what it takes.

    Raises:
      InvalidArgumentError: there are more values or fewer, or one has another dtype.
    """
    kinds = [tensor.dtype.base_dtype for tensor in function.inputs]
    given = [_text_of(value, kind) for value, kind in zip_longest(values[: len(kinds)], kinds)]
    for at, (kind, text) in enumerate(zip(kinds, given, strict=True)):
        if text not in (None, dtype_text(kind.enum)):
            line = f"{{{{function_node {function.name}}}}} Expects arg[{at}] to be {dtype_text(kind.enum)} but {text} "
            raise errors.InvalidArgumentError(None, None, line + "is provided")
    if len(values) > len(kinds):
        line = f"{{{{function_node {function.name}}}}} Expected {len(kinds)} arguments, but {len(values)} is provided"
        raise errors.InvalidArgumentError(None, None, line)


def _text_of(value: Any, kind: DType) -> str | None:
    """The dtype of a value in TF's words; None where that cannot be seen."""
    if value is None:
        return "INVALID"
    if kind.np.kind == "O":
        return dtype_text(as_dtype(value.dtype).enum) if _is_numbers(value) else None
    return dtype_text(as_dtype(value.dtype).enum) if _is_numbers(value) else "string"


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype != object


def called(store: Store, function: Function, values: Sequence[Any]) -> list[Any]:
    """What a function gives for some values: arrays, and handles as they are.

    Raises:
      ResourceExhaustedError: functions call each other too deeply.
    """
    depth = getattr(_depth, "now", 0)
    if depth >= _DEEPEST:
        line = f"Function {function.name} is called by functions that call each other {depth} deep."
        raise errors.ResourceExhaustedError(None, None, line)
    _depth.now = depth + 1
    try:
        ready = [
            value if kind.dtype == dt.resource or isinstance(value, np.ndarray) else _array(value, kind.dtype.np)
            for value, kind in zip(values, function.inputs, strict=False)
        ]
        results = Call(store, function, [])(*ready, *values[len(ready) :])
    finally:
        _depth.now = depth
    return [
        value if out.dtype == dt.resource else _array(value, out.dtype.np)
        for value, out in zip(results, function.outputs, strict=True)
    ]


def gradient_of(graph: Graph, name: str) -> Function:
    """The function that gives the gradients of another by its arguments; made once.

    Its arguments are those of the other one and the gradients of what that returns.
    """
    if name in gradients_of(graph):
        return function_of(graph, gradients_of(graph)[name])
    own = graph.memory.setdefault("derivatives", {})
    if name not in own:
        own[name] = _differentiated(function_of(graph, name))
    return own[name]


def _differentiated(function: Function) -> Function:
    from flowgraph.autodiff import gradients

    fresh = function.again()
    graph = fresh.graph
    with graph.as_default():
        dys = []
        for at, y in enumerate(fresh.outputs):
            attrs = {"dtype": y.dtype.base_dtype, "shape": y.sizes}
            made = graph.add(REGISTRY["Placeholder"], graph.unique_name(f"dy_{at}"), (), attrs, [y.dtype], [y.sizes])
            dys.append(made.outputs[0])
        pairs = [(y, dy) for y, dy in zip(fresh.outputs, dys, strict=True) if y.dtype.is_floating or y.dtype.is_complex]
        found = gradients([y for y, _ in pairs], fresh.inputs, [dy for _, dy in pairs])
        pairs = list(zip(fresh.inputs, found, strict=True))
        outputs = [zeros_like(x) if dx is None else convert_to_tensor(dx) for x, dx in pairs]
    return Function(f"{function.name}_gradient", graph, [*fresh.inputs, *dys], outputs, None)


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
        # pipelines among them come bare, as ops on datasets take them
        self.captured = [boxed(value) if hasattr(value, "begin") else value for value in captured]
        self.function = function


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
