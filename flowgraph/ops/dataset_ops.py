"""Datasets as ops: each gives a variant, the pipeline over its elements (`flowgraph/kernels/pipeline.py`).

Such an op computes nothing of the elements; the pipeline does that while it is gone through. Here stand the sources of
elements and what makes one pipeline of others without a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.kernels import pipeline as pipe
from flowgraph.kernels import pipeline_batches as batches
from flowgraph.kernels import pipeline_files as files
from flowgraph.kernels import pipeline_orders as orders

SPEC = {"output_types": REQUIRED, "output_shapes": REQUIRED}
_SCALAR = 0


def dataset_op(
    signature: str,
    forward: Callable[..., Any],
    attrs: dict[str, Any],
    ranks: Sequence[int | None] = (),
) -> OpDef:
    """An op that gives a dataset.

    Args:
      signature, attrs: see OpDef.
      forward: `forward(ctx, *inputs, **attrs)` gives the pipeline.
      ranks: of the last inputs; None for any.
    """

    def infer(*inputs: Any, **_attrs: Any) -> tuple[()]:
        for x, rank in zip(inputs[len(inputs) - len(ranks) :], ranks, strict=True):
            if rank is not None and x.sizes is not None and len(x.sizes) != rank:
                raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
        return ()

    def made(ctx: Any, *inputs: Any, **given: Any) -> Any:
        return forward(ctx, *map(pipelines, inputs), **given)

    # nothing is drawn where the op runs, but two of a kind are two datasets, as two random ops are
    return OpDef(
        signature, attrs=attrs, infer=infer, forward=made, gradient=NO_GRADIENT, effect=Effect.RANDOM
    )  # fmt: skip


def pipelines(value: Any) -> Any:
    """An input of an op, or a list of them: pipelines bare."""
    return [pipe.unboxed(one) for one in value] if isinstance(value, list) else pipe.unboxed(value)


# -- sources -----------------------------------------------------------------------------------------------


def _slices(_ctx: Any, components: Sequence[Any], **_spec: Any) -> pipe.Slices:
    rows = len(components[0])
    for part in components[1:]:
        if len(part) != rows:
            raise invalid(f"All components must have the same size in the 0th dimension: {rows} vs. {len(part)}")
    return pipe.Slices(components)


def _range(_ctx: Any, start: Any, stop: Any, step: Any, **_spec: Any) -> pipe.Range:
    if step == 0:
        raise invalid("step must be a non-zero integer.")
    return pipe.Range(int(start), int(stop), int(step))


def _sparse_rows(_ctx: Any, indices: Any, values: Any, dense_shape: Any) -> pipe.SparseRows:
    if len(indices) > 1 and (np.diff(indices[:, 0]) < 0).any():
        raise invalid("The SparseTensor must be ordered in the batch dimension; handling arbitrarily ordered "
                              "input is not currently supported.")  # fmt: skip
    return pipe.SparseRows(indices, values, dense_shape)


TENSOR_DATASET = dataset_op(
    "TensorDataset(components: Toutput_types[]) -> handle: variant",
    lambda _ctx, components, **_spec: pipe.Single(tuple(components)),
    {"Toutput_types": REQUIRED, "output_shapes": REQUIRED},
)
TENSOR_SLICE_DATASET = dataset_op(
    "TensorSliceDataset(components: Toutput_types[]) -> handle: variant",
    _slices,
    {"Toutput_types": REQUIRED, "output_shapes": REQUIRED},
)
SPARSE_TENSOR_SLICE_DATASET = dataset_op(
    "SparseTensorSliceDataset(indices: int64, values: Tvalues, dense_shape: int64) -> handle: variant",
    _sparse_rows,
    {"Tvalues": TypeAttr()},
)
RANGE_DATASET = dataset_op(
    "RangeDataset(start: int64, stop: int64, step: int64) -> handle: variant", _range, SPEC, [_SCALAR] * 3
)
RANDOM_DATASET = dataset_op(
    "RandomDataset(seed: int64, seed2: int64) -> handle: variant",
    lambda _ctx, seed, seed2, **_spec: orders.RandomNumbers((int(seed), int(seed2))),
    SPEC,
    [_SCALAR] * 2,
)  # fmt: skip


def _names(filenames: Any) -> list[str]:
    return [name.decode() for name in np.ravel(filenames)]


def _compression(kind: Any) -> str:
    return files.check_compression(np.asarray(kind).item().decode())


def _buffered(size: Any) -> None:
    if size < 0:
        raise invalid("`buffer_size` must be >= 0 (0 == no buffering)")


def _lines(_ctx: Any, filenames: Any, compression_type: Any, buffer_size: Any) -> files.Lines:
    if buffer_size < 0:
        raise invalid("`buffer_size` must be >= 0 (0 == default)")
    return files.Lines(_names(filenames), _compression(compression_type))


def _records(_ctx: Any, filenames: Any, compression_type: Any, buffer_size: Any) -> files.Records:
    _buffered(buffer_size)
    return files.Records(_names(filenames), np.asarray(compression_type).item().decode())


def _pieces(
    _ctx: Any, filenames: Any, header_bytes: Any, record_bytes: Any, footer_bytes: Any, buffer_size: Any,
    compression_type: Any,
) -> files.Pieces:  # fmt: skip
    for size, name in ((header_bytes, "header_bytes"), (footer_bytes, "footer_bytes"), (buffer_size, "buffer_size")):
        if size < 0:
            raise invalid(f"{name} must be >= 0")
    size = batches.positive(record_bytes, "record_bytes", "must be > 0")
    kind = _compression(compression_type)
    return files.Pieces(_names(filenames), int(header_bytes), size, int(footer_bytes), kind)


TEXT_LINE_DATASET = dataset_op(
    "TextLineDataset(filenames: string, compression_type: string, buffer_size: int64) -> handle: variant",
    _lines, {}, [None, _SCALAR, _SCALAR],
)  # fmt: skip
TF_RECORD_DATASET = dataset_op(
    "TFRecordDataset(filenames: string, compression_type: string, buffer_size: int64) -> handle: variant",
    _records, {}, [None, _SCALAR, _SCALAR],
)  # fmt: skip
FIXED_LENGTH_RECORD_DATASET = dataset_op(
    "FixedLengthRecordDatasetV2(filenames: string, header_bytes: int64, record_bytes: int64, footer_bytes: int64, "
    "buffer_size: int64, compression_type: string) -> handle: variant",
    _pieces, {}, [None, *[_SCALAR] * 5],
)  # fmt: skip

# -- of one dataset, or several ----------------------------------------------------------------------------


def _of_one(op_type: str, numbers: str, forward: Callable[..., Any], attrs: dict[str, Any] | None = None) -> OpDef:
    """An op on a dataset and scalars, whose elements have the same dtypes."""
    count = numbers.count(":")
    signature = f"{op_type}(input_dataset: variant{', ' * bool(numbers)}{numbers}) -> handle: variant"
    return dataset_op(signature, forward, SPEC if attrs is None else attrs, [_SCALAR] * count)


def _batch(_ctx: Any, source: Any, batch_size: Any, drop_remainder: Any, **_spec: Any) -> batches.Batched:
    return batches.Batched(source, batches.positive(batch_size, "Batch size"), bool(drop_remainder))


def _shuffle(
    _ctx: Any, source: Any, buffer_size: Any, seed: Any, seed2: Any, *, reshuffle_each_iteration: bool, **_spec: Any
) -> orders.Shuffled:
    size = batches.positive(buffer_size, "buffer_size")
    return orders.Shuffled(source, size, (int(seed), int(seed2)), reshuffle_each_iteration)


def _shuffle_and_repeat(
    _ctx: Any, source: Any, buffer_size: Any, seed: Any, seed2: Any, count: Any, **_spec: Any
) -> orders.ShuffledRepeats:
    return shuffled_repeats(source, batches.positive(buffer_size, "buffer_size"), (int(seed), int(seed2)), int(count))


def shuffled_repeats(source: Any, size: int, seeds: tuple[int, int], count: int) -> orders.ShuffledRepeats:
    """The pipeline of ShuffleAndRepeatDataset.

    Raises:
      InvalidArgumentError: `count` is zero or less than -1.
    """
    if count == 0 or count < -1:
        raise invalid("count must be greater than zero or equal to -1.")
    return orders.ShuffledRepeats(source, size, seeds, count)


def _take(_ctx: Any, source: Any, count: Any, **_spec: Any) -> pipe.Sliced:
    return pipe.Sliced(source, 0, max(int(count), -1))


def _skip(_ctx: Any, source: Any, count: Any, **_spec: Any) -> pipe.Sliced:
    return pipe.Sliced(source, 0, 0) if count < 0 else pipe.Sliced(source, int(count), None)


def _shard(
    _ctx: Any, source: Any, num_shards: Any, index: Any, *, require_non_empty: bool, **_spec: Any
) -> pipe.Sliced:
    if num_shards < 1:
        raise invalid(f"Number of shards must be greater than zero (currently num_shards = {num_shards}).")
    if not 0 <= index < num_shards:
        raise invalid(f"Index must be between 0 and {num_shards - 1} (currently index = {index}).")
    if require_non_empty:
        raise invalid("ShardDataset with require_non_empty is not offered.")
    return pipe.Sliced(source, int(index), None, int(num_shards))


def _prefetch(_ctx: Any, source: Any, buffer_size: Any, **_spec: Any) -> batches.Ahead:
    if buffer_size < -1:
        raise invalid("buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
    return batches.Ahead(source, int(buffer_size))


def _window(
    _ctx: Any, source: Any, size: Any, shift: Any, stride: Any, drop_remainder: Any, **_spec: Any
) -> orders.Windowed:
    words = "must be greater than zero"
    numbers = [
        batches.positive(number, f"Window {name}", words)
        for number, name in ((size, "size"), (shift, "shift"), (stride, "stride"))
    ]
    return orders.Windowed(source, numbers[0], numbers[1], numbers[2], bool(drop_remainder))


def _cache(_ctx: Any, source: Any, filename: Any, *, output_types: Any, **_spec: Any) -> Any:
    prefix: bytes = np.asarray(filename).item()
    return batches.KeptInFile(source, prefix.decode(), output_types) if prefix else batches.Kept(source)


BATCH_DATASET = _of_one(
    "BatchDatasetV2", "batch_size: int64, drop_remainder: bool", _batch, {"parallel_copy": False, **SPEC}
)
SHUFFLE_DATASET = _of_one(
    "ShuffleDataset", "buffer_size: int64, seed: int64, seed2: int64", _shuffle,
    {"reshuffle_each_iteration": True, **SPEC},
)  # fmt: skip
SHUFFLE_AND_REPEAT_DATASET = _of_one(
    "ShuffleAndRepeatDataset", "buffer_size: int64, seed: int64, seed2: int64, count: int64", _shuffle_and_repeat
)
REPEAT_DATASET = _of_one(
    "RepeatDataset", "count: int64", lambda _ctx, source, count, **_spec: pipe.Repeated(source, int(count))
)
TAKE_DATASET = _of_one("TakeDataset", "count: int64", _take)
SKIP_DATASET = _of_one("SkipDataset", "count: int64", _skip)
SHARD_DATASET = _of_one("ShardDataset", "num_shards: int64, index: int64", _shard, {"require_non_empty": False, **SPEC})
PREFETCH_DATASET = _of_one(
    "PrefetchDataset", "buffer_size: int64", _prefetch, {**SPEC, "slack_period": 0, "legacy_autotune": True}
)
CACHE_DATASET = _of_one("CacheDataset", "filename: string", _cache)
WINDOW_DATASET = _of_one("WindowDataset", "size: int64, shift: int64, stride: int64, drop_remainder: bool", _window)
UNBATCH_DATASET = _of_one("UnbatchDataset", "", lambda _ctx, source, **_spec: pipe.Rows(source))
IGNORE_ERRORS_DATASET = _of_one("IgnoreErrorsDataset", "", lambda _ctx, source, **_spec: pipe.Forgiving(source))
UNIQUE_DATASET = _of_one("UniqueDataset", "", lambda _ctx, source, **_spec: pipe.Unique(source))
MODEL_DATASET = _of_one(
    "ModelDataset", "", lambda _ctx, source, **_spec: source, {"algorithm": 0, "cpu_budget": 0, **SPEC}
)


def _with_threads(name: str, least: int) -> Callable[..., Any]:
    """The pipeline as it is, for which TF would have so many threads."""

    def forward(_ctx: Any, source: Any, count: Any, **_spec: Any) -> Any:
        if count < least:
            raise invalid(f"`{name}` must be >= {least}")
        return source

    return forward


MAX_INTRA_OP_PARALLELISM_DATASET = _of_one(
    "MaxIntraOpParallelismDataset", "max_intra_op_parallelism: int64", _with_threads("max_intra_op_parallelism", 0)
)
PRIVATE_THREAD_POOL_DATASET = _of_one("PrivateThreadPoolDataset", "num_threads: int64", _with_threads("num_threads", 1))


def _sliding(
    _ctx: Any, source: Any, window_size: Any, window_shift: Any, window_stride: Any, **_spec: Any
) -> batches.Sliding:
    words = "must be greater than zero"
    pairs = ((window_size, "Window size"), (window_shift, "Window shift"), (window_stride, "window_stride"))
    size, shift, stride = [batches.positive(number, name, words) for number, name in pairs]
    return batches.Sliding(source, size, shift, stride)


SLIDING_WINDOW_DATASET = _of_one(
    "SlidingWindowDataset", "window_size: int64, window_shift: int64, window_stride: int64", _sliding
)
CONCATENATE_DATASET = dataset_op(
    "ConcatenateDataset(input_dataset: variant, another_dataset: variant) -> handle: variant",
    lambda _ctx, first, second, **_spec: pipe.Chained((first, second)),
    SPEC,
)
ZIP_DATASET = dataset_op(
    "ZipDataset(input_datasets: N*variant) -> handle: variant",
    lambda _ctx, sources, **_spec: pipe.Zipped(sources),
    SPEC,
)
DIRECTED_INTERLEAVE_DATASET = dataset_op(
    "DirectedInterleaveDataset(selector_input_dataset: variant, data_input_datasets: N*variant) -> handle: variant",
    lambda _ctx, selector, sources, **_spec: pipe.Directed(selector, sources),
    SPEC,
)


def _padded(
    _ctx: Any, source: Any, batch_size: Any, padded_shapes: Any, padding_values: Any, drop_remainder: Any = False,
    **_spec: Any,
) -> batches.Padded:  # fmt: skip
    size = batches.positive(batch_size, "Batch size")
    shapes = [[int(n) for n in shape] for shape in padded_shapes]
    return batches.Padded(source, size, shapes, [value[()] for value in padding_values], bool(drop_remainder))


_PADDED = "input_dataset: variant, batch_size: int64, padded_shapes: N*int64, padding_values: Toutput_types[]"
PADDED_BATCH_DATASET_V1 = dataset_op(
    f"PaddedBatchDataset({_PADDED}) -> handle: variant", _padded, {"Toutput_types": REQUIRED, "output_shapes": REQUIRED}
)
PADDED_BATCH_DATASET = dataset_op(
    f"PaddedBatchDatasetV2({_PADDED}, drop_remainder: bool) -> handle: variant",
    _padded,
    {"parallel_copy": False, "Toutput_types": REQUIRED, "output_shapes": REQUIRED},
    [_SCALAR],
)

# -- what TF's optimizer makes of a pipeline ---------------------------------------------------------------


def optimized(source: Any, names: Sequence[str]) -> Any:
    """A pipeline with what changes its elements or errors when TF's optimizer has gone through it."""
    if not is_dataclass(source) or isinstance(source, type):
        return source
    changes: dict[str, Any] = {}
    for field in fields(source):
        value = getattr(source, field.name)
        if field.name in ("source", "selector"):
            changes[field.name] = optimized(value, names)
        elif field.name == "inner":
            changes["inner"] = partial(optimized, names=names)
        elif field.name == "sources":
            changes["sources"] = [optimized(one, names) for one in value]
    changes = {name: value for name, value in changes.items() if value is not getattr(source, name)}
    made: Any = replace(source, **changes) if changes else source
    if isinstance(made, pipe.Repeated) and isinstance(made.source, orders.Shuffled) and made.source.anew:
        if "shuffle_and_repeat_fusion" in names and not (made.count == 1 and "noop_elimination" in names):
            inner = made.source
            return shuffled_repeats(inner.source, inner.size, inner.seeds, made.count)
    elif isinstance(made, batches.Batched) and isinstance(made.source, pipe.Mapped | batches.MappedAhead):
        return replace(made, mapped="map_and_batch_fusion" in names)
    return made


def _optimize(_ctx: Any, source: Any, optimizations: Any, **_spec: Any) -> Any:
    return optimized(source, [name.decode() for name in np.ravel(optimizations)])


OPTIMIZE_DATASET = dataset_op(
    "OptimizeDataset(input_dataset: variant, optimizations: string) -> handle: variant",
    _optimize,
    {**SPEC, "optimization_configs": ()},
)
