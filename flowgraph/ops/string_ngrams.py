"""N-grams: what stands side by side in rows of strings, joined."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.kernels.strings import entries, of_entries
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import flag, text, whole
from flowgraph.ops.joining import concat
from flowgraph.ops.ragged_parts import to_tensor_or_ragged
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.reshape import reshape
from flowgraph.shapes import Sizes

_WORDS = VALUE([b"a", b"b", b"c", b"d", b"e"], dt.string)
_SPACED: dict[str, Any] = {
    "separator": " ",
    "left_pad": "",
    "right_pad": "",
    "pad_width": 0,
    "preserve_short_sequences": False,
}


def _sizes(words: Any, splits: Any, **_attrs: Any) -> list[Sizes]:
    for part in (words, splits):
        if part.sizes is not None and len(part.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(part.sizes)}")
    return [(None,), (None,) if splits.sizes is None else splits.sizes]


def _check(words: Any, splits: Any) -> None:
    if words.ndim != 1 or splits.ndim != 1:
        raise errors.InvalidArgumentError(None, None, "data and data_splits must be vectors")
    wrong = splits.size and (splits[0] < 0 or (splits[1:] < splits[:-1]).any() or splits[-1] > words.size)
    if wrong:
        line = f"Invalid split value: the splits must rise from 0 to at most {words.size}"
        raise errors.InvalidArgumentError(None, None, line)


def _ngrams(_xp: Any, words: Any, splits: Any, *, ngram_widths: Any, **attrs: Any) -> Any:
    _check(words, splits)
    tokens, ends = entries(words), entries(splits)
    found: list[bytes] = []
    limits = [0]
    for start, end in pairwise(ends):
        row = tokens[start:end]
        grams = [gram for width in ngram_widths for gram in _of_width(row, width, _pads(width, attrs), attrs)]
        if not grams and row and attrs["preserve_short_sequences"]:
            pads = attrs["pad_width"]
            grams = _of_width(row, len(row) + 2 * pads, pads, attrs)
        found += grams
        limits.append(len(found))
    return of_entries(found, (len(found),)), np.array(limits[: len(ends)], splits.dtype)


def _pads(width: int, attrs: dict[str, Any]) -> int:
    """How many pads stand at each end: never so many that an n-gram is nothing but pads."""
    most = attrs["pad_width"]
    return width - 1 if most < 0 else min(most, width - 1)


def _of_width(row: list[bytes], width: int, pads: int, attrs: dict[str, Any]) -> list[bytes]:
    left, right, separator = (attrs[key].encode() for key in ("left_pad", "right_pad", "separator"))
    padded = [left] * pads + row + [right] * pads
    return [separator.join(padded[i : i + width]) for i in range(len(padded) - width + 1)]


STRING_NGRAMS = OpDef(
    "StringNGrams(data: string, data_splits: Tsplits) -> (ngrams: string, ngrams_splits: Tsplits)",
    attrs={
        "separator": REQUIRED, "ngram_widths": REQUIRED, "left_pad": REQUIRED, "right_pad": REQUIRED,
        "pad_width": REQUIRED, "preserve_short_sequences": REQUIRED, "Tsplits": TypeAttr(INDEX, dt.int64),
    },
    infer=_sizes,
    forward=_ngrams,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[
        case(_WORDS, INTS(0, 3, 3, 5, dtype=dt.int64), ngram_widths=(2, 3), **_SPACED),
        case(_WORDS, INTS(0, 1, 5), ngram_widths=(3,), **{**_SPACED, "pad_width": -1, "left_pad": "<"}),
        case(_WORDS, INTS(0, 1, 5), ngram_widths=(5,), **{**_SPACED, "preserve_short_sequences": True}),
    ],
)  # fmt: skip


def ngrams(
    data: Any,
    ngram_width: Any,
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """The strings that stand side by side in the innermost rows, `ngram_width` at a time, joined.

    Args:
      data: the strings, ragged or not, of rank 1 or more.
      ngram_width: how many strings make an n-gram; a list gives those of several widths, one after the other.
      separator: what stands between them.
      pad_values: a string with which rows are padded, or two: for their beginnings and their ends.
      padding_width: the most pads on each side; by default, and at most, one less than the n-gram is wide.
      preserve_short_sequences: whether rows that are too short become one n-gram.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank is 0 or unknown, or a width is not positive.
      TypeError: `pad_values` are no strings.

    >>> run(ngrams(tf.ragged.constant([["to", "be", "or"], ["not"]]), 2)).to_list()
    [[b'to be', b'be or'], []]
    >>> run(ngrams(["a", "b"], 2, pad_values=("<", ">")))
    array([b'< a', b'a b', b'b >'], dtype=object)
    """
    with name_scope(name, "StringNGrams", [data]):
        left, right = _checked_pads(pad_values, padding_width)
        data = to_tensor_or_ragged(data, dt.string, name="data")
        dense_shape = None
        given = (ngram_width, separator, pad_values, padding_width, preserve_short_sequences, name)
        if not isinstance(data, RaggedTensor):
            dense_shape = concat([shape(data)[:-1], [-1]], axis=0)
            if data.sizes is None:
                raise refusal("Rank of data must be known.")
            if not data.sizes:
                raise refusal("Data must have rank>0")
            if len(data.sizes) == 1:
                return ngrams(RaggedTensor.from_row_starts(data, [0], validate=False), *given)[0]
            data = RaggedTensor.from_tensor(data, ragged_rank=len(data.sizes) - 1)
        if data.ragged_rank > 1:
            rows = data.with_values(ngrams(data.values, *given))
        else:
            pads = 0 if pad_values is None else -1 if padding_width is None else padding_width
            rows = _emit(data, ngram_width, separator, left, right, pads, preserve_short_sequences)
        return rows if dense_shape is None else reshape(rows.flat_values, dense_shape)


def _checked_pads(pad_values: Any, padding_width: Any) -> tuple[Any, Any]:
    pads = tuple(pad_values[:2]) if isinstance(pad_values, list | tuple) else (pad_values, pad_values)
    if pad_values is None:
        pads = ("", "")
    if not all(isinstance(pad, str | bytes) for pad in pads):
        raise refusal("pad_values must be a string, tuple of strings, or None.", TypeError)
    if padding_width is not None and padding_width < 1:
        raise refusal("padding_width must be greater than 0.")
    if padding_width is not None and pad_values is None:
        raise refusal("pad_values must be provided if padding_width is set.")
    return pads


def _emit(
    data: RaggedTensor, ngram_width: Any, separator: str, left: str, right: str, pads: int, preserve: bool
) -> RaggedTensor:
    widths = list(ngram_width) if isinstance(ngram_width, list | tuple) else [ngram_width]
    if any(width < 1 for width in widths):
        raise refusal(f"All ngram_widths must be greater than 0. Got {ngram_width}")
    found, splits = emit(
        STRING_NGRAMS, data.flat_values, data.row_splits,
        separator=text("separator", separator), ngram_widths=tuple(whole("ngram_widths", one) for one in widths),
        left_pad=text("left_pad", left), right_pad=text("right_pad", right), pad_width=whole("pad_width", pads),
        preserve_short_sequences=flag("preserve_short_sequences", preserve),
    )  # fmt: skip
    return RaggedTensor.from_row_splits(found, splits, validate=False)
