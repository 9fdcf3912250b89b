"""Joining tensors and taking them apart: concat, stack, unstack."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, HALF, INT, RANDOM_INT, case
from flowgraph.ir.constants import before_loop
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.attributes import whole
from flowgraph.ops.concat_grad import concat_grad
from flowgraph.shapes import Size, Sizes, merge, to_text
from flowgraph.sizes import is_full

# -- concat ----------------------------------------------------------------------------------------


def _concat_sizes(values: list[Any], axis: Any) -> Sizes:
    if axis.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(axis.sizes)}")
    rank = next((len(v.sizes) for v in values if v.sizes is not None), None)
    if rank == 0:
        raise ValueError("Can't concatenate scalars (use tf.stack instead)")
    for value in values:
        if value.sizes is not None and len(value.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(value.sizes)}")
    known = axis.constant()
    if rank is None:
        return None
    if known is None:
        return (None,) * rank
    at = int(known)
    needed = -at if at < 0 else at + 1
    if rank < needed:
        raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}")
    return joined([value.sizes for value in values], at % rank)


def joined(parts: list[Sizes], axis: int) -> Sizes:
    """The last part's sizes merged with all others', those along the axis added up."""
    before: Sizes = None
    after: Sizes = None
    total: Size = 0
    for sizes in reversed(parts):
        if sizes is None:
            total = None
            continue
        before, after = merge(sizes[:axis], before), merge(sizes[axis + 1 :], after)
        size = sizes[axis]
        total = None if total is None or size is None else total + size
    return None if before is None or after is None else (*before, total, *after)


def concat_failure(values: list[Any], axis: Any) -> str | None:
    """TF's words for values that do not fit together."""
    if axis.ndim:
        return f"axis tensor should be a scalar integer, but got shape {to_text(axis.shape)}"
    first, at = values[0], int(axis.reshape(()))
    if not -first.ndim <= at < first.ndim:
        return f"ConcatOp : Expected concatenating dimensions in the range [{-first.ndim}, {first.ndim}), but got {at}"
    for i, value in enumerate(values):
        shapes = f"shape[0] = {to_text(first.shape)} vs. shape[{i}] = {to_text(value.shape)}"
        if value.ndim != first.ndim:
            return f"ConcatOp : Ranks of all input tensors should match: {shapes}"
        if any(a != b for k, (a, b) in enumerate(zip(first.shape, value.shape)) if k != at % first.ndim):
            return f"ConcatOp : Dimensions of inputs should match: {shapes}"
    return None


def _joined_shape(output: Tensor) -> Sizes:
    """What is known of a shape that is concatenated from others."""
    if not output.dtype.is_integer:
        return None
    parts = [value.constant_sizes() for value in output.op.inputs[:-1]]
    if None in parts:
        return None
    return tuple(size for part in parts for size in part)  # type: ignore[union-attr]


CONCAT_V2 = OpDef(
    "ConcatV2(values: N*T, axis: Tidx) -> output: T",
    attrs={"T": TypeAttr(), "Tidx": TypeAttr(INDEX, dt.int32)},
    infer=_concat_sizes,
    forward=lambda xp, values, axis: xp.concatenate(values, axis.__index__()),
    failure=concat_failure,
    gradient=concat_grad,
    partial=_joined_shape,
    cases=[
        case([FLOAT(2, 3), FLOAT(1, 3)], INT(0)),
        case([FLOAT(2, 1), FLOAT(2, 0), FLOAT(2, 3)], INT(-1)),
        case([FLOAT(1)] * 18, INT(0)),
        case([HALF(2), HALF(1)], INT(0), gradient=False),
        case([RANDOM_INT(2, 2), RANDOM_INT(2, 1)], INT(1, dt.int64)),
    ],
)


