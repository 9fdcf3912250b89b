"""Joining tensors and taking them apart: concat, stack, unstack, split."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, HALF, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.concat_grad import concat_grad
from flowgraph.shapes import Dimension, Size, Sizes, merge, to_text

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
    return _joined([value.sizes for value in values], at % rank)


def _joined(parts: list[Sizes], axis: int) -> Sizes:
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


def _concat_failure(values: list[Any], axis: Any) -> str | None:
    """TF's words for values that do not fit together."""
    if axis.size != 1:
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
    forward=lambda xp, values, axis: xp.concatenate(values, int(axis)),
    failure=_concat_failure,
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
        from flowgraph.ops.identity import identity

        with name_scope(name):
            convert_to_tensor(axis, dt.int32, "concat_dim").shape.assert_has_rank(0)
            return identity(values[0], name)
    return emit(CONCAT_V2, values, axis, name=name)


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
    known = [size.constant() for size in output.op.inputs]
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
    return emit(UNPACK, value, num=num, axis=axis, name=name)


# -- split -----------------------------------------------------------------------------------------


def _split_axis(axis: Any, known: Any, rank: int | None) -> int | None:
    """The axis that a scalar input names, counted from the front, as far as that is known."""
    if axis.sizes:
        raise ValueError(f"Input must be scalar but has rank {len(axis.sizes)}")
    if known is None:
        return None
    at = int(known)
    if rank is None:
        return None if at < 0 else at
    if not -rank <= at < rank:
        raise ValueError(f"Dimension size, given by scalar input {at} must be in range [-{rank}, {rank})")
    return at % rank


def _replaced(sizes: tuple[Size, ...], axis: int, size: Size) -> tuple[Size, ...]:
    return (*sizes[:axis], size, *sizes[axis + 1 :])


