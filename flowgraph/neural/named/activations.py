"""Activation functions that layers can be told by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import elu, relu, softplus, softsign
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.constant import constant
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.math import add, multiply
from flowgraph.ops.reduction import reduce_max, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.softmax import softmax as softmax_of_rows
from flowgraph.ops.unary import exp


def linear(x: Any) -> Any:
    """`x` itself.

    >>> linear(3)
    3
    """
    return x


def softmax(x: Any, axis: int = -1) -> Tensor:
    """`tf.nn.softmax` of a matrix; of higher ranks the same values, out of the ops that Keras takes.

    Raises:
      ValueError: `x` is a vector.
    """
    if x.shape.ndims == 2:
        return softmax_of_rows(x)
    if len(x.shape) < 2:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")
    powers = exp(x - reduce_max(x, axis=axis, keepdims=True))
    return powers / reduce_sum(powers, axis=axis, keepdims=True)


def selu(x: Any) -> Tensor:
    """The values of `tf.nn.selu`, out of the ops that Keras takes.

    >>> run(selu(tf.constant([1.0, 0.0])))
    array([1.050701, 0.      ], dtype=float32)
    """
    bent = elu(x)
    return 1.0507009873554804934193349852946 * where(x > 0, bent, 1.6732632423543772848170429916717 * bent)


def hard_sigmoid(x: Any) -> Tensor:
    """A sigmoid of three straight lines: 0.2 * x + 0.5, between 0 and 1.

    >>> run(hard_sigmoid(tf.constant([-3.0, 0.0, 1.0])))
    array([0. , 0.5, 0.7], dtype=float32)
    """
    slope, middle = constant(0.2, dtype=x.dtype.base_dtype), constant(0.5, dtype=x.dtype.base_dtype)
    clipped: Tensor = clip_by_value(add(multiply(x, slope), middle), 0.0, 1.0)
    return clipped


ACTIVATIONS: Mapping[str, Callable[..., Any]] = {
    "elu": elu,
    "exponential": exp,
    "hard_sigmoid": hard_sigmoid,
    "linear": linear,
    "relu": relu,
    "selu": selu,
    "sigmoid": sigmoid,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "tanh": tanh,
}
"""What each name stands for."""
