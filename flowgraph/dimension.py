"""One axis of a static shape, as TF 1.x's users see it."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.dtype_table import DType
from flowgraph.sizes import Size


class Dimension:
    """The size of one axis: a number, or None when it is not known.

    Arithmetic with an unknown size gives an unknown size; comparing with one gives None, which is neither
    true nor false. Whatever `Dimension` accepts may stand on the other side. Sizes below 0 raise
    ValueError.

    >>> Dimension(3) * 2, Dimension(None) + 1, Dimension(3) == 3
    (Dimension(6), Dimension(None), True)
    >>> print(Dimension(3) == Dimension(None))
    None
    """

    __slots__ = ("value",)
    __hash__ = None  # type: ignore[assignment]  # As in TF 1.x: equality is not an equivalence here.

    value: Size

    def __init__(self, value: Any) -> None:
        self.value = as_size(value)

    def __repr__(self) -> str:
        return f"Dimension({self.value})"

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)

    def __int__(self) -> int:
        return self._known("__int__ returned non-int (type NoneType)")

    def __index__(self) -> int:
        return self._known("__index__ returned non-int (type NoneType)")

    def _known(self, complaint: str) -> int:
        """The size, or Python's own words for a method that returned None, which is what TF's user sees."""
        if self.value is None:
            mend = "This size is known at run time only: tf.shape(x)[axis] is a tensor that holds it."
            raise TypeError(errors.explain(complaint, mend=mend))
        return self.value

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self.value,)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both could be the size of one axis; NotImplemented when `other` is no size."""
        try:
            size = as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self.value is None or size is None or self.value == size

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError unless both could be the size of one axis."""
        if self.is_compatible_with(other) is False:
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other: Any) -> Dimension:
        """Whichever of the two is known; ValueError when both are and differ."""
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        self.assert_is_compatible_with(other)
        return Dimension(other.value if self.value is None else self.value)

    def __eq__(self, other: object) -> bool | None:  # type: ignore[override]
        try:
            size = as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return None if self.value is None or size is None else self.value == size

    def __ne__(self, other: object) -> bool | None:  # type: ignore[override]
        equal = self.__eq__(other)
        return equal if equal is None or equal is NotImplemented else not equal

    def __lt__(self, other: Any) -> bool | None:
        size = as_size(other)
        return None if self.value is None or size is None else self.value < size

    def __le__(self, other: Any) -> bool | None:
        size = as_size(other)
        return None if self.value is None or size is None else self.value <= size

    def __gt__(self, other: Any) -> bool | None:
        size = as_size(other)
        return None if self.value is None or size is None else self.value > size

    def __ge__(self, other: Any) -> bool | None:
        size = as_size(other)
        return None if self.value is None or size is None else self.value >= size

    def __add__(self, other: Any) -> Dimension:
        try:
            size = as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return Dimension(None if self.value is None or size is None else self.value + size)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dimension:
        try:
            size = as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return Dimension(None if self.value is None or size is None else self.value - size)

    def __rsub__(self, other: Any) -> Dimension:
        return as_dimension(other) - self

    def __mul__(self, other: Any) -> Dimension:
        try:
            size = as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return Dimension(None if self.value is None or size is None else self.value * size)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Dimension:
        try:
            size = as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return Dimension(None if self.value is None or size is None else self.value // size)

    def __rfloordiv__(self, other: Any) -> Dimension:
        return as_dimension(other) // self

    def __mod__(self, other: Any) -> Dimension:
        size = as_size(other)
        return Dimension(None if self.value is None or size is None else self.value % size)

    def __rmod__(self, other: Any) -> Dimension:
        return as_dimension(other) % self

    def __truediv__(self, other: Any) -> Dimension:
        kind = type(other).__name__
        raise TypeError(f"unsupported operand type(s) for /: 'Dimension' and '{kind}', please use // instead")

    def __rtruediv__(self, other: Any) -> Dimension:
        kind = type(other).__name__
        raise TypeError(f"unsupported operand type(s) for /: '{kind}' and 'Dimension', please use // instead")


def as_size(value: Any) -> Size:
    """Any size that TF accepts as an int or None; ValueError and TypeError with TF's words."""
    if value is None or (type(value) is int and value >= 0):
        return value
    if isinstance(value, Dimension):
        return value.value
    if isinstance(value, DType):
        raise TypeError(f"Cannot convert {value} to Dimension")
    size = int(value)
    if not isinstance(value, (str, bytes)) and size != value:
        raise ValueError(f"Ambiguous dimension: {value}")
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


def as_dimension(value: Any) -> Dimension:
    """A `Dimension` as it is, anything else converted."""
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension: Any) -> Any:
    """The size in a `Dimension`; anything else as it is.

    >>> dimension_value(Dimension(3)), dimension_value(4), dimension_value(None)
    (3, 4, None)
    """
    return dimension.value if isinstance(dimension, Dimension) else dimension
