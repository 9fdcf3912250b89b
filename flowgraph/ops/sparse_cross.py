"""Crosses of features: every combination of an entry of each tensor, row by row."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.hashing import concatenated, fingerprint64
from flowgraph.kernels.strings import of_entries
from flowgraph.ops.attributes import whole
from flowgraph.ops.cast import cast
from flowgraph.ops.sparse_tensor import SparseTensor

_HASH_KEY = 0xDECAFCAFFE
_TYPES = (dt.int64, dt.string)

Rows = list[list[Any]]


def _rows(indices: list[Any], values: list[Any], shapes: list[Any], dense: list[Any]) -> list[Rows]:
    """For each tensor the entries of each row; the sparse ones come first."""
    size = int(shapes[0][0]) if shapes else len(dense[0])
    columns: list[Rows] = []
    for position, (places, entries, shape) in enumerate(zip(indices, values, shapes, strict=True)):
        if int(shape[0]) != size:
            raise invalid(f"Expected batch size {size} got {int(shape[0])} at position {position}")
        rows: Rows = [[] for _ in range(size)]
        for row, entry in zip(places[:, 0].tolist(), entries.tolist(), strict=True):
            rows[row].append(entry)
        columns.append(rows)
    for position, tensor in enumerate(dense):
        if np.ndim(tensor) != 2:
            raise invalid(f"Dense inputs should be a matrix but got rank {np.ndim(tensor)} at position {position}")
        if len(tensor) != size:
            raise invalid(f"Expected batch size {size} got {len(tensor)} at dense tensor {position}")
        columns.append(tensor.tolist())
    return columns


def _joined(features: tuple[Any, ...]) -> bytes:
    return b"_X_".join(item if isinstance(item, bytes) else str(item).encode() for item in features)


def _hashed(features: tuple[Any, ...], key: int, num_buckets: int) -> int:
    number = key
    for item in features:
        number = concatenated(number, fingerprint64(item) if isinstance(item, bytes) else item % 2**64)
    return number % (num_buckets or 2**63 - 1)


def _cross(
    _xp: Any, indices: Any, values: Any, shapes: Any, dense: Any, *, hashed_output: bool, num_buckets: int,
    hash_key: int, **_types: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    columns = _rows(indices, values, shapes, dense)
    crosses = [list(product(*row)) for row in zip(*columns, strict=True)]
    places = [(i, j) for i, row in enumerate(crosses) for j in range(len(row))]
    flat = [features for row in crosses for features in row]
    if hashed_output:
        found: Any = np.array([_hashed(features, hash_key, num_buckets) for features in flat], np.int64)
    else:
        found = of_entries(map(_joined, flat), (len(flat),))
    shape = [len(crosses), max(map(len, crosses), default=0)]
    return np.array(places, np.int64).reshape(-1, 2), found, np.array(shape, np.int64)


_PLACES = INT([[0, 0], [1, 0], [1, 1]], dt.int64)
_ROWS = INTS(2, 2, dtype=dt.int64)

SPARSE_CROSS = OpDef(
    "SparseCross(indices: N*int64, values: sparse_types[], shapes: N*int64, dense_inputs: dense_types[]) -> "
    "(output_indices: int64, output_values: out_type, output_shape: int64)",
    attrs={
        "hashed_output": REQUIRED, "num_buckets": REQUIRED, "hash_key": REQUIRED, "sparse_types": TypeAttr(_TYPES),
        "dense_types": TypeAttr(_TYPES), "out_type": TypeAttr(_TYPES), "internal_type": TypeAttr(_TYPES),
    },
    infer=lambda *inputs, **attrs: [(None, 2), (None,), (2,)],
    forward=_cross,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[
        case(
            [_PLACES], [VALUE([b"a", b"b", b"c"], dt.string)], [_ROWS], [VALUE([[b"d"], [b"e"]], dt.string)],
            hashed_output=False, num_buckets=0, hash_key=1, out_type=dt.string, internal_type=dt.string,
        ),
    ],
)  # fmt: skip


def _sparse_cross(inputs: Any, hashed: bool, num_buckets: Any, hash_key: Any, name: str | None) -> SparseTensor:
    if not isinstance(inputs, list):
        raise TypeError(errors.explain("Inputs must be a list", where=user_site()))
    if not all(isinstance(item, SparseTensor | Tensor) for item in inputs):
        raise TypeError(errors.explain("All inputs must be SparseTensors", where=user_site()))
    sparse = [item for item in inputs if isinstance(item, SparseTensor)]
    internal = dt.string
    values: list[Any] = [item.values for item in sparse]
    dense: list[Any] = [item for item in inputs if isinstance(item, Tensor)]
    for tensors in (values, dense):
        for i, tensor in enumerate(tensors):
            if tensor.dtype.base_dtype != dt.string:
                tensors[i], internal = cast(tensor, dt.int64), dt.int64
    parts = emit(
        SPARSE_CROSS, [item.indices for item in sparse], values, [item.dense_shape for item in sparse], dense,
        hashed_output=hashed, num_buckets=whole("num_buckets", num_buckets), hash_key=hash_key or _HASH_KEY,
        out_type=dt.int64 if hashed else dt.string, internal_type=internal, name=name,
    )  # fmt: skip
    return SparseTensor(*parts)


def sparse_cross(inputs: Any, name: str | None = None) -> SparseTensor:
    """Every combination of an entry of each tensor, row by row, as strings joined by "_X_".

    Args:
      inputs: a list of SparseTensors and matrices of integers or strings with equally many rows; the SparseTensors
        count as the first ones.
      name: the op's name.

    Raises:
      TypeError: it is no list of those.
      InvalidArgumentError: (when run) there are more or fewer rows.

    >>> colors, sizes = tf.constant([["red"], ["blue"]]), tf.constant([["S", "M"], ["L", "L"]])
    >>> run(sparse_cross([colors, sizes])).values
    array([b'red_X_S', b'red_X_M', b'blue_X_L', b'blue_X_L'], dtype=object)
    """
    return _sparse_cross(inputs, False, 0, None, name)


def sparse_cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """The same as `sparse_cross`, as the numbers of hash buckets.

    Args:
      inputs: see `sparse_cross`.
      num_buckets: how many buckets there are; 0: as many as int64 has numbers.
      hash_key: what the hash begins with.
      name: the op's name.

    >>> run(sparse_cross_hashed([tf.constant([["a"]]), tf.constant([["b"]])], num_buckets=100)).values.shape
    (1,)
    """
    return _sparse_cross(inputs, True, num_buckets, hash_key, name)
