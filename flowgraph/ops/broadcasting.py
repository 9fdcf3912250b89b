"""Broadcasting said aloud: broadcast_to and the shapes that broadcasting gives; and reverse."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape, shape_argument
from flowgraph.ops.broadcast import broadcast_gradient_args
from flowgraph.ops.reduction import reduce_sum
from flowgraph.shapes import Sizes, TensorShape, as_shape, broadcast, to_text

# -- broadcast_to ----------------------------------------------------------------------------------


def _broadcast_sizes(x: Any, shape: Any) -> Sizes:
    length = shape.sizes[0] if shape.sizes is not None and len(shape.sizes) == 1 else None
    if length is not None and x.sizes is not None and len(x.sizes) > length:
        raise ValueError(f"Shape must be at most rank {length} but is rank {len(x.sizes)}")
    out = shape_argument(shape)
    if out is None or x.sizes is None:
        return out
    if len(x.sizes) > len(out):
        raise ValueError(f"Shape must be at most rank {len(out)} but is rank {len(x.sizes)}")
    found = list(out)
    for axis in range(-1, -len(x.sizes) - 1, -1):
        size = x.sizes[axis]
        if size is None or size <= 1:
            continue
        if found[axis] not in (None, size):
            raise ValueError(f"Dimensions must be equal, but are {size} and {found[axis]}")
        found[axis] = size
    return tuple(found)


def _broadcast_to(xp: Any, x: Any, shape: Any) -> Any:
    if shape.ndim != 1:
        raise ValueError("no shape")
    return xp.array(xp.broadcast_to(x, shape.tolist()))


def _broadcast_failure(x: Any, shape: Any) -> str | None:
    if shape.ndim != 1:
        return f"shape must be a vector of {{int32,int64}}, got shape {to_text(shape.shape)}"
    sizes = tuple(shape.tolist())
    if any(size < 0 for size in sizes):
        return f"Dimension {min(sizes)} must be >= 0"
    if x.ndim > len(sizes):
        return f"Rank of input ({x.ndim}) must be no greater than rank of output shape ({len(sizes)})."
    return f"Incompatible shapes: {to_text(x.shape)} vs. {to_text(sizes)}"


def _broadcast_grad(op: Any, dy: Tensor) -> list[Any]:
    x, target = op.inputs
    x_shape = shape(x)
    _, axes = broadcast_gradient_args(target, x_shape)
    return [reshape(reduce_sum(dy, axes, keepdims=True), x_shape), None]


BROADCAST_TO = OpDef(
    "BroadcastTo(input: T, shape: Tidx) -> output: T",
    attrs={"T": TypeAttr(), "Tidx": TypeAttr(INDEX, dt.int32)},
    infer=_broadcast_sizes,
    forward=_broadcast_to,
    failure=_broadcast_failure,
    gradient=_broadcast_grad,
    cases=[
        case(FLOAT(3), INTS(2, 3)),
        case(FLOAT(2, 1), INTS(2, 4)),
        case(FLOAT(), INTS(2)),
        case(RANDOM_INT(1), INTS(0)),
    ],
)


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """The tensor stretched to a shape that it broadcasts to.

    Args:
      input: a tensor.
      shape: the shape, an integer vector.
      name: the op's name.

    Raises:
      ValueError: the tensor does not broadcast to this shape.

    >>> run(broadcast_to([1, 2, 3], [2, 3]))
    array([[1, 2, 3],
           [1, 2, 3]], dtype=int32)
    """
    return emit(BROADCAST_TO, input, shape, name=name)


# -- shapes ----------------------------------------------------------------------------------------


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that tensors of two known shapes have when they are broadcast together.

    Args:
      shape_x: a TensorShape.
      shape_y: another.

    Raises:
      ValueError: they do not fit.

    >>> broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3]))
    TensorShape([Dimension(2), Dimension(3)])
    """
    x, y = as_shape(shape_x), as_shape(shape_y)
    try:
        return TensorShape.of(broadcast(x.sizes, y.sizes))
    except ValueError:
        line = f"Incompatible shapes for broadcasting: {x} and {y}"
        raise ValueError(errors.explain(line, where=user_site())) from None


def _joint_sizes(s0: Any, s1: Any) -> Sizes:
    for vector in (s0, s1):
        if vector.sizes is not None and len(vector.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(vector.sizes)}")
    if s0.sizes in (None, (None,)) or s1.sizes in (None, (None,)):
        return (None,)
    return (max(s0.sizes[0], s1.sizes[0]),)


