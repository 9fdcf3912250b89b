"""Changing some rows of a variable in place: ref[indices[i]] = updates[i], or +=, -= and so on.

Where an index comes twice, its updates are made one after the other. `scatter_nd.py` has the same for cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.ops.state import is_reference
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

Change = Callable[[Any, Any], Any]
"""What becomes of rows, given the rows and their updates."""

_ORDERED = (dt.float16, dt.bfloat16, dt.float32, dt.float64, dt.int32, dt.int64)


# -- the work ----------------------------------------------------------------------------------------------


def put(_rows: Any, updates: Any) -> Any:
    """Just the updates."""
    return updates


def _divide(rows: Any, updates: Any) -> Any:
    """Integers are divided as C does it: towards zero."""
    if rows.dtype.kind not in "iu":
        return np.divide(rows, updates)
    if not np.all(updates):
        raise invalid("Integer division by zero")
    quotient = np.floor_divide(rows, updates)
    return quotient + ((quotient < 0) & (quotient * updates != rows))


def change_rows(buffer: np.ndarray, rows: np.ndarray, updates: Any, change: Change) -> None:
    """Change rows of a buffer in the order in which they are listed; a row may come several times."""
    if np.may_share_memory(buffer, updates):
        updates = updates.copy()
    updates = np.broadcast_to(updates, (len(rows), *buffer.shape[1:]))
    for chosen in rounds(rows):
        at = rows[chosen]
        buffer[at] = change(buffer[at], updates[chosen])


def rounds(rows: np.ndarray) -> Iterator[Any]:
    """Positions in `rows` in groups without repeats: all first occurrences, all second ones ..."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    if len(starts) == len(rows):
        yield slice(None)
        return
    occurrence = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))
    for round_number in range(int(occurrence.max()) + 1):
        yield order[occurrence == round_number]


def first_outside(indices: np.ndarray, outside: np.ndarray) -> tuple[str, Any]:
    """For messages: where in `indices` the first bad index stands, and which it is."""
    at = tuple(int(i[0]) for i in np.nonzero(outside))
    return ",".join(map(str, at)), indices[at]


# -- rows --------------------------------------------------------------------------------------------------


def _rows_sizes(ref: Any, indices: Any, updates: Any, **_attrs: Any) -> Sizes:
    if updates.sizes != () and ref.sizes is not None and indices.sizes is not None:
        merge(updates.sizes, (*indices.sizes, *ref.sizes[1:]))
    return ref.sizes


def _scatter(change: Change) -> Callable[..., Any]:
    """The forward of an op that changes rows."""

    def forward(_ctx: Any, cell: Any, indices: Any, updates: Any, **_attrs: Any) -> Any:
        with cell.lock:
            buffer = cell.read()
            indices, updates = np.asarray(indices), np.asarray(updates)
            _check_rows(buffer, indices, updates)
            if updates.ndim:
                updates = updates.reshape(indices.size, *buffer.shape[1:])
            change_rows(buffer, indices.reshape(-1), updates, change)
        return cell

    return forward


