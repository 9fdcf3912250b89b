"""How graphs, what is in them, and what runs them show themselves in a notebook.

Looking changes nothing: no op is run or added, and a value is shown only where a session has it already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.graph import Graph
from flowgraph.ir.program import Program
from flowgraph.ir.scope import get_default_session
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.sessions.base import BaseSession
from flowgraph.shapes import to_tuple_text
from flowgraph.viz import values
from flowgraph.viz.cards import card, listing, size_text
from flowgraph.viz.programs import Stages
from flowgraph.viz.svg import to_svg

MOST_INPUTS = 8
WIDTH = 100
"""So many characters of a value stand in a line."""


def graph_bundle(graph: Graph, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """The graph for Jupyter: drawn, and in words."""
    return _bundle(graph, {"image/svg+xml": to_svg, "text/plain": repr}, include, exclude)


def program_bundle(program: Program, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """A Program for Jupyter: drawn, and in words."""
    makers = {"image/svg+xml": lambda one: Stages({"program": one}).to_svg(), "text/plain": repr}
    return _bundle(program, makers, include, exclude)


def _bundle(
    of: Any, makers: dict[str, Callable[[Any], str]], include: Any = None, exclude: Any = None
) -> dict[str, str]:
    wanted = [kind for kind in makers if (not include or kind in include) and kind not in (exclude or ())]
    return {kind: makers[kind](of) for kind in wanted}


def tensor_html(tensor: Tensor) -> str:
    """A tensor as a small table: name, dtype, shape, the op that makes it and the line where that was made.

    >>> print(tensor_html(tf.constant([1.0, 2.0], name="a")))
    <table ...>a:0<...float32<...(2,)<...Const (op a)<...</table>
    """
    op = tensor.op
    return card(
        [
            ("tensor", tensor.name),
            ("dtype", tensor.dtype.name),
            ("shape", to_tuple_text(tensor.sizes)),
            ("made by", f"{op.type} (op {op.name})"),
            *_place(op),
        ]
    )


def op_html(op: Operation) -> str:
    """An op as a small table: name, type, what it takes and gives, and the line where it was made.

    >>> print(op_html(tf.negative([1.0, 2.0], name="minus").op))
    <table ...>minus<...Neg<...minus/x:0  float32 (2,)<...minus:0  float32 (2,)<...</table>
    """
    waits = [other.name for other in op.control]
    rows = [("operation", op.name), ("type", op.type)]
    rows += [("takes", _some([_in_short(t) for t in op.inputs]))] if op.inputs else []
    rows += [("gives", _some([_in_short(t) for t in op.outputs]))] if op.outputs else []
    rows += [("waits for", _some(waits))] if waits else []
    return card([*rows, *_place(op)])


def parts_html(kind: str, of: Any, parts: Mapping[str, Tensor | None]) -> str:
    """Several tensors that together stand for one: a SparseTensor or IndexedSlices."""
    rows = [(name, _in_short(part)) for name, part in parts.items() if part is not None]
    return card([("kind", kind), ("dtype", of.dtype.name), *rows])


def variable_html(variable: Any) -> str:
    """A variable as a small table; its value, too, if the default session has one.

    >>> sess = tf.InteractiveSession()
    >>> w = tf.Variable([1.0, 2.0], name="w")
    >>> "no value yet" in variable_html(w)
    True
    >>> _ = sess.run(w.initializer)
    >>> print(variable_html(w))
    <table ...>w:0<...float32<...(2,)<...trainable<...yes<...[1. 2.]<...</table>
    >>> sess.close()
    """
    op = variable.op
    is_resource = op.opdef.role == "handle"
    rows = [
        ("variable", variable.name),
        ("dtype", variable.dtype.base_dtype.name),
        ("shape", str(variable.shape)),
        ("trainable", "yes" if variable.trainable else "no"),
        ("kind", "resource (tf.Variable(..., use_resource=True))" if is_resource else "reference"),
    ]
    initial = _initial(variable)
    rows += [("initial value", f"{initial.op.type} ({initial.name})")] if initial is not None else []
    return card([*rows, *_value(op), *_place(op)])


def session_html(session: BaseSession) -> str:
    """A session as small tables: whether it is open, its graph and engine, and the variables that it holds."""
    state = "closed: its variables are gone" if session._closed else "open"
    held = session._store.held()
    total = sum(array.nbytes for _, array in held)
    rows = [
        ("session", type(session).__name__),
        ("state", state),
        ("graph", f"{len(session.graph.get_operations()):,} ops"),
        ("engine", session._engine.name.lower()),
        *([("server", session.sess_str)] if session.sess_str else []),
    ]
    if not session._closed:
        rows.append(("variables", f"{len(held):,} with a value, {size_text(total)}"))
    if not held:
        return card(rows)
    lines: list[list[str | int]]
    lines = [[op.name, _dtype_text(op, array), to_tuple_text(array.shape), array.nbytes] for op, array in held]
    return card(rows) + listing(["variable", "dtype", "shape", "bytes"], lines, "variables")


def checkpoint_html(reader: Any) -> str:
    """What a checkpoint's reader finds in it: a table of tensors."""
    dtypes, shapes = reader.get_variable_to_dtype_map(), reader.get_variable_to_shape_map()
    lines: list[list[str | int]] = []
    total = 0
    for name in sorted(shapes):
        # how long strings are stands with the strings
        size = None if dtypes[name].name == "string" else math.prod(shapes[name]) * dtypes[name].size
        total += size or 0
        lines.append([name, dtypes[name].name, to_tuple_text(tuple(shapes[name])), "" if size is None else size])
    facts = card([("checkpoint", f"{len(lines):,} tensors, {size_text(total)}")])
    return facts + (listing(["tensor", "dtype", "shape", "bytes"], lines, "tensors") if lines else "")


