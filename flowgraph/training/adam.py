"""Adam: steps of about the learning rate, whatever the size of the gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import colocate_with, control_dependencies
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import ADAM
from flowgraph.ops.control_flow import group
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.resource_rows import RESOURCE_SCATTER_ADD
from flowgraph.ops.scatter import scatter_add
from flowgraph.ops.state import assign, assign_sub
from flowgraph.ops.unary import sqrt
from flowgraph.training.rules import RuleOptimizer, all_as


class AdamOptimizer(RuleOptimizer):
    """m and v are averages of the gradient and of its square; var -= learning_rate * m / (sqrt(v) + epsilon).

    Both averages start at zero; what is too small in them at first is made up for by the powers of beta1 and beta2.
    Slots `m` and `v` (variables `w/Adam` and `w/Adam_1`), and one variable for each power: `beta1_power`,
    `beta2_power`. Of a sparse gradient (`tf.gather`) all rows of m, v and the variable move on, not only those used.

    Args:
      learning_rate: a number, a tensor, or a function that returns one; so are the others.
      beta1: how much of the average gradient is kept in a step.
      beta2: how much of the average squared gradient is kept.
      epsilon: keeps from dividing by zero.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    >>> w = tf.Variable(5.0)
    >>> step = tf.train.AdamOptimizer(0.1).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     for _ in range(3):
    ...         sess.run(step)
    ...     print(round(float(sess.run(w)), 2))
    4.7
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        first = min(var_list, key=lambda var: var.name)
        self._create_non_slot_variable(self._beta1, "beta1_power", first)
        self._create_non_slot_variable(self._beta2, "beta2_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _get_beta_accumulators(self) -> tuple[Any, Any]:
        return self._get_non_slot_variable("beta1_power"), self._get_non_slot_variable("beta2_power")

    def _prepare(self) -> None:
        self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t = (
            convert_to_tensor(value, name=name)
            for name, value in [
                ("learning_rate", self._call_if_callable(self._lr)),
                ("beta1", self._call_if_callable(self._beta1)),
                ("beta2", self._call_if_callable(self._beta2)),
                ("epsilon", self._call_if_callable(self._epsilon)),
            ]
        )

    def _family(self) -> Family:
        return ADAM

    def _rule_slots(self) -> tuple[str, ...]:
        return ("m", "v")

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        beta1_power, beta2_power = self._get_beta_accumulators()
        return all_as(
            dtype,
            beta1_power=beta1_power,
            beta2_power=beta2_power,
            lr=self._lr_t,
            beta1=self._beta1_t,
            beta2=self._beta2_t,
            epsilon=self._epsilon_t,
        )

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        return self._apply_sparse_shared(
            grad.values,
            var,
            grad.indices,
            lambda slot, rows, values: scatter_add(slot, rows, values, use_locking=self._use_locking),
        )

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        return self._apply_sparse_shared(grad, handle, indices, self._resource_scatter_add)

    def _resource_scatter_add(self, slot: Any, indices: Tensor, values: Tensor) -> Tensor:
        with control_dependencies([emit(RESOURCE_SCATTER_ADD, slot.handle, indices, values)]):
            return slot.value()

    def _apply_sparse_shared(
        self, grad: Tensor, var: Any, indices: Tensor, scatter_add: Callable[[Any, Tensor, Tensor], Tensor]
    ) -> Operation:
        """Let m and v fade, add what the rows bring, and step with all of them."""
        number = self._numbers(var, var.dtype.base_dtype)
        rate = number["lr"] * sqrt(1 - number["beta2_power"]) / (1 - number["beta1_power"])
        m = self.get_slot(var, "m")
        m_rows = grad * (1 - number["beta1"])
        m_now = self._fading(m, number["beta1"], indices, m_rows, scatter_add)
        v = self.get_slot(var, "v")
        v_rows = (grad * grad) * (1 - number["beta2"])
        v_now = self._fading(v, number["beta2"], indices, v_rows, scatter_add)
        root = sqrt(v_now)
        update = assign_sub(var, rate * m_now / (root + number["epsilon"]), use_locking=self._use_locking)
        return group(update, m_now, v_now)

    def _fading(self, slot: Any, decay: Tensor, indices: Tensor, rows: Tensor, scatter_add: Any) -> Tensor:
        with control_dependencies([assign(slot, slot * decay, use_locking=self._use_locking)]):
            return scatter_add(slot, indices, rows)

    def _finish(self, update_ops: Sequence[Any], name_scope: str) -> Operation:
        with control_dependencies(update_ops):
            beta1_power, beta2_power = self._get_beta_accumulators()
            with colocate_with(beta1_power):
                powers = [
                    beta1_power.assign(beta1_power * self._beta1_t, use_locking=self._use_locking),
                    beta2_power.assign(beta2_power * self._beta2_t, use_locking=self._use_locking),
                ]
        return group(*update_ops, *powers, name=name_scope)
