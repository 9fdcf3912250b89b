"""`TensorShape` and `Dimension`: static shapes as TF 1.x's users see them.

Inside the library a shape is its *sizes*, a plain tuple: `sizes.py` has its functions, `dimension.py` the
sizes of single axes, and both are offered here as well. `TensorShape.of(sizes)` and `TensorShape.sizes` go
from one to the other at no cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, SupportsIndex, overload

from flowgraph.dimension import Dimension, as_dimension, as_size, dimension_value
from flowgraph.sizes import (
    Size,
    Sizes,
    broadcast,
    compatible,
    is_full,
    merge,
    num_elements,
    to_text,
    to_tuple_text,
)

__all__ = [
    "Dimension",
    "Size",
    "Sizes",
    "TensorShape",
    "as_dimension",
    "as_shape",
    "as_size",
    "as_sizes",
    "broadcast",
    "compatible",
    "dimension_at_index",
    "dimension_value",
    "disable_v2_tensorshape",
    "enable_v2_tensorshape",
    "is_full",
    "matrix",
    "merge",
    "num_elements",
    "scalar",
    "to_text",
    "to_tuple_text",
    "unknown_shape",
    "vector",
]


_plain_sizes = False
"""Whether shapes give their sizes as ints and None, as in TensorFlow 2, not as `Dimension`s."""


def enable_v2_tensorshape() -> None:
    """Let `shape[0]` and loops over shapes give ints and None, as in TensorFlow 2, instead of `Dimension`s.

    >>> enable_v2_tensorshape()
    >>> tf.zeros([2]).shape[0]
    2
    >>> disable_v2_tensorshape()
    """
    global _plain_sizes  # noqa: PLW0603  # TF has one switch for the whole program
    _plain_sizes = True


def disable_v2_tensorshape() -> None:
    """Let `shape[0]` and loops over shapes give `Dimension`s, as they do at first."""
    global _plain_sizes  # noqa: PLW0603
    _plain_sizes = False


class TensorShape:
    """A tensor's static shape, of which some sizes, or even the rank, may not be known.

    `TensorShape(dims)` takes None (unknown rank), one size, an iterable of sizes, each an integer, None or a
    `Dimension`, or a TensorShapeProto. Raises TypeError for strings and DTypes, ValueError for negative or fractional
    sizes.

    `.sizes` is the raw tuple, or None for an unknown rank. Two shapes are equal when they are known to be: an
    unknown size equals itself (`s[:1] == s[:1]`) but not another shape's, exactly as in TF 1.x.

    >>> TensorShape([None, 3])
    TensorShape([Dimension(None), Dimension(3)])
    >>> print(TensorShape([None, 3]), TensorShape([3]), TensorShape(None))
    (?, 3) (3,) <unknown>
    >>> TensorShape([None, 3]).merge_with([2, None]).as_list()
    [2, 3]
    """

    __slots__ = ("sizes", "_dims")
    __hash__ = None  # type: ignore[assignment]  # As in TF 1.x: equality is not an equivalence here.

    sizes: Sizes
    _dims: list[Dimension] | None

    def __init__(self, dims: Any) -> None:
        self._dims = None
        if dims is None:
            self.sizes = None
        elif isinstance(dims, TensorShape):
            self.sizes, self._dims = dims.sizes, dims.dims
        elif hasattr(dims, "unknown_rank"):  # a TensorShapeProto
            self.sizes = None if dims.unknown_rank else tuple(None if dim.size < 0 else dim.size for dim in dims.dim)
        elif isinstance(dims, (str, bytes)):
            text = f"A string has ambiguous TensorShape, please wrap in a list or convert to an int: {dims!s}"
            raise TypeError(text)
        elif hasattr(dims, "unknown_rank"):
            self.sizes = None if dims.unknown_rank else tuple(None if d.size == -1 else d.size for d in dims.dim)
        else:
            try:
                items = list(dims)
            except TypeError:
                items = [dims]
            self.sizes = tuple(map(as_size, items))
            if any(isinstance(item, Dimension) for item in items):
                self._dims = [as_dimension(item) for item in items]

    @classmethod
    def of(cls, sizes: Sizes) -> TensorShape:
        """Wrap raw sizes without looking at them."""
        shape = cls.__new__(cls)
        shape.sizes = sizes
        shape._dims = None
        return shape

    @property
    def dims(self) -> list[Dimension] | None:
        """The sizes as a list of `Dimension`; None when the rank is not known."""
        if self._dims is None and self.sizes is not None:
            self._dims = [Dimension(size) for size in self.sizes]
        return self._dims

    @property
    def rank(self) -> int | None:
        """The number of axes; None when it is not known."""
        return None if self.sizes is None else len(self.sizes)

    ndims = rank

    def __repr__(self) -> str:
        if _plain_sizes:
            return f"TensorShape({None if self.sizes is None else list(self.sizes)})"
        return f"TensorShape({self.dims!r})"

    def __str__(self) -> str:
        return to_tuple_text(self.sizes).replace("?", "None") if _plain_sizes else to_tuple_text(self.sizes)

    def __len__(self) -> int:
        if self.sizes is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self.sizes)

    def __bool__(self) -> bool:
        return self.sizes is not None

    def __iter__(self) -> Iterator[Any]:
        if self.dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self.as_list() if _plain_sizes else self.dims)

    @overload
    def __getitem__(self, key: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: Any) -> Any:
        if _plain_sizes and not isinstance(key, slice):
            return None if self.sizes is None else self.as_list()[key]
        if self.dims is not None:
            return TensorShape(self.dims[key]) if isinstance(key, slice) else self.dims[key]
        if not isinstance(key, slice):
            return Dimension(None)
        if key.step is not None:
            raise ValueError("Steps are not yet handled")
        start = 0 if key.start is None else key.start
        if key.stop is None or start < 0 or key.stop < 0:
            return TensorShape.of(None)
        return unknown_shape(rank=key.stop - start)

    def __eq__(self, other: object) -> bool:
        try:
            shape = as_shape(other)
        except TypeError:
            return NotImplemented
        if self.sizes != shape.sizes:
            return False
        return self is shape or self.sizes is None or None not in self.sizes or self._shares_unknowns_with(shape)

    def _shares_unknowns_with(self, other: TensorShape) -> bool:
        pairs = zip(self.dims or (), other.dims or ())
        return all(mine is theirs for mine, theirs in pairs if mine.value is None)

    def __ne__(self, other: object) -> bool:
        try:
            shape = as_shape(other)
        except TypeError:
            return NotImplemented
        if self.sizes is None or shape.sizes is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return not self == shape

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    __concat__ = __add__

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self.sizes,)

    def num_elements(self) -> int | None:
        """The number of entries; None when a size is not known."""
        return num_elements(self.sizes)

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return is_full(self.sizes)

    def assert_is_fully_defined(self) -> None:
        """Raise ValueError unless every size is known."""
        if not is_full(self.sizes):
            raise ValueError(f"Shape {self} is not fully defined")

    def as_list(self) -> list[Size]:
        """The sizes as a list of int or None; ValueError when the rank is not known."""
        if self.sizes is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self.sizes)

    def as_proto(self) -> Any:
        """The shape as a TensorShapeProto, in which -1 is an unknown size.

        >>> TensorShape(TensorShape([None, 3]).as_proto())
        TensorShape([Dimension(None), Dimension(3)])
        """
        from flowgraph.protos.tensors import of_sizes

        return of_sizes(self.sizes)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether some tensor could have both shapes."""
        return compatible(self.sizes, as_sizes(other))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError unless some tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        """What is known when both shapes describe one tensor; ValueError when they contradict each other."""
        other = as_shape(other)
        if self.sizes is None:
            return other
        if not compatible(self.sizes, other.sizes):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        return TensorShape.of(merge(self.sizes, other.sizes))

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The shape that keeps the sizes on which both agree and forgets the others.

        >>> print(TensorShape([2, 3]).most_specific_compatible_shape([2, 4]))
        (2, ?)
        """
        sizes = as_sizes(other)
        if self.sizes is None or sizes is None or len(self.sizes) != len(sizes):
            return TensorShape.of(None)
        return TensorShape.of(tuple(x if x == y else None for x, y in zip(self.sizes, sizes)))

    def concatenate(self, other: Any) -> TensorShape:
        """The axes of this shape followed by those of `other`; unknown when either rank is."""
        other = as_shape(other)
        if self.dims is None or other.dims is None:
            return TensorShape.of(None)
        return TensorShape(self.dims + other.dims)

    def assert_same_rank(self, other: Any) -> None:
        """Raise ValueError when both ranks are known and differ."""
        other = as_shape(other)
        if self.sizes is not None and other.sizes is not None and len(self.sizes) != len(other.sizes):
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_has_rank(self, rank: int) -> None:
        """Raise ValueError when the rank is known and not `rank`."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank: int) -> TensorShape:
        """This shape, or `rank` unknown sizes if it has no known rank; ValueError if it has another."""
        self.assert_has_rank(rank)
        return self if self.sizes is not None else unknown_shape(rank)

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape; ValueError when it is known to have fewer than `rank` axes."""
        if self.sizes is not None and len(self.sizes) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape; ValueError when it is known to have more than `rank` axes."""
        if self.sizes is not None and len(self.sizes) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self


