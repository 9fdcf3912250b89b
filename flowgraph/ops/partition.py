"""Dealing rows out to several tensors, and merging the rows of several, each to a given place."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.attributes import at_least
from flowgraph.sizes import Sizes, merge, to_text


def _check_prefix(data: Any, indices: Any) -> None:
    """The data must have the shape of the indices, and then any."""
    if data.sizes is None or indices.sizes is None:
        return
    if len(data.sizes) < len(indices.sizes):
        raise ValueError(f"Shape must be at least rank {len(indices.sizes)} but is rank {len(data.sizes)}")
    for x, y in zip(data.sizes, indices.sizes):
        if x != y and x is not None and y is not None:
            raise ValueError(f"Dimensions must be equal, but are {x} and {y}")


# -- merging ---------------------------------------------------------------------------------------------


def _stitched_sizes(indices: list[Any], data: list[Any]) -> Sizes:
    tail: Sizes = None
    for where, what in zip(indices, data):
        _check_prefix(what, where)
        if where.sizes is not None and what.sizes is not None:
            tail = merge(tail, what.sizes[len(where.sizes) :])
    if tail is None:
        return None
    known = [where.constant() for where in indices]
    if any(value is None for value in known):
        return (None, *tail)
    return (max(int(value.max(initial=-1)) for value in known) + 1, *tail)


def _stitch(xp: Any, indices: list[Any], data: list[Any]) -> Any:
    for where, what in zip(indices, data):
        if where.min(initial=0) < 0 or what.shape[: where.ndim] != where.shape:
            raise ValueError("bad indices")  # which numpy would take from the end, or broadcast
    if any(what.shape[where.ndim :] != data[0].shape[indices[0].ndim :] for where, what in zip(indices, data)):
        raise ValueError("rows of other shapes")
    rows = max(where.max(initial=-1) for where in indices) + 1
    merged = xp.zeros((rows, *data[0].shape[indices[0].ndim :]), data[0].dtype)
    for where, what in zip(indices, data):
        merged[where] = what
    return merged


def _stitch_failure(indices: list[Any], data: list[Any]) -> str | None:
    """TF's words for indices and data that do not fit."""
    for i, (where, what) in enumerate(zip(indices, data)):
        if what.shape[: where.ndim] != where.shape:
            return (
                f"data[{i}].shape = {to_text(what.shape)} does not start with "
                f"indices[{i}].shape = {to_text(where.shape)}"
            )
        first, tail = data[0].shape[indices[0].ndim :], what.shape[where.ndim :]
        if first != tail:
            return (
                f"Need data[0].shape[{indices[0].ndim}:] = data[{i}].shape[{where.ndim}:], "
                f"got data[0].shape = {to_text(data[0].shape)}, data[{i}].shape = {to_text(what.shape)}, "
                f"indices[0].shape = {to_text(indices[0].shape)}, indices[{i}].shape = {to_text(where.shape)}"
            )
    flat = np.concatenate([where.reshape(-1) for where in indices])
    outside = np.flatnonzero(flat < 0)
    return f"indices[{outside[0]}] is out of range" if len(outside) else None


def _stitch_grad(op: Any, dy: Any) -> list[Any]:
    """Each row of the data gets the gradient of the row that it became."""
    from flowgraph.ops.array import shape
    from flowgraph.ops.gather import gather
    from flowgraph.ops.segment import unsorted_segment_sum

    if not isinstance(dy, Tensor):  # slices of the rows
        rows: Any = shape(op.outputs[0])
        dy = unsorted_segment_sum(dy.values, dy.indices, rows[0])
    count = len(op.inputs) // 2
    return [None] * count + [gather(dy, where) for where in op.inputs[:count]]


_STITCH_CASES = (
    case([INTS(0, 2), INTS(1)], [FLOAT(2, 3), FLOAT(1, 3)]),
    case([INT(1), INT([[2, 0]])], [DOUBLE(2), DOUBLE(1, 2, 2)]),
    case([INT(np.zeros(0))], [FLOAT(0, 3)]),
)

DYNAMIC_STITCH = OpDef(
    "DynamicStitch(indices: N*int32, data: N*T) -> merged: T",
    attrs={"T": TypeAttr()},
    infer=_stitched_sizes,
    forward=_stitch,
    failure=_stitch_failure,
    gradient=_stitch_grad,
    data_shape=True,
    cases=[*_STITCH_CASES, case([INTS(0, 1, 2, 3), INTS(1, 2)], [RANDOM_INT(4), RANDOM_INT(2)])],
)

PARALLEL_DYNAMIC_STITCH = OpDef(
    "ParallelDynamicStitch(indices: N*int32, data: N*T) -> merged: T",
    attrs={"T": TypeAttr()},
    infer=_stitched_sizes,
    forward=_stitch,
    failure=_stitch_failure,
    gradient=_stitch_grad,
    data_shape=True,
    cases=_STITCH_CASES,
)


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """Merge tensors row by row: `merged[indices[m][i, ...]] = data[m][i, ...]`; later rows win.

    Args:
      indices: a list of int32 tensors.
      data: a list of as many tensors of one dtype; each has the shape of its indices and then a common one.
      name: the op's name.

    Raises:
      ValueError: the lists are empty or not of one length, or shapes do not fit.

    >>> run(dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]))
    array([10, 20, 30], dtype=int32)
    """
    return _emit_stitch(DYNAMIC_STITCH, "dynamic_stitch", indices, data, name)


