"""Parts of tensors: `tf.slice`, and `x[1:3, ..., None]` by way of StridedSlice."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import as_dtype
from flowgraph.ir.cases import FLOAT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, rank, reshape, shape, shape_argument
from flowgraph.ops.constant import constant
from flowgraph.ops.index_spec import Masks, index_of, sizes_of_slice, uneven
from flowgraph.shapes import Dimension, Size, Sizes, merge, to_text

# -- slice -----------------------------------------------------------------------------------------


def _require_vectors(*vectors: Any) -> Size:
    """The common length of several vectors, as far as it is known."""
    for vector in vectors:
        if vector.sizes is not None and len(vector.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(vector.sizes)}")
    common: Sizes = None
    for vector in vectors:
        common = merge(common, vector.sizes)
    return None if common is None else common[0]


def _slice_sizes(x: Any, begin: Any, size: Any) -> Sizes:
    length = _require_vectors(begin, size)
    if length is not None and x.sizes is not None and len(x.sizes) != length:
        raise ValueError(f"Shape must be rank {length} but is rank {len(x.sizes)}")
    starts, wanted = shape_argument(begin), shape_argument(size)
    known = size.constant()
    if wanted is None:
        wanted = starts if starts is None else (None,) * len(starts)
    if known is None:
        return wanted if wanted is not None or x.sizes is None else (None,) * len(x.sizes)
    found: list[Size] = []
    for axis, count in enumerate(known.tolist()):
        whole = None if x.sizes is None else x.sizes[axis]
        start = None if starts is None else starts[axis]
        if count != -1:
            found.append(count)
        elif whole is None or start is None:
            found.append(None)
        elif start > whole:
            raise ValueError(f"Negative dimension size caused by subtracting {start} from {whole}")
        else:
            found.append(whole - start)
    return tuple(found)


def _slice(xp: Any, x: Any, begin: Any, size: Any) -> Any:
    starts, counts = begin.tolist(), size.tolist()
    ends = [whole if n == -1 else start + n for whole, start, n in zip(x.shape, starts, counts, strict=True)]
    if any(not 0 <= start <= end <= whole for whole, start, end in zip(x.shape, starts, ends, strict=True)):
        raise ValueError("out of bounds")  # where numpy would give less
    return xp.array(x[tuple(map(slice_of, starts, ends))])


slice_of = slice  # Python's own; TF's function below has its name


def _slice_failure(x: Any, begin: Any, size: Any) -> str | None:
    if begin.shape != (x.ndim,) or size.shape != (x.ndim,):
        return (
            f"Expected begin and size arguments to be 1-D tensors of size {x.ndim}, but got shapes "
            f"{to_text(begin.shape)} and {to_text(size.shape)} instead."
        )
    for axis, (whole, start, count) in enumerate(zip(x.shape, begin.tolist(), size.tolist(), strict=True)):
        if not whole and (start or count not in (0, -1)):
            return (
                f"Expected begin[{axis}] == 0 (got {start}) and size[{axis}] == 0 (got {count}) "
                f"when input.dim_size({axis}) == 0"
            )
        if not 0 <= start <= whole:
            return f"Expected begin[{axis}] in [0, {whole}], but got {start}"
        if count != -1 and not 0 <= count <= whole - start:
            return f"Expected size[{axis}] in [0, {whole - start}], but got {count}"
    return None


def _slice_grad(op: Any, dy: Tensor) -> list[Any]:
    """Zeros all round: as many before as `begin` says, as many behind as are left."""
    from flowgraph.ops.joining import concat, stack
    from flowgraph.ops.padding import pad

    x, begin = op.inputs[:2]
    axes = rank(x)
    part = shape(op.outputs[0])
    column = stack([axes, 1])
    before = reshape(begin, column)
    after = reshape(shape(x) - part - begin, column)
    return [pad(dy, concat([before, after], 1)), None, None]


SLICE = OpDef(
    "Slice(input: T, begin: Index, size: Index) -> output: T",
    attrs={"T": TypeAttr(), "Index": TypeAttr(INDEX)},
    infer=_slice_sizes,
    forward=_slice,
    failure=_slice_failure,
    gradient=_slice_grad,
    cases=[
        case(FLOAT(4, 5), INTS(1, 2), INTS(2, -1)),
        case(FLOAT(4), INTS(4), INTS(0)),
        case(FLOAT(), INTS(), INTS()),
        case(RANDOM_INT(2, 3), INTS(0, 1, dtype=dt.int64), INTS(-1, 2, dtype=dt.int64)),
    ],
)


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The part of a tensor that starts at `begin` and has the shape `size`.

    Args:
      input_: a tensor.
      begin: where the part starts along each axis, counted from 0.
      size: its shape; -1: all the rest of an axis.
      name: the op's name.

    >>> run(slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, -1]))
    array([[2, 3],
           [5, 6]], dtype=int32)
    """
    return emit(SLICE, input_, begin, size, name=name)


