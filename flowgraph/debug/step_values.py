"""Values as a stepper shows them: one line, all of it, or a row of a table."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

import numpy as np

from flowgraph.engines.store import Cell
from flowgraph.ir.program import DEAD
from flowgraph.viz.values import summary

FEW = 6
"""Arrays of at most so many entries are shown whole in one line."""


class Value:
    """What a tensor is at one place of a run.

    Attributes:
      name: the tensor, or the variable.
      array: the value, an array of the caller's own; what a queue or another handle is, where it is no array; None for
        a variable without a value, and for a tensor in a branch that was not taken.

    >>> Value("a:0", np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, np.nan]]))
    a:0  2×4 float64  1 … 7, mean 4, 1 NaN
    [[ 1.  2.  3.  4.]
     [ 5.  6.  7. nan]]
    """

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.is_dead = value is DEAD
        value = value.array if isinstance(value, Cell) else None if value is DEAD else value
        self.array = np.array(value) if is_array(value) else value

    @property
    def summary(self) -> dict[str, Any]:
        """Shape, dtype, range and first entries, as `tf.viz` shows them; empty for what is no array."""
        return summary(self.array) if isinstance(self.array, np.ndarray) else {}

    @property
    def line(self) -> str:
        """The value in one line, without its name."""
        if self.is_dead:
            return "no value: its branch was not taken"
        if self.array is None:
            return "no value yet"
        if not isinstance(self.array, np.ndarray):
            return " ".join(repr(self.array).split())
        about = self.summary
        shape = f"({about['shape']})" if self.array.ndim == 1 else about["shape"]
        kind = shape if about["dtype"] == "float32" else f"{shape} {about['dtype']}"
        return f"{kind}  {_content(self.array, about)}"

    @property
    def text(self) -> str:
        """The first entries, as numpy prints them."""
        return str(self.summary.get("text", ""))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        shown = f"{self.name}  {self.line}"
        return f"{shown}\n{self.text}" if self._is_long() else shown

    def _is_long(self) -> bool:
        return isinstance(self.array, np.ndarray) and (self.array.size > FEW)

    def _repr_html_(self) -> str:
        entries = f"<pre>{escape(self.text)}</pre>" if self._is_long() else ""
        return f"<code>{escape(self.name)}</code> {escape(self.line)}{entries}"


def is_array(value: Any) -> bool:
    """Whether a value is what a tensor of numbers or strings has, not a handle."""
    return isinstance(value, np.ndarray | np.generic | bytes | int | float | complex | str)


def _content(array: np.ndarray, about: dict[str, Any]) -> str:
    """The entries of a small array; of a large one the range, and how much of it is no number."""
    if array.size <= FEW:
        return " ".join(about["text"].split())
    parts = []
    if "mean" in about:
        low, high, mean = (f"{about[key]:.4g}" for key in ("min", "max", "mean"))
        parts.append(f"all {low}" if low == high else f"{low} … {high}, mean {mean}")
    parts += [f"{about[key]} {name}" for key, name in (("nan", "NaN"), ("inf", "inf")) if about.get(key)]
    return ", ".join(parts) or " ".join(about["text"].split())[:60]


def how_bad(values: Iterable[Value]) -> str:
    """How many entries are NaN or infinite: '' for none.

    >>> how_bad([Value("a:0", np.array([1.0, np.nan, np.inf]))])
    '1 NaN and 1 infinite of 3 entries'
    """
    arrays = [value.array for value in values if is_float(value.array)]
    nan = sum(int(np.isnan(array).sum()) for array in arrays)
    inf = sum(int(np.isinf(array).sum()) for array in arrays)
    words = [f"{count} {name}" for count, name in ((nan, "NaN"), (inf, "infinite")) if count]
    return f"{' and '.join(words)} of {sum(array.size for array in arrays)} entries" if words else ""


def is_float(value: Any) -> bool:
    """Whether a value has entries that may be NaN or infinite."""
    return is_array(value) and np.asarray(value).dtype.kind in "fcV" and np.asarray(value).dtype.names is None


def is_bad(value: Any) -> bool:
    """Whether any entry of a value is NaN or infinite.

    >>> is_bad(np.array([1.0, np.inf])), is_bad(np.array([1, 2])), is_bad(None)
    (True, False, False)
    """
    if isinstance(value, Cell):
        value = value.array
    return is_float(value) and not bool(np.isfinite(value).all())
