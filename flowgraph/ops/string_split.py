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
from flowgraph.ops.joining import stack
from flowgraph.ops.ragged_parts import to_tensor_or_ragged
from flowgraph.ops.ragged_tensor import RaggedTensor
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
) -> Any:
    """The pieces of each string between delimiters, as a SparseTensor with a row for each string.

    Args:
      source: the strings, a vector.
      sep: the delimiters: each character of this string is one (by default the space); "" splits into single bytes.
      skip_empty: whether empty pieces are left out.
      delimiter: an older name of `sep`.
      result_type: "SparseTensor" or "RaggedTensor".
      name: the scope of the new ops.

    Raises:
      ValueError: the ranks do not fit, or `result_type` is unknown.

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
        if result_type not in ("SparseTensor", "RaggedTensor"):
            raise _unknown_result()
        return sparse if result_type == "SparseTensor" else _as_rows(sparse)


def _as_rows(sparse: SparseTensor) -> RaggedTensor:
    """The pieces as the rows of a ragged tensor."""
    indices, values, shape = sparse.indices, sparse.values, sparse.dense_shape
    return RaggedTensor.from_value_rowids(values, indices[:, 0], shape[0], validate=False)


def _unknown_result() -> ValueError:
    line = "result_type must be 'RaggedTensor' or 'SparseTensor'."
    return ValueError(errors.explain(line, where=user_site()))


def string_bytes_split(input: Any, name: str | None = None) -> Any:
    """The bytes of each string, as a row of strings of length 1.

    Args:
      input: the strings, ragged or not: of a scalar the result is a vector, otherwise ragged.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank is unknown.

    >>> run(string_bytes_split(["ab", "", "c"])).to_list()
    [[b'a', b'b'], [], [b'c']]
    """
    with name_scope(name, "StringsByteSplit", [input]):
        input = to_tensor_or_ragged(input, name="input")
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(string_bytes_split(input.flat_values))
        if input.sizes is None:
            raise ValueError(errors.explain("input must have a statically-known rank.", where=user_site()))
        if not input.sizes:
            return string_bytes_split(stack([input]))[0]
        if len(input.sizes) > 1:
            return string_bytes_split(RaggedTensor.from_tensor(input))
        indices, values, shape = emit(STRING_SPLIT, input, "", skip_empty=False)
        return RaggedTensor.from_value_rowids(values, indices[:, 0], shape[0], validate=False)


# -- strings.split -----------------------------------------------------------------------------------------


def _at_separator(maxsplit: int) -> Callable[[bytes], Pieces]:
    most = maxsplit if maxsplit >= 0 else -1

    def pieces_at(separator: bytes) -> Pieces:
        if most == 0:
            return lambda text: [text]
        if separator:
            return lambda text: text.split(separator, most)
        return words

    def words(text: bytes) -> list[bytes]:
        found = text.split(None, most)
        return [*found, b""] if len(found) == most else found  # what is left behind the last split may be nothing

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
) -> Any:
    """The pieces of each string as Python's `str.split` gives them, as a SparseTensor or RaggedTensor with a row
    for each string.

    Args:
      input, source: the strings, ragged or not.
      sep: what separates the pieces; by default any white space, of which much counts as little.
      maxsplit: the most splits to make in a string, from the left; by default all.
      result_type: "SparseTensor" or "RaggedTensor".
      name: the scope of the new ops.

    Raises:
      ValueError: `sep` is no scalar, or `result_type` is unknown.

    >>> pieces = strings_split(["a, b", "c"], ", ")
    >>> run(pieces.values), run(pieces.dense_shape)
    (array([b'a', b'b', b'c'], dtype=object), array([2, 2]))
    """
    input = one_of("input", input, "source", source)
    with name_scope(name, "StringSplit", [input]):
        input = to_tensor_or_ragged(input, dt.string, name="input")
        if result_type == "SparseTensor" and input.shape.rank == 1:
            return _split_vector(input, sep, maxsplit)
        rows = _split_rows(input, sep, maxsplit)
        if result_type not in ("SparseTensor", "RaggedTensor"):
            raise _unknown_result()
        return rows if result_type == "RaggedTensor" else rows.to_sparse()


def _split_vector(input: Tensor, sep: Any, maxsplit: int) -> SparseTensor:
    separator: Tensor = convert_to_tensor("" if sep is None else sep, dtype=dt.string)
    return SparseTensor(*emit(STRING_SPLIT_V2, input, separator, maxsplit=maxsplit))


def _split_rows(input: Any, sep: Any, maxsplit: int) -> Any:
    with name_scope(None, "StringSplit", [input]):
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(_split_rows(input.flat_values, sep, maxsplit))
        if input.sizes == ():
            return _split_rows(stack([input]), sep, maxsplit)[0]
        if input.sizes is None or len(input.sizes) == 1:
            return _as_rows(_split_vector(input, sep, maxsplit))
        return _split_rows(RaggedTensor.from_tensor(input), sep, maxsplit)
