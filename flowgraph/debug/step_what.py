"""Where to stop: an op, its name, its type, a regular expression, a condition on values, or NaN."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Collection, Iterable
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


_NAMES = ("value", "values", "op", "name", "type", "np", "v")

NAN = Stop("NaN or infinity", is_nan=True)


def stop_at(what: Any, graph: Graph, ops: Iterable[Operation], loud: Collection[Operation]) -> Stop:
    """The Stop that `what` asks for.

    Args:
      what: an op or tensor; a name of one, an op type, or a regular expression that is searched for in the names, tried
        in this order; a compiled expression; or a function `f(op, values)`.
      graph: the graph that is run.
      ops: the ops of it that the run may come to.
      loud: those at which it stops by itself; no constants: an expression means only these.

    Raises:
      ValueError: the run comes to no such op.
    """
    ops = list(ops)
    if isinstance(what, Stop):
        return what
    if isinstance(what, re.Pattern):
        return _found(what.pattern, [op for op in loud if what.search(op.name)], graph)
    if callable(what) and not isinstance(what, Operation | Tensor) and not hasattr(what, "_as_graph_element"):
        return Stop(getattr(what, "__name__", "a condition").replace("<lambda>", "a condition"), condition=what)
    if not isinstance(what, str):
        op = graph.as_graph_element(what).op
        return _found(op.name, [op] if op in set(ops) else [], graph)
    name = re.sub(r":\d+$", "", what)
    hits = [op for op in ops if op.name == name] or [op for op in ops if op.type == what]
    hits = hits or [op for op in loud if _searched(what, op.name)]
    if hits:
        return _found(what, hits, graph)
    near = get_close_matches(what, {text for op in ops for text in (op.name, op.type)}, n=3, cutoff=0.6)
    return _found(what, [], graph, near)


def _searched(what: str, name: str) -> bool:
    try:
        return re.search(what, name) is not None
    except re.error:
        return False


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
      ValueError: it uses another name.
    """
    tree = ast.parse(expression.strip(), "<condition>", "eval")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    known = {node.id for node in names if isinstance(node.ctx, ast.Store)}.union(_NAMES, vars(builtins))
    unknown = sorted({node.id for node in names} - known)
    if unknown:
        near = f"the value of a tensor is v({unknown[0]!r})"
        raise ValueError(f"a condition knows {', '.join(_NAMES)}, but not {', '.join(unknown)}; {near}")
    code = compile(tree, "<condition>", "eval")

    def condition(op: Operation, values: list[Any]) -> Any:
        value = values[0] if values else None
        given = dict(zip(_NAMES, (value, values, op, op.name, op.type, np, value_of), strict=True))
        try:
            return bool(np.any(eval(code, given)))  # noqa: S307  # as at every debugger's prompt
        except (TypeError, ValueError, LookupError, AttributeError):  # says nothing of values of this kind
            return False

    return Stop(f"if {expression.strip()}", condition=condition)
