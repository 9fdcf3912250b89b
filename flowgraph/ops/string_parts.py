"""What strings consist of: substr, length, strip, lower, upper."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import each, entries, of_entries
from flowgraph.ops.attributes import choice, text
from flowgraph.ops.broadcast import same
from flowgraph.shapes import Sizes
from flowgraph.sizes import broadcast, to_text

UNITS = ("BYTE", "UTF8_CHAR")
_WORDS = VALUE([b"abc", "hélène".encode()], dt.string)


def _starts(word: bytes) -> list[int]:
    """Where the characters of UTF-8 begin, and where the last one ends."""
    return [i for i, byte in enumerate(word) if byte & 0xC0 != 0x80] + [len(word)]


# -- substr ------------------------------------------------------------------------------------------------


def _substr_sizes(words: Any, pos: Any, length: Any, **_unit: str) -> Sizes:
    if pos.sizes is not None:
        rank = -1 if length.sizes is None else len(length.sizes)
        if len(pos.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(pos.sizes)}")
        if pos.sizes != length.sizes:
            shapes = f"{to_text(pos.sizes)} vs. {to_text(length.sizes)}"
            raise ValueError(f"pos and len shapes must match: {shapes}")
    return broadcast(words.sizes, pos.sizes)


def _substr(_xp: Any, words: Any, pos: Any, length: Any, *, unit: str) -> Any:
    if np.shape(pos) != np.shape(length):
        shapes = f"{to_text(np.shape(pos))} vs. {to_text(np.shape(length))}"
        raise invalid(f"pos and len should have the same shape, got: {shapes}")
    words = np.asarray(words, object)
    try:
        shape = np.broadcast_shapes(words.shape, np.shape(pos))
    except ValueError:
        shapes = f"{to_text(words.shape)} vs. {to_text(np.shape(pos))}"
        raise invalid(f"Incompatible shapes: {shapes}") from None
    part = _bytes_of if unit == "BYTE" else _characters_of
    columns = [entries(np.broadcast_to(array, shape)) for array in (words, pos, length)]
    found = []
    for i, (word, at, count) in enumerate(zip(*columns, strict=True)):
        piece = part(word, at, count)
        if piece is None:
            raise invalid(_out_of_range(word, at, i, shape, unit))
        found.append(piece)
    return of_entries(found, shape)


def _bytes_of(word: bytes, at: int, count: int) -> bytes | None:
    if not -len(word) <= at <= len(word):
        return None
    start = at if at >= 0 else at + len(word)
    return word[start:] if count < 0 else word[start : start + count]


def _characters_of(word: bytes, at: int, count: int) -> bytes | None:
    starts = _starts(word)
    size = len(starts) - 1
    if not -size <= at <= size:
        return None
    if at >= 0 and starts[0]:  # from the front, stray bytes before the first character are one, too
        starts = [0, *starts]
    start = at if at >= 0 else at + size
    return word[starts[start] : starts[min(start + count, size)]] if count > 0 else b""


def _out_of_range(word: bytes, at: int, i: int, shape: tuple[int, ...], unit: str) -> str:
    """TF's words; it names the row alone where it counts characters."""
    index = tuple(int(k) for k in np.unravel_index(i, shape)) if shape else (0,)
    if unit != "BYTE":
        return f"pos {at} out of range for string at index {index[0]}"
    shown = word.decode(errors="replace")
    return f"pos {at} out of range for string b'{shown}' at index {index[0] if len(index) == 1 else index}"


SUBSTR = OpDef(
    "Substr(input: string, pos: T, len: T) -> output: string",
    attrs={"T": TypeAttr(INDEX), "unit": "BYTE"},
    infer=_substr_sizes,
    forward=_substr,
    gradient=MISSING_GRADIENT,
    cases=[
        case(_WORDS, INT(1), INT(2)),
        case(_WORDS, INTS(-2, 0, dtype=dt.int64), INTS(1, 9, dtype=dt.int64)),
        case(_WORDS, INT([[0], [1]]), INT([[1], [2]]), unit="UTF8_CHAR"),
    ],
)


