"""Masks: one_hot, boolean_mask and sequence_mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import as_dtype
from flowgraph.ir.cases import FLOAT, INT, INTS, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape
from flowgraph.ops.cast import CAST
from flowgraph.ops.compare import less
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat
from flowgraph.ops.math import maximum
from flowgraph.ops.range import range_op
from flowgraph.ops.reduction import MAX, PROD
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.shapes import Sizes, TensorShape, to_text

# -- one_hot ---------------------------------------------------------------------------------------


def _one_hot_sizes(indices: Any, depth: Any, *_values: Any, axis: int) -> Sizes:
    if axis < -1:
        raise ValueError("axis must be >= -1")
    known = depth.constant()
    if depth.sizes:
        raise ValueError(f"Input must be scalar but has rank {len(depth.sizes)}")
    if known is not None and known < 0:
        raise ValueError(f"Dimension size, given by scalar input 1, must be non-negative but is {int(known)}")
    if indices.sizes is None:
        return None
    at = axis % (len(indices.sizes) + 1)
    return (*indices.sizes[:at], None if known is None else int(known), *indices.sizes[at:])


def _one_hot(xp: Any, indices: Any, depth: Any, on: Any, off: Any, *, axis: int) -> Any:
    if not -1 <= axis <= indices.ndim or depth < 0 or on.ndim or off.ndim:
        raise ValueError("no such axis or depth, or values that are no scalars")
    at = axis % (indices.ndim + 1)
    classes = xp.arange(int(depth)).reshape([-1] + [1] * (indices.ndim - at))
    return xp.where(xp.expand_dims(indices, at) == classes, on, off)


def _one_hot_failure(indices: Any, depth: Any, on: Any, off: Any, *, axis: int) -> str | None:
    if not -1 <= axis <= indices.ndim:
        return f"Expected axis to be -1 or between [0, {indices.ndim + 1}).  But received: {axis}"
    for name, value in (("depth", depth), ("on_value", on), ("off_value", off)):
        if value.ndim:
            return f"{name} must be a scalar, but got: {to_text(value.shape)}"
    return f"depth must be non-negative, got: {int(depth)}" if depth < 0 else None


ONE_HOT = OpDef(
    "OneHot(indices: TI, depth: int32, on_value: T, off_value: T) -> output: T",
    attrs={"axis": -1, "T": TypeAttr(), "TI": TypeAttr((dt.uint8, dt.int32, dt.int64), dt.int64)},
    infer=_one_hot_sizes,
    forward=_one_hot,
    failure=_one_hot_failure,
    gradient=NO_GRADIENT,
    cases=[
        case(INTS(0, 2, -1, 7), INT(3), FLOAT(), FLOAT()),
        case(INT([[0], [1]]), INT(2), FLOAT(), FLOAT(), axis=0),
        case(INT(1, dt.int64), INT(3), INT(5), INT(0)),
    ],
)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """For each index a vector of length `depth` with `on_value` at that place and `off_value` elsewhere.

    Args:
      indices: uint8, int32 or int64 numbers of any shape; one outside [0, depth) gives `off_value`
        throughout.
      depth: the length of the vectors.
      on_value: by default 1.
      off_value: by default 0.
      axis: where the new axis stands; by default last.
      dtype: the dtype of the result: by default that of the values, or float32.
      name: the op's name.

    Raises:
      TypeError: the values and `dtype` do not agree.

    >>> run(one_hot([0, 2], 3))
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as scope:
        on_dtype = None if on_value is None else convert_to_tensor(on_value).dtype.base_dtype
        off_dtype = None if off_value is None else convert_to_tensor(off_value).dtype.base_dtype
        wanted = on_dtype or off_dtype or dt.float32 if dtype is None else as_dtype(dtype)
        for given, label in ((on_dtype, "on_value"), (off_dtype, "off_value")):
            if dtype is not None and given not in (None, wanted):
                line = f"dtype {given} of {label} does not match dtype parameter {wanted}"
                raise TypeError(errors.explain(line, where=user_site()))
        if on_value is None:
            on_value, on_dtype = convert_to_tensor(1, wanted, name="on_value"), wanted
        if off_value is None:
            off_value, off_dtype = convert_to_tensor(0, wanted, name="off_value"), wanted
        if on_dtype != off_dtype:
            line = f"dtype {on_dtype} of on_value does not match dtype {off_dtype} of off_value"
            raise TypeError(errors.explain(line, where=user_site()))
        return emit(ONE_HOT, indices, depth, on_value, off_value, axis=axis, name=scope)


