"""Adam that takes the powers of its decays from the global step, of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.cast import cast
from flowgraph.ops.control_flow import group
from flowgraph.ops.math import pow
from flowgraph.training.adam import AdamOptimizer
from flowgraph.training.adam_variants import LazyAdamOptimizer


class AdamGSOptimizer(AdamOptimizer):
    """Adam without variables for the powers of beta1 and beta2: they follow from the global step.

    Args:
      global_step: the variable that counts the steps.
      learning_rate, beta1, beta2, epsilon, use_locking, name: as for `tf.train.AdamOptimizer`.

    >>> step = tf.train.get_or_create_global_step()
    >>> w = tf.Variable(5.0)
    >>> train = tf.contrib.opt.AdamGSOptimizer(step, 0.1).minimize(w * w, global_step=step)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(train)
    ...     print(round(float(sess.run(w)), 2))
    4.9
    """

    def __init__(
        self,
        global_step: Any = 0,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)
        self._global_step = global_step

    def _get_beta_accumulators(self) -> tuple[Tensor, Tensor]:
        return pow(self._beta1_t, self._steps), pow(self._beta2_t, self._steps)

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _prepare(self) -> None:
        super()._prepare()
        self._steps = cast(identity(self._global_step) + 1, dt.float32)

    def _finish(self, update_ops: Sequence[Any], name_scope: str) -> Operation:
        return group(*update_ops, name=name_scope)


class LazyAdamGSOptimizer(AdamGSOptimizer):
    """AdamGSOptimizer that of a sparse gradient moves only the rows that are used, and their slots.

    The arguments are those of AdamGSOptimizer.

    >>> step = tf.train.get_or_create_global_step()
    >>> table = tf.Variable([[1.0], [1.0]])
    >>> optimizer = tf.contrib.opt.LazyAdamGSOptimizer(step, 0.1)
    >>> train = optimizer.minimize(tf.reduce_sum(tf.gather(table, [1])), global_step=step)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(train)
    ...     print(sess.run(table).round(2).tolist())
    [[1.0], [0.8999999761581421]]
    """

    _apply_sparse = LazyAdamOptimizer._apply_sparse
    _resource_apply_sparse = LazyAdamOptimizer._resource_apply_sparse
