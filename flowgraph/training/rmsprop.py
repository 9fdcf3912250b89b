"""RMSProp: gradients are divided by their usual size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import CENTERED_RMS_PROP, RMS_PROP
from flowgraph.ops.array import ones_like
from flowgraph.ops.initializers import Ones
from flowgraph.training.rules import RuleOptimizer, all_as


class RMSPropOptimizer(RuleOptimizer):
    """rms is an average of gradient ** 2; var -= learning_rate * gradient / sqrt(rms + epsilon), with momentum.

    Slots `rms` (from one) and `momentum`, and `mg`, the average gradient, when centered.

    Args:
      learning_rate: a number, a tensor, or a function that returns one; so are the next three.
      decay: how much of the averages is kept in a step.
      momentum: how much of the step before is kept.
      epsilon: keeps from dividing by zero.
      use_locking: noted in the graph; updates of a variable never overlap here.
      centered: divide by the gradients' standard deviation instead: rms - mg ** 2.
      name: the scope of the update ops, and the last part of the slots' names.

    >>> w = tf.Variable(5.0)
    >>> step = tf.train.RMSPropOptimizer(0.1).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    4.697
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._decay, self._momentum, self._epsilon = learning_rate, decay, momentum, epsilon
        self._centered = centered

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            dtype, sizes = var.dtype.base_dtype, var.get_shape()
            ones = Ones(dtype=dtype) if sizes.is_fully_defined() else ones_like(var)
            self._get_or_make_slot_with_initializer(var, ones, sizes, dtype, "rms", self._name)
            if self._centered:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self) -> None:
        settings = (self._learning_rate, self._decay, self._momentum, self._epsilon)
        rate, decay, momentum, epsilon = map(self._call_if_callable, settings)
        self._learning_rate_tensor = convert_to_tensor(rate, name="learning_rate")
        self._decay_tensor = convert_to_tensor(decay, name="decay")
        self._momentum_tensor = convert_to_tensor(momentum, name="momentum")
        self._epsilon_tensor = convert_to_tensor(epsilon, name="epsilon")

    def _family(self) -> Family:
        return CENTERED_RMS_PROP if self._centered else RMS_PROP

    def _rule_slots(self) -> tuple[str, ...]:
        return ("mg", "rms", "momentum") if self._centered else ("rms", "momentum")

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(
            dtype,
            lr=self._learning_rate_tensor,
            rho=self._decay_tensor,
            momentum=self._momentum_tensor,
            epsilon=self._epsilon_tensor,
        )
