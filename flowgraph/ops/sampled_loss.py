"""Losses over many classes that look at a sample of them: nce_loss and sampled_softmax_loss.

For each example the logits of its true classes and of the sampled ones are computed, from the rows of the weights that
belong to them alone, and each is corrected by how often its class was to be expected in the sample.
"""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, ones_like, shape, zeros_like
from flowgraph.ops.candidates import compute_accidental_hits, log_uniform_candidate_sampler
from flowgraph.ops.cast import cast
from flowgraph.ops.cross_entropy import softmax_cross_entropy_with_logits_v2
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.identity import stop_gradient
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.logistic import sigmoid_cross_entropy_with_logits
from flowgraph.ops.math import multiply
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.slicing import slice as slice_op
from flowgraph.ops.sparse_dense import SPARSE_TO_DENSE
from flowgraph.ops.unary import log


def _sum_rows(x: Tensor) -> Tensor:
    """The sum of each row of a matrix, by a product with ones, as TF does it."""
    columns = shape(x)[1]
    return reshape(matmul(x, ones(stack([columns, 1]), x.dtype)), [-1])


def sampled_logits_and_labels(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    remove_accidental_hits: bool,
    partition_strategy: str,
    name: str | None,
    seed: Any = None,
) -> tuple[Tensor, Tensor]:
    """Logits [batch, num_true + num_sampled], the true ones first, and labels for them that sum to 1."""
    if not isinstance(weights, list):
        weights = list(weights) if hasattr(weights, "_partitions") else [weights]
    with name_scope(name, "compute_sampled_logits", [*weights, biases, inputs, labels]):
        if labels.dtype != dt.int64:
            labels = cast(labels, dt.int64)
        flat = reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed)
        sampled, true_count, sampled_count = (stop_gradient(value) for value in sampled_values)
        sampled = cast(sampled, dt.int64)
        ids = concat([flat, sampled], 0)
        all_w = _in_dtype(embedding_lookup(weights, ids, partition_strategy), inputs)
        true_w = slice_op(all_w, [0, 0], stack([shape(flat)[0], -1]))
        sampled_w = slice_op(all_w, stack([shape(flat)[0], 0]), [-1, -1])
        sampled_logits = matmul(inputs, sampled_w, transpose_b=True)
        all_b = _in_dtype(embedding_lookup(biases, ids, partition_strategy), inputs)
        true_b = slice_op(all_b, [0], shape(flat))
        sampled_b = slice_op(all_b, shape(flat), [-1])
        true_logits = _row_products(inputs, true_w, num_true)
        true_b = reshape(true_b, [-1, num_true])
        true_logits += true_b
        sampled_logits += sampled_b
        if remove_accidental_hits:
            sampled_logits += _minus_infinity_at_hits(labels, sampled, num_true, num_sampled, sampled_logits)
        true_logits -= log(true_count)
        sampled_logits -= log(sampled_count)
        logits = concat([true_logits, sampled_logits], 1)
        shares = [ones_like(true_logits) / num_true, zeros_like(sampled_logits)]
        return logits, concat(shares, 1)


def _in_dtype(x: Tensor, like: Any) -> Tensor:
    return x if x.dtype == like.dtype else cast(x, like.dtype)


def _row_products(inputs: Any, true_w: Tensor, num_true: int) -> Tensor:
    """The product of each example with each of its true classes' weights: [batch, num_true]."""
    width = shape(true_w)[1:2]
    grouped = concat([[-1, num_true], width], 0)
    products = multiply(expand_dims(inputs, 1), reshape(true_w, grouped))
    rows = reshape(products, concat([[-1], width], 0))
    return reshape(_sum_rows(rows), [-1, num_true])


def _minus_infinity_at_hits(labels: Tensor, sampled: Tensor, num_true: int, num_sampled: int, logits: Tensor) -> Tensor:
    """[batch, num_sampled]: -FLT_MAX where a sampled class is a true one of its row, 0 elsewhere."""
    rows, places, weights = compute_accidental_hits(labels, sampled, num_true=num_true)
    rows = reshape(rows, [-1, 1])
    columns = reshape(cast(places, dt.int32), [-1, 1])
    indices = concat([rows, columns], 1, "sparse_indices")
    sizes = concat([shape(labels)[:1], expand_dims(num_sampled, 0)], 0)
    return emit(SPARSE_TO_DENSE, indices, sizes, _in_dtype(weights, logits), 0.0, validate_indices=False)


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str = "nce_loss",
) -> Tensor:
    """Noise-contrastive estimation: tell the true class from classes drawn at random.

    Args:
      weights: [num_classes, width], or a list of tables that hold the rows between them.
      biases: [num_classes].
      labels: int64 [batch, num_true]: the true classes.
      inputs: [batch, width]: the activations.
      num_sampled: how many classes to draw for the batch.
      num_classes: how many classes there are.
      num_true: how many true classes each example has.
      sampled_values: what a candidate sampler returned; by default `log_uniform_candidate_sampler`, for which classes
        must be sorted by frequency.
      remove_accidental_hits: whether a true class that is drawn too is left out.
      partition_strategy: how rows are dealt out to several tables; see `embedding_lookup`.
      name: the scope of the ops.

    Returns:
      The loss of each example, [batch].

    Source: Gutmann and Hyvärinen, "Noise-contrastive estimation" (2010).

    >>> drawn = tf.nn.all_candidate_sampler([[1]], 1, 2, True)
    >>> table, labels, inputs = tf.zeros([2, 3]), tf.constant([[1]]), tf.ones([1, 3])
    >>> loss = nce_loss(table, tf.zeros([2]), labels, inputs, 2, 2, sampled_values=drawn)
    >>> run(loss)
    array([2.079442], dtype=float32)
    """
    logits, labels = sampled_logits_and_labels(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits,
        partition_strategy, name,
    )  # fmt: skip
    return _sum_rows(sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="sampled_losses"))


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_softmax_loss",
    seed: Any = None,
) -> Tensor:
    """The cross entropy of a softmax over the true classes and a sample of the others.

    Args:
      seed: the sampler's seed, where `sampled_values` is None.
      The others are those of `nce_loss`.

    Returns:
      The loss of each example, [batch]; generally an underestimate of that over all classes.

    Source: Jean et al., "On using very large target vocabulary for neural machine translation" (2015).

    >>> drawn = tf.nn.all_candidate_sampler([[1]], 1, 2, True)
    >>> rest = [tf.constant([[1]]), tf.ones([1, 3]), 2, 2]
    >>> run(sampled_softmax_loss(tf.zeros([2, 3]), tf.zeros([2]), *rest, sampled_values=drawn))
    array([0.693147], dtype=float32)
    """
    logits, labels = sampled_logits_and_labels(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits,
        partition_strategy, name, seed,
    )  # fmt: skip
    labels = stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
