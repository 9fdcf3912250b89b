"""Optionals: values that may be missing, which ops hand on as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.errors import OutOfRangeError
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, Effect, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.kernels.pipeline import boxed
from flowgraph.ops.dataset_ops import SPEC


class Held:
    """What an optional holds: components, or None."""

    __slots__ = ("components",)

    def __init__(self, components: tuple[Any, ...] | None) -> None:
        self.components = components


def _held(value: Any) -> Held:
    held = value.item() if isinstance(value, np.ndarray) and value.dtype == object and not value.ndim else value
    if not isinstance(held, Held):
        raise invalid("Input is not an OptionalVariant")
    return held


OPTIONAL_FROM_VALUE = OpDef(
    "OptionalFromValue(components: Toutput_types[]) -> optional: variant",
    attrs={"Toutput_types": REQUIRED},
    infer=lambda _components, **_attrs: (),
    forward=lambda _ctx, components, **_attrs: boxed(Held(tuple(map(np.array, components)))),
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)
OPTIONAL_NONE = OpDef(
    "OptionalNone() -> optional: variant",
    infer=lambda: (),
    forward=lambda _ctx: boxed(Held(None)),
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)
OPTIONAL_HAS_VALUE = OpDef(
    "OptionalHasValue(optional: variant) -> has_value: bool",
    infer=lambda _optional: (),
    forward=lambda _ctx, optional: np.asarray(_held(optional).components is not None),
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)


def _value(_ctx: Any, optional: Any, *, output_types: Any, output_shapes: Any) -> tuple[Any, ...]:
    del output_shapes
    components = _held(optional).components
    if components is None:
        raise invalid("The given optional does not have a value.")
    if len(components) != len(output_types):
        raise invalid(f"The given optional has {len(components)} components, expected {len(output_types)}.")
    return components


OPTIONAL_GET_VALUE = OpDef(
    "OptionalGetValue(optional: variant) -> components: output_types[]",
    attrs=SPEC,
    infer=lambda _optional, *, output_shapes, **_attrs: list(output_shapes),
    forward=_value,
    gradient=NO_GRADIENT,
    effect=Effect.RANDOM,
)


def _next(_ctx: Any, iterator: Any, **_attrs: Any) -> np.ndarray:
    try:
        return boxed(Held(tuple(iterator.take())))
    except OutOfRangeError:
        return boxed(Held(None))


ITERATOR_GET_NEXT_AS_OPTIONAL = OpDef(
    "IteratorGetNextAsOptional(iterator: resource) -> optional: variant",
    attrs=SPEC,
    infer=lambda _iterator, **_attrs: (),
    forward=_next,
    gradient=NO_GRADIENT,
    effect=Effect.WORLD,
)
