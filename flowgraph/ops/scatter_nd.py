"""Changing cells or slices of a variable in place: ref[indices[i, 0], indices[i, 1], ...] = updates[i]."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, reshape, shape
from flowgraph.ops.cast import CAST
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range_op
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.ops.scatter import Change, change_rows, emit_scatter, first_outside, put
from flowgraph.ops.shaping import expand_dims
from flowgraph.shapes import Sizes, num_elements
from flowgraph.sizes import merge, to_text


def _slices_sizes(ref: Any, indices: Any, updates: Any, **_attrs: Any) -> Sizes:
    for tensor in (ref, indices, updates):
        if tensor.sizes == () and tensor is not ref:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
    if num_elements(ref.sizes) == 0 and (num_elements(indices.sizes) or num_elements(updates.sizes)):
        raise ValueError("Indices and updates specified for empty output shape")
    if ref.sizes is None or indices.sizes is None or updates.sizes is None:
        return ref.sizes
    outer, depth = len(indices.sizes) - 1, indices.sizes[-1]
    _must_match("outer", "indices", indices.sizes, indices.sizes[:-1], updates.sizes, updates.sizes[:outer])
    if depth is not None:
        _must_match("inner", "input", ref.sizes, ref.sizes[depth:], updates.sizes, updates.sizes[outer:])
    return ref.sizes


def _must_match(which: str, name: str, whole: Any, part: Any, updates: Any, part_of_updates: Any) -> None:
    try:
        merge(part, part_of_updates)
    except ValueError as error:
        raise ValueError(
            f"The {which} {len(part)} dimensions of {name}.shape={to_text(whole)} must match the {which} "
            f"{len(part_of_updates)} dimensions of updates.shape={to_text(updates)}: {error}"
        ) from None


def _scatter_nd(change: Change) -> Callable[..., Any]:
    """The forward of an op that changes what lists of indices name."""

    def forward(_ctx: Any, cell: Any, indices: Any, updates: Any, **_attrs: Any) -> Any:
        with cell.lock:
            buffer = cell.read()
            indices, updates = np.asarray(indices), np.asarray(updates)
            depth = _check_slices(buffer, indices, updates)
            outer, inner = buffer.shape[:depth], buffer.shape[depth:]
            count = indices.size // depth if depth else 0
            rows = np.ravel_multi_index(tuple(indices.reshape(count, depth).T), outer)
            change_rows(buffer.reshape(prod(outer), *inner), rows, updates.reshape(count, *inner), change)
        return cell

    return forward


def _check_slices(buffer: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> int:
    """How many axes an index covers, if everything fits."""
    if (indices.size or updates.size) and not (buffer.size and indices.size and updates.size):
        raise invalid(f"Indices and updates specified for empty output.  indices shape: {to_text(indices.shape)}")
    if not indices.ndim or (updates.ndim and len(updates) != len(indices)):
        raise invalid(
            "The outermost dimension of updates and indices must match. "
            f"Got indices.shape {to_text(indices.shape)}, updates.shape {to_text(updates.shape)}"
        )
    given = indices.shape
    if indices.ndim == 1:  # a list of rows, when its shape was not known before
        indices = indices[:, None]
    outer, depth = indices.shape[:-1], indices.shape[-1]
    if depth > buffer.ndim or updates.shape != outer + buffer.shape[depth:]:
        raise invalid(
            "Must have updates.shape = indices.shape[:batch_dim] + params_shape[slice_dim:], got "
            f"updates.shape: {to_text(updates.shape)}, indices.shape: {to_text(given)}, "
            f"params_shape: {to_text(buffer.shape)}, slice_dim: {depth}, and batch_dim: {len(outer)}"
        )
    outside = np.any((indices < 0) | (indices >= buffer.shape[:depth]), axis=-1)
    if outside.any():
        at, index = first_outside(indices, outside)
        named = ", ".join(str(int(i)) for i in index)
        raise invalid(f"indices[{at}] = [{named}] does not index into shape {to_text(buffer.shape)}")
    return depth


def _slices_op(name: str, change: Change, allowed: Any, locked: bool) -> OpDef:
    return OpDef(
        f"{name}(ref: &T, indices: Tindices, updates: T) -> output_ref: &T",
        attrs={"T": TypeAttr(allowed), "Tindices": TypeAttr(INDEX), "use_locking": locked},
        infer=_slices_sizes,
        forward=_scatter_nd(change),
        gradient=NO_GRADIENT,
        effect=Effect.WRITE,
    )


SCATTER_ND_UPDATE = _slices_op("ScatterNdUpdate", put, None, True)
SCATTER_ND_ADD = _slices_op("ScatterNdAdd", np.add, NUMBER_TYPES, False)
SCATTER_ND_SUB = _slices_op("ScatterNdSub", np.subtract, NUMBER_TYPES, False)


def scatter_nd_update(
    ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None
) -> Tensor:
    """Put new cells or slices into a variable: ref[indices[i, 0], indices[i, 1], ...] = updates[i].

    Args:
      ref: the variable.
      indices: an int32 or int64 tensor; its last axis lists the indices of one cell or slice.
      updates: the cells or slices, of shape indices.shape[:-1] + ref.shape[indices.shape[-1]:].
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the op's name.

    Returns:
      The variable itself, as it is after the update.

    Raises:
      AttributeError: `ref` is no variable.
      ValueError: the shapes do not match.
      InvalidArgumentError: (when run) an index lies outside the variable.

    >>> v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(scatter_nd_update(v, [[0, 1], [1, 0]], [7.0, 9.0]))
    array([[1., 7.],
           [9., 4.]], dtype=float32)
    """
    return emit_scatter(SCATTER_ND_UPDATE, "scatter_nd_update", ref, indices, updates, use_locking, name)


def scatter_nd_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Add to cells or slices of a variable; see `scatter_nd_update`."""
    return emit_scatter(SCATTER_ND_ADD, "scatter_nd_add", ref, indices, updates, use_locking, name)


def scatter_nd_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Subtract from cells or slices of a variable; see `scatter_nd_update`."""
    return emit_scatter(SCATTER_ND_SUB, "scatter_nd_sub", ref, indices, updates, use_locking, name)


def batch_scatter_update(
    ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None
) -> Tensor:
    """Put new rows into each matrix of a batch: ref[b, indices[b, i]] = updates[b, i]; b may be several axes.

    Args:
      ref: the variable.
      indices: an int32 or int64 tensor of known rank.
      updates: the rows, of shape indices.shape + ref.shape[rank of indices:].
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the new ops.

    Returns:
      The variable itself, as it is after the update.

    Raises:
      ValueError: the rank of `indices` is not known.

    >>> v = tf.Variable([[1, 2, 3], [4, 5, 6]])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(batch_scatter_update(v, [[0], [2]], [[7], [9]]))
    array([[7, 2, 3],
           [4, 5, 9]], dtype=int32)
    """
    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        sizes = shape(indices)
        if indices.sizes is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        last = expand_dims(indices, axis=-1)
        columns = [_numbers_along(axis, sizes, last) for axis in range(len(indices.sizes) - 1)]
        return scatter_nd_update(ref, concat([*columns, last], axis=-1), updates, use_locking)


def _numbers_along(axis: int, sizes: Tensor, like: Tensor) -> Any:
    """The shape of `like`, each entry its own position along one axis."""
    size = sizes[axis]
    spread: list[Any] = [1] * len(like.sizes or ())
    spread[axis] = size
    numbers = reshape(range_op(0, size, 1), spread)
    if numbers.dtype != like.dtype:
        numbers = emit(CAST, numbers, DstT=like.dtype)
    return numbers * ones_like(like)
