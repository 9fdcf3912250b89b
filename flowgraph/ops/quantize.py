"""Tensors of small integers that stand for floats between two bounds.

`quantize` makes them, `dequantize` turns them back; `quantize_and_dequantize` does both at once, so that a network can
feel while it is trained what quantizing will do to it. See `kernels/quantize.py` for the ways to share out a range.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import FLOATS, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import quantize as kernel
from flowgraph.ops.attributes import choice, flag, whole
from flowgraph.ops.joining import concat_failure, joined
from flowgraph.sizes import Sizes

QUANTIZED = (dt.qint8, dt.quint8, dt.qint32, dt.qint16, dt.quint16)
MODES = ("MIN_COMBINED", "MIN_FIRST", "SCALED")
_ROUND_MODES = ("HALF_AWAY_FROM_ZERO", "HALF_TO_EVEN")


def require_scalars(*tensors: Any) -> None:
    """Refuse bounds that are known to have axes.

    Raises:
      ValueError: one has.
    """
    for tensor in tensors:
        if tensor.sizes:
            raise ValueError(f"Shape must be rank 0 but is rank {len(tensor.sizes)}")


def first(bound: Any) -> Any:
    """A bound as a numpy scalar; like TF's kernels, the first entry where there turn out to be more."""
    return np.asarray(bound).reshape(-1)[0]


# -- floats to integers ----------------------------------------------------------------------------------------


def _quantized_sizes(x: Any, low: Any, high: Any, **_attrs: Any) -> list[Sizes]:
    require_scalars(low, high)
    return [x.sizes, (), ()]


def _quantize(_xp: Any, x: Any, low: Any, high: Any, *, T: Any, mode: str, round_mode: str) -> Any:
    if round_mode != "HALF_AWAY_FROM_ZERO" and mode != "SCALED":
        line = f"Round mode '{round_mode}' only supported for mode 'SCALED', but mode is '{mode}'."
        raise errors.InvalidArgumentError(None, None, line)
    return kernel.quantize(x, first(low), first(high), T.np, mode, round_mode)


QUANTIZE_V2 = OpDef(
    "QuantizeV2(input: float32, min_range: float32, max_range: float32) -> "
    "(output: T, output_min: float32, output_max: float32)",
    attrs={"T": TypeAttr(QUANTIZED), "mode": "MIN_COMBINED", "round_mode": "HALF_AWAY_FROM_ZERO"},
    infer=_quantized_sizes,
    forward=_quantize,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 3), VALUE(-1.0), VALUE(1.5), T=dt.qint8),
        case(FLOAT(3), VALUE(-1.0), VALUE(1.5), T=dt.quint8, mode="MIN_FIRST"),
        case(FLOAT(3), VALUE(0.0), VALUE(0.0), T=dt.qint32, mode="SCALED", round_mode="HALF_TO_EVEN"),
        case(FLOAT(0, 2), VALUE(1.0), VALUE(1.5), T=dt.quint16),
    ],
)


class QuantizeV2(NamedTuple):
    """Integers, and the floats that the least and the greatest integer stand for."""

    output: Tensor
    output_min: Tensor
    output_max: Tensor


def quantize(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    round_mode: str = "HALF_AWAY_FROM_ZERO",
    name: str | None = None,
) -> QuantizeV2:
    """Integers that stand for the entries of a float32 tensor.

    Args:
      input: a float32 tensor.
      min_range: the least value to be told apart, a scalar; smaller entries become the least integer.
      max_range: the greatest value. The range is widened so that it holds zero, and to a hundredth of its bounds.
      T: the dtype of the integers: qint8, quint8, qint16, quint16 or qint32.
      mode: MIN_COMBINED (the least integer is the minimum, the greatest the maximum), MIN_FIRST (the same, but zero
        falls on an integer) or SCALED (entries are multiplied by one number: zero stays zero).
      round_mode: what becomes of halves: HALF_AWAY_FROM_ZERO or, with SCALED only, HALF_TO_EVEN.
      name: the op's name.

    Returns:
      The integers, and the range that they stand for after all.

    Raises:
      InvalidArgumentError: when run, where the maximum is below the minimum.

    >>> run(quantize([-1.0, 0.0, 0.25, 9.0], -1.0, 1.0, tf.quint8).output)
    array([  0, 128, 159, 255], dtype=uint8)
    """
    mode = choice("mode", mode, MODES, "QuantizeV2")
    round_mode = choice("round_mode", round_mode, _ROUND_MODES, "QuantizeV2")
    made = emit(QUANTIZE_V2, input, min_range, max_range, T=T, mode=mode, round_mode=round_mode, name=name)
    return QuantizeV2(*made)


