"""Elastic averaging: workers go their own ways, held to a center by springs; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import (
    GraphKeys,
    add_to_collection,
    colocate_with,
    control_dependencies,
    device,
    get_collection_ref,
)
from flowgraph.ir.tensor import Operation
from flowgraph.ops.add_n import add_n
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.division import mod
from flowgraph.ops.math import multiply, subtract
from flowgraph.ops.queues import FIFOQueue
from flowgraph.ops.state import assign, assign_add, assign_sub
from flowgraph.ops.statistics import l2_loss
from flowgraph.saving.saveables import variables_by_name
from flowgraph.saving.saver import Saver
from flowgraph.training.center_variables import (
    CentersGetter,
    CentersHook,
    make_local_step,
    mapped,
    untrained_on_worker,
)
from flowgraph.training.optimizer import Optimizer
from flowgraph.variables.lists import global_variables, trainable_variables


class ElasticAverageCustomGetter(CentersGetter):
    """A custom getter for models that are trained by ElasticAverageOptimizer; see there.

    Args:
      worker_device: the worker's own device, such as '/job:worker/task:0'.
    """

    def __init__(self, worker_device: str) -> None:
        super().__init__(worker_device, ["local_center_variable"])

    @property
    def _local_map(self) -> dict[Any, Any]:
        return self._maps["local_center_variable"]

    def _untrained(self, getter: Any, name: str, collections: Any, *args: Any, **kwargs: Any) -> Any:
        return untrained_on_worker(self._worker_device, getter, name, collections, *args, **kwargs)


class ElasticAverageOptimizer(Optimizer):
    """Elastic averaging SGD (Zhang, Choromanska and LeCun, 2015).

    Each worker trains its own variables; every so many steps it and the center move towards each other, and the loss
    holds it near the center meanwhile.

    Args:
      opt: the optimizer of a worker.
      num_worker: how many workers there are.
      ea_custom_getter: the ElasticAverageCustomGetter that the model was made with.
      communication_period: every how many steps worker and center meet.
      moving_rate: how far they move; by default 0.9 / communication_period / num_worker.
      rho: how strongly the loss holds a worker; by default moving_rate / learning rate.
      use_locking: noted in the graph; updates of a variable never overlap here.
      synchronous: whether workers wait for each other before they begin.
      name: the optimizer's name.

    >>> getter = tf.contrib.opt.ElasticAverageCustomGetter("/cpu:0")
    >>> with tf.variable_scope("", custom_getter=getter):
    ...     w = tf.get_variable("w", initializer=5.0)
    >>> descent = tf.train.GradientDescentOptimizer(0.1)
    >>> elastic = tf.contrib.opt.ElasticAverageOptimizer(descent, 1, getter, communication_period=1)
    >>> train = elastic.minimize(w * w)
    >>> with tf.train.MonitoredSession(hooks=[elastic.make_session_run_hook(True, 0)]) as sess:
    ...     _ = sess.run(train)
    ...     print(sess.run(["w:0", "global_center_variable/w:0"]))
    [np.float32(4.9), np.float32(4.1)]
    """

    BETA = 0.9

    def __init__(
        self,
        opt: Any,
        num_worker: int,
        ea_custom_getter: ElasticAverageCustomGetter,
        communication_period: int = 10,
        moving_rate: float | None = None,
        rho: float | None = None,
        use_locking: bool = True,
        synchronous: bool = False,
        name: str = "ElasticAverageOptimizer",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = opt
        self._num_worker, self._period, self._synchronous = num_worker, communication_period, synchronous
        self._local_map, self._global_map = ea_custom_getter._local_map, ea_custom_getter._global_map
        self._moving_rate = self.BETA / communication_period / num_worker if moving_rate is None else moving_rate
        self._rho = self._moving_rate / opt._learning_rate if rho is None else rho
        self._local_step = make_local_step()
        self._opt._prepare()

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = Optimizer.GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The gradients of the loss and of the springs."""
        var_list = var_list or trainable_variables()
        springs = [
            subtract(var, center)
            for var, center in zip(trainable_variables(), mapped(self._local_map, var_list), strict=False)
        ]
        total = loss + self._rho * add_n([l2_loss(spring) for spring in springs])
        return self._opt.compute_gradients(
            total, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:  # noqa: ARG002
        """Update the worker's variables; when it is time, worker and center meet. TF ignores `name`, too."""
        pairs = list(grads_and_vars)
        before = {var.op.name for var in global_variables()}
        update = self._opt.apply_gradients(pairs)
        with control_dependencies([update]):
            counted = assign_add(self._local_step, 1, name="local_step_update").op
        _make_local({var.op.name for var in global_variables()} - before)
        variables = [var for grad, var in pairs if grad is not None]
        with control_dependencies([counted]):
            due = equal(mod(self._local_step, self._period), 0)
            return cond(due, lambda: self._meet(variables, global_step), no_op)

    def _meet(self, variables: Sequence[Any], global_step: Any) -> Operation:
        centers, copies = mapped(self._global_map, variables), mapped(self._local_map, variables)
        copied = [copy.assign(center) for copy, center in zip(copies, centers, strict=True)]
        with control_dependencies(copied):
            distances = []
            for var, copy in zip(variables, copies, strict=True):
                with device(var.device):
                    distances.append(subtract(var, copy))
            updates = self._moves(assign_sub, variables, distances) + self._moves(assign_add, centers, distances)
            if global_step is not None:
                with colocate_with(global_step):
                    updates.append(assign_add(global_step, 1))
        return group(*updates)

    def _moves(self, move: Any, variables: Sequence[Any], distances: Sequence[Any]) -> list[Any]:
        moved = []
        for var, distance in zip(variables, distances, strict=True):
            with device(var.device):
                moved.append(move(var, multiply(self._moving_rate, distance)))
        return moved

    def get_init_op(self, task_index: int) -> Operation:
        """The op that lets the worker begin at the center; synchronous workers wait for each other.

        Raises:
          ValueError: there are no variables.
        """
        variables = trainable_variables()
        centers, copies = mapped(self._global_map, variables), mapped(self._local_map, variables)
        if not variables:
            raise ValueError(
                "The lists of local_variables, global_center_variables, local_center_variables should not be empty  "
            )
        begun = []
        for var, center, copy in zip(variables, centers, copies, strict=True):
            begun += [assign(var, center), assign(copy, center)]
        init = group(*begun)
        return self._barrier(init, task_index) if self._synchronous else init

    def _barrier(self, init: Operation, task_index: int) -> Operation:
        """Tell all others, and wait until all have told."""
        queues = [
            FIFOQueue(self._num_worker, [dt.bool], shapes=[[]], shared_name=f"variable_init_sync_queue{number}")
            for number in range(self._num_worker)
        ]
        token = constant(False)
        with control_dependencies([init]):
            told = [no_op() if number == task_index else queue.enqueue(token) for number, queue in enumerate(queues)]
        return group(*told, queues[task_index].dequeue_many(len(queues) - 1))

    def make_session_run_hook(self, is_chief: bool, task_index: int) -> CentersHook:
        """The hook that runs `get_init_op`."""
        return CentersHook(lambda: self.get_init_op(task_index), is_chief)

    def swapping_saver(self, var_list: Any = None, name: str = "swapping_saver", **kwargs: Any) -> Saver:
        """A saver that writes the center's values under the names of the variables.

        Args:
          var_list: what is saved, as for `tf.train.Saver`; by default all trainable variables.
          name, kwargs: further arguments of `tf.train.Saver`.

        Raises:
          RuntimeError: there is no center.
        """
        if not self._global_map:
            raise RuntimeError(
                "global_center_variable is empty, please make sure this is called after model created and "
                "ElasticAverageCustomGetter is used when declaring you model"
            )
        centers = {var.op.name: center for var, center in self._global_map.items()}

        def swapped(var: Any) -> Any:
            return [swapped(part) for part in var] if isinstance(var, list) else centers.get(var.op.name, var)

        by_name = variables_by_name(trainable_variables() if var_list is None else var_list)
        return Saver({key: swapped(var) for key, var in by_name.items()}, name=name, **kwargs)


def _make_local(names: set[str]) -> None:
    """The worker's optimizer keeps its slots on the worker: they are no global variables."""
    collected = get_collection_ref(GraphKeys.GLOBAL_VARIABLES)
    for var in [var for var in collected if var.op.name in names]:
        add_to_collection(GraphKeys.LOCAL_VARIABLES, var)
    collected[:] = [var for var in collected if var.op.name not in names]
