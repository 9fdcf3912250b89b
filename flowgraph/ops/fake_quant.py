"""Fake quantization: floats moved to the values that quantized ones would have, with gradients to train by.

Values are rounded to 2^num_bits evenly spaced ones, of which one is zero. The gradient passes where an entry lies in
the range; what lies outside counts for the bound that holds it back, so that ranges can be learned.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph.ir.cases import FLOAT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import quantize as kernel
from flowgraph.ops.attributes import flag, whole
from flowgraph.ops.quantize import first, require_scalars
from flowgraph.sizes import Sizes, merge, to_text

_BITS: dict[str, Any] = {"num_bits": 8, "narrow_range": False}
_RANGE: dict[str, Any] = {"min": -6.0, "max": 6.0, **_BITS}


def _check_bits(num_bits: int) -> None:
    if not 2 <= num_bits <= 16:
        raise invalid("num_bits must be between 2 and 16, inclusive")


def _grid(low: Any, high: Any, num_bits: int, narrow_range: bool) -> kernel.Grid:
    _check_bits(num_bits)
    with np.errstate(all="ignore"):
        return kernel.grid(low, high, num_bits, narrow_range)


def _attrs(num_bits: Any, narrow_range: Any) -> dict[str, Any]:
    return {"num_bits": whole("num_bits", num_bits), "narrow_range": flag("narrow_range", narrow_range)}


# -- a range known beforehand ------------------------------------------------------------------------------------


def _args_grid(low: float, high: float, num_bits: int, narrow_range: bool) -> kernel.Grid:
    least, most = np.float32(low), np.float32(high)
    if not least < most:
        raise invalid(f"min has to be smaller than max, was: {least:g} >= {most:g}")
    return _grid(least, most, num_bits, narrow_range)


def _fake_quant_args(_xp: Any, x: Any, *, min: float, max: float, num_bits: int, narrow_range: bool) -> Any:
    return kernel.on_grid(x, _args_grid(min, max, num_bits, narrow_range), divides=False)


def _fake_quant_args_grad(
    _xp: Any, dy: Any, x: Any, *, min: float, max: float, num_bits: int, narrow_range: bool
) -> Any:
    grid = _args_grid(min, max, num_bits, narrow_range)
    if x.shape != dy.shape:
        raise ValueError("shapes differ")
    return dy * ((x >= grid.low) & (x <= grid.high)).astype(np.float32)


def _args_grad_failure(dy: Any, x: Any, **_attrs: Any) -> str:
    return (
        "Inputs to operation {op} of type FakeQuantWithMinMaxArgsGradient must have the same size and shape.  "
        f"Input 0: {to_text(dy.shape)} != input 1: {to_text(x.shape)}"
    )


def _args_gradient(op: Any, dy: Tensor) -> list[Any]:
    return [emit(FAKE_QUANT_ARGS_GRADIENT, dy, op.inputs[0], **op.attrs)]


FAKE_QUANT_ARGS = OpDef(
    "FakeQuantWithMinMaxArgs(inputs: float32) -> outputs: float32",
    attrs=_RANGE,
    infer=lambda x, **_: x.sizes,
    forward=_fake_quant_args,
    gradient=_args_gradient,
    cases=[
        case(FLOAT(2, 3), gradient=False),
        case(FLOAT(4), min=-1.0, max=0.5, num_bits=4, narrow_range=True, gradient=False),
        case(FLOAT(0), gradient=False),
    ],
)

FAKE_QUANT_ARGS_GRADIENT = OpDef(
    "FakeQuantWithMinMaxArgsGradient(gradients: float32, inputs: float32) -> backprops: float32",
    attrs=_RANGE,
    infer=lambda dy, x, **_: dy.sizes,
    forward=_fake_quant_args_grad,
    failure=_args_grad_failure,
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(2, 3), FLOAT(2, 3), min=-1.0, max=0.5)],
)


def fake_quant_with_min_max_args(
    inputs: Any,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """Each entry moved to the nearest of 2^num_bits evenly spaced values, within a range known beforehand.

    Args:
      inputs: a float32 tensor.
      min: the range's lower end, a Python number; the range is moved so that zero is one of the values.
      max: its upper end.
      num_bits: from 2 to 16.
      narrow_range: whether there is one value less.
      name: the op's name.

    Raises:
      InvalidArgumentError: when run, where the range is empty or `num_bits` out of range.

    >>> run(fake_quant_with_min_max_args([-9.0, 0.3, 2.9], min=0, max=3, num_bits=2))
    array([0., 0., 3.], dtype=float32)
    """
    attrs = _attrs(num_bits, narrow_range)
    return emit(FAKE_QUANT_ARGS, inputs, min=float(min), max=float(max), **attrs, name=name)


def fake_quant_with_min_max_args_gradient(
    gradients: Any,
    inputs: Any,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """The gradient of `fake_quant_with_min_max_args`: that of its result, zero where an input was out of range.

    >>> run(fake_quant_with_min_max_args_gradient([1.0, 2.0], [5.0, 7.0]))
    array([1., 0.], dtype=float32)
    """
    attrs = _attrs(num_bits, narrow_range)
    return emit(FAKE_QUANT_ARGS_GRADIENT, gradients, inputs, min=float(min), max=float(max), **attrs, name=name)


# -- a range given by tensors ------------------------------------------------------------------------------------


def _vars_sizes(x: Any, low: Any, high: Any, **_attrs: Any) -> Sizes:
    require_scalars(low, high)
    return x.sizes


def _fake_quant_vars(_xp: Any, x: Any, low: Any, high: Any, *, num_bits: int, narrow_range: bool) -> Any:
    low, high = first(low), first(high)
    grid = _grid(low, high, num_bits, narrow_range)
    if low == 0 and high == 0:
        return np.zeros_like(x)
    with np.errstate(all="ignore"):
        return kernel.on_grid(x, grid)


def _vars_grad_sizes(dy: Any, x: Any, low: Any, high: Any, **_attrs: Any) -> list[Sizes]:
    sizes = merge(dy.sizes, x.sizes)
    require_scalars(low, high)
    return [sizes, (), ()]


def _fake_quant_vars_grad(_xp: Any, dy: Any, x: Any, low: Any, high: Any, *, num_bits: int, narrow_range: bool) -> Any:
    if dy.shape != x.shape:
        raise invalid("gradient and input must be the same size")
    low, high = first(low), first(high)
    grid = _grid(low, high, num_bits, narrow_range)
    if low == 0 and high == 0:
        return np.array(dy), np.float32(0), np.float32(0)
    inside = ((x >= grid.low) & (x <= grid.high)).astype(np.float32)
    below, above = (x < grid.low).astype(np.float32), (x > grid.high).astype(np.float32)
    return dy * inside, np.sum(dy * below, dtype=np.float32), np.sum(dy * above, dtype=np.float32)


def _vars_gradient(op: Any, dy: Tensor) -> list[Any]:
    return emit(FAKE_QUANT_VARS_GRADIENT, dy, *op.inputs, **op.attrs)


FAKE_QUANT_VARS = OpDef(
    "FakeQuantWithMinMaxVars(inputs: float32, min: float32, max: float32) -> outputs: float32",
    attrs=_BITS,
    infer=_vars_sizes,
    forward=_fake_quant_vars,
    gradient=_vars_gradient,
    cases=[
        case(FLOAT(2, 3), VALUE(-1.0), VALUE(0.5), gradient=False),
        case(FLOAT(4), VALUE(0.0), VALUE(0.0), num_bits=3, narrow_range=True, gradient=False),
        case(FLOAT(0), VALUE(-1.0), VALUE(0.5), gradient=False),
    ],
)

FAKE_QUANT_VARS_GRADIENT = OpDef(
    "FakeQuantWithMinMaxVarsGradient(gradients: float32, inputs: float32, min: float32, max: float32) -> "
    "(backprops_wrt_input: float32, backprop_wrt_min: float32, backprop_wrt_max: float32)",
    attrs=_BITS,
    infer=_vars_grad_sizes,
    forward=_fake_quant_vars_grad,
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(2, 3), FLOAT(2, 3), VALUE(-1.0), VALUE(0.5))],
)


class FakeQuantWithMinMaxVarsGradient(NamedTuple):
    """The gradients by the inputs and by both ends of the range."""

    backprops_wrt_input: Tensor
    backprop_wrt_min: Tensor
    backprop_wrt_max: Tensor


def fake_quant_with_min_max_vars(
    inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """As `fake_quant_with_min_max_args`, within a range given by scalars, which may be learned.

    >>> run(fake_quant_with_min_max_vars([-9.0, 0.3, 2.9], 0.0, 3.0, num_bits=2))
    array([0., 0., 3.], dtype=float32)
    """
    return emit(FAKE_QUANT_VARS, inputs, min, max, **_attrs(num_bits, narrow_range), name=name)


def fake_quant_with_min_max_vars_gradient(
    gradients: Any,
    inputs: Any,
    min: Any,
    max: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> FakeQuantWithMinMaxVarsGradient:
    """The gradients of `fake_quant_with_min_max_vars` by its inputs and by the ends of the range.

    >>> run(fake_quant_with_min_max_vars_gradient([1.0, 2.0], [5.0, 7.0], -6.0, 6.0).backprop_wrt_max)
    2.0
    """
    attrs = _attrs(num_bits, narrow_range)
    made = emit(FAKE_QUANT_VARS_GRADIENT, gradients, inputs, min, max, **attrs, name=name)
    return FakeQuantWithMinMaxVarsGradient(*made)


# -- a range for each channel ------------------------------------------------------------------------------------


def _require_axes(x: Any, least: int, most: int | None = None) -> None:
    if x.sizes is not None and len(x.sizes) < least:
        raise ValueError(f"Shape must be at least rank {least} but is rank {len(x.sizes)}")
    if x.sizes is not None and most is not None and len(x.sizes) > most:
        raise ValueError(f"Shape must be at most rank {most} but is rank {len(x.sizes)}")


def _require_vector(x: Any) -> None:
    if x.sizes is not None and len(x.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(x.sizes)}")


def _channel_sizes(x: Any, low: Any, high: Any, **_attrs: Any) -> Sizes:
    _require_axes(x, 1)
    _require_vector(low)
    channels = None if x.sizes is None else x.sizes[-1]
    for bounds in (low, high):
        _require_vector(bounds)
        count = None if bounds.sizes is None else bounds.sizes[0]
        if None not in (channels, count) and channels != count:
            raise ValueError(f"Dimensions must be equal, but are {channels} and {count}")
        channels = count if channels is None else channels
    return x.sizes


def _channel_grid(x: Any, low: Any, high: Any, num_bits: int, narrow_range: bool) -> kernel.Grid:
    _check_bits(num_bits)
    channels = x.shape[-1] if x.ndim else 0
    for which, bounds in (("min", low), ("max", high)):
        if bounds.shape != (channels,):
            raise invalid(f"{which} has incorrect size, expected {channels} was {bounds.size}")
    return _grid(low, high, num_bits, narrow_range)


def _fake_quant_channels(_xp: Any, x: Any, low: Any, high: Any, *, num_bits: int, narrow_range: bool) -> Any:
    grid = _channel_grid(x, low, high, num_bits, narrow_range)
    with np.errstate(all="ignore"):
        return np.where((low == 0) & (high == 0), np.float32(0), kernel.on_grid(x, grid))


def _channel_grad_sizes(dy: Any, x: Any, low: Any, high: Any, **_attrs: Any) -> list[Sizes]:
    _require_axes(dy, 1, 4)
    sizes = merge(dy.sizes, x.sizes)
    last = None if sizes is None else sizes[-1:]
    for bounds in (low, high):
        _require_vector(bounds)
        last = merge(bounds.sizes, last)
    last = (None,) if last is None else last
    return [sizes, last, last]


def _fake_quant_channels_grad(
    _xp: Any, dy: Any, x: Any, low: Any, high: Any, *, num_bits: int, narrow_range: bool
) -> Any:
    if dy.shape != x.shape:
        raise invalid("gradient and input must be the same size")
    grid = _channel_grid(x, low, high, num_bits, narrow_range)
    passed = (low == 0) & (high == 0)
    inside = (((x >= grid.low) & (x <= grid.high)) | passed).astype(np.float32)
    below = ((x < grid.low) & ~passed).astype(np.float32)
    above = ((x > grid.high) & ~passed).astype(np.float32)
    others = tuple(range(x.ndim - 1))
    return dy * inside, *(np.sum(dy * part, axis=others, dtype=np.float32) for part in (below, above))


def _channels_gradient(op: Any, dy: Tensor) -> list[Any]:
    return emit(FAKE_QUANT_CHANNELS_GRADIENT, dy, *op.inputs, **op.attrs)


_BOUNDS = (VALUE([-1.0, 0.0, -0.3]), VALUE([1.0, 0.0, 2.0]))

FAKE_QUANT_CHANNELS = OpDef(
    "FakeQuantWithMinMaxVarsPerChannel(inputs: float32, min: float32, max: float32) -> outputs: float32",
    attrs=_BITS,
    infer=_channel_sizes,
    forward=_fake_quant_channels,
    gradient=_channels_gradient,
    cases=[
        case(FLOAT(2, 3), *_BOUNDS, gradient=False),
        case(FLOAT(3), *_BOUNDS, num_bits=4, narrow_range=True, gradient=False),
        case(FLOAT(0, 2, 3), *_BOUNDS, gradient=False),
    ],
)

FAKE_QUANT_CHANNELS_GRADIENT = OpDef(
    "FakeQuantWithMinMaxVarsPerChannelGradient(gradients: float32, inputs: float32, min: float32, max: float32) -> "
    "(backprops_wrt_input: float32, backprop_wrt_min: float32, backprop_wrt_max: float32)",
    attrs=_BITS,
    infer=_channel_grad_sizes,
    forward=_fake_quant_channels_grad,
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(2, 3), FLOAT(2, 3), *_BOUNDS), case(FLOAT(3), FLOAT(3), *_BOUNDS)],
)


class FakeQuantWithMinMaxVarsPerChannelGradient(NamedTuple):
    """The gradients by the inputs and by both ends of each channel's range."""

    backprops_wrt_input: Tensor
    backprop_wrt_min: Tensor
    backprop_wrt_max: Tensor


