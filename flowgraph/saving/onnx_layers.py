"""How the ops of images are written in ONNX, where channels stand before heights and widths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.ir.tensor import Operation
from flowgraph.saving.onnx_model import CannotExport, Model, known, rank_of, rule


def _is_last(op: Operation) -> bool:
    """Whether the op's images have their channels last."""
    return str(op.attrs["data_format"]).startswith("N") and str(op.attrs["data_format"]).endswith("C")


def _spatial(op: Operation, values: Sequence[int]) -> list[int]:
    """Of numbers for all axes those for heights and widths."""
    return [int(n) for n in (values[1:-1] if _is_last(op) else values[2:])]


def _first(model: Model, op: Operation, name: str, rank: int) -> str:
    return model.channels_first(name, rank) if _is_last(op) else name


def _last(model: Model, op: Operation, name: str, rank: int) -> str:
    return model.channels_last(name, rank) if _is_last(op) else name


def _padding(op: Operation) -> dict[str, Any]:
    padding = op.attrs["padding"]
    if padding == "EXPLICIT":
        pairs = np.reshape(op.attrs["explicit_paddings"], (-1, 2))
        pairs = pairs[1:-1] if _is_last(op) else pairs[2:]
        return {"pads": [int(n) for n in pairs.T.ravel()]}
    return {"auto_pad": "SAME_UPPER" if padding == "SAME" else "VALID"}


# -- convolutions ------------------------------------------------------------------------------------------


@rule("Conv2D", "Conv3D", "DepthwiseConv2dNative")
def _convolution(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    rank = rank_of(op.inputs[1])
    kernel, groups = _kernel(model, op, inputs[1])
    attrs: dict[str, Any] = {"strides": _spatial(op, op.attrs["strides"]), "group": groups, **_padding(op)}
    dilations = _spatial(op, op.attrs["dilations"])
    if any(n != 1 for n in dilations):
        attrs["dilations"] = dilations
    return _last(model, op, model.add("Conv", _first(model, op, inputs[0], rank), kernel, **attrs), rank)


def _kernel(model: Model, op: Operation, name: str) -> tuple[str, int]:
    """The kernel as ONNX has it, outer and inner channels first; and the number of groups."""
    tensor = op.inputs[1]
    rank = rank_of(tensor)
    order = [rank - 1, rank - 2, *range(rank - 2)]
    value = tensor.constant()
    if op.type != "DepthwiseConv2dNative":
        found = model.transpose(name, order) if value is None else model.constant(np.transpose(value, order))
        return found, 1
    value = known(tensor, "the kernel")
    height, width, inner, multiplier = value.shape
    outer = np.transpose(value.reshape(height, width, 1, inner * multiplier), order)
    return model.constant(outer), inner


@rule("Conv2DBackpropInput", "Conv3DBackpropInputV2")
def _transposed_convolution(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    rank = rank_of(op.inputs[1])
    outer = [int(n) for n in _spatial(op, known(op.inputs[0], "the shape of the result"))]
    sizes, kernel = op.inputs[2].sizes, op.inputs[1].sizes
    inner = _spatial(op, [-1 if n is None else n for n in sizes or (None,) * rank])
    if kernel is None or None in kernel or -1 in inner or op.attrs["padding"] == "EXPLICIT":
        raise CannotExport("the padding follows from shapes that are only known at run time")
    strides, dilations = _spatial(op, op.attrs["strides"]), _spatial(op, op.attrs["dilations"])
    before, after, more = [], [], []
    for size, small, stride, dilation, length in zip(outer, inner, strides, dilations, kernel, strict=False):
        assert length is not None
        full = (small - 1) * stride + (length - 1) * dilation + 1
        total = max(full - size, 0) if op.attrs["padding"] == "SAME" else 0
        before.append(total // 2)
        after.append(total - total // 2)
        more.append(size - (full - total))
    turned = model.transpose(inputs[1], [rank - 1, rank - 2, *range(rank - 2)])
    found = model.add(
        "ConvTranspose", _first(model, op, inputs[2], rank), turned, strides=strides, dilations=dilations,
        pads=[*before, *after], output_padding=more,
    )  # fmt: skip
    return _last(model, op, found, rank)


@rule("BiasAdd")
def _bias_add(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    if _is_last(op):
        return model.add("Add", *inputs)
    return model.add("Add", inputs[0], model.unsqueeze(inputs[1], *range(1, rank_of(op.inputs[0]) - 1)))


# -- pools and norms ---------------------------------------------------------------------------------------


@rule("MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D")
def _pool(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    size = op.attrs["ksize"]
    rank = len(size)
    if size[0] != 1 or size[-1 if _is_last(op) else 1] != 1:
        raise CannotExport("ONNX does not pool over examples or channels")
    attrs = {"kernel_shape": _spatial(op, size), "strides": _spatial(op, op.attrs["strides"]), **_padding(op)}
    kind = "MaxPool" if op.type.startswith("Max") else "AveragePool"
    return _last(model, op, model.add(kind, _first(model, op, inputs[0], rank), **attrs), rank)


@rule("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
def _batch_norm(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    if op.attrs["is_training"]:
        raise CannotExport("it is for training; build the graph for inference")
    image = _first(model, op, inputs[0], 4)
    found = model.add("BatchNormalization", image, *inputs[1:], epsilon=float(op.attrs["epsilon"]))
    mean, variance = inputs[3:5]
    return [_last(model, op, found, 4), *[mean, variance] * 2, mean][: len(op.outputs)]


@rule("LRN")
def _local_norm(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    size = 2 * int(op.attrs["depth_radius"]) + 1
    bias, alpha, beta = (float(op.attrs[name]) for name in ("bias", "alpha", "beta"))
    image = model.channels_first(inputs[0], 4)
    return model.channels_last(model.add("LRN", image, size=size, bias=bias, alpha=alpha * size, beta=beta), 4)


# -- sizes of images ---------------------------------------------------------------------------------------


@rule("ResizeBilinear", "ResizeNearestNeighbor")
def _resize(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    size = model.ints(op.inputs[1], inputs[1])
    image = model.channels_first(inputs[0], 4)
    start = model.add("Slice", model.add("Shape", image), model.constant([0]), model.constant([2]))
    whole = model.add("Concat", start, size, axis=0)
    corners, centers = op.attrs["align_corners"], op.attrs["half_pixel_centers"]
    place = "align_corners" if corners else "half_pixel" if centers else "asymmetric"
    if op.type == "ResizeBilinear":
        attrs = {"mode": "linear"}
    elif corners or centers:
        raise CannotExport("ONNX rounds to the nearest neighbour in another way with these arguments")
    else:
        attrs = {"mode": "nearest", "nearest_mode": "floor"}
    found = model.add("Resize", image, "", "", whole, coordinate_transformation_mode=place, **attrs)
    return model.channels_last(found, 4)


@rule("DepthToSpace", "SpaceToDepth")
def _blocks(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    size = int(op.attrs["block_size"])
    image = _first(model, op, inputs[0], 4)
    if op.type == "DepthToSpace":
        return _last(model, op, model.add("DepthToSpace", image, blocksize=size, mode="DCR"), 4)
    return _last(model, op, model.add("SpaceToDepth", image, blocksize=size), 4)
