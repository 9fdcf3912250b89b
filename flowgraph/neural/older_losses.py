"""Losses as they were before tf.losses: predictions come first, and weights count examples (tf.contrib.losses)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural import losses as _collected
from flowgraph.ops.activation import relu
from flowgraph.ops.add_n import add_n
from flowgraph.ops.array import ones, ones_like, reshape, shape, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, not_equal
from flowgraph.ops.cross_entropy import softmax_cross_entropy_with_logits, sparse_softmax_cross_entropy_with_logits
from flowgraph.ops.division import div, div_no_nan
from flowgraph.ops.logistic import sigmoid_cross_entropy_with_logits
from flowgraph.ops.math import multiply, squared_difference, subtract
from flowgraph.ops.reduction import one_of, reduce_prod, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.shaping import squeeze
from flowgraph.ops.slicing import slice as slice_of
from flowgraph.ops.unary import abs as absolute
from flowgraph.ops.unary import log, square
from flowgraph.variables.arg_scope import add_arg_scope


@add_arg_scope
def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """`tf.losses.add_loss`, whose arguments `arg_scope` can share."""
    _collected.add_loss(loss, loss_collection)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """`tf.losses.get_losses`."""
    return _collected.get_losses(scope, loss_collection)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """`tf.losses.get_regularization_losses`."""
    return _collected.get_regularization_losses(scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Tensor:
    """The sum of all losses, and of the penalties of regularizers.

    Args:
      add_regularization_losses: whether the penalties count.
      name: the op's name.

    >>> add_loss(tf.constant(1.0))
    >>> add_loss(tf.constant(2.0))
    >>> run(get_total_loss())
    3.0
    """
    found = get_losses()
    return add_n(found + get_regularization_losses() if add_regularization_losses else found, name=name)


def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The mean of the losses of entries, each times its weight; entries with weight 0 do not count.

    Args:
      losses: [batch, ...], the loss of each entry.
      weights: what they count: a scalar, or a tensor of the first sizes of `losses`.
      scope: the name of the scope of its ops.

    Raises:
      ValueError: a rank is unknown.

    >>> run(compute_weighted_loss(tf.constant([[1.0, 3.0], [5.0, 5.0]]), weights=tf.constant([1.0, 0.0])))
    2.0
    """
    with name_scope(scope, "weighted_loss", [losses, weights]):
        losses = convert_to_tensor(losses)
        dtype = losses.dtype
        losses, weights = cast(losses, dt.float32), cast(convert_to_tensor(weights), dt.float32)
        for name, x in (("losses", losses), ("weights", weights)):
            if x.shape.ndims is None:
                raise ValueError(f"{name}.get_shape().ndims cannot be None")
        if weights.shape.ndims > 1 and weights.shape[-1].is_compatible_with(1):
            weights = squeeze(weights, [-1])
        total, count = _scaled(losses, weights), _present(losses, weights)
        loss = cast(div_no_nan(reduce_sum(total), count, name="value"), dtype)  # (a second sum: TF's graph has it)
        add_loss(loss)
        return loss


def _scaled(losses: Tensor, weights: Tensor) -> Tensor:
    """The sum of the losses, each times its weight."""
    rest = list(range(_rank(weights), _rank(losses)))
    return reduce_sum(multiply(reduce_sum(losses, axis=rest), weights))


def _present(losses: Tensor, weights: Tensor, per_batch: bool = False) -> Tensor:
    """How many entries have weights that are not 0: in each example, or in all."""
    counts = _present_at_all(losses, weights) if weights.shape.ndims == 0 else _present_by_example(losses, weights)
    return counts if per_batch else reduce_sum(counts)


def _rank(x: Tensor) -> int:
    """A rank that is known."""
    return x.shape.ndims or 0


def _present_at_all(losses: Tensor, weight: Tensor) -> Tensor:
    batch = reshape(slice_of(shape(losses), [0], [1]), [])
    in_each = div(cast(size(losses), dt.float32), cast(batch, dt.float32))
    in_each = where(equal(weight, 0), 0.0, in_each)
    return multiply(ones(reshape(batch, [1])), in_each)


def _present_by_example(losses: Tensor, weights: Tensor) -> Tensor:
    rank = _rank(weights)
    counted = reduce_sum(cast(not_equal(weights, 0), dt.float32), axis=list(range(1, rank)))
    for_each = cast(reduce_prod(slice_of(shape(losses), [rank], [-1])), dt.float32)
    return multiply(counted, for_each)


def _floats(predictions: Any, labels: Any) -> tuple[Tensor, Tensor]:
    """Both as float32, after their shapes have been compared."""
    predictions.shape.assert_is_compatible_with(labels.shape)
    return cast(predictions, dt.float32), cast(labels, dt.float32)


