"""Blocks of images moved to the depth and back."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.ir.cases import FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.attributes import at_least
from flowgraph.ops.space_batch import divided
from flowgraph.sizes import Size, Sizes

_DEPTH_ATTRS = {"T": TypeAttr(), "block_size": REQUIRED, "data_format": "NHWC"}


def _axes_of(data_format: str) -> tuple[int, int, int]:
    """Where height, width and depth stand."""
    return (2, 3, 1) if data_format == "NCHW" else (1, 2, 3)


def _known_rank(x: Any) -> tuple[Size, ...]:
    if x.sizes is None:
        return (None,) * 4
    if len(x.sizes) != 4:
        raise ValueError(f"Shape must be rank 4 but is rank {len(x.sizes)}")
    return x.sizes


def _times(size: Size, by: int) -> Size:
    return None if size is None else size * by


def _deeper_sizes(x: Any, *, block_size: int, data_format: str) -> Sizes:
    at_least(2, "block_size", block_size, "SpaceToDepth")
    height, width, depth = _axes_of(data_format)
    sizes = list(_known_rank(x))
    sizes[height] = divided(sizes[height], block_size)
    sizes[width] = divided(sizes[width], block_size)
    sizes[depth] = _times(sizes[depth], block_size**2)
    return tuple(sizes)


def _wider_sizes(x: Any, *, block_size: int, data_format: str) -> Sizes:
    at_least(2, "block_size", block_size, "DepthToSpace")
    height, width, depth = _axes_of(data_format)
    sizes = list(_known_rank(x))
    sizes[height] = _times(sizes[height], block_size)
    sizes[width] = _times(sizes[width], block_size)
    sizes[depth] = divided(sizes[depth], block_size**2)
    return tuple(sizes)


def _refuse_run(x: Any, data_format: str, words: str) -> None:
    if data_format != "NHWC":
        # TF 1.15 computes this on a GPU alone
        line = "Only NHWC data_format supported on CPU. Got " + data_format
        raise errors.InvalidArgumentError(None, None, line)
    if x.ndim != 4:
        raise errors.InvalidArgumentError(None, None, words.format(x.ndim))


def _to_depth(_xp: Any, x: Any, *, block_size: int, data_format: str) -> Any:
    _refuse_run(x, data_format, "Input rank should be 4 instead of {}")
    batch, height, width, depth = x.shape
    if height % block_size or width % block_size:
        line = f"Image width {width} and height {height} should be divisible by block_size: {block_size}"
        raise errors.InvalidArgumentError(None, None, line)
    rows, columns = height // block_size, width // block_size
    split = x.reshape(batch, rows, block_size, columns, block_size, depth)
    moved = split.transpose(0, 1, 3, 2, 4, 5)
    return moved.copy().reshape(batch, rows, columns, block_size**2 * depth)


def _from_depth(_xp: Any, x: Any, *, block_size: int, data_format: str) -> Any:
    _refuse_run(x, data_format, "Input rank should be: 4 instead of: {}")
    batch, rows, columns, depth = x.shape
    if depth % block_size**2:
        line = f"Input depth dimension {depth} should be divisible by: {block_size**2}"
        raise errors.InvalidArgumentError(None, None, line)
    thin = depth // block_size**2
    split = x.reshape(batch, rows, columns, block_size, block_size, thin)
    moved = split.transpose(0, 1, 3, 2, 4, 5)
    return moved.copy().reshape(batch, rows * block_size, columns * block_size, thin)


SPACE_TO_DEPTH = OpDef(
    "SpaceToDepth(input: T) -> output: T",
    attrs=_DEPTH_ATTRS,
    infer=_deeper_sizes,
    forward=_to_depth,
    gradient=lambda op, dy: [depth_to_space(dy, op.attrs["block_size"], data_format=op.attrs["data_format"])],
    cases=[
        case(FLOAT(2, 4, 6, 3), block_size=2),
        case(FLOAT(1, 3, 3, 1), block_size=3),
        case(FLOAT(0, 4, 4, 2), block_size=2),
        case(RANDOM_INT(1, 2, 4, 1), block_size=2),
        case(HALF(1, 2, 2, 1), block_size=2, gradient=False),
    ],
)

DEPTH_TO_SPACE = OpDef(
    "DepthToSpace(input: T) -> output: T",
    attrs=_DEPTH_ATTRS,
    infer=_wider_sizes,
    forward=_from_depth,
    gradient=lambda op, dy: [space_to_depth(dy, op.attrs["block_size"], data_format=op.attrs["data_format"])],
    cases=[
        case(FLOAT(2, 2, 3, 12), block_size=2),
        case(FLOAT(1, 1, 1, 9), block_size=3),
        case(FLOAT(0, 4, 4, 4), block_size=2),
        case(RANDOM_INT(1, 2, 4, 4), block_size=2),
    ],
)


def space_to_depth(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Cut images into square blocks and lay each block's pixels behind one another.

    Args:
      input: images [batch, height, width, depth].
      block_size: the side of a block, 2 at least; it divides height and width.
      name: the op's name.
      data_format: "NHWC"; "NCHW" can be built but, as in TF on a CPU, not run.

    Returns:
      [batch, height / block_size, width / block_size, depth * block_size ** 2].

    >>> run(space_to_depth([[[[1], [2]], [[3], [4]]]], 2))
    array([[[[1, 2, 3, 4]]]], dtype=int32)
    """
    data_format = "NHWC" if data_format is None else data_format
    _refuse_attrs("SpaceToDepth", block_size, data_format)
    return emit(SPACE_TO_DEPTH, input, block_size=block_size, data_format=data_format, name=name)


def depth_to_space(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Undo `space_to_depth`: the pixels that lie behind one another become square blocks of the image.

    Args:
      input: images [batch, height, width, depth]; block_size ** 2 divides the depth.
      block_size: the side of a block, 2 at least.
      name: the op's name.
      data_format: "NHWC"; "NCHW" can be built but, as in TF on a CPU, not run.

    >>> run(depth_to_space([[[[1, 2, 3, 4]]]], 2))[0, :, :, 0]
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    data_format = "NHWC" if data_format is None else data_format
    _refuse_attrs("DepthToSpace", block_size, data_format)
    return emit(DEPTH_TO_SPACE, input, block_size=block_size, data_format=data_format, name=name)


def _refuse_attrs(op_type: str, block_size: int, data_format: str) -> None:
    formats = ("NHWC", "NCHW", "NCHW_VECT_C")
    if block_size < 2:
        line = f"Attr 'block_size' of '{op_type}' Op passed {block_size} less than minimum 2."
    elif data_format not in formats:
        named = ", ".join(f'"{name}"' for name in formats)
        line = f"Attr 'data_format' of '{op_type}' Op passed string '{data_format}' not in: {named}."
    elif data_format == "NCHW_VECT_C":
        raise NotImplementedError(errors.explain("NCHW_VECT_C is a format of quantized GPU kernels", where=user_site()))
    else:
        return
    raise ValueError(errors.explain(line, where=user_site()))