def as_sizes(shape: Any) -> Sizes:
    """Raw sizes of whatever `TensorShape` accepts.

    >>> as_sizes([None, Dimension(3), 2.0]), as_sizes(5), as_sizes(None), as_sizes(TensorShape([1]))
    ((None, 3, 2), (5,), None, (1,))
    """
    if shape is None:
        return None
    if isinstance(shape, TensorShape):
        return shape.sizes
    if type(shape) in (tuple, list):
        return tuple(map(as_size, shape))
    return TensorShape(shape).sizes


def as_shape(shape: Any) -> TensorShape:
    """A `TensorShape` as it is, anything else converted."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """One size of a shape; unknown when the rank is."""
    return Dimension(None) if shape.dims is None else shape.dims[index]


def unknown_shape(rank: int | None = None, *, ndims: int | None = None) -> TensorShape:
    """A shape of which nothing is known but, optionally, the rank (`ndims` is its older name)."""
    rank = ndims if rank is None else rank
    return TensorShape.of(None if rank is None else (None,) * rank)


def scalar() -> TensorShape:
    """The shape of a single number."""
    return TensorShape.of(())


def vector(length: Any) -> TensorShape:
    """The shape of a list of `length` entries (None: not known)."""
    return TensorShape([length])


def matrix(rows: Any, cols: Any) -> TensorShape:
    """The shape of a table (None: not known)."""
    return TensorShape([rows, cols])
