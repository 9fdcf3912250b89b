"""Lookup tables as ops: those that hold a table, and those that fill it, look things up and change it.

The table itself belongs to the session (`flowgraph/kernels/tables.py`); a handle stands for it in the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.strings import entries, to_float, to_integer
from flowgraph.kernels.tables import Table, TableError, read_pairs
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

_ATTRS = {
    "container": "", "shared_name": "", "use_node_name_sharing": False, "key_dtype": TypeAttr(),
    "value_dtype": TypeAttr(),
}  # fmt: skip
_ERRORS = {
    "Aborted": errors.AbortedError,
    "FailedPrecondition": errors.FailedPreconditionError,
    "InvalidArgument": errors.InvalidArgumentError,
    "OutOfRange": errors.OutOfRangeError,
}


def _said(function: Callable[..., Any], *args: Any) -> Any:
    """What `function` returns; what a table refuses is TF's error."""
    try:
        return function(*args)
    except TableError as error:
        raise _ERRORS[error.kind](None, None, error.line) from None


# -- the ops that hold a table -----------------------------------------------------------------------------


def _table(ctx: Any, *, fixed: bool, key_dtype: Any, value_dtype: Any, value_shape: Any = (), **_names: Any) -> Table:
    return ctx.shared(lambda: Table(key_dtype.np, value_dtype.np, fixed=fixed, value_shape=tuple(value_shape)))


HASH_TABLE = OpDef(
    "HashTableV2() -> table_handle: resource",
    attrs=_ATTRS,
    infer=lambda **attrs: (),
    forward=lambda ctx, **attrs: _table(ctx, fixed=True, **attrs),
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)

MUTABLE_HASH_TABLE = OpDef(
    "MutableHashTableV2() -> table_handle: resource",
    attrs=_ATTRS,
    infer=lambda **attrs: (),
    forward=lambda ctx, **attrs: _table(ctx, fixed=False, **attrs),
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)

