"""Clipping: values into a range, tensors to a norm, several tensors to one norm of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import colocate_with, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import identity, ones_like, rank, size
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import is_finite
from flowgraph.ops.constant import constant
from flowgraph.ops.elementwise import told_where
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.joining import stack
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.statistics import l2_loss
from flowgraph.ops.unary import rsqrt, sqrt


def _values(t: Any, name: str) -> Tensor:
    """The tensor to clip: of slices their values."""
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


def _like(t: Any, values: Tensor) -> Any:
    """Clipped values as what they came from."""
    return IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """The entries of `t`, those below the least value or above the greatest replaced by these.

    Args:
      t: a Tensor or IndexedSlices.
      clip_value_min, clip_value_max: numbers, or tensors of the dtype of `t` that broadcast to its shape.
      name: the op's name.

    Raises:
      ValueError: the bounds would stretch `t`.
      TypeError: their dtype is not that of `t`.

    >>> run(clip_by_value([-5, 1, 7], 0, 3))
    array([0, 1, 3], dtype=int32)
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        values = _values(t, "t")
        below = minimum(values, clip_value_max)
        _check_not_stretched(values, below)
        clipped = maximum(below, clip_value_min, name=scope)
        _check_not_stretched(values, clipped)
        return _like(t, clipped)


def _check_not_stretched(values: Tensor, clipped: Tensor) -> None:
    try:
        values.shape.merge_with(clipped.shape)
    except ValueError as error:
        raise told_where(error, f"to be clipped: {values!r}", f"with the bounds: {clipped!r}") from None


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """`t`, scaled down so that its L2 norm is `clip_norm` where it is larger.

    Args:
      t: a floating Tensor or IndexedSlices.
      clip_norm: the greatest norm: a number or scalar tensor.
      axes: the axes of which each slice has its own norm; None: all, there is one norm.
      name: the op's name.

    >>> run(clip_by_norm([3.0, 4.0], 1.0))
    array([0.6, 0.8], dtype=float32)
    """
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = _values(t, "t")
        squares = reduce_sum(values * values, axes, keepdims=True)
        # a root of 0 has no gradient: where the norm is 0, the root is taken of 1 instead, and not used
        is_positive = squares > 0
        safe_squares = where(is_positive, squares, ones_like(squares))
        norm = where(is_positive, sqrt(safe_squares), squares)
        scaled = values * clip_norm
        _check_not_stretched(values, scaled)
        return _like(t, identity(scaled / maximum(norm, clip_norm), name=scope))


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """`t`, scaled down where its L2 norm, averaged over the entries in TF's way, is above `clip_norm`.

    Args:
      t: a float32 tensor.
      clip_norm: the greatest norm: a number or scalar tensor.
      name: the op's name.

    >>> run(clip_by_average_norm([3.0, 4.0], 1.0))
    array([1.2, 1.6], dtype=float32)
    """
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        entries = cast(size(t), dt.float32)
        inverse_norm = rsqrt(reduce_sum(t * t, range_op(rank(t))))
        factor = t * clip_norm * minimum(inverse_norm * entries, constant(1.0) / clip_norm)
        return identity(factor, name=scope)


def _check_sequence(t_list: Any) -> list[Any]:
    if not isinstance(t_list, Sequence) or isinstance(t_list, str | bytes):
        raise TypeError("t_list should be a sequence")
    return list(t_list)


def _all_values(t_list: list[Any]) -> list[Tensor | None]:
    return [None if t is None else _values(t, f"t_{i}") for i, t in enumerate(t_list)]


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    """The L2 norm of all entries of several tensors: sqrt(sum of squares).

    Args:
      t_list: a sequence of Tensors and IndexedSlices of one floating dtype; None stands for no tensor.
      name: the op's name.

    Raises:
      TypeError: `t_list` is no sequence.

    >>> run(global_norm([tf.constant([3.0]), None, tf.constant([[4.0]])]))
    5.0
    """
    t_list = _check_sequence(t_list)
    with name_scope(name, "global_norm", t_list):
        halves = []
        for values in _all_values(t_list):
            if values is not None:
                with colocate_with(values):
                    halves.append(l2_loss(values))
        half = reduce_sum(stack(halves))
        return sqrt(half * constant(2.0, dtype=half.dtype), name="global_norm")


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Several tensors, all scaled down by one factor so that their common norm is at most `clip_norm`.

    Args:
      t_list: a sequence of Tensors and IndexedSlices; None stands for no tensor and stays None.
      clip_norm: the greatest norm: a number or scalar tensor.
      use_norm: their norm, if it is known already; by default `global_norm(t_list)`.
      name: the op's name.

    Returns:
      (the clipped tensors, their norm before). If that norm is infinite or nan, all entries become nan.

    Raises:
      TypeError: `t_list` is no sequence.

    >>> clipped, norm = clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 1.0)
    >>> run([clipped, norm])
    [[array([0.6], dtype=float32), array([0.8], dtype=float32)], 5.0]
    """
    t_list = _check_sequence(t_list)
    if use_norm is None:
        use_norm = global_norm(t_list, name)
    with name_scope(name, "clip_by_global_norm", [*t_list, clip_norm]) as scope:
        scale = clip_norm * minimum(1.0 / use_norm, constant(1.0, dtype=use_norm.dtype) / clip_norm)
        scale = where(is_finite(use_norm), scale, constant(float("nan"), dtype=use_norm.dtype))
        clipped: list[Any] = []
        for i, (t, values) in enumerate(zip(t_list, _all_values(t_list))):
            if values is None:
                clipped.append(None)
                continue
            with colocate_with(values):
                clipped.append(_like(t, identity(values * scale, name=f"{scope}_{i}")))
        return clipped, use_norm