def quantize_v2(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    name: str | None = None,
    round_mode: str = "HALF_AWAY_FROM_ZERO",
) -> QuantizeV2:
    """`quantize` with its arguments in an older order.

    >>> run(quantize_v2([0.5], 0.0, 1.0, tf.qint8, "MIN_FIRST").output)
    array([0], dtype=int8)
    """
    return quantize(input, min_range, max_range, T, mode, round_mode, name)


# -- integers to floats ----------------------------------------------------------------------------------------


def _dequantized_sizes(x: Any, low: Any, high: Any, **_attrs: Any) -> Sizes:
    require_scalars(low, high)
    return x.sizes


DEQUANTIZE = OpDef(
    "Dequantize(input: T, min_range: float32, max_range: float32) -> output: float32",
    attrs={"T": TypeAttr(QUANTIZED), "mode": "MIN_COMBINED"},
    infer=_dequantized_sizes,
    forward=lambda xp, x, low, high, *, mode: kernel.dequantize(x, first(low), first(high), mode),
    gradient=MISSING_GRADIENT,
    cases=[
        case(INT([[-5, 127]], dt.qint8), VALUE(-1.0), VALUE(1.5)),
        case(INT([0, 255], dt.quint8), VALUE(-1.0), VALUE(1.5), mode="SCALED"),
        case(INT([9, -(2**31)], dt.qint32), VALUE(-1.0), VALUE(1.5), mode="MIN_FIRST"),
    ],
)


def dequantize(
    input: Any, min_range: Any, max_range: Any, mode: str = "MIN_COMBINED", name: str | None = None
) -> Tensor:
    """The floats that quantized entries stand for.

    Args:
      input: a tensor of a quantized dtype.
      min_range: what its least integer stands for, a float32 scalar.
      max_range: what its greatest integer stands for.
      mode: as it was quantized: MIN_COMBINED, MIN_FIRST or SCALED.
      name: the op's name.

    >>> quantized = quantize([-1.0, 0.0, 0.25, 9.0], -1.0, 1.0, tf.quint8, mode="SCALED")
    >>> run(dequantize(*quantized, mode="SCALED"))
    array([0.     , 0.     , 0.25098, 1.     ], dtype=float32)
    """
    return emit(DEQUANTIZE, input, min_range, max_range, mode=choice("mode", mode, MODES, "Dequantize"), name=name)


# -- there and back ----------------------------------------------------------------------------------------------


def _there_and_back(
    x: Any, low: Any, high: Any, bits: int, signed_input: bool, given: bool, narrow: bool, round_mode: str
) -> Any:
    low, high = first(low), first(high)
    if given and not low <= high:
        line = f"Invalid range: input_min {low:g} > input_max {high:g}"
        raise errors.InvalidArgumentError(None, None, line)
    half_up = round_mode == "HALF_UP"
    with np.errstate(all="ignore"):
        return kernel.there_and_back(x, low, high, bits, signed_input, given, half_up, narrow)


def _there_and_back_v2(
    _xp: Any,
    x: Any,
    low: Any,
    high: Any,
    *,
    signed_input: bool,
    num_bits: int,
    range_given: bool,
    round_mode: str,
    narrow_range: bool,
) -> Any:
    if not 0 < num_bits < (63 if signed_input else 64):
        line = f"num_bits is out of range: {num_bits} with signed_input_ {int(signed_input)}"
        raise errors.InvalidArgumentError(None, None, line)
    return _there_and_back(x, low, high, num_bits, signed_input, range_given, narrow_range, round_mode)


