"""What map_fn, scan and the folds share: tensors cut into rows, and how many rows there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.shapes import Dimension, TensorShape, dimension_value
from flowgraph.variables.scope import get_variable_scope


def demand_callable(fn: Any) -> None:
    """Raises TypeError for what is no function."""
    if not callable(fn):
        raise TypeError(errors.explain("fn must be callable.", details=[f"fn is {fn!r}"], where=user_site()))


@contextmanager
def variables_read_once() -> Iterator[None]:
    """Let variables that are made inside be read where their reader stands, once for all iterations, as TF has it."""
    scope = get_variable_scope()
    if scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    try:
        yield
    finally:
        scope.set_caching_device(None)


def static_count(tensor: Tensor) -> int | None:
    """How many rows a tensor has, None if that is not known while the graph is built."""
    count: int | None = dimension_value(tensor.shape[0])
    return count


def count_of(tensor: Tensor) -> Any:
    """How many rows a tensor has: an int, or an int32 scalar for the run to know."""
    count = static_count(tensor)
    return shape(tensor)[0] if count is None else count


def tell_count(results: Sequence[Tensor], elems: Sequence[Tensor]) -> None:
    """The results have as many rows as the first of `elems`; all of them have as many.

    Raises:
      ValueError: it is known that they have not.
    """
    first, *others = [Dimension(dimension_value(elem.shape.with_rank_at_least(1)[0])) for elem in elems]
    for other in others:
        first.merge_with(other)
    for result in results:
        result.set_shape(TensorShape([first]).concatenate(result.shape[1:]))
