"""How the losses of single entries become one: their weights, and the ways to reduce them (tf.losses)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.losses import add_loss
from flowgraph.ops.array import ones_like, rank, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.division import div_no_nan
from flowgraph.ops.math import multiply
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.weights import assert_broadcastable, broadcast_weights


class Reduction:
    """The ways to make one loss of the weighted losses of all entries.

    * `NONE`: leave them as they are.
    * `SUM`: their sum.
    * `SUM_OVER_BATCH_SIZE`: the sum divided by the number of entries.
    * `SUM_BY_NONZERO_WEIGHTS`, also called `SUM_OVER_NONZERO_WEIGHTS`: the sum divided by the number of entries
      whose weights are not 0.
    * `MEAN`: the sum divided by the sum of the weights.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All of them; the one with two names comes twice."""
        by_weights = (cls.SUM_OVER_NONZERO_WEIGHTS, cls.SUM_BY_NONZERO_WEIGHTS)
        return (cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, *by_weights)

    @classmethod
    def validate(cls, key: Any) -> None:
        """Refuse what is none of them.

        Raises:
          ValueError: it is none.
        """
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """One loss made of the losses of single entries.

    Args:
      losses: the loss of each entry.
      weights: what each counts: a scalar, or a tensor of the same rank with each size 1 or that of `losses`.
      scope: the name of the scope of its ops.
      loss_collection: the collection to which the result is added; None: none.
      reduction: one of `Reduction`.

    Returns:
      A scalar of the dtype of `losses`; with `Reduction.NONE` a tensor of their shape.

    Raises:
      ValueError: `weights` do not fit, or `reduction` is none.
      InvalidArgumentError: when run, if the weights turn out not to fit.

    >>> run(compute_weighted_loss([1.0, 2.0, 9.0], weights=[1.0, 2.0, 0.0]))
    2.5
    """
    Reduction.validate(reduction)
    with (
        name_scope(scope, "weighted_loss", (losses, weights)),
        control_dependencies((assert_broadcastable(weights, losses),)),
    ):
        losses = convert_to_tensor(losses)
        dtype = losses.dtype
        losses, weights = cast(losses, dt.float32), cast(weights, dt.float32)
        loss = cast(_reduced(losses, weights, reduction), dtype)
        add_loss(loss, loss_collection)
        return loss


def _reduced(losses: Tensor, weights: Tensor, reduction: str) -> Tensor:
    weighted = multiply(losses, weights)
    if reduction == Reduction.NONE:
        return weighted
    total = reduce_sum(weighted)
    if reduction == Reduction.SUM:
        return total
    if reduction == Reduction.MEAN:
        count = reduce_sum(ones_like(losses) * weights)
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        with name_scope(None, "num_elements", [losses]) as scope:
            count = cast(size(losses, name=scope), losses.dtype)
    else:
        count = num_present(losses, weights)
    return div_no_nan(reduce_sum(total), count, name="value")  # (a second sum, of a scalar: TF's graph has it)


def num_present(losses: Tensor, weights: Tensor, per_batch: bool = False) -> Tensor:
    """How many entries have weights that are not 0.

    Args:
      losses: the losses, for their shape.
      weights: their weights, which may have to be broadcast.
      per_batch: count in each row, and keep the axes, with size 1; False: count all.

    >>> run(num_present(tf.zeros([2, 3]), tf.constant([[1.0], [0.0]])))
    3.0
    """
    with name_scope(None, "num_present", (losses, weights)) as scope:
        weights = cast(weights, dt.float32)
        counts = where(equal(weights, 0.0), zeros_like(weights), ones_like(weights))
        counts = broadcast_weights(counts, losses)
        if not per_batch:
            return reduce_sum(counts, name=scope)
        return reduce_sum(counts, axis=range_op(1, rank(counts)), keepdims=True, name=scope)
