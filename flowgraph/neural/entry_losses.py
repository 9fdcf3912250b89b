"""Losses that compare predictions with labels entry by entry (tf.losses)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.losses import add_loss
from flowgraph.neural.weighted_loss import Reduction, compute_weighted_loss, num_present
from flowgraph.ops.activation import relu
from flowgraph.ops.array import ones_like, rank, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.division import div_no_nan
from flowgraph.ops.math import add, maximum, minimum, multiply, squared_difference, subtract
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import one_of, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log, square
from flowgraph.ops.weights import assert_broadcastable


def require(**tensors: Any) -> None:
    """Refuse arguments that are None, by their names."""
    for name, tensor in tensors.items():
        if tensor is None:
            raise ValueError(f"{name} must not be None.")


def _floats(labels: Any, predictions: Any) -> tuple[Tensor, Tensor]:
    """Both as float32, of shapes that fit."""
    predictions, labels = cast(predictions, dt.float32), cast(labels, dt.float32)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The loss `|predictions - labels|`.

    Args:
      labels: what is true.
      predictions: what was predicted, of the same shape.
      weights: what each entry counts: a scalar, or a tensor of the same rank with each size 1 or that of the losses.
      scope: the name of the scope of its ops.
      loss_collection: the collection to which the result is added; None: none.
      reduction: how the entries become one loss: one of `tf.losses.Reduction`.

    Returns:
      A float32 scalar; with `Reduction.NONE` the loss of each entry.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.
      InvalidArgumentError: when run, if the weights turn out not to fit.

    >>> run(absolute_difference([1.0, 2.0], [2.0, 4.0]))
    1.5
    """
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "absolute_difference", (predictions, labels, weights)) as name:
        labels, predictions = _floats(labels, predictions)
        losses = abs_op(subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim: int | None = None,
) -> Tensor:
    """One less the inner product of predictions and labels, which should have length 1.

    Args:
      axis: the axis of the vectors.
      labels, predictions, weights, scope, loss_collection, reduction: see `absolute_difference`.
      dim: the old name of `axis`.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> run(cosine_distance([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]], axis=1))
    0.5
    """
    axis = one_of("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "cosine_distance_loss", (predictions, labels, weights)) as name:
        labels, predictions = _floats(labels, predictions)
        losses = 1 - reduce_sum(multiply(predictions, labels), axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The loss of a classifier with a margin: `max(0, 1 - y * logits)`, with y = 2 * labels - 1.

    Args:
      labels: 0 or 1.
      logits: below 0 for class 0, above 0 for class 1; of the shape of `labels`.
      weights, scope, loss_collection, reduction: see `absolute_difference`.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> run(hinge_loss([0.0, 1.0, 1.0], [-2.0, 0.25, -0.25], reduction=Reduction.NONE))
    array([0.  , 0.75, 1.25], dtype=float32)
    """
    require(labels=labels, logits=logits)
    with name_scope(scope, "hinge_loss", (logits, labels, weights)) as name:
        labels, logits = _floats(labels, logits)
        ones = ones_like(labels)
        signs = subtract(2 * labels, ones)
        losses = relu(subtract(ones, multiply(signs, logits)))
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """Half the squared error where it is small, and linear beyond `delta`: outliers count less.

    Args:
      delta: the error from which on the loss is linear.
      labels, predictions, weights, scope, loss_collection, reduction: see `absolute_difference`.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> run(huber_loss([0.0, 0.0], [0.5, 3.0], reduction=Reduction.NONE))
    array([0.125, 2.5  ], dtype=float32)
    """
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "huber_loss", (predictions, labels, weights)) as name:
        labels, predictions = _floats(labels, predictions)
        error = abs_op(subtract(predictions, labels))
        quadratic = minimum(error, delta)
        linear = subtract(error, quadratic)  # at delta its gradient is 0, where that of a maximum would be 1
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        losses = add(multiply(half, multiply(quadratic, quadratic)), multiply(delta, linear))
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross entropy of predicted probabilities with labels, 0 or 1.

    Args:
      epsilon: what is added to a probability before its logarithm is taken.
      labels, predictions, weights, scope, loss_collection, reduction: see `absolute_difference`.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> round(run(log_loss([1.0, 0.0], [0.5, 0.5])), 4)
    0.6931
    """
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "log_loss", (predictions, labels, weights)) as name:
        labels, predictions = _floats(labels, predictions)
        of_ones = -multiply(labels, log(predictions + epsilon))
        losses = of_ones - multiply(1 - labels, log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The loss `(predictions - labels) ** 2`.

    Args: see `absolute_difference`.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> run(mean_squared_error([1.0, 2.0], [2.0, 4.0], weights=[1.0, 0.5]))
    1.5
    """
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_squared_error", (predictions, labels, weights)) as name:
        labels, predictions = _floats(labels, predictions)
        losses = squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def mean_pairwise_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
) -> Tensor:
    """How far the differences between the entries of one row are from those of the labels, squared.

    Args:
      labels: [batch, ...].
      predictions: of the same shape.
      weights, scope, loss_collection: see `absolute_difference`.

    Returns:
      A float32 scalar: the sum over the rows of the mean over all pairs of entries of a row.

    Raises:
      ValueError: an argument is None, or shapes do not fit.

    >>> round(run(mean_pairwise_squared_error([[0.0, 1.0, 2.0]], [[5.0, 6.0, 9.0]])), 4)  # (0 + 4 + 4) / 3 pairs
    2.6667
    """
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_pairwise_squared_error", (predictions, labels, weights)):
        weights, labels = cast(weights, dt.float32), cast(labels, dt.float32)
        with control_dependencies((assert_broadcastable(weights, labels),)):
            predictions = cast(predictions, dt.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            loss = _pairwise(subtract(predictions, labels), weights)
            add_loss(loss, loss_collection)
            return loss


def _pairwise(errors: Tensor, weights: Tensor) -> Tensor:
    """The mean over the pairs, from the sum of squares and the square of the sum."""
    axes = range_op(1, rank(errors))
    squares = reduce_sum(square(errors), axis=axes, keepdims=True)
    count = num_present(errors, weights, per_batch=True)
    spread = 2.0 * div_no_nan(squares, maximum(count - 1, 0), name="value")
    total = reduce_sum(errors, axis=axes, keepdims=True)
    shared = 2.0 * div_no_nan(square(total), maximum(multiply(count, count - 1), 0), name="value")
    loss = reduce_sum(multiply(spread - shared, weights))
    return where(reduce_sum(count) > 0, loss, zeros_like(loss), name="value")
