"""RaggedTensors from the different ways in which rows can be given: splits, lengths, starts, limits, row ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.opdef import INDEX
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_less, assert_less_equal, assert_non_negative
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.histogram import bincount
from flowgraph.ops.joining import concat
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.rank_checks import assert_rank, assert_rank_at_least
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.static_value import constant_value

Check = Callable[[], list[Any]]


def from_row_splits(values: Any, row_splits: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
    """See `RaggedTensor.from_row_splits`."""
    _check_validate(validate)
    if isinstance(row_splits, list | tuple) and not row_splits:
        raise refusal("row_splits tensor may not be empty.")
    with name_scope(name, "RaggedFromRowSplits", [values, row_splits]):
        values, splits = _converted(values, row_splits, "row_splits")
        splits.shape.assert_has_rank(1)
        if validate:
            words = "Arguments to from_row_splits do not form a valid RaggedTensor"
            count = _count(values, splits.dtype)
            checks = [
                assert_rank(splits, 1, message=words),
                _assert_zero(splits[0], words),
                _assert_rising(splits, words),
                assert_equal(splits[-1], count, message=words),
            ]
            splits = _after(checks, values, splits)
        return RaggedTensor(values, splits, internal=True)


def from_row_lengths(values: Any, row_lengths: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
    """See `RaggedTensor.from_row_lengths`."""
    _check_validate(validate)
    with name_scope(name, "RaggedFromRowLengths", [values, row_lengths]):
        values, lengths = _converted(values, row_lengths, "row_lengths")
        lengths.shape.assert_has_rank(1)
        if validate:
            words = "Arguments to from_row_lengths do not form a valid RaggedTensor"
            total = reduce_sum(lengths)
            count = _count(values, lengths.dtype)
            checks = [
                assert_rank(lengths, 1, message=words),
                assert_non_negative(lengths, message=words),
                assert_equal(total, count, message=words),
            ]
            lengths = _after(checks, values, lengths)
        splits = concat([[0], cumsum(lengths)], axis=0)
        return RaggedTensor(values, splits, cached_row_lengths=lengths, internal=True)


def from_row_starts(values: Any, row_starts: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
    """See `RaggedTensor.from_row_starts`."""
    _check_validate(validate)
    with name_scope(name, "RaggedFromRowStarts", [values, row_starts]):
        values, starts = _converted(values, row_starts, "row_starts")
        starts.shape.assert_has_rank(1)
        count = _count(values, starts.dtype)
        if validate:
            words = "Arguments to from_row_starts do not form a valid RaggedTensor"
            checks = [
                assert_rank(starts, 1, message=words),
                _assert_zero(starts[:1], words),
                _assert_rising(starts, words),
                assert_less_equal(starts[-1:], count, message=words),
            ]
            starts = _after(checks, values, starts)
        return RaggedTensor(values, concat([starts, [count]], axis=0), internal=True)


def from_row_limits(values: Any, row_limits: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
    """See `RaggedTensor.from_row_limits`."""
    _check_validate(validate)
    with name_scope(name, "RaggedFromRowLimits", [values, row_limits]):
        values, limits = _converted(values, row_limits, "row_limits")
        limits.shape.assert_has_rank(1)
        if validate:
            words = "Arguments to from_row_limits do not form a valid RaggedTensor"
            count = _count(values, limits.dtype)
            checks = [
                assert_rank(limits, 1, message=words),
                assert_non_negative(limits[:1], message=words),
                _assert_rising(limits, words),
                assert_equal(limits[-1:], count, message=words),
            ]
            limits = _after(checks, values, limits)
        zero = zeros([1], limits.dtype)
        return RaggedTensor(values, concat([zero, limits], axis=0), internal=True)


def from_value_rowids(
    values: Any, value_rowids: Any, nrows: Any = None, name: Any = None, validate: bool = True
) -> RaggedTensor:
    """See `RaggedTensor.from_value_rowids`."""
    _check_validate(validate)
    with name_scope(name, "RaggedFromValueRowIds", [values, value_rowids, nrows]):
        values, rowids = _converted(values, value_rowids, "value_rowids")
        rows, known_rows = _rows(rowids, nrows)
        rowids.shape.assert_has_rank(1)
        rows.shape.assert_has_rank(0)
        values.shape[:1].assert_is_compatible_with(rowids.shape)
        if validate:
            words = "Arguments to from_value_rowids do not form a valid RaggedTensor"
            count, other_count = _count(values), _count(rowids)
            checks = [
                assert_rank(rowids, 1, message=words),
                assert_rank(rows, 0, message=words),
                assert_equal(count, other_count, message=words),
                assert_non_negative(rowids[:1], message=words),
                _assert_rising(rowids, words),
                assert_less(rowids[-1:], rows, message=words),
            ]
            rowids = _after(checks, values, rowids)
        rowids32, rows32 = cast(rowids, dt.int32), cast(rows, dt.int32)
        lengths = bincount(rowids32, minlength=rows32, maxlength=rows32, dtype=rowids.dtype)
        splits = concat([[0], cumsum(lengths)], axis=0)
        if known_rows is not None:
            lengths.set_shape([known_rows])
            splits.set_shape([known_rows + 1])
        return RaggedTensor(values, splits, lengths, rowids, rows, internal=True)


def _rows(rowids: Tensor, nrows: Any) -> tuple[Tensor, int | None]:
    """The number of rows, and what is known of it while building."""
    known_ids = constant_value(rowids)
    last = None if known_ids is None or not known_ids.size else int(known_ids[-1])
    if nrows is None:
        if known_ids is None:
            return concat([rowids[-1:], [-1]], axis=0)[0] + 1, None
        known = 0 if last is None else last + 1
        return to_tensor(known, rowids.dtype, "nrows"), known
    rows = to_tensor(nrows, rowids.dtype, "nrows")
    found = constant_value(rows)
    if found is None:
        return rows, None
    if found < 0:
        raise refusal(f"Expected nrows >= 0; got {found}")
    if last is not None and found < last + 1:
        raise refusal(f"Expected nrows >= value_rowids[-1] + 1; got nrows={found}, value_rowids[-1]={last}")
    return rows, int(found)


def from_nested_row_splits(flat_values: Any, nested_row_splits: Any, name: Any = None, validate: bool = True) -> Any:
    """See `RaggedTensor.from_nested_row_splits`."""
    _check_validate(validate)
    _check_list(nested_row_splits, "nested_row_splits")
    with name_scope(name, "RaggedFromNestedRowSplits", [flat_values, *nested_row_splits]):
        result = flat_values
        for splits in reversed(nested_row_splits):
            result = from_row_splits(result, splits, validate=validate)
        return result


def from_nested_row_lengths(flat_values: Any, nested_row_lengths: Any, name: Any = None, validate: bool = True) -> Any:
    """See `RaggedTensor.from_nested_row_lengths`."""
    _check_validate(validate)
    _check_list(nested_row_lengths, "nested_row_lengths")
    with name_scope(name, "RaggedFromNestedRowlengths", [flat_values, *nested_row_lengths]):
        result = flat_values
        for lengths in reversed(nested_row_lengths):
            result = from_row_lengths(result, lengths, validate=validate)
        return result


def from_nested_value_rowids(
    flat_values: Any, nested_value_rowids: Any, nested_nrows: Any = None, name: Any = None, validate: bool = True
) -> Any:
    """See `RaggedTensor.from_nested_value_rowids`."""
    _check_validate(validate)
    _check_list(nested_value_rowids, "nested_value_rowids")
    if nested_nrows is None:
        nested_nrows = [None] * len(nested_value_rowids)
    else:
        _check_list(nested_nrows, "nested_nrows")
        if len(nested_nrows) != len(nested_value_rowids):
            raise refusal("nested_nrows must have the same length as nested_value_rowids")
    with name_scope(name, "RaggedFromNestedValueRowIds", [flat_values, *nested_value_rowids, *nested_nrows]):
        result = flat_values
        for rowids, rows in reversed(list(zip(nested_value_rowids, nested_nrows, strict=True))):
            result = from_value_rowids(result, rowids, rows, validate=validate)
        return result


def _check_validate(validate: Any) -> None:
    if not isinstance(validate, bool):
        raise refusal("validate must have type bool", TypeError)


def _check_list(given: Any, name: str) -> None:
    if isinstance(given, Tensor):
        raise refusal(f"{name} must be a list of Tensors", TypeError)


def _converted(values: Any, partition: Any, name: str) -> tuple[Any, Tensor]:
    """The values and what says where rows are, as tensors whose dtypes fit together."""
    if isinstance(values, RaggedTensor):
        of_values = values.row_splits.dtype
        if not isinstance(partition, Tensor):
            return values, to_tensor(partition, of_values, name)
        if partition.dtype not in INDEX:
            raise refusal(f"{name} must have dtype int32 or int64")
        if of_values != partition.dtype:
            raise refusal(f"dtype mismatch: {name} ({partition.dtype!s}) vs values.row_splits ({of_values!s})")
        return values, partition
    values = to_tensor(values, None, "values")
    if isinstance(partition, np.ndarray) and partition.dtype == np.int32:
        found = to_tensor(partition, None, name)
    else:
        found = to_tensor(partition, None, name, dt.int64)
    if found.dtype not in INDEX:
        raise refusal(f"{name} must have dtype int32 or int64")
    return values, found


def _count(tensor: Any, out_type: Any = dt.int32) -> Tensor:
    if isinstance(tensor, RaggedTensor):
        return tensor.nrows(out_type=out_type)
    return shape(tensor, out_type=out_type)[0]


def _assert_zero(tensor: Tensor, words: str) -> Any:
    return assert_equal(tensor, constant(0, dtype=tensor.dtype), message=words)


def _assert_rising(tensor: Tensor, words: str) -> Any:
    return assert_non_negative(tensor[1:] - tensor[:-1], message=words)


def _after(checks: Sequence[Any], values: Any, partition: Tensor) -> Tensor:
    if not isinstance(values, RaggedTensor):
        checks = [*checks, assert_rank_at_least(values, 1)]
    return with_dependencies(checks, partition)
