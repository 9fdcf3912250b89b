"""The shapes of ragged tensors at run time, and broadcasting ragged tensors against each other.

A `RaggedShape` keeps the sizes of the dimensions that are split into rows (a scalar where they are all alike, a vector
of lengths where they are ragged) and one vector with the sizes of the inner, uniform dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, shape, size
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather
from flowgraph.ops.identity import identity
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.ragged_array import tile
from flowgraph.ops.ragged_parts import lengths_to_splits, repeat_ranges, to_tensor_or_ragged
from flowgraph.ops.ragged_range import int_tensor
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import reduce_all, reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.select import where
from flowgraph.ops.static_value import constant_value


class RaggedShape:
    """The sizes of all dimensions of a ragged tensor, as tensors."""

    def __init__(self, split: Sequence[Any], inner: Any) -> None:
        with name_scope(None, "RaggedTensorDynamicShape", (split, inner)):
            sizes = [to_tensor(one, None, f"partitioned_dimension_size_{i}") for i, one in enumerate(split)]
            inner = to_tensor(inner, None, "inner_dim_sizes")
            _check(sizes)
            inner.shape.assert_has_rank(1)
            dtypes = {one.dtype for one in sizes if one.shape.ndims == 1}
            if len(dtypes) > 1:
                raise refusal("partitioned_dim_sizes must have matching dtypes")
            self.dtype = dtypes.pop() if dtypes else dt.int64
            self.split: tuple[Tensor, ...] = tuple([cast(one, self.dtype) for one in sizes])
            self.inner: Tensor = cast(inner, self.dtype)

    @classmethod
    def of(cls, tensor: Any) -> RaggedShape:
        """The shape of a tensor, ragged or not."""
        with name_scope(None, "RaggedTensorDynamicShapeFromTensor", [tensor]):
            tensor = to_tensor_or_ragged(tensor)
            if not isinstance(tensor, RaggedTensor):
                return cls([], shape(tensor))
            split = (tensor.nrows(), *tensor.nested_row_lengths())
            return cls(split, shape(tensor.flat_values)[1:])

    @property
    def rank(self) -> int | None:
        """How many dimensions there are."""
        inner = self.inner.shape[0].value
        return None if inner is None else len(self.split) + inner

    def size(self, axis: int) -> Tensor:
        """The size of a dimension: a scalar, or a vector of lengths."""
        return self.split[axis] if axis < len(self.split) else self.inner[axis - len(self.split)]

    def is_ragged(self, axis: int) -> bool:
        """Whether a dimension is ragged."""
        return 0 < axis < len(self.split) and self.split[axis].shape.ndims == 1

    def of_rank(self, rank: int) -> RaggedShape:
        """The same with dimensions of size 1 in front."""
        missing = rank - (self.rank or 0)
        if missing == 0:
            return self
        if self.split:
            return RaggedShape((1,) * missing + self.split, self.inner)
        return RaggedShape([], concat([ones([missing], self.dtype), self.inner], axis=0))

    def broadcast(self, axis: int, lengths: Any) -> RaggedShape:
        """The same with a dimension of size 1 made as long as `lengths` say."""
        lengths = int_tensor(lengths, "lengths", self.dtype)
        if lengths.shape.ndims is None:
            raise refusal("lengths must have a known rank.")
        if lengths.shape.ndims > 1:
            raise refusal("lengths must be a scalar or vector")
        fits = self._fits(axis, lengths)
        words = ["Unable to broadcast: dimension size mismatch in dimension", axis]
        data = [*words, "lengths=", lengths, "dim_size=", self.size(axis)]
        with control_dependencies([Assert(fits, data=data, summarize=10)]):
            if axis < len(self.split):
                if self.is_ragged(axis):
                    return RaggedShape(self.split, identity(self.inner))
                return self._with_split(axis, lengths)
            if lengths.shape.ndims == 0:
                return self._with_inner(axis, lengths)
            if axis == 0:
                raise refusal("Unable to broadcast: outermost dimension must be uniform.")
            at = axis - len(self.split)
            split = (*self.split, *[self.inner[i] for i in range(at)], lengths)
            return RaggedShape(split, self.inner[at + 1 :])

    def _fits(self, axis: int, lengths: Tensor) -> Tensor:
        is_scalar = lengths.shape.ndims == 0
        if self.is_ragged(axis):
            return equal(lengths, 1) if is_scalar else reduce_all(equal(lengths, self.size(axis)))
        own = self.size(axis)
        if is_scalar:
            return equal(lengths, 1) | equal(own, 1) | equal(own, lengths)
        return equal(own, 1)

    def _slices(self, axis: int) -> Tensor:
        """How many rows there are in all at this depth."""
        if axis < 0:
            return constant(1, dtype=self.dtype)
        if self.is_ragged(axis):
            return reduce_sum(self.split[axis])
        return self.size(axis) * self._slices(axis - 1)

    def _with_split(self, axis: int, lengths: Tensor) -> RaggedShape:
        own = self.size(axis)
        split = list(self.split[:axis])
        if lengths.shape.ndims == 0:
            lengths = where(equal(own, 1), lengths, own)
            repeats = where(equal(own, 1), lengths, 1)
            splits = stack([0, self._slices(axis)])
        else:
            splits = range_of(size(lengths, out_type=self.dtype) + 1)
            repeats = lengths
        split.append(lengths)
        for one in self.split[axis + 1 :]:
            if one.shape.ndims == 0:
                split.append(one)
                splits *= one
            else:
                split.append(repeat_ranges(one, splits, repeats))
                splits = gather(lengths_to_splits(one), splits)
        return RaggedShape(split, self.inner)

    def _with_inner(self, axis: int, length: Tensor) -> RaggedShape:
        own, at = self.size(axis), axis - len(self.split)
        before = self.inner[:at]
        chosen = where(equal(own, 1), length, own)
        return RaggedShape(self.split, concat([before, [chosen], self.inner[at + 1 :]], axis=0))


def _check(sizes: list[Tensor]) -> None:
    for axis, one in enumerate(sizes):
        if one.shape.ndims is None:
            raise refusal(f"rank of partitioned_dim_sizes[{axis}] is unknown")
        one.shape.with_rank_at_most(1)
    if sizes and sizes[0].shape.ndims == 1:
        raise refusal("outermost partitioned dimension must be uniform")
    if sizes and sizes[-1].shape.ndims == 0:
        raise refusal("innermost partitioned dimension must be ragged")


def broadcast_shape(x: RaggedShape, y: RaggedShape) -> RaggedShape:
    """The shape that both can be broadcast to.

    Raises:
      ValueError: a rank is unknown.
      InvalidArgumentError: (when run) the sizes do not fit.
    """
    if x.rank is None or y.rank is None:
        raise refusal("Unable to broadcast: unknown rank")
    rank = max(x.rank, y.rank)
    x, y = x.of_rank(rank), y.of_rank(rank)
    for axis in range(rank):
        x = x.broadcast(axis, y.size(axis))
        y = y.broadcast(axis, x.size(axis))
    return x


def broadcast_rows(tensor: Any, target: RaggedShape) -> Any:
    """A tensor with the rows of `target`; inner dimensions of size 1 stay.

    Raises:
      ValueError: a rank is unknown, or it does not fit.
    """
    tensor = to_tensor_or_ragged(tensor)
    if not target.split:
        if isinstance(tensor, RaggedTensor):
            raise refusal("Incompatible with shape: ragged rank mismatch")
        return tensor
    if isinstance(tensor, RaggedTensor) and tensor.row_splits.dtype != target.dtype:
        raise refusal(
            "rt_input and dst_shape have different row_split dtypes; use RaggedTensor.with_row_splits_dtype() or "
            "RaggedTensorDynamicShape.with_dim_size_dtype() to convert to a compatible dtype."
        )
    if tensor.shape.ndims is None or target.rank is None:
        raise refusal("Unable to broadcast: unknown rank")
    if tensor.shape.ndims > target.rank:
        raise refusal("Incompatible with shape: rank mismatch")
    if isinstance(tensor, RaggedTensor) and tensor.ragged_rank >= len(target.split):
        raise refusal("Incompatible with shape: ragged rank mismatch")
    source = RaggedShape.of(tensor).of_rank(target.rank)
    tensor = _with_all_axes(tensor, target)
    tensor = _tiled(tensor, source, target)
    for axis in range(len(target.split)):
        if not source.is_ragged(axis) and target.is_ragged(axis):
            tensor = _ragged_tiled(tensor, axis, target.size(axis), target.dtype)
    return tensor


def _with_all_axes(tensor: Any, target: RaggedShape) -> Any:
    """The tensor with as many axes, and ragged ones among them, as the target."""
    rank = target.rank or 0
    inner_axes = rank - len(target.split)
    if rank > tensor.shape.ndims:
        if tensor.shape.ndims < inner_axes + 1:
            tensor = reshape(tensor, concat([[-1], target.inner], axis=0))
        for _ in range(rank - tensor.shape.ndims):
            is_ragged = isinstance(tensor, RaggedTensor)
            rows = tensor.nrows() if is_ragged else shape(tensor, out_type=target.dtype)[0]
            tensor = RaggedTensor.from_row_lengths(tensor, [rows], validate=False)
    if not isinstance(tensor, RaggedTensor):
        return RaggedTensor.from_tensor(tensor, ragged_rank=len(target.split) - 1, row_splits_dtype=target.dtype)
    more = len(tensor.flat_values.sizes or ()) - 1 - inner_axes
    if more > 0:
        flat = RaggedTensor.from_tensor(tensor.flat_values, ragged_rank=more, row_splits_dtype=target.dtype)
        tensor = tensor.with_flat_values(flat)
    return tensor


def _tiled(tensor: Any, source: RaggedShape, target: RaggedShape) -> Any:
    multiples: list[Any] = [1] * (target.rank or 0)
    for axis in range(len(target.split)):
        if source.is_ragged(axis) or target.is_ragged(axis):
            continue
        own, wanted = source.size(axis), target.size(axis)
        if constant_value(own) in (1, None) and constant_value(wanted) != 1:
            multiples[axis] = where(equal(own, 1), wanted, 1)
    if all(isinstance(one, int) for one in multiples):
        return tensor
    return tile(tensor, stack(multiples, axis=0))


def _ragged_tiled(tensor: Any, axis: int, repeats: Tensor, dtype: Any) -> Any:
    """The entries of a uniform dimension of size 1 as often as the lengths of the ragged one say."""
    if not isinstance(tensor, RaggedTensor):
        tensor = RaggedTensor.from_tensor(tensor, ragged_rank=1, row_splits_dtype=dtype)
    if axis > 1:
        return tensor.with_values(_ragged_tiled(tensor.values, axis - 1, repeats, dtype))
    nested, nested_lengths = tensor.nested_row_splits, tensor.nested_row_lengths()
    splits = nested[0]
    lengths = [repeats]
    for ends, of_rows in zip(nested[1:], nested_lengths[1:], strict=True):
        lengths.append(repeat_ranges(of_rows, splits, repeats))
        splits = gather(ends, splits)
    values = repeat_ranges(tensor.flat_values, splits, repeats)
    return RaggedTensor.from_nested_row_lengths(values, lengths, validate=False)
