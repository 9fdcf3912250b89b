"""Broadcasting: the shape rules of elementwise ops, and the axes along which a shape was stretched."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.sizes import broadcast, to_text


def same(x: Any, *_: Any, **__: Any) -> Any:
    """Shape rule: the output has the shape of the first input."""
    return x.sizes


def broadcast_shape(x: Any, y: Any, **_: Any) -> Any:
    """Shape rule of the binary elementwise ops."""
    return x.sizes if x.sizes == y.sizes else broadcast(x.sizes, y.sizes)


def incompatible(x: Any, y: Any, **_: Any) -> str | None:
    """TF's words for two arrays whose shapes do not broadcast; None for a pair that does."""
    try:
        broadcast(x.shape, y.shape)
    except ValueError:
        return f"Incompatible shapes: {to_text(x.shape)} vs. {to_text(y.shape)}"
    return None


def _stretched_axes(xp: Any, s0: Any, s1: Any) -> tuple[Any, Any]:
    axes = stretched_axes(tuple(s0.tolist()), tuple(s1.tolist()))
    return xp.asarray(axes[0], s0.dtype), xp.asarray(axes[1], s0.dtype)


def stretched_axes(s0: tuple[int, ...], s1: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """For each of two shapes: the axes of the broadcast result that it lacks or was stretched along.

    An axis of size 1 in both counts for both: summing over it or not is all the same, and TF sums.

    Raises:
      InvalidArgumentError: they do not broadcast.

    >>> stretched_axes((2, 3), (3,)), stretched_axes((1, 3), (1, 1)), stretched_axes((1, 3), (1, 3))
    (([], [0]), ([0], [0, 1]), ([], []))
    """
    if s0 == s1:
        return [], []
    rank = max(len(s0), len(s1))
    a = (1,) * (rank - len(s0)) + s0
    b = (1,) * (rank - len(s1)) + s1
    if any(x != y and x != 1 and y != 1 for x, y in zip(a, b)):
        raise errors.InvalidArgumentError(None, None, f"Incompatible shapes: {to_text(s0)} vs. {to_text(s1)}")
    return [i for i in range(rank) if a[i] == 1], [i for i in range(rank) if b[i] == 1]


def _two_vectors(s0: Any, s1: Any) -> list[Any]:
    for shape in (s0, s1):
        if shape.sizes is not None and len(shape.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(shape.sizes)}")
    return [(None,), (None,)]


BROADCAST_GRADIENT_ARGS = OpDef(
    "BroadcastGradientArgs(s0: T, s1: T) -> (r0: T, r1: T)",
    attrs={"T": TypeAttr(INDEX, dt.int32)},
    infer=_two_vectors,
    forward=_stretched_axes,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(INTS(2, 3), INTS(3)),
        case(INTS(2, 3), INTS(2, 3)),
        case(INTS(1, 3, 1), INTS(2, 1, 1)),
        case(INTS(dtype=dt.int64), INTS(4, dtype=dt.int64)),
    ],
)


def broadcast_gradient_args(s0: Any, s1: Any, name: str | None = None) -> list[Tensor]:
    """The axes to sum over, for each of two shapes that were broadcast together."""
    return emit(BROADCAST_GRADIENT_ARGS, s0, s1, name=name)
