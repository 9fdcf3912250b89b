"""Taking tensors apart along an axis that the pieces keep: split, into equal pieces or into given sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.joining import concat
from flowgraph.shapes import Dimension, Size, Sizes


def _split_axis(axis: Any, known: Any, rank: int | None) -> int | None:
    """The axis that a scalar input names, counted from the front, as far as that is known."""
    if known is None:
        return None
    if axis.sizes:
        raise ValueError(f"Input must be scalar but has rank {len(axis.sizes)}")
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
    if axis.ndim:
        raise ValueError("several axes")
    return tuple(xp.array(part) for part in xp.split(value, num_split, int(axis)))


def _split_failure(axis: Any, value: Any, *, num_split: int) -> str:
    if axis.ndim:
        return f"split_dim must be a scalar but has rank {axis.ndim}"
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
    if at is None and len(sizes) == 1:
        at = 0
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
    at = int(axis.reshape(-1)[0])
    if size_splits.ndim != 1:
        raise ValueError("no vector of lengths")
    lengths = _lengths(size_splits.tolist(), value.shape[at], num_split)
    if min(length or 0 for length in lengths) < 0:
        raise ValueError("a negative length")
    places: Any = np.cumsum(lengths[:-1])  # type: ignore[arg-type]
    return tuple(xp.array(part) for part in xp.split(value, places, at))


def _split_v_failure(value: Any, size_splits: Any, axis: Any, *, num_split: int) -> str:
    at = int(axis.reshape(-1)[0])
    if size_splits.ndim != 1 or size_splits.size != num_split:
        return (
            "size of the split_tensor must be 1-D and have the same elements as outputs got "
            f"{size_splits.ndim} -D and {size_splits.size} elements"
        )
    if not -value.ndim <= at < value.ndim:
        return f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got {at}"
    lengths = size_splits.tolist()
    if num_split == 1 and lengths[0] not in (-1, value.shape[at]):
        return (
            "If there is only one output, it must have the same size as the input. "
            f"Input size: {value.shape[at]} output size: {lengths[0]}"
        )
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