def _split_sizes(axis: Any, value: Any, *, num_split: int) -> list[Sizes]:
    sizes = value.sizes
    at = _split_axis(axis, axis.constant(), None if sizes is None else len(sizes))
    if sizes is None:
        return [None] * num_split
    if at is None:
        return [(None,) * len(sizes)] * num_split
    size = sizes[at]
    if size is not None and size % num_split:
        raise ValueError(
            f"Dimension size must be evenly divisible by {num_split} but is {size}\n"
            "\tNumber of ways to split should evenly divide the split dimension"
        )
    return [_replaced(sizes, at, None if size is None else size // num_split)] * num_split


def _split(xp: Any, axis: Any, value: Any, *, num_split: int) -> Any:
    return tuple(xp.array(part) for part in xp.split(value, num_split, int(axis)))


def _split_failure(axis: Any, value: Any, *, num_split: int) -> str:
    at = int(axis)
    if not -value.ndim <= at < value.ndim:
        return f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got {at}"
    return (
        "Number of ways to split should evenly divide the split dimension, but got split_dim "
        f"{at % value.ndim} (size = {value.shape[at]}) and num_split {num_split}"
    )


SPLIT = OpDef(
    "Split(split_dim: int32, value: T) -> output: num_split*T",
    attrs={"num_split": REQUIRED, "T": TypeAttr()},
    infer=_split_sizes,
    forward=_split,
    failure=_split_failure,
    gradient=lambda op, *dys: [None, concat(list(dys), op.inputs[0])],
    cases=[
        case(INT(0), FLOAT(4, 3), num_split=2),
        case(INT(-1), FLOAT(2, 3), num_split=3),
        case(INT(0), RANDOM_INT(0, 2), num_split=2),
    ],
)


def _split_v_sizes(value: Any, size_splits: Any, axis: Any, *, num_split: int) -> list[Sizes]:
    sizes = value.sizes
    if sizes == ():
        raise ValueError("Can't split scalars")
    lengths, known = size_splits.constant(), axis.constant()
    at = _split_axis(axis, known, None if sizes is None else len(sizes))
    if sizes is None:
        return [None] * num_split
    if at is None:
        return [(None,) * len(sizes)] * num_split
    if lengths is None:
        return [_replaced(sizes, at, None)] * num_split
    return [_replaced(sizes, at, length) for length in _lengths(lengths.tolist(), sizes[at], num_split)]


def _lengths(lengths: list[int], size: Size, count: int) -> list[Size]:
    """The lengths of the pieces of an axis, a -1 among them worked out."""
    if len(lengths) != count:
        raise ValueError("Length of size_splits should be equal to num_outputs")
    if lengths.count(-1) > 1:
        raise ValueError("size_splits can only have one -1")
    given = sum(length for length in lengths if length != -1)
    found: list[Size] = [length if length != -1 else None if size is None else size - given for length in lengths]
    negative = [length for length in found if length is not None and length < -1]
    if size is not None and (given > size or (-1 not in lengths and given != size)):
        raise ValueError(f"can't split axis of size {size} into pieces of size [{','.join(map(str, lengths))}]")
    if negative:
        raise ValueError(f"Dimension {negative[0]} must be >= 0")
    return found


def _split_v(xp: Any, value: Any, size_splits: Any, axis: Any, *, num_split: int) -> Any:
    at = int(axis)
    lengths = _lengths(size_splits.tolist(), value.shape[at], num_split)
    places: Any = np.cumsum(lengths[:-1])  # type: ignore[arg-type]
    return tuple(xp.array(part) for part in xp.split(value, places, at))


def _split_v_failure(value: Any, size_splits: Any, axis: Any, *, num_split: int) -> str:
    at = int(axis)
    if not -value.ndim <= at < value.ndim:
        return f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got {at}"
    if size_splits.size != num_split:
        return (
            "size of the split_tensor must be 1-D and have the same elements as outputs got "
            f"{size_splits.ndim} -D and {size_splits.size} elements"
        )
    lengths = size_splits.tolist()
    if lengths.count(-1) > 1:
        return "There can only be one -1 in the input."
    given = sum(length for length in lengths if length != -1)
    return (
        "Determined shape must either match input shape along split_dim exactly if fully specified, or be "
        "less than "
        f"the size of the input along split_dim if not fully specified.  Got: {given}"
    )


SPLIT_V = OpDef(
    "SplitV(value: T, size_splits: Tlen, split_dim: int32) -> output: num_split*T",
    attrs={"num_split": REQUIRED, "T": TypeAttr(), "Tlen": TypeAttr(INDEX, dt.int64)},
    infer=_split_v_sizes,
    forward=_split_v,
    failure=_split_v_failure,
    gradient=lambda op, *dys: [concat(list(dys), op.inputs[2]), None, None],
    cases=[
        case(FLOAT(4, 3), INTS(1, 3), INT(0), num_split=2),
        case(FLOAT(2, 6), INTS(1, -1, 3, dtype=dt.int64), INT(-1), num_split=3),
    ],
)


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None, name: str = "split"
) -> list[Tensor]:
    """Pieces of a tensor along an axis, which they keep.

    Args:
      value: a tensor.
      num_or_size_splits: the number of equal pieces, or their sizes along the axis, one of which may be -1:
        the rest.
      axis: the axis, an integer or a scalar tensor; a negative one counts from the end.
      num: how many sizes there are, where that is not known while building.
      name: the op's name.

    Raises:
      ValueError: the sizes do not make up the axis, or there is no such axis.

    >>> run(split([1, 2, 3, 4, 5, 6], [1, 2, 3]))
    [array([1], dtype=int32), array([2, 3], dtype=int32), array([4, 5, 6], dtype=int32)]
    """
    sizes = convert_to_tensor(num_or_size_splits)
    if isinstance(num_or_size_splits, int | Dimension):
        count = int(num_or_size_splits)
        if count < 1:
            line = f"Attr 'num_split' of 'Split' Op passed {count} less than minimum 1."
            raise ValueError(errors.explain(line, where=user_site()))
        return emit(SPLIT, axis, value, num_split=count, name=name)
    if sizes.sizes == ():
        line = (
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. Argument "
            "provided: "
            f"{num_or_size_splits}"
        )
        raise ValueError(errors.explain(line, where=user_site()))
    if num is None:
        num = sizes.sizes[0] if sizes.sizes else None
        if num is None:
            line = f"Cannot infer num from shape {num_or_size_splits}"
            raise ValueError(errors.explain(line, mend="Say how many there are: num=...", where=user_site()))
    return emit(SPLIT_V, value, sizes, axis, num_split=num, name=name)
