"""Joining strings: string_join of several tensors, reduce_join along the axes of one."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import BareError, emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, OpDef
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import entries, of_entries
from flowgraph.ops.array import rank
from flowgraph.ops.constant import constant
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import one_of, reduced_sizes
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

_WORDS = VALUE([[b"a", b"b"], [b"c", b"d"]], dt.string)

# -- string_join -------------------------------------------------------------------------------------------


def _joined_sizes(inputs: list[Any], **_separator: str) -> Sizes:
    if not inputs:
        raise BareError("List argument 'inputs' to 'StringJoin' Op with length 0 shorter than minimum length 1.")
    sizes: Sizes = ()
    if any(tensor.sizes is None for tensor in inputs):
        sizes = None
    for tensor in inputs:
        if tensor.sizes != ():
            sizes = merge(sizes or None, tensor.sizes)
    return sizes


def _join(_xp: Any, inputs: list[Any], *, separator: str) -> Any:
    shape: tuple[int, ...] = ()
    for array in inputs:
        if np.ndim(array) and not shape:
            shape = np.shape(array)
        elif np.ndim(array) and np.shape(array) != shape:
            line = f"Input shapes do not match: {to_text(shape)} vs. {to_text(np.shape(array))}"
            raise errors.InvalidArgumentError(None, None, line)
    count = prod(shape)
    columns = [entries(array) * (1 if np.ndim(array) else count) for array in inputs]
    return of_entries(map(separator.encode().join, zip(*columns, strict=True)), shape)


STRING_JOIN = OpDef(
    "StringJoin(inputs: N*string) -> output: string",
    attrs={"separator": ""},
    infer=_joined_sizes,
    forward=_join,
    gradient=NO_GRADIENT,
    cases=[case([_WORDS, VALUE(b"-", dt.string), _WORDS]), case([VALUE([], dt.string)], separator=", ")],
)


def string_join(inputs: Any, separator: str = "", name: str | None = None) -> Tensor:
    """The strings of several tensors joined entry by entry.

    Args:
      inputs: a list of string tensors of one shape; scalars are joined to every entry.
      separator: what stands between them, a Python string.
      name: the op's name.

    Raises:
      TypeError: `inputs` is no list, or not of strings.
      ValueError: it is empty, or the shapes differ.

    >>> run(string_join([["a", "b"], "x"], separator="-"))
    array([b'a-x', b'b-x'], dtype=object)
    """
    if not isinstance(inputs, list | tuple):
        line = f"Expected list for 'inputs' argument to 'string_join' Op, not {inputs!r}."
        raise TypeError(errors.explain(line, where=user_site()))
    return emit(STRING_JOIN, inputs, separator=separator, name=name)


# -- reduce_join -------------------------------------------------------------------------------------------


def _reduce_join(_xp: Any, array: Any, axes: Any, *, keep_dims: bool, separator: str) -> Any:
    array = np.asarray(array)
    reduced = _axes(array.ndim, entries(axes))
    kept = [axis for axis in range(array.ndim) if axis not in reduced]
    sizes = [array.shape[axis] for axis in kept]
    count = prod(array.shape[axis] for axis in reduced)
    rows = array.transpose([*kept, *reversed(reduced)]).reshape(prod(sizes), count)
    shape = [1 if axis in reduced else array.shape[axis] for axis in range(array.ndim)] if keep_dims else sizes
    return of_entries(map(separator.encode().join, rows.tolist()), tuple(shape))


def _axes(ndim: int, given: list[int]) -> list[int]:
    """The axes to join, each once, none negative; neighbours along the first of them stand next to each other."""
    axes: list[int] = []
    for axis in given:
        if not -ndim <= axis < ndim:
            line = f"Invalid reduction dimension {axis} for input with {ndim} dimension(s)"
            raise errors.OutOfRangeError(None, None, line)
        if axis % ndim in axes:
            raise errors.InvalidArgumentError(None, None, f"Duplicate reduction dimension {axis}")
        axes.append(axis % ndim)
    return axes


REDUCE_JOIN = OpDef(
    "ReduceJoin(inputs: string, reduction_indices: int32) -> output: string",
    attrs={"keep_dims": False, "separator": ""},
    infer=lambda x, axes, *, keep_dims, separator: reduced_sizes(x, axes, keep_dims=keep_dims),
    forward=_reduce_join,
    gradient=NO_GRADIENT,
    cases=[
        case(_WORDS, INTS(0)),
        case(_WORDS, INTS(1, 0), separator="-"),
        case(_WORDS, INT(-1), keep_dims=True),
        case(_WORDS, INTS()),
    ],
)


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: Any = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: Any = None,
) -> Tensor:
    """The strings along some axes joined to one string.

    Args:
      inputs: a string tensor.
      axis: the axes to join, one after the other; by default all of them, the last one first: row by row.
      keep_dims, keepdims: whether the axes stay, with size 1.
      separator: what stands between the strings, a Python string.
      name: the op's name, in a scope "ReduceJoin".
      reduction_indices: an older name of `axis`.

    Raises:
      ValueError: there is no such axis, or an argument is given under two names.

    >>> run(reduce_join([["a", "b"], ["c", "d"]], 0, separator="-"))
    array([b'a-c', b'b-d'], dtype=object)
    >>> run(reduce_join([["a", "b"], ["c", "d"]]))
    b'abcd'
    """
    keepdims = one_of("keepdims", keepdims, "keep_dims", keep_dims)
    axis = one_of("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        inputs = convert_to_tensor(inputs)
        if axis is None:
            axis = _from_last_to_first(inputs)
        return emit(REDUCE_JOIN, inputs, axis, keep_dims=keepdims, separator=separator, name=name)


def _from_last_to_first(inputs: Tensor) -> Tensor:
    if inputs.sizes is not None:
        return constant(np.arange(len(inputs.sizes) - 1, -1, -1), dtype=dt.int32)
    return range_of(rank(inputs) - 1, -1, -1)
