"""Regularizers that layers can be told by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.unary import abs as absolute
from flowgraph.ops.unary import square


class L1L2:
    """The penalty `l1 * sum(|x|) + l2 * sum(x ** 2)`.

    >>> run(L1L2(l1=0.5, l2=1.0)(tf.constant([1.0, -2.0])))
    6.5
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = np.float32(l1), np.float32(l2)

    def __call__(self, x: Any) -> Tensor:
        """The penalty for `x`."""
        if not self.l1 and not self.l2:
            return constant(0.0)
        penalty: Any = 0.0
        if self.l1:
            penalty += self.l1 * reduce_sum(absolute(x))
        if self.l2:
            penalty += self.l2 * reduce_sum(square(x))
        total: Tensor = penalty
        return total

    def get_config(self) -> dict[str, float]:
        """The constructor's arguments, as plain values."""
        return {"l1": float(self.l1), "l2": float(self.l2)}

    @classmethod
    def from_config(cls, config: Mapping[str, float]) -> L1L2:
        """A regularizer made of what `get_config` gave."""
        return cls(**config)


def l1(l: float = 0.01) -> L1L2:  # noqa: E741  # Keras' name
    """The penalty `l * sum(|x|)`."""
    return L1L2(l1=l)


def l2(l: float = 0.01) -> L1L2:  # noqa: E741
    """The penalty `l * sum(x ** 2)`."""
    return L1L2(l2=l)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Both penalties."""
    return L1L2(l1=l1, l2=l2)


REGULARIZERS: Mapping[str, Callable[..., L1L2]] = {"L1L2": L1L2, "l1": l1, "l2": l2, "l1_l2": l1_l2}
"""What makes the regularizer of each name."""
