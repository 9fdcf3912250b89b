"""The numbers that datasets are made with, as tensors."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.compare import equal, logical_and
from flowgraph.ops.constant import constant
from flowgraph.ops.random import get_seed
from flowgraph.ops.select import where
from flowgraph.ops.static_value import constant_value


def number(value: Any, name: str) -> Tensor:
    """An int64 scalar."""
    return convert_to_tensor(value, dt.int64, name)


def rows_of(size: Tensor, drops: Tensor) -> int | None:
    """How many rows each batch is known to have: the batch size, if smaller batches are dropped."""
    known = constant_value(size) if constant_value(drops) else None
    return None if known is None else int(known)


def seed_tensors(seed: Any) -> tuple[Tensor, Tensor]:
    """The two seeds of a dataset's op; (0, 0), which would mean random ones, only where there is no seed at all."""
    seed1, seed2 = get_seed(seed)
    first = constant(0, dt.int64, name="seed") if seed1 is None else convert_to_tensor(seed1, dt.int64, "seed")
    if seed2 is None:
        return first, constant(0, dt.int64, name="seed2")
    with name_scope("seed2") as scope:
        second = convert_to_tensor(seed2, dt.int64)
        both = logical_and(equal(first, 0), equal(second, 0))
        return first, where(both, constant(2**31 - 1, dt.int64), second, name=scope)
