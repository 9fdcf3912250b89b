"""Assertions in the graph: a run fails, and shows some values, where a condition does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.errors import InvalidArgumentError, explain
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation
from flowgraph.ops import attributes
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import no_op
from flowgraph.shapes import to_text


def summary(array: np.ndarray, entries: int) -> str:
    """An array as TF's kernels print it: no more than `entries` of its entries; -1: all of them.

    >>> summary(np.arange(6).reshape(3, 2), 3)
    '[0 1][2...]...'
    >>> summary(np.float32([0.1, 1 / 3, np.inf]), -1)
    '0.1 0.333333343 inf'
    """
    array = np.asarray(array)
    limit = array.size if entries < 0 else min(entries, array.size)
    texts = [entry_text(entry) for entry in array.reshape(-1)[:limit]]
    return _nested(texts, array.shape, limit) + ("..." if limit < array.size else "")


def _nested(texts: list[str], shape: tuple[int, ...], limit: int) -> str:
    """The texts, of which the first is the first entry of an array of this shape, in brackets by rows."""
    if len(shape) < 2:
        return " ".join(texts)
    rest = shape[1:]
    size = int(np.prod(rest))
    rows = []
    for start in range(0, limit, size or 1):
        row = texts[start : start + size]
        cut = "..." if len(rest) == 1 and len(row) < size else ""
        rows.append(f"[{_nested(row, rest, len(row))}{cut}]")
    return "".join(rows)


def entry_text(entry: Any) -> str:
    """One number as C++ prints it, in just the digits that it takes, or one string with its escapes."""
    if isinstance(entry, bytes):
        escapes = {b: f"\\{chr(b)}" for b in b"\"'\\"} | {10: "\\n", 13: "\\r", 9: "\\t"}
        return "".join(escapes.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in entry)
    if isinstance(entry, np.bool_):
        return str(int(entry))
    if isinstance(entry, np.integer):
        return str(entry)
    if not isinstance(entry, np.floating):
        return "?"  # complex numbers and bfloat16, which TF cannot print
    digits = (15, 17) if isinstance(entry, np.float64) else (6, 9)
    short = f"{float(entry):.{digits[0]}g}"
    same = float(short) == entry if digits[0] == 15 else np.float32(short) == np.float32(entry)
    return short if same or np.isnan(entry) else f"{float(entry):.{digits[1]}g}"


def _assert(_ctx: Any, condition: Any, data: list[Any], *, summarize: int) -> tuple[()]:
    if condition.ndim:
        raise InvalidArgumentError(None, None, f"In[0] should be a scalar: {to_text(condition.shape)}")
    if not condition:
        shown = " ".join(f"[{summary(value, summarize)}]" for value in data)
        raise InvalidArgumentError(None, None, f"assertion failed: {shown}")
    return ()


ASSERT = OpDef(
    "Assert(condition: bool, data: T[]) -> ()",
    attrs={"T": REQUIRED, "summarize": 3},
    infer=lambda condition, data, **attrs: [],
    effect=Effect.WORLD,
    forward=_assert,
    gradient=NO_GRADIENT,
)


def Assert(condition: Any, data: Any, summarize: int | None = None, name: str | None = None) -> Operation:
    """An op that fails where `condition` is false. Have the ops that rely on it wait for it.

    Args:
      condition: a bool scalar.
      data: a list of tensors to show when it fails.
      summarize: how many entries to show of each; 3 by default, -1: all.
      name: a name scope.

    Raises:
      InvalidArgumentError: when run, where the condition is false.

    >>> x = tf.placeholder(tf.float32, [])
    >>> with tf.control_dependencies([Assert(x > 0.0, ["x is not positive:", x])]):
    ...     y = tf.log(x)
    >>> print(run(y, {x: 1.0}))
    0.0
    """
    if summarize is not None:
        summarize = attributes.whole("summarize", summarize)
    with name_scope(name, "Assert", [condition, data]):
        if not isinstance(data, Sequence):
            raise TypeError(explain("values must be a sequence.", where=user_site()))
        tensors = [convert_to_tensor(value) for value in data]
        if not tensors:
            raise ValueError("Attr 'T' of 'Assert' Op passed list of length 0 less than minimum 1.")
        if all(tensor.dtype in (dt.string, dt.int32) for tensor in tensors):
            return emit(ASSERT, condition, data, summarize=summarize, name="Assert")
        # (on a GPU other data would have to be fetched, so TF does that only where the condition is false)
        condition = convert_to_tensor(condition, name="Condition")
        guarded = cond(
            condition,
            no_op,
            lambda: emit(ASSERT, condition, data, summarize=summarize, name="Assert"),
            name="AssertGuard",
        )
        return guarded.op
