"""The ways to make a RaggedTensor: its class methods."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt


class Made:
    """What `RaggedTensor` can be made from; the work is done in `ragged_factories` and `ragged_convert`."""

    __slots__ = ()

    @classmethod
    def from_row_splits(cls, values: Any, row_splits: Any, name: Any = None, validate: bool = True) -> Any:
        """Rows from where each begins in `values`, and where the last one ends.

        Args:
          values: the rows one after the other, a tensor of shape [n, ...] or a RaggedTensor.
          row_splits: an int32 or int64 vector that begins with 0, never falls and ends with n.
          name: the scope of the new ops.
          validate: whether to add assertions that the arguments fit together.

        Raises:
          ValueError: what is known while building does not fit.

        >>> run(tf.RaggedTensor.from_row_splits([3, 1, 4], [0, 2, 2, 3])).to_list()
        [[3, 1], [], [4]]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_row_splits(values, row_splits, name, validate)

    @classmethod
    def from_row_lengths(cls, values: Any, row_lengths: Any, name: Any = None, validate: bool = True) -> Any:
        """Rows from how long each is; see `from_row_splits`.

        >>> run(tf.RaggedTensor.from_row_lengths([3, 1, 4], [2, 0, 1])).to_list()
        [[3, 1], [], [4]]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_row_lengths(values, row_lengths, name, validate)

    @classmethod
    def from_value_rowids(
        cls, values: Any, value_rowids: Any, nrows: Any = None, name: Any = None, validate: bool = True
    ) -> Any:
        """Rows from which row each value belongs to, in rising order; see `from_row_splits`.

        >>> run(tf.RaggedTensor.from_value_rowids([3, 1, 4], [0, 0, 2], nrows=4)).to_list()
        [[3, 1], [], [4], []]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_value_rowids(values, value_rowids, nrows, name, validate)

    @classmethod
    def from_row_starts(cls, values: Any, row_starts: Any, name: Any = None, validate: bool = True) -> Any:
        """Rows from where each begins; see `from_row_splits`.

        >>> run(tf.RaggedTensor.from_row_starts([3, 1, 4], [0, 2, 2])).to_list()
        [[3, 1], [], [4]]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_row_starts(values, row_starts, name, validate)

    @classmethod
    def from_row_limits(cls, values: Any, row_limits: Any, name: Any = None, validate: bool = True) -> Any:
        """Rows from where each ends; see `from_row_splits`.

        >>> run(tf.RaggedTensor.from_row_limits([3, 1, 4], [2, 2, 3])).to_list()
        [[3, 1], [], [4]]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_row_limits(values, row_limits, name, validate)

    @classmethod
    def from_nested_row_splits(
        cls, flat_values: Any, nested_row_splits: Any, name: Any = None, validate: bool = True
    ) -> Any:
        """Several ragged dimensions from the splits of each, the outermost first; see `from_row_splits`.

        >>> run(tf.RaggedTensor.from_nested_row_splits([3, 1, 4], [[0, 2, 2], [0, 1, 3]])).to_list()
        [[[3], [1, 4]], []]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_nested_row_splits(flat_values, nested_row_splits, name, validate)

    @classmethod
    def from_nested_row_lengths(
        cls, flat_values: Any, nested_row_lengths: Any, name: Any = None, validate: bool = True
    ) -> Any:
        """Several ragged dimensions from the lengths of the rows of each, the outermost first.

        >>> run(tf.RaggedTensor.from_nested_row_lengths([3, 1, 4], [[2, 0], [1, 2]])).to_list()
        [[[3], [1, 4]], []]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_nested_row_lengths(flat_values, nested_row_lengths, name, validate)

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Any,
        nested_nrows: Any = None,
        name: Any = None,
        validate: bool = True,
    ) -> Any:
        """Several ragged dimensions from which row each value belongs to, the outermost first.

        >>> run(tf.RaggedTensor.from_nested_value_rowids([3, 1, 4], [[0, 0], [0, 1, 1]])).to_list()
        [[[3], [1, 4]]]
        """
        from flowgraph.ops import ragged_factories

        return ragged_factories.from_nested_value_rowids(flat_values, nested_value_rowids, nested_nrows, name, validate)

    @classmethod
    def from_tensor(
        cls,
        tensor: Any,
        lengths: Any = None,
        padding: Any = None,
        ragged_rank: int = 1,
        name: Any = None,
        row_splits_dtype: Any = dt.int64,
    ) -> Any:
        """The rows of an ordinary tensor, all of them or what is left without their ends.

        Args:
          tensor: a tensor of rank `ragged_rank + 1` or more.
          lengths: how much of each row is kept; a list of several vectors for nested ragged dimensions.
          padding: entries of this value at the end of each row are left out.
          ragged_rank: how many dimensions become ragged.
          name: the scope of the new ops.
          row_splits_dtype: int32 or int64.

        Raises:
          ValueError: both `lengths` and `padding` are given, or the ranks do not fit.

        >>> run(tf.RaggedTensor.from_tensor([[5, 7, 0], [0, 3, 0]], padding=0)).to_list()
        [[5, 7], [0, 3]]
        """
        from flowgraph.ops import ragged_convert

        return ragged_convert.from_tensor(tensor, lengths, padding, ragged_rank, name, row_splits_dtype)

    @classmethod
    def from_sparse(cls, st_input: Any, name: Any = None, row_splits_dtype: Any = dt.int64) -> Any:
        """The rows of a SparseTensor of rank 2 whose entries stand at the front of each row.

        >>> run(tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 2, 3], [3, 4]))).to_list()
        [[1, 2], [], [3]]
        """
        from flowgraph.ops import ragged_convert

        return ragged_convert.from_sparse(st_input, name, row_splits_dtype)
