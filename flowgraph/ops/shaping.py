"""Axes added, removed, exchanged, repeated and turned round: expand_dims, squeeze, transpose, tile,
reverse.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import BOOL, COMPLEX, FLOAT, HALF, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import RANK, rank, shape, size
from flowgraph.ops.attributes import ints
from flowgraph.ops.range import range_op
from flowgraph.ops.reduction import one_of
from flowgraph.ops.reshape import reshape as reshape
from flowgraph.ops.reshape import reshape_to_input, shape_argument
from flowgraph.shapes import Size, Sizes, to_text

# -- expand_dims and squeeze -----------------------------------------------------------------------


def _expanded_sizes(x: Any, dim: Any) -> Sizes:
    axis = dim.constant()
    if axis is not None and axis.size != 1:
        raise ValueError("'dim' input must be a tensor with a single value")
    if axis is None or x.sizes is None:
        return None
    rank, at = len(x.sizes), int(axis.reshape(()))
    if not -rank - 1 <= at <= rank:
        raise ValueError(f"dim {at} not in the interval [{-rank - 1}, {rank}].")
    at %= rank + 1
    return (*x.sizes[:at], 1, *x.sizes[at:])


def _expand_failure(x: Any, dim: Any) -> str:
    if dim.size != 1:
        return "'dim' must be a tensor with a single value"
    return f"Tried to expand dim index {int(dim.reshape(()))} for tensor with {x.ndim} dimensions."


EXPAND_DIMS = OpDef(
    "ExpandDims(input: T, dim: Tdim) -> output: T",
    attrs={"T": TypeAttr(), "Tdim": TypeAttr(INDEX, dt.int32)},
    infer=_expanded_sizes,
    forward=lambda xp, x, dim: xp.expand_dims(x, int(dim.reshape(()))),
    failure=_expand_failure,
    gradient=lambda op, dy: [reshape_to_input(op, dy), None],
    alias=True,
    cases=[
        case(FLOAT(2, 3), INT(0)),
        case(FLOAT(2, 3), INT(-1)),
        case(FLOAT(), INTS(0)),
        case(FLOAT(0, 2), INT(1, dt.int64)),
    ],
)


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """The same entries with one more axis, of size 1.

    Args:
      input: a tensor.
      axis: where the new axis stands; a negative one counts from the end (-1: last).
      name: the op's name.
      dim: the old name of `axis`.

    Raises:
      ValueError: no axis or no such axis, or it is given under both names.

    >>> run(expand_dims([1, 2], 0))
    array([[1, 2]], dtype=int32)
    """
    axis = one_of("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError(errors.explain("Must specify an axis argument to tf.expand_dims()", where=user_site()))
    return emit(EXPAND_DIMS, input, axis, name=name)


def _squeezed_sizes(x: Any, *, squeeze_dims: tuple[int, ...]) -> Sizes:
    sizes = x.sizes
    if sizes is None:
        return None
    if not squeeze_dims:
        return None if None in sizes else tuple(size for size in sizes if size != 1)
    gone = set()
    for i, axis in enumerate(squeeze_dims):
        if not -len(sizes) <= axis < len(sizes):
            raise ValueError(f"squeeze_dims[{i}] not in [{-len(sizes)},{len(sizes)}).")
        gone.add(axis % len(sizes))
    for axis, length in enumerate(sizes):
        if axis in gone and length not in (1, None):
            raise ValueError(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {length}")
    return tuple(length for axis, length in enumerate(sizes) if axis not in gone)


def _squeeze(xp: Any, x: Any, *, squeeze_dims: tuple[int, ...]) -> Any:
    if not squeeze_dims:
        return xp.squeeze(x)
    if not all(-x.ndim <= axis < x.ndim for axis in squeeze_dims):
        raise ValueError("no such axis")
    return xp.squeeze(x, tuple({axis % x.ndim for axis in squeeze_dims}))


def _squeeze_failure(x: Any, *, squeeze_dims: tuple[int, ...]) -> str | None:
    for axis in squeeze_dims:
        if not -x.ndim <= axis < x.ndim:
            return f"Tried to squeeze dim index {axis} for tensor with {x.ndim} dimensions."
    for axis in squeeze_dims:
        if x.shape[axis] != 1:
            return f"Can not squeeze dim[{axis % x.ndim}], expected a dimension of 1, got {x.shape[axis]}"
    return None


SQUEEZE = OpDef(
    "Squeeze(input: T) -> output: T",
    attrs={"T": TypeAttr(), "squeeze_dims": ()},
    infer=_squeezed_sizes,
    forward=_squeeze,
    failure=_squeeze_failure,
    gradient=lambda op, dy: [reshape_to_input(op, dy)],
    alias=True,
    cases=[
        case(FLOAT(1, 3, 1)),
        case(FLOAT(1, 3, 1), squeeze_dims=(0,)),
        case(FLOAT(1, 3, 1), squeeze_dims=(-1, 0, 2)),
        case(FLOAT(1, 0)),
    ],
)


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Tensor:
    """The same entries without axes of size 1.

    Args:
      input: a tensor.
      axis: the axes to remove, an integer or a list; None: all of size 1.
      name: the op's name.
      squeeze_dims: the old name of `axis`.

    Raises:
      ValueError: an axis has another size or there is no such axis, or it is given under both names.

    >>> run(squeeze([[[1], [2]]]))
    array([1, 2], dtype=int32)
    """
    axis = one_of("axis", axis, "squeeze_dims", squeeze_dims)
    if axis is None:
        axis = []
    elif np.isscalar(axis):
        axis = [axis]
    return emit(SQUEEZE, input, squeeze_dims=ints("axis", axis, "squeeze"), name=name)


# -- transpose -------------------------------------------------------------------------------------


def _transposed_sizes(x: Any, perm: Any) -> Sizes:
    is_vector = perm.sizes is None or len(perm.sizes) == 1
    length = perm.sizes[0] if perm.sizes is not None and is_vector else None
    count = length if x.sizes is None else len(x.sizes)
    if count is None or (x.sizes is None and count < 2):
        return None  # with one entry in perm: x may be a scalar as well
    if not is_vector:
        raise ValueError(f"Shape must be rank 1 but is rank {len(perm.sizes)}")
    if length not in (None, count):
        raise ValueError(f"Dimension must be {count} but is {length}")
    order = perm.constant()
    if order is None:
        return (None,) * count
    for axis in order.tolist():
        if axis >= count:
            raise ValueError(f"perm dim {axis} is out of range of input rank {count}")
    if x.sizes is None:
        return (None,) * count
    return tuple(x.sizes[axis] if axis >= -count else None for axis in order.tolist())


def _transposed(xp: Any, x: Any, perm: Any) -> Any:
    order = perm.tolist()
    if perm.ndim != 1 or (order and min(order) < 0):
        raise ValueError("a negative axis")  # which numpy would count from the end
    return xp.transpose(x, order)


def _transpose_failure(x: Any, perm: Any) -> str | None:
    if perm.ndim != 1:
        return f"perm must be a vector, not {to_text(perm.shape)}"
    if len(perm) != x.ndim:
        return f"transpose expects a vector of size {x.ndim}. But input(1) is a vector of size {len(perm)}"
    order = perm.tolist()
    for axis in order:
        if not 0 <= axis < x.ndim:
            return f"{axis} is out of range [0 .. {x.ndim})"
    missing = [axis for axis in range(x.ndim) if axis not in order]
    return f"{missing[0]} is missing from {{{','.join(map(str, order))}}}." if missing else None


def _transpose_grad(op: Any, dy: Any) -> list[Any]:
    return [transpose(dy, invert_permutation(op.inputs[1])), None]


TRANSPOSE = OpDef(
    "Transpose(x: T, perm: Tperm) -> y: T",
    attrs={"T": TypeAttr(), "Tperm": TypeAttr(INDEX, dt.int32)},
    infer=_transposed_sizes,
    forward=lambda xp, x, perm: xp.array(_transposed(xp, x, perm), order="C"),
    failure=_transpose_failure,
    gradient=_transpose_grad,
    cases=[
        case(FLOAT(2, 3), INTS(1, 0)),
        case(FLOAT(2, 3, 4), INTS(2, 0, 1)),
        case(FLOAT(), INTS()),
        case(HALF(0, 3), INTS(1, 0, dtype=dt.int64), gradient=False),
    ],
)


def _conjugate_transpose(xp: Any, x: Any, perm: Any) -> Any:
    moved = _transposed(xp, x, perm)
    return xp.array(xp.conj(moved) if x.dtype.kind == "c" else moved, order="C")


CONJUGATE_TRANSPOSE = OpDef(
    "ConjugateTranspose(x: T, perm: Tperm) -> y: T",
    attrs={"T": TypeAttr(), "Tperm": TypeAttr(INDEX, dt.int32)},
    infer=_transposed_sizes,
    forward=_conjugate_transpose,
    failure=_transpose_failure,
    gradient=lambda op, dy: [transpose(dy, invert_permutation(op.inputs[1]), conjugate=True), None],
    cases=[case(COMPLEX(2, 3), INTS(1, 0)), case(BOOL(2, 3), INTS(1, 0))],
)


def transpose(a: Any, perm: Any = None, name: str = "transpose", conjugate: bool = False) -> Tensor:
    """The tensor with its axes in another order: axis i of the result is axis `perm[i]` of `a`.

    Args:
      a: a tensor.
      perm: the new order of the axes; None: the reverse one.
      name: the op's name.
      conjugate: whether to conjugate complex entries as well.

    Raises:
      ValueError: `perm` does not have one entry for each axis.

    >>> run(transpose([[1, 2, 3], [4, 5, 6]]))
    array([[1, 4],
           [2, 5],
           [3, 6]], dtype=int32)
    """
    with name_scope(name, "transpose", [a]) as scope:
        opdef = CONJUGATE_TRANSPOSE if conjugate and a.dtype.is_complex else TRANSPOSE
        if perm is not None:
            return emit(opdef, a, perm, name=scope)
        a = convert_to_tensor(a, name="a")
        if a.sizes:
            order = np.arange(len(a.sizes), dtype=np.int32)[::-1]
            return emit(opdef, a, order, name=scope)
        count = emit(RANK, a)
        result = emit(opdef, a, (count - 1) - range_op(0, count, 1), name=scope)
        if a.sizes is not None:
            result.set_shape(a.sizes[::-1])
        return result


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """The tensor with its last two axes exchanged: each matrix of a batch transposed.

    Args:
      a: a tensor of at least two axes.
      name: the op's name.
      conjugate: whether to conjugate complex entries as well.

    Raises:
      ValueError: there are fewer axes.

    >>> run(matrix_transpose([[[1, 2], [3, 4]]]))
    array([[[1, 3],
            [2, 4]]], dtype=int32)
    """
    from flowgraph.ops.joining import concat

    with name_scope(name, values=[a]):
        a = convert_to_tensor(a, name="a")
        if a.sizes is None:
            count = rank(a)
            batch = range_op(0, count - 2, 1)
            perm: Any = concat((batch, [count - 1, count - 2]), 0)
        else:
            axes = len(a.sizes)
            if axes < 2:
                line = f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {a.shape}"
                raise ValueError(errors.explain(line, details=[f"a: {a!r}"], where=user_site()))
            perm = [*range(axes - 2), axes - 1, axes - 2]
        return transpose(a, perm, conjugate=conjugate)


def _inverse_sizes(x: Any) -> Sizes:
    if x.sizes is not None and len(x.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(x.sizes)}")
    return (None,) if x.sizes is None else x.sizes


def _inverse(xp: Any, x: Any) -> Any:
    if x.ndim != 1:
        raise ValueError("no vector")
    inverse = xp.full_like(x, -1)
    if x.size and x.min() < 0:
        raise ValueError("a negative entry")  # which numpy would count from the end
    inverse[x] = xp.arange(len(x), dtype=x.dtype)
    if x.size and inverse.min() < 0:
        raise ValueError("an entry comes twice")
    return inverse


def _inverse_failure(x: Any) -> str | None:
    if x.ndim != 1:
        return "invert_permutation expects a 1D vector."
    seen = set()
    for entry in x.tolist():
        if not 0 <= entry < len(x):
            return f"{entry} is not between 0 and {len(x)}"
        if entry in seen:
            return f"{entry} is duplicated in the input."
        seen.add(entry)
    return None


INVERT_PERMUTATION = OpDef(
    "InvertPermutation(x: T) -> y: T",
    attrs={"T": TypeAttr(INDEX, dt.int32)},
    infer=_inverse_sizes,
    forward=_inverse,
    failure=_inverse_failure,
    gradient=NO_GRADIENT,
    cases=[case(INTS(2, 0, 1)), case(INTS(0, dtype=dt.int64)), case(INTS())],
)


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The permutation that undoes `x`: `y[x[i]] = i`.

    >>> run(invert_permutation([2, 0, 1]))
    array([1, 2, 0], dtype=int32)
    """
    return emit(INVERT_PERMUTATION, x, name=name)


