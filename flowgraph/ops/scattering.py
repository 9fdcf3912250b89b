"""Putting entries where vectors of indices point: scatter_nd into zeros, tensor_scatter_... into a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.folding import fold_rows
from flowgraph.ops.array import identity, shape_argument, zeros_like
from flowgraph.ops.gather import first_outside, gather_nd
from flowgraph.shapes import Sizes, merge, num_elements, to_text


def _check_fit(whole: Sizes, indices: Any, updates: Any, what: str) -> None:
    """Whether the updates have the shape that the indices and the tensor they go into ask for."""
    if num_elements(whole) == 0 and (num_elements(indices.sizes) or num_elements(updates.sizes)):
        raise ValueError("Indices and updates specified for empty output shape")
    if indices.sizes is None or updates.sizes is None or indices.sizes[-1] is None:
        return
    outer, depth = len(indices.sizes) - 1, indices.sizes[-1]
    try:
        merge(indices.sizes[:-1], updates.sizes[:outer])
    except ValueError as error:
        raise ValueError(
            f"The outer {outer} dimensions of indices.shape={to_text(indices.sizes)} must match the outer "
            f"{outer} "
            f"dimensions of updates.shape={to_text(updates.sizes)}: {error}"
        ) from None
    if whole is None:
        return
    try:
        merge(whole[depth:], updates.sizes[outer:])
    except ValueError as error:
        raise ValueError(
            f"The inner {len(whole) - depth} dimensions of {what}.shape={to_text(whole)} must match the "
            "inner "
            f"{len(updates.sizes) - outer} dimensions of updates.shape={to_text(updates.sizes)}: {error}"
        ) from None


def _require_axes(*tensors: Any) -> None:
    if any(tensor.sizes == () for tensor in tensors):
        raise ValueError("Shape must be at least rank 1 but is rank 0")


def _scattered_sizes(indices: Any, updates: Any, shape: Any) -> Sizes:
    _require_axes(indices, updates)
    known_rank = len(shape.sizes) == 1 and shape.sizes[0] is not None if shape.sizes is not None else False
    _check_fit((None,) * shape.sizes[0] if known_rank else None, indices, updates, "output")
    whole = shape_argument(shape)
    _check_fit(whole, indices, updates, "output")
    return whole


def _place(xp: Any, whole: Any, count: int, indices: Any, updates: Any, change: Callable[..., None]) -> Any:
    """Change the entries of `whole` that the index vectors point at."""
    if _scatter_failure(whole.shape, count, indices, updates):
        raise ValueError("indices out of range, or updates of another shape")
    change(whole, tuple(xp.moveaxis(indices, -1, 0)), updates)
    return whole


def _put(whole: Any, index: Any, updates: Any) -> None:
    whole[index] = updates


def _added(whole: Any, index: Any, updates: Any) -> None:
    _folded(np.add, whole, index, updates)


def _subtracted(whole: Any, index: Any, updates: Any) -> None:
    _folded(np.subtract, whole, index, updates)


def _folded(ufunc: np.ufunc, whole: Any, index: Any, updates: Any) -> None:
    """Change slices of `whole`, one after the other: `index` has for each of its first axes where they lie."""
    depth = len(index)
    if not depth or depth == whole.ndim:
        ufunc.at(whole, index, updates)
        return
    ids = np.ravel_multi_index(index, whole.shape[:depth]).reshape(-1)
    rest = whole.shape[depth:]
    fold_rows(ufunc, whole.reshape(-1, *rest), ids, updates.reshape(-1, *rest))


def _misfit(whole: tuple[int, ...], count: int, indices: Any, updates: Any) -> str | None:
    """TF's words for shapes that do not fit.

    Args:
      whole: the shape of what is scattered into.
      count: 0 if that is known to be empty: TF takes the number of entries, of scatter_nd the number of axes.
    """
    for name, tensor in (("Indices", indices), ("Updates", updates)):
        if not tensor.ndim:
            return f"{name} shape must have rank at least one. Found:[]"
    if whole and min(whole) < 0:
        return f"Dimension {min(whole)} must be >= 0"
    if (indices.size or updates.size) and not (count and indices.size and updates.size):
        return "Indices and updates specified for empty output shape"
    outer, depth = indices.ndim - 1, indices.shape[-1]
    if updates.shape[:outer] != indices.shape[:-1]:
        return (
            "Outer dimensions of indices and update must match. Indices shape: "
            f"{to_text(indices.shape)}, updates shape:{to_text(updates.shape)}"
        )
    if updates.ndim - outer != len(whole) - depth:
        return (
            f"Inner dimensions of output shape must match inner dimensions of updates shape. Output: "
            f"{to_text(whole)} "
            f"updates: {to_text(updates.shape)}"
        )
    if updates.shape[outer:] != whole[depth:]:
        return (
            f"The inner {len(whole) - depth} dimensions of output.shape={to_text(whole)} must match the "
            "inner "
            f"{updates.ndim - outer} dimensions of updates.shape={to_text(updates.shape)}"
        )
    return None


def _scatter_failure(whole: tuple[int, ...], count: int, indices: Any, updates: Any) -> str | None:
    failure = _misfit(whole, count, indices, updates)
    if failure is not None:
        return failure
    if not np.prod(whole, dtype=np.int64) and indices.size:
        return f"Indices and updates specified for empty output.  indices shape: {to_text(indices.shape)}"
    found = first_outside(indices, whole)
    if found is None:
        return None
    at, index = found
    where = f"[{','.join(map(str, at))}]" if at else ""
    return f"indices{where} = [{', '.join(map(str, index))}] does not index into shape {to_text(whole)}"


def _scatter_into_zeros(xp: Any, indices: Any, updates: Any, shape: Any) -> Any:
    if shape.ndim != 1:
        raise ValueError("no shape")
    sizes = shape.tolist()
    whole = xp.full(sizes, b"", object) if updates.dtype == object else xp.zeros(sizes, updates.dtype)
    return _place(xp, whole, len(sizes), indices, updates, _added)


def _scatter_into_zeros_failure(indices: Any, updates: Any, shape: Any) -> str | None:
    whole = tuple(shape.reshape(-1).tolist())
    return _misfit(whole, len(whole), indices, updates) or (
        "Shape must be a vector" if shape.ndim != 1 else _scatter_failure(whole, len(whole), indices, updates)
    )


SCATTER_ND = OpDef(
    "ScatterNd(indices: Tindices, updates: T, shape: Tindices) -> output: T",
    attrs={"T": TypeAttr(), "Tindices": TypeAttr(INDEX)},
    infer=_scattered_sizes,
    forward=_scatter_into_zeros,
    failure=_scatter_into_zeros_failure,
    gradient=lambda op, dy: [None, gather_nd(dy, op.inputs[0]), None],
    cases=[
        case(INT([[2], [0], [2]]), FLOAT(3), INTS(4)),
        case(INT([[1, 0], [1, 0]]), FLOAT(2, 3), INTS(2, 1, 3)),
        case(INT([[0], [1]]), RANDOM_INT(2, 2), INTS(3, 2)),
    ],
)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros of the given shape with `updates[i]` added at `indices[i]`.

    Args:
      indices: int32 or int64; its last axis holds the vectors of indices.
      updates: the entries, or slices, to put there.
      shape: the shape of the result.
      name: the op's name.

    Raises:
      ValueError: the updates do not have the shape that indices and result ask for.

    >>> run(scatter_nd([[4], [1], [4]], [9, 10, 11], [6]))
    array([ 0, 10,  0,  0, 20,  0], dtype=int32)
    """
    return emit(SCATTER_ND, indices, updates, shape, name=name)


