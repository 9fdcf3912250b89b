"""SyncReplicasOptimizer: gradients of several replicas are averaged before they are applied, one step for all."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import GraphKeys, colocate_with, control_dependencies, device, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.monitored.hook import SessionRunHook
from flowgraph.monitored.manager import why_not_ready
from flowgraph.ops.accumulators import ConditionalAccumulator, SparseConditionalAccumulator
from flowgraph.ops.array import fill
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.queues import FIFOQueue
from flowgraph.ops.state import assign
from flowgraph.platform import logs
from flowgraph.queues.runner import QueueRunner
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.wrappers import WrappingOptimizer
from flowgraph.variables.lists import global_variables, report_uninitialized_variables
from flowgraph.variables.variable import Variable


class SyncReplicasOptimizer(WrappingOptimizer):
    """Averages the gradients of several replicas and applies the averages; all replicas wait for each step.

    A replica's step puts its gradients into accumulators, and waits for a token. A thread of the chief takes the
    averages as soon as enough gradients are there, applies them, and hands out tokens with the new global step.
    Gradients that are older than the last step are dropped.

    Args:
      opt: the optimizer that applies the averages.
      replicas_to_aggregate: how many gradients make a step.
      total_num_replicas: how many replicas there are, if not as many.
      variable_averages: an ExponentialMovingAverage to keep of the variables.
      variables_to_average: of which of them.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the accumulators.

    Train in a session with the hook of `make_session_run_hook`. The chief's thread waits for gradients when training
    ends; as in TF it is given the session's `stop_grace_period_secs` to come back.

    >>> step = tf.train.get_or_create_global_step()
    >>> w = tf.Variable(5.0)
    >>> descent = tf.train.GradientDescentOptimizer(0.1)
    >>> sync = tf.train.SyncReplicasOptimizer(descent, replicas_to_aggregate=1)
    >>> train = sync.minimize(w * w, global_step=step)
    >>> hook = sync.make_session_run_hook(is_chief=True)  # for tf.train.MonitoredTrainingSession(hooks=[hook])
    """

    def __init__(
        self,
        opt: Optimizer,
        replicas_to_aggregate: int,
        total_num_replicas: int | None = None,
        variable_averages: Any = None,
        variables_to_average: Any = None,
        use_locking: bool = False,
        name: str = "sync_replicas",
    ) -> None:
        super().__init__(opt, use_locking, name)
        if total_num_replicas is None:
            total_num_replicas = replicas_to_aggregate
        logs.info(
            "SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s", replicas_to_aggregate, total_num_replicas
        )
        self._replicas_to_aggregate, self._total_num_replicas = replicas_to_aggregate, total_num_replicas
        self._variable_averages, self._variables_to_average = variable_averages, variables_to_average
        self._tokens_per_step = max(total_num_replicas, replicas_to_aggregate)
        self._chief_queue_runner: QueueRunner | None = None

    def variables(self) -> list[Variable]:
        """Those of the other optimizer."""
        return self._opt.variables()

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:  # noqa: ARG002
        """The op of a replica's step: hand over its gradients, wait for the step to be made. TF ignores `name`, too.

        Raises:
          ValueError: there are no variables, or no global step.
        """
        pairs = list(grads_and_vars or ())
        if not pairs:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        self._global_step = global_step
        self._make_local_step(global_step)
        self.ready_for_local_init_op = report_uninitialized_variables(global_variables())
        accumulators: list[tuple[Any, str]] = []
        with name_scope(None, self._name):
            handed_over, averages = self._hand_over(pairs, accumulators)
            with device(global_step.device), name_scope(""):
                update = self._opt.apply_gradients(averages, global_step)
            train = self._wait_for_token(handed_over, update, global_step)
            init_ops = [self.local_step_init_op]
            for accumulator, place in accumulators:
                with device(place):
                    init_ops.append(accumulator.set_global_step(global_step, name="SetGlobalStep"))
            self.chief_init_op = group(*init_ops)
        return train

    def _make_local_step(self, global_step: Any) -> None:
        """The variable that holds the step which a replica's gradients are of."""
        with colocate_with(no_op()):
            self._local_step = Variable(
                initial_value=0,
                trainable=False,
                collections=[GraphKeys.LOCAL_VARIABLES],
                dtype=global_step.dtype.base_dtype,
                name="sync_rep_local_step",
            )
        self.local_step_init_op = assign(self._local_step, global_step)

    def _hand_over(self, pairs: Any, accumulators: list[tuple[Any, str]]) -> tuple[list[Operation], list[Any]]:
        """Ops that put each gradient into an accumulator, and pairs of averages with their variables."""
        handed_over: list[Operation] = []
        averages: list[Any] = []
        for grad, var in pairs:
            with device(var.device):
                if grad is None:
                    averages.append((None, var))
                    continue
                shared = f"{var.name}/grad_accum"
                if isinstance(grad, Tensor):
                    dense = ConditionalAccumulator(grad.dtype, shape=var.get_shape(), shared_name=shared)
                    handed_over.append(dense.apply_grad(grad, local_step=self._local_step))
                    averages.append((dense.take_grad(self._replicas_to_aggregate), var))
                    accumulators.append((dense, var.device))
                    continue
                if not isinstance(grad, IndexedSlices):
                    raise ValueError("Unknown grad type!")
                rows = SparseConditionalAccumulator(grad.dtype, shape=(), shared_name=shared)
                handed_over.append(rows.apply_indexed_slices_grad(grad, local_step=self._local_step))
                averages.append((rows.take_indexed_slices_grad(self._replicas_to_aggregate), var))
                accumulators.append((rows, var.device))
        return handed_over, averages

    def _wait_for_token(self, handed_over: list[Operation], update: Any, global_step: Any) -> Any:
        """The replica's wait, and the runner of the chief's thread that ends it."""
        dtype, place = global_step.dtype.base_dtype, global_step.device
        with device(place), name_scope(""):
            self._sync_token_queue = FIFOQueue(-1, dtype, shapes=(), name="sync_token_q", shared_name="sync_token_q")
            dummy = FIFOQueue(1, dt.int32, shapes=(), name="dummy_queue", shared_name="dummy_queue")
        with device(place), name_scope(""):
            with control_dependencies(handed_over):
                token = self._sync_token_queue.dequeue()
            train = assign(self._local_step, token)
            with control_dependencies([update]):
                tokens = fill([self._tokens_per_step], global_step)
                sync = self._sync_token_queue.enqueue_many((tokens,))
            if self._variable_averages is not None:
                with control_dependencies([sync]), name_scope(""):
                    sync = self._variable_averages.apply(self._variables_to_average)
            self._chief_queue_runner = QueueRunner(dummy, [sync])
        return train

    def get_chief_queue_runner(self) -> QueueRunner:
        """The runner whose thread applies the averages: the chief starts it.

        Raises:
          ValueError: `apply_gradients` was not called yet.
        """
        if self._chief_queue_runner is None:
            raise ValueError("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def get_init_tokens_op(self, num_tokens: int = -1) -> Operation:
        """The op that hands out the first tokens.

        Args:
          num_tokens: how many; by default as many as gradients make a step.

        Raises:
          ValueError: `apply_gradients` was not called yet, or these are too few.
        """
        if self._chief_queue_runner is None:
            raise ValueError("get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(f"Too few tokens to finish the first step: {num_tokens} (given) vs {needed} (needed)")
        if num_tokens <= 0:
            return no_op(name="no_init_tokens")
        with device(self._global_step.device), name_scope(""):
            return self._sync_token_queue.enqueue_many((fill([num_tokens], self._global_step),))

    def make_session_run_hook(self, is_chief: bool, num_tokens: int = -1) -> SessionRunHook:
        """The hook that a training session needs: it initializes, and starts the chief's thread."""
        return _SyncReplicasHook(self, is_chief, num_tokens)


class _SyncReplicasHook(SessionRunHook):
    """Initializes what SyncReplicasOptimizer keeps, and starts the chief's thread."""

    def __init__(self, optimizer: SyncReplicasOptimizer, is_chief: bool, num_tokens: int) -> None:
        self._optimizer, self._is_chief, self._num_tokens = optimizer, is_chief, num_tokens

    def begin(self) -> None:
        """Make the first tokens.

        Raises:
          ValueError: the optimizer was not used yet.
        """
        optimizer = self._optimizer
        if optimizer._chief_queue_runner is None:
            raise ValueError("SyncReplicasOptimizer.apply_gradient should be called before using the hook.")
        self._local_init_op = optimizer.chief_init_op if self._is_chief else optimizer.local_step_init_op
        self._init_tokens_op = optimizer.get_init_tokens_op(self._num_tokens) if self._is_chief else None

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Initialize, hand out the first tokens, start the thread.

        Raises:
          RuntimeError: the variables have no values.
        """
        why = why_not_ready(
            self._optimizer.ready_for_local_init_op,
            session,
            "Model is not ready for SyncReplicasOptimizer local init.",
        )
        if why is not None:
            raise RuntimeError(
                "Init operations did not make model ready for SyncReplicasOptimizer local_init. Init op: "
                f"{self._local_init_op.name}, error: {why}"
            )
        session.run(self._local_init_op)
        if self._init_tokens_op is not None:
            session.run(self._init_tokens_op)
            self._optimizer.get_chief_queue_runner().create_threads(session, coord=coord, daemon=True, start=True)
