"""What a feature of an example is read as, tf.FixedLenFeature and its kin, and what the parse functions make of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.reshape import reshape
from flowgraph.ops.sparse_parts import sparse_merge
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.platform.logs import warning
from flowgraph.shapes import TensorShape


class FixedLenFeature(NamedTuple):
    """A feature that has as many entries in every example as a shape says.

    Attributes:
      shape: the shape of the tensor; a batch of examples has an axis in front.
      dtype: tf.float32, tf.int64 or tf.string.
      default_value: stands where an example lacks the feature; None: none may lack it.

    >>> tf.FixedLenFeature([2], tf.float32)
    FixedLenFeature(shape=[2], dtype=tf.float32, default_value=None)
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature with any number of entries, which becomes a SparseTensor.

    Attributes:
      dtype: tf.float32, tf.int64 or tf.string.
    """

    dtype: Any


class SparseFeature(NamedTuple):
    """Several features of an example that together become one SparseTensor: the places of entries, and the entries.

    Attributes:
      index_key: the name of the feature with the places, or a list of such names, one for each axis.
      value_key: the name of the feature with the entries.
      dtype: their dtype.
      size: the size of the SparseTensor, or a list of sizes, one for each axis.
      already_sorted: whether the places ascend already.
    """

    index_key: Any
    value_key: Any
    dtype: Any
    size: Any
    already_sorted: bool = False


class FixedLenSequenceFeature(NamedTuple):
    """A feature of any number of rows (or steps of a sequence) of one shape, which becomes a dense tensor.

    Attributes:
      shape: the shape of a row.
      dtype: tf.float32, tf.int64 or tf.string.
      allow_missing: whether an example may lack the feature; outside of sequence examples it must be True.
      default_value: what examples with fewer rows are filled up with in a batch; by default 0 or "".
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class RawFeatures(NamedTuple):
    """Features as the ops want them: sparse ones and dense ones, sorted by name."""

    sparse_keys: list[str]
    sparse_types: list[DType]
    dense_keys: list[str]
    dense_types: list[DType]
    dense_shapes: list[TensorShape]
    dense_defaults: dict[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not (self.sparse_keys or self.dense_keys)


def raw(features: Mapping[str, Any] | None, allowed: tuple[type, ...]) -> RawFeatures:
    """Sort out features.

    Args:
      features: a feature for each name.
      allowed: which kinds of features there may be.

    Raises:
      ValueError: a feature is of another kind, or lacks something.
    """
    found = RawFeatures([], [], [], [], [], {})
    for key in sorted(features or {}):
        feature = (features or {})[key]
        kind = type(feature)
        if kind not in _ADD:
            raise refusal(f"Invalid feature {key}:{feature}.")
        if kind not in allowed:
            raise refusal(f"Unsupported {kind.__name__} {feature}.")
        _ADD[kind](found, key, feature)
    both = set(found.dense_keys) & set(found.sparse_keys)
    if both:
        raise refusal(f"Dense and sparse keys must not intersect; intersection: {both}")
    return found


def _type(key: str, feature: Any) -> DType:
    if not feature.dtype:
        raise refusal(f"Missing type for feature {key}.")
    return as_dtype(feature.dtype)


def _add_sparse(found: RawFeatures, key: str, dtype: DType) -> None:
    """One more sparse feature; where it is asked for a second time, it must be of the same dtype."""
    if key in found.sparse_keys:
        other = found.sparse_types[found.sparse_keys.index(key)]
        if other != dtype:
            asked = "int64" if dtype is dt.int64 else str(dtype)
            raise refusal(f"Conflicting type {other} vs {asked} for feature {key}.")
        return
    found.sparse_keys.append(key)
    found.sparse_types.append(dtype)


def _add_var_len(found: RawFeatures, key: str, feature: VarLenFeature) -> None:
    found.sparse_types.append(_type(key, feature))
    found.sparse_keys.append(key)


def _add_sparse_feature(found: RawFeatures, key: str, feature: SparseFeature) -> None:
    for name in ("index_key", "value_key"):
        if not getattr(feature, name):
            raise refusal(f"Missing {name} for SparseFeature {feature}.")
    dtype = _type(key, feature)
    names = [feature.index_key] if isinstance(feature.index_key, str) else feature.index_key
    if len(names) > 1:
        warning(
            "SparseFeature is a complicated feature config and should only be used after careful consideration of "
            "VarLenFeature."
        )
    for name in sorted(names):
        _add_sparse(found, name, dt.int64)
    _add_sparse(found, feature.value_key, dtype)


def _add_dense(found: RawFeatures, key: str, feature: Any, shape: Any) -> None:
    found.dense_keys.append(key)
    found.dense_types.append(_type(key, feature))
    found.dense_shapes.append(shape)


def _add_fixed(found: RawFeatures, key: str, feature: FixedLenFeature) -> None:
    _type(key, feature)
    if feature.shape is None:
        raise refusal(f"Missing shape for feature {key}.")
    shape = TensorShape(feature.shape)
    if shape.ndims and shape.as_list()[0] is None:
        raise refusal(f"First dimension of shape for feature {key} unknown. Consider using FixedLenSequenceFeature.")
    if not shape.is_fully_defined():
        raise refusal(f"All dimensions of shape for feature {key} need to be known but received {feature.shape}.")
    _add_dense(found, key, feature, shape)
    if feature.default_value is not None:
        found.dense_defaults[key] = feature.default_value


def _add_fixed_sequence(found: RawFeatures, key: str, feature: FixedLenSequenceFeature) -> None:
    _type(key, feature)
    if feature.shape is None:
        raise refusal(f"Missing shape for feature {key}.")
    _add_dense(found, key, feature, TensorShape(feature.shape))
    if feature.allow_missing or feature.default_value is not None:
        found.dense_defaults[key] = feature.default_value


_ADD: dict[type, Any] = {
    FixedLenFeature: _add_fixed,
    VarLenFeature: _add_var_len,
    SparseFeature: _add_sparse_feature,
    FixedLenSequenceFeature: _add_fixed_sequence,
}


def with_rows(features: Mapping[str, Any]) -> dict[str, Any]:
    """Features of plain examples: the shape of a FixedLenSequenceFeature gets the axis of its rows.

    Raises:
      ValueError: one may not be missing, which only those of sequence examples can ask for.
    """
    found = dict(features)
    for key, feature in features.items():
        if isinstance(feature, FixedLenSequenceFeature):
            if not feature.allow_missing:
                raise refusal("Unsupported: FixedLenSequenceFeature requires allow_missing to be True.")
            found[key] = feature._replace(shape=[None, *feature.shape])
    return found


def tensor_name(key: str) -> str:
    """A feature's name as part of an op's name.

    >>> tensor_name("image/height (px)")
    'image/height__px_'
    """
    return re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)


