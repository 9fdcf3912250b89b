"""What an operator is made of, found among its attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flowgraph.ops.matrix_like import MatrixLike
from flowgraph.variables.variable import Variable


def _walk(operator: Any, is_wanted: Callable[[Any], bool], seen: set[int]) -> Iterator[Any]:
    """All attributes of a kind, in the order of their names; after an operator's own come those of its operators."""
    inner = []
    for _, value in sorted(vars(operator).items()):
        for item in value if isinstance(value, list | tuple) else [value]:
            is_operator = isinstance(item, MatrixLike)
            if not (is_operator or is_wanted(item)) or id(item) in seen:
                continue
            seen.add(id(item))
            if is_wanted(item):
                yield item
            if is_operator:
                inner.append(item)
    for other in inner:
        yield from _walk(other, is_wanted, seen)


def operators_in(operator: Any) -> tuple[Any, ...]:
    """The operators of which one is made, and those of which they are.

    >>> from flowgraph.linear.diag import LinearOperatorDiag
    >>> operators_in(LinearOperatorDiag([1.0]))
    ()
    """
    return tuple(_walk(operator, lambda item: isinstance(item, MatrixLike), {id(operator)}))


def variables_in(operator: Any) -> tuple[Any, ...]:
    """The variables of which an operator is made, and those of its operators.

    >>> from flowgraph.linear.diag import LinearOperatorDiag
    >>> [v.name for v in variables_in(LinearOperatorDiag(tf.Variable([1.0], name="d")))]
    ['d:0']
    """
    return tuple(_walk(operator, lambda item: isinstance(item, Variable), {id(operator)}))
