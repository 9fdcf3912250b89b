"""Reshape: the same entries in the same order under another shape."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, INTS, case
from flowgraph.ir.emit import BareError, emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.shapes import Sizes, to_text


def shape_argument(t: Any) -> Sizes:
    """What a shape rule knows of the shape that the vector `t` holds."""
    if t.sizes is not None and len(t.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(t.sizes)}")
    sizes = t.constant_sizes()
    if sizes is not None and None in sizes:
        value = t.constant()
        if value is not None and value.min() < -1:
            raise BareError(f"Invalid value in tensor used for shape: {value[value < -1][0]}")
    return sizes


def _known_product(sizes: tuple[int | None, ...]) -> tuple[int, list[int]]:
    """The product of the known sizes, and the axes of the others (which do not matter beside a size of 0)."""
    unknown = [] if 0 in sizes else [axis for axis, size in enumerate(sizes) if size is None]
    return prod(size for size in sizes if size is not None), unknown


def _reshape_sizes(x: Any, shape: Any) -> Sizes:
    out = shape_argument(shape)
    if out is None or x.sizes is None:
        return out
    have, free = _known_product(x.sizes)
    want, open_axes = _known_product(out)
    if len(free) > 1 or len(open_axes) > 1:
        return out
    if not free and not open_axes:
        if have != want:
            raise ValueError(f"Cannot reshape a tensor with {have} elements to shape {to_text(out)} ({want} elements)")
        return out
    if not open_axes:
        if have and want % have:
            raise ValueError(f"Dimension size must be evenly divisible by {have} but is {want}")
        return out
    if free:
        return out
    if want and have % want:
        raise ValueError(f"Dimension size must be evenly divisible by {want} but is {have}")
    axis = open_axes[0]
    return (*out[:axis], have // want, *out[axis + 1 :]) if want else out


def _reshape_failure(x: Any, shape: Any) -> str:
    """TF's words for a shape that the entries of x cannot take."""
    if shape.ndim != 1:
        return f"sizes input must be 1-D, not {to_text(shape.shape)}"
    entries = shape.tolist()
    missing = [axis for axis, size in enumerate(entries) if size == -1]
    if len(missing) > 1:
        return f"Only one input size may be -1, not both {missing[0]} and {missing[1]}"
    negative = [axis for axis, size in enumerate(entries) if size < -1]
    if negative:
        return f"Size {negative[0]} must be non-negative, not {entries[negative[0]]}"
    rest = prod(size for size in entries if size != -1)
    wanted = f"requires a multiple of {rest}" if missing and rest else f"has {rest}"
    return f"Input to reshape is a tensor with {x.size} values, but the requested shape {wanted}"


def _reshape(xp: Any, x: Any, shape: Any) -> Any:
    if shape.ndim != 1:
        raise ValueError("no shape")  # numpy would take a number for one
    target = shape.tolist()
    if target and min(target) < 0:
        if min(target) < -1:
            raise ValueError("negative size")  # which numpy would take for -1
        if 0 in target and x.size == 0:
            # numpy cannot say what -1 is here; TF leaves the axes of size 0 out on both sides
            open_axis = target.index(-1)
            target[open_axis] = prod(filter(None, x.shape)) // -prod(filter(None, target))
    return xp.reshape(x, target)


RESHAPE = OpDef(
    "Reshape(tensor: T, shape: Tshape) -> output: T",
    attrs={"T": TypeAttr(), "Tshape": TypeAttr(INDEX, dt.int32)},
    infer=_reshape_sizes,
    forward=_reshape,
    failure=_reshape_failure,
    gradient=lambda op, dy: [reshape_to_input(op, dy), None],
    alias=True,
    cases=[
        case(FLOAT(2, 3), INTS(3, 2)),
        case(FLOAT(2, 3), INTS(-1)),
        case(FLOAT(4, 3), INTS(2, -1, 3, dtype=dt.int64)),
        case(FLOAT(1), INTS()),
        case(FLOAT(0, 3), INTS(3, 0)),
        case(DOUBLE(6), INTS(1, 6)),
    ],
)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The same entries in the same order under another shape.

    Args:
      tensor: any tensor.
      shape: the sizes of the result, a list or an int32 or int64 vector; one of them may be -1: whatever is
        left.
      name: the op's name.

    Raises:
      ValueError: the shape cannot hold the entries, as far as that is known while building.

    >>> run(reshape([1, 2, 3, 4, 5, 6], [2, -1]))
    array([[1, 2, 3],
           [4, 5, 6]], dtype=int32)
    """
    return emit(RESHAPE, tensor, shape, name=name)


def reshape_gradient(dy: Any, shape: Any) -> Tensor:
    """Reshape a gradient, and should it be IndexedSlices, make it dense without a warning: it is small."""
    if isinstance(dy, Tensor):
        return reshape(dy, shape)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Converting sparse IndexedSlices to a dense Tensor.*")
        return reshape(dy, shape)


def reshape_to_input(op: Any, dy: Any) -> Tensor:
    """A gradient of the output of `op`, which holds the entries of its input in their order, as one of the
    input.
    """
    from flowgraph.ops.array import shape

    return reshape_gradient(dy, shape(op.inputs[0]))