# -- strided_slice ---------------------------------------------------------------------------------

_MASKS = dict.fromkeys(Masks._fields, 0)


def _strided_sizes(x: Any, begin: Any, end: Any, strides: Any, **masks: int) -> Sizes:
    length = _require_vectors(begin, end, strides)
    steps = strides.constant()
    if x.sizes is None or length is None or steps is None:
        return None
    found = sizes_of_slice(x.sizes, None, None, steps.tolist(), Masks(**masks))
    starts, ends = begin.constant(), end.constant()
    if starts is None or ends is None:
        return found
    return sizes_of_slice(x.sizes, starts.tolist(), ends.tolist(), steps.tolist(), Masks(**masks))


def _strided_failure(x: Any, begin: Any, end: Any, strides: Any, **masks: int) -> str | None:
    failure = uneven(begin, end, strides)
    if failure is not None:
        return failure
    try:
        sizes_of_slice(x.shape, begin.tolist(), end.tolist(), strides.tolist(), Masks(**masks))
    except ValueError as error:
        return str(error)
    return None


def _strided_slice(xp: Any, x: Any, begin: Any, end: Any, strides: Any, **masks: int) -> Any:
    if len(begin) != len(end) or len(begin) != len(strides):
        raise ValueError("another number of bounds")
    return xp.array(x[index_of(begin.tolist(), end.tolist(), strides.tolist(), Masks(**masks))])


def _part_of_shape(output: Tensor) -> Sizes:
    """What is known of a run of sizes taken from a shape, as `tf.shape(x)[1:]`."""
    op = output.op
    whole, *bounds = op.inputs
    masks = Masks(*(op.attrs[name] for name in Masks._fields))
    if masks.ellipsis_mask or masks.new_axis_mask or masks.shrink_axis_mask or max(masks) > 1:
        return None
    if not output.dtype.is_integer:
        return None
    sizes = whole.constant_sizes()
    known = [bound.constant() for bound in bounds]
    if sizes is None or any(value is None or value.size != 1 for value in known):
        return None
    begin, end, step = (int(value[0]) for value in known)
    if not step:
        return None
    return sizes[slice_of(None if masks.begin_mask else begin, None if masks.end_mask else end, step)]


def _strided_slice_grad(op: Any, dy: Tensor) -> list[Any]:
    x, begin, end, strides = op.inputs
    return [
        strided_slice_grad(shape(x, out_type=begin.dtype), begin, end, strides, dy, **op.attrs),
        None,
        None,
        None,
    ]