def fake_quant_with_min_max_vars_per_channel(
    inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """As `fake_quant_with_min_max_vars`, with a range for each place of the last axis.

    Args:
      inputs: a float32 tensor of at least one axis.
      min: a vector, as long as the last axis.
      max: likewise.
      num_bits: from 2 to 16.
      narrow_range: whether there is one value less.
      name: the op's name.

    Raises:
      ValueError: the vectors are not as long as the last axis.

    >>> run(fake_quant_with_min_max_vars_per_channel([[0.4, 0.4], [9.0, 9.0]], [0.0, 0.0], [3.0, 1.0], num_bits=2))
    array([[0.      , 0.333333],
           [3.      , 1.      ]], dtype=float32)
    """
    return emit(FAKE_QUANT_CHANNELS, inputs, min, max, **_attrs(num_bits, narrow_range), name=name)


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients: Any,
    inputs: Any,
    min: Any,
    max: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> FakeQuantWithMinMaxVarsPerChannelGradient:
    """The gradients of `fake_quant_with_min_max_vars_per_channel` by its inputs and by the ends of the ranges.

    >>> inputs, low, high = [[5.0, 7.0]], [-6.0, -9.0], [6.0, 6.0]
    >>> made = fake_quant_with_min_max_vars_per_channel_gradient([[1.0, 2.0]], inputs, low, high)
    >>> run(made.backprop_wrt_max)
    array([0., 2.], dtype=float32)
    """
    attrs = _attrs(num_bits, narrow_range)
    made = emit(FAKE_QUANT_CHANNELS_GRADIENT, gradients, inputs, min, max, **attrs, name=name)
    return FakeQuantWithMinMaxVarsPerChannelGradient(*made)
