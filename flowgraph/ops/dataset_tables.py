"""Datasets of rows of files and databases, of parsed examples, sparse batches, reduced groups; how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.formats.records import RecordFile, compression_name
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.kernels import pipeline_groups as groups
from flowgraph.kernels import pipeline_tables as tables
from flowgraph.kernels.pipeline import boxed, unboxed
from flowgraph.kernels.pipeline_batches import positive
from flowgraph.kernels.pipeline_sizes import cardinality
from flowgraph.ops.dataset_ops import SPEC, dataset_op
from flowgraph.ops.parse_example import parsed_batch
from flowgraph.ops.parsing import CSV_TYPES, check_csv_defaults, field_value
from flowgraph.platform.folders import told_as_tf

# -- rows ----------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    found: str = np.asarray(value).item().decode()
    return found


def _csv(
    _ctx: Any, filenames: Any, compression_type: Any, buffer_size: Any, header: Any, field_delim: Any,
    use_quote_delim: Any, na_value: Any, select_cols: Any, defaults: Sequence[Any], **_spec: Any,
) -> tables.CsvRows:  # fmt: skip
    compression = _text(compression_type)
    if compression not in ("", "ZLIB", "GZIP"):
        raise invalid(f"Unsupported compression_type: {compression}.")
    if buffer_size <= 0:
        raise invalid("buffer_size should be positive")
    delimiter: bytes = np.asarray(field_delim).item()
    if len(delimiter) != 1:
        raise invalid("field_delim should be only 1 char")
    missing = {b"", np.asarray(na_value).item()}
    columns = [int(column) for column in select_cols]

    def read(column: int, field: bytes) -> Any:
        default = np.asarray(defaults[column])
        where = (f"Field {column}", "record")
        value = field_value(field, default, field in missing, *where)
        if default.dtype == object:
            return boxed(value)
        return np.asarray(value, default.dtype)

    _check_columns(columns, len(defaults))
    return tables.CsvRows(
        [name.decode() for name in np.ravel(filenames)], compression, bool(header), delimiter, bool(use_quote_delim),
        columns, read, len(defaults),
    )  # fmt: skip


def _check_columns(columns: Sequence[int], count: int) -> None:
    if columns and len(columns) != count:
        raise invalid("select_cols should match output size")
    if any(column < 0 for column in columns):
        raise invalid("select_cols should be non-negative indices")
    if any(a >= b for a, b in pairwise(columns)):
        raise invalid("select_cols should be strictly increasing indices")


def _csv_sizes(*inputs: Any, **_attrs: Any) -> tuple[()]:
    check_csv_defaults(inputs[-1])
    return ()


CSV_DATASET = OpDef(
    "CSVDataset(filenames: string, compression_type: string, buffer_size: int64, header: bool, field_delim: string, "
    "use_quote_delim: bool, na_value: string, select_cols: int64, record_defaults: output_types[]) -> handle: variant",
    attrs={"output_types": TypeAttr(CSV_TYPES), "output_shapes": REQUIRED},
    infer=_csv_sizes,
    forward=_csv,
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)

_SQL_TYPES = (
    dt.string, dt.int8, dt.int16, dt.int32, dt.int64, dt.uint8, dt.uint16, dt.bool, dt.float64,
)  # fmt: skip


def _sql(
    _ctx: Any, driver_name: Any, data_source_name: Any, query: Any, *, output_types: Sequence[DType], **_spec: Any
) -> tables.SqlRows:
    driver = _text(driver_name)
    if driver != "sqlite":
        line = f"The database type, {driver}, is not supported by SqlDataset. The set of supported databases is: "
        raise invalid(f"{line}{{'sqlite'}}.")
    if any(dtype not in _SQL_TYPES for dtype in output_types):
        raise invalid(
            "Each element of `output_types_` must be one of: DT_STRING, DT_INT8, DT_INT16, DT_INT32, DT_INT64, "
            "DT_UINT8, DT_UINT16, DT_BOOL, DT_DOUBLE "
        )
    return tables.SqlRows(_text(data_source_name), _text(query), [dtype.np for dtype in output_types])


SQL_DATASET = dataset_op(
    "SqlDataset(driver_name: string, data_source_name: string, query: string) -> handle: variant", _sql, SPEC, [0] * 3
)

# -- of one dataset ------------------------------------------------------------------------------------------

DENSE_TO_SPARSE_BATCH_DATASET = dataset_op(
    "DenseToSparseBatchDataset(input_dataset: variant, batch_size: int64, row_shape: int64) -> handle: variant",
    lambda _ctx, source, batch_size, row_shape, **_spec: groups.SparseBatched(
        source, positive(batch_size, "Batch size"), tuple(int(size) for size in row_shape)
    ),
    SPEC,
)


def _parse_examples(
    _ctx: Any, source: Any, threads: Any, defaults: Sequence[Any], *, sparse_keys: Sequence[str],
    dense_keys: Sequence[str], sparse_types: Sequence[DType], dense_shapes: Any, **_attrs: Any,
) -> groups.Parsed:  # fmt: skip
    if threads < 1 and threads != -1:
        raise invalid("num_parallel_calls must be greater than zero.")
    keys = [*sparse_keys, *dense_keys]
    order = sorted(range(len(keys)), key=lambda at: keys[at].encode())

    def parse(element: tuple[Any, ...]) -> tuple[Any, ...]:
        sparse, dense = parsed_batch(element[0], [], sparse_keys, dense_keys, defaults, sparse_types, dense_shapes)
        values = [*[groups.carried(*parts) for parts in sparse], *dense]
        return tuple(values[at] for at in order)

    return groups.Parsed(source, parse)


PARSE_EXAMPLE_DATASET = dataset_op(
    "ParseExampleDataset(input_dataset: variant, num_parallel_calls: int64, dense_defaults: Tdense[]) "
    "-> handle: variant",
    _parse_examples,
    {
        "sparse_keys": REQUIRED, "dense_keys": REQUIRED, "sparse_types": REQUIRED,
        "Tdense": TypeAttr((dt.float32, dt.int64, dt.string)), "dense_shapes": REQUIRED, **SPEC, "sloppy": False,
    },
)  # fmt: skip

_OTHERS = [f"{name}_func_other_arguments" for name in ("key", "init", "reduce", "finalize")]
GROUP_BY_REDUCER_DATASET = dataset_op(
    "ExperimentalGroupByReducerDataset(input_dataset: variant, "
    + ", ".join(f"{name}: T{name}[]" for name in _OTHERS)
    + ") -> handle: variant",
    lambda ctx, source, *captured, key_func, init_func, reduce_func, finalize_func, **_spec: groups.Reduced(
        source,
        *[
            ctx.bound(function, values)
            for function, values in zip((key_func, init_func, reduce_func, finalize_func), captured, strict=True)
        ],
    ),
    {
        "key_func": REQUIRED, "init_func": REQUIRED, "reduce_func": REQUIRED, "finalize_func": REQUIRED,
        **{f"T{name}": REQUIRED for name in _OTHERS}, **SPEC,
    },
)  # fmt: skip
WRAP_DATASET_VARIANT = dataset_op(
    "WrapDatasetVariant(input_handle: variant) -> output_handle: variant", lambda _ctx, source: source, {}, [0]
)
UNWRAP_DATASET_VARIANT = dataset_op(
    "UnwrapDatasetVariant(input_handle: variant) -> output_handle: variant", lambda _ctx, source: source, {}, [0]
)

# -- what is told of a dataset, and done with it ---------------------------------------------------------------

DATASET_CARDINALITY = OpDef(
    "DatasetCardinality(input_dataset: variant) -> cardinality: int64",
    infer=lambda _dataset: (),
    forward=lambda _ctx, source: np.asarray(cardinality(unboxed(source)), np.int64),
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)


def _write(ctx: Any, source: Any, filename: Any, compression_type: Any) -> tuple[()]:
    path = _text(filename)
    try:
        compression = compression_name(_text(compression_type))
    except ValueError:
        raise invalid(f"Unsupported compression_type:{_text(compression_type)}") from None
    with told_as_tf(path):
        file = RecordFile(path, compression)
    try:
        for element in unboxed(source).begin(ctx.calls()):
            file.write(element[0].item())
    finally:
        file.close()
    return ()


DATASET_TO_TF_RECORD = OpDef(
    "DatasetToTFRecord(input_dataset: variant, filename: string, compression_type: string) -> ()",
    infer=lambda *_inputs: [],
    forward=_write,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
