"""Weights of losses and metrics: what they may be broadcast to, and how."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import ones_like, rank, shape, size
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.joining import concat
from flowgraph.ops.math import multiply
from flowgraph.ops.set_operations import set_difference
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.static_value import constant_value

_REFUSAL = "weights can not be broadcast to values."


def assert_broadcastable(weights: Any, values: Any) -> Operation:
    """An op that fails unless weights fit values: they are a scalar, or of the same rank and in each axis of size
    1 or that of the values.

    Raises:
      ValueError: the static shapes show that they do not.
      InvalidArgumentError: when run, if they do not.

    >>> run(assert_broadcastable([[1.0], [2.0]], tf.zeros([2, 3])))
    >>> assert_broadcastable([1.0, 2.0], tf.zeros([2, 3]))
    Traceback (most recent call last):
    ValueError: weights can not be broadcast to values. values.rank=2. weights.rank=1. values.shape=(2, 3). ...
    """
    with name_scope(None, "assert_broadcastable", (weights, values)) as scope:
        weights, weights_shape, weights_rank = _measured(weights, "weights")
        values, values_shape, values_rank = _measured(values, "values")
        certain = _static_check(weights, values, constant_value(weights_shape), constant_value(values_shape))
        if certain is not None:
            return no_op(name=certain)
        is_scalar = equal(0, weights_rank, name="is_scalar")
        report = [_REFUSAL, "weights.shape=", weights.name, weights_shape]
        report += ["values.shape=", values.name, values_shape, "is_scalar=", is_scalar]
        is_valid = cond(
            is_scalar,
            lambda: is_scalar,
            lambda: _fits(weights_rank, weights_shape, values_rank, values_shape),
            name="is_valid_shape",
        )
        return Assert(is_valid, report, name=scope)


def _measured(x: Any, name: str) -> tuple[Tensor, Tensor, Tensor]:
    """The tensor, its shape and its rank."""
    with name_scope(None, name, (x,)) as scope:
        tensor = convert_to_tensor(x, name=scope)
        return tensor, shape(tensor, name="shape"), rank(tensor, name="rank")


def _static_check(weights: Tensor, values: Tensor, weights_shape: Any, values_shape: Any) -> str | None:
    """What the static shapes prove, as the name of the op that stands for it; None: nothing."""
    if weights.sizes is None or values.sizes is None:
        return None
    if weights.sizes == ():
        return "static_scalar_check_success"
    ranks = len(values.sizes), len(weights.sizes)
    if ranks[0] != ranks[1]:
        raise ValueError(
            f"{_REFUSAL} values.rank={ranks[0]}. weights.rank={ranks[1]}."
            f" values.shape={values.shape}. weights.shape={weights.shape}."
        )
    if weights_shape is None or values_shape is None:
        return None
    for axis, (mine, wanted) in enumerate(zip(weights_shape, values_shape, strict=True)):
        if mine not in (1, wanted):
            shapes = f"values.shape={values_shape} weights.shape={weights_shape}"
            raise ValueError(f"{_REFUSAL} Mismatch at dim {axis}. {shapes}.")
    return "static_dims_check_success"


def _fits(weights_rank: Tensor, weights_shape: Tensor, values_rank: Tensor, values_shape: Tensor) -> Tensor:
    """Whether weights that are no scalar fit."""
    tensors = (weights_rank, weights_shape, values_rank, values_shape)
    with name_scope(None, "has_valid_nonscalar_shape", tensors) as scope:
        same_rank = equal(values_rank, weights_rank, name="is_same_rank")
        fits: Tensor = cond(same_rank, lambda: _sizes_fit(weights_shape, values_shape), lambda: same_rank, name=scope)
        return fits


def _sizes_fit(weights_shape: Tensor, values_shape: Tensor) -> Tensor:
    """Whether every size of the weights is 1 or that of the values: none is left over as a set."""
    with name_scope(None, "has_invalid_dims", (weights_shape, values_shape)) as scope:
        wanted = expand_dims(values_shape, -1)
        allowed = concat((wanted, ones_like(wanted)), axis=1)
        others = set_difference(expand_dims(weights_shape, -1), allowed)
        return equal(0, size(others.values, name="num_invalid_dims"), name=scope)


def broadcast_weights(weights: Any, values: Any) -> Tensor:
    """Weights in the shape of the values; see `assert_broadcastable` for what fits.

    >>> run(broadcast_weights([[1.0], [2.0]], tf.zeros([2, 2])))
    array([[1., 1.],
           [2., 2.]], dtype=float32)
    """
    with name_scope(None, "broadcast_weights", (weights, values)) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        if weights.sizes == values.sizes and weights.shape.is_fully_defined():
            return weights
        with control_dependencies((assert_broadcastable(weights, values),)):
            return multiply(weights, ones_like(values), name=scope)
