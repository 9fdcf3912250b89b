"""How large variables and ops are (tf.contrib.slim.model_analyzer)."""
# ruff: noqa: T201  # what is asked for is printed

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.ir.graph import Graph


def tensor_description(var: Any) -> str:
    """The dtype and the sizes of a tensor or variable.

    >>> tensor_description(tf.zeros([3, 4]))
    '(float32 3x4)'
    """
    return f"({var.dtype.name} {'x'.join(str(size) for size in var.shape)})"


def analyze_ops(graph: Graph, print_info: bool = False) -> int:
    """How many entries all outputs of all ops have, those of unknown shapes left out.

    Args:
      graph: the graph.
      print_info: whether to print a line for each op.

    >>> _ = tf.zeros([3, 4])
    >>> analyze_ops(tf.get_default_graph(), print_info=True)
    ---------
    Operations: name -> (type shapes) [size]
    ---------
    zeros 	-> (float32 3x4) [12]
    12
    """
    if print_info:
        print("---------", "Operations: name -> (type shapes) [size]", "---------", sep="\n")
    total = 0
    for op in graph.get_operations():
        size = sum(output.shape.num_elements() or 0 for output in op.outputs)
        if print_info:
            shapes = ", ".join(tensor_description(output) for output in op.outputs if output.shape)
            print(op.name, "\t->", shapes, f"[{size}]")
        total += size
    return total


def analyze_vars(variables: Sequence[Any], print_info: bool = False) -> tuple[int, int]:
    """How many entries variables have, and how many bytes these take.

    Args:
      variables: the variables.
      print_info: whether to print a line for each.

    >>> w = tf.get_variable("w", [3, 4])
    >>> analyze_vars([w], print_info=True)
    ---------
    Variables: name (type shape) [size]
    ---------
    w:0 (float32_ref 3x4) [12, bytes: 48]
    Total size of variables: 12
    Total bytes of variables: 48
    (12, 48)
    """
    if print_info:
        print("---------", "Variables: name (type shape) [size]", "---------", sep="\n")
    entries = octets = 0
    for variable in variables:
        size = variable.shape.num_elements() or 0
        entries += size
        octets += size * variable.dtype.size
        if print_info:
            described = tensor_description(variable)
            print(variable.name, described, f"[{size}, bytes: {size * variable.dtype.size}]")
    if print_info:
        print(f"Total size of variables: {entries}")
        print(f"Total bytes of variables: {octets}")
    return entries, octets
