"""Where to stop: an op, its name, its type, a regular expression, a condition on values, or NaN."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.graph import Graph
from flowgraph.ir.tensor import Operation, Tensor

Condition = Callable[[Operation, list[Any]], Any]


class Stop:
    """One thing to stop at: ops, before they run; or a condition on what an op has just given; or NaN.

    Attributes:
      text: what it was asked for as.
      ops: the ops to stop before.
      condition: `f(op, values)`: whether to stop after an op that gave these values.
      is_nan: whether to stop after an op that made NaN or infinity of finite numbers.
    """

    def __init__(
        self, text: str, ops: Iterable[Operation] = (), condition: Condition | None = None, is_nan: bool = False
    ) -> None:
        self.text, self.ops, self.condition, self.is_nan = text, frozenset(ops), condition, is_nan

    def __repr__(self) -> str:
        return self.text


NAN = Stop("NaN or infinity", is_nan=True)


def stop_at(what: Any, graph: Graph, ops: Iterable[Operation]) -> Stop:
    """The Stop that `what` asks for.

    Args:
      what: an op or tensor; a name of one, an op type, or a regular expression that is searched for in the names, tried
        in this order; a compiled expression; or a function `f(op, values)`.
      graph: the graph that is run.
      ops: the ops of it that the run may come to.

    Raises:
      ValueError: the run comes to no such op.
    """
    ops = list(ops)
    if isinstance(what, Stop):
        return what
    if isinstance(what, re.Pattern):
        return _found(what.pattern, [op for op in ops if what.search(op.name)], graph)
    if callable(what) and not isinstance(what, Operation | Tensor) and not hasattr(what, "_as_graph_element"):
        return Stop(getattr(what, "__name__", "a condition").replace("<lambda>", "a condition"), condition=what)
    if not isinstance(what, str):
        op = graph.as_graph_element(what).op
        return _found(op.name, [op] if op in set(ops) else [], graph)
    name = re.sub(r":\d+$", "", what)
    for matches in (lambda op: op.name == name, lambda op: op.type == what, _expression(what)):
        hits = [op for op in ops if matches(op)]
        if hits:
            return _found(what, hits, graph)
    near = get_close_matches(what, {text for op in ops for text in (op.name, op.type)}, n=3, cutoff=0.6)
    return _found(what, [], graph, near)


def _expression(what: str) -> Callable[[Operation], Any]:
    try:
        pattern = re.compile(what)
    except re.error:
        return lambda op: False
    return lambda op: pattern.search(op.name)


def _found(text: str, ops: list[Operation], graph: Graph, near: Iterable[str] = ()) -> Stop:
    if ops:
        return Stop(text, ops)
    near = list(near)
    op = graph._by_name.get(re.sub(r":\d+$", "", text))
    if op is not None:
        why = "is in the graph, but this run does not come to it: nothing that is fetched needs it, it is fed, or it "
        why += "computes nothing (a group of ops, or the nodes of a branch or loop)"
        raise ValueError(errors.explain(f"{op.name!r} {why}", where=op.site))
    mend = f"Did you mean {' or '.join(map(repr, near))}?" if near else None
    raise ValueError(errors.explain(f"no op of this run has the name, the type or a name with {text!r}", mend=mend))


def stop_if(expression: str, value_of: Callable[[str], Any]) -> Stop:
    """A condition written as Python: of `op`, `name`, `type`, `value`, `values`, `np` and `v("a tensor's name")`.

    Raises:
      SyntaxError: it is no Python.
    """
    code = compile(expression.strip(), "<condition>", "eval")

    def condition(op: Operation, values: list[Any]) -> Any:
        names = {"op": op, "name": op.name, "type": op.type, "values": values, "np": np, "v": value_of}
        names["value"] = values[0] if values else None
        try:
            return bool(np.any(eval(code, {}, names)))  # noqa: S307  # as at every debugger's prompt
        except (TypeError, ValueError, LookupError, AttributeError):  # says nothing of values of this kind
            return False

    return Stop(f"if {expression.strip()}", condition=condition)