# -- boolean_mask and sequence_mask ----------------------------------------------------------------


def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: int | None = None) -> Tensor:
    """The entries, or slices, of a tensor where the mask is True: numpy's `tensor[mask]`.

    Args:
      tensor: a tensor.
      mask: booleans of the shape of the tensor's first axes (of those from `axis` on).
      name: the scope of the ops.
      axis: the axis where the mask begins; by default the first.

    Raises:
      ValueError: the mask is a scalar, of unknown rank, or of another shape.

    >>> run(boolean_mask([[1, 2], [3, 4], [5, 6]], [True, False, True]))
    array([[1, 2],
           [5, 6]], dtype=int32)
    """
    with name_scope(name, values=[tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        if mask.sizes == ():
            raise ValueError(errors.explain("mask cannot be scalar.", details=[f"mask: {mask!r}"], where=user_site()))
        if mask.sizes is None:
            line = (
                "Number of mask dimensions must be specified, even if some dimensions are None.  E.g. "
                "shape=[None] is "
                "ok, but shape=None is not."
            )
            raise ValueError(errors.explain(line, details=[f"mask: {mask!r}"], where=user_site()))
        axis = 0 if axis is None else axis
        behind = axis + len(mask.sizes)
        whole = tensor.shape
        if not whole[axis:behind].is_compatible_with(mask.shape):
            line = f"Shapes {whole[axis:behind]} and {mask.shape} are incompatible"
            details = [f"tensor: {tensor!r}", f"mask: {mask!r}"]
            raise ValueError(errors.explain(line, details=details, where=user_site()))
        masked = emit(PROD, shape(tensor)[axis:behind], [0], keep_dims=False)
        flat_shape = concat([shape(tensor)[:axis], [masked], shape(tensor)[behind:]], 0)
        flat = reshape(tensor, flat_shape)
        count = whole[axis:behind].num_elements()
        flat.set_shape(TensorShape(whole[:axis]).concatenate([count]).concatenate(whole[behind:]))
        picked = squeeze(where(reshape(mask, [-1])), axis=[1])
        return gather(flat, picked, axis=axis)


def all_axes(x: Tensor) -> Tensor:
    """The numbers of all axes of `x`, a constant where their count is known."""
    if x.sizes is not None:
        return constant(np.arange(len(x.sizes)), dtype=dt.int32)
    return range_op(0, rank(x), 1)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = dt.bool, name: str | None = None) -> Tensor:
    """For each length a row that is True that many times and False from there on.

    Args:
      lengths: integers of any shape.
      maxlen: the length of the rows; by default the largest of `lengths`.
      dtype: the dtype of the result.
      name: the scope of the ops.

    Raises:
      ValueError: `maxlen` is not a scalar.

    >>> run(sequence_mask([1, 3], 4, tf.int32))
    array([[1, 0, 0, 0],
           [1, 1, 1, 0]], dtype=int32)
    """
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            maxlen = emit(MAX, lengths, all_axes(lengths), keep_dims=False)
            maxlen = maximum(constant(0, maxlen.dtype), maxlen)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.sizes:
            raise ValueError(errors.explain("maxlen must be scalar for sequence_mask", where=user_site()))
        places = range_op(constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        result = less(places, emit(CAST, expand_dims(lengths, -1), DstT=maxlen.dtype))
        wanted = dt.bool if dtype is None else as_dtype(dtype).base_dtype
        return result if wanted == dt.bool else emit(CAST, result, DstT=wanted)
