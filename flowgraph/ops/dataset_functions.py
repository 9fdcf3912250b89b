"""Datasets made with functions of their elements, and iterators, as ops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.kernels import pipeline as pipe
from flowgraph.kernels import pipeline_batches as batches
from flowgraph.kernels import pipeline_orders as orders
from flowgraph.kernels.iterators import Held, found
from flowgraph.kernels.pipeline_batches import bracketed
from flowgraph.kernels.threads import threads
from flowgraph.ops.dataset_ops import SPEC, dataset_op

_INPUTS = "input_dataset: variant, other_arguments: Targuments[]"


def _attrs(function: str = "f", **more: Any) -> dict[str, Any]:
    return {function: REQUIRED, "Targuments": REQUIRED, **SPEC, **more}


def _threads(number: Any) -> int:
    """How many threads the user means; those that the run may use where that is left to the library.

    Raises:
      InvalidArgumentError: no number of threads.
    """
    count = int(number)
    if count < 1 and count != -1:
        raise invalid("num_parallel_calls must be greater than zero.")
    return count if count > 0 else threads()


MAP_DATASET = dataset_op(
    f"MapDataset({_INPUTS}) -> handle: variant",
    lambda ctx, source, captured, *, f, **_spec: pipe.Mapped(source, ctx.bound(f, captured)),
    _attrs(use_inter_op_parallelism=True, preserve_cardinality=False),
)
PARALLEL_MAP_DATASET = dataset_op(
    f"ParallelMapDataset({_INPUTS}, num_parallel_calls: int32) -> handle: variant",
    lambda ctx, source, captured, threads, *, f, **_spec: batches.MappedAhead(
        source, ctx.bound(f, captured), _threads(threads)
    ),
    _attrs(use_inter_op_parallelism=True, sloppy=False, preserve_cardinality=False),
    [0],
)
FILTER_DATASET = dataset_op(
    f"FilterDataset({_INPUTS}) -> handle: variant",
    lambda ctx, source, captured, *, predicate, **_spec: pipe.Filtered(source, ctx.bound(predicate, captured)),
    _attrs("predicate"),
)
TAKE_WHILE_DATASET = dataset_op(
    f"TakeWhileDataset({_INPUTS}) -> handle: variant",
    lambda ctx, source, captured, *, predicate, **_spec: pipe.Filtered(source, ctx.bound(predicate, captured), True),
    _attrs("predicate"),
)
FLAT_MAP_DATASET = dataset_op(
    f"FlatMapDataset({_INPUTS}) -> handle: variant",
    lambda ctx, source, captured, *, f, **_spec: pipe.FlatMapped(source, ctx.bound(f, captured)),
    _attrs(),
)


def _interleave(
    ctx: Any, source: Any, captured: Any, cycle_length: Any, block_length: Any, *_more: Any, f: str, **_spec: Any
) -> orders.Interleaved:
    if cycle_length <= 0 and cycle_length != -1:
        raise invalid("cycle_length must be greater than zero.")
    block = batches.positive(block_length, "block_length")
    return orders.Interleaved(source, ctx.bound(f, captured), int(cycle_length), block)


def _parallel_interleave(ctx: Any, *inputs: Any, **attrs: Any) -> orders.Interleaved:
    if not attrs.get("sloppy"):
        _threads(inputs[4])
    return _interleave(ctx, *inputs, **attrs)


_CYCLE = "cycle_length: int64, block_length: int64"
INTERLEAVE_DATASET = dataset_op(
    f"InterleaveDataset({_INPUTS}, {_CYCLE}) -> handle: variant", _interleave, _attrs(), [0, 0]
)
PARALLEL_INTERLEAVE_DATASET = dataset_op(
    f"ParallelInterleaveDatasetV2({_INPUTS}, {_CYCLE}, num_parallel_calls: int64) -> handle: variant",
    _parallel_interleave,
    _attrs(sloppy=False),
    [0, 0, 0],
)
OLD_PARALLEL_INTERLEAVE_DATASET = dataset_op(
    f"ParallelInterleaveDataset({_INPUTS}, {_CYCLE}, sloppy: bool, buffer_output_elements: int64, "
    "prefetch_input_elements: int64) -> handle: variant",
    _interleave,
    _attrs(),
    [0] * 5,
)


def _map_and_batch(
    ctx: Any, source: Any, captured: Any, batch_size: Any, threads: Any, drop_remainder: Any, *, f: str, **_spec: Any
) -> batches.Batched:
    size = batches.positive(batch_size, "batch_size")
    mapped = batches.MappedAhead(source, ctx.bound(f, captured), _threads(threads))
    return batches.Batched(mapped, size, bool(drop_remainder), mapped=True)


MAP_AND_BATCH_DATASET = dataset_op(
    f"MapAndBatchDataset({_INPUTS}, batch_size: int64, num_parallel_calls: int64, drop_remainder: bool) "
    "-> handle: variant",
    _map_and_batch,
    _attrs(preserve_cardinality=False),
    [0, 0, 0],
)


def _generator(
    ctx: Any, first: Any, following: Any, last: Any, *, init_func: str, next_func: str, finalize_func: str, **_spec: Any
) -> pipe.Generated:
    init = ctx.bound(init_func, ())
    count = len(init.function.inputs)
    return pipe.Generated(
        ctx.bound(init_func, first[count:]), ctx.bound(next_func, following), ctx.bound(finalize_func, last),
        tuple(pipe.boxed(one) if hasattr(one, "begin") else one for one in first[:count]),
    )  # fmt: skip


GENERATOR_DATASET = dataset_op(
    "GeneratorDataset(init_func_other_args: Tinit_func_args[], next_func_other_args: Tnext_func_args[], "
    "finalize_func_other_args: Tfinalize_func_args[]) -> handle: variant",
    _generator,
    {
        "init_func": REQUIRED, "next_func": REQUIRED, "finalize_func": REQUIRED, "Tinit_func_args": REQUIRED,
        "Tnext_func_args": REQUIRED, "Tfinalize_func_args": REQUIRED, **SPEC,
    },
)  # fmt: skip
GROUP_BY_WINDOW_DATASET = dataset_op(
    "GroupByWindowDataset(input_dataset: variant, key_func_other_arguments: Tkey_func_other_arguments[], "
    "reduce_func_other_arguments: Treduce_func_other_arguments[], window_size_func_other_arguments: "
    "Twindow_size_func_other_arguments[]) -> handle: variant",
    lambda ctx, source, keys, reduces, sizes, *, key_func, reduce_func, window_size_func, **_spec: orders.Grouped(
        source, ctx.bound(key_func, keys), ctx.bound(reduce_func, reduces), ctx.bound(window_size_func, sizes)
    ),
    {
        "key_func": REQUIRED, "reduce_func": REQUIRED, "window_size_func": REQUIRED,
        "Tkey_func_other_arguments": REQUIRED, "Treduce_func_other_arguments": REQUIRED,
        "Twindow_size_func_other_arguments": REQUIRED, **SPEC,
    },
)  # fmt: skip
SCAN_DATASET = dataset_op(
    "ScanDataset(input_dataset: variant, initial_state: Tstate[], other_arguments: Targuments[]) -> handle: variant",
    lambda ctx, source, state, captured, *, f, **_spec: pipe.Scanned(source, tuple(state), ctx.bound(f, captured)),
    {"f": REQUIRED, "Tstate": REQUIRED, "Targuments": REQUIRED, **SPEC, "preserve_cardinality": False},
)

# -- to the end --------------------------------------------------------------------------------------------


def _reduce(ctx: Any, source: Any, state: Sequence[Any], captured: Any, *, f: str, **_spec: Any) -> tuple[Any, ...]:
    run = ctx.calls()
    call, values = run.bind(ctx.bound(f, captured)), list(state)
    for element in pipe.unboxed(source).begin(run):
        values = call(*values, *element)
    return tuple(values)


REDUCE_DATASET = OpDef(
    "ReduceDataset(input_dataset: variant, initial_state: Tstate[], other_arguments: Targuments[]) -> "
    "components: output_types[]",
    attrs={"f": REQUIRED, "Tstate": REQUIRED, "Targuments": REQUIRED, **SPEC, "use_inter_op_parallelism": True},
    infer=lambda *_inputs, output_shapes, **_attrs: list(output_shapes),
    forward=_reduce,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)


def _single(ctx: Any, source: Any, **_spec: Any) -> tuple[Any, ...]:
    elements = pipe.unboxed(source).begin(ctx.calls())
    element = next(elements, None)
    if element is None:
        raise invalid("Dataset was empty.")
    if next(elements, None) is not None:
        raise invalid("Dataset had more than one element.")
    return tuple(element)


SINGLE_ELEMENT = OpDef(
    "DatasetToSingleElement(dataset: variant) -> components: output_types[]",
    attrs=SPEC,
    infer=lambda _dataset, *, output_shapes, **_attrs: list(output_shapes),
    forward=_single,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)

# -- iterators ---------------------------------------------------------------------------------------------


def _held(ctx: Any, *, output_types: Any, output_shapes: Any, **_names: Any) -> Held:
    made: Held = ctx.shared(lambda: Held(output_types, output_shapes))
    return made


ITERATOR = OpDef(
    "IteratorV2() -> handle: resource",
    attrs={"shared_name": REQUIRED, "container": REQUIRED, **SPEC},
    infer=lambda **_attrs: (),
    forward=_held,
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


ANONYMOUS_ITERATOR = OpDef(
    "AnonymousIterator() -> handle: resource",
    attrs=SPEC,
    infer=lambda **_attrs: (),
    forward=lambda _ctx, *, output_types, output_shapes: Held(output_types, output_shapes),
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)


def _one_shot(ctx: Any, *, dataset_factory: str, **attrs: Any) -> Held:
    held = _held(ctx, **attrs)

    def make() -> Any:
        run, factory = ctx.calls(), ctx.bound(dataset_factory, ())
        return pipe.unboxed(run.bind(factory)()[0]), run

    held.begin_once(make)
    return held


ONE_SHOT_ITERATOR = OpDef(
    "OneShotIterator() -> handle: resource",
    attrs={"dataset_factory": REQUIRED, **SPEC, "container": "", "shared_name": ""},
    infer=lambda **_attrs: (),
    forward=_one_shot,
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


def _make_iterator(ctx: Any, source: Any, held: Held) -> tuple[()]:
    held.begin(pipe.unboxed(source), ctx.calls())
    return ()


MAKE_ITERATOR = OpDef(
    "MakeIterator(dataset: variant, iterator: resource) -> ()",
    infer=lambda _dataset, _iterator: [],
    forward=_make_iterator,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)


def _text(data: bytes) -> np.ndarray:
    return np.array(data, object)


ITERATOR_TO_STRING_HANDLE = OpDef(
    "IteratorToStringHandle(resource_handle: resource) -> string_handle: string",
    infer=lambda _handle: (),
    forward=lambda _ctx, held: _text(held.handle),
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)


def _from_handle(_ctx: Any, handle: Any, *, output_types: Any, output_shapes: Any) -> Held:
    held = found(np.asarray(handle).item())
    if output_types and len(output_types) != len(held.types):
        raise invalid(
            f"Number of components does not match: expected {len(output_types)} types but got {len(held.types)}."
        )
    for at, (wanted, type_) in enumerate(zip(output_types, held.types, strict=False)):
        if wanted is not type_:
            raise invalid(
                f"Data type mismatch at component {at}: expected {wanted.name} but got {type_.name}."
            )  # fmt: skip
    for at, (wanted, sizes) in enumerate(zip(output_shapes, held.shapes, strict=False)):
        if not _fits(wanted, sizes):
            raise invalid(
                f"Incompatible shapes at component {at}: expected {_partial(wanted)} but got {_partial(sizes)}."
            )
    return held


def _fits(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return True
    return len(one) == len(other) and all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _partial(sizes: Any) -> str:
    return "<unknown>" if sizes is None else bracketed(["?" if size is None else str(size) for size in sizes])


ITERATOR_FROM_STRING_HANDLE = OpDef(
    "IteratorFromStringHandleV2(string_handle: string) -> resource_handle: resource",
    attrs={"output_types": (), "output_shapes": ()},
    infer=lambda _handle, **_attrs: (),
    forward=_from_handle,
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)


def _get_next(_ctx: Any, held: Held, *, output_types: Sequence[Any], **_attrs: Any) -> tuple[Any, ...]:
    element = tuple(pipe.unboxed(held).take())  # (a function gets it in an array)
    if len(element) != len(output_types):  # (only an imported graph can be that wrong)
        raise invalid(f"Expected an element of {len(output_types)} components, but got {len(element)}.")
    return element


ITERATOR_GET_NEXT = OpDef(
    "IteratorGetNext(iterator: resource) -> components: output_types[]",
    attrs=SPEC,
    infer=lambda _iterator, *, output_shapes, **_attrs: list(output_shapes),
    forward=_get_next,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
