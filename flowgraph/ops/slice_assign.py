"""Assigning to a part of a variable: `variable[1:3].assign(value)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.index_spec import Masks, index_of, sizes_of_slice, uneven
from flowgraph.sizes import to_text


def _assign_part(_ctx: Any, cell: Any, begin: Any, end: Any, strides: Any, value: Any, **masks: int) -> Any:
    failure = uneven(begin, end, strides)
    if failure is not None:
        raise errors.InvalidArgumentError(None, None, failure)
    bounds = begin.tolist(), end.tolist(), strides.tolist()
    with cell.lock:
        buffer = cell.read()
        try:
            sizes = sizes_of_slice(buffer.shape, *bounds, Masks(**masks))
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        if sizes != np.shape(value):
            raise errors.UnimplementedError(
                None,
                None,
                f"sliced l-value shape {to_text(sizes)} does not match r-value shape "
                f"{to_text(np.shape(value))}. Automatic broadcasting not yet implemented.",
            )
        buffer[index_of(*bounds, Masks(**masks))] = value
    return cell


STRIDED_SLICE_ASSIGN = OpDef(
    "StridedSliceAssign(ref: &T, begin: Index, end: Index, strides: Index, value: T) -> output_ref: &T",
    attrs={"T": TypeAttr(), "Index": TypeAttr(INDEX), **dict.fromkeys(Masks._fields, 0)},
    infer=lambda ref, *others, **masks: ref.sizes,
    forward=_assign_part,
    gradient=MISSING_GRADIENT,
    effect=Effect.WRITE,
)


def strided_slice_assign(
    ref: Any,
    begin: Any,
    end: Any,
    strides: Any,
    value: Any,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    name: str | None = None,
) -> Tensor:
    """Put `value` where `tf.strided_slice` with the same bounds and masks would find it.

    Args:
      ref: the variable.
      begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask: as for
        `tf.strided_slice`.
      value: the new entries, of exactly the shape of that part.
      name: the op's name.

    Returns:
      The whole variable, as it is afterwards.

    Raises:
      UnimplementedError: (when run) the value has another shape.

    >>> v = tf.Variable([1.0, 2.0, 3.0])
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     sess.run(v[1:].assign([7.0, 8.0]))
    array([1., 7., 8.], dtype=float32)
    """
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    return emit(STRIDED_SLICE_ASSIGN, ref, begin, end, strides, value, name=name, **masks._asdict())
