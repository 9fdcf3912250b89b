"""RaggedTensorValue: what running a RaggedTensor gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.refusal import refusal


class RaggedTensorValue:
    """The value of a `tf.RaggedTensor`: the entries of all rows, one after the other, and where the rows begin.

    Args:
      values: the entries, an array of shape [n, ...] or another RaggedTensorValue.
      row_splits: row i is `values[row_splits[i]:row_splits[i + 1]]`; an int32 or int64 vector.

    Raises:
      TypeError: one of them is something else.
      ValueError: the splits of `values` have another dtype.

    >>> tf.ragged.RaggedTensorValue(np.array([1, 2, 3]), np.array([0, 2, 2, 3]))
    tf.RaggedTensorValue(values=array([1, 2, 3]), row_splits=array([0, 2, 2, 3]))
    """

    __slots__ = ("_row_splits", "_values")

    def __init__(self, values: Any, row_splits: Any) -> None:
        is_vector = isinstance(row_splits, np.ndarray | np.generic) and row_splits.ndim == 1
        if not is_vector or row_splits.dtype not in (np.int64, np.int32):
            raise refusal("row_splits must be a 1D int32 or int64 numpy array", TypeError)
        if not isinstance(values, np.ndarray | np.generic | RaggedTensorValue):
            raise refusal("values must be a numpy array or a RaggedTensorValue", TypeError)
        if isinstance(values, RaggedTensorValue) and row_splits.dtype != values.row_splits.dtype:
            raise refusal("row_splits and values.row_splits must have the same dtype")
        self._values = values
        self._row_splits = row_splits

    @property
    def row_splits(self) -> Any:
        """Where each row begins in `values`, and where the last one ends."""
        return self._row_splits

    @property
    def values(self) -> Any:
        """The rows one after the other: an array, or a RaggedTensorValue if they are ragged themselves."""
        return self._values

    @property
    def dtype(self) -> Any:
        """The numpy dtype of the entries."""
        return self._values.dtype

    @property
    def flat_values(self) -> Any:
        """The innermost `values`: an array."""
        return self._values.flat_values if isinstance(self._values, RaggedTensorValue) else self._values

    @property
    def nested_row_splits(self) -> tuple[Any, ...]:
        """The `row_splits` of all ragged dimensions, the outermost first."""
        inner = self._values.nested_row_splits if isinstance(self._values, RaggedTensorValue) else ()
        return (self._row_splits, *inner)

    @property
    def ragged_rank(self) -> int:
        """How many ragged dimensions there are."""
        return len(self.nested_row_splits)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape, with None for ragged dimensions."""
        return (self._row_splits.shape[0] - 1, None, *self._values.shape[1:])

    def to_list(self) -> list[Any]:
        """The rows as nested lists.

        >>> tf.ragged.constant_value([[1, 2], [], [3]]).to_list()
        [[1, 2], [], [3]]
        """
        values = self._values
        rows = values.to_list() if isinstance(values, RaggedTensorValue) else values.tolist()
        ends = self._row_splits
        return [rows[ends[i] : ends[i + 1]] for i in range(len(ends) - 1)]

    def __str__(self) -> str:
        return f"<tf.RaggedTensorValue {self.to_list()}>"

    def __repr__(self) -> str:
        return f"tf.RaggedTensorValue(values={self._values!r}, row_splits={self._row_splits!r})"
