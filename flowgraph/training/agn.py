"""Accumulated gradient normalization: workers send the mean of many gradients to the center; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.scope import GraphKeys, colocate_with, control_dependencies
from flowgraph.ir.tensor import Operation
from flowgraph.ops.array import zeros_like
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.division import mod
from flowgraph.ops.state import assign, assign_add
from flowgraph.training.center_variables import CentersGetter, CentersHook, make_local_step, mapped
from flowgraph.training.optimizer import Optimizer
from flowgraph.variables.lists import trainable_variables
from flowgraph.variables.variable import variable_creator_scope


class AGNCustomGetter(CentersGetter):
    """A custom getter for models that are trained by AGNOptimizer; see there.

    Args:
      worker_device: the worker's own device, such as '/job:worker/task:0'.
    """

    def __init__(self, worker_device: str) -> None:
        super().__init__(worker_device, ["grad_variable"])

    @property
    def _grad_map(self) -> dict[Any, Any]:
        return self._maps["grad_variable"]


class AGNOptimizer(Optimizer):
    """Accumulated gradient normalization (Hermans, Spanakis and Möckel, 2017).

    Each worker trains its own variables and adds up its gradients; every so many steps their mean is applied at the
    center, and the worker goes on from there.

    Args:
      optimizer: the optimizer of workers and center.
      num_worker: how many workers there are.
      custom_getter: the AGNCustomGetter that the model was made with.
      communication_period: every how many steps the center is updated.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the optimizer's name.

    >>> getter = tf.contrib.opt.AGNCustomGetter("/cpu:0")
    >>> with tf.variable_scope("", custom_getter=getter):
    ...     w = tf.get_variable("w", initializer=5.0)
    >>> descent = tf.train.GradientDescentOptimizer(0.1)
    >>> agn = tf.contrib.opt.AGNOptimizer(descent, 1, getter, communication_period=2)
    >>> train = agn.minimize(w * w)
    >>> with tf.train.MonitoredSession(hooks=[agn.make_session_run_hook(True, 0)]) as sess:
    ...     for _ in range(2):
    ...         _ = sess.run(train)
    ...     print(sess.run(["w:0", "global_center_variable/w:0"]))  # gradients 10 and 8
    [np.float32(4.1), np.float32(4.1)]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        num_worker: int,
        custom_getter: AGNCustomGetter,
        communication_period: int = 10,
        use_locking: bool = True,
        name: str = "AGNOptimizer",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = optimizer
        self._num_worker, self._period = num_worker, communication_period
        self._global_map, self._grad_map = custom_getter._global_map, custom_getter._grad_map
        self._local_step = make_local_step()
        self._opt._prepare()

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:  # noqa: ARG002
        """Update the worker's variables and its sums; when it is time, the center. TF ignores `name`, too."""
        pairs = list(grads_and_vars)
        grads = [grad for grad, _ in pairs if grad is not None]
        variables = [var for grad, var in pairs if grad is not None]
        with variable_creator_scope(_local_creator):
            updates: list[Any] = [self._opt.apply_gradients(pairs)]
        sums = mapped(self._grad_map, variables)
        updates += [assign_add(total, grad) for total, grad in zip(sums, grads, strict=True)]
        counted = assign_add(self._local_step, 1, name="local_step_update").op
        with control_dependencies([counted]):
            due = equal(mod(self._local_step, self._period), 0)
        with control_dependencies(updates):
            return cond(due, lambda: self._update_center(variables, sums, global_step), no_op)

    def _update_center(self, variables: Sequence[Any], sums: Sequence[Any], global_step: Any) -> Operation:
        centers = mapped(self._global_map, variables)
        means = [assign(total, total / self._period) for total in sums]
        with control_dependencies(means):
            applied = self._opt.apply_gradients(zip(sums, centers, strict=True))
        with control_dependencies([applied]):
            updates: list[Any] = []
            if global_step is not None:
                with colocate_with(global_step):
                    updates.append(assign_add(global_step, 1))
            updates += [assign(var, center.read_value()) for var, center in zip(variables, centers, strict=True)]
            updates += [assign(total, zeros_like(total)) for total in sums]
            return group(*updates)

    def get_init_op(self, task_index: int) -> Operation:  # noqa: ARG002  # TF's argument, without a meaning in TF, too
        """The op that lets the worker begin at the center.

        Raises:
          ValueError: there are no variables.
        """
        variables = trainable_variables()
        centers, sums = mapped(self._global_map, variables), mapped(self._grad_map, variables)
        if not variables:
            raise ValueError(
                "The lists of local_variables, global_center_variables,grad_center_variables should not be empty"
            )
        begun = [assign(var, center) for var, center in zip(variables, centers, strict=True)]
        return group(*begun, *(assign(total, zeros_like(total)) for total in sums))

    def make_session_run_hook(self, is_chief: bool, task_index: int) -> CentersHook:
        """The hook that runs `get_init_op`."""
        return CentersHook(lambda: self.get_init_op(task_index), is_chief)


def _local_creator(next_creator: Callable[..., Any], collections: Any = None, **kwargs: Any) -> Any:
    """The worker's optimizer keeps its slots on the worker: they are no global variables."""
    if not collections:
        collections = [GraphKeys.LOCAL_VARIABLES]
    elif GraphKeys.GLOBAL_VARIABLES in collections:
        others = [key for key in collections if key != GraphKeys.GLOBAL_VARIABLES]
        collections = [*others, GraphKeys.LOCAL_VARIABLES]
    return next_creator(collections=collections, **kwargs)
