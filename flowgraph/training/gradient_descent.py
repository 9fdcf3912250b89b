"""Gradient descent: var -= learning_rate * gradient."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.state import apply_gradient_descent
from flowgraph.training.optimizer import Optimizer, learning_rate_tensor
from flowgraph.variables.variable import Variable


class GradientDescentOptimizer(Optimizer):
    """Each step moves every variable against its gradient, as far as the learning rate says.

    Args:
      learning_rate: a number, or a tensor (such as a decay schedule), or a function that returns one.
      use_locking: whether updates of one variable exclude each other.
      name: the scope of the update ops.
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._rate: Tensor

    def _prepare(self) -> None:
        self._rate = learning_rate_tensor(self._learning_rate)

    def _apply_dense(self, grad: Tensor, var: Variable) -> Any:
        rate = cast(self._rate, var.dtype.base_dtype)
        return apply_gradient_descent(var, rate, grad, use_locking=self._use_locking).op

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Variable) -> Any:
        rate = cast(self._rate, var.dtype.base_dtype)
        delta = IndexedSlices(grad.values * rate, grad.indices, grad.dense_shape)
        return var.scatter_sub(delta, use_locking=self._use_locking)
