"""Ftrl: follow the regularized leader, for sparse linear models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import colocate_with
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import FTRL, FTRL_V2
from flowgraph.ops.constant import constant
from flowgraph.training.rules import RuleOptimizer, all_as


class FtrlOptimizer(RuleOptimizer):
    """Each step goes to the point that would have been best for all gradients so far, penalties included.

    Slots `accum` (sums of squared gradients) and `linear`.

    Args:
      learning_rate: a number or a tensor, as the penalties.
      learning_rate_power: how rates fall with the sums of squares; zero: not at all.
      initial_accumulator_value: where these sums start.
      l1_regularization_strength: how strongly entries are drawn to zero.
      l2_regularization_strength: how strongly large entries are made smaller.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.
      accum_name: another last part for `accum`.
      linear_name: another last part for `linear`.
      l2_shrinkage_regularization_strength: a penalty that acts on the gradient.

    Raises:
      ValueError: a penalty or `initial_accumulator_value` is negative, or `learning_rate_power` is positive.

    >>> w = tf.Variable(0.0)
    >>> step = tf.train.FtrlOptimizer(1.0, l1_regularization_strength=0.5).minimize((w - 3.0) ** 2)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    0.915
    """

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
    ) -> None:
        super().__init__(use_locking, name)
        _require(initial_accumulator_value >= 0.0, "initial_accumulator_value", initial_accumulator_value)
        _require(learning_rate_power <= 0.0, "learning_rate_power", learning_rate_power, "negative")
        _require(l1_regularization_strength >= 0.0, "l1_regularization_strength", l1_regularization_strength)
        _require(l2_regularization_strength >= 0.0, "l2_regularization_strength", l2_regularization_strength)
        shrinkage = l2_shrinkage_regularization_strength
        _require(shrinkage >= 0.0, "l2_shrinkage_regularization_strength", shrinkage)
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._l2_shrinkage_regularization_strength = shrinkage
        self._accum_name = accum_name
        self._linear_name = linear_name

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            with colocate_with(var):
                start = constant(self._initial_accumulator_value, dtype=var.dtype.base_dtype, shape=var.get_shape())
                self._get_or_make_slot(var, start, "accum", self._accum_name or self._name)
                self._zeros_slot(var, "linear", self._linear_name or self._name)

    def _prepare(self) -> None:
        numbers = {
            "learning_rate": self._learning_rate,
            "l1_regularization_strength": self._l1_regularization_strength,
            "l2_regularization_strength": self._l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self._l2_shrinkage_regularization_strength,
            "learning_rate_power": self._learning_rate_power,
        }
        inputs = ("lr", "l1", "l2", "l2_shrinkage", "lr_power")
        tensors = [convert_to_tensor(value, name=name) for name, value in numbers.items()]
        self._tensors = dict(zip(inputs, tensors, strict=True))

    def _family(self) -> Family:
        return FTRL_V2 if self._l2_shrinkage_regularization_strength > 0.0 else FTRL

    def _rule_slots(self) -> tuple[str, ...]:
        return ("accum", "linear")

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        taken = {arg.name for arg in self._family().dense.inputs}
        return all_as(dtype, **{name: value for name, value in self._tensors.items() if name in taken})


def _require(holds: bool, name: str, value: float, sign: str = "positive") -> None:
    if not holds:
        raise ValueError(f"{name} {value:f} needs to be {sign} or zero")
