"""Model averaging: workers train on their own and meet in the mean of their variables; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import GraphKeys, colocate_with, control_dependencies, device, name_scope
from flowgraph.ir.tensor import Operation
from flowgraph.ops.accumulators import ConditionalAccumulator
from flowgraph.ops.array import fill
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.division import mod
from flowgraph.ops.queues import FIFOQueue
from flowgraph.ops.state import assign, assign_add
from flowgraph.training.center_variables import (
    CENTER,
    CentersHook,
    make_local_step,
    mapped,
    untrained_on_worker,
)
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.wrappers import WrappingOptimizer
from flowgraph.variables.lists import trainable_variables
from flowgraph.variables.resource_variable import BaseResourceVariable
from flowgraph.variables.variable import Variable


class ModelAverageCustomGetter:
    """A custom getter for models that are trained by ModelAverageOptimizer; see there.

    Args:
      worker_device: the worker's own device, such as '/job:worker/task:0'.
    """

    def __init__(self, worker_device: str) -> None:
        self._worker_device = worker_device
        self._local_2_global: dict[Any, Any] = {}

    def __call__(self, getter: Any, name: str, trainable: bool, collections: Any, *args: Any, **kwargs: Any) -> Any:
        """What `tf.get_variable` asks for a variable: the worker's own."""
        if not trainable:
            return untrained_on_worker(self._worker_device, getter, name, collections, *args, **kwargs)
        with device(self._worker_device):
            mine = getter(name, *args, trainable=True, collections=[GraphKeys.LOCAL_VARIABLES], **kwargs)
        self._local_2_global[mine] = Variable(
            name=f"{CENTER}/{name}",
            initial_value=mine.initialized_value(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES],
        )
        return mine


class ModelAverageOptimizer(WrappingOptimizer):
    """Every so many steps the variables of all workers are averaged, and all workers go on from there.

    Args:
      opt: the optimizer of a worker.
      num_worker: how many workers there are.
      is_chief: whether this worker makes the averages; the others wait for it.
      ma_custom_getter: the ModelAverageCustomGetter that the model was made with.
      interval_steps: every how many steps the workers meet.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the optimizer's name.

    >>> getter = tf.contrib.opt.ModelAverageCustomGetter("/cpu:0")
    >>> with tf.variable_scope("", custom_getter=getter):
    ...     w = tf.get_variable("w", initializer=5.0)
    >>> step = tf.train.get_or_create_global_step()
    >>> descent = tf.train.GradientDescentOptimizer(0.1)
    >>> averaging = tf.contrib.opt.ModelAverageOptimizer(descent, 1, True, getter, interval_steps=2)
    >>> train = averaging.minimize(w * w, global_step=step)
    >>> with tf.train.MonitoredSession(hooks=[averaging.make_session_run_hook()]) as sess:
    ...     for _ in range(2):
    ...         _ = sess.run(train)
    ...     print(sess.run(["w:0", "global_center_variable/w:0"]))
    [np.float32(3.2), np.float32(3.2)]
    """

    def __init__(
        self,
        opt: Optimizer,
        num_worker: int,
        is_chief: bool,
        ma_custom_getter: ModelAverageCustomGetter,
        interval_steps: int = 100,
        use_locking: bool = True,
        name: str = "ModelAverageOptimizer",
    ) -> None:
        super().__init__(opt, use_locking, name)
        self._num_worker, self._is_chief, self._interval_steps = num_worker, is_chief, interval_steps
        self._local_2_global = ma_custom_getter._local_2_global
        self._accumulators: list[tuple[ConditionalAccumulator, str]] = []
        self._chief_init_op: Operation | None = None
        self._local_step = make_local_step()
        self._opt._prepare()

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:  # noqa: ARG002
        """Update the worker's variables; when it is time, the workers meet. TF ignores `name`, too.

        Raises:
          ValueError: there are no variables, or no global step.
        """
        pairs = list(grads_and_vars or ())
        if not pairs:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required")
        variables = [var for grad, var in pairs if grad is not None]
        update = self._opt.apply_gradients(pairs)
        with control_dependencies([update]):
            counted = assign_add(self._local_step, 1, name="local_step_update").op
        with control_dependencies([counted]):
            due = equal(mod(self._local_step, self._interval_steps), 0)
            train = cond(due, lambda: self._meet(variables, global_step), no_op)
        begun = []
        for accumulator, place in self._accumulators:
            with device(place):
                begun.append(accumulator.set_global_step(global_step, name="SetGlobalStep"))
        self._chief_init_op = group(*begun)
        return train

    def _meet(self, variables: Sequence[Any], global_step: Any) -> Operation:
        centers = mapped(self._local_2_global, variables)
        with colocate_with(global_step):
            queue = FIFOQueue(-1, [dt.bool], shapes=[[]], shared_name="sync_queue")
        with name_scope(None, f"{self._name}/global"):
            handed_over, averages = self._hand_over(variables, centers, global_step)
        if self._is_chief:
            met = self._average(handed_over, averages, centers, queue, global_step)
        else:
            with control_dependencies(handed_over), device(global_step.device):
                met = queue.dequeue()
        with control_dependencies([met]):
            return self._go_on_from_center(variables)

    def _hand_over(
        self, variables: Sequence[Any], centers: Sequence[Any], global_step: Any
    ) -> tuple[list[Operation], list[Any]]:
        """Ops that put the worker's variables into accumulators, and their averages."""
        handed_over, averages = [], []
        for var, center in zip(variables, centers, strict=True):
            with device(center.device):
                if isinstance(var, BaseResourceVariable):
                    raise ValueError("Unknown local variable type!")
                accumulator = ConditionalAccumulator(
                    var.dtype, shape=var.get_shape(), shared_name=f"{center.name}/var_accum"
                )
                handed_over.append(accumulator.apply_grad(var._ref(), local_step=global_step))
                averages.append(accumulator.take_grad(self._num_worker))
                self._accumulators.append((accumulator, center.device))
        return handed_over, averages

    def _average(
        self,
        handed_over: Sequence[Operation],
        averages: Sequence[Any],
        centers: Sequence[Any],
        queue: FIFOQueue,
        global_step: Any,
    ) -> Operation:
        """The chief's part: the averages become the center, the others are told."""
        updates = []
        with control_dependencies(handed_over):
            for average, center in zip(averages, centers, strict=True):
                with device(center.device):
                    updates.append(assign(center, average))
            with device(global_step.device):
                updates.append(assign_add(global_step, 1))
        with control_dependencies(updates), device(global_step.device):
            return queue.enqueue_many(fill([self._num_worker - 1], constant(False)))

    def _go_on_from_center(self, variables: Sequence[Any]) -> Operation:
        if not variables:
            raise ValueError("The list of local_variables should not be empty")
        updates = []
        for var, center in zip(variables, mapped(self._local_2_global, variables), strict=True):
            with device(var.device):
                updates.append(assign(var, center.read_value()))
        return group(*updates)

    def get_init_op(self) -> Operation:
        """The op that lets the worker begin at the center.

        Raises:
          ValueError: there are no variables.
        """
        return self._go_on_from_center(trainable_variables())

    def make_session_run_hook(self) -> CentersHook:
        """A hook that makes the ops which initialize; running `get_init_op` is left to the caller, as in TF."""
        return _MakesInitOps(self.get_init_op, self._is_chief)


class _MakesInitOps(CentersHook):
    """Makes the ops and runs none: center and worker begin alike."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Run nothing."""
