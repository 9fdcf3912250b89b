"""How ops that arrange entries are written in ONNX: shapes, slices, joins, and random numbers."""
# ruff: noqa: ARG001  # all rules take the same, whether they need it or not

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.ir.tensor import Operation
from flowgraph.saving.onnx_model import CannotExport, Model, axes_of, element_type, known, rank_of, rule

_END = np.iinfo(np.int64).max


# -- shapes ------------------------------------------------------------------------------------------------


@rule("Shape", "ShapeN")
def _shape(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    return [model.cast(model.add("Shape", name), op.outputs[0].dtype) for name in inputs]


@rule("Size")
def _size(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.cast(model.add("Size", inputs[0]), op.outputs[0].dtype)


@rule("Rank")
def _rank(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.cast(model.add("Size", model.add("Shape", inputs[0])), np.int32)


@rule("Reshape")
def _reshape(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Reshape", inputs[0], model.ints(op.inputs[1], inputs[1]), allowzero=1)


@rule("ExpandDims")
def _expand_dims(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.unsqueeze(inputs[0], *axes_of(op.inputs[1]))


@rule("Squeeze")
def _squeeze(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    axes = op.attrs["squeeze_dims"]
    return model.add("Squeeze", inputs[0], *([model.constant(axes, np.int64)] if axes else []))


@rule("Transpose")
def _transpose(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.transpose(inputs[0], axes_of(op.inputs[1], "the order of the axes"))


@rule("Fill")
def _fill(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Expand", inputs[1], model.ints(op.inputs[0], inputs[0]))


@rule("BroadcastTo")
def _broadcast_to(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Expand", inputs[0], model.ints(op.inputs[1], inputs[1]))


@rule("ZerosLike", "OnesLike")
def _filled_like(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    value = model.like(op.inputs[0], int(op.type == "OnesLike"))
    return model.add("Expand", value, model.add("Shape", inputs[0]))


@rule("Tile")
def _tile(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Tile", inputs[0], model.ints(op.inputs[1], inputs[1]))


@rule("Range")
def _range(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("Range", *inputs)


# -- joins and parts ---------------------------------------------------------------------------------------


@rule("ConcatV2")
def _concat(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    (axis,) = axes_of(op.inputs[-1])
    return model.add("Concat", *inputs[:-1], axis=axis)


@rule("Pack")
def _pack(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    axis = int(op.attrs["axis"])
    return model.add("Concat", *(model.unsqueeze(name, axis) for name in inputs), axis=axis)


@rule("Unpack")
def _unpack(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    axis, count = int(op.attrs["axis"]), len(op.outputs)
    parts = _split(model, inputs[0], axis, [1] * count)
    return [model.add("Squeeze", part, model.constant([axis], np.int64)) for part in parts]


@rule("Split")
def _split_evenly(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    (axis,), count = axes_of(op.inputs[0]), len(op.outputs)
    if count == 1:
        return inputs[1:]
    return model.add_many("Split", count, inputs[1], axis=axis, num_outputs=count)


@rule("SplitV")
def _split_by_sizes(model: Model, op: Operation, inputs: Sequence[str]) -> Sequence[str]:
    (axis,), sizes = axes_of(op.inputs[2]), axes_of(op.inputs[1], "the sizes of the parts")
    if -1 in sizes:
        whole = None if op.inputs[0].sizes is None else op.inputs[0].sizes[axis]
        if whole is None:
            raise CannotExport("the size of a part is only known at run time")
        sizes[sizes.index(-1)] = whole - sum(size for size in sizes if size >= 0)
    return _split(model, inputs[0], axis, sizes)


def _split(model: Model, name: str, axis: int, sizes: Sequence[int]) -> Sequence[str]:
    if len(sizes) == 1:
        return [name]
    return model.add_many("Split", len(sizes), name, model.constant(sizes, np.int64), axis=axis)


@rule("Slice")
def _slice(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    begin = model.ints(op.inputs[1], inputs[1])
    size = op.inputs[2].constant()
    if size is not None and op.inputs[1].constant() is not None:
        start = np.asarray(op.inputs[1].constant(), np.int64)
        end = model.constant(np.where(np.asarray(size) < 0, _END, start + size), np.int64)
    elif size is not None and np.all(np.asarray(size) < 0):
        end = model.constant(np.full(np.shape(size), _END), np.int64)
    elif size is None or np.all(np.asarray(size) >= 0):
        end = model.add("Add", begin, model.ints(op.inputs[2], inputs[2]))
    else:
        raise CannotExport("only some sizes are -1, and where it begins is only known at run time")
    return model.add("Slice", inputs[0], begin, end, model.constant(range(rank_of(op.inputs[0])), np.int64))


@rule("StridedSlice")
def _strided_slice(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    begin, end, strides = (known(op.inputs[i], "a begin, end or stride") for i in (1, 2, 3))
    attrs = {name: int(op.attrs[f"{name}_mask"]) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}
    starts, ends, steps, axes, dropped, added = [], [], [], [], [], []
    axis = place = 0  # of the input and of the result before axes are dropped
    explicit = sum(
        not (attrs["new_axis"] | attrs["ellipsis"]) >> i & 1 for i in range(len(begin))
    )  # axes that stand beside the ellipsis
    for i in range(len(begin)):
        bit = 1 << i
        if attrs["ellipsis"] & bit:
            skipped = rank_of(op.inputs[0]) - explicit
            axis, place = axis + skipped, place + skipped
            continue
        if attrs["new_axis"] & bit:
            added.append(place)
            place += 1
            continue
        step, start = int(strides[i]), int(begin[i])
        if attrs["shrink_axis"] & bit:
            dropped.append(axis)
            starts.append(start)
            ends.append(start + 1 if start != -1 else _END)
            step = 1
        else:
            starts.append((0 if step > 0 else _END) if attrs["begin"] & bit else start)
            ends.append((_END if step > 0 else -_END) if attrs["end"] & bit else int(end[i]))
            place += 1
        steps.append(step)
        axes.append(axis)
        axis += 1
    found = inputs[0]
    if axes:
        found = model.add("Slice", found, *(model.constant(x, np.int64) for x in (starts, ends, axes, steps)))
    if dropped:
        found = model.add("Squeeze", found, model.constant(dropped, np.int64))
    return model.unsqueeze(found, *added) if added else found


@rule("ReverseV2")
def _reverse(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    axes = axes_of(op.inputs[1], "the axes")
    count = len(axes)
    bounds = [[-1] * count, [-_END] * count, axes, [-1] * count]
    return model.add("Slice", inputs[0], *(model.constant(x, np.int64) for x in bounds)) if axes else inputs[0]


@rule("Pad", "PadV2", "MirrorPad")
def _pad(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    if op.type == "MirrorPad" and op.attrs["mode"] != "REFLECT":
        raise CannotExport("ONNX has no symmetric padding")
    paddings = known(op.inputs[1], "the padding")
    pads = model.constant(np.transpose(paddings).ravel(), np.int64)
    mode = "reflect" if op.type == "MirrorPad" else "constant"
    return model.add("Pad", inputs[0], pads, *inputs[2:3], mode=mode)


# -- looking up --------------------------------------------------------------------------------------------


@rule("Gather", "GatherV2")
def _gather(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    if op.attrs.get("batch_dims"):
        raise CannotExport("ONNX has no batch_dims")
    axis = axes_of(op.inputs[2])[0] if len(inputs) > 2 else 0
    return model.add("Gather", inputs[0], inputs[1], axis=axis)


@rule("GatherNd")
def _gather_nd(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.add("GatherND", inputs[0], model.ints(op.inputs[1], inputs[1]))


@rule("OneHot")
def _one_hot(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    """By comparing: ONNX's own OneHot counts from the end where an index is negative."""
    indices, depth, on, off = inputs
    axis = int(op.attrs["axis"])
    zero, one = (model.constant(n, np.int32) for n in (0, 1))
    places = model.cast(model.add("Range", zero, depth, one), op.inputs[0].dtype)
    if axis >= 0:
        places = model.unsqueeze(places, *range(1, rank_of(op.inputs[0]) - axis + 1))
    return model.add("Where", model.add("Equal", model.unsqueeze(indices, axis), places), on, off)


@rule("Where")
def _where(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    return model.transpose(model.add("NonZero", inputs[0]), [1, 0])


# -- random numbers ----------------------------------------------------------------------------------------


@rule("RandomUniform", "RandomStandardNormal")
def _random(model: Model, op: Operation, inputs: Sequence[str]) -> str:
    """Numbers of the same distribution, but not the same numbers."""
    kind = "RandomUniformLike" if op.type == "RandomUniform" else "RandomNormalLike"
    shape: Any = model.add("ConstantOfShape", model.ints(op.inputs[0], inputs[0]))
    return model.add(kind, shape, dtype=element_type(op.outputs[0].dtype))
