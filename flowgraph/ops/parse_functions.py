"""tf.parse_example and its kin: examples, of files of records, as tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RawFeatures,
    SparseFeature,
    VarLenFeature,
    defaults_of,
    merged,
    raw,
    sparse_tensors,
    tensor_name,
    with_rows,
)
from flowgraph.ops.parse_example import (
    PARSE_EXAMPLE,
    PARSE_SEQUENCE_EXAMPLE,
    PARSE_SINGLE_EXAMPLE,
    PARSE_SINGLE_SEQUENCE_EXAMPLE,
)
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.sparse_tensor import SparseTensor

_ALL = (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)


def _sizes(features: RawFeatures) -> tuple[Any, ...]:
    return tuple(shape.sizes for shape in features.dense_shapes)


def _by_name(features: RawFeatures, outputs: list[Tensor]) -> dict[str, Any]:
    """The outputs that belong to the features, by their names."""
    cut = 3 * len(features.sparse_keys)
    tensors = [*sparse_tensors(outputs[:cut]), *outputs[cut:]]
    return dict(zip([*features.sparse_keys, *features.dense_keys], tensors, strict=True))


# -- examples ----------------------------------------------------------------------------------------------


def parse_example(serialized: Any, features: Any, name: str | None = None, example_names: Any = None) -> dict[str, Any]:
    """The features of a batch of examples, by their names.

    Args:
      serialized: a vector of strings, `tf.train.Example` messages as bytes.
      features: for each name how it is to be read: a `tf.FixedLenFeature` gives a tensor of shape [n, *shape], a
        `tf.FixedLenSequenceFeature` one of shape [n, most rows, *shape], a `tf.VarLenFeature` a SparseTensor of shape
        [n, most entries], a `tf.SparseFeature` one of shape [n, *size].
      name: the name of the scope.
      example_names: a vector of what error messages call the examples.

    Raises:
      ValueError: a feature is not described well.
      InvalidArgumentError: (when run) an example is damaged, lacks a feature or has another type or number of entries.

    >>> ages = tf.train.Feature(int64_list=tf.train.Int64List(value=[41]))
    >>> example = tf.train.Example(features=tf.train.Features(feature={"age": ages}))
    >>> run(parse_example([example.SerializeToString()], {"age": tf.FixedLenFeature([], tf.int64)}))
    {'age': array([41])}
    """
    if not features:
        raise refusal(f"Missing: features was {features}.")
    features = with_rows(features)
    return merged(features, _parse_batch(serialized, example_names, raw(features, _ALL), name))


def _parse_batch(serialized: Any, names: Any, features: RawFeatures, name: str | None) -> dict[str, Any]:
    with name_scope(name, "ParseExample", [serialized, names]):
        defaults = defaults_of(features)
        outputs = emit(
            PARSE_EXAMPLE, serialized, [] if names is None else names, features.sparse_keys, features.dense_keys,
            defaults, sparse_types=tuple(features.sparse_types), dense_shapes=_sizes(features), name=name,
        )  # fmt: skip
        return _by_name(features, outputs)


def parse_single_example(
    serialized: Any, features: Any, name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of one example, by their names; as those of `tf.parse_example`, without the axis of the batch.

    Args:
      serialized: a scalar of strings, a `tf.train.Example` message as bytes.
      features: for each name how it is to be read.
      name: the name of the scope.
      example_names: a scalar, what error messages call the example.

    Raises:
      ValueError: a feature is not described well.
      InvalidArgumentError: (when run) the example is damaged, lacks a feature or has another type or number of entries.
    """
    if not features:
        raise refusal("Missing features.")
    features = with_rows(features)
    sorted_out = raw(features, _ALL)
    if example_names is None:
        return merged(features, _parse_one(serialized, sorted_out, name))
    return merged(features, _parse_batch_of_one(serialized, example_names, sorted_out, name))


def _parse_one(serialized: Any, features: RawFeatures, name: str | None) -> dict[str, Any]:
    with name_scope(name, "ParseSingleExample", [serialized]):
        serialized = convert_to_tensor(serialized, name="serialized")
        outputs = emit(
            PARSE_SINGLE_EXAMPLE, serialized, defaults_of(features), num_sparse=len(features.sparse_keys),
            sparse_keys=tuple(features.sparse_keys), dense_keys=tuple(features.dense_keys),
            sparse_types=tuple(features.sparse_types), dense_shapes=_sizes(features), name=name,
        )  # fmt: skip
        return _by_name(features, outputs)


def _scalar(tensor: Tensor, line: str, names: tuple[str, str]) -> Tensor:
    """The tensor, which must be a scalar: checked now if its rank is known, else when it runs."""
    if tensor.shape.ndims is not None:
        if tensor.shape.ndims:
            raise refusal(line)
        return tensor
    return with_dependencies([Assert(equal(rank(tensor), 0), [line], name=names[0])], tensor, name=names[1])


