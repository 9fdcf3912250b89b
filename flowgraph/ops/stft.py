"""Windows, and the short-time Fourier transform that uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, rank, reshape, shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.fft_real import irfft, rfft
from flowgraph.ops.frames import demand_axes, demand_scalar, frame, overlap_and_add, scalar
from flowgraph.ops.joining import concat
from flowgraph.ops.math import maximum
from flowgraph.ops.math import pow as pow_op
from flowgraph.ops.padding import pad
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import tile
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.unary import ceil, log, square

# -- windows -----------------------------------------------------------------------------------------------------


def hann_window(window_length: Any, periodic: Any = True, dtype: Any = dt.float32, name: str | None = None) -> Tensor:
    """Hann's window: 0.5 - 0.5 cos(2 pi k / length), which begins at zero.

    Args:
      window_length: how many entries, an integer or a scalar tensor.
      periodic: whether the window fits to itself when it is repeated; otherwise its two ends are alike. Of odd
        lengths only the latter exists.
      dtype: a dtype of floats.
      name: the scope of the ops.

    Raises:
      ValueError: a dtype of no floats.

    >>> run(hann_window(4))
    array([0. , 0.5, 1. , 0.5], dtype=float32)
    """
    return _raised_cosine(name, "hann_window", window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = dt.float32, name: str | None = None
) -> Tensor:
    """Hamming's window: 0.54 - 0.46 cos(2 pi k / length); see `hann_window`.

    >>> run(hamming_window(4))
    array([0.08, 0.54, 1.  , 0.54], dtype=float32)
    """
    return _raised_cosine(name, "hamming_window", window_length, periodic, dtype, 0.54, 0.46)


def _raised_cosine(name: Any, default: str, length: Any, periodic: Any, dtype: Any, a: float, b: float) -> Tensor:
    from flowgraph.ops.compare import equal
    from flowgraph.ops.cond import cond
    from flowgraph.ops.division import floormod
    from flowgraph.ops.trigonometry import cos

    if not dtype.is_floating:
        line = f"dtype must be a floating point type. Found {dtype}"
        raise ValueError(errors.explain(line, where=user_site()))
    with name_scope(name, default, [length, periodic]):
        length = scalar(length, "window_length", dt.int32)
        known = constant_value(length)
        if known == 1:
            return ones([1], dtype=dtype)
        periodic = cast(convert_to_tensor(periodic, dtype=dt.bool, name="periodic"), dt.int32)
        demand_scalar(periodic)
        is_even = 1 - floormod(length, 2)
        period = cast(length + periodic * is_even - 1, dtype=dtype)
        count = cast(range_op(length), dtype)
        angle = constant(2 * np.pi, dtype=dtype) * count / period

        def window() -> Tensor:
            return cast(a - b * cos(angle), dtype=dtype)

        if known is not None:
            return window()
        return cond(equal(length, 1), lambda: ones([1], dtype=dtype), window)


# -- transforms --------------------------------------------------------------------------------------------------


def _power_of_two(value: Tensor) -> Tensor:
    """The least power of two that is not smaller."""
    known = constant_value(value)
    if known is not None:
        return constant(int(2 ** np.ceil(np.log(known) / np.log(2.0))), value.dtype)
    exponent = ceil(log(cast(value, dt.float32)) / log(2.0))
    return cast(pow_op(2.0, exponent), value.dtype)


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The short-time Fourier transform: the spectra of windows that move along the last axis.

    Args:
      signals: a float32 tensor.
      frame_length: how long a window is.
      frame_step: how far after another a window begins.
      fft_length: the length of the transforms; by default the least power of two that holds a window.
      window_fn: called with the length and the dtype to make the window; None: all ones.
      pad_end: whether there are windows that reach beyond the end, over zeros.
      name: the scope of the ops.

    Returns:
      A complex64 tensor [..., windows, fft_length // 2 + 1].

    >>> run(tf.abs(stft([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 4, 2)))
    array([[2., 1., 0.],
           [2., 1., 0.]], dtype=float32)
    """
    with name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = convert_to_tensor(signals, name="signals")
        demand_axes(signals, 1)
        frame_length = scalar(frame_length, "frame_length")
        frame_step = scalar(frame_step, "frame_step")
        if fft_length is None:
            fft_length = _power_of_two(frame_length)
        else:
            fft_length = convert_to_tensor(fft_length, name="fft_length")
        frames = frame(signals, frame_length, frame_step, pad_end=pad_end)
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=frames.dtype)
        return rfft(frames, [fft_length])


