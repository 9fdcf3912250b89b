"""Metrics that keep all values that they have seen (tf.contrib.metrics)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import collected, fitted, metric_variable
from flowgraph.ops.array import ones_like, reshape, shape, size, zeros, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_greater_equal, assert_less_equal
from flowgraph.ops.compare import equal, greater, less, logical_or
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.division import truediv
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import stack
from flowgraph.ops.math import add, minimum, multiply, subtract
from flowgraph.ops.padding import pad
from flowgraph.ops.ranking import top_k
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.sets import unique_with_counts
from flowgraph.ops.shaping import transpose
from flowgraph.ops.state import assign
from flowgraph.ops.unary import abs as absolute
from flowgraph.ops.unary import ceil, log
from flowgraph.variables.block import variable_scope

_GROWTH = 1.5
"""By what factor an array grows that has become too small."""


def streaming_concat(
    values: Any,
    axis: int = 0,
    max_size: int | None = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple[Tensor, Any]:
    """The values of all batches, one behind the other.

    Args:
      values: those of a batch; all sizes but that of `axis` are known.
      axis: along which they are put together.
      max_size: how many are kept at most; None: all.
      metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    Returns:
      (all values so far, and the op that takes a batch to them).

    Raises:
      ValueError: a size is unknown, or there is no such axis.

    >>> x = tf.placeholder(tf.float32, [None])
    >>> value, update = streaming_concat(x)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     for batch in ([1.0, 2.0], [3.0]):
    ...         _ = session.run(update, {x: batch})
    ...     print(session.run(value))
    [1. 2. 3.]
    """
    with variable_scope(name, "streaming_concat", (values,)):
        rank, axis, fixed = _sizes_beside(values, axis)
        array: Any = metric_variable([max_size or 0, *fixed], values.dtype, "array", validate_shape=False)
        count: Any = metric_variable([], dt.int32, "size")
        filled = array[:count]
        filled.set_shape([None, *fixed])
        back = [0 if n == axis else n + 1 if n < axis else n for n in range(rank)]
        value = transpose(filled, back, name="concat")
        new = shape(values)[axis]
        if max_size is not None:
            new = minimum(new, max_size - count)
        batch = transpose(values, [axis, *(n for n in range(rank) if n != axis)])[:new]
        total = count + new
        capacity = shape(array)[0]
        enough = cond(total > capacity, lambda: _grown(array, count, total, fixed, values.dtype), no_op)
        with control_dependencies([enough]):
            appended = array[count:total].assign(batch)
        with control_dependencies([appended]):
            update = count.assign(total)
        return collected(value, metrics_collections), collected(update, updates_collections)


def _sizes_beside(values: Any, axis: int) -> tuple[int, int, list[int]]:
    """The rank, the axis counted from the front, and the sizes of the other axes."""
    sizes = values.shape
    if sizes.dims is None:
        raise ValueError("`values` must have known statically known rank")
    rank = len(sizes)
    if axis < 0:
        axis += rank
    if not 0 <= axis < rank:
        raise ValueError(f"axis = {axis!r} not in [0, {rank!r})")
    fixed = [size.value for n, size in enumerate(sizes) if n != axis]
    if None in fixed:
        raise ValueError(
            "all dimensions of `values` other than the dimension to concatenate along must have statically known size"
        )
    return rank, axis, fixed


def _grown(array: Any, count: Any, needed: Any, fixed: list[int], dtype: Any) -> Any:
    """Make the array larger, and put its values back.

    TensorFlow cuts the old values out after the array has been emptied, when it has a new buffer and they are still in
    the old one. Here a variable has one buffer, so they are cut out before: the nodes are TF's in another order.
    """
    power = ceil(log(cast(needed, dt.float32)) / log(cast(_GROWTH, dt.float32)))
    larger = cast(ceil(_GROWTH**power), dt.int32)
    empty = zeros(stack([larger, *fixed]), dtype=dtype)
    kept = array.value()[:count]
    with control_dependencies([kept]):
        emptied = assign(array, empty, validate_shape=False)
    with control_dependencies([emptied]):
        copied = array[:count].assign(kept)
    with control_dependencies([copied]):
        return no_op()


def streaming_dynamic_auc(
    labels: Any,
    predictions: Any,
    curve: str = "ROC",
    metrics_collections: Any = (),
    updates_collections: Any = (),
    name: str | None = None,
    weights: Any = None,
) -> tuple[Tensor, Any]:
    """The area under a curve whose thresholds are all predictions that were seen.

    Args:
      labels: 0 or 1.
      predictions: numbers of any size.
      curve: "ROC" or "PR".
      weights: what each counts; None: 1.
      metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    Raises:
      ValueError: `curve` is neither.
      InvalidArgumentError: when run, if a label is neither 0 nor 1.

    >>> value, update = streaming_dynamic_auc(tf.constant([0, 1, 1, 0]), tf.constant([0.1, 0.8, 0.4, 0.5]))
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     session.run(update)
    ...     print(session.run(value))
    0.75
    """
    if curve not in ("PR", "ROC"):
        raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
    with variable_scope(name, default_name="dynamic_auc"):
        labels.shape.assert_is_compatible_with(predictions.shape)
        predictions = reshape(cast(predictions, dt.float64), [-1])
        labels = reshape(cast(labels, dt.int64), [-1])
        with control_dependencies(_are_truth_values(labels)):
            all_predictions, add_predictions = streaming_concat(predictions, name="concat_preds")
            all_labels, add_labels = streaming_concat(labels, name="concat_labels")
            additions, all_weights = [add_labels, add_predictions], None
            if weights is not None:
                weights = reshape(cast(weights, dt.float64), [-1])
                all_weights, add_weights = streaming_concat(weights, name="concat_weights")
                additions.append(add_weights)
            update: Any = group(*additions)
            value = _area(all_labels, all_predictions, curve, all_weights)
            collected(update, updates_collections)
            return collected(value, metrics_collections), update


def _are_truth_values(labels: Tensor) -> list[Any]:
    lead = "labels must be 0 or 1, at least one is"
    return [
        assert_greater_equal(labels, zeros_like(labels, dt.int64), message=f"{lead} <0"),
        assert_less_equal(labels, ones_like(labels, dt.int64), message=f"{lead} >1"),
    ]


def _area(labels: Any, predictions: Any, curve: str, weights: Any) -> Any:
    """The area; 0 if all labels are the same."""
    count = size(predictions)
    if weights is None:
        weights = ones_like(labels, dtype=dt.float64)
    predictions, labels, weights = fitted(predictions, labels, weights)
    total = reduce_sum(weights)
    positive = reduce_sum(where(greater(labels, 0), weights, zeros_like(labels, dtype=dt.float64)))

    def area() -> Tensor:
        ranked, order = top_k(predictions, k=count)
        sorted_labels, sorted_weights = gather(labels, order), gather(weights, order)
        _, _, repeats = unique_with_counts(ranked)
        ends = cast(pad(cumsum(repeats), paddings=[[1, 0]]), dt.int32)

        def below(counts: Tensor) -> Tensor:
            """The running total at the end of each run of equal predictions."""
            chosen = where(counts, sorted_weights, zeros_like(sorted_labels, dtype=dt.float64))
            return gather(pad(cumsum(chosen), paddings=[[1, 0]]), ends)

        right = below(greater(sorted_labels, 0))
        if curve == "ROC":
            wrong = below(less(sorted_labels, 1))
            x, y = truediv(wrong, total - positive), truediv(right, positive)
        else:
            x = truediv(right, positive)
            every = gather(pad(cumsum(sorted_weights), paddings=[[1, 0]]), ends)
            y = where(greater(ends, 0), truediv(right, every), ones_like(right, dtype=dt.float64))
        heights = add(y[1:], y[:-1]) / 2.0
        widths = absolute(subtract(x[1:], x[:-1]))
        return reduce_sum(multiply(heights, widths))

    is_one_sided = logical_or(equal(positive, 0), equal(positive, total))
    return cond(is_one_sided, true_fn=lambda: constant(0, dt.float64), false_fn=area)