def parallel_dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """`dynamic_stitch` for rows that TF may merge in any order, so that each should come once.

    >>> run(parallel_dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]))
    array([10, 20, 30], dtype=int32)
    """
    return _emit_stitch(PARALLEL_DYNAMIC_STITCH, "parallel_dynamic_stitch", indices, data, name)


def _emit_stitch(opdef: OpDef, function: str, indices: Any, data: Any, name: str | None) -> Tensor:
    for what, values in (("indices", indices), ("data", data)):
        if not isinstance(values, list | tuple):
            raise TypeError(f"Expected list for '{what}' argument to '{function}' Op, not {values!r}.")
    if len(indices) != len(data):
        raise ValueError(
            f"List argument 'data' to '{function}' Op with length {len(data)} must match length "
            f"{len(indices)} of argument 'indices'."
        )
    if not indices:
        line = f"List argument 'indices' to '{opdef.name}' Op with length 0 shorter than minimum length 1."
        raise ValueError(errors.explain(line))
    return emit(opdef, list(indices), list(data), name=name)


# -- dealing out -----------------------------------------------------------------------------------------


def _partitioned_sizes(data: Any, partitions: Any, *, num_partitions: int) -> list[Sizes]:
    at_least(1, "num_partitions", num_partitions, "DynamicPartition")
    _check_prefix(data, partitions)
    if data.sizes is None or partitions.sizes is None:
        return [None] * num_partitions
    return [(None, *data.sizes[len(partitions.sizes) :])] * num_partitions


def _partition(_: Any, data: Any, partitions: Any, *, num_partitions: int) -> Any:
    if data.shape[: partitions.ndim] != partitions.shape:
        raise ValueError("shapes do not fit")
    if partitions.size and not 0 <= partitions.min() <= partitions.max() < num_partitions:
        raise ValueError("no such partition")
    tail = data.shape[partitions.ndim :]
    if not partitions.ndim:  # numpy would find an axis more
        data, partitions = data[None], partitions[None]
    return tuple(data[partitions == number].reshape(-1, *tail) for number in range(num_partitions))


def _partition_failure(data: Any, partitions: Any, *, num_partitions: int) -> str:
    """TF's words for partitions that do not fit the data, or are none."""
    if data.shape[: partitions.ndim] != partitions.shape:
        return (
            f"data.shape must start with partitions.shape, got data.shape = {to_text(data.shape)}, "
            f"partitions.shape = {to_text(partitions.shape)}"
        )
    at = np.argwhere((partitions < 0) | (partitions >= num_partitions))[0]
    where = f"[{','.join(map(str, at))}]" if len(at) else ""
    return f"partitions{where} = {partitions[tuple(at)]} is not in [0, {num_partitions})"


def _partition_grad(op: Any, *dys: Any) -> list[Any]:
    """Deal out the numbers of the rows in the same way: they tell where each gradient belongs."""
    from flowgraph.ops.array import reshape, shape
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.reduction import reduce_prod

    data, partitions = op.inputs
    prefix = shape(partitions)
    numbers = reshape(range_op(reduce_prod(prefix)), prefix)
    dealt = dynamic_partition(numbers, partitions, op.attrs["num_partitions"])
    return [reshape(dynamic_stitch(dealt, dys), shape(data)), None]


DYNAMIC_PARTITION = OpDef(
    "DynamicPartition(data: T, partitions: int32) -> outputs: num_partitions*T",
    attrs={"num_partitions": REQUIRED, "T": TypeAttr()},
    infer=_partitioned_sizes,
    forward=_partition,
    failure=_partition_failure,
    gradient=_partition_grad,
    data_shape=True,
    cases=[
        case(FLOAT(4, 2), INTS(1, 0, 1, 1), num_partitions=2),
        case(DOUBLE(2, 2), INT([[1, 0], [2, 1]]), num_partitions=3),
        case(RANDOM_INT(3), INTS(0, 0, 0), num_partitions=2),
        case(FLOAT(0, 2), INT(np.zeros(0)), num_partitions=1),
    ],
)


def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> list[Tensor]:
    """Deal the rows of a tensor out: output i gets the rows whose partition is i, in their order.

    Args:
      data: any tensor.
      partitions: an int32 tensor of numbers below `num_partitions`, whose shape begins that of `data`.
      num_partitions: how many outputs there are.
      name: the op's name.

    Raises:
      ValueError: shapes do not fit, or there are no partitions.

    >>> run(dynamic_partition([10, 20, 30], [0, 1, 0], 2))
    [array([10, 30], dtype=int32), array([20], dtype=int32)]
    """
    if num_partitions < 1:
        line = f"Attr 'num_partitions' of 'DynamicPartition' Op passed {num_partitions} less than minimum 1."
        raise ValueError(errors.explain(line))
    return emit(DYNAMIC_PARTITION, data, partitions, num_partitions=num_partitions, name=name)
