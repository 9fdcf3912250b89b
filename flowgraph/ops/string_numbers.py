"""Numbers as strings and back: as_string, string_to_number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX, FLOAT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import each, entries, to_float, to_integer
from flowgraph.ops.broadcast import same
from flowgraph.ops.reduction import one_of

# -- as_string ---------------------------------------------------------------------------------------------


def _as_string(_xp: Any, x: Any, *, precision: int, scientific: bool, shortest: bool, width: int, fill: str) -> Any:
    x = np.asarray(x)
    problem = _as_string_problem(x.dtype, precision, scientific, shortest, fill)
    if problem is not None:
        raise errors.InvalidArgumentError(None, None, problem)
    if x.dtype.kind == "b":
        return each(lambda entry: b"true" if entry else b"false", x)
    width_text = str(width) if width > -1 else ""
    if x.dtype.kind == "i":
        return each(lambda entry: (f"%{fill}{width_text}d" % entry).encode(), x)
    kind = "g" if shortest else "e" if scientific else "f"
    form = _float_formatter(fill, width_text, f".{precision}" if precision > -1 else "", kind)
    if x.dtype.kind == "c":
        return each(lambda entry: f"({form(entry.real)},{form(entry.imag)})".encode(), x)
    return each(lambda entry: form(entry).encode(), x)


def _float_formatter(fill: str, width: str, precision: str, kind: str) -> Callable[[float], str]:
    """How C prints a float: as Python does, but for infinities and NaNs."""
    finite = f"%{fill}{width}{precision}{kind}"
    special = f"%{'-' if fill == '-' else ''}{width}s"  # (no zeros before those)

    def form(number: float) -> str:
        if math.isfinite(number):
            return finite % number
        sign = "-" if math.copysign(1.0, number) < 0 else fill.strip("0-#")
        return special % f"{sign}{abs(number)}"

    return form


def _as_string_problem(kind: np.dtype[Any], precision: int, scientific: bool, shortest: bool, fill: str) -> str | None:
    """TF's words for arguments that do not go together."""
    if kind.kind not in "fc":
        if scientific or shortest:
            return f"scientific and shortest format not supported for datatype {kind.name}"
        if precision >= 0:
            return f"precision not supported for datatype {kind.name}"
    if len(fill.encode()) > 1:
        return "Fill string must be one or fewer characters"
    if scientific and shortest:
        return "Cannot select both scientific and shortest notation"
    if fill not in {"", " ", "+", "-", "0", "#"}:
        return f'Fill argument not supported: "{fill}"'
    return None


AS_STRING = OpDef(
    "AsString(input: T) -> output: string",
    attrs={
        "T": TypeAttr(
            (dt.int8, dt.int16, dt.int32, dt.int64, dt.complex64, dt.complex128, dt.float32, dt.float64, dt.bool)
        ),
        "precision": -1, "scientific": False, "shortest": False, "width": -1, "fill": "",
    },
    infer=same,
    forward=_as_string,
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(2, 3)),
        case(FLOAT(), precision=2, scientific=True),
        case(INTS(1, -20), width=6, fill="0"),
        case(COMPLEX(2), shortest=True),
        case(VALUE([True, False], dt.bool)),
    ],
)  # fmt: skip


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Tensor:
    """The entries of a tensor of numbers or bools as strings, as C's printf writes them.

    Args:
      input: the numbers.
      precision: the digits after the point (of `shortest`: all digits); by default 6.
      scientific: whether to write 1.5 as 1.500000e+00.
      shortest: whether to write 1.5 as 1.5, and very large and small numbers with an exponent.
      width: the least number of characters.
      fill: what fills them up: "0", " " (the default), "-" for spaces behind the number, "+" for a sign.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) the arguments do not go together, or not with the dtype.

    >>> run(as_string([1.5, -2.0]))
    array([b'1.500000', b'-2.000000'], dtype=object)
    >>> run(as_string([7, 42], width=4, fill="0"))
    array([b'0007', b'0042'], dtype=object)
    """
    return emit(
        AS_STRING, input, precision=precision, scientific=scientific, shortest=shortest, width=width, fill=fill,
        name=name,
    )  # fmt: skip


# -- string_to_number --------------------------------------------------------------------------------------


def _to_number(_xp: Any, texts: Any, *, out_type: Any) -> Any:
    read: Callable[[bytes], Any]
    if out_type.is_floating:
        read = lambda text: to_float(text, single=out_type == dt.float32)  # noqa: E731
    else:
        read = lambda text: to_integer(text, 8 * out_type.size)  # noqa: E731
    numbers = []
    for text in entries(texts):
        number = read(text)
        if number is None:
            shown = text.split(b"\0")[0].decode(errors="replace")
            line = f"StringToNumberOp could not correctly convert string: {shown}"
            raise errors.InvalidArgumentError(None, None, line)
        numbers.append(number)
    return np.array(numbers, out_type.np).reshape(np.shape(texts))


STRING_TO_NUMBER = OpDef(
    "StringToNumber(string_tensor: string) -> output: out_type",
    attrs={"out_type": TypeAttr((dt.float32, dt.float64, dt.int32, dt.int64), dt.float32)},
    infer=same,
    forward=_to_number,
    gradient=NO_GRADIENT,
    cases=[
        case(VALUE([b"1.5", b"-2"], dt.string)),
        case(VALUE(b" 7 ", dt.string), out_type=dt.int64),
        case(VALUE([], dt.string), out_type=dt.float64),
    ],
)


def string_to_number(
    string_tensor: Any = None, out_type: Any = dt.float32, name: str | None = None, input: Any = None
) -> Tensor:
    """The numbers that strings hold; space around a number is ignored.

    Args:
      string_tensor, input: the strings.
      out_type: float32, float64, int32 or int64. Floats that are too large become infinite.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) a string holds no number, or an integer that is too large.

    >>> run(string_to_number(["1.5", "-2e3", "inf"]))
    array([    1.5, -2000. ,     inf], dtype=float32)
    """
    return emit(STRING_TO_NUMBER, one_of("input", input, "string_tensor", string_tensor), out_type=out_type, name=name)
