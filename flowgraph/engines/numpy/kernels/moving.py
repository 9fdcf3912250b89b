"""Kernels of ops that only move entries: parts of an array, arrays side by side, borders, rows by their numbers.

Where a value comes from always the same array and goes to always the same buffer, the views on both are taken when the
frame is bound, and a run only copies from one to the other.

    Slice, StridedSlice, Split, SplitV, Unpack, Transpose      out[...] = a view of the operand
    ConcatV2, Pack, Pad                                        a view of out = the operand
    IdentityN                                                  out[...] = the operand, each
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import Call, Kernel, Operand, reader
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.ops import array, gather, identity, joining, padding, resource_rows, shaping, slicing, splitting
from flowgraph.ops.index_spec import Masks, index_of

Out = Any
"""One array, or a tuple of them for an op with a list of outputs."""
View = Callable[[np.ndarray], np.ndarray]


def _sizes(operand: Operand) -> tuple[int, ...] | None:
    """The shape of an operand, if it is known for sure."""
    return operand.known.sizes if operand.known is not None and operand.known.is_full else None


def _values(operands: Sequence[Operand]) -> list[Any] | None:
    """The values of operands that are known before the run, as lists; None where one is not."""
    if any(operand.known is None or operand.known.value is None for operand in operands):
        return None
    return [operand.known.value.tolist() for operand in operands]


# -- parts of an array -------------------------------------------------------------------------------------------


def _parts(views: Callable[..., Sequence[View] | None], source: int = 0) -> Kernel:
    """A kernel for an op whose outputs are copies of views of one operand.

    Args:
      views: from the step, the operand's sizes and the values of the other operands (as lists) to the views.
      source: the operand's position.
    """

    def kernel(step: Step, operands: list[Operand], out: Out, slots: list[Any]) -> Call | None:
        given, others = operands[source], [o for i, o in enumerate(operands) if i != source]
        sizes, values = _sizes(given), _values(others)
        found = None if sizes is None or values is None else views(step, sizes, *values)
        if found is None:
            return None
        outs = out if isinstance(out, tuple) else (out,)
        if given.slot is None:
            pairs = [(made, view(given.array)) for made, view in zip(outs, found, strict=True)]
            return (np.copyto, pairs[0]) if len(pairs) == 1 else (_copy_all, (pairs,))
        at = given.slot

        def call() -> None:
            value = slots[at]
            for made, view in zip(outs, found):
                np.copyto(made, view(value))

        return call, ()

    return kernel


def _copy_all(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
    for made, part in pairs:
        np.copyto(made, part)


def _indexed(index: tuple[Any, ...]) -> View:
    whole = index if Ellipsis in index else (*index, ...)  # else numpy would give a number in place of a 0-d view
    return lambda value: value[whole]


def _along(axis: int, lengths: Sequence[int]) -> list[View]:
    """Pieces of some lengths, one after the other along an axis."""
    views, start = [], 0
    for length in lengths:
        views.append(_indexed((*(slice(None),) * axis, slice(start, start + length))))
        start += length
    return views


def _slice(_step: Step, sizes: tuple[int, ...], begin: list[int], size: list[int]) -> list[View] | None:
    if not len(begin) == len(size) == len(sizes):
        return None
    ends = [whole if n == -1 else start + n for whole, start, n in zip(sizes, begin, size)]
    if any(not 0 <= start <= end <= whole for whole, start, end in zip(sizes, begin, ends)):
        return None  # forward will refuse it
    return [_indexed(tuple(map(slice, begin, ends)))]


def _strided_slice(step: Step, _sizes: Any, begin: list[int], end: list[int], strides: list[int]) -> list[View] | None:
    if not len(begin) == len(end) == len(strides):
        return None
    return [_indexed(index_of(begin, end, strides, Masks(**step.attrs)))]


def _split(step: Step, sizes: tuple[int, ...], axis: int) -> list[View] | None:
    count = step.attrs["num_split"]
    if not isinstance(axis, int) or not -len(sizes) <= axis < len(sizes) or sizes[axis] % count:
        return None
    return _along(axis % len(sizes), [sizes[axis] // count] * count)


def _split_v(_step: Step, sizes: tuple[int, ...], lengths: list[int], axis: Any) -> list[View] | None:
    if not isinstance(axis, int) or not -len(sizes) <= axis < len(sizes):
        return None
    if min(lengths, default=-1) < 0 or sum(lengths) != sizes[axis]:
        return None
    return _along(axis % len(sizes), lengths)


def _unpack(step: Step, sizes: tuple[int, ...]) -> list[View] | None:
    axis, count = step.attrs["axis"], step.attrs["num"]
    if not -len(sizes) <= axis < len(sizes) or sizes[axis] != count:
        return None
    return [_indexed((*(slice(None),) * (axis % len(sizes)), number)) for number in range(count)]


def _transpose(_step: Step, sizes: tuple[int, ...], perm: list[int]) -> list[View] | None:
    return [lambda value: value.transpose(perm)] if sorted(perm) == list(range(len(sizes))) else None


# -- put together ------------------------------------------------------------------------------------------------


def _concat(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    *values, axis = operands
    given, rank = _values([axis]), out.ndim
    if given is None or not rank or any(_sizes(value) is None for value in values):
        return None
    at = given[0]
    if not isinstance(at, int) or not -rank <= at < rank:
        return None
    return _joined(values, lambda value: value, at, out, slots)


def _pack(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    axis = step.attrs["axis"] % out.ndim
    if any(_sizes(operand) is None for operand in operands):
        return None
    return _joined(operands, lambda value: np.expand_dims(value, axis), axis, out, slots)


def _joined(values: list[Operand], view: View, axis: int, out: np.ndarray, slots: list[Any]) -> Call:
    """`np.concatenate` of views of the operands."""
    if all(value.slot is None for value in values):
        return np.concatenate, ([view(value.array) for value in values], axis, out)
    readers = [reader(value, slots) for value in values]

    def call() -> None:
        np.concatenate([view(read()) for read in readers], axis, out)

    return call, ()


def _pad(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    x, paddings = operands
    sizes, values = _sizes(x), _values([paddings])
    if sizes is None or values is None or not sizes or len(values[0]) != len(sizes):
        return None
    borders, inside = [], out
    for axis, (size, (before, after)) in enumerate(zip(sizes, values[0])):
        if min(before, after) < 0:
            return None
        first, middle, last = (view(inside) for view in _along(axis, [before, size, after]))
        borders += [part for part in (first, last) if part.size]
        inside = middle
    read = reader(x, slots)

    def call() -> None:
        for border in borders:
            border.fill(0)
        np.copyto(inside, read())

    return call, ()


def _fill(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    value = operands[1]
    if _sizes(value) != ():
        return None
    if value.slot is None:
        return np.copyto, (out, value.array)
    return lambda: np.copyto(out, slots[value.slot]), ()


# -- rows by their numbers ----------------------------------------------------------------------------------------


def _rows(params: Operand) -> np.ndarray | None:
    """The array of which rows are taken, if it is always the same: a variable's, by reference or by handle."""
    found = getattr(params.array, "array", params.array)
    return found if isinstance(found, np.ndarray) and found.size else None