def _joint_failure(s0: Any, s1: Any) -> str:
    for i, vector in enumerate((s0, s1)):
        if vector.ndim != 1:
            return f"In[{i}] must be a vector.{to_text(vector.shape)}"
    return f"Incompatible shapes: {to_text(tuple(s0.tolist()))} vs. {to_text(tuple(s1.tolist()))}"


BROADCAST_ARGS = OpDef(
    "BroadcastArgs(s0: T, s1: T) -> r0: T",
    attrs={"T": TypeAttr(INDEX, dt.int32)},
    infer=_joint_sizes,
    forward=lambda xp, s0, s1: xp.array(xp.broadcast_shapes(tuple(s0.tolist()), tuple(s1.tolist())), s0.dtype),
    failure=_joint_failure,
    gradient=MISSING_GRADIENT,
    cases=[
        case(INTS(2, 1), INTS(3)),
        case(INTS(), INTS(4)),
        case(INTS(dtype=dt.int64), INTS(dtype=dt.int64)),
    ],
)


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The same for shapes that are tensors, worked out at run time.

    Args:
      shape_x: an integer vector.
      shape_y: another of the same dtype.

    >>> run(broadcast_dynamic_shape([2, 1], [3]))
    array([2, 3], dtype=int32)
    """
    return emit(BROADCAST_ARGS, shape_x, shape_y)


# -- reverse ---------------------------------------------------------------------------------------

_REVERSIBLE = (
    dt.uint8, dt.int8, dt.uint16, dt.int16, dt.int32, dt.int64, dt.bool, dt.bfloat16, dt.float16, dt.float32,
    dt.float64, dt.complex64, dt.complex128, dt.string,
)  # fmt: skip


def _reversed_sizes(x: Any, axis: Any) -> Sizes:
    if axis.sizes is not None and len(axis.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(axis.sizes)}")
    if x.sizes is not None and len(x.sizes) > 8:
        raise ValueError("reverse does not work on tensors with more than 8 dimensions")
    known = None if x.sizes is None else axis.constant()
    if known is not None:
        complaint = _bad_axes(len(x.sizes), known)
        if complaint:
            raise ValueError(complaint)
    return x.sizes


def _bad_axes(rank: int, axes: Any) -> str | None:
    seen = set()
    for i, axis in enumerate(axes.tolist()):
        if not -rank <= axis < rank:
            return f"'axis'[{i}] = {axis} is out of valid range [0, {rank - 1}"
        if axis % rank in seen:
            return f"axis {axis % rank} specified more than once."
        seen.add(axis % rank)
    return None


def _reverse(xp: Any, x: Any, axis: Any) -> Any:
    if not x.ndim:
        return xp.array(x)  # whatever the axes are, says TF
    if axis.ndim != 1:
        raise ValueError("no list of axes")
    return xp.array(xp.flip(x, tuple(axis.tolist())))


def _reverse_failure(x: Any, axis: Any) -> str | None:
    return f"'dims' must be 1-dimension, not {axis.ndim}" if axis.ndim != 1 else _bad_axes(x.ndim, axis)


REVERSE_V2 = OpDef(
    "ReverseV2(tensor: T, axis: Tidx) -> output: T",
    attrs={"Tidx": TypeAttr(INDEX, dt.int32), "T": TypeAttr(_REVERSIBLE)},
    infer=_reversed_sizes,
    forward=_reverse,
    failure=_reverse_failure,
    gradient=lambda op, dy: [reverse(dy, op.inputs[1]), None],
    cases=[
        case(FLOAT(2, 3), INTS(0)),
        case(FLOAT(2, 3), INTS(-1, 0)),
        case(FLOAT(2, 3), INTS()),
        case(RANDOM_INT(3), INTS(0, dtype=dt.int64)),
    ],
)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """The tensor with its entries in reverse order along some axes.

    Args:
      tensor: a tensor of at most 8 axes.
      axis: an integer vector of axes; negative ones count from the end.
      name: the op's name.

    Raises:
      ValueError: there is no such axis, or it is named twice.

    >>> run(reverse([[1, 2], [3, 4]], [1]))
    array([[2, 1],
           [4, 3]], dtype=int32)
    """
    return emit(REVERSE_V2, tensor, axis, name=name)


reverse_v2 = reverse
