"""Cuts out of a graph what lies between some nodes: TensorFlow's `strip_unused`."""
# ruff: noqa: T201  # it is there to print

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from flowgraph import protos
from flowgraph.formats.whole import write_whole
from flowgraph.saving.graph_util import extract_sub_graph


def strip_unused(
    input_graph_def: Any, input_node_names: Sequence[str], output_node_names: Sequence[str], placeholder_type_enum: Any
) -> Any:
    """The part of a graph that outputs need, with placeholders in the place of some nodes.

    Args:
      input_graph_def: a GraphDef.
      input_node_names: the nodes that become placeholders.
      output_node_names: the nodes that are wanted.
      placeholder_type_enum: the dtype of the placeholders, as a number (`tf.float32.as_datatype_enum`), or a list of
        one for each.

    Raises:
      ValueError: one of the names is that of a tensor.
      KeyError: the graph has no such node.
    """
    for name in input_node_names:
        if ":" in name:
            raise ValueError(f"Name '{name}' appears to refer to a Tensor, not a Operation.")
    missing = set(input_node_names) - {node.name for node in input_graph_def.node}
    if missing:
        raise KeyError(f"The following input nodes were not found: {missing}")
    replaced = protos.message("GraphDef")()
    for node in input_graph_def.node:
        if node.name not in input_node_names:
            replaced.node.add().CopyFrom(node)
            continue
        placeholder = replaced.node.add(op="Placeholder", name=node.name)
        kind = placeholder_type_enum
        if isinstance(kind, list):
            kind = kind[list(input_node_names).index(node.name)]
        placeholder.attr["dtype"].type = kind
        for attr in ("_output_shapes", "shape"):
            if attr in node.attr:
                placeholder.attr[attr].CopyFrom(node.attr[attr])
    return extract_sub_graph(replaced, output_node_names)


def strip_unused_from_files(
    input_graph: Any,
    input_binary: bool,
    output_graph: Any,
    output_binary: bool,
    input_node_names: str,
    output_node_names: str,
    placeholder_type_enum: Any,
) -> int | None:
    """As `strip_unused`, from a file to a file; names have commas between. Gives -1 if there is nothing to do.

    Args:
      input_graph, output_graph: the files.
      input_binary, output_binary: whether they are binary; else they are text.
      input_node_names, output_node_names, placeholder_type_enum: see `strip_unused`.
    """
    from google.protobuf import text_format

    if not os.path.exists(input_graph):
        print(f"Input graph file '{input_graph}' does not exist!")
        return -1
    if not output_node_names:
        print("You need to supply the name of a node to --output_node_names.")
        return -1
    with open(input_graph, "rb") as file:
        data = file.read()
    graph = protos.message("GraphDef")()
    if input_binary:
        graph.ParseFromString(data)
    else:
        protos.read_text(data.decode(), graph)
    stripped = strip_unused(graph, input_node_names.split(","), output_node_names.split(","), placeholder_type_enum)
    text = stripped.SerializeToString() if output_binary else text_format.MessageToString(stripped).encode()
    write_whole(output_graph, text)
    print(f"{len(stripped.node)} ops in the final graph.")
    return None
