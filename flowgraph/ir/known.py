"""What is known of a value before a run: its shape, and sometimes the value itself."""

from __future__ import annotations

from math import prod
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.constants import shape_in
from flowgraph.sizes import Sizes

_SMALL = 1 << 12  # bytes: what is larger is let go as soon as nothing needs it


class Known:
    """What is known of one value; stands in for a tensor where a shape rule asks.

    Attributes:
      dtype: its dtype, None if nobody asked yet.
      sizes: its shape, with None for what is not known.
      value: the array itself if that is known.
      held: of a handle: the shape of its variable.
    """

    __slots__ = ("dtype", "held", "sizes", "value")

    def __init__(self, dtype: DType | None, sizes: Sizes, value: Any = None, held: Sizes = None) -> None:
        self.dtype, self.sizes, self.value, self.held = dtype, sizes, value, held

    def constant(self) -> Any:
        """The value if it is known, as `Tensor.constant` gives it."""
        return self.value

    def constant_sizes(self) -> Sizes:
        """The shape that the value spells out, as `Tensor.constant_sizes` gives it."""
        return shape_in(self.value, self.sizes)

    @property
    def is_full(self) -> bool:
        """Whether all sizes are known."""
        return self.sizes is not None and None not in self.sizes

    @property
    def is_small(self) -> bool:
        """Whether it is known to take so little memory that letting go of it early gains nothing."""
        if self.dtype is None or not self.is_full:
            return False
        return prod(self.sizes) * self.dtype.np.itemsize <= _SMALL  # type: ignore[arg-type]