def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """Tensors put one behind the other along an axis that they have.

    Args:
      values: a list of tensors of one dtype, whose shapes differ along `axis` at most.
      axis: the axis, an integer or a scalar tensor; a negative one counts from the end.
      name: the op's name.

    Raises:
      ValueError: the shapes do not fit together.

    >>> run(concat([[[1, 2]], [[3, 4], [5, 6]]], 0))
    array([[1, 2],
           [3, 4],
           [5, 6]], dtype=int32)
    """
    if not isinstance(values, list | tuple):
        values = [values]
    if not values:
        line = "List argument 'values' to 'ConcatV2' Op with length 0 shorter than minimum length 2."
        raise ValueError(errors.explain(line, where=user_site()))
    if len(values) == 1:
        from flowgraph.ops.ragged_public import identity  # in TF one ragged tensor goes through here, too

        with name_scope(name):
            _check_axis(convert_to_tensor(axis, dt.int32, "concat_dim"))
            return identity(values[0], name)
    return emit(CONCAT_V2, values, axis, name=name)


def _check_axis(axis: Tensor) -> None:
    try:
        axis.shape.assert_has_rank(0)
    except ValueError as error:
        mend = "tf.concat(values, axis): before TensorFlow 1.0 the axis came first."
        raise ValueError(errors.explain(str(error), mend=mend, where=user_site())) from None


# -- stack and unstack -----------------------------------------------------------------------------


def _new_axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"Invalid axis: {axis}; must be in [{-rank},{rank})")
    return axis % rank


def _pack_sizes(values: list[Any], *, axis: int) -> Sizes:
    sizes = values[-1].sizes
    for i in range(len(values) - 2, -1, -1):
        try:
            sizes = merge(values[i].sizes, sizes)
        except ValueError as error:
            raise ValueError(f"{error}\n\tFrom merging shape {i} with other shapes.") from None
    if sizes is None:
        return None
    at = _new_axis(axis, len(sizes) + 1)
    return (*sizes[:at], len(values), *sizes[at:])


def _packed_shape(output: Tensor) -> Sizes:
    """What is known of a shape that is packed from single sizes."""
    if output.sizes is None or len(output.sizes) != 1 or not output.dtype.is_integer:
        return None
    known = [before_loop(size).constant() for size in output.op.inputs]
    return tuple(None if size is None or size < 0 else int(size) for size in known)


def _pack_failure(values: list[Any], *, axis: int) -> str | None:
    first = values[0].shape
    for i, value in enumerate(values):
        if value.shape != first:
            return (
                f"Shapes of all inputs must match: values[0].shape = {to_text(first)} != values[{i}].shape = "
                f"{to_text(value.shape)}"
            )
    return f"axis = {axis} not in [{-len(first) - 1}, {len(first) + 1})"


PACK = OpDef(
    "Pack(values: N*T) -> output: T",
    attrs={"T": TypeAttr(), "axis": 0},
    infer=_pack_sizes,
    forward=lambda xp, values, *, axis: xp.stack(values, axis),
    failure=_pack_failure,
    gradient=lambda op, dy: unstack(dy, len(op.inputs), op.attrs["axis"]),
    partial=_packed_shape,
    cases=[
        case([FLOAT(2, 3), FLOAT(2, 3)]),
        case([FLOAT(), FLOAT(), FLOAT()]),
        case([FLOAT(2, 3), FLOAT(2, 3)], axis=-1),
        case([RANDOM_INT(0, 2)], axis=1),
    ],
)


def _no_axis(axis: int, rank: int) -> ValueError:
    return ValueError(errors.explain(f"axis = {axis} not in [{-rank}, {rank})", where=user_site()))