# -- into a tensor ---------------------------------------------------------------------------------


def _changed_sizes(tensor: Any, indices: Any, updates: Any) -> Sizes:
    _require_axes(tensor, indices, updates)
    _check_fit(tensor.sizes, indices, updates, "output")
    return tensor.sizes


def _into_tensor(name: str, change: Callable[..., None], gradient: Any) -> OpDef:
    return OpDef(
        f"{name}(tensor: T, indices: Tindices, updates: T) -> output: T",
        attrs={"T": TypeAttr(), "Tindices": TypeAttr(INDEX)},
        infer=_changed_sizes,
        forward=lambda xp, tensor, indices, updates: _place(
            xp, xp.array(tensor), tensor.size, indices, updates, change
        ),
        failure=lambda tensor, indices, updates: _scatter_failure(tensor.shape, tensor.size, indices, updates),
        gradient=gradient,
        cases=[
            case(FLOAT(4), INT([[2], [0]]), FLOAT(2)),
            case(FLOAT(2, 3), INT([[1]]), FLOAT(1, 3)),
            case(RANDOM_INT(3), INT([[1]]), RANDOM_INT(1)),
        ],
    )


def _update_grad(op: Any, dy: Tensor) -> list[Any]:
    indices = op.inputs[1]
    of_updates = gather_nd(dy, indices)
    rest = tensor_scatter_update(identity(dy), indices, zeros_like(op.inputs[2], dtype=dy.dtype))
    return [rest, None, of_updates]


def _add_grad(op: Any, dy: Tensor) -> list[Any]:
    of_updates = gather_nd(dy, op.inputs[1])
    return [identity(dy), None, of_updates]


def _sub_grad(op: Any, dy: Tensor) -> list[Any]:
    of_updates = gather_nd(dy, op.inputs[1])
    return [identity(dy), None, -of_updates]


TENSOR_SCATTER_UPDATE = _into_tensor("TensorScatterUpdate", _put, _update_grad)
TENSOR_SCATTER_ADD = _into_tensor("TensorScatterAdd", _added, _add_grad)
TENSOR_SCATTER_SUB = _into_tensor("TensorScatterSub", _subtracted, _sub_grad)


def tensor_scatter_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """A copy of `tensor` with `updates[i]` at `indices[i]`.

    >>> run(tensor_scatter_update([1, 2, 3], [[0]], [9]))
    array([9, 2, 3], dtype=int32)
    """
    return emit(TENSOR_SCATTER_UPDATE, tensor, indices, updates, name=name)


def tensor_scatter_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """A copy of `tensor` with `updates[i]` added at `indices[i]`.

    >>> run(tensor_scatter_add([1, 2, 3], [[0], [0]], [9, 9]))
    array([19,  2,  3], dtype=int32)
    """
    return emit(TENSOR_SCATTER_ADD, tensor, indices, updates, name=name)


def tensor_scatter_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """A copy of `tensor` with `updates[i]` subtracted at `indices[i]`.

    >>> run(tensor_scatter_sub([1, 2, 3], [[0]], [9]))
    array([-8,  2,  3], dtype=int32)
    """
    return emit(TENSOR_SCATTER_SUB, tensor, indices, updates, name=name)
