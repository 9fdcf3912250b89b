"""Cross entropies of logits with labels: how far predicted probabilities are from the true ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, INT, INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.cross_entropy import are_classes, dense_cross_entropy, sparse_cross_entropy
from flowgraph.ops.activation import FLOAT_TYPES
from flowgraph.ops.reduction import one_of
from flowgraph.ops.softmax import log_softmax, softmax, wide
from flowgraph.ops.static_value import constant_value
from flowgraph.sizes import Sizes, broadcast, merge, num_elements, to_text

# -- the op types ----------------------------------------------------------------------------------------


def _dense_sizes(features: Any, labels: Any) -> list[Sizes]:
    x, y = features.sizes, labels.sizes
    both: Sizes = None
    if x is None or len(x) == 2:
        try:
            both = merge(merge((None, None), x), y)
        except ValueError:
            both = None
    if both is None:
        both = broadcast(x, y)
    if both is None or len(both) != 2:
        rank = "is unknown." if both is None else len(both)
        raise ValueError(f"Shape must be broadcasted with rank 2, but is rank {rank}")
    return [both[:1], both]


def _dense(xp: Any, features: Any, labels: Any) -> Any:
    """The loss of each row, and its gradient for the logits: softmax less labels."""
    dtype = labels.dtype
    features, labels = xp.broadcast_arrays(features, labels)
    if features.ndim != 2:
        raise ValueError("not matrices")
    return tuple(made.astype(dtype, copy=False) for made in dense_cross_entropy(wide(features), wide(labels)))


def _dense_failure(features: Any, labels: Any) -> str:
    """TF's words for logits and labels that do not fit."""
    try:
        np.broadcast_shapes(features.shape, labels.shape)
    except ValueError:
        return (
            f"logits and labels must be broadcastable: logits_size={to_text(features.shape)} "
            f"labels_size={to_text(labels.shape)}"
        )
    return "logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional"


def _rows_times(vector: Tensor, matrix: Tensor) -> Tensor:
    from flowgraph.ops.shaping import expand_dims

    return expand_dims(vector, -1) * matrix


def _is_zero(grad: Tensor) -> bool:
    if grad.op.type in ("ZerosLike", "Zeros"):
        return True
    known = constant_value(grad)
    return known is not None and not known.any()


def _dense_grad(op: Any, d_loss: Tensor, d_backprop: Any) -> list[Any]:
    """The second output is the first one's gradient; what flows back through it makes second derivatives."""
    from flowgraph.ops.matmul import matmul
    from flowgraph.ops.shaping import expand_dims, squeeze

    logits = op.inputs[0]
    to_logits = _rows_times(d_loss, op.outputs[1])
    if d_backprop is not None and not _is_zero(d_backprop):
        y = softmax(logits)
        row_sums = squeeze(matmul(expand_dims(d_backprop, 1), expand_dims(y, 2)), axis=1)
        to_logits = to_logits + (d_backprop - row_sums) * y
    return [to_logits, _rows_times(d_loss, -log_softmax(logits))]


SOFTMAX_CROSS_ENTROPY = OpDef(
    "SoftmaxCrossEntropyWithLogits(features: T, labels: T) -> (loss: T, backprop: T)",
    attrs={"T": TypeAttr(FLOAT_TYPES)},
    infer=_dense_sizes,
    forward=_dense,
    failure=_dense_failure,
    gradient=_dense_grad,
    cases=[
        case(FLOAT(2, 3), VALUE([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]], smooth=False)),
        case(DOUBLE(2, 3), VALUE([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]], dt.float64), gradient=False),
        case(FLOAT(2, 3), VALUE([[0.5, 0.25, 0.25]], smooth=False), gradient=False),
        case(FLOAT(0, 3), FLOAT(0, 3), gradient=False),
        case(HALF(2, 3), HALF(2, 3), gradient=False),
    ],
)


