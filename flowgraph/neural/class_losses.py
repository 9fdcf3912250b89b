"""Losses of classifiers: cross entropies of logits with labels (tf.losses)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.entry_losses import require
from flowgraph.neural.weighted_loss import Reduction, compute_weighted_loss
from flowgraph.ops.array import rank, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.confusion import squeezed_to_ranks
from flowgraph.ops.cross_entropy import (
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
from flowgraph.ops.identity import stop_gradient
from flowgraph.ops.logistic import sigmoid_cross_entropy_with_logits
from flowgraph.ops.shaping import squeeze


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross entropy of sigmoid(logits) with labels: for classes that do not exclude each other.

    Args:
      multi_class_labels: 0 or 1 for each class, or probabilities.
      logits: of the same shape.
      weights: what each entry counts: a scalar, or a tensor of the same rank with each size 1 or that of the losses.
      label_smoothing: if above 0, by how much labels are moved towards 1/2.
      scope: the name of the scope of its ops.
      loss_collection: the collection to which the result is added; None: none.
      reduction: how the entries become one loss: one of `tf.losses.Reduction`.

    Returns:
      A scalar of the dtype of `logits`; with `Reduction.NONE` the loss of each entry.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> round(run(sigmoid_cross_entropy([[1.0, 0.0]], [[0.0, 0.0]])), 4)
    0.6931
    """
    require(multi_class_labels=multi_class_labels, logits=logits)
    with name_scope(scope, "sigmoid_cross_entropy_loss", (logits, multi_class_labels, weights)) as name:
        logits = convert_to_tensor(logits)
        labels = cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross entropy of softmax(logits) with labels that are one-hot, or probabilities.

    No gradient flows to the labels.

    Args:
      onehot_labels: of the shape of `logits`.
      logits: [batch, classes].
      weights: what each row counts: a scalar, or a tensor of shape [batch] or [1].
      label_smoothing: if above 0, by how much labels are moved towards 1 / classes.
      scope, loss_collection, reduction: see `sigmoid_cross_entropy`.

    Returns:
      A scalar of the dtype of `logits`; with `Reduction.NONE` the loss of each row.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> round(run(softmax_cross_entropy([[1.0, 0.0]], [[0.0, 0.0]])), 4)
    0.6931
    """
    require(onehot_labels=onehot_labels, logits=logits)
    with name_scope(scope, "softmax_cross_entropy_loss", (logits, onehot_labels, weights)) as name:
        logits = convert_to_tensor(logits)
        labels = cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            classes = cast(shape(labels)[-1], logits.dtype)
            share = label_smoothing / classes
            labels = labels * (1.0 - label_smoothing) + share
        labels = stop_gradient(labels, name="labels_stop_gradient")
        losses = softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross entropy of softmax(logits) with the numbers of the true classes.

    Args:
      labels: int32 or int64, of the shape of `logits` without the last axis, or with 1 as its size.
      logits: [..., classes].
      weights: what each label counts: a scalar, or a tensor of the same rank with each size 1 or that of `labels`;
        one more axis of size 1 at the end does not matter.
      scope, loss_collection, reduction: see `sigmoid_cross_entropy`.

    Returns:
      A scalar of the dtype of `logits`; with `Reduction.NONE` the loss of each label.

    Raises:
      ValueError: an argument is None, shapes do not fit, or `reduction` is none.

    >>> round(run(sparse_softmax_cross_entropy([[0], [1]], [[0.0, 0.0], [0.0, 0.0]])), 4)
    0.6931
    """
    require(labels=labels, logits=logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", (logits, labels, weights)) as name:
        labels, logits = squeezed_to_ranks(labels, logits, more=1)
        if weights is not None:
            weights = _without_excess(convert_to_tensor(weights), labels)
        losses = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def _without_excess(weights: Tensor, labels: Tensor) -> Tensor:
    """The weights without their last axis where they have one more than the labels."""
    if labels.sizes is not None and weights.sizes is not None:
        return squeeze(weights, [-1]) if len(weights.sizes) - len(labels.sizes) == 1 else weights
    excess = rank(weights) - rank(labels)
    if weights.sizes is not None and (weights.sizes == () or weights.sizes[-1] not in (None, 1)):
        return weights
    chosen: Tensor = cond(equal(1, excess), lambda: squeeze(weights, [-1]), lambda: weights)
    return chosen
