"""Activations made of several ops with a gradient of their own."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.hyperbolic import sigmoid
from flowgraph.variables.custom_gradient import custom_gradient


@custom_gradient
def swish(features: Any) -> Any:
    """The product x * sigmoid(x).

    The gradient computes the sigmoid anew, so that its values need not be kept until then.

    Args:
      features: a tensor of floats.

    Source: Ramachandran et al., "Searching for activation functions" (2017).

    >>> run(swish([0.0, 20.0]))
    array([ 0., 20.], dtype=float32)
    """
    x = convert_to_tensor(features, name="features")

    def gradient(dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            squashed = sigmoid(x)
        return dy * (squashed * (1.0 + x * (1.0 - squashed)))

    return x * sigmoid(x), gradient
