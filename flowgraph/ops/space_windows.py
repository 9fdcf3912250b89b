"""Sliding windows with holes, by ops that know none: `with_space_to_batch`.

Every second cell of an image makes an image of its own (of four, for both axes), in which cells two apart are
neighbours. Those images become a larger batch, the op runs over it, and what it gives is put together again:

    x ── SpaceToBatchND ── op ── BatchToSpaceND ── y
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.space_batch import batch_to_space_nd, required_space_to_batch_paddings, space_to_batch_nd
from flowgraph.ops.static_value import constant_value

Operation = Callable[[Tensor, int, str], Tensor]
"""(images, number of spatial axes, padding) -> result."""


def strides_and_rate(axes: int, strides: Any, rate: Any) -> tuple[np.ndarray, np.ndarray]:
    """Strides and dilation rate, `axes` numbers each, ones where they are None.

    Raises:
      ValueError: a wrong number of them, one below 1, or both above 1.
    """
    found = []
    for name, steps in (("dilation_rate", rate), ("strides", strides)):
        steps = [1] * axes if steps is None else steps
        if len(steps) != axes:
            raise refusal(f"len({name})={len(steps)} but should be {axes}")
        steps = np.array(steps, np.int32)
        if (steps < 1).any():
            raise refusal(f"all values of {name} must be positive")
        found.append(steps)
    if (found[0] > 1).any() and (found[1] > 1).any():
        raise refusal("strides > 1 not supported in conjunction with dilation_rate > 1")
    return found[1], found[0]


def with_space_to_batch(
    input: Any,
    dilation_rate: Any,
    padding: Any,
    op: Operation,
    filter_shape: Any = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> Tensor:
    """What `op`, which slides a window over images, gives when the window's cells are `dilation_rate` apart.

    Args:
      input: what the window slides over.
      dilation_rate: a number for each axis; where all are 1 `op` is called as it is.
      padding: "SAME" or "VALID"; `op` is called with "VALID" where the images are cut.
      op: called with (images, number of axes, padding).
      filter_shape: the window's shape, axes first; needed for "SAME".
      spatial_dims: the axes, in rising order; by default those after the batch, and after the channels where
        `data_format` starts with "NC".
      data_format: where the channels are.

    Raises:
      ValueError: an argument is none of these, or they do not fit each other.

    >>> double = lambda images, axes, padding: 2.0 * images
    >>> run(with_space_to_batch(tf.ones([1, 2, 2, 1]), [2, 1], "VALID", double)).ravel()
    array([2., 2., 2., 2.], dtype=float32)
    """
    x = convert_to_tensor(input, name="input")
    rate = convert_to_tensor(dilation_rate, dtype=dt.int32, name="dilation_rate")
    try:
        rate.shape.with_rank(1)
    except ValueError:
        raise refusal("rate must be rank 1") from None
    if not rate.shape.is_fully_defined():
        raise refusal("rate must have known shape")
    axes = rate.shape.num_elements() or 0
    channels_first = data_format is not None and data_format.startswith("NC")
    dims = _spatial_dims(x, axes, spatial_dims, channels_first)
    known_rate = constant_value(rate)
    if known_rate is not None:
        if (known_rate < 1).any():
            raise refusal("dilation_rate must be positive")
        if (known_rate == 1).all():
            return op(x, axes, padding)
    base = _base_paddings(padding, filter_shape, axes, rate if known_rate is None else known_rate)
    return _over_blocks(x, rate, dims, base, lambda images: op(images, axes, "VALID"))


def _spatial_dims(x: Tensor, axes: int, dims: Sequence[int] | None, channels_first: bool) -> list[int]:
    first = 2 if channels_first else 1
    given = list(range(first, first + axes) if dims is None else dims)
    if sorted({int(dim) for dim in given}) != given or any(dim < 1 for dim in given):
        line = "spatial_dims must be a montonically increasing sequence of positive integers"
        raise refusal(line)
    rank = given[-1] + (0 if channels_first else 1)
    try:
        x.shape.with_rank_at_least(rank)
    except ValueError:
        raise refusal(f"input tensor must have rank {rank} at least") from None
    return given


def _base_paddings(padding: Any, filter_shape: Any, axes: int, rate: Any) -> Any:
    """The padding that makes of "SAME" a "VALID", (before, after) for each axis."""
    if padding == "VALID":
        return np.zeros([axes, 2], np.int32)
    if padding != "SAME":
        raise refusal(f"Invalid padding method {padding!r}")
    if filter_shape is None:
        raise refusal("filter_shape must be specified for SAME padding")
    filter_shape = convert_to_tensor(filter_shape, name="filter_shape")
    known = constant_value(filter_shape)
    sizes = (filter_shape if known is None else known)[:axes]
    spread = sizes + (sizes - 1) * (rate - 1)
    extra = spread - 1
    before = extra // 2
    after = extra - before
    return stack([[before[i], after[i]] for i in range(axes)])


def _over_blocks(x: Tensor, rate: Tensor, dims: list[int], base: Any, op: Callable[[Tensor], Tensor]) -> Tensor:
    sizes: Any = None if x.sizes is None else [x.sizes[dim] for dim in dims]
    if sizes is None or None in sizes:
        whole = shape(x)
        sizes = stack([whole[dim] for dim in dims])
    paddings, crops = required_space_to_batch_paddings(input_shape=sizes, base_paddings=base, block_shape=rate)
    blocks = _spread(rate, 1, dims)
    paddings, crops = _spread(paddings, 0, dims), _spread(crops, 0, dims)
    return batch_to_space_nd(op(space_to_batch_nd(x, blocks, paddings)), blocks, crops)


def _spread(values: Tensor, filler: int, dims: list[int]) -> Any:
    """A row for each axis after the batch: those of `values` for `dims`, `filler` for the others."""
    known = constant_value(values)
    source = values if known is None else known
    parts: list[Any] = []
    before, i = 0, 0
    while i < len(dims):
        first = i
        if dims[first] > 1:
            rows = dims[first] - 1 - before
            parts.append(np.full([rows, *values.shape.as_list()[1:]], filler, values.dtype.np))
        while i + 1 < len(dims) and dims[i + 1] == dims[i] + 1:
            i += 1
        parts.append(source[first : i + 1])
        before = dims[i]
        i += 1
    return np.concatenate(parts) if known is not None else concat(parts, 0)