def defaults_of(features: RawFeatures, reshaped: bool = True) -> list[Tensor]:
    """What stands for each dense feature that an example lacks, as tensors.

    Args:
      features: the features.
      reshaped: whether a default takes the feature's shape.
    """
    return [
        _default(key, dtype, shape, features.dense_defaults.get(key), reshaped)
        for key, dtype, shape in zip(features.dense_keys, features.dense_types, features.dense_shapes, strict=True)
    ]


def _default(key: str, dtype: DType, shape: TensorShape, value: Any, reshaped: bool) -> Tensor:
    if shape.ndims and shape.as_list()[0] is None:
        if value is None:
            return convert_to_tensor("" if dtype == dt.string else 0, dtype=dtype)
        padding = convert_to_tensor(value, dtype=dtype, name=f"padding_{tensor_name(key)}")
        return reshape(padding, [])
    if value is None:
        return constant([], dtype=dtype)
    if isinstance(value, Tensor):
        return value
    tensor = convert_to_tensor(value, dtype=dtype, name=f"key_{tensor_name(key)}")
    return reshape(tensor, shape) if reshaped else tensor


def sparse_tensors(outputs: Sequence[Tensor]) -> list[SparseTensor]:
    """SparseTensors of all indices, all values, all shapes."""
    count = len(outputs) // 3
    return [SparseTensor(outputs[i], outputs[count + i], outputs[2 * count + i]) for i in range(count)]


def merged(features: Mapping[str, Any], tensors: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for by name: SparseFeatures are put together of their parts, which are then left out."""
    found = dict(tensors)
    for key in sorted(features):
        feature = features[key]
        if isinstance(feature, SparseFeature):
            index = feature.index_key
            ids = found[index] if isinstance(index, str) else [found[name] for name in index]
            found[key] = sparse_merge(
                ids, found[feature.value_key], vocab_size=feature.size, already_sorted=feature.already_sorted
            )
    return {key: found[key] for key in found if key in features}
