"""Blocks of images, or of any axes, moved to the batch and back."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros
from flowgraph.ops.reduction import one_of
from flowgraph.ops.static_value import constant_value
from flowgraph.sizes import Size, Sizes, merge, to_text


def divided(size: Size, by: int) -> Size:
    """A size, if known, divided by a number that must divide it."""
    if size is None:
        return None
    if size % by:
        raise ValueError(f"Dimension size must be evenly divisible by {by} but is {size}")
    return size // by


def _less(size: Size, by: int) -> Size:
    if size is None:
        return None
    if size < by:
        raise ValueError(f"Negative dimension size caused by subtracting {by} from {size}")
    return size - by


def _checked(x: Any, block_shape: Any, margins: Any, what: str) -> tuple[int, Any, Any]:
    """How many axes have blocks, and the blocks' and margins' values as far as they are known."""
    if block_shape.sizes is None or len(block_shape.sizes) != 1:
        raise ValueError("block_shape must have rank 1.")
    axes = block_shape.sizes[0]
    if axes is None:
        raise ValueError("block_shape must have known size.")
    if x.sizes is not None and len(x.sizes) < axes + 1:
        raise ValueError(f"Shape must be at least rank {axes + 1} but is rank {len(x.sizes)}")
    merge(margins.sizes, (axes, 2))
    blocks, edges = block_shape.constant(), margins.constant()
    if blocks is not None and (blocks < 1).any():
        raise ValueError("block_shape must be positive")
    if edges is not None and (edges < 0).any():
        raise ValueError(f"{what} cannot be negative")
    return axes, blocks, edges


def _batch_sizes(x: Any, block_shape: Any, paddings: Any) -> Sizes:
    axes, blocks, edges = _checked(x, block_shape, paddings, "paddings")
    if x.sizes is None:
        return None
    found: list[Size] = [None] * (axes + 1)
    if blocks is not None and x.sizes[0] is not None:
        found[0] = x.sizes[0] * prod(blocks.tolist())
    if blocks is not None and edges is not None:
        for i, (block, (before, after)) in enumerate(zip(blocks.tolist(), edges.tolist()), 1):
            size = x.sizes[i]
            found[i] = divided(None if size is None else size + before + after, block)
    return (*found, *x.sizes[axes + 1 :])


def _space_sizes(x: Any, block_shape: Any, crops: Any) -> Sizes:
    axes, blocks, edges = _checked(x, block_shape, crops, "crops")
    if x.sizes is None:
        return None
    found: list[Size] = [None] * (axes + 1)
    if blocks is not None:
        found[0] = x.sizes[0]
        for block in blocks.tolist():
            found[0] = divided(found[0], block)
    if blocks is not None and edges is not None:
        for i, (block, (before, after)) in enumerate(zip(blocks.tolist(), edges.tolist()), 1):
            size = x.sizes[i]
            found[i] = _less(_less(None if size is None else size * block, before), after)
    return (*found, *x.sizes[axes + 1 :])


def _check_run(x: Any, blocks: list[int], margins: Any, what: str) -> None:
    axes = len(blocks)
    if x.ndim < axes + 1:
        line = f"input rank should be >= {axes + 1} instead of {x.ndim}"
    elif margins.shape != (axes, 2):
        line = f"{what} should have shape [{axes}, 2] instead of {to_text(margins.shape)}"
    elif prod(blocks) <= 0:
        line = f"Product of block sizes must be positive, got {prod(blocks)}"
    else:
        return
    raise errors.InvalidArgumentError(None, None, line)


def _to_batch(xp: Any, x: Any, block_shape: Any, paddings: Any) -> Any:
    blocks = block_shape.tolist()
    _check_run(x, blocks, paddings, "paddings")
    axes, rest = len(blocks), x.shape[len(blocks) + 1 :]
    edges = paddings.tolist()
    if min((edge for pair in edges for edge in pair), default=0) < 0:
        raise errors.InvalidArgumentError(None, None, "Paddings must be non-negative")
    padded = xp.pad(x, [(0, 0), *map(tuple, edges), *[(0, 0)] * len(rest)])
    for i, block in enumerate(blocks):
        size = padded.shape[i + 1]
        if size % block:
            line = f"padded_shape[{i}]={size} is not divisible by block_shape[{i}]={block}"
            raise errors.InvalidArgumentError(None, None, line)
    # [batch, (outer, block) for each axis, rest] becomes [blocks, batch, outers, rest]
    outer = [size // block for size, block in zip(padded.shape[1:], blocks)]
    pairs = [part for pair in zip(outer, blocks) for part in pair]
    split = padded.reshape(x.shape[0], *pairs, *rest)
    inner_axes, outer_axes = range(2, 2 * axes + 1, 2), range(1, 2 * axes, 2)
    order = (*inner_axes, 0, *outer_axes, *range(2 * axes + 1, split.ndim))
    return split.transpose(order).reshape(prod(blocks) * x.shape[0], *outer, *rest)


def _to_space(_xp: Any, x: Any, block_shape: Any, crops: Any) -> Any:
    blocks = block_shape.tolist()
    _check_run(x, blocks, crops, "crops")
    axes, rest = len(blocks), x.shape[len(blocks) + 1 :]
    if x.shape[0] % prod(blocks):
        line = f"Input batch dimension ({x.shape[0]}) is not divisible by product of block sizes ({prod(blocks)})"
        raise errors.InvalidArgumentError(None, None, line)
    batch, outer = x.shape[0] // prod(blocks), x.shape[1 : axes + 1]
    split = x.reshape(*blocks, batch, *outer, *rest)
    pairs = [axis for i in range(axes) for axis in (axes + 1 + i, i)]
    moved = split.transpose(axes, *pairs, *range(2 * axes + 1, split.ndim))
    whole = moved.reshape(batch, *(size * block for size, block in zip(outer, blocks)), *rest)
    window = [slice(None)]
    for i, (before, after) in enumerate(crops.tolist()):
        size = whole.shape[i + 1]
        if before < 0 or after < 0:
            raise errors.InvalidArgumentError(None, None, "Crops must be non-negative")
        if before + after > size:
            line = f"cropped_shape[{i}]={size - before - after} must be non-negative"
            raise errors.InvalidArgumentError(None, None, line)
        window.append(slice(before, size - after))
    return whole[tuple(window)].copy()


_ND_ATTRS = {"T": TypeAttr(), "Tblock_shape": TypeAttr(INDEX, dt.int32)}

SPACE_TO_BATCH_ND = OpDef(
    "SpaceToBatchND(input: T, block_shape: Tblock_shape, paddings: Tpaddings) -> output: T",
    attrs={**_ND_ATTRS, "Tpaddings": TypeAttr(INDEX, dt.int32)},
    infer=_batch_sizes,
    forward=_to_batch,
    gradient=lambda op, dy: [batch_to_space_nd(dy, op.inputs[1], op.inputs[2]), None, None],
    cases=[
        case(FLOAT(2, 4, 4, 3), INTS(2, 2), INT([[0, 0], [0, 0]])),
        case(FLOAT(1, 5, 3, 2), INTS(2, 3), INT([[0, 1], [2, 1]])),
        case(FLOAT(2, 6), INTS(3, dtype=dt.int64), INT([[0, 0]], dt.int64)),
        case(FLOAT(2, 3), INTS(), INT(np.zeros([0, 2], np.int32))),
        case(FLOAT(0, 4, 2), INTS(2), INT([[1, 1]])),
        case(RANDOM_INT(1, 4, 4), INTS(2, 2), INT([[1, 1], [0, 0]])),
    ],
)

BATCH_TO_SPACE_ND = OpDef(
    "BatchToSpaceND(input: T, block_shape: Tblock_shape, crops: Tcrops) -> output: T",
    attrs={**_ND_ATTRS, "Tcrops": TypeAttr(INDEX, dt.int32)},
    infer=_space_sizes,
    forward=_to_space,
    gradient=lambda op, dy: [space_to_batch_nd(dy, op.inputs[1], op.inputs[2]), None, None],
    cases=[
        case(FLOAT(8, 2, 2, 3), INTS(2, 2), INT([[0, 0], [0, 0]])),
        case(FLOAT(6, 3, 2, 2), INTS(2, 3), INT([[0, 1], [2, 1]])),
        case(FLOAT(6, 2), INTS(3, dtype=dt.int64), INT([[0, 0]], dt.int64)),
        case(FLOAT(2, 3), INTS(), INT(np.zeros([0, 2], np.int32))),
        case(RANDOM_INT(4, 2, 2), INTS(2, 2), INT([[1, 1], [0, 0]])),
    ],
)


def space_to_batch_nd(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """Cut the middle axes into blocks and move each entry's place in its block to the batch axis.

    Args:
      input: [batch, spatial ..., rest ...].
      block_shape: [m]: the size of a block along each of the m axes after the first; its number must be known.
      paddings: [m, 2]: how many zeros to put before and after each of these axes first.
      name: the op's name.

    Returns:
      [batch * block sizes, spatial / block sizes ..., rest ...].

    >>> run(space_to_batch_nd([[1, 2, 3, 4]], [2], [[0, 0]]))
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return emit(SPACE_TO_BATCH_ND, input, block_shape, paddings, name=name)


