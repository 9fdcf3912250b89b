"""Adadelta: steps in the units of the variable, with hardly a learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import ADADELTA
from flowgraph.training.rules import RuleOptimizer, all_as


class AdadeltaOptimizer(RuleOptimizer):
    """A step is the gradient times the size of late steps by the size of late gradients.

    Slots `accum` and `accum_update`: averages of the squares of gradients and of steps.

    Args:
      learning_rate: a factor; a number, a tensor, or a function that returns one, as the next two.
      rho: how much of the averages is kept in a step.
      epsilon: what is added to both averages; lets it start.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    >>> w = tf.Variable(5.0)
    >>> step = tf.train.AdadeltaOptimizer(1.0, epsilon=1e-2).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    4.553
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr, self._rho, self._epsilon = learning_rate, rho, epsilon

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "accum", self._name)
            self._zeros_slot(var, "accum_update", self._name)

    def _prepare(self) -> None:
        lr, rho, epsilon = map(self._call_if_callable, (self._lr, self._rho, self._epsilon))
        self._lr_t = convert_to_tensor(lr, name="lr")
        self._rho_t = convert_to_tensor(rho, name="rho")
        self._epsilon_t = convert_to_tensor(epsilon, name="epsilon")

    def _family(self) -> Family:
        return ADADELTA

    def _rule_slots(self) -> tuple[str, ...]:
        return ("accum", "accum_update")

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(dtype, lr=self._lr_t, rho=self._rho_t, epsilon=self._epsilon_t)
