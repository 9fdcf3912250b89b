"""Patches of images and volumes: what a window sees at each place, laid out along the last axis."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.window import Axis, conv_output_size
from flowgraph.ops.array import ones, reshape, shape
from flowgraph.ops.attributes import choice, ints
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import one_of
from flowgraph.ops.shaping import expand_dims, transpose
from flowgraph.sizes import Sizes, to_text

_TYPES = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16, dt.float16,
    dt.uint32, dt.uint64,
)  # fmt: skip

# -- the ops -----------------------------------------------------------------------------------------------------


def _patch_sizes(x: Any, op_type: str, axes: int, padding: str, **windows: Sequence[int]) -> Sizes:
    if x.sizes is not None and len(x.sizes) != axes:
        raise ValueError(f"Shape must be rank {axes} but is rank {len(x.sizes)}")
    for name, numbers in windows.items():
        if len(numbers) != axes:
            name = "stride" if name == "strides" else name
            raise ValueError(
                f"{op_type} requires the {name} attribute to contain {axes} values, but got: {len(numbers)}"
            )
    sizes = (None,) * axes if x.sizes is None else x.sizes
    count = int(np.prod(windows["ksizes"][1:-1]))
    depth = None if sizes[-1] is None else sizes[-1] * count
    if None in sizes[1:-1]:
        return (sizes[0], *(None,) * (axes - 2), depth)
    return (sizes[0], *_window_counts(sizes, padding, **windows), depth)


def _window_counts(
    sizes: Any, padding: str, ksizes: Sequence[int], strides: Sequence[int], rates: Sequence[int] | None = None
) -> list[int]:
    """How many windows there are along each inner axis."""
    made = []
    for axis in range(1, len(sizes) - 1):
        rate = 1 if rates is None else rates[axis]
        if strides[axis] <= 0:
            raise ValueError(f"Stride must be > 0, but got {strides[axis]}")
        try:
            made.append(conv_output_size(sizes[axis], ksizes[axis], strides[axis], padding, max(rate, 1))[0])
        except errors.InvalidArgumentError as error:
            raise ValueError(error.message) from None
    return made


def _check(x: Any, axes: int, **windows: Sequence[int]) -> None:
    for name, numbers in windows.items():
        if numbers[0] != 1 or numbers[-1] != 1:
            raise errors.UnimplementedError(None, None, f"Only support {name} across space.")
        if min(numbers) < 1:
            raise errors.OutOfRangeError(None, None, f"{name} is out of range.")
    if x.ndim != axes:
        raise invalid(f"input must be {axes}-dimensional{to_text(x.shape)}")


def _patches(x: Any, padding: str, ksizes: Sequence[int], strides: Sequence[int], rates: Sequence[int]) -> Any:
    """For each cell of the window, what all windows see there at once."""
    plans = [
        Axis.plan(x.shape[axis], ksizes[axis], strides[axis], padding, rates[axis]) for axis in range(1, x.ndim - 1)
    ]
    cells = tuple(plan.kernel for plan in plans)
    made = np.zeros((x.shape[0], *(plan.out for plan in plans), *cells, x.shape[-1]), x.dtype)
    for cell, taps in zip(np.ndindex(*cells), itertools.product(*(plan.taps() for plan in plans))):
        target: tuple[Any, ...] = (slice(None), *(seen for seen, _ in taps), *cell)
        origin = (slice(None), *(found for _, found in taps))
        made[target] = x[origin]
    return made.reshape(*made.shape[: len(plans) + 1], -1 if made.size else int(np.prod(cells)) * x.shape[-1])


def _image_patches(_xp: Any, x: Any, *, padding: str, **windows: Any) -> Any:
    _check(x, 4, **windows)
    return _patches(x, padding, **windows)


def _volume_patches(_xp: Any, x: Any, *, padding: str, **windows: Any) -> Any:
    _check(x, 5, **windows)
    return _patches(x, padding, rates=[1] * 5, **windows)


# -- their gradients ---------------------------------------------------------------------------------------------


def _image_grad(op: Any, dy: Tensor) -> list[Any]:
    sizes = shape(op.inputs[0], out_type=dt.int64)
    batch, rows, columns, channels = (sizes[i] for i in range(4))
    count = 1 + rows * columns
    places = reshape(range_op(1, count, dtype=dt.int64), (1, rows, columns, 1))
    places = emit(EXTRACT_IMAGE_PATCHES, places, **op.attrs)
    out = shape(op.outputs[0], out_type=dt.int64)
    out_sizes = [out[1], out[2]]
    window = op.attrs["ksizes"][1:-1]
    return [_scattered(places, count, [rows, columns], out_sizes, window, dy, batch, channels)]


def _volume_grad(op: Any, dy: Tensor) -> list[Any]:
    x, y = op.inputs[0], op.outputs[0]
    sizes = shape(x)
    batch, channels = sizes[0], sizes[4]
    inner = [size.value for size in x.shape.dims[1:-1]]
    count = 1 + int(np.prod(inner))
    places = reshape(range_op(1, count, dtype=dt.int64), (1, *inner, 1))
    places = emit(EXTRACT_VOLUME_PATCHES, places, **op.attrs)
    out_sizes = [size.value for size in y.shape.dims[1:-1]]
    window = op.attrs["ksizes"][1:-1]
    return [_scattered(places, count, inner, out_sizes, window, dy, batch, channels)]


def _product(numbers: Sequence[Any]) -> Any:
    made = numbers[0]
    for number in numbers[1:]:
        made = made * number
    return made


def _scattered(
    places: Tensor,
    count: Any,
    inner: list[Any],
    out: list[Any],
    window: Sequence[int],
    dy: Tensor,
    batch: Any,
    channels: Any,
) -> Tensor:
    """The gradient added up where each entry came from: a product with a sparse matrix of ones.

    `places` are the patches of an image that holds the number of each pixel; 0 is the padding.
    """
    from flowgraph.ops.sparse_matmul import sparse_tensor_dense_matmul
    from flowgraph.ops.sparse_slices import sparse_slice
    from flowgraph.ops.sparse_tensor import SparseTensor

    entries = _product([*out, *window])
    numbers = reshape(range_op(entries, dtype=dt.int64), (1, *out, _product(list(window))))
    pairs = concat([expand_dims(places, axis=-1), expand_dims(numbers, axis=-1)], axis=-1)
    pairs = reshape(pairs, (-1, 2))
    whole = (count, entries)
    matrix = SparseTensor(pairs, ones([entries], dtype=dy.dtype), whole)
    matrix = sparse_slice(matrix, (1, 0), (count - 1, entries))
    axes = len(inner)
    spread = reshape(dy, (batch, *out, *window, channels))
    spread = transpose(spread, (*range(1, 2 * axes + 1), 0, 2 * axes + 1))
    flat = reshape(spread, (-1, batch * channels))
    made = reshape(sparse_tensor_dense_matmul(matrix, flat), (*inner, batch, channels))
    return transpose(made, (axes, *range(axes), axes + 1))


_SMALL: dict[str, Any] = {"ksizes": (1, 2, 3, 1), "strides": (1, 2, 1, 1), "rates": (1, 1, 2, 1)}
_PLAIN: dict[str, Any] = {"ksizes": (1, 2, 2, 1), "strides": (1, 1, 1, 1), "rates": (1, 1, 1, 1)}

EXTRACT_IMAGE_PATCHES = OpDef(
    "ExtractImagePatches(images: T) -> patches: T",
    attrs={
        "ksizes": REQUIRED,
        "strides": REQUIRED,
        "rates": REQUIRED,
        "T": TypeAttr(_TYPES),
        "padding": REQUIRED,
    },
    infer=lambda x, *, padding, **windows: _patch_sizes(x, "ExtractImagePatches", 4, padding, **windows),
    forward=_image_patches,
    gradient=_image_grad,
    cases=[
        case(FLOAT(2, 4, 5, 2), padding="VALID", **_PLAIN),
        case(FLOAT(1, 5, 6, 2), padding="SAME", **_SMALL),
        case(FLOAT(0, 4, 5, 2), padding="SAME", gradient=False, **_PLAIN),
        case(RANDOM_INT(1, 3, 3, 1), padding="VALID", **_PLAIN),
        case(HALF(1, 3, 3, 1), padding="SAME", gradient=False, **_PLAIN),
    ],
)

_CUBE: dict[str, Any] = {"ksizes": (1, 2, 2, 2, 1), "strides": (1, 1, 2, 1, 1)}

EXTRACT_VOLUME_PATCHES = OpDef(
    "ExtractVolumePatches(input: T) -> patches: T",
    attrs={"ksizes": REQUIRED, "strides": REQUIRED, "T": TypeAttr(_TYPES), "padding": REQUIRED},
    infer=lambda x, *, padding, **windows: _patch_sizes(x, "ExtractVolumePatches", 5, padding, **windows),
    forward=_volume_patches,
    gradient=_volume_grad,
    cases=[
        case(FLOAT(2, 3, 3, 4, 2), padding="VALID", gradient=False, **_CUBE),
        case(FLOAT(1, 3, 4, 3, 1), padding="SAME", gradient=False, **_CUBE),  # known shapes: tests/ops/test_patches.py
    ],
)


# -- functions ---------------------------------------------------------------------------------------------------


def _window(name: str, value: Any, function: str, op_type: str, least: int) -> tuple[int, ...]:
    numbers = ints(name, value, function)
    if len(numbers) < least:
        line = f"Attr '{name}' of '{op_type}' Op passed list of length {len(numbers)} less than minimum {least}."
        raise ValueError(errors.explain(line, where=user_site()))
    return numbers


def extract_image_patches(
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    sizes: Any = None,
) -> Tensor:
    """What a window sees of images at each place, laid out along the last axis.

    Args:
      images: a tensor [batch, rows, columns, channels].
      ksizes: the size of the window, [1, rows, columns, 1].
      strides: how far after another the windows stand, likewise.
      rates: how far apart the cells of a window are, likewise.
      padding: "VALID", only windows that lie inside the image, or "SAME", zeros outside.
      name: the op's name.
      sizes: another name of `ksizes`.

    Returns:
      A tensor [batch, rows, columns, ksizes[1] * ksizes[2] * channels].

    >>> run(extract_image_patches([[[[1], [2], [3]], [[4], [5], [6]]]], [1, 2, 2, 1], [1] * 4, [1] * 4, "VALID"))
    array([[[[1, 2, 4, 5],
             [2, 3, 5, 6]]]], dtype=int32)
    """
    ksizes = one_of("sizes", sizes, "ksizes", ksizes)
    function, op_type = "extract_image_patches", "ExtractImagePatches"
    windows = {
        key: _window(key, value, function, op_type, 4)
        for key, value in (("ksizes", ksizes), ("strides", strides), ("rates", rates))
    }
    padding = choice("padding", padding, ("SAME", "VALID"), op_type)
    return emit(EXTRACT_IMAGE_PATCHES, images, **windows, padding=padding, name=name)


def extract_patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: Any, name: str | None = None) -> Tensor:
    """`extract_image_patches` with the arguments that TensorFlow 2 has.

    >>> extract_patches(tf.zeros([1, 4, 4, 3]), [1, 2, 2, 1], [1, 2, 2, 1], [1] * 4, "VALID")
    <tf.Tensor 'ExtractImagePatches:0' shape=(1, 2, 2, 12) dtype=float32>
    """
    return extract_image_patches(images, sizes, strides, rates, padding, name)


def extract_volume_patches(input: Any, ksizes: Any, strides: Any, padding: Any, name: str | None = None) -> Tensor:
    """What a window sees of volumes at each place, laid out along the last axis.

    Args:
      input: a tensor [batch, planes, rows, columns, channels].
      ksizes: the size of the window, [1, planes, rows, columns, 1].
      strides: how far after another the windows stand, likewise.
      padding: "VALID", only windows that lie inside the volume, or "SAME", zeros outside.
      name: the op's name.

    >>> extract_volume_patches(tf.zeros([1, 4, 4, 4, 3]), [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "VALID")
    <tf.Tensor 'ExtractVolumePatches:0' shape=(1, 2, 2, 2, 24) dtype=float32>
    """
    function, op_type = "extract_volume_patches", "ExtractVolumePatches"
    ksizes = _window("ksizes", ksizes, function, op_type, 5)
    strides = _window("strides", strides, function, op_type, 5)
    padding = choice("padding", padding, ("SAME", "VALID"), op_type)
    return emit(EXTRACT_VOLUME_PATCHES, input, ksizes=ksizes, strides=strides, padding=padding, name=name)
