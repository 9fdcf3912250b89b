"""Strings as Unicode: unicode_script, unicode_transcode, unicode_decode, unicode_encode and unicode_split."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors as tf_errors
from flowgraph.dtypes import DType
from flowgraph.ir.cases import INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import each, entries, of_entries
from flowgraph.kernels.unicode import LAST, FormatError, Policy, decode, known
from flowgraph.kernels.unicode_scripts import scripts
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import choice, flag, text, whole
from flowgraph.ops.broadcast import same
from flowgraph.ops.joining import stack
from flowgraph.ops.ragged_parts import to_tensor_or_ragged
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.reshape import reshape
from flowgraph.ops.sparse_add import of_rank
from flowgraph.shapes import Sizes

_ENCODINGS = ("UTF-8", "UTF-16-BE", "UTF-32-BE")
_WORDS = VALUE([b"abc", "hélène".encode()], dt.string)
_ATTRS = {"errors": "replace", "replacement_char": 65533, "replace_control_characters": False}


def _policy(errors: str, replacement_char: int, control: bool = False) -> Policy:
    if not 0 <= replacement_char <= LAST:
        raise invalid("replacement_char out of unicode codepoint range")
    return Policy(errors, replacement_char, control)


def _points(data: bytes, encoding: str, policy: Policy) -> list[tuple[int, int]]:
    try:
        return list(policy.settle(decode(data, encoding)))
    except FormatError as error:
        raise invalid(str(error)) from None


def _check_encoding(encoding: str) -> None:
    if not known(encoding):
        raise invalid(f"Could not create converter for input encoding: {encoding}")


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
    "UnicodeDecodeWithOffsets(input: string) -> (row_splits: Tsplits, char_values: int32, char_to_byte_starts: int64)",
    attrs=_DECODE_ATTRS,
    infer=lambda words, **attrs: _decoded_sizes(words, 3),
    forward=lambda xp, words, *, Tsplits, **attrs: _decoded(words, attrs, Tsplits),
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(_WORDS, input_encoding="UTF-8")],
)


def _decode(opdef: OpDef, input: Any, attrs: dict[str, Any]) -> list[Any]:
    """The code points (and where they begin), in a row for each string."""
    input = to_tensor_or_ragged(input, name="input")
    ndims = input.shape.ndims
    if ndims is None:
        raise ValueError(tf_errors.explain("Rank of `input` must be statically known.", where=user_site()))
    if ndims > 1 and not isinstance(input, RaggedTensor):
        input = RaggedTensor.from_tensor(input, ragged_rank=ndims - 1)
    elif ndims > 1 and input.ragged_rank < ndims - 1:
        inner = RaggedTensor.from_tensor(input.flat_values, ragged_rank=ndims - input.ragged_rank + 1)
        input = input.with_flat_values(inner)
    words = input.flat_values if isinstance(input, RaggedTensor) else input
    splits, *found = emit(opdef, reshape(words, [-1]), **attrs)
    if not ndims:
        return found
    rows = [RaggedTensor.from_row_splits(values, splits, validate=False) for values in found]
    return [input.with_flat_values(row) for row in rows] if ndims > 1 else rows


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The code points of strings: a vector for one string, otherwise ragged.

    Args:
      input: the strings, ragged or not.
      input_encoding, errors, replacement_char, replace_control_characters: see `unicode_transcode`.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank of `input` is not known.

    >>> run(unicode_decode("hé", "UTF-8"))
    array([104, 233], dtype=int32)
    >>> run(unicode_decode(["hé", "", "x"], "UTF-8")).to_list()
    [[104, 233], [], [120]]
    """
    attrs = _named("UnicodeDecode", input_encoding, errors, replacement_char, replace_control_characters)
    with name_scope(name, "UnicodeDecode", [input]):
        return _decode(UNICODE_DECODE, input, attrs)[0]


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The code points of strings, and at which byte each begins; see `unicode_decode`.

    >>> run(unicode_decode_with_offsets("hél", "UTF-8"))
    (array([104, 233, 108], dtype=int32), array([0, 1, 3]))
    """
    op_type = "UnicodeDecodeWithOffsets"
    attrs = _named(op_type, input_encoding, errors, replacement_char, replace_control_characters)
    with name_scope(name, op_type, [input]):
        points, starts = _decode(UNICODE_DECODE_WITH_OFFSETS, input, attrs)
        return points, starts


# -- unicode_encode ----------------------------------------------------------------------------------------


def _encode(_xp: Any, points: Any, splits: Any, *, errors: str, output_encoding: str, replacement_char: int) -> Any:
    policy = _policy(errors, replacement_char)
    ends, numbers = entries(splits), entries(points)
    try:
        rows = [policy.encode(numbers[a:b], output_encoding) for a, b in pairwise(ends)]
    except FormatError as error:
        raise invalid(str(error)) from None
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
) -> Any:
    """The strings of vectors of code points.

    Args:
      input: the code points, ragged or not; each innermost row becomes a string.
      output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
      errors: what is done about numbers that are no code points: "replace", "ignore" or "strict".
      replacement_char: the code point that replaces them.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank of `input` is 0 or not known.

    >>> run(unicode_encode([104, 233], "UTF-8")).decode()
    'hé'
    >>> run(unicode_encode(tf.ragged.constant([[104, 105], [], [120]]), "UTF-8"))
    array([b'hi', b'', b'x'], dtype=object)
    """
    how = (output_encoding, errors, replacement_char)
    with name_scope(name, "UnicodeEncode", [input]):
        points = to_tensor_or_ragged(input)
        ndims = points.shape.ndims
        if ndims is None:
            raise ValueError(tf_errors.explain("Rank of input_tensor must be statically known.", where=user_site()))
        if isinstance(points, RaggedTensor):
            return _encode_rows(points, how)
        if ndims == 0:
            raise ValueError(tf_errors.explain("input_tensor's rank must be at least 1.", where=user_site()))
        if ndims == 2:
            return unicode_encode(RaggedTensor.from_tensor(points), *how)
        if ndims > 2:
            flat = reshape(points, stack([-1, shape(points)[-1]]))
            return reshape(unicode_encode(flat, *how), points.shape[:-1])
        splits = stack([0, shape(points, out_type=dt.int32)[0]])
        row = RaggedTensor.from_row_splits(points, splits, validate=False)
        return reshape(unicode_encode(row, *how), [])


def _encode_rows(points: RaggedTensor, how: tuple[str, str, int]) -> Any:
    flat: Any = points.flat_values
    if flat.shape.ndims > 1:
        return points.with_flat_values(unicode_encode(flat, *how))
    if points.ragged_rank > 1:
        return points.with_values(unicode_encode(points.values, *how))
    encoding, errors, replacement_char = how
    return emit(
        UNICODE_ENCODE, points.values, points.row_splits,
        errors=choice("errors", errors, ("ignore", "replace", "strict"), "UnicodeEncode"),
        output_encoding=choice("output_encoding", encoding, _ENCODINGS, "UnicodeEncode"),
        replacement_char=whole("replacement_char", replacement_char),
    )  # fmt: skip


# -- unicode_split -----------------------------------------------------------------------------------------


def unicode_split(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
) -> Any:
    """The characters of strings, each as a string: a vector for one string, otherwise ragged; see `unicode_decode`.

    >>> run(unicode_split(["ab", "", "c"], "UTF-8")).to_list()
    [[b'a', b'b'], [], [b'c']]
    """
    attrs = _named("UnicodeDecode", input_encoding, errors, replacement_char, False)
    with name_scope(name, "UnicodeSplit", [input]):
        (points,) = _decode(UNICODE_DECODE, input, attrs)
        return unicode_encode(_expand_dims(points), input_encoding, errors, replacement_char)


def unicode_split_with_offsets(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533, name: str | None = None
) -> tuple[Any, Any]:
    """The characters of strings, and at which byte each begins; see `unicode_split`.

    >>> _, starts = unicode_split_with_offsets("hél", "UTF-8")
    >>> run(starts)
    array([0, 1, 3])
    """
    attrs = _named("UnicodeDecodeWithOffsets", input_encoding, errors, replacement_char, False)
    with name_scope(name, "UnicodeSplitWithOffsets", [input]):
        points, starts = _decode(UNICODE_DECODE_WITH_OFFSETS, input, attrs)
        return unicode_encode(_expand_dims(points), input_encoding, errors, replacement_char), starts


def _expand_dims(points: Any) -> Any:
    from flowgraph.ops.ragged_array import expand_dims

    return expand_dims(points, -1)