def stack(values: Any, axis: int = 0, name: str = "stack") -> Tensor:
    """Tensors of one shape put beside each other along a new axis.

    Args:
      values: a list of tensors of one shape and dtype.
      axis: where the new axis stands; a negative one counts from the end.
      name: the op's name.

    Raises:
      ValueError: the shapes differ, or there is no such axis.

    >>> run(stack([[1, 2], [3, 4]], axis=1))
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    if axis == 0:
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):  # said better by the op itself, or only one of the values is at fault
            pass
    sizes = convert_to_tensor(values[0], name=name).sizes
    if sizes is not None and not -len(sizes) - 1 <= axis <= len(sizes):
        raise _no_axis(axis, len(sizes) + 1)
    return emit(PACK, values, axis=axis, name=name)


def _parallel_sizes(values: list[Any], *, shape: Sizes) -> Sizes:
    if not is_full(shape):
        raise ValueError("shape attr must be fully defined.")
    sizes = values[0].sizes
    for i, value in enumerate(values):
        if not is_full(value.sizes):
            raise ValueError("All input shapes must be fully defined.")
        try:
            sizes = merge(value.sizes, sizes)
        except ValueError as error:
            raise ValueError(f"{error}\n\tFrom merging shape {i} with other shapes.") from None
    return shape


PARALLEL_CONCAT = OpDef(
    "ParallelConcat(values: N*T) -> output: T",
    attrs={"T": TypeAttr(), "shape": REQUIRED},
    infer=_parallel_sizes,
    forward=lambda xp, values, *, shape: xp.concatenate(values),
    gradient=MISSING_GRADIENT,
)


def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """`stack` along a new first axis, for tensors whose shapes are all known; it has no gradient.

    Args:
      values: a list of tensors of one shape and dtype.
      name: the name of the scope of its ops.

    Raises:
      ValueError: the shapes differ, or one is not known.

    >>> run(parallel_stack([[1, 2], [3, 4]]))
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    from flowgraph.ops.shaping import expand_dims

    with name_scope(name):
        first = convert_to_tensor(values[0]).sizes
        whole = None if first is None else (len(values), *first)
        return emit(PARALLEL_CONCAT, [expand_dims(value, 0) for value in values], shape=whole)


def _unpack_sizes(value: Any, *, num: int, axis: int) -> list[Sizes]:
    sizes = value.sizes
    if sizes is not None:
        at = _new_axis(axis, len(sizes))
        if sizes[at] is not None and sizes[at] != num:
            raise ValueError(f"Dimension must be {num} but is {sizes[at]}")
        sizes = (*sizes[:at], *sizes[at + 1 :])
    return [sizes] * num


def _unpack(xp: Any, value: Any, *, num: int, axis: int) -> Any:
    if value.shape[axis] != num:
        raise ValueError("another number of slices")
    return tuple(xp.array(part) for part in xp.moveaxis(value, axis, 0))


def _unpack_failure(value: Any, *, num: int, axis: int) -> str:
    if not -value.ndim <= axis < value.ndim:
        return f"axis = {axis} not in [{-value.ndim}, {value.ndim})"
    axis %= value.ndim
    return f"Input shape axis {axis} must equal {num}, got shape {to_text(value.shape)}"


UNPACK = OpDef(
    "Unpack(value: T) -> output: num*T",
    attrs={"num": REQUIRED, "T": TypeAttr(), "axis": 0},
    infer=_unpack_sizes,
    forward=_unpack,
    failure=_unpack_failure,
    gradient=lambda op, *dys: [stack(dys, op.attrs["axis"])],
    cases=[
        case(FLOAT(2, 3), num=2),
        case(FLOAT(2, 3), num=3, axis=-1),
        case(FLOAT(1), num=1),
        case(RANDOM_INT(2), num=2),
    ],
)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> list[Tensor]:
    """The slices of a tensor along an axis, which they no longer have.

    Args:
      value: a tensor.
      num: how many slices there are, if that is not known while building.
      axis: the axis; a negative one counts from the end.
      name: the op's name.

    Raises:
      ValueError: there is no such axis, or its size is unknown or not `num`.

    >>> run(unstack([[1, 2], [3, 4]], axis=1))
    [array([1, 3], dtype=int32), array([2, 4], dtype=int32)]
    """
    if num is None:
        value = convert_to_tensor(value)
        sizes = value.sizes
        if sizes is not None:
            if not -len(sizes) <= axis < len(sizes):
                raise _no_axis(axis, len(sizes))
            num = sizes[axis]
        if num is None:
            line = f"Cannot infer num from shape {value.shape}"
            raise ValueError(errors.explain(line, mend="Say how many there are: num=...", where=user_site()))
    return emit(UNPACK, value, num=whole("num", num), axis=axis, name=name)
