"""Signals cut into frames that overlap, and put together again."""

from __future__ import annotations

import math
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape, size, zeros, zeros_like
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat
from flowgraph.ops.math import maximum
from flowgraph.ops.padding import pad
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import transpose
from flowgraph.ops.slicing import strided_slice
from flowgraph.ops.splitting import split
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import TensorShape
from flowgraph.sizes import Sizes


def demand_axes(x: Tensor, axes: int) -> None:
    """Demand at least so many axes, in TF's words.

    Raises:
      ValueError: there are fewer.
    """
    try:
        TensorShape(x.sizes).with_rank_at_least(axes)
    except ValueError as error:
        raise ValueError(errors.explain(str(error), where=user_site())) from None


def scalar(value: Any, name: str, dtype: Any = None) -> Tensor:
    """A tensor without axes.

    Raises:
      ValueError: it has some.
    """
    tensor = convert_to_tensor(value, dtype, name=name)
    demand_scalar(tensor)
    return tensor


def demand_scalar(tensor: Tensor) -> None:
    """Refuse a tensor that is known to have axes.

    Raises:
      ValueError: it has.
    """
    try:
        tensor.shape.assert_has_rank(0)
    except ValueError as error:
        raise ValueError(errors.explain(str(error), where=user_site())) from None


