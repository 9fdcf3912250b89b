"""What a sequence of scores costs, and models for sequences of several lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.add_n import add_n
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.cross_entropy import sparse_softmax_cross_entropy_with_logits
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable_scope


def sequence_loss_by_example(
    logits: list[Any],
    targets: list[Any],
    weights: list[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross-entropy of each sequence of a batch.

    Args:
      logits: a list of tensors of shape [batch, symbols].
      targets: a list of integer vectors, [batch].
      weights: a list of float vectors, [batch].
      average_across_timesteps: whether to divide by the sum of the weights.
      softmax_loss_function: called with `labels` and `logits` in place of the sparse softmax cross-entropy.
      name: the scope of the new ops.

    Returns:
      A float vector, [batch].

    Raises:
      ValueError: the lists have different lengths.

    >>> logits, targets, weights = [tf.zeros([1, 4])] * 2, [tf.constant([3])] * 2, [tf.ones([1])] * 2
    >>> run(sequence_loss_by_example(logits, targets, weights))  # log 4
    array([1.386294], dtype=float32)
    """
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise refusal(
            f"Lengths of logits, weights, and targets must be the same {len(logits)}, {len(weights)}, {len(targets)}."
        )
    with name_scope(name, "sequence_loss_by_example", logits + targets + weights):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                labels = reshape(target, [-1])
                loss = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logit)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total: Tensor = add_n(losses)
        if average_across_timesteps:
            total_weight = add_n(weights)
            total_weight += 1e-12  # all weights may be 0
            total /= total_weight
    return total


def sequence_loss(
    logits: list[Any],
    targets: list[Any],
    weights: list[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross-entropy of a batch of sequences, a scalar.

    Args:
      logits, targets, weights, average_across_timesteps, softmax_loss_function: as for `sequence_loss_by_example`.
      average_across_batch: whether to divide by the number of sequences.
      name: the scope of the new ops.

    Raises:
      ValueError: the lists have different lengths.
    """
    with name_scope(name, "sequence_loss", logits + targets + weights):
        losses = sequence_loss_by_example(
            logits,
            targets,
            weights,
            average_across_timesteps=average_across_timesteps,
            softmax_loss_function=softmax_loss_function,
        )
        cost = reduce_sum(losses)
        if not average_across_batch:
            return cost
        batch_size = shape(targets[0])[0]
        return cost / cast(batch_size, cost.dtype)


def model_with_buckets(
    encoder_inputs: list[Any],
    decoder_inputs: list[Any],
    targets: list[Any],
    weights: list[Any],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[list[Any], list[Any]], tuple[list[Any], Any]],
    softmax_loss_function: Callable[..., Any] | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[list[Any]], list[Tensor]]:
    """One model for sequences of several lengths, all with the same variables.

    Args:
      encoder_inputs, decoder_inputs: lists of tensors, as long as the last bucket.
      targets, weights: lists of vectors, as for `sequence_loss`.
      buckets: pairs of the lengths of inputs and outputs, from the shortest to the longest.
      seq2seq: from the inputs of encoder and decoder to outputs and state.
      softmax_loss_function: as for `sequence_loss`.
      per_example_loss: whether the loss is one of each sequence, rather than of the batch.
      name: the scope of the new ops.

    Returns:
      For each bucket the list of the outputs, and the loss.

    Raises:
      ValueError: a list is shorter than the last bucket.
    """
    input_size, output_size = buckets[-1]
    if len(encoder_inputs) < input_size:
        raise refusal(
            f"Length of encoder_inputs ({len(encoder_inputs)}) must be at least that of last bucket ({input_size})."
        )
    if len(targets) < output_size:
        raise refusal(f"Length of targets ({len(targets)}) must be at least that of last bucket ({output_size}).")
    if len(weights) < output_size:
        raise refusal(f"Length of weights ({len(weights)}) must be at least that of last bucket ({output_size}).")
    loss_of = sequence_loss_by_example if per_example_loss else sequence_loss
    losses, outputs = [], []
    with name_scope(name, "model_with_buckets", encoder_inputs + decoder_inputs + targets + weights):
        for number, (inputs_taken, outputs_given) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if number > 0 else None):
                bucket_outputs, _ = seq2seq(encoder_inputs[:inputs_taken], decoder_inputs[:outputs_given])
                outputs.append(bucket_outputs)
                losses.append(
                    loss_of(
                        bucket_outputs,
                        targets[:outputs_given],
                        weights[:outputs_given],
                        softmax_loss_function=softmax_loss_function,
                    )
                )
    return outputs, losses
