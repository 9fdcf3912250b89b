"""Weight decay beside the update itself, not by way of the gradient: AdamW and its like, of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.resource_rows import RESOURCE_SCATTER_ADD
from flowgraph.ops.scatter import scatter_add
from flowgraph.training.adam import AdamOptimizer
from flowgraph.training.momentum import MomentumOptimizer
from flowgraph.training.optimizer import Optimizer


class DecoupledWeightDecayExtension(Optimizer):
    """Lets the optimizer it is combined with shrink variables by a part of themselves before each update.

    Args:
      weight_decay: that part; it does not follow the learning rate by itself.
      kwargs: the arguments of the optimizer.

    Of sparse gradients only the rows used are made smaller. As in TF 1.15, a `decay_var_list` takes effect when it is
    given to `apply_gradients`; `minimize`, which calls that without one, lets all variables decay.

    TF leaves open whether gradients are those before or after the decay; here they are those before it, as they should.
    """

    def __init__(self, weight_decay: Any, **kwargs: Any) -> None:
        self._decay_var_list: Any = None
        self._weight_decay = weight_decay
        super().__init__(**kwargs)

    def minimize(
        self,
        loss: Tensor,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = Optimizer.GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
        decay_var_list: Any = None,
    ) -> Operation:
        """`Optimizer.minimize`; see the class for `decay_var_list`."""
        self._decay_var_list = set(decay_var_list or ())
        return super().minimize(
            loss,
            global_step,
            var_list,
            gate_gradients,
            aggregation_method,
            colocate_gradients_with_ops,
            name,
            grad_loss,
        )

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
        decay_var_list: Any = None,
    ) -> Operation:
        """`Optimizer.apply_gradients`; with a `decay_var_list` only the variables in it decay."""
        self._decay_var_list = set(decay_var_list or ())
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _prepare(self) -> None:
        convert_to_tensor(self._call_if_callable(self._weight_decay), name="weight_decay")
        super()._prepare()

    def _decay(self, var: Any) -> Operation:
        if not self._decay_var_list or var in self._decay_var_list:
            return var.assign_sub(self._weight_decay * var, self._use_locking)
        return no_op()

    def _decay_rows(self, var: Any, indices: Tensor, add: Callable[[Any, Tensor, Tensor], Any]) -> Any:
        if not self._decay_var_list or var in self._decay_var_list:
            return add(var, indices, -self._weight_decay * gather(var, indices))
        return no_op()

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        with control_dependencies([self._decay(var)]):
            return super()._apply_dense(grad, var)

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Any:
        with control_dependencies([self._decay(handle)]):
            return super()._resource_apply_dense(grad, handle)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Any:
        def add(var: Any, rows: Tensor, values: Tensor) -> Tensor:
            return scatter_add(var, rows, values, self._use_locking)

        with control_dependencies([self._decay_rows(var, grad.indices, add)]):
            return super()._apply_sparse(grad, var)

    def _resource_scatter_add(self, slot: Any, indices: Tensor, values: Tensor) -> Tensor:
        with control_dependencies([emit(RESOURCE_SCATTER_ADD, slot.handle, indices, values)]):
            return slot.value()

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        with control_dependencies([self._decay_rows(handle, indices, self._resource_scatter_add)]):
            return super()._resource_apply_sparse(grad, handle, indices)


def extend_with_decoupled_weight_decay(base_optimizer: type[Optimizer]) -> type[DecoupledWeightDecayExtension]:
    """A class of optimizers like `base_optimizer` that takes one more argument, first: the weight decay.

    >>> Decaying = tf.contrib.opt.extend_with_decoupled_weight_decay(tf.train.AdagradOptimizer)
    >>> w = tf.Variable(1.0)
    >>> step = Decaying(weight_decay=0.5, learning_rate=0.0).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(sess.run(w))
    0.5
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):  # type: ignore[valid-type, misc]
        """An optimizer with weight decay."""

        def __init__(self, weight_decay: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(weight_decay, *args, **kwargs)

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, MomentumOptimizer):
    """`tf.train.MomentumOptimizer` with weight decay; the decay comes first among the arguments.

    >>> w = tf.Variable(1.0)
    >>> step = tf.contrib.opt.MomentumWOptimizer(0.1, 0.0, 0.9).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    0.9
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "MomentumW",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            use_locking=use_locking,
            name=name,
            use_nesterov=use_nesterov,
        )


class AdamWOptimizer(DecoupledWeightDecayExtension, AdamOptimizer):
    """`tf.train.AdamOptimizer` with weight decay; the decay comes first among the arguments.

    >>> w = tf.Variable(1.0)
    >>> step = tf.contrib.opt.AdamWOptimizer(0.1, learning_rate=0.0).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(w)), 3))
    0.9
    """

    def __init__(
        self,
        weight_decay: Any,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdamW",
    ) -> None:
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            use_locking=use_locking,
            name=name,
        )
