"""Discrete cosine transforms, by way of Fourier's."""

from __future__ import annotations

import math
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.complex import complex as complex_op
from flowgraph.ops.complex import real
from flowgraph.ops.fft_real import irfft, rfft
from flowgraph.ops.joining import concat
from flowgraph.ops.padding import pad
from flowgraph.ops.range import range as range_op
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.unary import exp, rsqrt, sqrt


def _check(x: Any, kind: int, n: Any, axis: int, norm: Any) -> None:
    if axis != -1:
        raise NotImplementedError(errors.explain(f"axis must be -1. Got: {axis}", where=user_site()))
    if n is not None and n < 1:
        raise refusal("n should be a positive integer or None")
    if kind not in (1, 2, 3):
        raise refusal("Only Types I, II and III (I)DCT are supported.")
    if kind == 1:
        if norm == "ortho":
            raise refusal("Normalization is not supported for the Type-I DCT.")
        size = x.shape[-1]
        if size is not None and size < 2:
            raise refusal("Type-I DCT requires the dimension to be greater than one.")
    if norm not in (None, "ortho"):
        raise refusal(f"Unknown normalization. Expected None or 'ortho', got: {norm}")


def dct(
    input: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The discrete cosine transform along the last axis.

    Args:
      input: a float32 tensor.
      type: 1, 2 or 3: which of the transforms.
      n: the length to which the axis is cut or filled up with zeros; by default its own.
      axis: TF knows only the last one, -1.
      norm: "ortho" makes the transform orthogonal; not of type 1.
      name: the scope of the ops.

    Raises:
      NotImplementedError: another axis.
      ValueError: another type or norm.

    >>> run(tf.abs(dct([[1.0, 1.0, 1.0, 1.0]], norm="ortho")))
    array([[2., 0., 0., 0.]], dtype=float32)
    """
    _check(input, type, n, axis, norm)
    with name_scope(name, "dct", [input]):
        x = convert_to_tensor(input, dtype=dt.float32)
        length = x.shape[-1].value or shape(x)[-1]
        if n is not None:
            x = _of_length(x, n, length)
        size = x.shape[-1].value or shape(x)[-1]
        as_float = cast(size, dt.float32)
        if type == 1:
            return real(rfft(concat([x, x[..., -2:0:-1]], axis=-1)))
        if type == 2:
            return _second(x, size, as_float, norm)
        return _third(x, size, as_float, norm)


def _of_length(x: Tensor, n: int, length: Any) -> Tensor:
    if n <= length:
        return x[..., 0:n]
    padding = [[0, 0] for _ in range(len(x.shape))]
    padding[-1][1] = n - length
    return pad(x, paddings=convert_to_tensor(padding, dtype=dt.int32))


def _second(x: Tensor, size: Any, as_float: Tensor, norm: str | None) -> Tensor:
    scale = 2.0 * exp(complex_op(0.0, -range_op(as_float) * math.pi * 0.5 / as_float))
    made = real(rfft(x, fft_length=[2 * size])[..., :size] * scale)
    if norm == "ortho":
        first = 0.5 * rsqrt(as_float)
        made *= _weights(first, first * sqrt(2.0), size)
    return made


def _third(x: Tensor, size: Any, as_float: Tensor, norm: str | None) -> Tensor:
    if norm == "ortho":
        first = sqrt(as_float)
        x *= _weights(first, first * sqrt(0.5), size)
    else:
        x *= as_float
    scale = 2.0 * exp(complex_op(0.0, range_op(as_float) * math.pi * 0.5 / as_float))
    return real(irfft(scale * complex_op(x, 0.0), fft_length=[2 * size]))[..., :size]


def _weights(first: Tensor, others: Tensor, size: Any) -> Tensor:
    """One number for the first frequency, another for the rest."""
    return pad(expand_dims(first, 0), [[0, size - 1]], constant_values=others)


def idct(
    input: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of `dct` of that type; without norm it lacks the factor 1 / (2 n) (type 1: 1 / (2 n - 2)).

    >>> run(idct([[2.0, 0.0, 0.0, 0.0]], norm="ortho"))
    array([[1., 1., 1., 1.]], dtype=float32)
    """
    _check(input, type, n, axis, norm)
    return dct(input, type={1: 1, 2: 3, 3: 2}[type], n=n, axis=axis, norm=norm, name=name)
