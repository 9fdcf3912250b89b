"""How many elements a pipeline has, as far as TF can tell without going through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph.kernels import pipeline as pipe
from flowgraph.kernels import pipeline_batches as batches
from flowgraph.kernels import pipeline_groups as groups
from flowgraph.kernels import pipeline_orders as orders

INFINITE = -1
UNKNOWN = -2


def cardinality(pipeline: Any) -> int:
    """How many elements there are; INFINITE, or UNKNOWN."""
    rule = _RULES.get(type(pipeline))
    return rule(pipeline) if rule is not None else UNKNOWN


def _of_source(pipeline: Any) -> int:
    return cardinality(pipeline.source)


def _repeated(pipeline: Any) -> int:
    number = _of_source(pipeline)
    if pipeline.count == 0 or number == 0:
        return 0
    if number == UNKNOWN:
        return UNKNOWN if pipeline.count > 0 else INFINITE
    return INFINITE if pipeline.count < 0 or number == INFINITE else number * pipeline.count


def _sliced(pipeline: pipe.Sliced) -> int:
    number = _of_source(pipeline)
    if pipeline.stop == 0:
        return 0
    if pipeline.stop is not None and pipeline.stop < 0:
        return INFINITE  # (all elements were to be taken: TF has no better number for it)
    if pipeline.stop is not None:
        return pipeline.stop if number == INFINITE else min(number, pipeline.stop) if number >= 0 else number
    if number < 0:
        return number
    return max(0, -(-(number - pipeline.start) // pipeline.step))


def _rounds(number: int, size: int, drops: bool) -> int:
    if number < 0:
        return number
    return number // size if drops else -(-number // size)


def _windowed(pipeline: orders.Windowed) -> int:
    number = _of_source(pipeline)
    if number < 0:
        return number
    if not pipeline.drops:
        return -(-number // pipeline.shift)
    whole = (pipeline.size - 1) * pipeline.stride + 1
    return max(0, (number - whole) // pipeline.shift + 1)


def _least(pipeline: pipe.Zipped) -> int:
    numbers = [cardinality(source) for source in pipeline.sources]
    if UNKNOWN in numbers:
        return UNKNOWN
    return min((number for number in numbers if number >= 0), default=INFINITE)


def _sum(pipeline: pipe.Chained) -> int:
    numbers = [cardinality(source) for source in pipeline.sources]
    if INFINITE in numbers:
        return INFINITE
    return UNKNOWN if UNKNOWN in numbers else sum(numbers)


_RULES: dict[type, Callable[[Any], int]] = {
    pipe.Single: lambda _one: 1,
    pipe.Slices: lambda one: len(one.components[0]),
    pipe.SparseRows: lambda one: int(one.dense_shape[0]),
    pipe.Range: lambda one: len(range(one.start, one.stop, one.step)),
    pipe.Mapped: _of_source,
    pipe.Scanned: _of_source,
    pipe.Forgiving: _of_source,
    pipe.Repeated: _repeated,
    pipe.Sliced: _sliced,
    pipe.Zipped: _least,
    pipe.Chained: _sum,
    groups.Parsed: _of_source,
    groups.SparseBatched: lambda one: _rounds(_of_source(one), one.size, False),
    batches.Batched: lambda one: _rounds(_of_source(one), one.size, one.drops),
    batches.Padded: lambda one: _rounds(_of_source(one), one.size, one.drops),
    batches.Kept: _of_source,
    batches.KeptInFile: _of_source,
    batches.MappedAhead: _of_source,
    batches.Ahead: _of_source,
    orders.Shuffled: _of_source,
    orders.ShuffledRepeats: _repeated,
    orders.RandomNumbers: lambda _one: INFINITE,
    orders.Windowed: _windowed,
    orders.Listed: lambda one: len(one.elements),
}