# -- tile and reverse ------------------------------------------------------------------------------


def _times(size: Size, multiple: Size) -> Size:
    if size == 0 or multiple == 0:
        return 0
    return None if size is None or multiple is None else size * multiple


def _tiled_sizes(x: Any, multiples: Any) -> Sizes:
    count = None if not multiples.sizes else multiples.sizes[0]
    if x.sizes is not None and len(multiples.sizes or ()) == 1 and count not in (None, len(x.sizes)):
        raise ValueError(f"Shape must be rank {len(x.sizes)} but is rank {count}")
    repeats = shape_argument(multiples)
    if repeats is None and x.sizes is not None:
        return tuple(0 if size == 0 else None for size in x.sizes)
    if repeats is None or x.sizes is None:
        return None if repeats is None else tuple(0 if n == 0 else None for n in repeats)
    return tuple(map(_times, x.sizes, repeats))


def _tile(xp: Any, x: Any, multiples: Any) -> Any:
    if multiples.shape != (x.ndim,) or multiples.min(initial=0) < 0:
        raise ValueError("another number of multiples")  # for which numpy would add axes
    if not x.size:
        return xp.empty([n * times for n, times in zip(x.shape, multiples.tolist())], x.dtype)
    return xp.tile(x, multiples)


def _tile_failure(x: Any, multiples: Any) -> str | None:
    if multiples.ndim != 1:
        return f"Expected multiples to be 1-D, but got shape {to_text(multiples.shape)}"
    if len(multiples) != x.ndim:
        return f"Expected multiples argument to be a vector of length {x.ndim} but got length {len(multiples)}"
    for i, count in enumerate(multiples.tolist()):
        if count < 0:
            return f"Expected multiples[{i}] >= 0, but got {count}"
    return None