STRIDED_SLICE = OpDef(
    "StridedSlice(input: T, begin: Index, end: Index, strides: Index) -> output: T",
    attrs={"T": TypeAttr(), "Index": TypeAttr(INDEX), **_MASKS},
    infer=_strided_sizes,
    forward=_strided_slice,
    failure=_strided_failure,
    gradient=_strided_slice_grad,
    partial=_part_of_shape,
    cases=[
        case(FLOAT(4, 5), INTS(1), INTS(3), INTS(1)),
        case(FLOAT(4, 5), INTS(0, -1), INTS(0, -6), INTS(1, -2), begin_mask=1, end_mask=1),
        case(FLOAT(4, 5), INTS(-1), INTS(0), INTS(1), shrink_axis_mask=1),
        case(FLOAT(4, 5, 2), INTS(0, 0, 1), INTS(0, 0, 2), INTS(1, 1, 1), ellipsis_mask=2, new_axis_mask=1),
        case(FLOAT(4), INTS(3), INTS(1), INTS(1)),
        case(RANDOM_INT(3), INTS(0, dtype=dt.int64), INTS(9, dtype=dt.int64), INTS(2, dtype=dt.int64)),
    ],
)


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """The entries from `begin` up to `end` in steps of `strides`, axis by axis; `x[...]` is the usual way
    to say it.

    Args:
      input_: a tensor.
      begin: where to start along each of the first axes; negative numbers count from the end.
      end: where to stop, exclusive.
      strides: the steps; by default 1.
      begin_mask: bit i: ignore `begin[i]` and start at the very beginning.
      end_mask: bit i: ignore `end[i]` and go on to the very end.
      ellipsis_mask: bit i: entry i stands for as many whole axes as are left over (`...`).
      new_axis_mask: bit i: entry i makes a new axis of size 1 (`None`).
      shrink_axis_mask: bit i: entry i is one index, `begin[i]`, and its axis is gone.
      var: the variable whose value this is; the result's `assign` then changes that part of it.
      name: the op's name.

    Raises:
      ValueError: an index is out of bounds, a step is zero, there are more entries than axes.

    >>> run(strided_slice([1, 2, 3, 4, 5, 6], [1], [5], [2]))
    array([2, 4], dtype=int32)
    """
    if strides is None:
        strides = ones_like(begin)
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    result = emit(STRIDED_SLICE, input_, begin, end, strides, name=name, **masks._asdict())
    if var is not None:
        parts = result.graph.memory.setdefault("parts_of_variables", {})
        parts[result] = (var, {"begin": begin, "end": end, "strides": strides, **masks._asdict()}, name)
    return result


def _assign_part(tensor: Tensor, val: Any, name: str | None = None) -> Any:
    """`variable[1:3].assign(value)`: change the part of a variable that this tensor was sliced from.

    Raises:
      ValueError: it was not sliced from a variable.
    """
    part = tensor.graph.memory.get("parts_of_variables", {}).get(tensor)
    if part is None:
        line = "Sliced assignment is only supported for variables"
        raise ValueError(errors.explain(line, details=[f"this is {tensor!r}"], where=user_site()))
    var, bounds, parent = part
    return var._strided_slice_assign(value=val, name=name or f"{parent}_assign", **bounds)


def _slice_grad_sizes(shape: Any, *_others: Any, **_masks: int) -> Sizes:
    return shape_argument(shape)


def _scatter_strided(xp: Any, shape: Any, begin: Any, end: Any, strides: Any, dy: Any, **masks: int) -> Any:
    whole = xp.full(shape.tolist(), b"", object) if dy.dtype == object else xp.zeros(shape.tolist(), dy.dtype)
    index = index_of(begin.tolist(), end.tolist(), strides.tolist(), Masks(**masks))
    if whole[index].shape != dy.shape:
        raise ValueError("another shape")  # which numpy might broadcast
    whole[index] = dy
    return whole


def _scatter_failure(shape: Any, begin: Any, end: Any, strides: Any, dy: Any, **masks: int) -> str | None:
    sizes = tuple(shape.tolist())
    try:
        expected = sizes_of_slice(sizes, begin.tolist(), end.tolist(), strides.tolist(), Masks(**masks))
    except ValueError as error:
        return str(error)
    return None if expected == dy.shape else f"shape of dy was {to_text(dy.shape)} instead of {to_text(expected)}"


def _strided_slice_grad_grad(op: Any, dy: Tensor) -> list[Any]:
    _, begin, end, strides, _ = op.inputs
    return [None, None, None, None, strided_slice(dy, begin, end, strides, **op.attrs)]


STRIDED_SLICE_GRAD = OpDef(
    "StridedSliceGrad(shape: Index, begin: Index, end: Index, strides: Index, dy: T) -> output: T",
    attrs={"T": TypeAttr(), "Index": TypeAttr(INDEX), **_MASKS},
    infer=_slice_grad_sizes,
    forward=_scatter_strided,
    failure=_scatter_failure,
    gradient=_strided_slice_grad_grad,
    cases=[
        case(INTS(4, 5), INTS(1), INTS(3), INTS(1), FLOAT(2, 5)),
        case(INTS(4, 5), INTS(-1), INTS(0), INTS(1), FLOAT(5), shrink_axis_mask=1),
        case(INTS(4), INTS(0), INTS(0), INTS(-2), FLOAT(2), begin_mask=1, end_mask=1),
    ],
)


