"""Products of tensors summed over any of their axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape
from flowgraph.ops.matmul import matmul
from flowgraph.sizes import Size

_INTEGERS = (int, np.integer)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The sum of the products of `a` and `b` over some axes of each; all other axes, of `a` then `b`, remain.

    Args:
      a, b: tensors of one dtype.
      axes: n: the last n axes of `a` with the first n of `b`; or the axes of `a` and those of `b`, each a
        number or a list, or both of them together an int32 tensor of two rows.
      name: the op's name.

    Raises:
      ValueError: there are not as many axes of `a` as of `b`, or no such axes.

    >>> run(tensordot([[1.0, 2.0], [3.0, 4.0]], [10.0, 1.0], axes=1))
    array([12., 34.], dtype=float32)
    """
    from flowgraph.ops.joining import concat

    with name_scope(name, "Tensordot", [a, b, axes]) as scope:
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        a_axes, b_axes = _axes_of_both(a, axes)
        a_matrix, a_free, a_known = _as_matrix(a, a_axes, axes_first=False)
        b_matrix, b_free, b_known = _as_matrix(b, b_axes, axes_first=True)
        product = matmul(a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            return reshape(product, a_free + b_free, name=scope)
        a_free = convert_to_tensor(a_free, dtype=dt.int32)
        b_free = convert_to_tensor(b_free, dtype=dt.int32)
        result = reshape(product, concat([a_free, b_free], 0), name=scope)
        if a_known is not None and b_known is not None:
            result.set_shape(a_known + b_known)
        return result


def _axes_of_both(a: Tensor, axes: Any) -> tuple[Any, Any]:
    """The axes of `a` and of `b` to sum over: lists, or tensors where they are not known."""
    from flowgraph.ops.range import range as range_op

    if isinstance(axes, _INTEGERS):
        if axes < 0:
            raise ValueError("'axes' must be at least 0.")
        if a.sizes is None:
            count = rank(a)
            return range_op(count - axes, count, dtype=dt.int32), range_op(axes, dtype=dt.int32)
        if axes > len(a.sizes):
            raise ValueError(f"'axes' must not be larger than the number of dimensions of tensor {a}.")
        return list(range(len(a.sizes) - axes, len(a.sizes))), list(range(axes))
    if not isinstance(axes, list | tuple):
        both: Any = convert_to_tensor(axes, name="axes", dtype=dt.int32)
        return both[0], both[1]
    if len(axes) != 2:
        raise ValueError("'axes' must be an integer or have length 2.")
    a_axes, b_axes = axes
    if isinstance(a_axes, _INTEGERS) and isinstance(b_axes, _INTEGERS):
        a_axes, b_axes = [a_axes], [b_axes]
    if len(a_axes) != len(b_axes):
        raise ValueError(f"Different number of contraction axes 'a' and 'b', {len(a_axes)} != {len(b_axes)}.")
    return a_axes, b_axes


def _as_matrix(x: Tensor, axes: Any, axes_first: bool) -> tuple[Tensor, Any, list[Size] | None]:
    """`x` as a matrix of its other axes by `axes`, or the other way round.

    Returns the matrix, the sizes of the other axes, and what is known of these while building.
    """
    from flowgraph.ops.shaping import transpose

    if x.sizes is None or not isinstance(axes, list | tuple):
        return _as_matrix_at_run_time(x, axes, None, axes_first)
    axes, free = _split_axes(axes, len(x.sizes))
    free_sizes = [x.sizes[axis] for axis in free]
    if None in x.sizes:
        return _as_matrix_at_run_time(x, axes, free, axes_first)
    order = axes + free if axes_first else free + axes
    rows, columns = prod(free_sizes), prod(x.sizes[axis] for axis in axes)  # type: ignore[arg-type]
    matrix = reshape(transpose(x, order), [columns, rows] if axes_first else [rows, columns])
    return matrix, free_sizes, free_sizes


def _split_axes(axes: Sequence[int], count: int) -> tuple[list[int], list[int]]:
    """The axes, none negative, and all the others."""
    axes = [axis if axis >= 0 else axis + count for axis in axes]
    return axes, [axis for axis in range(count) if axis not in axes]


def _as_matrix_at_run_time(
    x: Tensor, axes: Any, free: list[int] | None, axes_first: bool
) -> tuple[Tensor, Tensor, list[Size] | None]:
    from flowgraph.ops.gather import gather
    from flowgraph.ops.joining import concat, stack
    from flowgraph.ops.reduction import reduce_prod
    from flowgraph.ops.shaping import transpose

    known = None if free is None or x.sizes is None else [x.sizes[axis] for axis in free]
    x_shape, axes, others = _axes_at_run_time(x, axes, free)
    free_sizes, axes_sizes = gather(x_shape, others), gather(x_shape, axes)
    rows, columns = reduce_prod(free_sizes), reduce_prod(axes_sizes)
    if axes_first:
        order, sizes = concat([axes, others], 0), stack([columns, rows])
    else:
        order, sizes = concat([others, axes], 0), stack([rows, columns])
    return reshape(transpose(x, order), sizes), free_sizes, known


def _axes_at_run_time(x: Tensor, axes: Any, free: list[int] | None) -> tuple[Tensor, Tensor, Tensor]:
    """The shape of `x`, the axes and the other axes, as tensors."""
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.select import where
    from flowgraph.ops.sets import setdiff1d

    if free is not None:
        axes = convert_to_tensor(axes, dtype=dt.int32, name="axes")
        others = convert_to_tensor(free, dtype=dt.int32, name="free")
        return shape(x), axes, others
    x_shape, count = shape(x), rank(x)
    axes = convert_to_tensor(axes, dtype=dt.int32, name="axes")
    axes = where(axes >= 0, axes, axes + count)
    others, _ = setdiff1d(range_op(count), axes)
    return x_shape, axes, others
