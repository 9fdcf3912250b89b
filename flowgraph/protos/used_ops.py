"""Which op types a GraphDef uses (tf.contrib.util)."""

from __future__ import annotations

from typing import Any

from flowgraph import protos
from flowgraph.protos.registry import op_def

_ARGUMENTS = ("_Arg", "_Retval", "_ListToArray", "_ArrayToList")
"""What TensorFlow adds to the bodies of functions; it is in no list of ops."""


def ops_used_by_graph_def(graph_def: Any) -> list[str]:
    """The op types that a graph uses, those in the bodies of its functions too, each once, in the order of first use.

    >>> g = tf.Graph()
    >>> with g.as_default():
    ...     x = tf.add(tf.constant(1.0), 2.0)
    >>> ops_used_by_graph_def(g.as_graph_def())
    ['Const', 'Add']
    """
    functions = {function.signature.name: function for function in graph_def.library.function}
    used: dict[str, None] = {}
    waiting = [node.op for node in graph_def.node]
    while waiting:
        op = waiting.pop(0)
        if op not in used:
            used[op] = None
            if op in functions:
                waiting += [node.op for node in functions[op].node_def]
    return [op for op in used if op not in functions]


def stripped_op_list_for_graph(graph_def: Any) -> Any:
    """The definitions of the ops that a graph uses: an OpList message, sorted by name.

    Raises:
      ValueError: TensorFlow 1.15 has no op of some type.

    >>> g = tf.Graph()
    >>> with g.as_default():
    ...     x = tf.add(tf.constant(1.0), 2.0)
    >>> [op.name for op in stripped_op_list_for_graph(g.as_graph_def()).op]
    ['Add', 'Const']
    """
    found = []
    for name in sorted(ops_used_by_graph_def(graph_def)):
        definition = op_def(name)
        if definition is not None:
            found.append(definition)
        elif name not in _ARGUMENTS:
            raise ValueError(f"Op {name} is used by the graph, but is not registered")
    return protos.OpList(op=found)