def _sparse_sizes(features: Any, labels: Any) -> list[Sizes]:
    for x, rank in ((features, 2), (labels, 1)):
        if x.sizes is not None and len(x.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")
    rows, classes = features.sizes or (None, None)
    count = labels.sizes[0] if labels.sizes else None
    if rows is not None and count is not None and rows != count:
        raise ValueError(f"Dimensions must be equal, but are {rows} and {count}")
    rows = count if rows is None else rows
    return [(rows,), (rows, classes)]


def _sparse(_xp: Any, features: Any, labels: Any) -> Any:
    """As the dense loss, of labels that are the number of the true class."""
    if not are_classes(labels, features.shape):
        raise ValueError("bad labels")
    return tuple(made.astype(features.dtype, copy=False) for made in sparse_cross_entropy(wide(features), labels))


def _sparse_failure(features: Any, labels: Any) -> str:
    """TF's words for logits and labels that do not fit."""
    if features.ndim != 2:
        return f"logits must be 2-D, but got shape {to_text(features.shape)}"
    if labels.ndim != 1:
        return f"labels must be 1-D, but got shape {to_text(labels.shape)}"
    rows, classes = features.shape
    if len(labels) != rows:
        return (
            "logits and labels must have the same first dimension, got logits shape "
            f"{to_text(features.shape)} and labels shape {to_text(labels.shape)}"
        )
    if not classes:
        return f"Must have at least one class, but got logits shape {to_text(features.shape)}"
    wrong = labels[(labels < 0) | (labels >= classes)][0]
    return (
        f"Received a label value of {wrong} which is outside the valid range of [0, {classes}).  "
        f"Label values: {' '.join(map(str, labels))}"
    )


def _sparse_grad(op: Any, d_loss: Tensor, _: Any) -> list[Any]:
    from flowgraph.ops.identity import prevent_gradient

    backprop = prevent_gradient(
        op.outputs[1],
        message="Currently there is no way to take the second derivative of "
        "sparse_softmax_cross_entropy_with_logits due to the fused implementation's interaction with "
        "tf.gradients()",
    )
    return [_rows_times(d_loss, backprop), None]


SPARSE_SOFTMAX_CROSS_ENTROPY = OpDef(
    "SparseSoftmaxCrossEntropyWithLogits(features: T, labels: Tlabels) -> (loss: T, backprop: T)",
    attrs={"T": TypeAttr(FLOAT_TYPES), "Tlabels": TypeAttr(INDEX, dt.int64)},
    infer=_sparse_sizes,
    forward=_sparse,
    failure=_sparse_failure,
    gradient=_sparse_grad,
    cases=[
        case(FLOAT(2, 3), INTS(2, 0, dtype=dt.int64), gradient=False),
        case(FLOAT(2, 3), INTS(2, 0), gradient=False),
        case(FLOAT(0, 3), INT([], dt.int64), gradient=False),
        case(HALF(2, 3), INTS(2, 0), gradient=False),
    ],
)

# -- softmax cross entropy -------------------------------------------------------------------------------


def check_arguments(function: str, sentinel: Any, labels: Any, logits: Any) -> None:
    """Refuse labels and logits that are not given by name.

    Raises:
      ValueError: they are not, or one of them is missing.
    """
    if sentinel is not None:
        line = f"Only call `{function}` with named arguments (labels=..., logits=..., ...)"
        raise ValueError(errors.explain(line, where=user_site()))
    if labels is None or logits is None:
        raise ValueError(errors.explain("Both labels and logits must be provided.", where=user_site()))


def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: Any = -1,
    name: str | None = None,
    axis: Any = None,
) -> Tensor:
    """The cross entropy of softmax(logits) with labels, whose gradient does not reach the labels.

    Args:
      labels: probabilities that sum to 1 along the class axis.
      logits: a tensor of floats of the same shape.
      dim: the class axis.
      name: the name of the scope of its ops.
      axis: another name of `dim`.

    Raises:
      ValueError: labels and logits are not given by name, or not both.

    >>> run(softmax_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=[[0.0, 0.0]]))
    array([0.693147], dtype=float32)
    """
    from flowgraph.ops.identity import stop_gradient

    dim = one_of("axis", axis, "dim", dim)
    check_arguments("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as scope:
        labels = stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=dim, name=scope)


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: Any = None, name: str | None = None, dim: Any = None
) -> Tensor:
    """The cross entropy of softmax(logits) with labels; its gradient reaches both.

    Args:
      labels: probabilities that sum to 1 along the class axis.
      logits: a tensor of floats of the same shape.
      axis: the class axis; the last one by default.
      name: the name of the scope of its ops.
      dim: the old name of `axis`.

    >>> run(softmax_cross_entropy_with_logits_v2(labels=[[0.0, 1.0]], logits=[[0.0, 0.0]]))
    array([0.693147], dtype=float32)
    """
    from flowgraph.ops.array import rank, reshape, shape
    from flowgraph.ops.cast import cast
    from flowgraph.ops.math import subtract
    from flowgraph.ops.slicing import slice as slice_op

    axis = one_of("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        is_half = logits.dtype in (dt.float16, dt.bfloat16)
        precise = cast(logits, dt.float32) if is_half else logits
        labels = cast(labels, precise.dtype)
        input_rank = rank(precise)
        if axis != -1:
            precise = _class_axis_last(precise, axis, input_rank)
            labels = _class_axis_last(labels, axis, input_rank)
        input_shape = shape(precise)
        precise, labels = _rows(precise), _rows(labels)
        cost, _ = emit(SOFTMAX_CROSS_ENTROPY, precise, labels, name=scope)
        cost = reshape(cost, slice_op(input_shape, [0], [subtract(input_rank, 1)]))
        if logits.sizes is not None:
            sizes = list(logits.sizes)
            del sizes[axis]
            cost.set_shape(sizes)
        return cast(cost, logits.dtype) if is_half else cost


def _class_axis_last(x: Tensor, axis: Any, rank: Tensor) -> Tensor:
    from flowgraph.ops.joining import concat
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.shaping import transpose

    return transpose(x, concat([range_op(axis), range_op(axis + 1, rank), [axis]], 0))


def _rows(x: Tensor) -> Tensor:
    """All axes but the last made one."""
    from flowgraph.ops.array import rank, reshape, shape
    from flowgraph.ops.joining import concat
    from flowgraph.ops.math import subtract
    from flowgraph.ops.slicing import slice as slice_op

    count = rank(x)
    last = slice_op(shape(x), [subtract(count, 1)], [1])
    rows = reshape(x, concat([[-1], last], 0))
    if x.sizes is not None and None not in x.sizes[:-1]:
        rows.set_shape([num_elements(x.sizes[:-1]), x.sizes[-1]])
    return rows


def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross entropy of softmax(logits) with the numbers of the true classes.

    Args:
      labels: int32 or int64 class numbers, one for each row of logits.
      logits: a tensor of floats, of the shape of `labels` and one axis more, that of the classes.
      name: the op's name.

    Raises:
      ValueError: labels and logits are not given by name, or not both, or their shapes do not fit.

    >>> run(sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[[0.0, 0.0]]))
    array([0.693147], dtype=float32)
    """
    from flowgraph.ops.array import shape
    from flowgraph.ops.cast import cast

    check_arguments("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels = convert_to_tensor(labels)
        logits = convert_to_tensor(logits)
        is_half = logits.dtype == dt.float16
        precise = cast(logits, dt.float32) if is_half else logits
        labels_shape = shape(labels)
        certain = _check_shapes(labels, logits)
        if logits.sizes is not None and len(logits.sizes) == 2:
            cost, _ = emit(SPARSE_SOFTMAX_CROSS_ENTROPY, precise, labels, name=name)
        else:
            cost = _flat_sparse(labels, logits, precise, labels_shape, certain, name)
        return cast(cost, dt.float16) if is_half else cost


def _check_shapes(labels: Tensor, logits: Tensor) -> bool:
    """Refuse shapes that do not fit; whether all of them that matters is known."""
    x, y = logits.sizes, labels.sizes
    if x == ():
        raise misfit(f"Logits cannot be scalars - received shape {logits.shape}.", labels, logits)
    if x is None or y is None:
        return False
    if len(y) != len(x) - 1:
        line = f"Rank of labels (received {len(y)}) should equal rank of logits minus 1 (received {len(x)})."
        raise misfit(f"Rank mismatch: {line}", labels, logits)
    if None in y or None in x[:-1]:
        return False
    if y != x[:-1]:
        x_shape, y_shape = logits.shape, labels.shape
        line = f"The shape of labels (received {y_shape}) should equal the shape of logits except for the"
        raise misfit(f"Shape mismatch: {line} last dimension (received {x_shape}).", labels, logits)
    return True


def misfit(line: str, labels: Tensor, logits: Tensor) -> ValueError:
    """The error of labels and logits that do not fit, with what they are."""
    details = [f"labels = {labels!r}", f"logits = {logits!r}"]
    return ValueError(errors.explain(line, details=details, where=user_site()))


def _same_rows(labels: Tensor, logits: Tensor) -> Any:
    """The check at run time of what is not known while building."""
    from flowgraph.ops.array import shape
    from flowgraph.ops.checks import assert_equal

    return assert_equal(shape(labels), shape(logits)[:-1])


def _flat_sparse(
    labels: Tensor, logits: Tensor, precise: Tensor, labels_shape: Tensor, certain: bool, name: str | None
) -> Tensor:
    """The loss of logits that are no matrix: made one, and back."""
    from flowgraph.ops.array import rank, reshape, shape

    known = labels.shape
    checks = [] if certain else [_same_rows(labels, logits)]
    with control_dependencies(checks):
        classes = shape(logits)[rank(logits) - 1]
        precise = reshape(precise, [-1, classes])
        labels = reshape(labels, [-1])
        cost, _ = emit(SPARSE_SOFTMAX_CROSS_ENTROPY, precise, labels, name=name)
        cost = reshape(cost, labels_shape)
        cost.set_shape(known)
        return cost
