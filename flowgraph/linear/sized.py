"""Sizes that are arguments: what operators without entries of their own are given, checked and spread over batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import not_a_variable, shape_tensor
from flowgraph.ops.array import zeros
from flowgraph.ops.broadcasting import broadcast_static_shape
from flowgraph.ops.checks import assert_non_negative
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.rank_checks import assert_rank
from flowgraph.ops.reduction import reduce_min
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import TensorShape


def checked_size(size: Tensor, name: str, at_run_time: bool, known: Any) -> Tensor:
    """A number of rows or columns.

    Raises:
      TypeError: it is no integer.
      ValueError: it is known to have axes, or to be negative.
    """
    return _checked(size, name, 0, at_run_time, known, "")


def _checked(tensor: Tensor, name: str, axes: int, at_run_time: bool, known: Any, gap: str) -> Tensor:
    if at_run_time:
        asserts = [
            assert_rank(tensor, axes, message=f"Argument {name} must be a {axes}-D Tensor."),
            assert_non_negative(tensor, message=f"Argument {name} must be non-negative."),
        ]
        tensor = with_dependencies(asserts, tensor)
    if not tensor.dtype.is_integer:
        raise refusal(f"Argument {name} must be integer type.  Found: {tensor}", TypeError)
    if known is not None:
        if np.ndim(known) != axes:
            raise refusal(f"Argument {name} must be a {axes}-D Tensor.  Found: {known}")
        if np.any(known < 0):
            raise refusal(f"Argument {name} must be non-negative.  Found:{gap}{known}")
    return tensor


class SizedOperator(LinearOperator):
    """An operator that is given its number of rows, of columns, and the shape of its batch."""

    _assert_proper_shapes: bool
    _batch_shape_arg: Tensor | None = None

    def _take_rows(self, num_rows: Any) -> None:
        self._num_rows = shape_tensor(num_rows, name="num_rows")
        self._known_rows = constant_value(self._num_rows)
        self._num_rows = _checked(self._num_rows, "num_rows", 0, self._assert_proper_shapes, self._known_rows, " ")
        self._num_columns, self._known_columns = self._num_rows, self._known_rows

    def _take_batch_shape(self, batch_shape: Any) -> None:
        if batch_shape is None:
            return
        made = shape_tensor(batch_shape, name="batch_shape_arg")
        self._known_batch = constant_value(made)
        self._batch_shape_arg = _checked(made, "batch_shape", 1, self._assert_proper_shapes, self._known_batch, "")

    @staticmethod
    def _refuse_variables(**arguments: Any) -> None:
        for name, value in arguments.items():
            not_a_variable(value, name)

    def _own_shape(self) -> TensorShape:
        sizes = (self._known_rows, self._known_columns)
        return TensorShape([None if size is None else int(size) for size in sizes])

    def _shape(self) -> TensorShape:
        if self._batch_shape_arg is None:
            return self._own_shape()
        batch = None if self._known_batch is None else self._known_batch.tolist()
        return TensorShape(batch).concatenate(self._own_shape())

    def _shape_tensor(self) -> Tensor:
        own = stack((self._num_rows, self._num_columns), axis=0)
        return own if self._batch_shape_arg is None else concat((self._batch_shape_arg, own), 0)

    def _shorter(self) -> int | None:
        """The smaller of rows and columns, if both are known."""
        sizes = self.domain_dimension.value, self.range_dimension.value
        return None if None in sizes else min(sizes)  # type: ignore[type-var]

    def _shorter_tensor(self) -> Tensor:
        return reduce_min(self.shape_tensor()[-2:])

    def _diagonal_shape(self) -> Any:
        if self.shape.is_fully_defined():
            return self.batch_shape.concatenate([self._shorter()])
        return concat([self.batch_shape_tensor(), [self._shorter_tensor()]], axis=0)

    def _known_or_run_time_batch(self) -> Any:
        known = self.batch_shape
        return known if known.is_fully_defined() else self.batch_shape_tensor()

    def _spread(self, x: Tensor) -> Tensor:
        """A tensor, broadcast to the batch."""
        if self._batch_shape_arg is None:
            return x
        own = self.batch_shape.concatenate([1, 1])
        joint = broadcast_static_shape(x.shape, own)
        if own.is_fully_defined():
            if joint == x.shape:
                return x
            return x + zeros(shape=own, dtype=self.dtype)
        return x + zeros(shape=concat((self.batch_shape_tensor(), [1, 1]), 0), dtype=self.dtype)
