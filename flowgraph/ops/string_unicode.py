"""Strings as Unicode: unicode_script, unicode_transcode, unicode_decode and unicode_encode.

Ragged results are not known here: decode one string, encode the code points of one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors as tf_errors
from flowgraph.dtypes import DType
from flowgraph.ir.cases import INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import each, entries, of_entries
from flowgraph.kernels.unicode import LAST, FormatError, Policy, decode, known
from flowgraph.kernels.unicode_scripts import scripts
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import choice, flag, text, whole
from flowgraph.ops.broadcast import same
from flowgraph.ops.joining import stack
from flowgraph.ops.reshape import reshape
from flowgraph.ops.sparse_add import of_rank
from flowgraph.shapes import Sizes

_ENCODINGS = ("UTF-8", "UTF-16-BE", "UTF-32-BE")
_WORDS = VALUE([b"abc", "hélène".encode()], dt.string)
_ATTRS = {"errors": "replace", "replacement_char": 65533, "replace_control_characters": False}


def _refuse(line: str) -> tf_errors.InvalidArgumentError:
    return tf_errors.InvalidArgumentError(None, None, line)


def _policy(errors: str, replacement_char: int, control: bool = False) -> Policy:
    if not 0 <= replacement_char <= LAST:
        raise _refuse("replacement_char out of unicode codepoint range")
    return Policy(errors, replacement_char, control)


def _points(data: bytes, encoding: str, policy: Policy) -> list[tuple[int, int]]:
    try:
        return list(policy.settle(decode(data, encoding)))
    except FormatError as error:
        raise _refuse(str(error)) from None


def _check_encoding(encoding: str) -> None:
    if not known(encoding):
        raise _refuse(f"Could not create converter for input encoding: {encoding}")


def _named(op_type: str, input_encoding: Any, errors: Any, replacement_char: Any, control: Any) -> dict[str, Any]:
    """The attributes that the ops share."""
    return {
        "input_encoding": text("input_encoding", input_encoding),
        "errors": choice("errors", errors, ("strict", "replace", "ignore"), op_type),
        "replacement_char": whole("replacement_char", replacement_char),
        "replace_control_characters": flag("replace_control_characters", control),
    }


# -- unicode_script ----------------------------------------------------------------------------------------

UNICODE_SCRIPT = OpDef(
    "UnicodeScript(input: int32) -> output: int32",
    infer=same,
    forward=lambda xp, points: scripts(points),
    gradient=MISSING_GRADIENT,
    cases=[case(INTS(65, 0x3B1, -1)), case(INTS())],
)


def unicode_script(input: Any, name: str | None = None) -> Tensor:
    """The script that each code point belongs to, by ICU's numbers (UScriptCode); -1 for what is no code point.

    >>> run(unicode_script([ord("a"), ord("α"), ord("1")]))
    array([25, 14,  0], dtype=int32)
    """
    return emit(UNICODE_SCRIPT, input, name=name)


# -- unicode_transcode -------------------------------------------------------------------------------------


def _transcode(
    _xp: Any, words: Any, *, input_encoding: str, output_encoding: str, errors: str, replacement_char: int,
    replace_control_characters: bool,
) -> Any:  # fmt: skip
    policy = _policy(errors, replacement_char, replace_control_characters)
    _check_encoding(input_encoding)

    def recoded(word: bytes) -> bytes:
        return policy.encode([point for point, _ in _points(word, input_encoding, policy)], output_encoding)

    return each(recoded, words)


UNICODE_TRANSCODE = OpDef(
    "UnicodeTranscode(input: string) -> output: string",
    attrs={"input_encoding": REQUIRED, "output_encoding": REQUIRED, **_ATTRS},
    infer=same,
    forward=_transcode,
    gradient=MISSING_GRADIENT,
    cases=[case(_WORDS, input_encoding="UTF-8", output_encoding="UTF-16-BE")],
)


def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:
    """Strings in another encoding of Unicode.

    Args:
      input: the strings.
      input_encoding: how they are encoded: "UTF-8", "UTF-16-BE", or whatever Python knows.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: what is done about bytes that are no text: "replace", "ignore" or "strict".
      replacement_char: the code point that replaces them.
      replace_control_characters: whether control characters are treated in the same way.
      name: the op's name.

    Raises:
      ValueError: an unknown `output_encoding` or `errors`.
      InvalidArgumentError: (when run) an unknown `input_encoding`, or what "strict" forbids.

    >>> run(unicode_transcode(["hé"], "UTF-8", "UTF-16-BE"))
    array([b'\\x00h\\x00\\xe9'], dtype=object)
    """
    target = choice("output_encoding", output_encoding, _ENCODINGS, "UnicodeTranscode")
    attrs = _named("UnicodeTranscode", input_encoding, errors, replacement_char, replace_control_characters)
    return emit(UNICODE_TRANSCODE, input, output_encoding=target, name=name, **attrs)


# -- unicode_decode ----------------------------------------------------------------------------------------


def _decoded(words: Any, attrs: dict[str, Any], splits: DType) -> tuple[Any, Any, Any]:
    policy = _policy(attrs["errors"], attrs["replacement_char"], attrs["replace_control_characters"])
    _check_encoding(attrs["input_encoding"])
    rows = [_points(word, attrs["input_encoding"], policy) for word in entries(words)]
    ends = np.cumsum([0, *map(len, rows)]).astype(splits.np)
    points, starts = ([pair[i] for row in rows for pair in row] for i in range(2))
    return ends, np.array(points, np.int32), np.array(starts, np.int64)


def _decoded_sizes(words: Any, count: int) -> list[Sizes]:
    (rows,) = of_rank(words, 1)  # type: ignore[misc]
    return [(None if rows is None else rows + 1,), *[(None,)] * (count - 1)]


_DECODE_ATTRS = {"input_encoding": REQUIRED, **_ATTRS, "Tsplits": TypeAttr(INDEX, dt.int64)}

UNICODE_DECODE = OpDef(
    "UnicodeDecode(input: string) -> (row_splits: Tsplits, char_values: int32)",
    attrs=_DECODE_ATTRS,
    infer=lambda words, **attrs: _decoded_sizes(words, 2),
    forward=lambda xp, words, *, Tsplits, **attrs: _decoded(words, attrs, Tsplits)[:2],
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(_WORDS, input_encoding="UTF-8"), case(_WORDS, input_encoding="UTF-8", Tsplits=dt.int32)],
)

UNICODE_DECODE_WITH_OFFSETS = OpDef(
    "UnicodeDecodeWithOffsets(input: string) -> "
    "(row_splits: Tsplits, char_values: int32, char_to_byte_starts: int64)",
    attrs=_DECODE_ATTRS,
    infer=lambda words, **attrs: _decoded_sizes(words, 3),
    forward=lambda xp, words, *, Tsplits, **attrs: _decoded(words, attrs, Tsplits),
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(_WORDS, input_encoding="UTF-8")],
)


def _ragged(what: str, mend: str) -> NotImplementedError:
    line = f"Ragged tensors are not implemented, and {what} would give one."
    return NotImplementedError(tf_errors.explain(line, mend=mend, where=user_site()))


def _decode(opdef: OpDef, input: Any, attrs: dict[str, Any], name: str | None) -> list[Tensor]:
    with name_scope(name, opdef.name, [input]):
        input = convert_to_tensor(input, name="input")
        if input.sizes is None:
            raise ValueError(tf_errors.explain("Rank of `input` must be statically known.", where=user_site()))
        if len(input.sizes) > 0:
            raise _ragged("decoding several strings", "Decode one string: a scalar.")
        return emit(opdef, reshape(input, [-1]), **attrs)


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:
    """The code points of a string.

    Args:
      input: the string, a scalar.
      input_encoding, errors, replacement_char, replace_control_characters: see `unicode_transcode`.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank of `input` is not known.
      NotImplementedError: it is no scalar: the result would be ragged.

    >>> run(unicode_decode("hé", "UTF-8"))
    array([104, 233], dtype=int32)
    """
    attrs = _named("UnicodeDecode", input_encoding, errors, replacement_char, replace_control_characters)
    return _decode(UNICODE_DECODE, input, attrs, name)[1]


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """The code points of a string, and at which byte each begins; see `unicode_decode`.

    >>> run(unicode_decode_with_offsets("hél", "UTF-8"))
    (array([104, 233, 108], dtype=int32), array([0, 1, 3]))
    """
    op_type = "UnicodeDecodeWithOffsets"
    attrs = _named(op_type, input_encoding, errors, replacement_char, replace_control_characters)
    _, points, starts = _decode(UNICODE_DECODE_WITH_OFFSETS, input, attrs, name)
    return points, starts


# -- unicode_encode ----------------------------------------------------------------------------------------


def _encode(
    _xp: Any, points: Any, splits: Any, *, errors: str, output_encoding: str, replacement_char: int
) -> Any:
    policy = _policy(errors, replacement_char)
    ends, numbers = entries(splits), entries(points)
    try:
        rows = [policy.encode(numbers[a:b], output_encoding) for a, b in pairwise(ends)]
    except FormatError as error:
        raise _refuse(str(error)) from None
    return of_entries(rows, (len(rows),))


def _encoded_sizes(points: Any, splits: Any, **_attrs: Any) -> Sizes:
    of_rank(points, 1)
    (ends,) = of_rank(splits, 1)  # type: ignore[misc]
    return (None if ends is None else ends - 1,)


UNICODE_ENCODE = OpDef(
    "UnicodeEncode(input_values: int32, input_splits: Tsplits) -> output: string",
    attrs={
        "errors": "replace", "output_encoding": REQUIRED, "replacement_char": 65533,
        "Tsplits": TypeAttr(INDEX, dt.int64),
    },
    infer=_encoded_sizes,
    forward=_encode,
    gradient=MISSING_GRADIENT,
    cases=[case(INTS(104, 233, 97), INTS(0, 2, 3, dtype=dt.int64), output_encoding="UTF-8")],
)  # fmt: skip


def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
) -> Tensor:
    """The string of a vector of code points.

    Args:
      input: the code points.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: what is done about numbers that are no code points: "replace", "ignore" or "strict".
      replacement_char: the code point that replaces them.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank of `input` is 0 or not known.
      NotImplementedError: it is not 1: TF would take its rows for a ragged tensor.

    >>> run(unicode_encode([104, 233], "UTF-8")).decode()
    'hé'
    """
    with name_scope(name, "UnicodeEncode", [input]):
        points = convert_to_tensor(input)
        if points.sizes is None:
            raise ValueError(tf_errors.explain("Rank of input_tensor must be statically known.", where=user_site()))
        if not points.sizes:
            raise ValueError(tf_errors.explain("input_tensor's rank must be at least 1.", where=user_site()))
        if len(points.sizes) > 1:
            raise _ragged("encoding several rows takes", "Encode one vector at a time.")
        splits = stack([0, shape(points, out_type=dt.int32)[0]])
        with name_scope(None, "UnicodeEncode"):
            found = emit(
                UNICODE_ENCODE, points, splits, errors=choice("errors", errors, ("ignore", "replace", "strict"),
                "UnicodeEncode"), output_encoding=choice("output_encoding", output_encoding, _ENCODINGS,
                "UnicodeEncode"), replacement_char=whole("replacement_char", replacement_char),
            )  # fmt: skip
        return reshape(found, [])
