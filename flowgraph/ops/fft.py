"""Fourier transforms of complex numbers, over the last one, two or three axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.cases import COMPLEX as COMPLEX_INPUT
from flowgraph.ir.cases import case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import COMPLEX, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.reduction import reduce_prod
from flowgraph.ops.rolling import roll
from flowgraph.sizes import Sizes, to_text


def require_axes(x: Any, axes: int) -> None:
    """Refuse what is known to have fewer axes.

    Raises:
      ValueError: it has.
    """
    if x.sizes is not None and len(x.sizes) < axes:
        raise ValueError(f"Shape must be at least rank {axes} but is rank {len(x.sizes)}")


def check_axes(x: Any, axes: int) -> None:
    """Demand at least so many axes.

    Raises:
      InvalidArgumentError: there are fewer.
    """
    if x.ndim < axes:
        raise invalid(f"Input must have rank of at least {axes} but got: {to_text(x.shape)}")


def entries_of_last(x: Tensor, axes: int) -> Tensor:
    """How many entries the last axes have together."""
    return reduce_prod(shape(x)[-axes:])


def _sizes(x: Any, axes: int) -> Sizes:
    require_axes(x, axes)
    return x.sizes


def _transform(x: Any, axes: int, inverse: bool) -> Any:
    check_axes(x, axes)
    if not x.size:
        return np.zeros_like(x)
    transform = np.fft.ifftn if inverse else np.fft.fftn
    return transform(x, axes=tuple(range(-axes, 0))).astype(x.dtype, copy=False)


def _fft_op(name: str, axes: int) -> OpDef:
    def gradient(_op: Any, dy: Tensor) -> list[Any]:
        size = cast(entries_of_last(dy, axes), dy.dtype)
        return [INVERSE[axes](dy) * size]

    return _op(name, axes, False, gradient)


def _ifft_op(name: str, axes: int) -> OpDef:
    def gradient(_op: Any, dy: Tensor) -> list[Any]:
        share = cast(1.0 / cast(entries_of_last(dy, axes), dy.dtype.real_dtype), dy.dtype)
        return [FORWARD[axes](dy) * share]

    return _op(name, axes, True, gradient)


def _op(name: str, axes: int, inverse: bool, gradient: Any) -> OpDef:
    return OpDef(
        f"{name}(input: Tcomplex) -> output: Tcomplex",
        attrs={"Tcomplex": TypeAttr(COMPLEX, COMPLEX[0])},
        infer=lambda x: _sizes(x, axes),
        forward=lambda xp, x: _transform(x, axes, inverse),
        gradient=gradient,
        cases=[
            case(COMPLEX_INPUT(2, 3, 4)),
            case(COMPLEX_INPUT(*(5, 2, 3)[:axes])),
            case(COMPLEX_INPUT(2, 3, 0), gradient=False),
        ],
    )


FFT = _fft_op("FFT", 1)
IFFT = _ifft_op("IFFT", 1)
FFT2D = _fft_op("FFT2D", 2)
IFFT2D = _ifft_op("IFFT2D", 2)
FFT3D = _fft_op("FFT3D", 3)
IFFT3D = _ifft_op("IFFT3D", 3)


def fft(input: Any, name: str | None = None) -> Tensor:
    """The discrete Fourier transform along the last axis.

    Args:
      input: a tensor of complex numbers.
      name: the op's name.

    >>> run(fft(tf.constant([1.0, 0.0, 0.0, 0.0], tf.complex64)))
    array([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j], dtype=complex64)
    """
    return emit(FFT, input, name=name)


def ifft(input: Any, name: str | None = None) -> Tensor:
    """The inverse of `fft`.

    >>> run(ifft(tf.constant([1.0, 1.0, 1.0, 1.0], tf.complex64)))
    array([1.+0.j, 0.+0.j, 0.+0.j, 0.+0.j], dtype=complex64)
    """
    return emit(IFFT, input, name=name)


def fft2d(input: Any, name: str | None = None) -> Tensor:
    """The discrete Fourier transform over the last two axes; see `fft`."""
    return emit(FFT2D, input, name=name)


def ifft2d(input: Any, name: str | None = None) -> Tensor:
    """The inverse of `fft2d`."""
    return emit(IFFT2D, input, name=name)


def fft3d(input: Any, name: str | None = None) -> Tensor:
    """The discrete Fourier transform over the last three axes; see `fft`."""
    return emit(FFT3D, input, name=name)


def ifft3d(input: Any, name: str | None = None) -> Tensor:
    """The inverse of `fft3d`."""
    return emit(IFFT3D, input, name=name)


FORWARD = {1: fft, 2: fft2d, 3: fft3d}
INVERSE = {1: ifft, 2: ifft2d, 3: ifft3d}


# -- shifts ------------------------------------------------------------------------------------------------------


def _shifted(x: Any, axes: Any, name: str, sign: int) -> Tensor:
    x = convert_to_tensor(x)
    if axes is None:
        axes = tuple(range(len(x.shape)))
        by: Any = [sign * int(size // 2) for size in x.shape]
    elif isinstance(axes, int):
        by = sign * int(x.shape[axes] // 2)
    else:
        by = [sign * int(x.shape[axis] // 2) for axis in axes]
    return roll(x, by, axes, name)


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """A spectrum with the frequency zero in the middle, as one draws it.

    Args:
      x: a tensor of known sizes along the axes.
      axes: the axes, an integer or a tuple; None: all.
      name: the op's name.

    >>> run(fftshift([0, 1, 2, -2, -1]))
    array([-2, -1,  0,  1,  2], dtype=int32)
    """
    with name_scope(name, "fftshift") as scope:
        return _shifted(x, axes, scope, 1)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `fftshift`.

    >>> run(ifftshift([-2, -1, 0, 1, 2]))
    array([ 0,  1,  2, -2, -1], dtype=int32)
    """
    with name_scope(name, "ifftshift") as scope:
        return _shifted(x, axes, scope, -1)
