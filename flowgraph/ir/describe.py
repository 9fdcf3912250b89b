"""Words for error messages: what a tensor is, who made it, which cast makes two dtypes alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.tensor import Operation, Tensor


def at(op: Operation) -> str:
    """` at file:line`, or nothing when nobody knows."""
    return f" at {errors.place(op.site)}" if op.site else ""


def origin(tensor: Tensor) -> str:
    """Where a tensor comes from: a variable by its name, anything else by the op that made it."""
    op = tensor.op
    if op.type == "Identity" and op.name.endswith("/read") and op.inputs[0].dtype.is_ref:
        op = op.inputs[0].op
    if tensor.dtype.is_ref or op is not tensor.op:
        return f"the variable {op.name}, made{at(op)}"
    return f"made by {op.type}{at(op)}"


def operands(opdef: OpDef, args: Sequence[Any]) -> list[str | Sequence[str]]:
    """A row for each input: what it is and where it comes from."""
    rows: list[str | Sequence[str]] = []
    for arg, value in zip(opdef.inputs, args, strict=False):
        named = [(arg.name, value)]
        if isinstance(value, list | tuple):
            named = [(f"{arg.name}[{number}]", item) for number, item in enumerate(value)]
        for name, item in named:
            row = f"{name} = {item!r}"
            rows.append((row, origin(item)) if isinstance(item, Tensor) else row)
    return rows


_KINDS = "biufc"  # numpy's letters, from what holds least to what holds most


def cast(name: str, dtype: DType, wanted: DType, other: str = "") -> str | None:
    """The cast that makes inputs `name` of `dtype` and `other` of `wanted` alike, losing as little as can be.

    Without `other` the dtype wanted is fixed. None where no cast helps, as with strings.

    >>> cast("y", dt.float32, dt.int32, "x")
    'tf.cast(x, tf.float32) makes the two alike.'
    >>> cast("y", dt.float64, dt.float32, "x")
    'tf.cast(y, tf.float32) makes the two alike.'
    >>> cast("y", dt.int64, dt.int32, "x")
    'tf.cast(x, tf.int64) makes the two alike.'
    >>> cast("indices", dt.float32, dt.int32)
    'tf.cast(indices, tf.int32) converts it.'
    """
    dtype, wanted = dtype.base_dtype, wanted.base_dtype
    has, wants = (_KINDS.find(d.np.kind.replace("u", "i")) for d in (dtype, wanted))
    if min(has, wants) < 0:
        return None
    if not other:
        return f"tf.cast({name}, tf.{wanted.name}) converts it."
    if has == wants:  # of two floats it is float32 that networks are made of
        keeps = wanted is dt.float32 or (dtype is not dt.float32 and wanted.size >= dtype.size)
    else:
        keeps = wants > has
    name, target = (name, wanted) if keeps else (other, dtype)
    return f"tf.cast({name}, tf.{target.name}) makes the two alike."


def frame(filename: str, line: int) -> tuple[str, int, str, str, int]:
    """A line of the user's code as `traceback` has it: file, line, function, text, and where the function begins."""
    import ast
    import linecache

    inside, begins = "<module>", 1
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except SyntaxError:
        tree = ast.Module([], [])
    for node in ast.walk(tree):  # (from the outside in)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            inside, begins = node.name, node.lineno
    return filename, line, inside, linecache.getline(filename, line).strip(), begins
