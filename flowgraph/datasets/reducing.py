"""Functions of a state and an element: Dataset.reduce, and what tf.data.experimental.scan does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph.datasets import structure
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.structure import TensorSpec, flat_attrs, flatten, pack
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ops import dataset_functions as functions


def with_state(
    function: Callable[..., Any], method: str, state: Any, element: Any, part: Callable[[Any], Any]
) -> tuple[Traced, Any]:
    """Trace a function of a state and an element, and once more where its state's shape grows vaguer.

    Args:
      function, method: see Traced.
      state: the spec of the first state.
      element: that of the elements.
      part: what of the function's spec is that of the next state.

    Raises:
      TypeError: the next state is of another kind.
    """
    while True:
        traced = Traced(function, method, (state, element))
        after = part(traced.spec)
        for what in ("classes", "types"):
            now, then = (structure.map_leaves(lambda one: getattr(one, what), s) for s in (state, after))  # noqa: B023
            if flatten(now) != flatten(then):
                raise refusal(
                    f"The element {what} for the new state must match the initial state. Expected {now}; got {then}.",
                    TypeError,
                )
        pairs = list(zip(flatten(state), flatten(after), strict=True))
        vaguer = [_vaguer(old, new) for old, new in pairs]
        if all(one == old for one, (old, _) in zip(vaguer, pairs, strict=True)):
            return traced, state
        state = pack(state, vaguer)


def _vaguer(old: Any, new: Any) -> Any:
    if not isinstance(old, TensorSpec):
        return old
    return TensorSpec(old.shape.most_specific_compatible_shape(new.shape), old.dtype)


def reduce(dataset: Dataset, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
    """See `Dataset.reduce`."""
    with name_scope("initial_state"):
        first = structure.normalized(initial_state)
    spec = structure.spec_of(first)
    traced, spec = with_state(reduce_func, "reduce()", spec, dataset.element_spec, lambda after: after)
    flat = emit(
        functions.REDUCE_DATASET,
        dataset._variant_tensor,
        structure.encoded(spec, first),
        traced.captured,
        f=traced.name,
        **flat_attrs(spec),
    )
    return structure.decoded(spec, flat)
