"""The confusion matrix of a classifier."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, rank, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_less, assert_non_negative
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.joining import stack
from flowgraph.ops.math import maximum
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.shaping import squeeze
from flowgraph.ops.sparse_add import SPARSE_TENSOR_DENSE_ADD


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = dt.int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How often each class was taken for each: entry [i, j] counts what is i and was predicted to be j.

    Args:
      labels: [n]: the classes 0, 1, 2 ..., or [n, 1].
      predictions: [n]: what was predicted, or [n, 1].
      num_classes: how many classes there are; None: as many as occur.
      dtype: that of the result.
      name: the name of the scope of its ops.
      weights: [n]: what each counts; None: 1.

    Returns:
      [num_classes, num_classes].

    Raises:
      InvalidArgumentError: when run, where a class is negative or not below `num_classes`.

    >>> run(confusion_matrix([0, 1, 2, 2], [0, 2, 2, 2]))
    array([[1, 0, 0],
           [0, 0, 1],
           [0, 0, 2]], dtype=int32)
    """
    with name_scope(name, "confusion_matrix", (predictions, labels, num_classes, weights)):
        labels, predictions = squeezed_to_ranks(
            convert_to_tensor(labels, name="labels"), convert_to_tensor(predictions, name="predictions")
        )
        predictions, labels = cast(predictions, dt.int64), cast(labels, dt.int64)
        labels = _checked(labels, assert_non_negative(labels, message="`labels` contains negative values"))
        positive = assert_non_negative(predictions, message="`predictions` contains negative values")
        predictions = _checked(predictions, positive)
        if num_classes is None:
            num_classes = maximum(reduce_max(predictions), reduce_max(labels)) + 1
        else:
            limit = cast(num_classes, dt.int64)
            labels = _checked(labels, assert_less(labels, limit, message="`labels` out of bound"))
            below = assert_less(predictions, limit, message="`predictions` out of bound")
            predictions = _checked(predictions, below)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = cast(weights, dtype)
        both = stack([num_classes, num_classes])
        indices = stack([labels, predictions], axis=1)
        values = ones_like(predictions, dtype) if weights is None else weights
        return _in_matrix(indices, values, both, dtype)


def _checked(x: Tensor, check: Any) -> Tensor:
    checked: Tensor = with_dependencies([check], x)
    return checked


def _in_matrix(indices: Tensor, values: Tensor, dense_shape: Tensor, dtype: Any) -> Tensor:
    """The values at their indices, summed where these repeat, zeros elsewhere."""
    sparse_shape = cast(dense_shape, dt.int64)
    with name_scope(None, "SparseTensor", [indices, values, sparse_shape]):
        indices = convert_to_tensor(indices, name="indices", dtype=dt.int64)
        values = convert_to_tensor(values, name="values")
        sparse_shape = convert_to_tensor(sparse_shape, name="dense_shape", dtype=dt.int64)
    empty = zeros(cast(dense_shape, dt.int32), dtype)
    return emit(SPARSE_TENSOR_DENSE_ADD, indices, values, sparse_shape, empty)


def squeezed_to_ranks(labels: Any, predictions: Any, more: int = 0, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Both, without a last axis of size 1 that is one too many: predictions should have `more` axes than labels."""
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
        if labels.sizes is not None and predictions.sizes is not None:
            excess = len(predictions.sizes) - len(labels.sizes) - more
            if excess == 1:
                predictions = squeeze(predictions, [-1])
            elif excess == -1:
                labels = squeeze(labels, [-1])
            return labels, predictions
        difference = rank(predictions) - rank(labels)
        predictions = _squeezed_if(predictions, more + 1, difference)
        return _squeezed_if(labels, more - 1, difference), predictions


def _squeezed_if(x: Tensor, excess: int, difference: Tensor) -> Tensor:
    """Without its last axis where the ranks turn out to differ by `excess`."""
    if x.sizes is not None and x.sizes[-1] not in (None, 1):
        return x
    chosen: Tensor = cond(equal(excess, difference), lambda: squeeze(x, [-1]), lambda: x)
    return chosen
