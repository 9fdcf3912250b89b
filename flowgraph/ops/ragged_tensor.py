"""RaggedTensor: a tensor whose rows need not have the same length, kept as all rows in a line and where each begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import register_tensor_conversion_function
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.opdef import INDEX
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.nest import register_composite
from flowgraph.ops.array import ones, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.math import maximum
from flowgraph.ops.ragged_making import Made
from flowgraph.ops.ragged_value import RaggedTensorValue
from flowgraph.ops.reduction import reduce_max
from flowgraph.shapes import TensorShape


class RaggedTensor(Made):
    """A tensor whose rows need not have the same length: two tensors that together stand for one.

    Row i is `values[row_splits[i]:row_splits[i + 1]]`; `values` may be ragged themselves. Made by the `from_...`
    methods and the functions of `tf.ragged`, never by the constructor.

    >>> rows = RaggedTensor.from_row_lengths([3, 1, 4, 1, 5], [2, 0, 3])
    >>> run(rows).to_list()
    [[3, 1], [], [4, 1, 5]]
    >>> run(rows + 1).to_list()
    [[4, 2], [], [5, 2, 6]]
    >>> run(tf.reduce_sum(rows, axis=1))
    array([ 4,  0, 10], dtype=int32)
    """

    __slots__ = (
        "__weakref__", "_cached_nrows", "_cached_row_lengths", "_cached_value_rowids", "_row_splits", "_values",
    )  # fmt: skip

    __array_priority__ = 100  # numpy must leave `array + ragged` to us

    def __init__(
        self,
        values: Any,
        row_splits: Any,
        cached_row_lengths: Any = None,
        cached_value_rowids: Any = None,
        cached_nrows: Any = None,
        internal: bool = False,
    ) -> None:
        if not internal:
            raise refusal(
                "RaggedTensor constructor is private; please use one of the factory methods instead (e.g., "
                "RaggedTensor.from_row_lengths())"
            )
        if not isinstance(row_splits, Tensor):
            raise refusal(f"Row-partitioning argument must be a Tensor, got {row_splits!r}", TypeError)
        if not isinstance(values, RaggedTensor | Tensor):
            raise refusal(f"values must be a Tensor or RaggedTensor, got {values!r}", TypeError)
        if row_splits.dtype not in INDEX:
            raise refusal("Row-partitioning argument must be int32 or int64")
        row_splits.shape.assert_has_rank(1)
        values.shape.with_rank_at_least(1)
        row_splits.set_shape([None])
        self._values = values
        self._row_splits: Tensor = row_splits
        self._cached_row_lengths = cached_row_lengths
        self._cached_value_rowids = cached_value_rowids
        self._cached_nrows = cached_nrows

    # -- what it is made of --------------------------------------------------------------------------------

    @property
    def dtype(self) -> DType:
        """The dtype of the entries."""
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape while building; ragged dimensions are unknown."""
        splits = self._row_splits.sizes
        rows = None if splits is None or splits[0] is None else splits[0] - 1
        return TensorShape([rows, None]).concatenate(self._values.shape[1:])

    @property
    def ragged_rank(self) -> int:
        """How many ragged dimensions there are."""
        return len(self.nested_row_splits)

    @property
    def values(self) -> Any:
        """The rows one after the other: a Tensor, or a RaggedTensor if they are ragged themselves."""
        return self._values

    @property
    def row_splits(self) -> Tensor:
        """Where each row begins in `values`, and where the last one ends."""
        return self._row_splits

    @property
    def flat_values(self) -> Tensor:
        """The innermost `values`: a Tensor."""
        values = self._values
        while isinstance(values, RaggedTensor):
            values = values.values
        return values

    @property
    def nested_row_splits(self) -> tuple[Tensor, ...]:
        """The `row_splits` of all ragged dimensions, the outermost first."""
        return tuple(level.row_splits for level in levels(self))

    @property
    def graph(self) -> Graph:
        """The graph of the tensors."""
        return self._row_splits.graph

    def _as_graph_element(self) -> Tensor:
        return self.flat_values

    def _loop_shapes(self, shape: Any) -> list[TensorShape]:
        """The shape invariants of its tensors in a loop, given its own (None: what is known of its shape)."""
        whole = self.shape if shape is None else shape
        flat = TensorShape([None]).concatenate(whole[self.ragged_rank + 1 :])
        rows = whole[0].value
        outer = TensorShape([None if rows is None else rows + 1])
        return [flat, outer, *[TensorShape([None])] * (self.ragged_rank - 1)]

    def consumers(self) -> list[Operation]:
        """The ops that take any of its tensors as an input."""
        parts = (self.flat_values, *self.nested_row_splits)
        return list(dict.fromkeys(op for part in parts for op in part.consumers()))

    # -- rows ----------------------------------------------------------------------------------------------

    def value_rowids(self, name: Any = None) -> Tensor:
        """For each of `values` the row that it belongs to.

        >>> run(tf.ragged.constant([[3, 1], [], [4]]).value_rowids())
        array([0, 0, 2])
        """
        from flowgraph.ops.ragged_range import row_splits_to_segment_ids

        if self._cached_value_rowids is not None:
            return self._cached_value_rowids
        with name_scope(name, "RaggedValueRowIds", [self]):
            return row_splits_to_segment_ids(self.row_splits)

    def nested_value_rowids(self, name: Any = None) -> tuple[Tensor, ...]:
        """`value_rowids` of all ragged dimensions, the outermost first."""
        with name_scope(name, "RaggedNestedValueRowIds", [self]):
            return tuple([level.value_rowids() for level in levels(self)])

    def nrows(self, out_type: Any = None, name: Any = None) -> Tensor:
        """How many rows there are: a scalar.

        >>> run(tf.ragged.constant([[3, 1], [], [4]]).nrows())
        3
        """
        dtype = self._row_splits.dtype if out_type is None else as_dtype(out_type)
        if self._cached_nrows is not None:
            return cast(self._cached_nrows, dtype)
        with name_scope(name, "RaggedNRows", [self]):
            return shape(self.row_splits, out_type=dtype)[0] - 1

    def row_starts(self, name: Any = None) -> Tensor:
        """Where each row begins in `values`."""
        with name_scope(name, "RaggedRowStarts", [self]):
            return self.row_splits[:-1]

    def row_limits(self, name: Any = None) -> Tensor:
        """Where each row ends in `values`."""
        with name_scope(name, "RaggedRowLimits", [self]):
            return self.row_splits[1:]

    def row_lengths(self, axis: int = 1, name: Any = None) -> Any:
        """How long the rows are; along an inner axis as a ragged tensor.

        >>> run(tf.ragged.constant([[3, 1], [], [4]]).row_lengths())
        array([2, 0, 1])
        """
        if self._cached_row_lengths is not None:
            return self._cached_row_lengths
        with name_scope(name, "RaggedRowLengths", [self]):
            axis = positive_axis(axis, self.shape.ndims)
            if axis == 0:
                return self.nrows()
            if axis == 1:
                return self.row_splits[1:] - self.row_splits[:-1]
            if isinstance(self._values, RaggedTensor):
                return self.with_values(self._values.row_lengths(axis - 1))
            sizes = shape(self._values, out_type=self._row_splits.dtype)
            return self.with_values(ones(sizes[: axis - 1], self._row_splits.dtype) * sizes[axis - 1])

    def nested_row_lengths(self, name: Any = None) -> tuple[Tensor, ...]:
        """`row_lengths` of all ragged dimensions, the outermost first."""
        with name_scope(name, "RaggedNestedRowLengths", [self]):
            return tuple([level.row_lengths() for level in levels(self)])

    def bounding_shape(self, axis: Any = None, name: Any = None, out_type: Any = None) -> Tensor:
        """The shape of the smallest ordinary tensor that has room for all rows, or its size along `axis`.

        >>> run(tf.ragged.constant([[3, 1], [], [4]]).bounding_shape())
        array([3, 2])
        """
        dtype = self._row_splits.dtype if out_type is None else as_dtype(out_type)
        with name_scope(name, "RaggedBoundingBox", [self, axis]):
            splits = self.nested_row_splits
            if isinstance(axis, int) and axis == 0:
                return shape(splits[0], out_type=dtype)[0] - 1
            if isinstance(axis, int) and axis == 1:
                return maximum(reduce_max(self.row_lengths()), 0)
            splits_shape = shape(self.row_splits, out_type=dtype)
            inner = shape(self.flat_values, out_type=dtype)
            ragged = [splits_shape[0] - 1]
            ragged += [maximum(reduce_max(ends[1:] - ends[:-1]), 0) for ends in splits]
            dimensions = stack(ragged)
            box = concat([dimensions, inner[1:]], axis=0)
            return box if axis is None else gather(box, axis)

    # -- others of the same rows ---------------------------------------------------------------------------

    def with_values(self, new_values: Any) -> RaggedTensor:
        """Other values in the same rows.

        Raises:
          ValueError: their number is known to be another, or their splits have another dtype.
        """
        new_values.shape.with_rank_at_least(1)
        self._values.shape[:1].assert_is_compatible_with(new_values.shape[:1])
        if isinstance(new_values, RaggedTensor) and self._row_splits.dtype != new_values.row_splits.dtype:
            raise refusal(
                "self and new_values have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to "
                "convert them to compatible dtypes."
            )
        cached = (self._cached_row_lengths, self._cached_value_rowids, self._cached_nrows)
        return RaggedTensor(new_values, self._row_splits, *cached, internal=True)

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """Other innermost values in the same rows."""
        if isinstance(self._values, Tensor):
            return self.with_values(new_values)
        return self.with_values(self._values.with_flat_values(new_values))

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same with splits of another dtype, int32 or int64.

        >>> tf.ragged.constant([[3, 1], [], [4]]).with_row_splits_dtype(tf.int32).row_splits.dtype
        tf.int32
        """
        dtype = as_dtype(dtype)
        if dtype not in INDEX:
            raise refusal("dtype must be int32 or int64")
        if self._row_splits.dtype == dtype:
            return self
        splits = cast(self._row_splits, dtype)
        values = self._values
        if isinstance(values, RaggedTensor):
            values = values.with_row_splits_dtype(dtype)
        lengths, rowids = (
            part if part is None else cast(part, dtype)
            for part in (self._cached_row_lengths, self._cached_value_rowids)
        )
        return RaggedTensor(values, splits, lengths, rowids, self._cached_nrows, internal=True)

    def to_tensor(self, default_value: Any = None, name: Any = None) -> Tensor:
        """An ordinary tensor: shorter rows are filled up with `default_value` (by default zeros or empty strings).

        >>> run(tf.ragged.constant([[3, 1], [], [4]]).to_tensor(-1))
        array([[ 3,  1],
               [-1, -1],
               [ 4, -1]], dtype=int32)
        """
        from flowgraph.ops import ragged_convert

        return ragged_convert.to_dense(self, default_value, name)

    def to_sparse(self, name: Any = None) -> Any:
        """A SparseTensor with an entry for each value.

        >>> run(tf.ragged.constant([[3, 1], [], [4]]).to_sparse()).indices.tolist()
        [[0, 0], [0, 1], [2, 0]]
        """
        from flowgraph.ops import ragged_convert

        return ragged_convert.to_sparse(self, name)

    def to_list(self) -> NoReturn:
        """Nothing to list while building: run it and ask its value.

        Raises:
          ValueError: always.
        """
        raise refusal(
            "RaggedTensor.to_list() is only supported in eager mode; in graph mode, evaluate the RaggedTensor first "
            "and then use RaggedTensorValue.to_list()."
        )

    def __getitem__(self, key: Any) -> Any:
        from flowgraph.ops.ragged_getitem import getitem

        return getitem(self, key)

    def __iter__(self) -> NoReturn:
        raise refusal("RaggedTensor object is not iterable in graph mode: its rows are not known yet.", TypeError)

    def __bool__(self) -> NoReturn:
        raise refusal("RaggedTensor may not be used as a boolean.", TypeError)

    def __repr__(self) -> str:
        return f"tf.RaggedTensor(values={self._values}, row_splits={self._row_splits})"


def levels(ragged: RaggedTensor) -> list[RaggedTensor]:
    """The ragged tensor, its values if they are ragged, their values and so on."""
    found: list[RaggedTensor] = []
    while isinstance(ragged, RaggedTensor):
        found.append(ragged)
        ragged = ragged.values
    return found


def is_ragged(value: Any) -> bool:
    """Whether it is a RaggedTensor or a RaggedTensorValue."""
    return isinstance(value, RaggedTensor | RaggedTensorValue)


def positive_axis(axis: Any, ndims: int | None) -> int:
    """An axis counted from the front.

    Raises:
      TypeError: it is no integer.
      ValueError: there is no such axis, or it is negative and the rank unknown.
    """
    if not isinstance(axis, int):
        raise refusal(f"axis must be an int; got {type(axis).__name__}", TypeError)
    if ndims is not None:
        if not -ndims <= axis < ndims:
            raise refusal(f"axis={axis} out of bounds: expected {-ndims}<=axis<{ndims}")
        return axis % ndims
    if axis < 0:
        raise refusal("axis may only be negative if ndims is statically known.")
    return axis


def parts_of(ragged: Any) -> list[Any]:
    """The tensors (or arrays) that it is made of, in the order of TF: the flat values, then the splits."""
    return [ragged.flat_values, *ragged.nested_row_splits]


def from_parts(_like: Any, parts: Sequence[Any]) -> Any:
    """The ragged tensor, or its value, of such parts."""
    result = parts[0]
    of_tensors = isinstance(result, Tensor)
    for splits in reversed(parts[1:]):
        result = RaggedTensor(result, splits, internal=True) if of_tensors else RaggedTensorValue(result, splits)
    return result


def _no_tensor(value: Any, **_wanted: Any) -> NoReturn:
    line = (
        f"Failed to convert object of type {type(value)} to Tensor. Contents: {value}. Consider casting elements to a "
        "supported type."
    )
    raise TypeError(errors.explain(line, mend="ragged.to_tensor() fills shorter rows up.", where=user_site()))


def _spec(ragged: RaggedTensor) -> str:
    kinds = (ragged.shape, ragged.dtype, ragged.ragged_rank, ragged.row_splits.dtype)
    return f"type=RaggedTensorSpec str=RaggedTensorSpec({', '.join(map(repr, kinds))})"


register_composite(RaggedTensor, parts_of, from_parts, _spec)
register_tensor_conversion_function((RaggedTensor, RaggedTensorValue), _no_tensor, 0)

Method = Callable[..., Any]


def install_operators(methods: dict[str, Method], reflected: bool) -> None:
    """Give ragged tensors operators: functions of two tensors; `reflected` ones get them the other way round."""
    for name, method in methods.items():
        setattr(RaggedTensor, name, _swapped(method) if reflected else method)


def _swapped(method: Method) -> Method:
    return lambda y, x: method(x, y)
