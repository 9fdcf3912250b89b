"""Graphs as GraphDef messages: what `Graph.as_graph_def` gives, and what files of graphs hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from flowgraph import protos
from flowgraph.dtypes import as_dtype
from flowgraph.ir.function import library_of
from flowgraph.ir.node_attrs import FunctionName
from flowgraph.ir.tensor import Operation
from flowgraph.protos.registry import attr_kinds
from flowgraph.protos.tensors import of_constant, of_sizes

if TYPE_CHECKING:
    from flowgraph.ir.graph import Graph

PRODUCER = 134
"""The version of the format that TensorFlow 1.15 writes."""


def graph_def(graph: Graph, from_version: int | None = None, add_shapes: bool = False) -> Any:
    """The nodes of a graph, in the order in which they were made, and the functions that they refer to.

    Args:
      graph: the graph.
      from_version: leave out the ops that were there when the graph had that version.
      add_shapes: whether each node says the static shapes of its outputs, in an attr `_output_shapes`.
    """
    message = protos.message("GraphDef")()
    message.versions.producer = PRODUCER
    for op in graph.get_operations()[from_version or 0 :]:
        fill_node(message.node.add(), op, add_shapes)
    if library_of(graph):
        from flowgraph.ir.function_def import fill_library

        fill_library(message, graph)
    return message


def fill_node(node: Any, op: Operation, add_shapes: bool = False) -> Any:
    """Write an op into a NodeDef."""
    node.name, node.op, node.device = op.name, op.type, op.device
    node.input.extend(input_text(tensor.name) for tensor in op.inputs)
    node.input.extend(sorted(f"^{other.name}" for other in op.control_inputs))
    kinds = attr_kinds(op.type)
    for name, value in op.node_attrs().items():
        fill_attr(node.attr[name], value, kinds.get(name) or _kind_of(value), op)
    if add_shapes and op.outputs:
        node.attr["_output_shapes"].list.shape.extend(of_sizes(tensor.sizes) for tensor in op.outputs)
    return node


def attr_of(op: Operation, name: str) -> Any:
    """One attr as TF gives it to users: lists, DTypes and bytes; shapes and tensors as messages.

    Raises:
      ValueError: the op has no such attr.
    """
    attrs = op.node_attrs()
    if name not in attrs:
        raise ValueError(f"Operation '{op.name}' has no attr named '{name}'.")
    message = protos.message("AttrValue")()
    fill_attr(message, attrs[name], attr_kinds(op.type).get(name) or _kind_of(attrs[name]), op)
    field = message.WhichOneof("value")
    value = getattr(message, field)
    if field == "list":
        field, value = next(((kind.name, items) for kind, items in value.ListFields()), ("i", ()))
        return [as_dtype(item) for item in value] if field == "type" else list(value)
    return as_dtype(value) if field == "type" else value


def input_text(name: str) -> str:
    """A tensor's name as nodes refer to it: of an op's first output the op's name."""
    return name.removesuffix(":0")


def fill_attr(message: Any, value: Any, kind: str, op: Operation | None = None) -> None:
    """Write an attr of a kind, such as 'int' or 'list(shape)', into an AttrValue."""
    if kind.startswith("list("):
        message.list.SetInParent()
        field = _FIELDS[kind[5:-1]]
        items = [value] if isinstance(value, str | bytes) else value
        if kind == "list(func)":
            for item in items:
                message.list.func.add(name=_text(item).decode())
            return
        getattr(message.list, field).extend(_plain(item, kind[5:-1]) for item in items)
    elif kind == "tensor":
        dtype = op.attrs.get("dtype") if op is not None else None
        message.tensor.CopyFrom(of_constant(value, dtype or as_dtype(value.dtype)))
    elif kind == "shape":
        message.shape.CopyFrom(of_sizes(value))
    elif kind == "func":
        if isinstance(value, FunctionName):
            message.func.CopyFrom(value.message)
        else:
            message.func.name = _text(value).decode()
    else:
        setattr(message, _FIELDS[kind], _plain(value, kind))


_FIELDS = {
    "string": "s", "int": "i", "float": "f", "bool": "b", "type": "type", "shape": "shape", "tensor": "tensor",
    "func": "func",
}  # fmt: skip


def _plain(value: Any, kind: str) -> Any:
    """A value as the field of its kind takes it."""
    if kind == "string":
        return _text(value)
    if kind == "type":
        return as_dtype(value).enum
    if kind == "shape":
        return of_sizes(value)
    return {"int": int, "float": float, "bool": bool}[kind](value)


def _text(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _kind_of(value: Any) -> str:
    """The kind of an attr that TF's registry does not know of (`_class`, `_XlaCompile` ...), from its value."""
    if isinstance(value, list | tuple):
        return f"list({_kind_of(value[0]) if value else 'int'})"
    kinds: Iterable[tuple[Any, str]] = (
        (bool, "bool"), (int, "int"), (float, "float"), ((str, bytes), "string"), (np.ndarray, "tensor"),
    )  # fmt: skip
    return next((kind for types, kind in kinds if isinstance(value, types)), "type")