def _gather(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    params, indices = _rows(operands[0]), operands[1]
    sizes, axis = _sizes(indices), _values(operands[2:])
    if params is None or sizes is None or axis not in ([], [0]) or step.attrs.get("batch_dims"):
        return None
    if not out.size or out.shape != (*sizes, *params.shape[1:]):
        return None
    read, limit, take = reader(indices, slots), len(params), params.take

    def call() -> None:
        wanted = np.asarray(read())
        if wanted.min() < 0 or wanted.max() >= limit:
            raise IndexError("out of range")
        take(wanted, 0, out, "clip")  # with "raise" numpy would take them aside first

    return call, ()


def _copies(_step: Step, operands: list[Operand], out: Out, slots: list[Any]) -> Call | None:
    values = [reader(operand, slots) for operand in operands]

    def call() -> None:
        for made, value in zip(out, values, strict=True):
            np.copyto(made, value())

    return call, ()


KERNELS: dict[OpDef, Kernel] = {
    identity.IDENTITY_N: _copies,
    slicing.SLICE: _parts(_slice),
    slicing.STRIDED_SLICE: _parts(_strided_slice),
    splitting.SPLIT: _parts(_split, source=1),
    splitting.SPLIT_V: _parts(_split_v),
    joining.UNPACK: _parts(_unpack),
    shaping.TRANSPOSE: _parts(_transpose),
    joining.CONCAT_V2: _concat,
    joining.PACK: _pack,
    padding.PAD: _pad,
    array.FILL: _fill,
    gather.GATHER: _gather,
    gather.GATHER_V2: _gather,
    resource_rows.RESOURCE_GATHER: _gather,
}