def absolute_difference(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The mean of `|predictions - labels|`; see `compute_weighted_loss`."""
    with name_scope(scope, "absolute_difference", [predictions, labels, weights]) as scope_name:
        predictions, labels = _floats(predictions, labels)
        return compute_weighted_loss(absolute(subtract(predictions, labels)), weights, scope=scope_name)


def mean_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The mean of `(predictions - labels) ** 2`; see `compute_weighted_loss`.

    >>> run(mean_squared_error(tf.constant([[1.0], [4.0]]), tf.constant([[1.0], [2.0]])))
    2.0
    """
    with name_scope(scope, "mean_squared_error", [predictions, labels, weights]) as scope_name:
        predictions, labels = _floats(predictions, labels)
        return compute_weighted_loss(squared_difference(predictions, labels), weights, scope=scope_name)


def log_loss(
    predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-7, scope: str | None = None
) -> Tensor:
    """The mean of `-labels * log(predictions) - (1 - labels) * log(1 - predictions)`; see `compute_weighted_loss`.

    Args:
      predictions: probabilities.
      labels: 0 or 1.
      epsilon: what is added before each logarithm.
      weights, scope: see `compute_weighted_loss`.
    """
    with name_scope(scope, "log_loss", [predictions, labels, weights]) as scope_name:
        predictions, labels = _floats(predictions, labels)
        if_true = -multiply(labels, log(predictions + epsilon))
        losses = if_true - multiply((1 - labels), log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope=scope_name)


def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Tensor:
    """`max(0, 1 - logits)` where the label is 1, `max(0, 1 + logits)` where it is 0: one for each entry, and no mean.

    >>> run(hinge_loss(tf.constant([0.5, 0.5]), tf.constant([1.0, 0.0])))
    array([0.5, 1.5], dtype=float32)
    """
    with name_scope(scope, "hinge_loss", [logits, labels]):
        logits.shape.assert_is_compatible_with(labels.shape)
        labels = cast(labels, dt.float32)
        all_ones = ones_like(labels)
        signs = subtract(2 * labels, all_ones)
        return relu(subtract(all_ones, multiply(signs, logits)))


def cosine_distance(
    predictions: Any,
    labels: Any = None,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    dim: int | None = None,
) -> Tensor:
    """The mean of 1 minus the products of unit vectors; see `compute_weighted_loss`.

    Args:
      predictions, labels: vectors of length 1.
      axis: along which they lie.
      dim: the old name of `axis`.
      weights, scope: see `compute_weighted_loss`.

    Raises:
      ValueError: there is no axis, or two.
    """
    axis = one_of("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    with name_scope(scope, "cosine_distance_loss", [predictions, labels, weights]) as scope_name:
        predictions, labels = _floats(predictions, labels)
        losses = 1 - reduce_sum(multiply(predictions, labels), axis=[axis])
        return compute_weighted_loss(losses, weights, scope=scope_name)


def mean_pairwise_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """How much differences between entries of an example differ from those between its labels.

    Args:
      predictions, labels: [batch, ...].
      weights: a scalar, or one for each example.
      scope: the name of the scope of its ops.

    Raises:
      ValueError: a rank is unknown.
    """
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        predictions, labels = _floats(predictions, labels)
        weights = cast(convert_to_tensor(weights), dt.float32)
        differences = subtract(predictions, labels)
        for name, x in (("diffs", differences), ("weights", weights)):
            if x.shape.ndims is None:
                raise ValueError(f"{name}.get_shape().ndims cannot be None")
        rest = list(range(1, _rank(differences)))
        squares = reduce_sum(square(differences), axis=rest)
        counts = _present(differences, weights, per_batch=True)
        of_squares = 2.0 * div_no_nan(squares, counts, name="value")
        sums = reduce_sum(differences, axis=rest)
        of_sums = 2.0 * div_no_nan(square(sums), square(counts), name="value")
        total = _scaled(of_squares - of_sums, weights)
        loss = where(reduce_sum(counts) > 0, total, zeros_like(total), name="value")
        add_loss(loss)
        return loss


def sigmoid_cross_entropy(
    logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Tensor:
    """The mean of `tf.nn.sigmoid_cross_entropy_with_logits`; see `compute_weighted_loss`.

    Args:
      logits: [batch, classes].
      multi_class_labels: 0 or 1 for each.
      label_smoothing: how far labels are moved towards 1/2: 1 all the way.
      weights, scope: see `compute_weighted_loss`.
    """
    with name_scope(scope, "sigmoid_cross_entropy_loss", [logits, multi_class_labels, weights]) as scope_name:
        logits.shape.assert_is_compatible_with(multi_class_labels.shape)
        labels = cast(multi_class_labels, logits.dtype)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope_name)


def softmax_cross_entropy(
    logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Tensor:
    """The mean of `tf.nn.softmax_cross_entropy_with_logits`; see `compute_weighted_loss`.

    Args:
      logits, onehot_labels: [batch, classes].
      label_smoothing: how far labels are moved towards 1 / classes: 1 all the way.
      weights, scope: see `compute_weighted_loss`.

    >>> run(softmax_cross_entropy(tf.constant([[10.0, 0.0]]), tf.constant([[0, 1]])))
    10.000045776367188
    """
    with name_scope(scope, "softmax_cross_entropy_loss", [logits, onehot_labels, weights]) as scope_name:
        logits.shape.assert_is_compatible_with(onehot_labels.shape)
        labels = cast(onehot_labels, logits.dtype)
        if label_smoothing > 0:
            classes = cast(shape(labels)[1], logits.dtype)
            elsewhere = label_smoothing / classes
            labels = labels * (1.0 - label_smoothing) + elsewhere
        losses = softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope_name)


def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The mean of `tf.nn.sparse_softmax_cross_entropy_with_logits`; see `compute_weighted_loss`.

    Args:
      logits: [batch, classes].
      labels: [batch] or [batch, 1], the number of the right class.
      weights, scope: see `compute_weighted_loss`.
    """
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as scope_name:
        labels = reshape(labels, shape=[shape(labels)[0]])
        losses = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope_name)
