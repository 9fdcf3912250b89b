"""LARS: a learning rate for each variable, by the norms of the variable and of its gradient; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.ir.emit import emit
from flowgraph.ir.tensor import Tensor
from flowgraph.linear.norms import norm
from flowgraph.ops.apply_rules import MOMENTUM
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater
from flowgraph.ops.select import where
from flowgraph.training.momentum import MomentumOptimizer


class LARSOptimizer(MomentumOptimizer):
    """Momentum with layer-wise adaptive rates (You, Gitman and Ginsburg, 2017), for very large batches.

    The rate of a variable is learning_rate * eeta * |var| / (|gradient| + weight_decay * |var| + epsilon), and
    weight_decay * var is added to its gradient.

    Args:
      learning_rate: a number or a tensor.
      momentum: how much of the step before is kept.
      weight_decay: how strongly variables are drawn to zero.
      eeta: the trust in a step: how long it may be beside the variable.
      epsilon: keeps from dividing by zero.
      name: the scope of the update ops, and the last part of the slots' names.
      skip_list: variables whose names contain one of these words are updated by plain momentum.
      use_nesterov: whether the gradient counts as if it were taken one step ahead.

    Raises:
      ValueError: `momentum` or `weight_decay` is negative.

    >>> w = tf.Variable([3.0, 4.0])
    >>> step = tf.contrib.opt.LARSOptimizer(10.0, weight_decay=0.0).minimize(tf.reduce_sum(w * w))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(sess.run(w).round(3).tolist())
    [2.9700000286102295, 3.9600000381469727]
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: float = 0.9,
        weight_decay: float = 0.0001,
        eeta: float = 0.001,
        epsilon: float = 0.0,
        name: str = "LARSOptimizer",
        skip_list: Sequence[str] | None = None,
        use_nesterov: bool = False,
    ) -> None:
        if momentum < 0.0:
            raise ValueError(f"momentum should be positive: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"weight_decay should be positive: {weight_decay}")
        super().__init__(learning_rate, momentum, False, name, use_nesterov)
        self._weight_decay, self._eeta, self._epsilon = weight_decay, eeta, epsilon
        self._skip_list = skip_list

    def compute_lr(self, grad: Any, var: Any) -> tuple[Any, Any]:
        """The rate for a variable, and its gradient with weight decay."""
        if self._skip_list is not None and any(word in var.name for word in self._skip_list):
            return self._learning_rate, grad
        size, slope = norm(var, ord=2), norm(grad, ord=2)
        trust = where(
            greater(size, 0),
            where(greater(slope, 0), self._eeta * size / (slope + self._weight_decay * size + self._epsilon), 1.0),
            1.0,
        )
        return self._learning_rate * trust, grad + self._weight_decay * var

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate, grad = self.compute_lr(grad, var)
        one = cast(1.0, var.dtype.base_dtype)
        return emit(
            MOMENTUM.dense,
            var,
            self.get_slot(var, "momentum"),
            one,
            grad * rate,
            self._momentum,
            use_nesterov=self._use_nesterov,
        )

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Any:
        rate, grad = self.compute_lr(grad, handle)
        slot: Any = self.get_slot(handle, "momentum")
        one = cast(1.0, handle.dtype.base_dtype)
        return emit(
            MOMENTUM.resource_dense,
            handle.handle,
            slot.handle,
            one,
            grad * rate,
            self._momentum,
            use_nesterov=self._use_nesterov,
        )
