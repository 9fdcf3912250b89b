"""Momentum: the step before goes on, and the gradient bends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import MOMENTUM
from flowgraph.training.rules import RuleOptimizer, all_as


class MomentumOptimizer(RuleOptimizer):
    """accumulation = momentum * accumulation + gradient; var -= learning_rate * accumulation.

    Slot `momentum`: the accumulation, from zero.

    Args:
      learning_rate: a number, a tensor, or a function that returns one.
      momentum: likewise: how much of the step before is kept.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.
      use_nesterov: whether the gradient counts as if it were taken one step ahead.

    >>> w = tf.Variable(5.0)
    >>> step = tf.train.MomentumOptimizer(0.1, 0.9).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     for _ in range(3):
    ...         sess.run(step)
    ...     print(round(float(sess.run(w)), 4))
    0.31
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate"
        )
        self._momentum_tensor = convert_to_tensor(self._call_if_callable(self._momentum), name="momentum")

    def _family(self) -> Family:
        return MOMENTUM

    def _rule_slots(self) -> tuple[str, ...]:
        return ("momentum",)

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(dtype, lr=self._learning_rate_tensor, momentum=self._momentum_tensor)

    def _attrs(self) -> dict[str, Any]:
        return {"use_nesterov": self._use_nesterov}