def _there_and_back_v3(
    _xp: Any, x: Any, low: Any, high: Any, num_bits: Any, *, signed_input: bool, range_given: bool, narrow_range: bool
) -> Any:
    bits = int(first(num_bits))
    if not 0 < bits < (63 if signed_input else 64):
        line = f"num_bits is out of range: {bits} with signed_input_ {int(signed_input)}"
        raise errors.InvalidArgumentError(None, None, line)
    return _there_and_back(x, low, high, bits, signed_input, range_given, narrow_range, "HALF_TO_EVEN")


def _moved_sizes(x: Any, low: Any, high: Any, *rest: Any, **_attrs: Any) -> Sizes:
    require_scalars(low, high, *rest)
    return x.sizes


QUANTIZE_AND_DEQUANTIZE_V2 = OpDef(
    "QuantizeAndDequantizeV2(input: T, input_min: T, input_max: T) -> output: T",
    attrs={
        "signed_input": True,
        "num_bits": 8,
        "range_given": False,
        "T": TypeAttr(FLOATS),
        "round_mode": "HALF_TO_EVEN",
        "narrow_range": False,
    },
    infer=_moved_sizes,
    forward=_there_and_back_v2,
    gradient=lambda op, dy: [dy, None, None],
    cases=[
        case(FLOAT(2, 3), VALUE(-1.0), VALUE(1.0), range_given=True, gradient=False),
        case(DOUBLE(5), VALUE(0.0, dt.float64), VALUE(0.0, dt.float64), num_bits=3, gradient=False),
        case(FLOAT(4), VALUE(0.0), VALUE(0.0), signed_input=False, round_mode="HALF_UP", gradient=False),
        case(FLOAT(0), VALUE(0.0), VALUE(0.0), narrow_range=True, gradient=False),
    ],
)

QUANTIZE_AND_DEQUANTIZE_V3 = OpDef(
    "QuantizeAndDequantizeV3(input: T, input_min: T, input_max: T, num_bits: int32) -> output: T",
    attrs={"signed_input": True, "range_given": True, "T": TypeAttr(FLOATS), "narrow_range": False},
    infer=_moved_sizes,
    forward=_there_and_back_v3,
    gradient=lambda op, dy: [dy, None, None, None],
    cases=[case(FLOAT(2, 3), VALUE(-1.0), VALUE(1.0), INT(4), gradient=False)],
)


def quantize_and_dequantize(
    input: Any,
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
) -> Tensor:
    """Each entry moved to the nearest of a few evenly spaced values, as if it had been quantized on the way.

    Gradients pass as through an identity.

    Args:
      input: a tensor of floats.
      input_min: the least value that must be told apart, with `range_given`; a scalar.
      input_max: the greatest.
      signed_input: whether negative values are told apart too.
      num_bits: of how many bits the integers would be.
      range_given: whether the range is that of `input_min` and `input_max`, or that of the entries.
      round_mode: what becomes of halves: HALF_TO_EVEN or HALF_UP.
      name: the op's name.
      narrow_range: whether the least integer is left out, so that the range is as wide on both sides.

    Raises:
      InvalidArgumentError: when run, where the range is empty or the number of bits out of range.

    >>> run(quantize_and_dequantize([-1.0, 0.3, 0.9], 0.0, 0.0, num_bits=3))
    array([-0.9,  0.3,  0.9], dtype=float32)
    """
    return emit(
        QUANTIZE_AND_DEQUANTIZE_V2,
        input,
        input_min,
        input_max,
        signed_input=signed_input,
        num_bits=whole("num_bits", num_bits),
        range_given=range_given,
        round_mode=choice("round_mode", round_mode, ("HALF_TO_EVEN", "HALF_UP"), "QuantizeAndDequantizeV2"),
        narrow_range=flag("narrow_range", narrow_range),
        name=name,
    )


# -- quantized_concat --------------------------------------------------------------------------------------------


def _concat_sizes(axis: Any, values: list[Any], lows: list[Any], highs: list[Any]) -> list[Sizes]:
    require_scalars(*lows, *highs)
    return [_joined_sizes(axis, values), (), ()]


