"""The confusion matrix of a classifier, and the sum of a sparse and a dense tensor that it is made with."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, rank, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_less, assert_non_negative
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import stack
from flowgraph.ops.math import maximum
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.shaping import squeeze
from flowgraph.sizes import to_text

_NUMBERS = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.complex64, dt.int64, dt.qint8, dt.quint8,
    dt.qint32, dt.bfloat16, dt.uint16, dt.complex128, dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip


def _sum(xp: Any, indices: Any, values: Any, dense_shape: Any, dense: Any) -> Any:
    for axis, (sparse_size, size) in enumerate(zip(dense_shape.tolist(), dense.shape)):
        if sparse_size != size:
            line = f"Dimension {axis} does not equal (no broadcasting is supported): "
            raise _refused(line + f"sparse side {sparse_size} vs dense side {size}")
        column = indices[:, axis]
        if column.size and not (column.min() >= 0 and column.max() < size):
            line = f"Sparse tensor has some invalid index on dimension {axis}; "
            raise _refused(line + f"dense tensor shape: {to_text(dense.shape)}")
    total = dense.copy()
    xp.add.at(total, tuple(indices.T), values)
    return total


def _refused(line: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, line)


def _sum_failure(indices: Any, values: Any, dense_shape: Any, dense: Any) -> str | None:
    if indices.ndim != 2:
        return f"Input a_indices should be a matrix but received shape: {to_text(indices.shape)}"
    if values.ndim != 1 or dense_shape.ndim != 1:
        vectors = f"{to_text(values.shape)} and {to_text(dense_shape.shape)}"
        return f"Inputs a_values and a_shape should be vectors but received shapes: {vectors}"
    if len(dense_shape) != dense.ndim:
        return f"Two operands have different ranks; received: {len(dense_shape)} and {dense.ndim}"
    return None


def _sum_grad(op: Any, dy: Tensor) -> list[Any]:
    return [None, gather_nd(dy, op.inputs[0]), None, dy]


SPARSE_TENSOR_DENSE_ADD = OpDef(
    "SparseTensorDenseAdd(a_indices: Tindices, a_values: T, a_shape: Tindices, b: T) -> output: T",
    attrs={"T": TypeAttr(_NUMBERS), "Tindices": TypeAttr(INDEX)},
    infer=lambda _indices, _values, _shape, dense: dense.sizes,
    forward=_sum,
    failure=_sum_failure,
    gradient=_sum_grad,
    cases=[
        case(INT([[0, 1], [2, 0], [0, 1]], dt.int64), FLOAT(3), INTS(3, 2, dtype=dt.int64), FLOAT(3, 2)),
        case(INT([[1]]), FLOAT(1), INTS(3), FLOAT(3)),
        case(INT(np.zeros([0, 1], np.int64), dt.int64), FLOAT(0), INTS(2, dtype=dt.int64), FLOAT(2)),
        case(INT([[1]]), RANDOM_INT(1), INTS(3), RANDOM_INT(3)),
    ],
)


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = dt.int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How often each class was taken for each: entry [i, j] counts what is i and was predicted to be j.

    Args:
      labels: [n]: the classes 0, 1, 2 ..., or [n, 1].
      predictions: [n]: what was predicted, or [n, 1].
      num_classes: how many classes there are; None: as many as occur.
      dtype: that of the result.
      name: the name of the scope of its ops.
      weights: [n]: what each counts; None: 1.

    Returns:
      [num_classes, num_classes].

    Raises:
      InvalidArgumentError: when run, where a class is negative or not below `num_classes`.

    >>> run(confusion_matrix([0, 1, 2, 2], [0, 2, 2, 2]))
    array([[1, 0, 0],
           [0, 0, 1],
           [0, 0, 2]], dtype=int32)
    """
    with name_scope(name, "confusion_matrix", (predictions, labels, num_classes, weights)):
        labels, predictions = _of_one_rank(
            convert_to_tensor(labels, name="labels"), convert_to_tensor(predictions, name="predictions")
        )
        predictions, labels = cast(predictions, dt.int64), cast(labels, dt.int64)
        labels = _checked(labels, assert_non_negative(labels, message="`labels` contains negative values"))
        positive = assert_non_negative(predictions, message="`predictions` contains negative values")
        predictions = _checked(predictions, positive)
        if num_classes is None:
            num_classes = maximum(reduce_max(predictions), reduce_max(labels)) + 1
        else:
            limit = cast(num_classes, dt.int64)
            labels = _checked(labels, assert_less(labels, limit, message="`labels` out of bound"))
            below = assert_less(predictions, limit, message="`predictions` out of bound")
            predictions = _checked(predictions, below)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = cast(weights, dtype)
        both = stack([num_classes, num_classes])
        indices = stack([labels, predictions], axis=1)
        values = ones_like(predictions, dtype) if weights is None else weights
        return _in_matrix(indices, values, both, dtype)


def _checked(x: Tensor, check: Any) -> Tensor:
    checked: Tensor = with_dependencies([check], x)
    return checked


def _in_matrix(indices: Tensor, values: Tensor, dense_shape: Tensor, dtype: Any) -> Tensor:
    """The values at their indices, summed where these repeat, zeros elsewhere."""
    sparse_shape = cast(dense_shape, dt.int64)
    with name_scope(None, "SparseTensor", [indices, values, sparse_shape]):
        indices = convert_to_tensor(indices, name="indices", dtype=dt.int64)
        values = convert_to_tensor(values, name="values")
        sparse_shape = convert_to_tensor(sparse_shape, name="dense_shape", dtype=dt.int64)
    empty = zeros(cast(dense_shape, dt.int32), dtype)
    return emit(SPARSE_TENSOR_DENSE_ADD, indices, values, sparse_shape, empty)


def _of_one_rank(labels: Tensor, predictions: Tensor) -> tuple[Tensor, Tensor]:
    """Both with a last axis of size 1 taken off where the other has one axis less."""
    with name_scope(None, "remove_squeezable_dimensions", [labels, predictions]):
        if labels.sizes is not None and predictions.sizes is not None:
            more = len(predictions.sizes) - len(labels.sizes)
            if more == 1:
                predictions = squeeze(predictions, [-1])
            elif more == -1:
                labels = squeeze(labels, [-1])
            return labels, predictions
        difference = rank(predictions) - rank(labels)
        predictions = _squeezed_if(predictions, 1, difference)
        return _squeezed_if(labels, -1, difference), predictions


def _squeezed_if(x: Tensor, excess: int, difference: Tensor) -> Tensor:
    """Without its last axis where the ranks turn out to differ by `excess`."""
    if x.sizes is not None and x.sizes[-1] not in (None, 1):
        return x
    chosen: Tensor = cond(equal(excess, difference), lambda: squeeze(x, [-1]), lambda: x)
    return chosen
