"""Gradient descent: var -= learning_rate * gradient."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.emit import emit
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.resource import resource_apply_gradient_descent
from flowgraph.ops.resource_rows import RESOURCE_SCATTER_ADD
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

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Any:
        rate = cast(self._rate, grad.dtype.base_dtype)
        return resource_apply_gradient_descent(handle.handle, rate, grad, use_locking=self._use_locking)

    def _resource_apply_sparse_duplicate_indices(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        return emit(RESOURCE_SCATTER_ADD, handle.handle, indices, -grad * self._learning_rate)

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Variable) -> Any:
        rate = cast(self._rate, var.dtype.base_dtype)
        delta = IndexedSlices(grad.values * rate, grad.indices, grad.dense_shape)
        return var.scatter_sub(delta, use_locking=self._use_locking)
