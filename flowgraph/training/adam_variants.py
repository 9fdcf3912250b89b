"""Optimizers like Adam, of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import colocate_with, control_dependencies
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.apply import Family
from flowgraph.ops.apply_rules import ADA_MAX
from flowgraph.ops.control_flow import group
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.math import maximum
from flowgraph.ops.resource_rows import RESOURCE_SCATTER_SUB, RESOURCE_SCATTER_UPDATE
from flowgraph.ops.scatter import scatter_add, scatter_sub, scatter_update
from flowgraph.ops.state import assign
from flowgraph.ops.unary import abs, sqrt, square
from flowgraph.training.adam import AdamOptimizer
from flowgraph.training.rules import all_as


class LazyAdamOptimizer(AdamOptimizer):
    """Adam that of a sparse gradient moves only the rows that are used, and their slots: fast for large embeddings.

    The arguments are those of `tf.train.AdamOptimizer`.

    >>> table = tf.Variable([[1.0], [1.0]])
    >>> step = tf.contrib.opt.LazyAdamOptimizer(0.1).minimize(tf.reduce_sum(tf.gather(table, [1])))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(sess.run(table).round(2).tolist())
    [[1.0], [0.8999999761581421]]
    """

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        number = self._numbers(var, var.dtype.base_dtype)
        rate = number["lr"] * sqrt(1 - number["beta2_power"]) / (1 - number["beta1_power"])
        rows, locking = grad.indices, self._use_locking
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = number["beta1"] * gather(m, rows) + (1 - number["beta1"]) * grad.values
        m_now = scatter_update(m, rows, m_rows, use_locking=locking)
        v_rows = number["beta2"] * gather(v, rows) + (1 - number["beta2"]) * square(grad.values)
        v_now = scatter_update(v, rows, v_rows, use_locking=locking)
        m_rows, v_rows = gather(m_now, rows), gather(v_now, rows)
        size = sqrt(v_rows) + number["epsilon"]
        update = scatter_sub(var, rows, rate * m_rows / size, use_locking=locking)
        return group(update, m_now, v_now)

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        number = self._numbers(handle, handle.dtype.base_dtype)
        rate = number["lr"] * sqrt(1 - number["beta2_power"]) / (1 - number["beta1_power"])
        m: Any = self.get_slot(handle, "m")
        m_rows = number["beta1"] * gather(m, indices) + (1 - number["beta1"]) * grad
        m_update = emit(RESOURCE_SCATTER_UPDATE, m.handle, indices, m_rows)
        v: Any = self.get_slot(handle, "v")
        v_rows = number["beta2"] * gather(v, indices) + (1 - number["beta2"]) * square(grad)
        v_update = emit(RESOURCE_SCATTER_UPDATE, v.handle, indices, v_rows)
        rows = rate * m_rows / (sqrt(v_rows) + number["epsilon"])
        update = emit(RESOURCE_SCATTER_SUB, handle.handle, indices, rows)
        return group(update, m_update, v_update)


class NadamOptimizer(AdamOptimizer):
    """Adam with Nesterov's momentum: the gradient counts as if it were taken one step ahead.

    The arguments are those of `tf.train.AdamOptimizer`.

    >>> w = tf.Variable(5.0)
    >>> step = tf.contrib.opt.NadamOptimizer(0.1).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 2))
    4.81
    """

    def _attrs(self) -> dict[str, Any]:
        return {"use_nesterov": True}

    def _apply_sparse_shared(
        self, grad: Tensor, var: Any, indices: Tensor, scatter_add: Callable[[Any, Tensor, Tensor], Tensor]
    ) -> Operation:
        number = self._numbers(var, var.dtype.base_dtype)
        rate = number["lr"] * sqrt(1 - number["beta2_power"]) / (1 - number["beta1_power"])
        m: Any = self.get_slot(var, "m")
        m_rows = grad * (1 - number["beta1"])
        with control_dependencies([assign(m, m * number["beta1"], use_locking=self._use_locking)]):
            m_now = scatter_add(m, indices, m_rows)
            ahead = m_rows + number["beta1"] * gather(m_now, indices)
        v = self.get_slot(var, "v")
        v_rows = (grad * grad) * (1 - number["beta2"])
        v_now = self._fading(v, number["beta2"], indices, v_rows, scatter_add)
        root = sqrt(gather(v_now, indices))
        update = scatter_add(var, indices, -rate * ahead / (root + number["epsilon"]))
        return group(update, ahead, v_now)


class AdaMaxOptimizer(AdamOptimizer):
    """Adam with the largest gradient of late in place of the root of the average squared one.

    The arguments are those of `tf.train.AdamOptimizer`. Of a sparse gradient only the rows used move.

    >>> w = tf.Variable(5.0)
    >>> step = tf.contrib.opt.AdaMaxOptimizer(0.1).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 2))
    4.9
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdaMax",
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self) -> Any:
        return self._get_non_slot_variable("beta1_power")

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        first = min(var_list, key=lambda var: var.name)
        self._create_non_slot_variable(self._beta1, "beta1_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _family(self) -> Family:
        return ADA_MAX

    def _numbers(self, var: Any, dtype: DType) -> dict[str, Any]:  # noqa: ARG002
        return all_as(
            dtype,
            beta1_power=self._get_beta_accumulators(),
            lr=self._lr_t,
            beta1=self._beta1_t,
            beta2=self._beta2_t,
            epsilon=self._epsilon_t,
        )

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        locking = self._use_locking
        return self._apply_rows(
            grad.values,
            var,
            grad.indices,
            lambda slot, rows, values: scatter_add(slot, rows, values, use_locking=locking),
            lambda slot, rows, values: scatter_update(slot, rows, values, use_locking=locking),
        )

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Operation:
        return self._apply_rows(grad, handle, indices, self._resource_scatter_add, self._resource_scatter_update)

    def _resource_scatter_update(self, slot: Any, indices: Tensor, values: Tensor) -> Tensor:
        with control_dependencies([emit(RESOURCE_SCATTER_UPDATE, slot.handle, indices, values)]):
            return slot.value()

    def _apply_rows(self, grad: Tensor, var: Any, indices: Tensor, add: Any, put: Any) -> Operation:
        number = self._numbers(var, var.dtype.base_dtype)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = gather(m, indices) * number["beta1"] + grad * (1 - number["beta1"])
        with control_dependencies([m_rows]):
            m_now = put(m, indices, m_rows)
        v_rows = maximum(gather(v, indices) * number["beta2"], abs(grad))
        with control_dependencies([v_rows]):
            v_now = put(v, indices, v_rows)
        rows = -number["lr"] / (1 - number["beta1_power"]) * (m_rows / (v_rows + number["epsilon"]))
        with control_dependencies([rows]):
            update = add(var, indices, rows)
        return group(update, m_now, v_now)

    def _finish(self, update_ops: Sequence[Any], name_scope: str) -> Operation:
        with control_dependencies(update_ops):
            power = self._get_beta_accumulators()
            with colocate_with(power):
                update = power.assign(power * self._beta1_t, use_locking=self._use_locking)
        return group(*update_ops, update, name=name_scope)
