"""Vectors and what lies along an axis: cross products, polynomials, running log-sums, indices of many axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import BareError, emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros_like
from flowgraph.sizes import Sizes, merge, to_text

# -- cross products ------------------------------------------------------------------------------------------

_REALS = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16, dt.float16,
    dt.uint32, dt.uint64,
)  # fmt: skip


def _cross_sizes(a: Any, b: Any) -> Sizes:
    for x in (a, b):
        if x.sizes == ():
            raise ValueError("Shape must be at least rank 1 but is rank 0")
    merge(a.sizes, b.sizes)
    for x in (a, b):
        if x.sizes is not None and x.sizes[-1] not in (None, 3):
            raise ValueError(f"Dimension must be 3 but is {x.sizes[-1]}")
    return merge(a.sizes, b.sizes)


def _cross(xp: Any, a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        line = f"Both inputs must be of same shape: {to_text(a.shape)} vs. {to_text(b.shape)}"
        raise errors.InvalidArgumentError(None, None, line)
    if a.ndim < 1:
        raise errors.InvalidArgumentError(None, None, "Input must be at least 1D")
    if a.shape[-1] != 3:
        line = "Cross-products are only defined for 3-element vectors."
        raise errors.FailedPreconditionError(None, None, line)
    (a0, a1, a2), (b0, b1, b2) = xp.moveaxis(a, -1, 0), xp.moveaxis(b, -1, 0)
    return xp.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1)


CROSS = OpDef(
    "Cross(a: T, b: T) -> product: T",
    attrs={"T": TypeAttr(_REALS)},
    infer=_cross_sizes,
    forward=_cross,
    gradient=lambda op, dy: [cross(op.inputs[1], dy), cross(dy, op.inputs[0])],
    cases=[
        case(FLOAT(3), FLOAT(3)),
        case(FLOAT(2, 4, 3), FLOAT(2, 4, 3)),
        case(FLOAT(0, 3), FLOAT(0, 3)),
        case(RANDOM_INT(2, 3), RANDOM_INT(2, 3), gradient=False),
    ],
)


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross products of the vectors along the last axis, which has three entries.

    Args:
      a, b: tensors of one real dtype and one shape [..., 3].
      name: the op's name.

    >>> run(cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    array([0., 0., 1.], dtype=float32)
    """
    return emit(CROSS, a, b, name=name)


# -- polynomials ---------------------------------------------------------------------------------------------


def polyval(coeffs: Sequence[Any], x: Any, name: str | None = None) -> Tensor:
    """The value of a polynomial at x, entry by entry, by Horner's rule.

    Args:
      coeffs: a list of coefficients, that of the highest power first; each a tensor that broadcasts with `x`.
      x: a tensor.
      name: the name of the scope of its ops.

    >>> run(polyval([tf.constant(2.0), tf.constant(1.0)], tf.constant([0.0, 3.0])))
    array([1., 7.], dtype=float32)
    """
    with name_scope(name, "polyval", [*coeffs, x]) as scope:
        x = convert_to_tensor(x, name="x")
        if not coeffs:
            return zeros_like(x, name=scope)
        tensors = [convert_to_tensor(coeff, name=f"coeff_{i}") for i, coeff in enumerate(coeffs)]
        value = tensors[0]
        for coeff in tensors[1:]:
            value = coeff + value * x
        return value


# -- indices of many axes ------------------------------------------------------------------------------------


def _unravelled_sizes(indices: Any, dims: Any) -> Sizes:
    if dims.sizes is not None and len(dims.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(dims.sizes)}")
    if indices.sizes is None:
        return None
    axes = None if dims.sizes is None else dims.sizes[0]
    if not indices.sizes:
        return (axes,)
    if 0 in indices.sizes:
        return (axes, 0)
    return (axes, None if None in indices.sizes else int(np.prod(indices.sizes)))


