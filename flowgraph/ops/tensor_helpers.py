"""Small helpers of tf.contrib.framework: a scalar that must be whole, the sum of several tensors, ranks that fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.add_n import add_n
from flowgraph.ops.confusion import squeezed_to_ranks
from flowgraph.ops.rank_checks import assert_scalar
from flowgraph.ops.reduction import reduce_sum


def assert_scalar_int(tensor: Any, name: str | None = None) -> Tensor:
    """The tensor, which has to be a scalar of integers.

    Raises:
      ValueError: it is not.

    >>> run(assert_scalar_int(3))
    3
    """
    with name_scope(name, "assert_scalar_int", [tensor]) as scope:
        tensor = convert_to_tensor(tensor)
        if not tensor.dtype.base_dtype.is_integer:
            line = f"Expected integer type for {tensor.name}, received type: {tensor.dtype}."
            raise ValueError(errors.explain(line, where=user_site()))
        return assert_scalar(tensor, name=scope)


def reduce_sum_n(tensors: Sequence[Any], name: str | None = None) -> Tensor:
    """The sum of all entries of all tensors.

    Raises:
      ValueError: there are no tensors.

    >>> run(reduce_sum_n([tf.constant([1.0, 2.0]), tf.constant(3.0)]))
    6.0
    """
    if not tensors:
        raise ValueError(errors.explain("No tensors provided.", where=user_site()))
    with name_scope(name, "reduce_sum_n", tensors) as scope:
        sums = [reduce_sum(tensor, name=f"{tensor.op.name}/sum") for tensor in tensors]
        return sums[0] if len(sums) == 1 else add_n(sums, name=scope)


def remove_squeezable_dimensions(predictions: Any, labels: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Both, that with one axis more without its last axis, if that has one entry.

    >>> [x.shape.as_list() for x in remove_squeezable_dimensions(tf.zeros([3, 1]), tf.zeros([3]))]
    [[3], [3]]
    """
    labels, predictions = squeezed_to_ranks(labels, predictions, name=name)
    return predictions, labels
