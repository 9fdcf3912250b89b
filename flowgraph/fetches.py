"""What `Session.run` is asked for: any nesting of tensors, ops, variables and names, taken apart and put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import graphs_apart
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.indexed_slices import IndexedSlices, IndexedSlicesValue
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.ragged_value import RaggedTensorValue
from flowgraph.ops.sparse_tensor import SparseTensor, SparseTensorValue, parts_of

Rebuild = Callable[[Sequence[Any]], Any]
Expansion = tuple[
    Any,
    Callable[[Any], tuple[list[Any], Rebuild]],
    Callable[[Any, Any], list[tuple[Any, Any]]],
    Callable[[Any], list[Any]],
]

_expansions: list[Expansion] = []


def register_session_run_conversion_functions(
    tensor_type: Any,
    fetch_function: Any = None,
    feed_function: Any = None,
    feed_function_for_partial_run: Any = None,
) -> None:
    """Teach sessions to fetch and feed a type that consists of tensors.

    Args:
      tensor_type: the type.
      fetch_function: `f(value) -> (list of tensors, function of their values)`.
      feed_function: `f(key, value) -> list of (tensor, value)`.
      feed_function_for_partial_run: `f(key) -> list of tensors`: what `partial_run_setup` is to feed for a key.
    """
    if any(issubclass(tensor_type, known) for known, _, _, _ in _expansions):
        raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _expansions.insert(0, (tensor_type, fetch_function, feed_function, feed_function_for_partial_run))


def _parts(slices: IndexedSlices) -> list[Tensor]:
    parts = [slices.values, slices.indices]
    return parts if slices.dense_shape is None else [*parts, slices.dense_shape]


def _fetch_slices(slices: IndexedSlices) -> tuple[list[Any], Rebuild]:
    return _parts(slices), lambda values: IndexedSlicesValue(*values, *[None] * (3 - len(values)))


def _feed_slices(slices: IndexedSlices, value: Any) -> list[tuple[Any, Any]]:
    return list(zip(_parts(slices), value, strict=False))


_expansions.append((IndexedSlices, _fetch_slices, _feed_slices, _parts))
_expansions.append(
    (
        SparseTensor,
        lambda sparse: (parts_of(sparse), lambda values: SparseTensorValue(*values)),
        lambda sparse, value: list(zip(parts_of(sparse), value, strict=False)),
        parts_of,
    )
)


def _ragged_parts(ragged: Any) -> list[Any]:
    return [*ragged.nested_row_splits, ragged.flat_values]


def _feed_ragged(ragged: RaggedTensor, value: Any) -> list[tuple[Any, Any]]:
    if not hasattr(value, "nested_row_splits"):
        raise AttributeError(
            errors.explain(
                f"'{type(value).__name__}' object has no attribute 'nested_row_splits'",
                details=[f"fed for {ragged!r}"],
                mend="Feed a RaggedTensorValue: tf.ragged.constant_value([[1, 2], [3]]).",
                where=user_site(),
            )
        )
    return list(zip(_ragged_parts(ragged), _ragged_parts(value), strict=False))


def _ragged_value(values: Sequence[Any]) -> Any:
    *splits, result = values
    for ends in reversed(splits):
        result = RaggedTensorValue(result, ends)
    return result


_expansions.append(
    (
        RaggedTensor,
        lambda ragged: (_ragged_parts(ragged), _ragged_value),
        _feed_ragged,
        _ragged_parts,
    )
)


class FetchPlan:
    """The distinct tensors and ops of a fetch structure, and how to build its result from the tensors' values.

    Attributes:
      tensors: the tensors to compute, each once.
      targets: the ops to run.

    `handle(text, dtype)` makes what is returned for a handle on a value that stays in the session.
    """

    def __init__(self, graph: Graph, fetches: Any, handle: Callable[[str, DType], Any] | None = None) -> None:
        self.tensors: list[Tensor] = []
        self.targets: list[Operation] = []
        self._graph, self._handle = graph, handle
        self._at: dict[Tensor, int] = {}
        self._build = self._take(fetches)

    def build(self, values: Sequence[Any]) -> Any:
        """The result of `run`, given the values of `tensors`."""
        return self._build(values)

    def _take(self, fetch: Any) -> Rebuild:
        if isinstance(fetch, Tensor | Operation | str):
            return self._element(fetch)
        if fetch is None:
            raise TypeError(
                errors.explain(
                    f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}",
                    mend="Something in the list of fetches is None: a function without a return, a gradient of an "
                    "unconnected variable (tf.gradients gives None for those)?",
                    where=user_site(),
                )
            )
        for kind, expand, _, _ in _expansions:
            if isinstance(fetch, kind) and expand is not None:
                parts, join = expand(fetch)
                pieces = [self._element(part) for part in parts]
                return lambda values: join([piece(values) for piece in pieces])
        if isinstance(fetch, Mapping):
            keys = list(fetch)
            inner = [self._take(fetch[key]) for key in keys]
            mapping: Callable[..., Any] = type(fetch)
            return lambda values: mapping(zip(keys, [build(values) for build in inner], strict=True))
        if isinstance(fetch, list | tuple):
            return self._sequence(fetch)
        if hasattr(type(fetch), "__attrs_attrs__"):
            names = [attr.name for attr in type(fetch).__attrs_attrs__]
            inner = [self._take(getattr(fetch, name)) for name in names]
            return lambda values: type(fetch)(*[build(values) for build in inner])
        return self._element(fetch)

    def _sequence(self, fetch: Any) -> Rebuild:
        inner = [self._take(item) for item in fetch]
        kind = type(fetch)
        if kind is list:
            return lambda values: [build(values) for build in inner]
        if hasattr(kind, "_fields"):
            return lambda values: kind(*[build(values) for build in inner])
        return lambda values: kind([build(values) for build in inner])

    def _element(self, fetch: Any) -> Rebuild:
        element = _as_element(self._graph, fetch)
        if not self._graph.is_fetchable(element):
            raise _inaccessible(element)
        if isinstance(element, Operation):
            self.targets.append(element)
            return lambda values: None
        at = self._at.setdefault(element, len(self.tensors))
        if at == len(self.tensors):
            self.tensors.append(element)
        if element.op.type == "GetSessionHandle" and (handle := self._handle) is not None:
            dtype = element.op.inputs[0].dtype.base_dtype
            return lambda values: handle(values[at].decode(), dtype)
        return lambda values: values[at]


def _inaccessible(element: Tensor | Operation) -> errors.InaccessibleTensorError:
    """The error of fetching what only a branch or loop may use."""
    return errors.InaccessibleTensorError(
        errors.explain(
            f"Operation {element.op.name!r} has been marked as not fetchable. Typically this happens when it is "
            "defined in another function or code block. Use return values,explicit Python locals or TensorFlow "
            "collections to access it.",
            mend="Return the tensor from the function given to tf.cond, and fetch what tf.cond returns.",
            where=element.op.site,
        )
    )


def _as_element(graph: Graph, fetch: Any) -> Tensor | Operation:
    """The tensor or op to fetch, with TF's words when there is none."""
    try:
        return graph.as_graph_element(fetch)
    except TypeError as error:
        first, _, _ = str(error).partition("\n")
        shown = str(fetch) if isinstance(fetch, np.generic) else repr(fetch)
        raise TypeError(
            errors.explain(
                f"Fetch argument {shown} has invalid type {type(fetch)!r}, must be a string or Tensor. ({first})",
                mend="Did a result overwrite the tensor, as in `loss = sess.run(loss)`? Keep the two under "
                "different names.",
                where=user_site(),
            )
        ) from None
    except (ValueError, KeyError) as error:
        raise ValueError(
            errors.explain(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})",
                details=graphs_apart(fetch, graph),
                mend=_nearest(graph, fetch),
                where=user_site(),
            )
        ) from None


