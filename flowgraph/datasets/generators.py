"""Dataset.from_generator: what a Python generator yields."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.structure import TensorSpec, flat_attrs, flatten, flatten_up_to, map_leaves, pack
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops.py_func import numpy_function
from flowgraph.shapes import TensorShape

_METHOD = "Dataset.from_generator()"


class _Running:
    """The generators that iterators have begun, each under a number."""

    def __init__(self, generator: Any) -> None:
        self._generator = generator
        self._lock = threading.Lock()
        self._count = 0
        self._begun: dict[int, Iterator[Any]] = {}

    def begin(self, *args: Any) -> np.ndarray:
        """Call the user's function; returns the number of what it returned."""
        with self._lock:
            number = self._count
            self._count += 1
        self._begun[number] = iter(self._generator(*args))
        return np.array(number, np.int64)

    def following(self, number: Any) -> Any:
        """What a generator yields next."""
        return next(self._begun[int(number)])

    def end(self, number: Any) -> np.ndarray:
        """Forget a generator that is at its end."""
        del self._begun[int(number)]
        return np.array(0, np.int64)


def from_generator(generator: Any, output_types: Any, output_shapes: Any, args: Any) -> Dataset:
    """See `Dataset.from_generator`."""
    if not callable(generator):
        raise refusal("`generator` must be callable.", TypeError)
    types = map_leaves(dt.as_dtype, output_types)
    if output_shapes is None:
        shapes = map_leaves(lambda _type: TensorShape(None), types)
    else:
        shapes = map_leaves(lambda _type, shape: TensorShape(shape), types, output_shapes)
    inputs = [] if args is None else [convert_to_tensor(arg, name=f"args_{at}") for at, arg in enumerate(args)]
    running = _Running(generator)
    kinds = [TensorSpec(shape, dtype) for dtype, shape in zip(flatten(types), flatten(shapes), strict=True)]

    def get_iterator_id_fn(_dummy: Tensor) -> Any:
        return numpy_function(running.begin, inputs, dt.int64)

    def generator_next_fn(number: Tensor) -> Any:
        def following(value: Any) -> list[np.ndarray]:
            return _checked(running.following(value), output_types, kinds)

        values = numpy_function(following, [number], [one.dtype for one in kinds])
        for tensor, one in zip(values, kinds, strict=True):
            tensor.set_shape(one.shape)
        return pack(types, values)

    def finalize_fn(number: Tensor) -> Any:
        return numpy_function(running.end, [number], dt.int64)

    def flat_map_fn(dummy: Tensor) -> Dataset:
        first = Traced(get_iterator_id_fn, _METHOD, TensorSpec(dummy.shape, dummy.dtype))
        following, last = (Traced(function, _METHOD, first.spec) for function in (generator_next_fn, finalize_fn))
        variant = emit(
            functions.GENERATOR_DATASET, [dummy, *first.captured], following.captured, last.captured,
            init_func=first.name, next_func=following.name, finalize_func=last.name, **flat_attrs(following.spec),
        )  # fmt: skip
        return Dataset._over(variant, following.spec, (), [first, following, last])

    return Dataset.from_tensors(0).flat_map(flat_map_fn)


def _checked(values: Any, output_types: Any, kinds: list[TensorSpec]) -> list[np.ndarray]:
    """What a generator yielded, as arrays.

    Raises:
      TypeError, ValueError: it is not what the user said that it would be.
    """
    try:
        flat = flatten_up_to(output_types, values)
    except (TypeError, ValueError):
        raise TypeError(
            "`generator` yielded an element that did not match the expected structure. The expected structure was "
            f"{output_types}, but the yielded element was {values}."
        ) from None
    return [_array(value, one) for value, one in zip(flat, kinds, strict=True)]


def _array(value: Any, kind: TensorSpec) -> np.ndarray:
    try:
        array = _strings(value) if kind.dtype == dt.string else np.asarray(value, kind.dtype.as_numpy_dtype)
    except (TypeError, ValueError):
        raise TypeError(
            "`generator` yielded an element that could not be converted to the expected type. The expected type was "
            f"{kind.dtype.name}, but the yielded element was {value}."
        ) from None
    if not kind.shape.is_compatible_with(array.shape):
        raise ValueError(
            f"`generator` yielded an element of shape {array.shape} where an element of shape {kind.shape} was "
            "expected."
        )
    return array


def _strings(value: Any) -> np.ndarray:
    array = np.asarray(value, object)
    made = np.empty(array.shape, object)
    for at, entry in np.ndenumerate(array):
        made[at] = entry.encode() if isinstance(entry, str) else bytes(entry)
    return made
