"""What all functions of ragged tensors share: conversion, dtypes of splits, repeated ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, shape
from flowgraph.ops.batch_gather import repeat
from flowgraph.ops.checks import assert_equal
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat
from flowgraph.ops.ragged_range import RAGGED_RANGE
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.ragged_value import RaggedTensorValue

MISMATCHED = (
    "Input RaggedTensors have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to convert them "
    "to compatible dtypes."
)


def splits_dtype_of(tensors: Sequence[Any]) -> DType:
    """The one dtype of the splits of all ragged tensors among them; int64 if there are none.

    Raises:
      ValueError: they differ.
    """
    found = {tensor.row_splits.dtype for tensor in tensors if isinstance(tensor, RaggedTensor)}
    if len(found) > 1:
        raise refusal(MISMATCHED)
    return found.pop() if found else dt.int64


def to_tensor_or_ragged(
    value: Any, dtype: DType | None = None, preferred_dtype: DType | None = None, name: str | None = None
) -> Any:
    """A RaggedTensor as it is or made of a RaggedTensorValue; of anything else the tensor that stands for it."""
    if isinstance(value, RaggedTensor):
        if dtype is not None and not dtype.is_compatible_with(value.dtype):
            raise refusal(
                f"Tensor conversion requested dtype {dtype.name} for RaggedTensor with dtype {value.dtype.name}: "
                f"{value!r}"
            )
        return value
    if isinstance(value, RaggedTensorValue):
        with name_scope(name, "ConvertToTensorOrRaggedTensor", []):
            flat = to_tensor(value.flat_values, dtype, "flat_values", preferred_dtype)
            return RaggedTensor.from_nested_row_splits(flat, value.nested_row_splits, validate=False)
    return to_tensor(value, dtype, name, preferred_dtype)


def rows_of(tensor: Any, out_type: Any = dt.int32) -> Tensor:
    """How many rows a ragged or ordinary tensor has."""
    return tensor.nrows(out_type=out_type) if isinstance(tensor, RaggedTensor) else shape(tensor, out_type=out_type)[0]


def same_splits(nested: Sequence[Sequence[Tensor]]) -> list[Any]:
    """Assertions that several ragged tensors, given by their nested splits, have the same rows.

    Raises:
      ValueError: their ragged ranks differ.
    """
    words = "Inputs must have identical ragged splits"
    if any(len(splits) != len(nested[0]) for splits in nested):
        raise refusal(words)
    return [
        assert_equal(one, other, message=words)
        for splits in nested[1:]
        for one, other in zip(nested[0], splits, strict=True)
    ]


def lengths_to_splits(lengths: Tensor) -> Tensor:
    """Where rows of these lengths begin, and where the last one ends."""
    return concat([[0], cumsum(lengths)], axis=-1)


def repeat_ranges(params: Tensor, splits: Tensor, repeats: Any) -> Tensor:
    """Each row of `params` several times in a row."""
    if repeats.shape.ndims != 0:
        starts = repeat(splits[:-1], repeats, axis=0)
        limits = repeat(splits[1:], repeats, axis=0)
    else:
        repeated = repeat(splits, repeats, axis=0)
        count = shape(repeated, out_type=repeats.dtype)[0]
        starts, limits = repeated[: count - repeats], repeated[repeats:]
    one = ones((), starts.dtype)
    offsets = emit(RAGGED_RANGE, starts, limits, one)[1]
    return gather(params, offsets)
