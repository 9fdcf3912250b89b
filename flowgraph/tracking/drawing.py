"""The objects of a checkpoint as a drawing."""

from __future__ import annotations

from typing import Any

from flowgraph.saving.reader import NewCheckpointReader
from flowgraph.trackable import VALUE_KEY
from flowgraph.tracking.saver import object_metadata


def dot_graph_from_checkpoint(save_path: Any) -> str:
    """The object graph of a checkpoint in the DOT language of Graphviz: variables blue, slots orange, optimizers red.

    Raises:
      ValueError: the checkpoint was saved by names.
    """
    reader, graph = NewCheckpointReader(save_path), object_metadata(save_path)
    shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    slots = {slot.slot_variable_node_id for node in graph.nodes for slot in node.slot_variables}
    lines = ["digraph {"]
    for number, node in enumerate(graph.nodes):
        if len(node.attributes) == 1 and node.attributes[0].name == VALUE_KEY:
            color, what = ("orange", "Slot variable") if number in slots else ("blue", "Variable")
            attribute = node.attributes[0]
            key = attribute.checkpoint_key
            tip = f"{what} {_quoted(attribute.full_name)} shape={shapes[key]} {dtypes[key].name}"
            lines.append(f'N_{number} [shape=point label="" color={color} width=.25 tooltip="{tip}"]')
        elif node.slot_variables:
            lines.append(f'N_{number} [shape=point label="" width=.25 color=red,tooltip="Optimizer"]')
        else:
            lines.append(f'N_{number} [shape=point label="" width=.25]')
        lines += [f'N_{number} -> N_{c.node_id} [label="{_quoted(c.local_name)}"]' for c in node.children]
        for slot in node.slot_variables:
            lines.append(
                f'N_{number} -> N_{slot.slot_variable_node_id} [label="{_quoted(slot.slot_name)}" style=dotted]'
            )
            lines.append(f"N_{slot.original_variable_node_id} -> N_{slot.slot_variable_node_id} [style=dotted]")
    return "\n".join([*lines, "}", ""])


def _quoted(name: str) -> str:
    return name.replace('"', '\\"')
