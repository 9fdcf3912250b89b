"""The distinct entries of a vector, and those of one that another lacks: unique, setdiff1d."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.cases import INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.shapes import Sizes


def _require_vector(x: Any) -> None:
    if x.sizes is not None and len(x.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(x.sizes)}")


def _unique_sizes(x: Any, **_attrs: Any) -> list[Sizes]:
    _require_vector(x)
    return [(None,), x.sizes]


def _unique(xp: Any, x: Any, out_idx: Any) -> tuple[Any, Any, Any]:
    """The distinct entries in the order in which they come, where each entry is among them, how often each
    comes.
    """
    if x.ndim != 1:
        raise ValueError("no vector")
    keys = x
    if x.dtype == xp.float16:  # TF's table tells halves apart by their bits, and like others no nan from another
        keys = xp.where(xp.isnan(x), 1 << 16 | xp.arange(len(x)), x.view(xp.uint16))
    _, first, inverse, counts = xp.unique(
        keys, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = xp.argsort(first, kind="stable")
    place = xp.empty_like(order)
    place[order] = xp.arange(len(order))
    return x[first[order]], place[inverse.reshape(-1)].astype(out_idx.np), counts[order].astype(out_idx.np)


def _unique_failure(x: Any, **_attrs: Any) -> str | None:
    return "unique expects a 1D vector." if x.ndim != 1 else None


UNIQUE = OpDef(
    "Unique(x: T) -> (y: T, idx: out_idx)",
    attrs={"T": TypeAttr(), "out_idx": TypeAttr(INDEX, dt.int32)},
    infer=_unique_sizes,
    forward=lambda xp, x, *, out_idx: _unique(xp, x, out_idx)[:2],
    failure=_unique_failure,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(INTS(3, 1, 3, 2, 1)), case(VALUE([0.5, 0.5]), out_idx=dt.int64), case(INTS())],
)

UNIQUE_WITH_COUNTS = OpDef(
    "UniqueWithCounts(x: T) -> (y: T, idx: out_idx, count: out_idx)",
    attrs={"T": TypeAttr(), "out_idx": TypeAttr(INDEX, dt.int32)},
    infer=lambda x, **attrs: [(None,), x.sizes, (None,)],  # (TF looks at the rank when it runs)
    forward=lambda xp, x, *, out_idx: _unique(xp, x, out_idx),
    failure=_unique_failure,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(INTS(3, 1, 3, 2, 1)), case(INTS())],
)


class Unique(NamedTuple):
    """The distinct entries of a vector, and for each entry its place among them."""

    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    """The distinct entries of a vector, for each entry its place among them, and how often each comes."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]  # TF's name, in place of a method of tuples


def unique(x: Any, out_idx: Any = dt.int32, name: str | None = None) -> Unique:
    """The distinct entries of a vector in the order in which they first come, and for each entry its place
    among them.

    Args:
      x: a vector.
      out_idx: the dtype of the places, int32 or int64.
      name: the op's name.

    >>> y, places = unique([1, 1, 2, 4, 4, 1])
    >>> run([y, places])
    [array([1, 2, 4], dtype=int32), array([0, 0, 1, 2, 2, 0], dtype=int32)]
    """
    return Unique(*emit(UNIQUE, x, out_idx=out_idx, name=name))


def unique_with_counts(x: Any, out_idx: Any = dt.int32, name: str | None = None) -> UniqueWithCounts:
    """As `unique`, and how often each distinct entry comes.

    >>> run(unique_with_counts([1, 1, 2, 4, 4, 1]).count)
    array([3, 1, 2], dtype=int32)
    """
    return UniqueWithCounts(*emit(UNIQUE_WITH_COUNTS, x, out_idx=out_idx, name=name))


def _difference_sizes(x: Any, y: Any, **_attrs: Any) -> list[Sizes]:
    _require_vector(x)
    _require_vector(y)
    return [(None,), (None,)]


def _difference_failure(x: Any, y: Any, **_attrs: Any) -> str | None:
    for name, vector in (("x", x), ("y", y)):
        if vector.ndim != 1:
            return f"{name} should be a 1D vector."
    return None


def _difference(xp: Any, x: Any, y: Any, *, out_idx: Any) -> Any:
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError("no vectors")
    places = xp.flatnonzero(~xp.isin(x, y))
    return x[places], places.astype(out_idx.np)


LIST_DIFF = OpDef(
    "ListDiff(x: T, y: T) -> (out: T, idx: out_idx)",
    attrs={"T": TypeAttr(), "out_idx": TypeAttr(INDEX, dt.int32)},
    infer=_difference_sizes,
    forward=_difference,
    failure=_difference_failure,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(INTS(1, 2, 3, 4, 5, 6), INTS(1, 3, 5)), case(INTS(), INTS(2)), case(INTS(2, 2), INTS())],
)


class ListDiff(NamedTuple):
    """The entries of one vector that another lacks, and their places in it."""

    out: Tensor
    idx: Tensor


def setdiff1d(x: Any, y: Any, index_dtype: Any = dt.int32, name: str | None = None) -> ListDiff:
    """The entries of vector `x` that are not in vector `y`, in their order, and their places in `x`.

    Args:
      x: a vector.
      y: another of the same dtype.
      index_dtype: the dtype of the places, int32 or int64.
      name: the op's name.

    >>> run(setdiff1d([1, 2, 3, 4], [1, 3]))
    ListDiff(out=array([2, 4], dtype=int32), idx=array([1, 3], dtype=int32))
    """
    return ListDiff(*emit(LIST_DIFF, x, y, out_idx=index_dtype, name=name))