def batch_to_space_nd(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """Undo `space_to_batch_nd`, and cut off what it padded.

    Args:
      input: [batch, spatial ..., rest ...].
      block_shape: [m]: the size of a block along each of the m axes after the first; its number must be known.
      crops: [m, 2]: how many entries to cut off before and after, of each of these axes.
      name: the op's name.

    >>> run(batch_to_space_nd([[1, 3], [2, 4]], [2], [[0, 1]]))
    array([[1, 2, 3]], dtype=int32)
    """
    return emit(BATCH_TO_SPACE_ND, input, block_shape, crops, name=name)


def space_to_batch(
    input: Any, paddings: Any, block_size: Any = None, name: str | None = None, block_shape: Any = None
) -> Tensor:
    """`space_to_batch_nd` of images [batch, height, width, depth] with square blocks.

    Args:
      input: the images.
      paddings: [2, 2]: how many zeros to put above and below, left and right.
      block_size: the side of a block.
      name: the op's name.
      block_shape: another name of `block_size`.

    >>> run(space_to_batch(tf.reshape(tf.range(4), [1, 2, 2, 1]), [[0, 0], [0, 0]], 2))[:, 0, 0, 0]
    array([0, 1, 2, 3], dtype=int32)
    """
    result = space_to_batch_nd(input, _square(block_shape, block_size), paddings, name)
    result.set_shape(result.shape.with_rank(4))
    return result


def batch_to_space(input: Any, crops: Any, block_size: Any, name: str | None = None, block_shape: Any = None) -> Tensor:
    """Undo `space_to_batch`.

    Args:
      input: images [batch * block_size ** 2, height, width, depth].
      crops: [2, 2]: how many rows to cut off above and below, how many columns left and right.
      block_size: the side of a block.
      name: the op's name.
      block_shape: another name of `block_size`.

    >>> run(batch_to_space(tf.reshape(tf.range(4), [4, 1, 1, 1]), [[0, 0], [0, 0]], 2))[0, :, :, 0]
    array([[0, 1],
           [2, 3]], dtype=int32)
    """
    result = batch_to_space_nd(input, _square(block_shape, block_size), crops, name)
    result.set_shape(result.shape.with_rank(4))
    return result


def _square(block_shape: Any, block_size: Any) -> np.ndarray:
    size = one_of("block_shape", block_shape, "block_size", block_size)
    return np.array([size, size], np.int64)


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The paddings with which `space_to_batch_nd` can divide a shape, and the crops that undo them.

    Args:
      input_shape: [m]: the sizes of the axes to cut into blocks.
      block_shape: [m]: the blocks' sizes; m must be known.
      base_paddings: [m, 2]: paddings wanted in any case; what is missing is added at the end. None: zeros.
      name: the name of the scope of its ops.

    >>> paddings, crops = required_space_to_batch_paddings([5, 6], [2, 3])
    >>> run([paddings, crops])
    [array([[0, 1],
           [0, 0]], dtype=int32), array([[0, 1],
           [0, 0]], dtype=int32)]
    """
    from flowgraph.ops.joining import stack

    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        input_shape = convert_to_tensor(input_shape, dtype=dt.int32, name="input_shape")
        block_shape = convert_to_tensor(block_shape, dtype=dt.int32, name="block_shape")
        block_shape.shape.assert_is_fully_defined()
        block_shape.shape.assert_has_rank(1)
        axes = block_shape.sizes[0]
        if axes == 0:
            return zeros([0, 2], dt.int32), zeros([0, 2], dt.int32)
        input_shape.shape.assert_is_compatible_with([axes])
        if base_paddings is None:
            base_paddings = zeros([axes, 2], dt.int32)
        else:
            base_paddings = convert_to_tensor(base_paddings, dtype=dt.int32, name="base_paddings")
            base_paddings.shape.assert_is_compatible_with([axes, 2])
        known = [constant_value(tensor) for tensor in (block_shape, input_shape, base_paddings)]
        if all(value is not None for value in known):
            block_shape, input_shape, base_paddings = known
        start, end = base_paddings[:, 0], base_paddings[:, 1]
        extra = (block_shape - (input_shape + start + end) % block_shape) % block_shape
        padded_end = end + extra
        paddings = stack([[start[i], padded_end[i]] for i in range(axes)], name="paddings")
        return paddings, stack([[0, extra[i]] for i in range(axes)], name="crops")
