"""Splitting strings: string_split at any of some characters, strings.split at a separator."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, OpDef
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import entries, of_entries
from flowgraph.ops.reduction import one_of
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

Pieces = Callable[[bytes], list[bytes]]

_LINES = VALUE([b"a b", b" c  d ", b""], dt.string)


def _split_sizes(source: Any, separator: Any, **_attrs: Any) -> list[Sizes]:
    for tensor, rank in ((source, 1), (separator, 0)):
        if tensor.sizes is not None and len(tensor.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")
    return [(None, 2), (None,), (2,)]


def _split(source: Any, separator: Any, what: str, pieces_at: Callable[[bytes], Pieces]) -> tuple[Any, Any, Any]:
    """The pieces of all strings as the parts of a sparse matrix with a row for each string."""
    for array, name, kind, rank in ((source, "input", "vector", 1), (separator, what, "scalar", 0)):
        if np.ndim(array) != rank:
            line = f"{name} must be a {kind}, got shape: {to_text(np.shape(array))}"
            raise errors.InvalidArgumentError(None, None, line)
    rows = list(map(pieces_at(np.asarray(separator).item()), entries(source)))
    indices = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = [piece for row in rows for piece in row]
    shape = [len(rows), max(map(len, rows), default=0)]
    return np.array(indices, np.int64).reshape(-1, 2), of_entries(values, (len(values),)), np.array(shape, np.int64)


# -- string_split ------------------------------------------------------------------------------------------


def _at_characters(skip_empty: bool) -> Callable[[bytes], Pieces]:
    def pieces_at(delimiters: bytes) -> Pieces:
        if not delimiters:
            return lambda text: [text[i : i + 1] for i in range(len(text))]
        any_of = re.compile(b"[" + re.escape(delimiters) + b"]")

        def pieces(text: bytes) -> list[bytes]:
            found = any_of.split(text) if text else []
            return [piece for piece in found if piece] if skip_empty else found

        return pieces

    return pieces_at


STRING_SPLIT = OpDef(
    "StringSplit(input: string, delimiter: string) -> (indices: int64, values: string, shape: int64)",
    attrs={"skip_empty": True},
    infer=_split_sizes,
    forward=lambda xp, source, delimiter, *, skip_empty: _split(
        source, delimiter, "delimiter", _at_characters(skip_empty)
    ),
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(_LINES, VALUE(b" ", dt.string)),
        case(_LINES, VALUE(b" ", dt.string), skip_empty=False),
        case(_LINES, VALUE(b"", dt.string)),
    ],
)


def string_split(
    source: Any,
    sep: Any = None,
    skip_empty: bool = True,
    delimiter: Any = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> SparseTensor:
    """The pieces of each string between delimiters, as a SparseTensor with a row for each string.

    Args:
      source: the strings, a vector.
      sep: the delimiters: each character of this string is one (by default the space); "" splits into single bytes.
      skip_empty: whether empty pieces are left out.
      delimiter: an older name of `sep`.
      result_type: "SparseTensor"; ragged tensors are not known here.
      name: the scope of the new ops.

    Raises:
      ValueError: the ranks do not fit, or `result_type` is unknown.
      NotImplementedError: the result is to be ragged.

    >>> run(tf.sparse_tensor_to_dense(string_split(["to be", "or not to be"]), ""))
    array([[b'to', b'be', b'', b''],
           [b'or', b'not', b'to', b'be']], dtype=object)
    """
    with name_scope(name, "StringSplit", [source]):
        delimiters = one_of("sep", sep, "delimiter", delimiter)
        delimiters = convert_to_tensor(" " if delimiters is None else delimiters, dtype=dt.string)
        source = convert_to_tensor(source, dtype=dt.string)
        parts = emit(STRING_SPLIT, source, delimiters, skip_empty=skip_empty)
        sparse = SparseTensor(*parts)
        _refuse_other_results(result_type)
        return sparse


def _refuse_other_results(result_type: str) -> None:
    if result_type == "RaggedTensor":
        raise _ragged()
    if result_type != "SparseTensor":
        line = "result_type must be 'RaggedTensor' or 'SparseTensor'."
        raise ValueError(errors.explain(line, where=user_site()))


def _ragged() -> NotImplementedError:
    return NotImplementedError(
        errors.explain(
            "Ragged tensors are not implemented.",
            mend="Split a vector of strings into a SparseTensor: result_type='SparseTensor'.",
            where=user_site(),
        )
    )


# -- strings.split -----------------------------------------------------------------------------------------


def _at_separator(maxsplit: int) -> Callable[[bytes], Pieces]:
    most = maxsplit if maxsplit >= 0 else -1

    def pieces_at(separator: bytes) -> Pieces:
        if most == 0:
            return lambda text: [text]
        if separator:
            return lambda text: text.split(separator, most)
        return lambda text: text.split(None, most)

    return pieces_at


STRING_SPLIT_V2 = OpDef(
    "StringSplitV2(input: string, sep: string) -> (indices: int64, values: string, shape: int64)",
    attrs={"maxsplit": -1},
    infer=_split_sizes,
    forward=lambda xp, source, sep, *, maxsplit: _split(source, sep, "sep", _at_separator(maxsplit)),
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[
        case(_LINES, VALUE(b"", dt.string)),
        case(_LINES, VALUE(b"  ", dt.string), maxsplit=1),
    ],
)


def strings_split(
    input: Any = None,
    sep: Any = None,
    maxsplit: int = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> SparseTensor:
    """The pieces of each string as Python's `str.split` gives them, as a SparseTensor with a row for each string.

    Args:
      input, source: the strings, a vector.
      sep: what separates the pieces; by default any white space, of which much counts as little.
      maxsplit: the most splits to make in a string, from the left; by default all.
      result_type: "SparseTensor"; ragged tensors are not known here.
      name: the scope of the new ops.

    Raises:
      ValueError: `sep` is no scalar, or `result_type` is unknown.
      NotImplementedError: the result is to be ragged, or would be: the strings are no vector.

    >>> pieces = strings_split(["a, b", "c"], ", ")
    >>> run(pieces.values), run(pieces.dense_shape)
    (array([b'a', b'b', b'c'], dtype=object), array([2, 2]))
    """
    input = one_of("input", input, "source", source)
    with name_scope(name, "StringSplit", [input]):
        input = convert_to_tensor(input, dtype=dt.string, name="input")
        _refuse_other_results(result_type)
        if input.sizes is None or len(input.sizes) != 1:
            raise _ragged()
        separator: Tensor = convert_to_tensor("" if sep is None else sep, dtype=dt.string)
        return SparseTensor(*emit(STRING_SPLIT_V2, input, separator, maxsplit=maxsplit))