def _nearest(graph: Graph, name: Any) -> str | None:
    """Names of the graph that a misspelt one may stand for."""
    if not isinstance(name, str) or graph.version > _SEARCHED:
        return None
    from difflib import get_close_matches  # slow to import, and seldom needed

    op_name, colon, output = name.partition(":")
    near = [f"'{known}{colon}{output}'" for known in get_close_matches(op_name, graph._by_name, n=3, cutoff=0.75)]
    return f"Did you mean {' or '.join(near)}?" if near else None


_SEARCHED = 20_000
"""Ops: in a larger graph a search for similar names takes too long."""


def expand_partial_feed(key: Any) -> list[Any]:
    """What is to be fed for a key of `partial_run_setup`: itself, or each tensor of a composite one."""
    for kind, _, _, parts in _expansions:
        if isinstance(key, kind) and parts is not None:
            return list(parts(key))
    return [key]


def expand_feed(key: Any, value: Any) -> list[tuple[Any, Any]]:
    """A feed as pairs of (tensor or name, value): one pair, or one for each tensor of a composite key."""
    for kind, _, feed, _ in _expansions:
        if isinstance(key, kind) and feed is not None:
            return feed(key, value)
    if isinstance(key, list | tuple):
        if not isinstance(value, list | tuple) or len(key) != len(value):
            raise ValueError(
                f"Could not flatten dictionary: key had {len(key)} elements, but value had "
                f"{len(value) if isinstance(value, list | tuple) else 1} elements. Key: {list(key)}, value: {value}."
            )
        return [pair for k, v in zip(key, value, strict=True) for pair in expand_feed(k, v)]
    return [(key, value)]
