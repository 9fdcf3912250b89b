"""From whatever a user names to the Tensor or Operation of a graph, with TF's words when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowgraph.ir.tensor import Operation, Tensor

if TYPE_CHECKING:
    from flowgraph.ir.graph import Graph


def find(graph: Graph, obj: Any, allow_tensor: bool, allow_operation: bool) -> Tensor | Operation:
    """See `Graph.as_graph_element`."""
    if not (allow_tensor or allow_operation):
        raise ValueError("allow_tensor and allow_operation can't both be False.")
    if allow_tensor and allow_operation:
        wanted = "Tensor or Operation"
    else:
        wanted = "Tensor" if allow_tensor else "Operation"
    if not isinstance(obj, Tensor | Operation) and hasattr(obj, "_as_graph_element"):
        obj = obj._as_graph_element()
    if isinstance(obj, bytes):
        obj = obj.decode()
    if isinstance(obj, str):
        return _by_name(graph, obj, allow_tensor, allow_operation, wanted)
    if (isinstance(obj, Tensor) and allow_tensor) or (isinstance(obj, Operation) and allow_operation):
        if obj.graph is not graph:
            kind = "Tensor" if isinstance(obj, Tensor) else "Operation"
            raise ValueError(f"{kind} {obj} is not an element of this graph.")
        return obj
    raise TypeError(f"Can not convert a {type(obj).__name__} into a {wanted}.")


def _by_name(graph: Graph, name: str, allow_tensor: bool, allow_operation: bool, wanted: str) -> Tensor | Operation:
    if ":" in name and allow_tensor:
        op_name, _, index = name.rpartition(":")
        if not op_name or not index.isdigit() or ":" in op_name:
            raise ValueError(
                f"The name {name!r} looks a like a Tensor name, but is not a valid one. Tensor names must be of the "
                'form "<op_name>:<output_index>".'
            )
        op = graph._by_name.get(op_name)
        if op is None:
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. "
                f"The operation, {op_name!r}, does not exist in the graph."
            )
        if int(index) >= len(op.outputs):
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. "
                f"The operation, {op_name!r}, exists but only has {len(op.outputs)} outputs."
            )
        return op.outputs[int(index)]
    if ":" in name:
        raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a {wanted}.")
    op = graph._by_name.get(name)
    if allow_operation:
        if op is None:
            raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")
        return op
    if op is not None:
        raise ValueError(
            f"The name {name!r} refers to an Operation, not a {wanted}. "
            'Tensor names must be of the form "<op_name>:<output_index>".'
        )
    raise ValueError(
        f"The name {name!r} looks like an (invalid) Operation name, not a {wanted}. "
        'Tensor names must be of the form "<op_name>:<output_index>".'
    )
