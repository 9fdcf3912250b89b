"""Fourier transforms of real numbers: only the half of the spectrum of which the other half is the mirror image."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX, FLOAT, INTS, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, rank, reshape, shape, zeros, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.complex import conj, real
from flowgraph.ops.fft import check_axes, entries_of_last, require_axes
from flowgraph.ops.joining import concat, stack, unstack
from flowgraph.ops.math import maximum
from flowgraph.ops.matmul import matmul
from flowgraph.ops.padding import pad
from flowgraph.ops.range import range as range_op
from flowgraph.ops.shaping import expand_dims, tile, transpose
from flowgraph.shapes import TensorShape
from flowgraph.sizes import Sizes, is_full

# -- ops ---------------------------------------------------------------------------------------------------------


def _spectrum_sizes(x: Any, fft_length: Any, axes: int, forward: bool) -> Sizes:
    require_axes(x, axes)
    if fft_length.sizes is not None:
        if len(fft_length.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(fft_length.sizes)}")
        if fft_length.sizes[0] not in (None, axes):
            raise ValueError(f"Dimension must be {axes} but is {fft_length.sizes[0]}")
    if x.sizes is None:
        return None
    lengths = fft_length.constant()
    if lengths is None:
        return (*x.sizes[:-axes], *(None,) * axes)
    made = [int(length) if length >= 0 else None for length in lengths]
    if forward and made[-1]:
        made[-1] = made[-1] // 2 + 1
    return (*x.sizes[:-axes], *made)


def _check(x: Any, fft_length: Any, axes: int, forward: bool) -> None:
    """Demand an entry for each frequency that was asked for."""
    check_axes(x, axes)
    if fft_length.shape != (axes,):
        raise invalid(f"fft_length must have shape [{axes}]")
    for i, length in enumerate(fft_length.tolist()):
        axis = x.ndim - axes + i
        needed = length if forward or i < axes - 1 or length <= 0 else length // 2 + 1
        if x.shape[axis] and not 0 <= needed <= x.shape[axis]:
            least = needed % 2**64  # a negative length, as C++ has it
            raise invalid(f"Input dimension {axis} must have length of at least {least} but got: {x.shape[axis]}")


def _forward(x: Any, fft_length: Any, axes: int) -> Any:
    _check(x, fft_length, axes, True)
    lengths = fft_length.tolist()
    if not x.size or 0 in lengths:
        last = lengths[-1] // 2 + 1 if lengths[-1] else 0
        return np.zeros((*x.shape[:-axes], *lengths[:-1], last), np.complex64)
    return np.fft.rfftn(x, lengths, tuple(range(-axes, 0))).astype(np.complex64, copy=False)


def _inverse(x: Any, fft_length: Any, axes: int) -> Any:
    _check(x, fft_length, axes, False)
    lengths = fft_length.tolist()
    if not x.size or 0 in lengths:
        return np.zeros((*x.shape[:-axes], *lengths), np.float32)
    return np.fft.irfftn(x, lengths, tuple(range(-axes, 0))).astype(np.float32, copy=False)


def _tiled(matrix: Tensor, like: Tensor) -> Tensor:
    """A matrix for each matrix of another tensor."""
    expanded = reshape(matrix, concat([ones([rank(like) - 2], dt.int32), shape(matrix)], 0))
    return tile(expanded, concat([shape(like)[:-2], [1, 1]], 0))


def _waves(length: Tensor) -> Tensor:
    """The matrix of exp(-2 pi i a b / length)."""
    from flowgraph.ops.unary import exp

    a = tile(expand_dims(range_op(length), 0), (length, 1))
    b = transpose(a, [1, 0])
    return exp(-2j * np.pi * cast(a * b, dt.complex64) / cast(length, dt.complex64))


def _alternating(length: Tensor) -> Tensor:
    """The numbers 1, -1, 1, ..."""
    return cast(1 - 2 * (range_op(length) % 2), dt.complex64)


def _rfft_grad(axes: int) -> Any:
    """The inverse transform counts the frequency zero, and the highest one of an even length, half."""

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        fft_length = op.inputs[1]
        sizes = shape(op.inputs[0])
        is_even = cast(1 - (fft_length[-1] % 2), dt.complex64)
        lowest = dy[..., 0:1]
        if axes == 1:
            highest = dy[..., -1:]
            extra = lowest + is_even * highest * _alternating(sizes[-1])
        else:
            waves = _tiled(_waves(sizes[-2]), lowest)
            extra = matmul(waves, conj(lowest))
            highest = dy[..., -1:]
            of_highest = matmul(waves, conj(highest))
            inner = sizes[-1]
            repeats = concat([ones([rank(dy) - 1], dt.int32), [inner]], 0)
            of_highest = tile(of_highest, repeats) * _alternating(inner)
            extra += is_even * of_highest
        count = cast(entries_of_last(op.inputs[0], axes), dt.float32)
        back = (irfft if axes == 1 else irfft2d)(dy, fft_length)
        return [0.5 * (back * count + real(extra)), None]

    return gradient


def _irfft_grad(axes: int) -> Any:
    """The transform of the gradient, all frequencies that have a mirror image counted twice."""

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from flowgraph.ops.division import floormod
        from flowgraph.ops.unary import reciprocal

        fft_length = op.inputs[1]
        is_odd = floormod(fft_length[-1], 2)
        last = shape(op.inputs[0])[-1]
        weights = concat([[1.0], 2.0 * ones([last - 2 + is_odd]), ones([1 - is_odd])], 0)
        share = reciprocal(cast(entries_of_last(dy, axes), dt.float32))
        made = (rfft if axes == 1 else rfft2d)(dy, fft_length)
        return [made * cast(share * weights, dt.complex64), None]

    return gradient


def _real_op(name: str, axes: int, forward: bool, gradient: Any, cases: Any) -> OpDef:
    signature = "float32, fft_length: int32) -> output: complex64"
    if not forward:
        signature = "complex64, fft_length: int32) -> output: float32"
    compute = _forward if forward else _inverse
    return OpDef(
        f"{name}(input: {signature}",
        infer=lambda x, fft_length: _spectrum_sizes(x, fft_length, axes, forward),
        forward=lambda xp, x, fft_length: compute(x, fft_length, axes),
        gradient=gradient,
        cases=cases,
    )


RFFT = _real_op(
    "RFFT",
    1,
    True,
    _rfft_grad(1),
    [
        case(FLOAT(2, 5), INTS(5), gradient=False),
        case(FLOAT(4), INTS(3), gradient=False),
        case(FLOAT(0, 4), INTS(4), gradient=False),
    ],
)
IRFFT = _real_op(
    "IRFFT",
    1,
    False,
    _irfft_grad(1),
    [case(COMPLEX(2, 5), INTS(8), gradient=False), case(COMPLEX(4), INTS(3), gradient=False)],
)
RFFT2D = _real_op("RFFT2D", 2, True, _rfft_grad(2), [case(FLOAT(2, 3, 4), INTS(3, 4), gradient=False)])
IRFFT2D = _real_op("IRFFT2D", 2, False, _irfft_grad(2), [case(COMPLEX(2, 3, 3), INTS(3, 5), gradient=False)])
RFFT3D = _real_op("RFFT3D", 3, True, MISSING_GRADIENT, [case(FLOAT(2, 3, 4), INTS(2, 3, 4))])
IRFFT3D = _real_op("IRFFT3D", 3, False, MISSING_GRADIENT, [case(COMPLEX(2, 3, 3), INTS(2, 3, 4))])


# -- lengths -----------------------------------------------------------------------------------------------------


def _own_length(x: Tensor, axes: int) -> Tensor:
    known = None if x.sizes is None else x.sizes[-axes:]
    if known is None or not is_full(known):
        return shape(x)[-axes:]
    return convert_to_tensor(list(known), dt.int32)


def _own_inverse_length(x: Tensor, axes: int) -> Tensor:
    """The length of the signal that has such a spectrum, if it is even."""
    known = None if x.sizes is None else x.sizes[-axes:]
    if known is None or not is_full(known):
        lengths: list[Any] = unstack(shape(x)[-axes:])
        lengths[-1] = maximum(0, 2 * (lengths[-1] - 1))
        return stack(lengths)
    *others, last = known
    return convert_to_tensor([*others, max(0, 2 * (last - 1))], dt.int32)  # type: ignore[operator]


def _known_length(fft_length: Tensor) -> Sizes:
    """What is known of the lengths."""
    if fft_length.sizes == ():
        value = fft_length.constant()
        if value is not None and value != -1:
            line = (
                f"Received a scalar value '{int(value)}' as shape; require a statically known scalar with value '-1' "
                "to describe an unknown shape."
            )
            raise ValueError(errors.explain(line, mend="fft_length=[...], a list.", where=user_site()))
        return None
    return fft_length.constant_sizes()


def _padded(x: Tensor, axes: int, fft_length: Tensor, inverse: bool = False) -> Tensor:
    """A tensor with zeros at the end of those axes that are shorter than the transform."""
    lengths = _known_length(fft_length)
    if x.sizes is not None and 0 in x.sizes:
        return x
    if lengths is not None and is_full(lengths) and x.sizes is not None:
        known = x.sizes[-len(lengths) :]
        if is_full(known):
            if inverse:
                lengths = (*lengths[:-1], lengths[-1] // 2 + 1)  # type: ignore[operator]
            missing = [[0, max(a - b, 0)] for a, b in zip(lengths, known)]  # type: ignore[operator]
            if any(after > 0 for _, after in missing):
                return pad(x, [[0, 0]] * max(len(x.sizes) - len(lengths), 0) + missing)
            return x
    axes_of_x = rank(x)
    own = shape(x)[-axes:]
    outer = zeros([maximum(0, axes_of_x - axes)], fft_length.dtype)
    if inverse:
        fft_length = concat([fft_length[:-1], fft_length[-1:] // 2 + 1], 0)
    after = concat([outer, maximum(0, fft_length - own)], 0)
    return pad(x, stack([zeros_like(after), after], axis=1))


def _real_transform(opdef: OpDef, axes: int, x: Any, fft_length: Any, name: Any, default: str) -> Tensor:
    with name_scope(name, default, [x, fft_length]) as scope:
        x = convert_to_tensor(x, dt.float32)
        _demand_axes(x, axes)
        length = _own_length(x, axes) if fft_length is None else convert_to_tensor(fft_length, dt.int32)
        return emit(opdef, _padded(x, axes, length), length, name=scope)


def _real_inverse(opdef: OpDef, axes: int, x: Any, fft_length: Any, name: Any, default: str) -> Tensor:
    with name_scope(name, default, [x, fft_length]) as scope:
        x = convert_to_tensor(x, dt.complex64)
        _demand_axes(x, axes)
        length = _own_inverse_length(x, axes) if fft_length is None else convert_to_tensor(fft_length, dt.int32)
        return emit(opdef, _padded(x, axes, length, inverse=True), length, name=scope)


def _demand_axes(x: Tensor, axes: int) -> None:
    try:
        TensorShape(x.sizes).with_rank_at_least(axes)
    except ValueError as error:
        raise ValueError(errors.explain(str(error), where=user_site())) from None


# -- functions ---------------------------------------------------------------------------------------------------


def rfft(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The Fourier transform of real numbers along the last axis: fft_length // 2 + 1 frequencies.

    Args:
      input_tensor: a float32 tensor.
      fft_length: a list of one length; the tensor is cut, or filled up with zeros, to it. By default its own.
      name: the scope of the ops.

    >>> run(rfft([1.0, 0.0, -1.0, 0.0]))
    array([0.+0.j, 2.+0.j, 0.+0.j], dtype=complex64)
    """
    return _real_transform(RFFT, 1, input_tensor, fft_length, name, "rfft")


def irfft(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `rfft`.

    Args:
      input_tensor: a complex64 tensor with fft_length // 2 + 1 frequencies.
      fft_length: a list of the length of the result; by default the even one.
      name: the scope of the ops.

    >>> run(irfft(tf.constant([0.0, 2.0, 0.0], tf.complex64)))
    array([ 1.,  0., -1.,  0.], dtype=float32)
    """
    return _real_inverse(IRFFT, 1, input_tensor, fft_length, name, "irfft")


def rfft2d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The Fourier transform of real numbers over the last two axes; see `rfft`."""
    return _real_transform(RFFT2D, 2, input_tensor, fft_length, name, "rfft2d")


def irfft2d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `rfft2d`; see `irfft`."""
    return _real_inverse(IRFFT2D, 2, input_tensor, fft_length, name, "irfft2d")


def rfft3d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The Fourier transform of real numbers over the last three axes; see `rfft`. TF has no gradient of it."""
    return _real_transform(RFFT3D, 3, input_tensor, fft_length, name, "rfft3d")


def irfft3d(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `rfft3d`; see `irfft`. TF has no gradient of it."""
    return _real_inverse(IRFFT3D, 3, input_tensor, fft_length, name, "irfft3d")