MUTABLE_HASH_TABLE_OF_TENSORS = OpDef(
    "MutableHashTableOfTensorsV2() -> table_handle: resource",
    attrs={**_ATTRS, "value_shape": ()},
    infer=lambda **attrs: (),
    forward=lambda ctx, **attrs: _table(ctx, fixed=False, **attrs),
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


def _dtype(kind: np.dtype[Any]) -> dt.DType:
    return dt.string if kind.kind == "O" else dt.as_dtype(kind)


def _dense_table(ctx: Any, empty_key: Any, deleted_key: Any, **attrs: Any) -> Table:
    table = _table(ctx, fixed=False, key_dtype=_dtype(np.asarray(empty_key).dtype), **attrs)
    table.forbidden = {entries(deleted_key)[0]: "deleted_key", entries(empty_key)[0]: "empty_key"}
    return table


MUTABLE_DENSE_HASH_TABLE = OpDef(
    "MutableDenseHashTableV2(empty_key: key_dtype, deleted_key: key_dtype) -> table_handle: resource",
    attrs={
        "container": "", "shared_name": "", "use_node_name_sharing": False, "key_dtype": TypeAttr(),
        "value_dtype": TypeAttr(), "value_shape": (), "initial_num_buckets": 131072, "max_load_factor": 0.8,
    },
    infer=lambda *keys, **attrs: (),
    forward=_dense_table,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)  # fmt: skip


def _value_shape(handle: Any) -> Sizes:
    """The shape of a table's values, if the op that holds the table is in sight."""
    tensor = getattr(handle, "tensor", handle)  # an input that is watched for a message
    if not isinstance(tensor, Tensor) or tensor.op.opdef not in _HOLDERS:
        return None
    return tuple(tensor.op.attrs.get("value_shape", ()))


_HOLDERS = (HASH_TABLE, MUTABLE_HASH_TABLE, MUTABLE_HASH_TABLE_OF_TENSORS, MUTABLE_DENSE_HASH_TABLE)

# -- looking things up -------------------------------------------------------------------------------------


def _found_sizes(handle: Any, keys: Any, _default: Any) -> Sizes:
    shape = _value_shape(handle)
    return None if shape is None or keys.sizes is None else (*keys.sizes, *shape)


def _find(_ctx: Any, table: Table, keys: Any, default: Any) -> Any:
    if np.shape(default) != table.value_shape:
        got = f"{to_text(table.value_shape)} for default value, got {to_text(np.shape(default))}"
        raise invalid(f"Expected shape {got}")
    return _said(table.find, keys, default if table.value_shape else entries(default)[0])


LOOKUP_TABLE_FIND = OpDef(
    "LookupTableFindV2(table_handle: resource, keys: Tin, default_value: Tout) -> values: Tout",
    attrs={"Tin": TypeAttr(), "Tout": TypeAttr()},
    infer=_found_sizes,
    forward=_find,
    gradient=NO_GRADIENT,
    effect=Effect.READ,
    data_shape=True,
)

LOOKUP_TABLE_SIZE = OpDef(
    "LookupTableSizeV2(table_handle: resource) -> size: int64",
    infer=lambda handle: (),
    forward=lambda ctx, table: np.int64(len(table)),
    gradient=NO_GRADIENT,
    effect=Effect.READ,
)


def _exported_sizes(handle: Any, **_types: Any) -> list[Sizes]:
    shape = _value_shape(handle)
    return [(None,), None if shape is None else (None, *shape)]


LOOKUP_TABLE_EXPORT = OpDef(
    "LookupTableExportV2(table_handle: resource) -> (keys: Tkeys, values: Tvalues)",
    attrs={"Tkeys": TypeAttr(), "Tvalues": TypeAttr()},
    infer=_exported_sizes,
    forward=lambda ctx, table, **types: _said(table.export),
    gradient=MISSING_GRADIENT,
    effect=Effect.READ,
    data_shape=True,
)

# -- filling and changing ----------------------------------------------------------------------------------


def _check_values(table: Table, keys: Any, values: Any) -> None:
    wanted = (*np.shape(keys), *table.value_shape)
    if np.shape(values) != wanted:
        raise invalid(f"Expected shape {to_text(wanted)} for value, got {to_text(np.shape(values))}")


def _vectors(_handle: Any, keys: Any, values: Any) -> list[Sizes]:
    if keys.sizes is not None and len(keys.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(keys.sizes)}")
    merge(keys.sizes, values.sizes)
    return []


def _insert(_ctx: Any, table: Table, keys: Any, values: Any) -> tuple[()]:
    _check_values(table, keys, values)
    _said(table.insert, keys, values)
    return ()


def _import(_ctx: Any, table: Table, keys: Any, values: Any) -> tuple[()]:
    _check_values(table, keys, values)
    if table.fixed:
        _said(table.fill, lambda: zip(entries(keys), entries(values), strict=True))
    else:
        table.replace(keys, values)
    return ()


def _remove(_ctx: Any, table: Table, keys: Any) -> tuple[()]:
    _said(table.remove, keys)
    return ()


def _changing(signature: str, attrs: dict[str, Any], infer: Any, forward: Any) -> OpDef:
    return OpDef(signature, attrs=attrs, infer=infer, forward=forward, gradient=NO_GRADIENT, effect=Effect.WRITE)


_IN_OUT = {"Tin": TypeAttr(), "Tout": TypeAttr()}
LOOKUP_TABLE_INSERT = _changing(
    "LookupTableInsertV2(table_handle: resource, keys: Tin, values: Tout) -> ()",
    _IN_OUT, lambda *inputs: [], _insert,
)  # fmt: skip
LOOKUP_TABLE_REMOVE = _changing(
    "LookupTableRemoveV2(table_handle: resource, keys: Tin) -> ()", {"Tin": TypeAttr()}, lambda *inputs: [], _remove
)
LOOKUP_TABLE_IMPORT = _changing(
    "LookupTableImportV2(table_handle: resource, keys: Tin, values: Tout) -> ()", _IN_OUT, _vectors, _import
)
INITIALIZE_TABLE = _changing(
    "InitializeTableV2(table_handle: resource, keys: Tkey, values: Tval) -> ()",
    {"Tkey": TypeAttr(), "Tval": TypeAttr()}, _vectors, _import,
)  # fmt: skip

_READERS: dict[dt.DType, tuple[str, Callable[[bytes], Any]]] = {
    dt.string: ("string", lambda text: text),
    dt.int32: ("int32", lambda text: to_integer(text, 32)),
    dt.int64: ("int64", lambda text: to_integer(text, 64)),
    dt.float32: ("float", lambda text: to_float(text, single=True)),
    dt.float64: ("double", to_float),
}


def _from_file(
    _ctx: Any, table: Table, filename: Any, *, key_index: int, value_index: int, vocab_size: int, delimiter: str
) -> tuple[()]:
    if len(delimiter.encode()) != 1:
        raise invalid("delimiter should be only 1 char")
    path = entries(filename)[0].decode()
    key = (key_index, *_READERS[_dtype(table.key_type)])
    value = (value_index, *_READERS[_dtype(table.value_type)])
    try:
        _said(table.fill, lambda: read_pairs(path, key, value, delimiter.encode(), vocab_size))
    except OSError as error:
        raise errors.NotFoundError(None, None, f"{path}; {error.strerror}") from None
    return ()


INITIALIZE_TABLE_FROM_TEXT_FILE = _changing(
    "InitializeTableFromTextFileV2(table_handle: resource, filename: string) -> ()",
    {"key_index": REQUIRED, "value_index": REQUIRED, "vocab_size": -1, "delimiter": "\t"},
    lambda *inputs, **attrs: [], _from_file,
)  # fmt: skip


def import_values(handle: Tensor, keys: Any, values: Any) -> Operation:
    """An op that gives a table these keys and values."""
    return emit(LOOKUP_TABLE_IMPORT, handle, keys, values)
