"""The cross-entropy of sequences, each step with a weight."""

from __future__ import annotations

from collections.abc import Callable

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.cross_entropy import sparse_softmax_cross_entropy_with_logits
from flowgraph.ops.division import div_no_nan
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.statistics import count_nonzero


def sequence_loss(
    logits: Tensor,
    targets: Tensor,
    weights: Tensor,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., Tensor] | None = None,
    name: str | None = None,
) -> Tensor:
    """How far the logits are from the targets: the cross-entropy of each step, times its weight, taken together.

    Averages divide by the sum of the weights, sums by the number of weights that are not zero. An axis of which
    neither is asked stays as it is.

    Args:
      logits: `[batch, time, classes]`.
      targets: the right classes, integers `[batch, time]`.
      weights: `[batch, time]`; 0 for what lies behind the end of a sequence, see `tf.sequence_mask`.
      average_across_timesteps: whether to average over time.
      average_across_batch: whether to average over the batch.
      sum_over_timesteps: whether to sum over time.
      sum_over_batch: whether to sum over the batch.
      softmax_loss_function: called with `labels` `[batch * time]` and `logits` `[batch * time, classes]`; gives the
        loss of each row. By default the sparse softmax cross-entropy.
      name: the scope of the new ops.

    Raises:
      ValueError: a tensor has another rank, or an axis is to be both averaged and summed over.

    >>> logits = tf.constant([[[0.0, 0.0], [5.0, 0.0], [0.0, 3.0]]])
    >>> loss = sequence_loss(logits, tf.constant([[1, 0, 0]]), weights=tf.constant([[1.0, 1.0, 0.0]]))
    >>> round(run(loss), 4)
    0.3499
    """
    _demand_ranks(logits, targets, weights)
    if average_across_timesteps and sum_over_timesteps:
        raise refusal("average_across_timesteps and sum_over_timesteps cannot be set to True at same time.")
    if average_across_batch and sum_over_batch:
        raise refusal("average_across_batch and sum_over_batch cannot be set to True at same time.")
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        classes = shape(logits)[2]
        rows = reshape(logits, [-1, classes])
        targets = reshape(targets, [-1])
        loss_of = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
        losses = loss_of(labels=targets, logits=rows)
        losses *= reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            losses = reduce_sum(losses)
            return div_no_nan(losses, reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            losses = reduce_sum(losses)
            return div_no_nan(losses, cast(count_nonzero(weights), losses.dtype))
        losses = reshape(losses, shape(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            axis = [0] if average_across_batch else [1]
            losses = reduce_sum(losses, axis=axis)
            return div_no_nan(losses, reduce_sum(weights, axis=axis))
        if sum_over_timesteps or sum_over_batch:
            axis = [0] if sum_over_batch else [1]
            losses = reduce_sum(losses, axis=axis)
            return div_no_nan(losses, cast(count_nonzero(weights, axis=axis), losses.dtype))
        return losses


def _demand_ranks(logits: Tensor, targets: Tensor, weights: Tensor) -> None:
    if len(logits.get_shape()) != 3:
        raise refusal("Logits must be a [batch_size x sequence_length x logits] tensor")
    if len(targets.get_shape()) != 2:
        raise refusal("Targets must be a [batch_size x sequence_length] tensor")
    if len(weights.get_shape()) != 2:
        raise refusal("Weights must be a [batch_size x sequence_length] tensor")
