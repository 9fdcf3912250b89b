"""Losses of tf.contrib.nn: arguments as they stood before TF 1.0, and a sampled loss for one true class."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.cross_entropy import softmax_cross_entropy_with_logits, sparse_softmax_cross_entropy_with_logits
from flowgraph.ops.logistic import sigmoid_cross_entropy_with_logits
from flowgraph.ops.sampled_loss import sampled_logits_and_labels
from flowgraph.ops.shaping import squeeze


def deprecated_flipped_softmax_cross_entropy_with_logits(
    logits: Any, labels: Any, dim: int = -1, name: str | None = None
) -> Tensor:
    """`tf.nn.softmax_cross_entropy_with_logits`, logits first."""
    return softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name)


def deprecated_flipped_sparse_softmax_cross_entropy_with_logits(
    logits: Any, labels: Any, name: str | None = None
) -> Tensor:
    """`tf.nn.sparse_softmax_cross_entropy_with_logits`, logits first."""
    return sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def deprecated_flipped_sigmoid_cross_entropy_with_logits(logits: Any, targets: Any, name: str | None = None) -> Tensor:
    """`tf.nn.sigmoid_cross_entropy_with_logits`, logits first."""
    return sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name=name)


def sampled_sparse_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_sparse_softmax_loss",
) -> Tensor:
    """`tf.nn.sampled_softmax_loss` for one true class in each row: the same values, by the sparse cross-entropy.

    Args:
      weights: [num_classes, size], or a list of its parts.
      biases: [num_classes].
      labels: [batch, 1], the number of the true class.
      inputs: [batch, size].
      num_sampled, num_classes, sampled_values, remove_accidental_hits, partition_strategy, name: see
        `tf.nn.sampled_softmax_loss`.

    Returns:
      [batch], the loss of each row.
    """
    logits, _ = sampled_logits_and_labels(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        1,
        sampled_values,
        remove_accidental_hits,
        partition_strategy,
        name,
    )
    first = zeros([shape(logits)[0], 1], dtype=dt.int64)
    return sparse_softmax_cross_entropy_with_logits(labels=squeeze(first), logits=logits)