def _unravel_failure(indices: Any, dims: Any) -> str | None:
    if dims.ndim != 1:
        return f'The indices can only be 1-D, got "{to_text(dims.shape)}"'
    if indices.ndim > 1:
        return f'The indices can only be scalar or vector, got "{to_text(indices.shape)}"'
    if dims.size and not dims.all():
        return "Input dims cannot contain a dim of zero, but dims contains zero"
    return None


def _unravel(xp: Any, indices: Any, dims: Any) -> Any:
    line = _unravel_failure(indices, dims)
    if line:
        raise errors.InvalidArgumentError(None, None, line)
    below = xp.concatenate([xp.cumprod(dims[::-1], dtype=dims.dtype)[::-1], xp.ones(1, dims.dtype)])
    wide, stride = (part.reshape(-1, *[1] * indices.ndim) for part in (below[:-1], below[1:]))
    # as C divides: towards zero. Indices beyond the end come round again
    within = xp.fmod(indices, wide)
    return ((within - xp.fmod(within, stride)) // stride).astype(dims.dtype)


UNRAVEL_INDEX = OpDef(
    "UnravelIndex(indices: Tidx, dims: Tidx) -> output: Tidx",
    attrs={"Tidx": TypeAttr(INDEX, dt.int32)},
    infer=_unravelled_sizes,
    forward=_unravel,
    gradient=MISSING_GRADIENT,
    cases=[
        case(INTS(22, 41, 37), INTS(7, 6)),
        case(INT(4, dt.int64), INTS(2, 3, 5, dtype=dt.int64)),
        case(INTS(), INTS(2, 3)),
    ],
)


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """Turn places in a flat tensor into indices of its axes.

    Args:
      indices: int32 or int64, a number or a vector [n].
      dims: [axes]: the tensor's shape.
      name: the op's name.

    Returns:
      [axes], or [axes, n].

    >>> run(unravel_index([2, 5, 7], [3, 3]))
    array([[0, 1, 2],
           [2, 2, 1]], dtype=int32)
    """
    return emit(UNRAVEL_INDEX, indices, dims, name=name)


# -- shapes made sure of -------------------------------------------------------------------------------------


def _ensured_sizes(x: Any, *, shape: Sizes) -> Sizes:
    if min((size for size in shape or () if size is not None), default=0) < 0:
        raise BareError("Error converting shape to a TensorShape: Dimension -1 must be >= 0")
    if x.sizes is not None and shape is not None and len(x.sizes) != len(shape):
        raise ValueError(f"Shape must be rank {len(shape)} but is rank {len(x.sizes)}")
    return merge(shape, x.sizes)


def _ensure(_xp: Any, x: Any, *, shape: Sizes) -> Any:
    if shape is not None and (
        x.ndim != len(shape) or any(want not in (None, size) for want, size in zip(shape, x.shape))
    ):
        raise ValueError("another shape")
    return x


ENSURE_SHAPE = OpDef(
    "EnsureShape(input: T) -> output: T",
    attrs={"shape": REQUIRED, "T": TypeAttr()},
    infer=_ensured_sizes,
    forward=_ensure,
    failure=lambda x, *, shape: (
        f"Shape of tensor {{op}} {to_text(x.shape)} is not compatible with expected shape {to_text(shape)}."
    ),
    gradient=lambda _op, dy: [dy],
    alias=True,
    cases=[
        case(FLOAT(2, 3), shape=(None, 3)),
        case(DOUBLE(2), shape=None),
        case(RANDOM_INT(0), shape=(0,)),
    ],
)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """The tensor itself, its shape known better; a run fails where it has another.

    Args:
      x: a tensor.
      shape: the shape that it must have, None for sizes that may be any.
      name: the op's name.

    Raises:
      ValueError: it is known already that it has another shape.
      InvalidArgumentError: when run, if it has another.

    >>> ensure_shape(tf.placeholder(tf.float32, [None, 3]), [2, None]).shape
    TensorShape([Dimension(2), Dimension(3)])
    """
    from flowgraph.shapes import TensorShape

    return emit(ENSURE_SHAPE, x, shape=TensorShape(shape).sizes, name=name)
