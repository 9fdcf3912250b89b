"""Regularizers: functions from a weight tensor to a scalar penalty (tf.contrib.layers)."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.add_n import add_n
from flowgraph.ops.constant import constant
from flowgraph.ops.math import multiply
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.statistics import l2_loss
from flowgraph.ops.unary import abs as abs_op

Regularizer = Callable[[Any], "Tensor | None"]


def l1_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """A function that gives `scale * sum(|weights|)`: it drives weights to exactly zero.

    Args:
      scale: the strength, a float (0.0: no penalty at all) or a scalar tensor.
      scope: the name of the penalty's ops.

    Raises:
      ValueError: `scale` is an integer, or negative.

    >>> run(l1_regularizer(0.5)(tf.constant([1.0, -2.0])))
    1.5
    """
    if not _is_on(scale, ""):
        return lambda _: None

    def l1(weights: Any, name: str | None = None) -> Tensor:  # noqa: ARG001  # TF takes a name, and uses the scope's
        with name_scope(scope, "l1_regularizer") as full_name:
            strength = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return multiply(strength, reduce_sum(abs_op(weights)), name=full_name)

    return l1


def l2_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """A function that gives `scale * sum(weights ** 2) / 2`: it keeps weights small.

    Args:
      scale: the strength, a float (0.0: no penalty at all) or a scalar tensor.
      scope: the name of the penalty's ops.

    Raises:
      ValueError: `scale` is an integer, or negative.

    >>> run(l2_regularizer(0.5)(tf.constant([1.0, -2.0])))
    1.25
    """
    if not _is_on(scale, "."):
        return lambda _: None

    def l2(weights: Any) -> Tensor:
        with name_scope(scope, "l2_regularizer") as name:
            strength = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return multiply(strength, l2_loss(weights), name=name)

    return l2


def _is_on(scale: Any, stop: str) -> bool:
    """Whether there is a penalty at all."""
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"scale cannot be an integer: {scale}")
    if isinstance(scale, numbers.Real):
        if scale < 0.0:
            raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}{stop}")
        return scale != 0.0
    return True


def l1_l2_regularizer(scale_l1: Any = 1.0, scale_l2: Any = 1.0, scope: str | None = None) -> Regularizer | None:
    """The sum of an L1 and an L2 penalty.

    Raises:
      ValueError: a scale is an integer, or negative.
    """
    for name, scale in (("scale_l1", scale_l1), ("scale_l2", scale_l2)):
        if isinstance(scale, numbers.Integral):
            raise ValueError(f"{name} cannot be an integer: {scale}")
    scope = scope or "l1_l2_regularizer"
    if isinstance(scale_l1, numbers.Real) and scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if isinstance(scale_l2, numbers.Real) and scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(regularizer_list: Sequence[Regularizer | None], scope: str | None = None) -> Regularizer | None:
    """The sum of several regularizers; None when there is none."""
    regularizers = [regularizer for regularizer in regularizer_list if regularizer is not None]
    if not regularizers:
        return None

    def total(weights: Any) -> Tensor | None:
        with name_scope(scope, "sum_regularizer") as name:
            penalties = [regularizer(weights) for regularizer in regularizers]
            penalties = [penalty for penalty in penalties if penalty is not None]
            return add_n(penalties, name=name) if penalties else None

    return total


def apply_regularization(regularizer: Regularizer, weights_list: Sequence[Any] | None = None) -> Tensor:
    """The sum of a regularizer's penalties over weights; it is also added to REGULARIZATION_LOSSES.

    Args:
      regularizer: a function from weights to a scalar.
      weights_list: the weights; by default the collection WEIGHTS.

    Raises:
      ValueError: there are no weights, or a penalty is not a scalar.
    """
    weights_list = weights_list or get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with name_scope(None, "get_regularization_penalty") as scope:
        penalties = [regularizer(weights) for weights in weights_list]
        terms = [constant(0.0) if penalty is None else penalty for penalty in penalties]
        for penalty in terms:
            if penalty.get_shape().ndims != 0:
                raise ValueError(
                    "regularizer must return a scalar Tensor instead of a Tensor with rank "
                    f"{penalty.get_shape().ndims}."
                )
        total = add_n(terms, name=scope)
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total
