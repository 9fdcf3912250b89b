"""Counts, agreement beyond chance, and metrics put together (tf.contrib.metrics)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected, fitted, in_shape, metric_variable
from flowgraph.ops.array import ones_like, size
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.confusion import confusion_matrix as confusion
from flowgraph.ops.diagonal import diag_part
from flowgraph.ops.division import div, div_no_nan
from flowgraph.ops.identity import identity
from flowgraph.ops.math import multiply
from flowgraph.ops.reduction import reduce_mean, reduce_sum
from flowgraph.ops.shaping import squeeze
from flowgraph.ops.state import assign_add
from flowgraph.variables.block import variable_scope


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Tensor:
    """Which part of one batch's predictions are the labels.

    Args:
      predictions, labels: tensors of one dtype: integers, bools or strings.
      weights: what each counts; None: 1.
      name: the scope of its ops.

    Raises:
      ValueError: the dtypes differ, or are none of these.

    >>> run(accuracy(tf.constant([1, 2, 3, 4]), tf.constant([1, 2, 3, 5])))
    0.75
    """
    if not (labels.dtype.is_integer or labels.dtype in (dt.bool, dt.string)):
        raise ValueError(f"Labels should have bool, integer, or string dtype, not {labels.dtype!r}")
    if not labels.dtype.is_compatible_with(predictions.dtype):
        raise ValueError(
            "Dtypes of predictions and labels should match. "
            f"Given: predictions ({predictions.dtype!r}) and labels ({labels.dtype!r})"
        )
    with name_scope(name, "accuracy", [predictions, labels]):
        is_right = cast(equal(predictions, labels), dt.float32)
        if weights is None:
            return reduce_mean(is_right)
        is_right = multiply(is_right, weights)
        amounts = multiply(weights, ones_like(is_right))
        return div(reduce_sum(is_right), reduce_sum(amounts))


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = dt.int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """`tf.math.confusion_matrix`."""
    return confusion(labels, predictions, num_classes=num_classes, dtype=dtype, name=name, weights=weights)


def count(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many values all batches have, or the sum of their weights; see `tf.metrics.mean`.

    >>> value, update = count(tf.constant([1.0, 2.0, 3.0]), weights=[1.0, 0.0, 2.0])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    3.0
    """
    with variable_scope(name, "count", (values, weights)):
        total = metric_variable([], dt.float32, "count")
        if weights is None:
            new = cast(size(values), dt.float32)
        else:
            values = cast(values, dt.float32)
            new = reduce_sum(in_shape(values, weights))
        with control_dependencies([values]):
            update = assign_add(total, new)
        value = collected(identity(total), metrics_collections)
        return value, collected(update, updates_collections)


def cohen_kappa(
    labels: Any,
    predictions_idx: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Cohen's kappa: how far predictions and labels agree beyond what chance would give, 1 at most.

    Args:
      labels: [batch], or [batch, 1], the number of the right class.
      predictions_idx: [batch], the number of the predicted one.
      num_classes: how many classes there are, 2 at least.
      weights: a tensor: what each counts; None: 1.
      metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    Raises:
      ValueError: there are too few classes, or the shapes do not fit.
    """
    if num_classes < 2:
        raise ValueError(f"`num_classes` must be >= 2.Found: {num_classes}")
    with variable_scope(name, "cohen_kappa", (labels, predictions_idx, weights)):
        labels.shape.with_rank_at_most(2)
        if labels.shape.ndims == 2:
            labels = squeeze(labels, axis=[-1])
        labels, predictions, weights = fitted(labels, predictions_idx, weights)
        dtype = dt.int64 if weights is None or weights.dtype.is_integer else dt.float32
        kept = [metric_variable((num_classes,), dtype, variable) for variable in ("po", "pe_row", "pe_col")]
        table = confusion(
            labels, predictions, num_classes=num_classes, weights=weights, dtype=dtype, name="counts_in_table"
        )
        new = [diag_part(table), reduce_sum(table, axis=0), reduce_sum(table, axis=1)]
        updates = [assign_add(variable, change) for variable, change in zip(kept, new, strict=True)]
        value, update = _kappa(kept, "value"), _kappa(updates, "update_op")
        return collected(value, metrics_collections), collected(update, updates_collections)


def _kappa(counted: Sequence[Any], name: str) -> Tensor:
    """(agreed - expected) / (all - expected)."""
    agreed, rows, columns = counted
    observed, total = reduce_sum(agreed), reduce_sum(rows)
    expected = reduce_sum(div_no_nan(cast(rows * columns, dt.float64), cast(total, dt.float64)))
    observed, expected, total = (cast(x, dt.float64) for x in (observed, expected, total))
    return div_no_nan(observed - expected, total - expected, name=name)


def aggregate_metrics(*value_update_tuples: Any) -> tuple[list[Any], list[Any]]:
    """The values of several metrics, and their updates.

    Raises:
      ValueError: there are none.

    >>> aggregate_metrics(("a", "b"), ("c", "d"))
    (['a', 'c'], ['b', 'd'])
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of several metrics, and their updates, by their names.

    >>> aggregate_metric_map({"accuracy": ("a", "b"), "loss": ("c", "d")})
    ({'accuracy': 'a', 'loss': 'c'}, {'accuracy': 'b', 'loss': 'd'})
    """
    values, updates = zip(*names_to_tuples.values(), strict=True)
    return dict(zip(names_to_tuples, values, strict=True)), dict(zip(names_to_tuples, updates, strict=True))
