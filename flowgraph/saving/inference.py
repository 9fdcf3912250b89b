"""Rewrites a frozen graph for those who only compute with it: TensorFlow's `optimize_for_inference`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import protos
from flowgraph.platform import logs
from flowgraph.protos.tensors import make_ndarray, make_tensor_proto
from flowgraph.saving.graph_util import remove_training_nodes
from flowgraph.saving.strip_unused import strip_unused

_INPUTS = {
    "BatchNormWithGlobalNormalization": ("conv", "mean", "var", "beta", "gamma"),
    "FusedBatchNorm": ("conv", "gamma", "beta", "mean", "var"),
}
_EPSILON = {"BatchNormWithGlobalNormalization": "variance_epsilon", "FusedBatchNorm": "epsilon"}


def optimize_for_inference(
    input_graph_def: Any,
    input_node_names: Sequence[str],
    output_node_names: Sequence[str],
    placeholder_type_enum: Any,
    toco_compatible: bool = False,
) -> Any:
    """A frozen graph without what only training needs, batch normalization folded into convolutions.

    Args:
      input_graph_def: a GraphDef whose variables are constants.
      input_node_names: the nodes that become placeholders.
      output_node_names: the nodes that are wanted.
      placeholder_type_enum: the dtype of the placeholders, as a number, or a list of one for each.
      toco_compatible: whether padding and resizing stay nodes of their own, and do not become part of convolutions.

    Raises:
      ValueError: two nodes have one name, or an input is not there.
    """
    ensure_graph_is_valid(input_graph_def)
    found = strip_unused(input_graph_def, input_node_names, output_node_names, placeholder_type_enum)
    found = fold_batch_norms(remove_training_nodes(found, output_node_names))
    if not toco_compatible:
        found = fuse_resize_and_conv(found, output_node_names)
    ensure_graph_is_valid(found)
    return found


def ensure_graph_is_valid(graph_def: Any) -> None:
    """Check that names are unique, and inputs are there.

    Raises:
      ValueError: they are not.
    """
    nodes = _by_name(graph_def)
    for node in graph_def.node:
        for name in node.input:
            if node_name_from_input(name) not in nodes:
                raise ValueError("Input for ", node.name, " not found: ", name)


def node_name_from_input(node_name: str) -> str:
    """The name of the node that an input comes from.

    >>> node_name_from_input("^a"), node_name_from_input("b:1")
    ('a', 'b')
    """
    name, colon, number = node_name.removeprefix("^").rpartition(":")
    return name if colon and number.isdigit() else node_name.removeprefix("^")


def node_from_map(node_map: dict[str, Any], name: str) -> Any:
    """The node that an input comes from.

    Raises:
      ValueError: there is none.
    """
    found = node_map.get(node_name_from_input(name))
    if found is None:
        raise ValueError(f"No node named '{name}' found in map.")
    return found


def values_from_const(node_def: Any) -> np.ndarray:
    """The value of a constant.

    Raises:
      ValueError: the node is none.
    """
    if node_def.op != "Const":
        raise ValueError(f"Node named '{node_def.name}' should be a Const op for values_from_const.")
    return make_ndarray(node_def.attr["value"].tensor)


def scale_after_normalization(node: Any) -> bool:
    """Whether batch normalization multiplies by gamma."""
    is_old = node.op == "BatchNormWithGlobalNormalization"
    return bool(node.attr["scale_after_normalization"].b) if is_old else True


def fold_batch_norms(input_graph_def: Any) -> Any:
    """The graph with batch normalization after a convolution as part of its weights, and a bias.

    Where something is no constant, or has another shape, the nodes stay as they are, and a warning is logged.
    """
    nodes = _by_name(input_graph_def)
    folded: set[str] = set()
    added: list[Any] = []
    for node in input_graph_def.node:
        if node.op in _INPUTS:
            parts = _parts(node, nodes)
            if parts is not None:
                folded.update([node.name, *(part.name for part in parts.values())])
                added += _folded(node, parts)
    result = protos.message("GraphDef")()
    result.node.extend([node for node in input_graph_def.node if node.name not in folded])
    result.node.extend(added)
    return result


def _parts(node: Any, nodes: dict[str, Any]) -> dict[str, Any] | None:
    """The convolution before a batch normalization, its weights and the four constants; None if it is not so."""
    order = _INPUTS[node.op]
    found = {"conv": node_from_map(nodes, node.input[order.index("conv")])}
    conv = found["conv"]
    if conv.op not in ("Conv2D", "DepthwiseConv2dNative"):
        logs.warning("Didn't find expected Conv2D or DepthwiseConv2dNative input to '%s'", node.name)
        return None
    found["weights"] = node_from_map(nodes, conv.input[1])
    if found["weights"].op != "Const":
        _tell("conv", conv.name, found["weights"])
        return None
    shape = values_from_const(found["weights"]).shape
    count = shape[3] if conv.op == "Conv2D" else shape[2] * shape[3]
    for what in ("mean", "var", "beta", "gamma"):
        found[what] = part = node_from_map(nodes, node.input[order.index(what)])
        if part.op != "Const":
            _tell(what, node.name, part)
            return None
        given = values_from_const(part).shape
        if given != (count,):
            logs.warning("Incorrect shape for %s, found %s, expected %s, for node %s", what, given, (count,), node.name)
            return None
    return found


def _tell(what: str, name: str, part: Any) -> None:
    logs.warning(
        "Didn't find expected %s Constant input to '%s', found %s instead. Maybe because freeze_graph wasn't run "
        "first?",
        what, name, part,
    )  # fmt: skip


def _folded(node: Any, parts: dict[str, Any]) -> list[Any]:
    """Weights, convolution, bias, and what adds it."""
    conv = parts["conv"]
    weights, mean, var, beta, gamma = (
        values_from_const(parts[name]) for name in ("weights", "mean", "var", "beta", "gamma")
    )
    scale = 1.0 / np.sqrt((var + var.dtype.type(node.attr[_EPSILON[node.op]].f)).astype(np.float64))
    if scale_after_normalization(node):
        scale = scale * gamma
    offset = -mean * scale + beta
    by_channel = scale if conv.op == "Conv2D" else scale.reshape(weights.shape[2:])
    scaled = (weights * by_channel).astype(weights.dtype)
    new_conv = protos.message("NodeDef")()
    new_conv.CopyFrom(conv)
    add = protos.message("NodeDef")(op="BiasAdd", name=node.name, input=[conv.name, f"{conv.name}_bn_offset"])
    for attr in ("T", "data_format"):
        add.attr[attr].CopyFrom(conv.attr[attr])
    return [
        _constant(parts["weights"].name, parts["weights"].attr["dtype"], scaled),
        new_conv,
        _constant(f"{conv.name}_bn_offset", parts["mean"].attr["dtype"], offset.astype(mean.dtype)),
        add,
    ]


def _constant(name: str, dtype: Any, value: np.ndarray) -> Any:
    found = protos.message("NodeDef")(op="Const", name=name)
    found.attr["dtype"].CopyFrom(dtype)
    found.attr["value"].tensor.CopyFrom(make_tensor_proto(value, value.dtype, value.shape))
    return found


def fuse_resize_and_conv(input_graph_def: Any, output_node_names: Sequence[str]) -> Any:
    """The graph with mirror padding and bilinear resizing as part of the convolutions after them."""
    nodes = _by_name(input_graph_def)
    uses = Counter(node_name_from_input(name) for node in input_graph_def.node for name in node.input)
    uses.update(output_node_names)
    added: list[Any] = []
    for conv in input_graph_def.node:
        if conv.op != "Conv2D":
            continue
        before = node_from_map(nodes, conv.input[0])
        pad = before if before.op == "MirrorPad" else None
        resize = node_from_map(nodes, pad.input[0]) if pad is not None else before
        if resize.op != "ResizeBilinear":
            resize = None
        if pad is None and resize is None:
            continue
        uses[conv.name] = 0
        for part in (pad, resize):
            if part is not None:
                uses[part.name] -= 1
        added += _fused(conv, pad, resize)
    result = protos.message("GraphDef")()
    result.node.extend([node for node in input_graph_def.node if uses[node.name] >= 1])
    result.node.extend(added)
    return result


def _fused(conv: Any, pad: Any, resize: Any) -> list[Any]:
    """A convolution that pads, and perhaps resizes, before; and no padding as a constant where there is none."""
    kind = "FusedPadConv2D" if resize is None else "FusedResizeAndPadConv2D"
    fused = protos.message("NodeDef")(op=kind, name=conv.name)
    added = [fused]
    if pad is None:
        dtype = protos.message("AttrValue")(type=protos.enum("DataType").Value("DT_INT32"))
        paddings = _constant(f"{conv.name}_dummy_paddings", dtype, np.zeros([4, 2], np.int32))
        added.insert(0, paddings)
        fused.attr["mode"].s = b"REFLECT"
        padding = paddings.name
    else:
        fused.attr["mode"].CopyFrom(pad.attr["mode"])
        padding = pad.input[1]
    if resize is None:
        fused.input.extend([pad.input[0], padding, conv.input[1]])
    else:
        fused.input.extend([resize.input[0], resize.input[1], padding, conv.input[1]])
        fused.attr["resize_align_corners"].CopyFrom(resize.attr["align_corners"])
    for attr in ("T", "strides", "padding"):
        fused.attr[attr].CopyFrom(conv.attr[attr])
    return added


def _by_name(graph_def: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in graph_def.node:
        if node.name in found:
            raise ValueError("Duplicate node names detected for ", node.name)
        found[node.name] = node
    return found