def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Callable[..., Any] = hann_window, name: str | None = None
) -> Callable[..., Tensor]:
    """The windows with which `inverse_stft` undoes `stft`.

    Args:
      frame_step: how far after another a window begins.
      forward_window_fn: the windows of `stft`.
      name: the scope of the ops.

    Returns:
      A function of the length and the dtype of a window.

    >>> run(inverse_stft_window_fn(2)(4, tf.float32))
    array([0., 1., 1., 1.], dtype=float32)
    """
    with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
        step = scalar(frame_step, "frame_step")

    def window_fn(frame_length: Any, dtype: Any) -> Tensor:
        with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
            length = scalar(frame_length, "frame_length")
            forward = forward_window_fn(length, dtype=dtype)
            total = square(forward)
            overlaps = -(-length // step)
            total = pad(total, [(0, overlaps * step - length)])
            total = reshape(total, [overlaps, step])
            total = reduce_sum(total, 0, keepdims=True)
            total = tile(total, [overlaps, 1])
            total = reshape(total, [overlaps * step])
            return forward / total[:length]

    return window_fn


def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    name: str | None = None,
) -> Tensor:
    """The signals of which these are the short-time Fourier transforms.

    Args:
      stfts: a complex64 tensor [..., windows, fft_length // 2 + 1].
      frame_length: how long a window is.
      frame_step: how far after another a window begins.
      fft_length: the length of the transforms; by default the least power of two that holds a window.
      window_fn: called with the length and the dtype to make the window; `inverse_stft_window_fn` has the one that
        undoes a `stft` exactly. None: all ones.
      name: the scope of the ops.

    >>> spectra = stft([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 4, 2)
    >>> run(inverse_stft(spectra, 4, 2, window_fn=inverse_stft_window_fn(2))[2:4])
    array([3., 4.], dtype=float32)
    """
    with name_scope(name, "inverse_stft", [stfts]):
        stfts = convert_to_tensor(stfts, name="stfts")
        demand_axes(stfts, 2)
        frame_length = scalar(frame_length, "frame_length")
        frame_step = scalar(frame_step, "frame_step")
        fft_length = _power_of_two(frame_length) if fft_length is None else scalar(fft_length, "fft_length")
        frames = _of_length(irfft(stfts, [fft_length]), frame_length)
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=stfts.dtype.real_dtype)
        return overlap_and_add(frames, frame_step)


def _of_length(frames: Tensor, frame_length: Tensor) -> Tensor:
    """Frames cut, or filled up with zeros, to a length."""
    length = constant_value(frame_length)
    own = None if frames.sizes is None else frames.sizes[-1]
    if length is None or own is None:
        frames = frames[..., :frame_length]
        axes, sizes = rank(frames), shape(frames)
        none = zeros([axes - 1, 2], dtype=frame_length.dtype)
        frames = pad(frames, concat([none, [[0, maximum(0, frame_length - sizes[-1])]]], 0))
    elif own > length:
        frames = frames[..., : int(length)]
    elif own < length:
        frames = pad(frames, [[0, 0]] * (len(frames.shape) - 1) + [[0, int(length) - own]])
    if length is not None and frames.sizes is not None:
        frames.set_shape([None] * (len(frames.sizes) - 1) + [int(length)])
    return frames
