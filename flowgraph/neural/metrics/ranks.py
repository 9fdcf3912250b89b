"""How a ranking is compared with the labels: as sets, row by row (see `ranked` for the metrics)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, metric_variable
from flowgraph.ops.array import fill, ones_like, rank, reshape, shape, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, greater_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.joining import concat
from flowgraph.ops.math import minimum, multiply
from flowgraph.ops.reduction import reduce_max, reduce_sum
from flowgraph.ops.reduction_grad import reduced_shape
from flowgraph.ops.select import where_v2
from flowgraph.ops.set_operations import set_difference, set_intersection, set_size
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.slicing import slice as slice_op
from flowgraph.ops.sparse_arrange import sparse_reshape
from flowgraph.ops.sparse_parts import sparse_retain
from flowgraph.ops.sparse_slices import sparse_concat
from flowgraph.ops.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor, is_sparse
from flowgraph.ops.state import assign_add
from flowgraph.ops.weights import assert_broadcastable

Comparison = Callable[[Any, Any], SparseTensor]
"""From labels and ranking, both sets, to the set of what is to be counted."""


def true_positives(labels: Any, ranking: Any) -> SparseTensor:
    """What is in both."""
    return set_intersection(ranking, labels)


def false_negatives(labels: Any, ranking: Any) -> SparseTensor:
    """What is in the labels only."""
    return set_difference(ranking, labels, aminusb=False)


def false_positives(labels: Any, ranking: Any) -> SparseTensor:
    """What is in the ranking only."""
    return set_difference(ranking, labels, aminusb=True)


def name_at_k(name: str, k: int | None, class_id: int | None = None) -> str:
    """A default name that says k and the class.

    >>> name_at_k("recall", 3), name_at_k("recall", None, 7)
    ('recall_at_3', 'recall_at_k_class7')
    """
    name = f"{name}_at_k" if k is None else f"{name}_at_{k:d}"
    return name if class_id is None else f"{name}_class{class_id:d}"


def counted(
    compare: Comparison, name: str, labels: Any, ranking: Any, k: int | None, class_id: int | None, weights: Any
) -> Metric:
    """How much a comparison finds in all batches, and the update.

    Args:
      compare: what to count.
      name: what that is called, such as 'true_positive'.
      labels: the labels of each row, in the last axis; may be sparse.
      ranking: int64, the classes that are ranked highest in each row.
      k: how many they are, for the name; None: not known.
      class_id: the class that counts; None: all.
      weights: what each row counts; None: 1.
    """
    with name_scope(None, name_at_k(name, k, class_id), (ranking, labels, weights)) as scope:
        found = found_in_rows(compare, labels, ranking, class_id, weights, f"{name}s")
        total = cast(reduce_sum(found), dt.float64)
        count: Any = metric_variable([], dt.float64, scope)
        return count, assign_add(count, total, name="update")


def found_in_rows(
    compare: Comparison, labels: Any, ranking: Any, class_id: int | None, weights: Any, name: str
) -> Tensor:
    """How much a comparison finds in each row, times its weight."""
    with name_scope(None, name, (ranking, labels, weights)):
        if class_id is not None:
            labels, ranking = _only(labels, class_id), _only(ranking, class_id)
        found = cast(set_size(compare(labels, ranking)), dt.float64)
        if weights is not None:
            with control_dependencies((assert_broadcastable(weights, found),)):
                found = multiply(found, cast(weights, dt.float64))
        return found


def _only(classes: Any, class_id: int) -> SparseTensor:
    """One class, where it occurs in a row; the rows stay as long as they were."""
    classes = convert_to_tensor_or_sparse_tensor(classes)
    if isinstance(classes, SparseTensor):
        return sparse_retain(classes, equal(classes.values, class_id))
    sizes = shape(classes, out_type=dt.int64)
    last = size(sizes) - 1
    rows = reduced_shape(sizes, reshape(last, [1]))
    found = set_intersection(fill(rows, cast(class_id, dt.int64)), classes)
    return SparseTensor(indices=found.indices, values=found.values, dense_shape=sizes)


def with_class_axis(labels: Any, ranking: Any) -> Any:
    """Labels with an axis of classes: of size 1, if they have one axis less than the ranking.

    Raises:
      ValueError: the ranks do not fit at all.
    """
    with name_scope(None, "expand_labels", (labels, ranking)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            longer = equal(rank(ranking), size(labels.dense_shape) + 1)
            return cond(longer, lambda: _sparse_with_axis(labels, scope), lambda: labels)
        if labels.sizes is not None and (wanted := ranking.get_shape().ndims) is not None:
            if wanted == len(labels.sizes):
                return labels
            if wanted == len(labels.sizes) + 1:
                return expand_dims(labels, -1, name=scope)
            shapes = f"{labels.shape} for predictions shape {ranking.get_shape()}"
            raise ValueError(f"Unexpected labels shape {shapes}.")
        longer = equal(rank(ranking), rank(labels) + 1)
        return cond(longer, lambda: expand_dims(labels, -1, name=scope), lambda: labels)


def _sparse_with_axis(labels: SparseTensor, name: str) -> SparseTensor:
    return sparse_reshape(labels, shape=concat((labels.dense_shape, (1,)), 0), name=name)


def repeated(classes: Any, times: int, name: str) -> Any:
    """Every row of classes so many times, along a new axis before the last."""
    with name_scope(name, "expand_and_tile", (classes, times, -1)) as scope:
        classes = convert_to_tensor_or_sparse_tensor(classes)
        if isinstance(classes, SparseTensor):
            return _sparse_repeated(classes, times, scope)
        expanded = expand_dims(classes, -2, name="expand")
        if times == 1:
            return expanded
        ones = ones_like(shape(classes))
        return tile(expanded, concat((ones[:-1], (times,), ones[-1:]), 0, name="multiples"), name=scope)


def _sparse_repeated(classes: SparseTensor, times: int, name: str) -> SparseTensor:
    place = reshape(size(classes.dense_shape) + -1, [1])
    before = slice_op(classes.dense_shape, [0], place)
    sizes = concat((before, [1], slice_op(classes.dense_shape, place, [-1])), 0, name="expanded_shape")
    expanded = sparse_reshape(classes, shape=sizes, name="expand")
    return expanded if times == 1 else sparse_concat(-2, [expanded] * times, name=name)


def relevant(labels: Any, k: int) -> Tensor:
    """How many labels each row has, at most k; negative ones do not count."""
    with name_scope(None, "num_relevant", (labels,)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return minimum(set_size(labels), k, name=scope)
        is_label = greater_equal(labels, 0)
        number = reduce_sum(where_v2(is_label, ones_like(labels), zeros_like(labels)), axis=-1)
        return minimum(number, k, name=scope)


def without_unknown(labels: Any, num_classes: Tensor) -> Any:
    """The labels, with -1 for those that are no class."""

    def known(values: Any) -> Tensor:
        return where_v2(greater_equal(values, num_classes), -1 * ones_like(values), values)

    def all_known() -> Any:
        if not is_sparse(labels):
            return known(labels)
        return type(labels)(indices=labels.indices, values=known(labels.values), dense_shape=labels.dense_shape)

    highest = reduce_max(labels.values if is_sparse(labels) else labels)
    return cond(greater_equal(highest, num_classes), all_known, lambda: labels)