def _joined_sizes(axis: Any, values: list[Any]) -> Sizes:
    require_scalars(axis)
    rank = next((len(v.sizes) for v in values if v.sizes is not None), None)
    known = axis.constant()
    if rank is None:
        return None
    if known is None:
        return (None,) * rank
    at = int(known)
    needed = -at if at < 0 else at + 1
    if rank < needed:
        raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}")
    return joined([value.sizes for value in values], at % rank)


def _quantized_concat(xp: Any, axis: Any, values: list[Any], lows: list[Any], highs: list[Any]) -> Any:
    line = concat_failure(values, axis) if 0 <= axis < values[0].ndim else None
    if not 0 <= axis < values[0].ndim:
        line = f"ConcatOp : Expected concatenating dimensions in the range [0, {values[0].ndim}), but got {int(axis)}"
    if line:
        raise errors.InvalidArgumentError(None, None, line)
    ranges = [(first(low), first(high)) for low, high in zip(lows, highs)]
    low = min(kernel.F(0), *(low for low, _ in ranges))
    high = max(high for _, high in ranges)
    if np.iinfo(values[0].dtype).min:  # the same on both sides of zero
        high = max(abs(low), abs(high))
        low = -high
    moved = [
        value
        if bounds == (low, high)
        else kernel.quantize_min_first(kernel.dequantize_min_first(value, *bounds), low, high, value.dtype)
        for value, bounds in zip(values, ranges)
    ]
    return xp.concatenate(moved, int(axis)), low, high


_BYTES = INT([[0, 9, 255], [1, 2, 3]], dt.quint8)

QUANTIZED_CONCAT = OpDef(
    "QuantizedConcat(concat_dim: int32, values: N*T, input_mins: N*float32, input_maxes: N*float32) -> "
    "(output: T, output_min: float32, output_max: float32)",
    attrs={"T": TypeAttr()},
    infer=_concat_sizes,
    forward=_quantized_concat,
    gradient=MISSING_GRADIENT,
    cases=[
        case(INT(1), [_BYTES, _BYTES], [VALUE(-1.0), VALUE(0.0)], [VALUE(1.0), VALUE(2.0)]),
        case(INT(0), [_BYTES, _BYTES], [VALUE(-1.0), VALUE(-1.0)], [VALUE(1.0), VALUE(1.0)]),
    ],
)


class QuantizedConcat(NamedTuple):
    """Integers, and the floats that the least and the greatest integer stand for."""

    output: Tensor
    output_min: Tensor
    output_max: Tensor


def quantized_concat(
    concat_dim: Any, values: Any, input_mins: Any, input_maxes: Any, name: str | None = None
) -> QuantizedConcat:
    """Quantized tensors put one behind the other, in one range that holds all of theirs.

    Args:
      concat_dim: the axis, an int32 scalar.
      values: a list of two or more tensors of one quantized dtype.
      input_mins: for each what its least integer stands for.
      input_maxes: for each what its greatest integer stands for.
      name: the op's name.

    Raises:
      ValueError: lists of different lengths, or shapes that do not fit.

    >>> a, b = quantize([0.5], 0.0, 1.0, tf.quint8), quantize([1.0], 0.0, 2.0, tf.quint8)
    >>> run(quantized_concat(0, [a[0], b[0]], [a[1], b[1]], [a[2], b[2]]).output)
    array([ 64, 128], dtype=uint8)
    """
    for argument, given in (("values", values), ("input_mins", input_mins), ("input_maxes", input_maxes)):
        if not isinstance(given, list | tuple):
            line = f"Expected list for '{argument}' argument to 'quantized_concat' Op, not {given!r}."
            raise TypeError(errors.explain(line, where=user_site()))
        if len(given) != len(values):
            line = (
                f"List argument '{argument}' to 'quantized_concat' Op with length {len(given)} must match length "
                f"{len(values)} of argument 'values'."
            )
            raise ValueError(errors.explain(line, where=user_site()))
    if len(values) < 2:
        line = (
            f"List argument 'values' to 'QuantizedConcat' Op with length {len(values)} shorter than minimum length 2."
        )
        raise ValueError(errors.explain(line, where=user_site()))
    return QuantizedConcat(*emit(QUANTIZED_CONCAT, concat_dim, values, input_mins, input_maxes, name=name))