def strided_slice_grad(
    shape: Any, begin: Any, end: Any, strides: Any, dy: Any, name: str | None = None, **masks: int
) -> Tensor:
    """Zeros of the given shape, with `dy` where `strided_slice` would have read."""
    return emit(STRIDED_SLICE_GRAD, shape, begin, end, strides, dy, name=name, **masks)


newaxis = None


# -- x[...] ----------------------------------------------------------------------------------------

_WRONG_INDEX = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 "
    "tensors are "
    "valid indices"
)


def _check_index(index: Any) -> None:
    if isinstance(index, int | Dimension):
        return
    dtype = getattr(index, "dtype", None)
    if dtype is None or as_dtype(dtype).base_dtype not in INDEX or (index.shape and len(index.shape) == 1):
        raise TypeError(errors.explain(f"{_WRONG_INDEX}, got {index!r}", where=user_site()))


class _Spec:
    """The bounds and masks of a StridedSlice, gathered from the entries between square brackets."""

    def __init__(self, entries: Sequence[Any]) -> None:
        self.begin: list[Any] = []
        self.end: list[Any] = []
        self.strides: list[Any] = []
        self.masks = dict(_MASKS)
        for entry in entries:
            if isinstance(entry, slice_of):
                self._add(
                    self._bound(entry.start, "begin_mask"),
                    self._bound(entry.stop, "end_mask"),
                    self._bound(entry.step, None),
                )
            elif entry is Ellipsis:
                self._mark("ellipsis_mask")
                self._add(0, 0, 1)
            elif entry is None:
                self._mark("new_axis_mask")
                self._add(0, 0, 1)
            else:
                _check_index(entry)
                self._mark("shrink_axis_mask")
                self._add(entry, entry + 1, 1)

    def _mark(self, mask: str) -> None:
        self.masks[mask] |= 1 << len(self.begin)

    def _bound(self, bound: Any, mask: str | None) -> Any:
        if bound is not None and (mask is None or isinstance(bound, Tensor) or bound != sys.maxsize):
            _check_index(bound)
            return bound
        if mask is None:
            return 1
        self._mark(mask)
        return 0

    def _add(self, begin: Any, end: Any, step: Any) -> None:
        self.begin.append(begin)
        self.end.append(end)
        self.strides.append(step)


def _pack_bounds(spec: _Spec) -> list[Tensor]:
    """The three vectors, all int64 as soon as one of them is."""
    from flowgraph.ops.cast import CAST
    from flowgraph.ops.joining import stack

    if not spec.begin:
        return [constant([], dt.int32)] * 3
    packed = [stack(spec.begin), stack(spec.end), stack(spec.strides)]
    if any(bound.dtype == dt.int64 for bound in packed):
        packed = [bound if bound.dtype == dt.int64 else emit(CAST, bound, DstT=dt.int64) for bound in packed]
    return packed


def get_item(tensor: Any, entries: Any, var: Any = None) -> Tensor:
    """`tensor[entries]`: numbers, slices, `...`, `None`, scalar tensors; or a boolean mask.

    Args:
      tensor: the tensor.
      entries: what stands between the brackets.
      var: the variable whose value it is.

    Raises:
      TypeError: an entry is none of these.
      ValueError: a number is out of bounds, or there are more entries than axes.

    >>> x = tf.constant([[1, 2, 3], [4, 5, 6]])
    >>> run([x[1], x[:, ::2], x[..., -1], x[x > 4]])
    [array([4, 5, 6], dtype=int32), array([[1, 3], [4, 6]], dtype=int32), array([3, 6], dtype=int32),
     array([5, 6], dtype=int32)]
    """
    is_mask = isinstance(entries, Tensor | np.ndarray) and as_dtype(entries.dtype).base_dtype == dt.bool
    if is_mask or isinstance(entries, bool):
        from flowgraph.ops.masking import boolean_mask

        return boolean_mask(tensor, entries)
    spec = _Spec(entries if isinstance(entries, list | tuple) else [entries])
    with name_scope(None, "strided_slice", [tensor, *spec.begin, *spec.end, *spec.strides]) as scope:
        begin, end, strides = _pack_bounds(spec)
        return strided_slice(tensor, begin, end, strides, **spec.masks, var=var, name=scope)


Tensor._override_operator("__getitem__", get_item)
Tensor._override_operator("assign", _assign_part)
