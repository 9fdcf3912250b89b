"""Optimizers around an optimizer, of `tf.contrib.opt`: averages, norms held down, gradients that are dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import colocate_with, control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import summary
from flowgraph.ops.array import identity, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.clip import clip_by_global_norm, clip_by_norm, global_norm
from flowgraph.ops.compare import equal, less_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import group, no_op
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.reshape import reshape
from flowgraph.ops.statistics import count_nonzero
from flowgraph.platform import logs
from flowgraph.saving.saveables import variables_by_name
from flowgraph.saving.saver import Saver
from flowgraph.training.global_step import get_global_step
from flowgraph.training.moving_averages import ExponentialMovingAverage
from flowgraph.training.optimizer import Optimizer
from flowgraph.variables.lists import global_variables
from flowgraph.variables.scope import get_variable


class WrappingOptimizer(Optimizer):
    """An optimizer that leaves to another one what it does not do itself.

    Args:
      opt: the other one.
    """

    def __init__(self, opt: Optimizer, use_locking: bool, name: str) -> None:
        super().__init__(use_locking, name)
        self._opt = opt

    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Those of the other optimizer."""
        return self._opt.compute_gradients(*args, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """The slot of the other optimizer."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> list[str]:
        """The names of its slots."""
        return self._opt.get_slot_names(*args, **kwargs)


class MovingAverageOptimizer(Optimizer):
    """Keeps an exponential moving average of all variables that another optimizer trains.

    Args:
      opt: the other optimizer.
      average_decay: how much of the averages is kept in a step.
      num_updates: the number of updates so far: with it averages move faster in the beginning.
      sequential_update: whether averages are taken after the update, not beside it.

    >>> w = tf.Variable(5.0, name="w")
    >>> optimizer = tf.contrib.opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.1), average_decay=0.5)
    >>> train = optimizer.minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(train)
    ...     print(sess.run([w, "w/ExponentialMovingAverage:0"]))
    [np.float32(4.0), np.float32(4.5)]
    """

    def __init__(
        self, opt: Optimizer, average_decay: Any = 0.9999, num_updates: Any = None, sequential_update: bool = True
    ) -> None:
        self._optimizer = opt
        self._ema = ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._sequential_update = sequential_update
        self._swapped: dict[str, str] | None = None  # names of variables and of their averages, both ways

    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Those of the other optimizer."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Operation:
        """Update the variables and their averages."""
        pairs = list(grads_and_vars)
        train = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        trained = [var for grad, var in pairs if grad is not None]
        if self._sequential_update:
            with control_dependencies([train]):
                averages = self._ema.apply(trained)
        else:
            averages = self._ema.apply(trained)
        self._swapped = {}
        for var in trained:
            average: Any = self._ema.average(var)
            self._swapped.update({var.op.name: average.op.name, average.op.name: var.op.name})
        return group(train, averages, name="train_with_avg")

    def swapping_saver(self, var_list: Any = None, name: str = "swapping_saver", **kwargs: Any) -> Saver:
        """A saver that writes the averages under the names of their variables, for evaluation, and the other way round.

        Args:
          var_list: what is saved, as for `tf.train.Saver`; by default all global variables.
          name, kwargs: further arguments of `tf.train.Saver`.

        Raises:
          RuntimeError: there are no averages yet.
          ValueError: a variable is to be saved without its average.
        """
        if self._swapped is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the swapping_saver")
        by_name = variables_by_name(global_variables() if var_list is None else var_list)
        found: dict[str, Any] = {}
        for key, value in by_name.items():
            for part in value if isinstance(value, list) else [value]:
                found[part.op.name if isinstance(value, list) else key] = part

        def swapped(key: str, value: Any) -> Any:
            other = self._swapped.get(key) if self._swapped else None
            if other is not None and other not in found:
                raise ValueError(
                    f"Variable to swap {other} is not part of variables to save. This breaks MovingAverageOptimizer."
                )
            return value if other is None else found[other]

        return Saver(
            {
                key: [swapped(part.op.name, part) for part in value] if isinstance(value, list) else swapped(key, value)
                for key, value in by_name.items()
            },
            name=name,
            **kwargs,
        )


class VariableClippingOptimizer(WrappingOptimizer):
    """Holds down the norms of variables, or of their rows, after each update of another optimizer.

    Args:
      opt: the other optimizer.
      vars_to_clip_dims: for each variable to hold down, the dimensions that a norm is taken over.
      max_norm: the largest norm allowed.
      use_locking: noted in the graph; updates of a variable never overlap here.
      colocate_clip_ops_with_vars: whether all ops go where the variable is.
      name: the scope of the ops.

    >>> w = tf.Variable([3.0, 4.0])
    >>> descent = tf.train.GradientDescentOptimizer(0.0)
    >>> step = tf.contrib.opt.VariableClippingOptimizer(descent, {w: [0]}, 1.0).minimize(tf.reduce_sum(w))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(sess.run(w).round(3).tolist())
    [0.6000000238418579, 0.800000011920929]
    """

    def __init__(
        self,
        opt: Optimizer,
        vars_to_clip_dims: Mapping[Any, Sequence[int]],
        max_norm: Any,
        use_locking: bool = False,
        colocate_clip_ops_with_vars: bool = False,
        name: str = "VariableClipping",
    ) -> None:
        super().__init__(opt, use_locking, name)
        self._dims = {var: list(dims) for var, dims in vars_to_clip_dims.items()}
        self._max_norm = max_norm
        self._colocates = colocate_clip_ops_with_vars

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Operation:
        """Update the variables, then hold down those that were named."""
        pairs = list(grads_and_vars)
        with name_scope(name, self._name) as scope:
            update = self._opt.apply_gradients(pairs, global_step=global_step)
            clips = []
            with control_dependencies([update]):
                for grad, var in pairs:
                    if grad is None or var not in self._dims:
                        continue
                    with name_scope(f"clip_{var.op.name}"):
                        dense = isinstance(grad, Tensor)
                        clips.append(self._clip_dense(var) if dense else self._clip_sparse(grad, var))
            return group(update, *clips, name=scope)

    def _clip_dense(self, var: Any) -> Any:
        with self._beside(var):
            value = var.read_value()
            excess = value - clip_by_norm(value, self._max_norm, self._dims[var])
        with colocate_with(var):
            return var.assign_sub(excess, use_locking=self._use_locking)

    def _clip_sparse(self, grad: IndexedSlices, var: Any) -> Any:
        dims = self._dims[var]
        if 0 in dims:
            logs.warning(
                "Clipping norm across dims %s for %s is inefficient when including sparse dimension 0.",
                dims,
                var.op.name,
            )
            return self._clip_dense(var)
        with colocate_with(var):
            rows = gather(var, grad.indices)
        with self._beside(var):
            clipped = clip_by_norm(rows, self._max_norm, dims)
            excess = IndexedSlices(rows - clipped, grad.indices, grad.dense_shape)
        with colocate_with(var):
            return var.scatter_sub(excess, use_locking=self._use_locking)

    @contextmanager
    def _beside(self, var: Any) -> Iterator[None]:
        if not self._colocates:
            yield
            return
        with colocate_with(var):
            yield


class DropStaleGradientOptimizer(WrappingOptimizer):
    """Drops gradients that were computed too many global steps ago, by another worker's clock.

    Args:
      opt: the optimizer that applies the others.
      staleness: how many steps old a gradient may be.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: unused by TF but for the optimizer's name.

    >>> step = tf.train.get_or_create_global_step()
    >>> w = tf.Variable(5.0)
    >>> descent = tf.contrib.opt.DropStaleGradientOptimizer(tf.train.GradientDescentOptimizer(0.1), staleness=0)
    >>> train = descent.minimize(w * w, global_step=step)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     print(sess.run(train), sess.run(w))  # no gradient was dropped
    0.0 4.0
    """

    def __init__(
        self, opt: Optimizer, staleness: Any, use_locking: bool = False, name: str = "DropStaleGradient"
    ) -> None:
        super().__init__(opt, use_locking, name)
        self._staleness = staleness

    def compute_gradients(self, loss: Any, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Those of the other optimizer, after the global step has been read."""
        with colocate_with(loss):
            self._local_step = get_global_step() + 0
        with control_dependencies([self._local_step]):
            return self._opt.compute_gradients(identity(loss, name="Identity"), *args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """Apply the gradients if they are young enough; gives how many were dropped so far."""
        pairs = list(grads_and_vars)
        with colocate_with(global_step):
            dropped = get_variable("stale_counter", [], initializer=Zeros(), trainable=False)

        def accept() -> Tensor:
            with control_dependencies([self._opt.apply_gradients(pairs, global_step=global_step, name=name)]):
                return identity(0.0, name="Identity")

        def drop() -> Tensor:
            return identity(1.0, name="Identity")

        ready = [grad if isinstance(grad, Tensor) else grad.op for grad, _ in pairs if grad is not None]
        with control_dependencies(ready), colocate_with(global_step):
            age = reshape(global_step - self._local_step, shape=())
        count = dropped.assign_add(cond(less_equal(age, self._staleness), accept, drop))
        summary.scalar("Gradient staleness percentage", dropped / cast(global_step + 1, dt.float32))
        return count


class MultitaskOptimizerWrapper:
    """Leaves a variable and its slots as they are when its gradient is all zeros: another task's turn.

    Args:
      opt: the optimizer; it is changed, too.

    Raises:
      TypeError: it is no `tf.train.Optimizer`.

    >>> w = tf.Variable(5.0)
    >>> momentum = tf.contrib.opt.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(0.1, 0.9))
    >>> first, none = (momentum.apply_gradients([(tf.constant(grad), w)]) for grad in (1.0, 0.0))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(first)
    ...     sess.run(none)
    ...     print(round(float(sess.run(w)), 3))
    4.9
    """

    def __init__(self, opt: Optimizer) -> None:
        if not isinstance(opt, Optimizer):
            raise TypeError("Supplied optimizer must be an instance of tf.train.Optimizer")
        self._opt = opt
        for name in ("_apply_dense", "_resource_apply_dense", "_apply_sparse", "_resource_apply_sparse"):
            setattr(opt, name, _unless_all_zeros(getattr(opt, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opt, name)


def _all_zeros(grad: Any) -> Tensor:
    return equal(count_nonzero(grad), 0)


def _unless_all_zeros(apply: Callable[..., Any]) -> Callable[..., Any]:
    """An update that does nothing when the gradient is all zeros."""

    def wrapper(grad: Any, *args: Any, **kwargs: Any) -> Any:
        def update() -> Operation:
            with control_dependencies([apply(grad, *args, **kwargs)]):
                return no_op()

        return cond(_all_zeros(grad), no_op, update)

    return wrapper


def clip_gradients_by_global_norm(
    gradients_variables: Sequence[tuple[Any, Any]], clip_norm: Any = 20.0
) -> tuple[list[tuple[Any, Any]], Tensor]:
    """Clip gradients by their global norm, to which gradients of all zeros add nothing.

    Args:
      gradients_variables: (gradient, variable) pairs.
      clip_norm: the largest norm allowed.

    Returns:
      The pairs with clipped gradients, and the norm before.

    >>> w = tf.Variable([0.0, 0.0])
    >>> pairs, norm = tf.contrib.opt.clip_gradients_by_global_norm([(tf.constant([3.0, 4.0]), w)], 1.0)
    >>> run([pairs[0][0], norm])
    [array([0.6, 0.8], dtype=float32), 5.0]
    """
    gradients, variables = zip(*gradients_variables, strict=True)

    def without_zeros(grad: Any) -> Any:
        if grad is None:
            return None
        return cond(_all_zeros(grad), lambda: zeros([], dtype=grad.dtype), lambda: grad)

    norm = global_norm([without_zeros(grad) for grad in gradients])
    clipped, _ = clip_by_global_norm(list(gradients), clip_norm, use_norm=norm)
    return list(zip(clipped, variables, strict=True)), norm
