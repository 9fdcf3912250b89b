"""Ops that read examples: ParseExample and its kin, and DecodeJSONExample."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from operator import is_not
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, OpDef
from flowgraph.ir.refusal import error_of, invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import examples, sequence_examples
from flowgraph.kernels.attempts import Trouble
from flowgraph.kernels.example_columns import Schema
from flowgraph.kernels.examples import KINDS, Coordinates, Dense, Kind, Sparse, shape_of
from flowgraph.kernels.sequence_examples import Found, Wanted
from flowgraph.kernels.strings import each, entries
from flowgraph.ops.broadcast import same
from flowgraph.protos import message
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

_TYPES = (dt.float32, dt.int64, dt.string)
_KINDS = {dt.float32: KINDS["float"], dt.int64: KINDS["int64"], dt.string: KINDS["string"]}

# -- shapes ------------------------------------------------------------------------------------------------


def _check_types(parameter: str, types: Sequence[DType]) -> None:
    for dtype in types:
        if dtype.base_dtype not in _TYPES:
            allowed = ", ".join(dtype.name for dtype in _TYPES)
            line = f"Value passed to parameter '{parameter}' has DataType {dtype.base_dtype.name}"
            raise TypeError(errors.explain(f"{line} not in list of allowed values: {allowed}", where=user_site()))


def _of_rank(x: Any, rank: int) -> Sizes:
    if x.sizes is not None and len(x.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
    return x.sizes


def _sparse_sizes(count: int, rank: int) -> list[Sizes]:
    """The sizes of the indices, values and shapes of `count` sparse tensors."""
    return [*[(None, rank)] * count, *[(None,)] * count, *[(rank,)] * count]


def _dtypes_of(tensors: Sequence[Any]) -> list[DType]:
    return [tensor.dtype for tensor in tensors]


def _batch_sizes(
    serialized: Any, names: Any, sparse: Any, dense: Any, defaults: Any, *, sparse_types: Any, dense_shapes: Any,
    **_lists: Any,
) -> list[Sizes]:  # fmt: skip
    del dense
    _check_types("dense_defaults", _dtypes_of(defaults))
    _check_types("sparse_types", sparse_types)
    sizes = _of_rank(serialized, 1)
    _of_rank(names, 1)
    rows = None if sizes is None else sizes[0]
    return [*_sparse_sizes(len(sparse), 2), *[(rows, *shape) for shape in dense_shapes]]


def _single_sizes(
    serialized: Any, defaults: Any, *, num_sparse: int, sparse_types: Any, dense_shapes: Any, **_keys: Any
) -> list[Sizes]:
    _check_types("dense_defaults", _dtypes_of(defaults))
    _check_types("sparse_types", sparse_types)
    _of_rank(serialized, 0)
    return [*_sparse_sizes(num_sparse, 1), *[tuple(shape) for shape in dense_shapes]]


def _sequence_sizes(
    serialized: Any, may_be_missing: Any, sparse: Any, dense: Any, sparse_steps: Any, dense_steps: Any,
    defaults: Any, debug_name: Any, *, context_sparse_types: Any, feature_list_dense_types: Any,
    context_dense_shapes: Any, feature_list_sparse_types: Any, feature_list_dense_shapes: Any, **_lists: Any,
) -> list[Sizes]:  # fmt: skip
    del may_be_missing, dense, dense_steps, debug_name
    _check_types("context_dense_defaults", _dtypes_of(defaults))
    _check_types("context_sparse_types", context_sparse_types)
    _check_types("feature_list_sparse_types", feature_list_sparse_types)
    _check_types("feature_list_dense_types", feature_list_dense_types)
    _of_rank(serialized, 0)
    return [
        *_sparse_sizes(len(sparse), 1), *[tuple(shape) for shape in context_dense_shapes],
        *_sparse_sizes(len(sparse_steps), 2), *[(None, *shape) for shape in feature_list_dense_shapes],
    ]  # fmt: skip


def _sequences_sizes(
    serialized: Any, debug_name: Any, defaults: Any, *, context_sparse_types: Any, context_dense_shapes: Any,
    feature_list_sparse_types: Any, feature_list_dense_types: Any, feature_list_dense_shapes: Any, **_keys: Any,
) -> list[Sizes]:  # fmt: skip
    _check_types("context_dense_defaults", _dtypes_of(defaults))
    _check_types("context_sparse_types", context_sparse_types)
    _check_types("feature_list_dense_types", feature_list_dense_types)
    _check_types("feature_list_sparse_types", feature_list_sparse_types)
    sizes = _of_rank(serialized, 1)
    _of_rank(debug_name, 1)
    rows = None if sizes is None else sizes[0]
    return [
        *_sparse_sizes(len(context_sparse_types), 2), *[(rows, *shape) for shape in context_dense_shapes],
        *_sparse_sizes(len(feature_list_sparse_types), 3),
        *[(rows, None, *shape) for shape in feature_list_dense_shapes],
        *[(rows,)] * len(feature_list_dense_shapes),
    ]  # fmt: skip


# -- what they compute -------------------------------------------------------------------------------------


def _key(key: Any) -> str:
    return key if isinstance(key, str) else np.asarray(key, object).item().decode()


def _sparse_specs(keys: Sequence[Any], types: Sequence[DType]) -> list[Sparse]:
    return [Sparse(_key(key), _KINDS[dtype]) for key, dtype in zip(keys, types, strict=True)]


def _kind_of(array: Any) -> Kind:
    kind = np.asarray(array).dtype
    return KINDS["string"] if kind.kind in "OS" else KINDS["int64"] if kind.kind == "i" else KINDS["float"]


def _dense_specs(keys: Sequence[Any], defaults: Sequence[Any], shapes: Sequence[Any]) -> list[Dense]:
    specs = []
    for i, (key, default, shape) in enumerate(zip(keys, defaults, shapes, strict=True)):
        spec = Dense(_key(key), _kind_of(default), tuple(shape), np.asarray(default))
        sizes = np.shape(default)
        if spec.is_variable and spec.default.size != 1:
            raise invalid(
                f"dense_shape[{i}] is a variable length shape: {to_text(spec.shape)}, therefore def_value[{i}] must "
                f"contain a single element (the padding element).  But its shape is: {to_text(sizes)}"
            )
        if not spec.is_variable and spec.default.size and sizes != spec.shape:
            line = f"def_value[{i}].shape() == {to_text(sizes)} is not compatible with dense_shapes_[{i}] == "
            raise invalid(line + to_text(spec.shape))
        specs.append(spec)
    return specs


_schemas: OrderedDict[Any, Schema] = OrderedDict()
_SCHEMAS_KEPT = 64


def _schema(
    sparse_keys: tuple[str, ...], dense_keys: tuple[str, ...], defaults: Sequence[Any], sparse_types: Any, shapes: Any
) -> Schema:
    """The features that an op reads. From run to run they are the same, and so are the arrays of the defaults."""
    key = (sparse_keys, dense_keys, sparse_types, shapes, *map(id, defaults))
    schema = _schemas.get(key)
    if schema is None or any(map(is_not, schema.defaults, defaults)):  # (an id may have come to another array)
        schema = Schema(_sparse_specs(sparse_keys, sparse_types), _dense_specs(dense_keys, defaults, shapes), defaults)
        _schemas[key] = schema
        while len(_schemas) > _SCHEMAS_KEPT:
            _schemas.popitem(last=False)
    return schema


def _of_runtime_rank(serialized: Any, rank: int) -> None:
    if np.ndim(serialized) != rank:
        kind = "vector" if rank else "scalar"
        raise invalid(f"Expected serialized to be a {kind}, got shape: {shape_of(np.shape(serialized))}")


def _parts(sparse: Sequence[Coordinates]) -> list[Any]:
    """Sparse tensors as outputs: all indices, all values, all shapes."""
    return [part for parts in zip(*sparse, strict=True) for part in parts]


def _parse_batch(
    _xp: Any, serialized: Any, names: Any, sparse_keys: Any, dense_keys: Any, defaults: Any, *, sparse_types: Any,
    dense_shapes: Any, **_lists: Any,
) -> tuple[Any, ...]:  # fmt: skip
    _of_runtime_rank(serialized, 1)
    if len(names) not in (0, len(serialized)):
        line = "Expected len(names) == len(serialized), but got: "
        raise invalid(f"{line}{len(names)} vs. {len(serialized)}")
    found, arrays = parsed_batch(serialized, names, sparse_keys, dense_keys, defaults, sparse_types, dense_shapes)
    return (*_parts(found), *arrays)


def parsed_batch(
    serialized: Any, names: Any, sparse_keys: Any, dense_keys: Any, defaults: Any, sparse_types: Any, dense_shapes: Any
) -> tuple[Any, Any]:
    """The sparse tensors, each as its three parts, and the dense ones of a batch of examples.

    Raises:
      InvalidArgumentError: an example is damaged, or not as it should be.
    """
    schema = _schema(tuple(map(_key, sparse_keys)), tuple(map(_key, dense_keys)), defaults, sparse_types, dense_shapes)
    items = entries(serialized)
    try:
        return schema.of_many(items) or examples.parse_batch(items, names, schema.sparse, schema.dense)
    except Trouble as trouble:
        raise error_of(trouble) from None


def _parse_single(
    _xp: Any, serialized: Any, defaults: Any, *, num_sparse: int, sparse_keys: Any, dense_keys: Any,
    sparse_types: Any, dense_shapes: Any,
) -> tuple[Any, ...]:  # fmt: skip
    _of_runtime_rank(serialized, 0)
    if num_sparse != len(sparse_keys):
        raise invalid(f"num_sparse ({num_sparse}) must match the size of sparse_keys ({len(sparse_keys)})")
    schema = _schema(sparse_keys, dense_keys, defaults, sparse_types, dense_shapes)
    item = entries(serialized)[0]
    try:
        found, arrays = schema.of_one(item) or examples.parse_one(item, schema.sparse, schema.dense)
    except Trouble as trouble:
        raise error_of(trouble) from None
    return (*_parts(found), *arrays)


def _steps_specs(keys: Sequence[Any], types: Sequence[DType], shapes: Sequence[Any]) -> list[Dense]:
    nothing = np.array([])
    return [
        Dense(_key(key), _KINDS[dtype], tuple(shape), nothing)
        for key, dtype, shape in zip(keys, types, shapes, strict=True)
    ]


def _context_specs(keys: Sequence[Any], defaults: Sequence[Any], shapes: Sequence[Any]) -> list[Dense]:
    for i, (default, shape) in enumerate(zip(defaults, shapes, strict=True)):
        if np.size(default) and np.shape(default) != tuple(shape):
            line = f"default_value[{i}].shape() == {to_text(np.shape(default))} != context_dense_shapes[{i}] == "
            raise invalid(line + to_text(tuple(shape)))
    return [
        Dense(_key(key), _kind_of(default), tuple(shape), np.asarray(default))
        for key, default, shape in zip(keys, defaults, shapes, strict=True)
    ]


def _outputs_of(found: Found) -> tuple[Any, ...]:
    return (*_parts(found.sparse), *found.dense, *_parts(found.sparse_steps), *found.dense_steps, *found.lengths)


def _parse_sequence(
    _xp: Any, serialized: Any, may_be_missing: Any, sparse: Any, dense: Any, sparse_steps: Any, dense_steps: Any,
    defaults: Any, debug_name: Any, *, context_sparse_types: Any, feature_list_dense_types: Any,
    context_dense_shapes: Any, feature_list_sparse_types: Any, feature_list_dense_shapes: Any, **_lists: Any,
) -> tuple[Any, ...]:  # fmt: skip
    _of_runtime_rank(serialized, 0)
    wanted = Wanted(
        _sparse_specs(sparse, context_sparse_types),
        _context_specs(dense, defaults, context_dense_shapes),
        _sparse_specs(sparse_steps, feature_list_sparse_types),
        _steps_specs(dense_steps, feature_list_dense_types, feature_list_dense_shapes),
        frozenset(item.decode() for item in entries(may_be_missing)),
    )
    try:
        return _outputs_of(sequence_examples.parse_one(entries(serialized)[0], entries(debug_name)[0], wanted))
    except Trouble as trouble:
        raise error_of(trouble) from None


def _parse_sequences(
    _xp: Any, serialized: Any, debug_name: Any, defaults: Any, *, feature_list_dense_missing_assumed_empty: Any,
    context_sparse_keys: Any, context_dense_keys: Any, feature_list_sparse_keys: Any, feature_list_dense_keys: Any,
    context_sparse_types: Any, feature_list_dense_types: Any, context_dense_shapes: Any,
    feature_list_sparse_types: Any, feature_list_dense_shapes: Any, **_counts: Any,
) -> tuple[Any, ...]:  # fmt: skip
    _of_runtime_rank(serialized, 1)
    if len(debug_name) not in (0, len(serialized)):
        raise invalid("example_names must be empty or have the correct number of elements")
    wanted = Wanted(
        _sparse_specs(context_sparse_keys, context_sparse_types),
        _context_specs(context_dense_keys, defaults, context_dense_shapes),
        _sparse_specs(feature_list_sparse_keys, feature_list_sparse_types),
        _steps_specs(feature_list_dense_keys, feature_list_dense_types, feature_list_dense_shapes),
        frozenset(feature_list_dense_missing_assumed_empty),
    )
    try:
        return _outputs_of(sequence_examples.parse_batch(entries(serialized), entries(debug_name), wanted))
    except Trouble as trouble:
        raise error_of(trouble) from None


# -- the ops -----------------------------------------------------------------------------------------------


# messages as bytes, since importing the package does not import protobuf
_ID = b"\x1a\x03\n\x01\x03"  # the integer 3
_X = b"\x12\n\n\x08\x00\x00\x80?\x00\x00\x00@"  # the floats 1 and 2
_EXAMPLE = b"\n \n\x0b\n\x02id\x12\x05" + _ID + b"\n\x11\n\x01x\x12\x0c" + _X
_STEPS = b"\x122\n\r\n\x02id\x12\x07\n\x05" + _ID + b"\n!\n\x01x\x12\x1c\n\x0c" + _X + b"\n\x0c" + _X
_SEQUENCE = _EXAMPLE + _STEPS
_NO_STRINGS = VALUE([], dt.string)
_NO_FLOATS = VALUE([], dt.float32)

PARSE_EXAMPLE = OpDef(
    "ParseExample(serialized: string, names: string, sparse_keys: Nsparse*string, dense_keys: Ndense*string, "
    "dense_defaults: Tdense[]) -> (sparse_indices: Nsparse*int64, sparse_values: sparse_types[], "
    "sparse_shapes: Nsparse*int64, dense_values: Tdense[])",
    attrs={"sparse_types": REQUIRED, "Tdense": REQUIRED, "dense_shapes": REQUIRED},
    infer=_batch_sizes,
    forward=_parse_batch,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE([_EXAMPLE, b""], dt.string), _NO_STRINGS, [VALUE(b"id", dt.string)], [VALUE(b"x", dt.string)],
            [VALUE([5.0, 6.0])], sparse_types=(dt.int64,), dense_shapes=((2,),),
        ),
        case(
            _NO_STRINGS, _NO_STRINGS, [], [VALUE(b"x", dt.string)], [_NO_FLOATS], sparse_types=(),
            dense_shapes=((2,),),
        ),
    ],
)  # fmt: skip

PARSE_SINGLE_EXAMPLE = OpDef(
    "ParseSingleExample(serialized: string, dense_defaults: Tdense[]) -> (sparse_indices: num_sparse*int64, "
    "sparse_values: sparse_types[], sparse_shapes: num_sparse*int64, dense_values: Tdense[])",
    attrs={
        "num_sparse": REQUIRED, "sparse_keys": REQUIRED, "dense_keys": REQUIRED, "sparse_types": REQUIRED,
        "Tdense": REQUIRED, "dense_shapes": REQUIRED,
    },
    infer=_single_sizes,
    forward=_parse_single,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE(_EXAMPLE, dt.string), [_NO_FLOATS], num_sparse=1, sparse_keys=("id",), dense_keys=("x",),
            sparse_types=(dt.int64,), dense_shapes=((2,),),
        ),
    ],
)  # fmt: skip

PARSE_SINGLE_SEQUENCE_EXAMPLE = OpDef(
    "ParseSingleSequenceExample(serialized: string, feature_list_dense_missing_assumed_empty: string, "
    "context_sparse_keys: Ncontext_sparse*string, context_dense_keys: Ncontext_dense*string, "
    "feature_list_sparse_keys: Nfeature_list_sparse*string, feature_list_dense_keys: Nfeature_list_dense*string, "
    "context_dense_defaults: Tcontext_dense[], debug_name: string) -> (context_sparse_indices: Ncontext_sparse*int64, "
    "context_sparse_values: context_sparse_types[], context_sparse_shapes: Ncontext_sparse*int64, "
    "context_dense_values: Tcontext_dense[], feature_list_sparse_indices: Nfeature_list_sparse*int64, "
    "feature_list_sparse_values: feature_list_sparse_types[], feature_list_sparse_shapes: Nfeature_list_sparse*int64, "
    "feature_list_dense_values: feature_list_dense_types[])",
    attrs={
        "context_sparse_types": (), "Tcontext_dense": (), "feature_list_dense_types": (), "context_dense_shapes": (),
        "feature_list_sparse_types": (), "feature_list_dense_shapes": (),
    },
    infer=_sequence_sizes,
    forward=_parse_sequence,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE(_SEQUENCE, dt.string), _NO_STRINGS, [VALUE(b"id", dt.string)], [VALUE(b"x", dt.string)],
            [VALUE(b"id", dt.string)], [VALUE(b"x", dt.string)], [_NO_FLOATS], VALUE(b"", dt.string),
            context_sparse_types=(dt.int64,), context_dense_shapes=((2,),), feature_list_sparse_types=(dt.int64,),
            feature_list_dense_types=(dt.float32,), feature_list_dense_shapes=((2,),),
        ),
    ],
)  # fmt: skip

PARSE_SEQUENCE_EXAMPLE = OpDef(
    "ParseSequenceExample(serialized: string, debug_name: string, context_dense_defaults: Tcontext_dense[]) -> "
    "(context_sparse_indices: Ncontext_sparse*int64, context_sparse_values: context_sparse_types[], "
    "context_sparse_shapes: Ncontext_sparse*int64, context_dense_values: Tcontext_dense[], "
    "feature_list_sparse_indices: Nfeature_list_sparse*int64, feature_list_sparse_values: feature_list_sparse_types[], "
    "feature_list_sparse_shapes: Nfeature_list_sparse*int64, feature_list_dense_values: feature_list_dense_types[], "
    "feature_list_dense_lengths: Nfeature_list_dense*int64)",
    attrs={
        "feature_list_dense_missing_assumed_empty": REQUIRED, "context_sparse_keys": REQUIRED,
        "context_dense_keys": REQUIRED, "feature_list_sparse_keys": REQUIRED, "feature_list_dense_keys": REQUIRED,
        "Ncontext_sparse": 0, "Ncontext_dense": 0, "Nfeature_list_sparse": 0, "Nfeature_list_dense": 0,
        "context_sparse_types": (), "Tcontext_dense": (), "feature_list_dense_types": (), "context_dense_shapes": (),
        "feature_list_sparse_types": (), "feature_list_dense_shapes": (),
    },
    infer=_sequences_sizes,
    forward=_parse_sequences,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE([_SEQUENCE, _SEQUENCE], dt.string), _NO_STRINGS, [_NO_FLOATS], context_sparse_keys=("id",),
            context_dense_keys=("x",), feature_list_sparse_keys=("id",), feature_list_dense_keys=("x",),
            feature_list_dense_missing_assumed_empty=(), Ncontext_sparse=1, Ncontext_dense=1, Nfeature_list_sparse=1,
            Nfeature_list_dense=1, context_sparse_types=(dt.int64,), context_dense_shapes=((2,),),
            feature_list_sparse_types=(dt.int64,), feature_list_dense_types=(dt.float32,),
            feature_list_dense_shapes=((2,),),
        ),
    ],
)  # fmt: skip


def _from_json(item: bytes) -> bytes:
    from google.protobuf import json_format

    try:
        found = json_format.Parse(item, message("Example")())
    except (json_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(f"Error while parsing JSON: {error}") from None
    return found.SerializeToString(deterministic=True)


DECODE_JSON_EXAMPLE = OpDef(
    "DecodeJSONExample(json_examples: string) -> binary_examples: string",
    infer=same,
    forward=lambda _xp, data: each(_from_json, data),
    gradient=NO_GRADIENT,
    cases=[case(VALUE([b'{"features": {"feature": {"a": {"int64List": {"value": [3]}}}}}'], dt.string))],
)


def decode_json_example(json_examples: Any, name: str | None = None) -> Tensor:
    """Examples written in JSON, as the bytes of `tf.train.Example` messages.

    Args:
      json_examples: strings in protobuf's JSON notation.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) a string is no example in JSON.

    >>> text = '{"features": {"feature": {"a": {"int64List": {"value": [3, 4]}}}}}'
    >>> run(tf.parse_single_example(decode_json_example(text), {"a": tf.FixedLenFeature([2], tf.int64)}))
    {'a': array([3, 4])}
    """
    found: Tensor = emit(DECODE_JSON_EXAMPLE, json_examples, name=name)
    return found