def _tile_grad(op: Any, dy: Any) -> list[Any]:
    """Sum over the copies: `[a, x, b, y]` is the gradient's shape with the axes of copies and of x side by
    side.
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.division import floormod
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.joining import concat, stack
    from flowgraph.ops.range import range as range_of
    from flowgraph.ops.reduction import reduce_sum
    from flowgraph.ops.segment import unsorted_segment_sum

    x, multiples = op.inputs
    x_shape = shape(x, out_type=multiples.dtype)
    split_shape = reshape(transpose(stack([multiples, x_shape])), [-1])
    axes = range_of(0, size(split_shape), 2)
    if isinstance(dy, IndexedSlices):
        rows = cast(x_shape[0], dy.indices.dtype)
        dy = unsorted_segment_sum(dy.values, floormod(dy.indices, rows), rows)
        split_shape = concat([[1], split_shape[1:]], axis=0)
    dx = reduce_sum(reshape(dy, split_shape), axes)
    dx.set_shape(x.shape)
    return [dx, None]


TILE = OpDef(
    "Tile(input: T, multiples: Tmultiples) -> output: T",
    attrs={"T": TypeAttr(), "Tmultiples": TypeAttr(INDEX, dt.int32)},
    infer=_tiled_sizes,
    forward=_tile,
    failure=_tile_failure,
    gradient=_tile_grad,
    cases=[
        case(FLOAT(2, 3), INTS(2, 1)),
        case(FLOAT(2), INTS(3, dtype=dt.int64)),
        case(FLOAT(2, 3), INTS(0, 2)),
        case(RANDOM_INT(2), INTS(2)),
    ],
)


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """Copies of a tensor side by side, `multiples[i]` of them along axis i.

    Args:
      input: a tensor.
      multiples: how many copies along each axis.
      name: the op's name.

    >>> run(tile([[1, 2]], [2, 2]))
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]], dtype=int32)
    """
    return emit(TILE, input, multiples, name=name)