def _check_rows(buffer: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> None:
    if buffer.ndim == 0:
        raise invalid("params must be at least 1-D, got shape []")
    if updates.ndim and updates.shape != indices.shape + buffer.shape[1:]:
        raise invalid(
            "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got "
            f"updates.shape {to_text(updates.shape)}, indices.shape {to_text(indices.shape)}, "
            f"params.shape {to_text(buffer.shape)}"
        )
    outside = (indices < 0) | (indices >= len(buffer))
    if outside.any():
        at, index = first_outside(indices, outside)
        raise invalid(f"indices[{at}] = {index} is not in [0, {len(buffer)})")


def _rows_op(name: str, change: Change, allowed: Any, locked: bool, gradient: Any) -> OpDef:
    return OpDef(
        f"{name}(ref: &T, indices: Tindices, updates: T) -> output_ref: &T",
        attrs={"T": TypeAttr(allowed), "Tindices": TypeAttr(INDEX), "use_locking": locked},
        infer=_rows_sizes,
        forward=_scatter(change),
        gradient=gradient,
        effect=Effect.WRITE,
    )


SCATTER_UPDATE = _rows_op("ScatterUpdate", put, None, True, MISSING_GRADIENT)
SCATTER_ADD = _rows_op("ScatterAdd", np.add, NUMBER_TYPES, False, NO_GRADIENT)
SCATTER_SUB = _rows_op("ScatterSub", np.subtract, NUMBER_TYPES, False, NO_GRADIENT)
SCATTER_MUL = _rows_op("ScatterMul", np.multiply, NUMBER_TYPES, False, NO_GRADIENT)
SCATTER_DIV = _rows_op("ScatterDiv", _divide, NUMBER_TYPES, False, NO_GRADIENT)
SCATTER_MIN = _rows_op("ScatterMin", np.minimum, _ORDERED, False, MISSING_GRADIENT)
SCATTER_MAX = _rows_op("ScatterMax", np.maximum, _ORDERED, False, MISSING_GRADIENT)


def emit_scatter(
    opdef: OpDef, function: str, ref: Any, indices: Any, updates: Any, locking: bool, name: str | None
) -> Tensor:
    """Add the op, if `ref` is a variable; of a resource variable the op that takes its handle."""
    if not is_reference(ref, function, "_lazy_read"):
        from flowgraph.ops.resource_rows import FOR_HANDLES

        return ref.scatter_rows(FOR_HANDLES[opdef], indices, updates, name)
    return emit(opdef, ref, indices, updates, use_locking=locking, name=name)


def scatter_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None) -> Tensor:
    """Put new rows into a variable: ref[indices[i]] = updates[i].

    Args:
      ref: the variable.
      indices: which rows, an int32 or int64 tensor of any shape.
      updates: the rows, of shape indices.shape + ref.shape[1:]; or one number for all entries.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the op's name.

    Returns:
      The variable itself, as it is after the update.

    Raises:
      AttributeError: `ref` is no variable.
      ValueError: the shapes do not match.
      InvalidArgumentError: (when run) an index lies outside the variable.

    >>> v = tf.Variable([1.0, 2.0, 3.0])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(scatter_update(v, [0, 2], [7.0, 9.0]))
    array([7., 2., 9.], dtype=float32)
    """
    return emit_scatter(SCATTER_UPDATE, "scatter_update", ref, indices, updates, use_locking, name)


def scatter_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Add to rows of a variable: ref[indices[i]] += updates[i]; see `scatter_update`.

    >>> v = tf.Variable([1.0, 2.0, 3.0])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(scatter_add(v, [0, 0], [10.0, 20.0]))
    array([31.,  2.,  3.], dtype=float32)
    """
    return emit_scatter(SCATTER_ADD, "scatter_add", ref, indices, updates, use_locking, name)


def scatter_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Subtract from rows of a variable: ref[indices[i]] -= updates[i]; see `scatter_update`."""
    return emit_scatter(SCATTER_SUB, "scatter_sub", ref, indices, updates, use_locking, name)


def scatter_mul(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Multiply rows of a variable: ref[indices[i]] *= updates[i]; see `scatter_update`."""
    return emit_scatter(SCATTER_MUL, "scatter_mul", ref, indices, updates, use_locking, name)


def scatter_div(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Divide rows of a variable: ref[indices[i]] /= updates[i] (integers towards 0); see `scatter_update`."""
    return emit_scatter(SCATTER_DIV, "scatter_div", ref, indices, updates, use_locking, name)


def scatter_min(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Keep the smaller entries: ref[indices[i]] = min(ref[indices[i]], updates[i]); see `scatter_update`."""
    return emit_scatter(SCATTER_MIN, "scatter_min", ref, indices, updates, use_locking, name)


def scatter_max(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Keep the larger entries: ref[indices[i]] = max(ref[indices[i]], updates[i]); see `scatter_update`."""
    return emit_scatter(SCATTER_MAX, "scatter_max", ref, indices, updates, use_locking, name)