def _dtype_text(op: Operation, array: np.ndarray) -> str:
    dtype = op.attrs.get("dtype")
    return dtype.base_dtype.name if dtype is not None else array.dtype.name


def _in_short(tensor: Tensor) -> str:
    return f"{tensor.name}  {tensor.dtype.name} {to_tuple_text(tensor.sizes)}"


def _some(lines: list[str]) -> str:
    left_out = len(lines) - MOST_INPUTS
    return "\n".join(lines if left_out <= 0 else [*lines[:MOST_INPUTS], f"and {left_out} more"])


def _place(op: Operation) -> list[tuple[str, str]]:
    """Where an op runs, if that was asked for, and the line where it was made."""
    rows = [("device", op.device)] if op.device else []
    if op.site is not None:
        rows.append(("made at", f"{errors.place(op.site)}   {errors.source_line(op.site)}".rstrip()))
    return rows


def _initial(variable: Any) -> Tensor | None:
    """The tensor with which a variable begins; one that was read from a file may have none."""
    try:
        found = variable.initial_value
    except (AttributeError, NotImplementedError, RuntimeError, ValueError, KeyError):
        return None
    return found if isinstance(found, Tensor) else None


def _value(op: Operation) -> list[tuple[str, str]]:
    """A variable's value in the default session, if that runs the variable's graph and is open."""
    session = get_default_session()
    if not isinstance(session, BaseSession) or session.graph is not op.graph or session._closed:
        return []
    array = session._store.value_of(op)
    if array is None:
        return [("value", "no value yet: its initializer has not run in the default session")]
    about = values.summary(array)
    found = [("value", values.text(array, WIDTH))]
    if array.size > values.ENTRIES and "mean" in about:
        found.append(("min, mean, max", f"{about['min']:g}, {about['mean']:g}, {about['max']:g}"))
    words = {"nan": "NaN", "inf": "infinite"}
    bad = ", ".join(f"{about[kind]:,} {word}" for kind, word in words.items() if about.get(kind))
    return [*found, ("of these", bad)] if bad else found
