"""Names of ops, and what a graph says of itself (tf.contrib.framework)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flowgraph import errors
from flowgraph.ir.emit import graph_of
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Tensor


def get_name_scope() -> str:
    """The name scope that ops are made in now, without the last slash.

    >>> with tf.name_scope("a"), tf.name_scope("b"):
    ...     get_name_scope()
    'a/b'
    """
    return get_default_graph().get_name_scope()


def strip_name_scope(name: str, export_scope: str | None) -> str:
    """A name without the scope before it.

    >>> strip_name_scope("net/w", "net"), strip_name_scope("^net/w", "net/")
    ('w', '^w')
    """
    if not export_scope:
        return name
    return re.sub(rf"([\^]|loc:@|^){export_scope.removesuffix('/')}[\/]+(.*)", r"\1\2", name, count=1)


def prepend_name_scope(name: str, import_scope: str | None) -> str:
    """A name with a scope before it.

    >>> prepend_name_scope("w", "net"), prepend_name_scope("^w", "net/")
    ('net/w', '^net/w')
    """
    if not import_scope:
        return name
    mark = re.match(r"\^|loc:@|", name)
    start = mark.group() if mark else ""
    return f"{start}{import_scope.removesuffix('/')}/{name[len(start) :]}"


def get_placeholders(graph: Graph) -> list[Tensor]:
    """The placeholders of a graph.

    >>> x = tf.placeholder(tf.float32, name="x")
    >>> get_placeholders(tf.get_default_graph())
    [<tf.Tensor 'x:0' shape=<unknown> dtype=float32>]
    """
    if not isinstance(graph, Graph):
        raise TypeError(errors.explain(f"Input graph needs to be a Graph: {graph}", where=user_site()))
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]


def get_graph_from_inputs(op_input_list: Iterable[Any], graph: Graph | None = None) -> Graph:
    """The one graph in which these ops and tensors are: that given, or theirs, or the default graph.

    Raises:
      TypeError: `graph` is no graph.
      ValueError: they are in several graphs.
    """
    inputs = list(op_input_list)
    if graph is None:
        return graph_of(inputs)
    if not isinstance(graph, Graph):
        raise TypeError(errors.explain(f"Input graph needs to be a Graph: {graph}", where=user_site()))
    for item in inputs:
        if getattr(item, "graph", graph) is not graph:
            raise ValueError(errors.explain(f"{item} is not from the passed-in graph.", where=user_site()))
    return graph
