"""Gradient descent with penalties that make small entries zero."""

from __future__ import annotations

from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import PROXIMAL_GRADIENT_DESCENT
from flowgraph.training.adagrad import penalized_rate
from flowgraph.training.rules import RuleOptimizer, all_as


class ProximalGradientDescentOptimizer(RuleOptimizer):
    """A step of gradient descent, then one against the penalties: towards zero, and not beyond.

    Args:
      learning_rate: a number or a float32 tensor, as the next two.
      l1_regularization_strength: how strongly entries are drawn to zero.
      l2_regularization_strength: how strongly large entries are made smaller.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops.

    >>> w = tf.Variable([5.0, 0.2])
    >>> step = tf.train.ProximalGradientDescentOptimizer(0.1, l1_regularization_strength=1.0)
    >>> train = step.minimize(tf.reduce_sum(w))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(train)
    ...     print(sess.run(w).round(2))
    [4.8 0. ]
    """

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _prepare(self) -> None:
        self._rule_numbers = penalized_rate(
            "alpha", self._learning_rate, self._l1_regularization_strength, self._l2_regularization_strength
        )

    def _family(self) -> Family:
        return PROXIMAL_GRADIENT_DESCENT

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return self._rule_numbers

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        numbers = all_as(grad.dtype, **self._rule_numbers)
        return self._emit(PROXIMAL_GRADIENT_DESCENT.resource_sparse, handle, numbers, grad, indices)
