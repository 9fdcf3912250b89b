"""Sparse tensors as strings: serialize_sparse, serialize_many_sparse, deserialize_many_sparse."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.cases import FLOAT, INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import entries
from flowgraph.kernels.tensor_bytes import NotATensor, unpack
from flowgraph.ops.serialize import bytes_of, cpp_name
from flowgraph.ops.sparse_add import of_rank
from flowgraph.ops.sparse_indices import check_sorted
from flowgraph.ops.sparse_tensor import SparseTensor, parts_of, to_sparse
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

_ENTRIES = (INT([[0, 1], [1, 0]], dt.int64), FLOAT(2), INTS(2, 3, dtype=dt.int64))


def _sizes(rank: int) -> Any:
    def infer(indices: Any, values: Any, shape: Any, out_type: DType) -> Sizes:
        del out_type
        for part, wanted in ((indices, 2), (values, 1), (shape, 1)):
            of_rank(part, wanted)
        return (None,) * (rank - 1) + (3,)

    return infer


def _check(indices: Any, values: Any, shape: Any) -> None:
    for what, part, kind, rank in (
        ("indices", indices, "matrix", 2), ("values", values, "vector", 1), ("shape", shape, "vector", 1),
    ):  # fmt: skip
        if part.ndim != rank:
            raise invalid(f"Input {what} should be a {kind} but received shape {to_text(part.shape)}")


def _carriers(parts: Any, out_type: DType) -> list[Any]:
    """What stands for the parts of a sparse tensor: strings, or, in variants, the arrays themselves."""
    if out_type is dt.variant:
        return list(parts)
    return [bytes_of(np.ascontiguousarray(part), listed=False) for part in parts]


def _arranged(carriers: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    flat = np.empty(len(carriers), object)
    for at, carrier in enumerate(carriers):
        flat[at] = carrier
    return flat.reshape(shape)


def _one(_xp: Any, *parts: Any, out_type: DType) -> np.ndarray:
    _check(*parts)
    return _arranged(_carriers(parts, out_type), (3,))


SERIALIZE_SPARSE = OpDef(
    "SerializeSparse(sparse_indices: int64, sparse_values: T, sparse_shape: int64) -> serialized_sparse: out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr((dt.string, dt.variant), dt.string)},
    infer=_sizes(1),
    forward=_one,
    gradient=NO_GRADIENT,
    cases=[case(*_ENTRIES)],
)


def _many(_xp: Any, indices: Any, values: Any, shape: Any, *, out_type: DType) -> np.ndarray:
    _check(indices, values, shape)
    if len(shape) < 2:
        raise invalid(f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}")
    if len(indices) != len(values):
        counts = f"(indices = {len(indices)}, values = {len(values)})"
        raise invalid(f"indices and values rows (indexing dimension) must match. {counts}")
    check_sorted(indices, shape)
    bounds = np.searchsorted(indices[:, 0], np.arange(int(shape[0]) + 1)).tolist()
    found: list[Any] = []
    for start, end in pairwise(bounds):
        found += _carriers((indices[start:end, 1:], values[start:end], shape[1:]), out_type)
    return _arranged(found, (len(bounds) - 1, 3))


SERIALIZE_MANY_SPARSE = OpDef(
    "SerializeManySparse(sparse_indices: int64, sparse_values: T, sparse_shape: int64) -> serialized_sparse: out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr((dt.string, dt.variant), dt.string)},
    infer=_sizes(2),
    forward=_many,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(*_ENTRIES)],
)


def _read(strings: list[Any]) -> list[Any]:
    if strings and isinstance(strings[0], np.ndarray):
        return [(dt.string if part.dtype == object else dt.as_dtype(part.dtype), part) for part in strings]
    try:
        return [unpack(string) for string in strings]
    except NotATensor as error:
        what = "construct tensor from proto" if error.is_message else "parse serialized proto"
        raise invalid(f"Could not {what}") from None


def _together(_xp: Any, serialized: Any, *, dtype: DType) -> tuple[Any, Any, Any]:
    sizes = np.shape(serialized)
    if not sizes:
        raise invalid("Serialized sparse should have non-zero rank []")
    if sizes[-1] != 3:
        raise invalid(f"Serialized sparse should have 3 as the last dimension {to_text(sizes)}")
    if not np.size(serialized):
        line = "Serialized sparse should have at least 1 serialized tensor, but has a zero dimension "
        raise invalid(line + to_text(sizes))
    all_indices, all_values, shape = [], [], None
    strings = entries(serialized)
    for i, at in enumerate(np.ndindex(sizes[:-1])):
        (_, indices), (found, values), (_, own_shape) = _read(strings[3 * i : 3 * i + 3])
        if found is not dtype:
            line = f"Requested SparseTensor of type {cpp_name(dtype)} but SparseTensor[{i}].values.dtype() == "
            raise invalid(line + cpp_name(found))
        _check_parts(i, indices, values, own_shape)
        if shape is not None and len(shape) != len(own_shape):
            line = "Inconsistent shape across SparseTensors: rank prior to SparseTensor"
            raise invalid(f"{line}[{i}] was: {len(shape)} but rank of SparseTensor[{i}] is: {len(own_shape)}")
        shape = own_shape if shape is None else np.maximum(shape, own_shape)
        prefix = np.broadcast_to(np.array(at, np.int64), (len(indices), len(at)))
        all_indices.append(np.concatenate([prefix, indices], axis=1))
        all_values.append(values)
    outer = np.array(sizes[:-1], np.int64)
    return np.concatenate(all_indices), np.concatenate(all_values), np.concatenate([outer, shape])


def _check_parts(i: int, indices: np.ndarray, values: np.ndarray, shape: np.ndarray) -> None:
    """Demand three parts that fit each other; TF ends the process where they do not."""
    if (indices.ndim, values.ndim, shape.ndim) != (2, 1, 1) or indices.shape != (len(values), len(shape)):
        shapes = ", ".join(to_text(part.shape) for part in (indices, values, shape))
        raise invalid(f"SparseTensor[{i}] has parts that do not fit: {shapes}")


def _parts_sizes(serialized: Any, **_attrs: Any) -> list[Sizes]:
    columns = of_rank(serialized, 2)[1]  # type: ignore[index]
    if columns not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {columns}")
    return [(None, None), (None,), (None,)]


DESERIALIZE_MANY_SPARSE = OpDef(
    "DeserializeManySparse(serialized_sparse: string) -> "
    "(sparse_indices: int64, sparse_values: dtype, sparse_shape: int64)",
    attrs={"dtype": TypeAttr()},
    infer=_parts_sizes,
    forward=_together,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE([[bytes_of(np.array([[1]])), bytes_of(np.array([2.5], np.float32)), bytes_of(np.array([4]))]] * 2,
                  dt.string),
            dtype=dt.float32,
        ),
    ],
)  # fmt: skip


def _general_sizes(serialized: Any, **_attrs: Any) -> list[Sizes]:
    sizes = serialized.sizes
    if sizes and sizes[-1] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {sizes[-1]}")
    return [(None, None), (None,), (None,)]


DESERIALIZE_SPARSE = OpDef(
    "DeserializeSparse(serialized_sparse: Tserialized) -> "
    "(sparse_indices: int64, sparse_values: dtype, sparse_shape: int64)",
    attrs={"dtype": TypeAttr(), "Tserialized": TypeAttr((dt.string, dt.variant), dt.string)},
    infer=_general_sizes,
    forward=_together,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE([bytes_of(np.array([[1]])), bytes_of(np.array([2.5], np.float32)), bytes_of(np.array([4]))],
                  dt.string),
            dtype=dt.float32,
        ),
    ],
)  # fmt: skip


def serialize_sparse(sp_input: Any, name: str | None = None, out_type: Any = dt.string) -> Tensor:
    """A SparseTensor as three strings: its indices, values and shape.

    Raises:
      TypeError: `sp_input` is no SparseTensor.

    >>> [len(part) for part in run(serialize_sparse(tf.SparseTensor([[0, 1]], [1.5], [2, 3])))]
    [30, 14, 26]
    """
    return emit(SERIALIZE_SPARSE, *parts_of(to_sparse(sp_input)), out_type=out_type, name=name)


def serialize_many_sparse(sp_input: Any, name: str | None = None, out_type: Any = dt.string) -> Tensor:
    """Each part of a SparseTensor along its first axis as three strings, a row of a matrix.

    Args:
      sp_input: a SparseTensor of rank 2 or more, its entries in order.
      name: the op's name.
      out_type: tf.string.

    Raises:
      TypeError: `sp_input` is no SparseTensor.

    >>> rows = serialize_many_sparse(tf.SparseTensor([[0, 1], [1, 0]], [1.5, 2.5], [2, 3]))
    >>> run(rows).shape, run(deserialize_many_sparse(rows, tf.float32)).values
    ((2, 3), array([1.5, 2.5], dtype=float32))
    """
    return emit(SERIALIZE_MANY_SPARSE, *parts_of(to_sparse(sp_input)), out_type=out_type, name=name)


def deserialize_many_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The SparseTensor whose parts along a new first axis are given as strings.

    Args:
      serialized_sparse: a string matrix with three columns: rows of `serialize_sparse` or `serialize_many_sparse`.
      dtype: the dtype of all of them.
      rank: the rank of the result, if it is known.
      name: the op's name.

    Returns:
      A SparseTensor whose shape along the other axes is the largest of theirs.

    >>> parts = [tf.serialize_sparse(tf.SparseTensor([[i]], [i], [i + 2])) for i in (0, 1)]
    >>> run(deserialize_many_sparse(tf.stack(parts), tf.int32))
    SparseTensorValue(indices=array([[0, 0],
           [1, 1]]), values=array([0, 1], dtype=int32), dense_shape=array([2, 3]))
    """
    indices, values, shape = emit(DESERIALIZE_MANY_SPARSE, serialized_sparse, dtype=dtype, name=name)
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)
