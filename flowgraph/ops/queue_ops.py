"""Queues as ops: those that hold a queue, and those that put in, take out, close and count.

The queue itself belongs to the session (`flowgraph/kernels/queues.py`); a handle stands for it in the graph.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph.dtypes import int64
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef
from flowgraph.ir.refusal import error_of, invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.attempts import Attempt, Trouble
from flowgraph.kernels.queues import FIFO, PADDING, PRIORITY, SHUFFLED, Order, Queue, type_name
from flowgraph.shapes import Sizes

_numbers = itertools.count()


def unshared_name(ctx: Any) -> str:
    """What messages call something that has no shared name: numbered through the process, as in TF."""
    return ctx.op.attrs.get("shared_name") or f"_{next(_numbers)}_{ctx.op.name}"


# -- the ops that hold a queue -----------------------------------------------------------------------------


def _queue(
    ctx: Any,
    order: Order,
    component_types: Sequence[Any],
    shapes: Sequence[Sizes],
    capacity: int,
    keeps: int = 0,
    seeds: tuple[int, int] = (0, 0),
) -> Queue:
    asked = Queue(order, "", [dtype.np for dtype in component_types], tuple(shapes) or None, capacity, keeps, seeds)  # type: ignore[arg-type]

    def make() -> Queue:
        asked.name = unshared_name(ctx)
        return asked

    found = ctx.shared(make)
    words = found.differs(asked) if found is not asked else None
    if words:
        raise invalid(words)
    return found


def _holder(op_type: str, order: Order, attrs: dict[str, Any]) -> OpDef:
    def forward(ctx: Any, *, component_types: Any, shapes: Any, capacity: int, **_names: Any) -> Queue:
        return _queue(ctx, order, component_types, shapes, capacity)

    return OpDef(
        f"{op_type}() -> handle: resource",
        attrs={**attrs, "capacity": -1, "container": "", "shared_name": ""},
        infer=lambda **attrs: (),
        forward=forward,
        gradient=NO_GRADIENT,
        effect=Effect.STATE,
    )


FIFO_QUEUE = _holder("FIFOQueueV2", FIFO, {"component_types": REQUIRED, "shapes": ()})
PADDING_FIFO_QUEUE = _holder("PaddingFIFOQueueV2", PADDING, {"component_types": REQUIRED, "shapes": ()})


def _priority_queue(ctx: Any, *, component_types: Any, shapes: Any, capacity: int, **_names: Any) -> Queue:
    return _queue(ctx, PRIORITY, (int64, *component_types), ((), *shapes), capacity)


PRIORITY_QUEUE = OpDef(
    "PriorityQueueV2() -> handle: resource",
    attrs={"component_types": (), "shapes": REQUIRED, "capacity": -1, "container": "", "shared_name": ""},
    infer=lambda **attrs: (),
    forward=_priority_queue,
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)


def _random_shuffle_queue(
    ctx: Any, *, component_types: Any, shapes: Any, capacity: int, min_after_dequeue: int, seed: int, seed2: int,
    **_names: Any,
) -> Queue:  # fmt: skip
    if min_after_dequeue < 0:
        raise invalid(f"min_after_dequeue {min_after_dequeue} must be >= 0")
    if 0 <= capacity <= min_after_dequeue:
        raise invalid(f"min_after_dequeue {min_after_dequeue} must be < capacity {capacity}")
    return _queue(ctx, SHUFFLED, component_types, shapes, capacity, min_after_dequeue, (seed, seed2))


RANDOM_SHUFFLE_QUEUE = OpDef(
    "RandomShuffleQueueV2() -> handle: resource",
    attrs={
        "component_types": REQUIRED, "shapes": (), "capacity": -1, "min_after_dequeue": 0, "seed": 0, "seed2": 0,
        "container": "", "shared_name": "",
    },
    infer=lambda **attrs: (),
    forward=_random_shuffle_queue,
    gradient=NO_GRADIENT,
    effect=Effect.STATE,
)  # fmt: skip

_HOLDERS = (FIFO_QUEUE, PADDING_FIFO_QUEUE, PRIORITY_QUEUE, RANDOM_SHUFFLE_QUEUE)

# -- what waits --------------------------------------------------------------------------------------------


def waiting(
    signature: str, begin: Callable[..., Attempt], infer: Callable[..., Any], attrs: dict[str, Any], **more: Any
) -> OpDef:
    """An op that may wait for another run.

    Args:
      signature, infer, attrs: see OpDef.
      begin: `begin(*inputs, **attrs)` gives an attempt at what the op does.
    """

    def begun(_ctx: Any, *inputs: Any, **attrs: Any) -> Attempt:
        try:
            return begin(*inputs, **attrs)
        except Trouble as trouble:
            raise error_of(trouble) from None

    return OpDef(
        signature,
        attrs=attrs,
        infer=infer,
        forward=lambda ctx, *inputs, **attrs: ctx.wait_for(begun(ctx, *inputs, **attrs)),
        begin=begun,
        gradient=NO_GRADIENT,
        effect=Effect.WORLD,
        **more,
    )


def _component_sizes(handle: Any, count: int) -> list[Sizes]:
    """The shapes of the components, if the op that holds the queue is in sight."""
    tensor = getattr(handle, "tensor", handle)  # an input that is watched for a message
    if isinstance(tensor, Tensor) and tensor.op.opdef in _HOLDERS:
        shapes = tuple(tensor.op.attrs["shapes"])
        if tensor.op.opdef is PRIORITY_QUEUE:
            shapes = ((), *shapes)
        if len(shapes) == count:
            return list(shapes)
    return [None] * count


def _batch_sizes(handle: Any, n: Any, component_types: Sequence[Any], is_full: bool) -> list[Sizes]:
    size = n.constant() if is_full else None
    rows = None if size is None or np.size(size) != 1 else int(np.ravel(size)[0])
    if rows is not None and rows < 0:
        rows = None
    return [None if sizes is None else (rows, *sizes) for sizes in _component_sizes(handle, len(component_types))]


def _many(queue: Queue, n: Any, or_fewer: bool, types: Sequence[Any]) -> Attempt:
    _check_types(queue, types, "resource, int32")
    return queue.dequeue_many(int(np.ravel(n)[0]), or_fewer)


def _check_types(queue: Queue, types: Sequence[Any], inputs: str) -> None:
    if tuple(dtype.np for dtype in types) != queue.types:
        have, expected = (", ".join(map(type_name, kinds)) for kinds in (([d.np for d in types]), queue.types))
        raise invalid(f"Signature mismatch, have: {inputs}->{have} expected: {inputs}->{expected}")


QUEUE_ENQUEUE = waiting(
    "QueueEnqueueV2(handle: resource, components: Tcomponents[]) -> ()",
    lambda queue, parts, **attrs: queue.enqueue(parts),
    lambda handle, parts, **attrs: [],
    {"Tcomponents": REQUIRED, "timeout_ms": -1},
)
QUEUE_ENQUEUE_MANY = waiting(
    "QueueEnqueueManyV2(handle: resource, components: Tcomponents[]) -> ()",
    lambda queue, parts, **attrs: queue.enqueue_many(parts),
    lambda handle, parts, **attrs: [],
    {"Tcomponents": REQUIRED, "timeout_ms": -1},
)


def _dequeue(queue: Queue, *, component_types: Sequence[Any], **_attrs: Any) -> Attempt:
    _check_types(queue, component_types, "resource")
    return queue.dequeue()


QUEUE_DEQUEUE = waiting(
    "QueueDequeueV2(handle: resource) -> components: component_types[]",
    _dequeue,
    lambda handle, *, component_types, **attrs: _component_sizes(handle, len(component_types)),
    {"component_types": REQUIRED, "timeout_ms": -1},
)
QUEUE_DEQUEUE_MANY = waiting(
    "QueueDequeueManyV2(handle: resource, n: int32) -> components: component_types[]",
    lambda queue, n, *, component_types, **attrs: _many(queue, n, False, component_types),
    lambda handle, n, *, component_types, **attrs: _batch_sizes(handle, n, component_types, True),
    {"component_types": REQUIRED, "timeout_ms": -1},
)
QUEUE_DEQUEUE_UP_TO = waiting(
    "QueueDequeueUpToV2(handle: resource, n: int32) -> components: component_types[]",
    lambda queue, n, *, component_types, **attrs: _many(queue, n, True, component_types),
    lambda handle, n, *, component_types, **attrs: _batch_sizes(handle, n, component_types, False),
    {"component_types": REQUIRED, "timeout_ms": -1},
)
QUEUE_CLOSE = waiting(
    "QueueCloseV2(handle: resource) -> ()",
    lambda queue, *, cancel_pending_enqueues: queue.close(cancel_pending_enqueues),
    lambda handle, **attrs: [],
    {"cancel_pending_enqueues": False},
)

# -- what only looks ---------------------------------------------------------------------------------------

QUEUE_IS_CLOSED = OpDef(
    "QueueIsClosedV2(handle: resource) -> is_closed: bool",
    infer=lambda handle: (),
    forward=lambda ctx, queue: np.bool_(queue.is_closed),
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
QUEUE_SIZE = OpDef(
    "QueueSizeV2(handle: resource) -> size: int32",
    infer=lambda handle: (),
    forward=lambda ctx, queue: np.int32(len(queue)),
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