def _frame_sizes(signal: Tensor, length: Any, step: Any, pad_end: bool, axis: Any) -> Sizes:
    """What is known of the frames' shape."""
    length, step, axis = (constant_value(t) for t in (length, step, axis))
    if signal.sizes is None:
        return None
    if axis is None:
        return (None,) * (len(signal.sizes) + 1)
    samples, count = signal.sizes[axis], None
    outer, inner = signal.sizes[: int(axis)], signal.sizes[int(axis) :][1:]
    if samples is not None and step is not None:
        if not step:
            count = 0  # the division fails when it runs
        elif pad_end:
            count = max(0, -(-samples // int(step)))
        elif length is not None:
            count = max(0, (samples - int(length) + int(step)) // int(step))
    return (*outer, count, None if length is None else int(length), *inner)


def _common_divisor(a: Tensor, b: Tensor) -> Tensor:
    """The greatest common divisor, by Euclid's loop where only a run can tell."""
    from flowgraph.ops.compare import greater
    from flowgraph.ops.division import floormod
    from flowgraph.ops.while_loop import while_loop

    with name_scope(None, "gcd", [a, b]):
        for which, tensor in (("a", a), ("b", b)):
            if not tensor.dtype.is_integer:
                line = f"{which} must be an integer type. Got: {tensor.dtype}"
                raise ValueError(errors.explain(line, where=user_site()))
        known_a, known_b = constant_value(a), constant_value(b)
        if known_a is not None and known_b is not None:
            return convert_to_tensor(known_a.dtype.type(math.gcd(int(known_a), int(known_b))))
        found, _ = while_loop(
            lambda _a, b: greater(b, zeros_like(b)), lambda a, b: [b, floormod(a, b)], [a, b], back_prop=False
        )
        return found


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Tensor:
    """A signal cut into frames along an axis, which becomes two: the frames and what is in them.

    Args:
      signal: a tensor of at least one axis.
      frame_length: how long a frame is, an integer or a scalar tensor.
      frame_step: how far after another a frame begins.
      pad_end: whether there are frames that reach beyond the end.
      pad_value: what fills these up.
      axis: the axis of the signal.
      name: the scope of the ops.

    >>> run(frame([1, 2, 3, 4, 5], 3, 2))
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)
    """
    with name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = convert_to_tensor(signal, name="signal")
        frame_length = convert_to_tensor(frame_length, name="frame_length")
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        axis = convert_to_tensor(axis, name="axis")
        demand_axes(signal, 1)
        for tensor in (frame_length, frame_step, axis):
            demand_scalar(tensor)
        known = _frame_sizes(signal, frame_length, frame_step, pad_end, axis)
        axes = rank(signal)
        axis = range_op(axes)[axis]
        sizes = shape(signal)
        outer, samples, inner = split(sizes, [axis, 1, axes - 1 - axis])
        samples = reshape(samples, [])
        around = size(outer), size(inner)
        if pad_end:
            signal, count = _padded(signal, samples, frame_length, frame_step, pad_value, around)
            sizes = shape(signal)
            samples = sizes[axis]
        else:
            count = maximum(0, 1 + (samples - frame_length) // frame_step)
        frames = _picked(signal, sizes, samples, (outer, inner), frame_length, frame_step, count, axis)
        if known:
            frames.set_shape(known)
        return frames


def _padded(
    signal: Tensor, samples: Tensor, frame_length: Tensor, frame_step: Tensor, pad_value: Any, around: Any
) -> tuple[Tensor, Tensor]:
    """The signal filled up to whole frames, and how many there are."""
    value = convert_to_tensor(pad_value, signal.dtype)
    demand_scalar(value)
    count = -(-samples // frame_step)
    missing = maximum(0, frame_length + frame_step * (count - 1) - samples)
    paddings = concat(
        [zeros([around[0], 2], dtype=missing.dtype), [[0, missing]], zeros([around[1], 2], dtype=missing.dtype)], 0
    )
    return pad(signal, paddings, constant_values=value), count


def _picked(
    signal: Tensor,
    sizes: Tensor,
    samples: Tensor,
    around: tuple[Tensor, Tensor],
    frame_length: Tensor,
    frame_step: Tensor,
    count: Tensor,
    axis: Tensor,
) -> Tensor:
    """The frames, gathered of pieces of which each frame and each step takes a whole number."""
    outer, inner = around
    piece = _common_divisor(frame_length, frame_step)
    per_frame = frame_length // piece
    per_step = frame_step // piece
    pieces = samples // piece
    whole = concat([outer, [pieces * piece], inner], 0)
    cut = concat([outer, [pieces, piece], inner], 0)
    parts = reshape(strided_slice(signal, zeros_like(sizes), whole), cut)
    first = reshape(range_op(count) * per_step, [count, 1])
    each = reshape(range_op(per_frame), [1, per_frame])
    frames = gather(parts, first + each, axis=axis)
    return reshape(frames, concat([outer, [count, frame_length], inner], 0))


def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """Frames put together to a signal; where they overlap, they are added.

    Args:
      signal: a tensor of at least two axes, the last two being frames and what is in them.
      frame_step: how far after another a frame begins, an integer or a scalar tensor.
      name: the scope of the ops.

    Raises:
      ValueError: `frame_step` is no integer.

    >>> run(overlap_and_add([[1, 2, 3], [4, 5, 6]], 2))
    array([1, 2, 7, 5, 6], dtype=int32)
    """
    with name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = convert_to_tensor(signal, name="signal")
        demand_axes(signal, 2)
        frame_step = scalar(frame_step, "frame_step")
        if not frame_step.dtype.is_integer:
            line = f"frame_step must be an integer. Got {frame_step.dtype}"
            raise ValueError(errors.explain(line, where=user_site()))
        sizes = shape(signal)
        outer = sizes[:-2]
        axes = size(outer)
        length, count = sizes[-1], sizes[-2]
        total = length + frame_step * (count - 1)
        known = constant_value(frame_step)
        if known is not None and signal.sizes is not None and known == signal.sizes[-1]:
            return reshape(signal, concat([outer, [total]], 0), name="fast_path")
        return _added(signal, outer, axes, length, count, frame_step)[..., :total]


def _added(signal: Tensor, outer: Tensor, axes: Tensor, length: Tensor, count: Tensor, step: Tensor) -> Tensor:
    """Each frame is cut into segments as long as a step; shifted by one row each, they can be added as they are."""
    segments = -(-length // step)
    own = [[0, segments], [0, segments * step - length]]
    paddings = concat([zeros([axes, 2], dt.int32), own], 0)
    signal = pad(signal, paddings)
    signal = reshape(signal, concat([outer, [count + segments, segments, step]], 0))
    order = concat([range_op(axes), axes + [1, 0, 2]], 0)
    signal = transpose(signal, order)
    signal = reshape(signal, concat([outer, [(count + segments) * segments, step]], 0))
    signal = signal[..., : (count + segments - 1) * segments, :]
    signal = reshape(signal, concat([outer, [segments, (count + segments - 1), step]], 0))
    signal = reduce_sum(signal, -3)
    return reshape(signal, concat([outer, [(count + segments - 1) * step]], 0))
