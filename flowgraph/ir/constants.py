"""What is known of a tensor's value while the graph is built: enough to infer shapes through shape arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.opdef import Effect
from flowgraph.ir.tensor import Tensor
from flowgraph.shapes import Sizes

_FARTHEST = 2000  # looks at ops: shape arithmetic is never long, and a deep graph is asked at every op
_LARGEST = 1000  # entries: a shape is never longer, and folding more while building would be work for nothing


def value_of(tensor: Tensor) -> Any:
    """The value as an array if it follows from constants and known shapes alone, else None.

    The array is shared: do not change it.
    """
    memory = tensor.op.graph.memory.setdefault("constants", {})
    found = memory.get(tensor)
    if found is not None:
        return found
    if not tensor.op.inputs:
        return _literal(tensor)
    # what is unknown now may be known after a set_shape: remembered for this one question only
    unknown: dict[Tensor, Any] = {}
    stack = [tensor]
    steps = 0
    while stack:
        steps += 1
        if steps > _FARTHEST:
            return None
        current = stack[-1]
        if current in memory or current in unknown:
            stack.pop()
            continue
        known, waiting = _fold_once(current, memory, unknown)
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        (unknown if known is None else memory)[current] = known
    return memory.get(tensor)


def _fold_once(tensor: Tensor, memory: dict[Tensor, Any], unknown: dict[Tensor, Any]) -> tuple[Any, list[Tensor]]:
    """Compute one tensor from what `memory` holds: its value, or the inputs to be looked at first."""
    op = tensor.op
    opdef = op.opdef
    if opdef.effect is not Effect.NONE or opdef.role or opdef.has_refs:
        return None, []
    if opdef.partial is not None and (opdef.partial_folds or _is_constant(_source(tensor))):
        sizes = opdef.partial(tensor)
        if sizes is not None and None not in sizes:
            return np.asarray(sizes, tensor.dtype.np), []
        if not op.inputs or tensor.sizes is None:
            return None, []
    if not op.inputs:
        return _literal(tensor), []
    if not (opdef.data_shape or _is_small(tensor)):
        return None, []
    values = [_at_hand(t, memory) for t in op.inputs]
    waiting = [t for t, value in zip(op.inputs, values, strict=True) if value is None]
    if waiting:
        return None, [] if any(t in unknown for t in waiting) else waiting
    return _computed(tensor, values, memory), []


def _computed(tensor: Tensor, values: list[Any], memory: dict[Tensor, Any]) -> Any:
    """One output of a pure op, from the values of its inputs; `memory` gets the others as well."""
    op = tensor.op
    opdef = op.opdef
    try:
        with np.errstate(all="ignore"):
            result = opdef.forward(np, *opdef.structure(values, op.attrs), **op.attrs)
    except Exception:  # noqa: BLE001  # what fails now fails when it runs, and is reported there
        return None
    if not isinstance(result, tuple):
        return np.asarray(result, tensor.dtype.base_dtype.np)
    for output, value in zip(op.outputs, result, strict=False):  # one output may be a list of one, too
        if opdef.data_shape or _is_small(output):
            memory[output] = np.asarray(value, output.dtype.base_dtype.np)
    return memory[tensor]


def _at_hand(tensor: Tensor, memory: dict[Tensor, Any]) -> Any:
    """A value that is known or that stands in the graph itself."""
    value = memory.get(tensor)
    return _literal(tensor) if value is None and not tensor.op.inputs else value


def _literal(tensor: Tensor) -> Any:
    """The value of a constant; None of what else has no inputs."""
    opdef = tensor.op.opdef
    if opdef.effect is not Effect.NONE or opdef.role or opdef.partial is not None:
        return None
    return tensor.op.attrs.get("value")


def _source(tensor: Tensor) -> Tensor:
    """What a tensor comes of: an input alone, if each output comes of one, as those of ShapeN."""
    return tensor.op.inputs[tensor.index] if len(tensor.op.outputs) > 1 else tensor


def _is_constant(tensor: Tensor) -> bool:
    """Whether a tensor is computed from constants alone, however large they are."""
    seen, stack = {tensor.op}, [tensor.op]
    while stack:
        op = stack.pop()
        opdef = op.opdef
        if opdef.effect is not Effect.NONE or opdef.role or opdef.has_refs or len(seen) > _FARTHEST:
            return False
        if not op.inputs and "value" not in op.attrs:
            return False
        fresh = {t.op for t in op.inputs} - seen
        seen |= fresh
        stack += fresh
    return True


def _is_small(tensor: Tensor) -> bool:
    """Whether to work out a value while building: one of few entries, or a vector of indices."""
    sizes = tensor.sizes
    if sizes is None or None in sizes:
        return sizes is not None and len(sizes) == 1 and tensor.dtype.is_integer
    return int(np.prod(sizes)) <= _LARGEST  # type: ignore[arg-type]


def sizes_of(tensor: Tensor) -> Sizes:
    """For a 1-D integer tensor that holds a shape: the shape as far as it is known, entries of -1 as unknown."""
    tensor = before_loop(tensor)
    partial = tensor.op.opdef.partial
    if partial is not None:
        sizes = partial(tensor)
        if sizes is not None:
            return sizes
    return shape_in(value_of(tensor), tensor.sizes)


def before_loop(tensor: Any) -> Any:
    """What a loop captured as this tensor, else the tensor: TF sees captured sizes, but nothing computed of them.

    Also for what an engine knows of a tensor, which is beyond loops.
    """
    is_captured = isinstance(tensor, Tensor) and tensor.op.opdef.role == "enter" and tensor.op.attrs["is_constant"]
    return tensor.op.inputs[0] if is_captured else tensor


def shape_in(value: Any, sizes: Sizes) -> Sizes:
    """The shape that a vector of sizes holds: its entries if `value` is known, else as many as it is long."""
    if value is not None:
        return tuple(None if size < 0 else int(size) for size in value.tolist()) if value.ndim == 1 else None
    if sizes is not None and len(sizes) == 1 and sizes[0] is not None:
        return (None,) * sizes[0]
    return None
