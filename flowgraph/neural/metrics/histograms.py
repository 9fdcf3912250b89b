"""Metrics that count predictions in bins (tf.contrib.metrics)."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.neural.metrics.state import fitted, metric_variable
from flowgraph.ops.array import ones_like, rank, reshape, shape
from flowgraph.ops.assertion import Assert
from flowgraph.ops.broadcasting import reverse
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_greater_equal, assert_less_equal
from flowgraph.ops.compare import equal, logical_not
from flowgraph.ops.confusion import squeezed_to_ranks
from flowgraph.ops.control_flow import group
from flowgraph.ops.conv import conv2d
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.division import truediv
from flowgraph.ops.histogram import histogram_fixed_width
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.masking import boolean_mask
from flowgraph.ops.math import add, maximum
from flowgraph.ops.padding import pad
from flowgraph.ops.range import linspace
from flowgraph.ops.rank_checks import assert_type
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.scatter import scatter_add
from flowgraph.ops.unary import floor
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable


def auc_using_histogram(
    boolean_labels: Any,
    scores: Any,
    score_range: Any,
    nbins: int = 100,
    collections: Any = None,
    check_shape: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Operation]:
    """The area under the ROC curve, from histograms of the scores of what is true and what is false.

    Args:
      boolean_labels: [n], bools.
      scores: [n], numbers.
      score_range: their bounds, two numbers; what lies outside counts in the outermost bins.
      nbins: how many bins.
      collections: those of the two variables; by default LOCAL_VARIABLES.
      check_shape: whether ranks other than 1 are an error of the run.
      name: the name of the variable scope.

    Returns:
      (the area, and the op that takes a batch into the histograms).

    Raises:
      ValueError: the labels are no bools.

    >>> labels, scores = tf.constant([False, False, True, True]), tf.constant([0.1, 0.6, 0.4, 0.9])
    >>> value, update = auc_using_histogram(labels, scores, [0.0, 1.0])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     session.run(update)
    ...     print(session.run(value))
    0.75
    """
    collections = [GraphKeys.LOCAL_VARIABLES] if collections is None else collections
    with variable_scope(name, "auc_using_histogram", [boolean_labels, scores, score_range]):
        boolean_labels, scores = squeezed_to_ranks(boolean_labels, scores)
        score_range = convert_to_tensor(score_range, name="score_range")
        boolean_labels, scores = _checked(boolean_labels, scores, check_shape)
        with variable_scope(None, "make_auc_histograms", [boolean_labels, scores, nbins]):
            true = _histogram(scores, boolean_labels, score_range, nbins, "hist_true")
            false = _histogram(scores, logical_not(boolean_labels), score_range, nbins, "hist_false")
        with variable_scope(None, "hist_accumulate", [true, false]):
            all_true = _accumulator("hist_true_acc", nbins, true.dtype, collections)
            all_false = _accumulator("hist_false_acc", nbins, true.dtype, collections)
            update: Any = group(all_true.assign_add(true), all_false.assign_add(false), name="update_op")
        return _area(all_true, all_false, nbins), update


def _checked(labels: Any, scores: Any, check_shape: bool) -> tuple[Tensor, Tensor]:
    with name_scope(None, "_check_labels_and_scores", [labels, scores]):
        labels = convert_to_tensor(labels, name="boolean_labels")
        scores = convert_to_tensor(scores, name="scores")
        if labels.dtype != dt.bool:
            raise ValueError("Argument boolean_labels should have dtype bool.  Found: %s", labels.dtype)
        if not check_shape:
            return labels, scores
        checks = [
            Assert(equal(1, rank(x)), [f"Argument {what} should have rank 1.  Found: ", x.name, shape(x)])
            for what, x in (("boolean_labels", labels), ("scores", scores))
        ]
        with control_dependencies(checks):
            return labels, scores


def _histogram(scores: Tensor, mask: Tensor, score_range: Any, nbins: int, name: str) -> Tensor:
    return histogram_fixed_width(boolean_mask(scores, mask), score_range, nbins=nbins, dtype=dt.int64, name=name)


def _accumulator(name: str, nbins: int, dtype: dt.DType, collections: Any) -> Any:
    return get_variable(name, shape=[nbins], dtype=dtype, initializer=Zeros(), collections=collections, trainable=False)


def _area(true: Any, false: Any, nbins: int) -> Tensor:
    """The area by the trapezoidal rule, from the highest score down."""
    part_true, part_false = truediv(true, reduce_sum(true)), truediv(false, reduce_sum(false))
    rises, steps = reverse(part_true, [0], name="delta_y_t"), reverse(part_false, [0], name="delta_x_t")
    rises, steps = cast(rises, dt.float32), cast(steps, dt.float32)
    heights = _running_sum(rises, nbins)
    first = steps[0] * heights[0] / 2.0
    others = steps[1:] * (heights[1:] + heights[: nbins - 1]) / 2.0
    return add(first, reduce_sum(others), name="auc")


def _running_sum(x: Tensor, length: int) -> Tensor:
    """The running sum of a vector, as a convolution with ones."""
    with name_scope(None, "strict_1d_cumsum", [x]):
        padded = pad(x, [[length - 1, 0]])
        kernel = ones_like(padded)
        with name_scope(None, "strict_conv1d", [padded, kernel]):
            row, column = reshape(padded, (1, -1, 1, 1)), reshape(kernel, (-1, 1, 1, 1))
            sums = reshape(conv2d(row, column, [1, 1, 1, 1], "SAME"), [-1])
        return sums[:length]


class PrecisionRecallData(NamedTuple):
    """What `precision_recall_at_equal_thresholds` gives: a vector each, with an entry for each threshold."""

    tp: Tensor
    fp: Tensor
    tn: Tensor
    fn: Tensor
    precision: Tensor
    recall: Tensor
    thresholds: Tensor


def precision_recall_at_equal_thresholds(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> tuple[PrecisionRecallData, Operation]:
    """Precision and recall at thresholds that divide [0, 1] evenly, in time and memory that do not grow with both.

    Args:
      labels: bools.
      predictions: a tensor of floats between 0 and 1.
      weights: what each counts; None: 1.
      num_thresholds: how many; None: 201.
      use_locking: as for `tf.scatter_add`; None: True.
      name: the name of the variable scope.

    Returns:
      (counts, precisions, recalls and thresholds; and the op that takes a batch into them).

    Raises:
      TypeError: the labels are no bools.
      InvalidArgumentError: when run, if a prediction is outside [0, 1].
    """
    num_thresholds = 201 if num_thresholds is None else num_thresholds
    weights = 1.0 if weights is None else weights
    assert_type(labels, dt.bool)
    with variable_scope(name, "precision_recall_at_equal_thresholds", (labels, predictions, weights)):
        with control_dependencies(_are_probabilities(predictions)):
            labels, predictions, weights = fitted(labels, predictions, weights)
        truth, weights = cast(labels, dt.float64), cast(weights, dt.float64)
        true, false = truth * weights, (1.0 - truth) * weights
        predictions, true, false = (reshape(x, [-1]) for x in (predictions, true, false))
        bins = cast(floor(predictions * (num_thresholds - 1)), dt.int32)
        with name_scope("variables"):
            in_true, in_false = (
                metric_variable([num_thresholds], dt.float64, kept) for kept in ("tp_buckets", "fp_buckets")
            )
        locking = True if use_locking is None else use_locking
        with name_scope("update_op"):
            updates = [scatter_add(in_true, bins, true, use_locking=locking)]
            updates.append(scatter_add(in_false, bins, false, use_locking=locking))
        result = _precision_recall(in_true, in_false, num_thresholds, predictions.dtype)
        update: Any = group(*updates)
        return result, update


def _are_probabilities(predictions: Any) -> list[Any]:
    outside = "predictions must be in [0, 1]"
    return [
        assert_greater_equal(predictions, cast(0.0, dtype=predictions.dtype), message=outside),
        assert_less_equal(predictions, cast(1.0, dtype=predictions.dtype), message=outside),
    ]


def _precision_recall(in_true: Any, in_false: Any, count: int, dtype: dt.DType) -> PrecisionRecallData:
    tp, fp = cumsum(in_true, reverse=True, name="tp"), cumsum(in_false, reverse=True, name="fp")
    tn = fp[0] - fp
    fn = tp[0] - tp
    epsilon = convert_to_tensor(1e-7, dtype=dt.float64)
    precision = tp / maximum(epsilon, tp + fp)
    recall = tp / maximum(epsilon, tp + fn)
    found = [cast(x, dtype) for x in (tp, fp, tn, fn, precision, recall)]
    found.append(cast(linspace(0.0, 1.0, count), dtype))
    return PrecisionRecallData(*found)
