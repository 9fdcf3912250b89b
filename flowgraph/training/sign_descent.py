"""Optimizers that go by the signs of gradients, of `tf.contrib.opt`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import ADD_SIGN, POWER_SIGN
from flowgraph.ops.cast import cast
from flowgraph.ops.control_flow import group
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.math import pow
from flowgraph.ops.scatter import scatter_sub
from flowgraph.ops.state import assign
from flowgraph.ops.unary import sign
from flowgraph.training.rules import RuleOptimizer, all_as


class _SignOptimizer(RuleOptimizer):
    """What the two have in common: the slot `m`, an average gradient, and a weight of the signs that may decay."""

    def __init__(
        self,
        learning_rate: Any,
        beta: Any,
        sign_decay_fn: Callable[[Any], Any] | None,
        use_locking: bool,
        name: str,
    ) -> None:
        super().__init__(use_locking, name)
        self._lr, self._beta, self._sign_decay_fn = learning_rate, beta, sign_decay_fn

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """`Optimizer.apply_gradients`; the weight of the signs is made of the global step."""
        if self._sign_decay_fn is not None:
            self._sign_decay_t = convert_to_tensor(self._sign_decay_fn(global_step), name="sign_decay")
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "m", self._name)

    def _rule_slots(self) -> tuple[str, ...]:
        return ("m",)

    def _prepare_signs(self) -> None:
        if self._sign_decay_fn is None:
            self._sign_decay_t = convert_to_tensor(1.0, name="sign_decay")

    def _apply_factors(
        self, grad: IndexedSlices, var: Any, rate: Tensor, beta: Tensor, factors: Callable[[Tensor, Tensor], Tensor]
    ) -> Operation:
        """Step by rows: `factors(sign_decay, signs)` says how long the steps are."""
        m: Any = self.get_slot(var, "m")
        m_now = assign(m, (m * beta) + (grad * (1 - beta)), use_locking=self._use_locking)
        signs = sign(grad.values)
        agreement = gather(sign(m_now), grad.indices) * signs
        steps = rate * factors(cast(self._sign_decay_t, var.dtype.base_dtype), agreement) * grad.values
        return group(scatter_sub(var, grad.indices, steps, use_locking=self._use_locking), m_now)


class AddSignOptimizer(_SignOptimizer):
    """var -= learning_rate * (alpha + decay * sign(gradient) * sign(average gradient)) * gradient.

    Args:
      learning_rate: a number or a tensor.
      alpha: what is added to the product of the signs.
      beta: how much of the average gradient is kept in a step.
      sign_decay_fn: a function of the global step that gives the weight of the signs; by default it is one.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    >>> w = tf.Variable(5.0)
    >>> step = tf.contrib.opt.AddSignOptimizer(0.1).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(sess.run(w))
    3.0
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        alpha: Any = 1.0,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = "AddSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._alpha = alpha

    def _prepare(self) -> None:
        self._lr_t = convert_to_tensor(self._lr, name="learning_rate")
        self._beta_t = convert_to_tensor(self._beta, name="beta")
        self._alpha_t = convert_to_tensor(self._alpha, name="alpha")
        self._prepare_signs()

    def _family(self) -> Family:
        return ADD_SIGN

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(dtype, lr=self._lr_t, alpha=self._alpha_t, sign_decay=self._sign_decay_t, beta=self._beta_t)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        number = all_as(var.dtype.base_dtype, lr=self._lr_t, alpha=self._alpha_t, beta=self._beta_t)
        return self._apply_factors(
            grad, var, number["lr"], number["beta"], lambda decay, signs: number["alpha"] + decay * signs
        )


class PowerSignOptimizer(_SignOptimizer):
    """var -= learning_rate * base ** (decay * sign(gradient) * sign(average gradient)) * gradient.

    Args:
      learning_rate: a number or a tensor.
      base: how many times longer steps are where the signs agree.
      beta: how much of the average gradient is kept in a step.
      sign_decay_fn: a function of the global step that gives the weight of the signs; by default it is one.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    >>> w = tf.Variable(5.0)
    >>> step = tf.contrib.opt.PowerSignOptimizer(0.1, base=2.0).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    3.0
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        base: float = math.e,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = "PowerSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._logbase = math.log(base)

    def _prepare(self) -> None:
        self._lr_t = convert_to_tensor(self._lr, name="learning_rate")
        self._beta_t = convert_to_tensor(self._beta, name="beta")
        self._logbase_t = convert_to_tensor(self._logbase, name="logbase")
        self._prepare_signs()

    def _family(self) -> Family:
        return POWER_SIGN

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(dtype, lr=self._lr_t, logbase=self._logbase_t, sign_decay=self._sign_decay_t, beta=self._beta_t)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        number = all_as(dtype, lr=self._lr_t, beta=self._beta_t, logbase=self._logbase_t, e=math.e)
        return self._apply_factors(
            grad,
            var,
            number["lr"],
            number["beta"],
            lambda decay, signs: pow(number["e"], number["logbase"] * decay * signs),
        )