def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """A part of each string.

    Args:
      input: the strings.
      pos: where the parts begin, an int32 or int64 tensor; a negative one counts from the end.
      len: how long they are (or less, if a string ends before), of the same dtype and shape.
      name: the op's name.
      unit: what is counted: "BYTE" or "UTF8_CHAR".

    Returns:
      Strings of the shape to which `input` and `pos` broadcast.

    Raises:
      ValueError: the shapes do not match.
      InvalidArgumentError: (when run) a position lies outside its string.

    >>> run(substr(["Hello", "World"], 1, 3))
    array([b'ell', b'orl'], dtype=object)
    """
    return emit(SUBSTR, input, pos, len, unit=choice("unit", unit, UNITS, "Substr"), name=name)


# -- length ------------------------------------------------------------------------------------------------


def _lengths(_xp: Any, words: Any, *, unit: str) -> Any:
    count = len if unit == "BYTE" else lambda word: len(_starts(word)) - 1
    return np.array(list(map(count, entries(words))), np.int32).reshape(np.shape(words))


STRING_LENGTH = OpDef(
    "StringLength(input: string) -> output: int32",
    attrs={"unit": "BYTE"},
    infer=same,
    forward=_lengths,
    gradient=MISSING_GRADIENT,
    cases=[case(_WORDS), case(_WORDS, unit="UTF8_CHAR"), case(VALUE([], dt.string))],
)


def string_length(input: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """How long each string is, as int32.

    Args:
      input: the strings.
      name: the op's name.
      unit: what is counted: "BYTE" or "UTF8_CHAR".

    >>> run(string_length(["hélas"])), run(string_length(["hélas"], unit="UTF8_CHAR"))
    (array([6], dtype=int32), array([5], dtype=int32))
    """
    return emit(STRING_LENGTH, input, unit=choice("unit", unit, UNITS, "StringLength"), name=name)


# -- strip, lower, upper -----------------------------------------------------------------------------------

STRING_STRIP = OpDef(
    "StringStrip(input: string) -> output: string",
    infer=same,
    forward=lambda xp, words: each(bytes.strip, words),
    gradient=MISSING_GRADIENT,
    cases=[case(VALUE([b" a b\n", b""], dt.string))],
)


def string_strip(input: Any, name: str | None = None) -> Tensor:
    r"""Each string without the white space at its ends.

    >>> run(string_strip([" a b\n"]))
    array([b'a b'], dtype=object)
    """
    return emit(STRING_STRIP, input, name=name)


def _in_case(words: Any, encoding: str, upper: bool) -> Any:
    if encoding not in {"", "utf-8"}:
        raise invalid(f"only utf-8 or '' (no encoding) is supported, received {encoding}")
    if not encoding:
        return each(bytes.upper if upper else bytes.lower, words)
    change = str.upper if upper else str.lower
    # TF hands the strings on as C has them, without their lengths
    return each(lambda word: change(word.partition(b"\0")[0].decode(errors="replace")).encode(), words)


STRING_LOWER = OpDef(
    "StringLower(input: string) -> output: string",
    attrs={"encoding": ""},
    infer=same,
    forward=lambda xp, words, *, encoding: _in_case(words, encoding, upper=False),
    gradient=MISSING_GRADIENT,
    cases=[case(VALUE([b"AbC"], dt.string)), case(_WORDS, encoding="utf-8")],
)

STRING_UPPER = OpDef(
    "StringUpper(input: string) -> output: string",
    attrs={"encoding": ""},
    infer=same,
    forward=lambda xp, words, *, encoding: _in_case(words, encoding, upper=True),
    gradient=MISSING_GRADIENT,
    cases=[case(VALUE([b"AbC"], dt.string)), case(_WORDS, encoding="utf-8")],
)


def string_lower(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Each string in small letters.

    Args:
      input: the strings.
      encoding: "utf-8", or "" for ASCII letters alone.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) another encoding.

    >>> run(string_lower(["ABC"]))
    array([b'abc'], dtype=object)
    """
    return emit(STRING_LOWER, input, encoding=text("encoding", encoding), name=name)


def string_upper(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Each string in capital letters; see `string_lower`.

    >>> run(string_upper(["abc"]))
    array([b'ABC'], dtype=object)
    """
    return emit(STRING_UPPER, input, encoding=text("encoding", encoding), name=name)