def _parse_batch_of_one(serialized: Any, names: Any, features: RawFeatures, name: str | None) -> dict[str, Any]:
    """One example with a name, which TF reads as a batch."""
    with name_scope(name, "ParseSingleExample", [serialized, names]):
        one = _scalar(
            convert_to_tensor(serialized), "Input serialized must be a scalar",
            ("SerializedIsScalar", "SerializedDependencies"),
        )  # fmt: skip
        batch = expand_dims(one, 0)
        called = _scalar(
            convert_to_tensor(names), "Input names must be a scalar", ("NamesIsScalar", "NamesDependencies")
        )
        found = _parse_batch(batch, expand_dims(called, 0), features, name)
        for key in features.dense_keys:
            found[key] = squeeze(found[key], [0], name=f"Squeeze_{tensor_name(key)}")
        for key in features.sparse_keys:
            sparse, text = found[key], tensor_name(key)
            found[key] = SparseTensor(
                part(sparse.indices, [0, 1], [-1, -1], name=f"Slice_Indices_{text}"),
                sparse.values,
                part(sparse.dense_shape, [1], [-1], name=f"Squeeze_Shape_{text}"),
            )
        return found


# -- sequence examples -------------------------------------------------------------------------------------


def _sequence_features(context: Any, sequence: Any) -> tuple[RawFeatures, RawFeatures]:
    if not (context or sequence):
        raise refusal("Missing features.")
    return (
        raw(context, (VarLenFeature, FixedLenFeature)),
        raw(sequence, (VarLenFeature, FixedLenSequenceFeature)),
    )


def _may_be_missing(steps: RawFeatures) -> list[str]:
    for key, value in steps.dense_defaults.items():
        if value is not None:
            raise refusal(f"Value feature_list_dense_defaults[{key}] must be None")
    return list(steps.dense_defaults)


def _attrs(context: RawFeatures, steps: RawFeatures) -> dict[str, Any]:
    return {
        "context_sparse_types": tuple(context.sparse_types),
        "feature_list_dense_types": tuple(steps.dense_types),
        "context_dense_shapes": _sizes(context),
        "feature_list_sparse_types": tuple(steps.sparse_types),
        "feature_list_dense_shapes": _sizes(steps),
    }


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The features of one sequence example, by their names: those of the whole, and those of its steps.

    Args:
      serialized: a scalar of strings, a `tf.train.SequenceExample` message as bytes.
      context_features: a `tf.FixedLenFeature` or `tf.VarLenFeature` for each name.
      sequence_features: a `tf.FixedLenSequenceFeature` (a tensor of shape [steps, *shape]) or a `tf.VarLenFeature` (a
        SparseTensor of shape [steps, most entries]) for each name.
      example_name: a scalar, what error messages call the example.
      name: the name of the scope.

    Raises:
      ValueError: a feature is not described well.
      InvalidArgumentError: (when run) the example is damaged, lacks a feature or has another type or number of entries.

    >>> step = lambda number: tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
    >>> steps = tf.train.FeatureList(feature=[step(5), step(6)])
    >>> example = tf.train.SequenceExample(feature_lists=tf.train.FeatureLists(feature_list={"ids": steps}))
    >>> _, found = parse_single_sequence_example(
    ...     example.SerializeToString(), sequence_features={"ids": tf.FixedLenSequenceFeature([], tf.int64)})
    >>> run(found)
    {'ids': array([5, 6])}
    """
    context, steps = _sequence_features(context_features, sequence_features)
    with name_scope(name, "ParseSingleSequenceExample", [serialized]):
        missing = _may_be_missing(steps)
        outputs = emit(
            PARSE_SINGLE_SEQUENCE_EXAMPLE, serialized, missing, context.sparse_keys, context.dense_keys,
            steps.sparse_keys, steps.dense_keys, defaults_of(context), "" if example_name is None else example_name,
            name=name, **_attrs(context, steps),
        )  # fmt: skip
        cut = 3 * len(context.sparse_keys) + len(context.dense_keys)
        return _by_name(context, outputs[:cut]), _by_name(steps, outputs[cut:])


def parse_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The features of a batch of sequence examples, by their names.

    Args:
      serialized: a vector of strings, `tf.train.SequenceExample` messages as bytes.
      context_features, sequence_features: see `tf.parse_single_sequence_example`; all tensors have an axis in front.
      example_names: a vector of what error messages call the examples.
      name: the name of the scope.

    Returns:
      Three dicts: the features of the whole examples; those of their steps, examples with fewer steps filled up with
      zeros; and for each dense one of these how many steps each example has.

    Raises:
      ValueError: a feature is not described well.
      InvalidArgumentError: (when run) an example is damaged, lacks a feature or has another type or number of entries.
    """
    context, steps = _sequence_features(context_features, sequence_features)
    with name_scope(name, "ParseSequenceExample", [serialized]):
        missing = _may_be_missing(steps)
        outputs = emit(
            PARSE_SEQUENCE_EXAMPLE, serialized, [] if example_names is None else example_names,
            defaults_of(context, reshaped=False), feature_list_dense_missing_assumed_empty=tuple(missing),
            context_sparse_keys=tuple(context.sparse_keys), context_dense_keys=tuple(context.dense_keys),
            feature_list_sparse_keys=tuple(steps.sparse_keys), feature_list_dense_keys=tuple(steps.dense_keys),
            Ncontext_sparse=len(context.sparse_keys), Ncontext_dense=len(context.dense_keys),
            Nfeature_list_sparse=len(steps.sparse_keys), Nfeature_list_dense=len(steps.dense_keys),
            name=name, **_attrs(context, steps),
        )  # fmt: skip
        cut = 3 * len(context.sparse_keys) + len(context.dense_keys)
        end = len(outputs) - len(steps.dense_keys)
        lengths = dict(zip(steps.dense_keys, outputs[end:], strict=True))
        return _by_name(context, outputs[:cut]), _by_name(steps, outputs[cut:end]), lengths
