"""Shampoo: gradients preconditioned along each dimension by roots of sums of their products; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import colocate_with, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape as shape_of
from flowgraph.ops.array import zeros, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater, less
from flowgraph.ops.cond import cond
from flowgraph.ops.diagonal import eye
from flowgraph.ops.division import mod
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.math import maximum, pow
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.scatter import scatter_add
from flowgraph.ops.scattering import scatter_nd
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims, transpose
from flowgraph.ops.state import assign, assign_add, assign_sub
from flowgraph.ops.svd import svd
from flowgraph.ops.tensordot import tensordot
from flowgraph.platform import logs
from flowgraph.training.matrix_roots import matrix_inverse_pth_root, matrix_square_root
from flowgraph.training.optimizer import Optimizer


def _at(value: Any, step: Any) -> Any:
    """A setting at a step: settings may be functions of it."""
    return value(step) if callable(value) else value


class _Now(NamedTuple):
    """The settings at a step: how the sums of products are kept, their power, and every how many steps."""

    step: Tensor
    decay: Any
    weight: Any
    power: Any
    interval: Any
    update_interval: Any


class ShampooOptimizer(Optimizer):
    """Shampoo (Gupta, Koren and Singer, 2018).

    For each dimension of a variable the products of the gradient with itself along all other dimensions are summed in
    a matrix (slot `Gbar_0`, `Gbar_1` ...), whose power -alpha / rank multiplies the gradient along this dimension.

    Args:
      global_step: the variable that counts the steps.
      max_matrix_size: dimensions that are longer get a vector, the diagonal, in place of a matrix.
      gbar_decay, gbar_weight: gbar = gbar_decay * gbar + gbar_weight * gradient; numbers or functions of the step.
      mat_gbar_decay, mat_gbar_weight: the same for the matrices.
      learning_rate: likewise.
      svd_interval: every how many steps the powers are computed.
      precond_update_interval: every how many steps the matrices are updated.
      epsilon: added to the matrices' diagonals.
      alpha: what the gradient's whole power is.
      use_iterative_root: whether powers are computed by iterations in place of a decomposition.
      use_locking: noted in the graph; updates of a variable never overlap here.
      name: the scope of the update ops, and the last part of the slots' names.

    >>> w = tf.Variable([[1.0, 2.0]])
    >>> step = tf.contrib.opt.ShampooOptimizer(learning_rate=0.1).minimize(tf.nn.l2_loss(w))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     before, _, after = sess.run(w), sess.run(step), sess.run(w)
    >>> bool(np.linalg.norm(after) < np.linalg.norm(before))
    True
    """

    def __init__(
        self,
        global_step: Any = 0,
        max_matrix_size: int = 768,
        gbar_decay: Any = 0.0,
        gbar_weight: Any = 1.0,
        mat_gbar_decay: Any = 1.0,
        mat_gbar_weight: Any = 1.0,
        learning_rate: Any = 1.0,
        svd_interval: Any = 1,
        precond_update_interval: Any = 1,
        epsilon: float = 1e-4,
        alpha: Any = 0.5,
        use_iterative_root: bool = False,
        use_locking: bool = False,
        name: str = "Shampoo",
    ) -> None:
        super().__init__(use_locking, name)
        self._global_step = cast(global_step, dt.float32)
        self._max_matrix_size = max_matrix_size
        self._gbar_decay, self._gbar_weight = gbar_decay, gbar_weight
        self._mat_gbar_decay, self._mat_gbar_weight = mat_gbar_decay, mat_gbar_weight
        self._learning_rate, self._alpha, self._epsilon = learning_rate, alpha, epsilon
        self._svd_interval, self._precond_update_interval = svd_interval, precond_update_interval
        self._use_iterative_root = use_iterative_root

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            with colocate_with(var):
                self._zeros_slot(var, "gbar", self._name)
                for i, size in enumerate(var.get_shape()):
                    rows = convert_to_tensor(size)  # (a Dimension: it has a name of its own in the graph)
                    if size.value > self._max_matrix_size:
                        start = zeros([rows])
                    else:
                        start = zeros_like(eye(rows))
                        if self._svd_interval > 1:
                            self._get_or_make_slot(var, eye(rows), f"H_{i}", self._name)
                    self._get_or_make_slot(var, start, f"Gbar_{i}", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        return self._apply_gradient(grad, var)

    def _resource_apply_dense(self, grad: Tensor, handle: Any) -> Any:
        return self._apply_gradient(grad, handle)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Any:
        return self._apply_rows(grad.values, grad.indices, var)

    def _resource_apply_sparse(self, grad: Tensor, handle: Any, indices: Tensor) -> Any:
        return self._apply_rows(grad, indices, handle)

    def _apply_rows(self, values: Tensor, indices: Tensor, var: Any) -> Any:
        if var.get_shape()[0] <= self._max_matrix_size or self._gbar_decay != 0.0:
            rows = expand_dims(indices, axis=1)
            return self._apply_gradient(scatter_nd(rows, values, shape_of(var, out_type=indices.dtype)), var)
        return self._apply_gradient(values, var, indices)

    def _apply_gradient(self, grad: Tensor, var: Any, indices: Tensor | None = None) -> Any:
        step = self._global_step + 1
        gbar_decay, gbar_weight = _at(self._gbar_decay, step), _at(self._gbar_weight, step)
        if indices is None:
            conditioned = self._average(self.get_slot(var, "gbar"), self._gbar_decay, gbar_decay, gbar_weight * grad)
        else:
            if self._gbar_decay != 0.0:
                logs.warning(f"Not applying momentum for variable: {var.name}")
            conditioned = grad
        rank = len(var.get_shape())
        now = _Now(
            step,
            _at(self._mat_gbar_decay, step),
            _at(self._mat_gbar_weight, step),
            -_at(self._alpha, step) / rank,
            _at(self._svd_interval, step),
            _at(self._precond_update_interval, step),
        )
        for i, size in enumerate(var.get_shape().as_list()):
            others = [axis for axis in range(rank) if axis != i]
            if size <= self._max_matrix_size:
                root = self._matrix_root(var, grad, i, others, now)
                conditioned = tensordot(conditioned, root, axes=([0], [0]), name=f"precond_{i}")
            else:
                root = self._diagonal_root(var, grad, i, others, now, indices)
                conditioned = transpose(conditioned, perm=[*range(1, rank), 0]) * root
        rate = _at(self._learning_rate, step)
        if indices is not None:
            return scatter_add(var, indices, -rate * conditioned)
        return assign_sub(var, rate * conditioned)

    def _average(self, var: Any, decay: Any, decay_now: Any, rest: Any) -> Any:
        """Decay * var + rest, kept in var; a decay of zero keeps nothing."""
        if decay == 0.0:
            return rest
        if decay == 1.0:
            return assign_add(var, rest)
        return var.assign_add((decay_now - 1) * var + rest)

    def _matrix_root(self, var: Any, grad: Tensor, i: int, others: list[int], now: _Now) -> Any:
        """The power of the matrix of dimension i, both brought up to date when it is time."""
        sums: Any = self.get_slot(var, f"Gbar_{i}")
        size = var.get_shape().as_list()[i]

        def add() -> Any:
            weight = now.weight * now.update_interval
            product = tensordot(grad, grad, axes=(others, others), name=f"grad_outer_{i}")
            return self._average(sums, self._mat_gbar_decay, now.decay, weight * product)

        mean = cond(less(mod(now.step, now.update_interval), 1), add, lambda: sums) / float(size)
        if self._svd_interval == 1:
            return self._power(var, mean, size, now.power)
        return cond(
            less(mod(now.step, now.interval), 1),
            lambda: self._power(var, mean, size, now.power, f"H_{i}"),
            lambda: self.get_slot(var, f"H_{i}"),
        )

    def _diagonal_root(
        self, var: Any, grad: Tensor, i: int, others: list[int], now: _Now, indices: Tensor | None
    ) -> Any:
        """The power of the diagonal of the long dimension i, brought up to date."""
        sums: Any = self.get_slot(var, f"Gbar_{i}")
        product: Any = grad * grad
        if others:
            size = 1.0 if indices is not None else float(var.get_shape().as_list()[i])
            product = reduce_sum(product, axis=others) / size
        if i == 0 and indices is not None:
            assert self._mat_gbar_decay == 1.0
            total = gather(scatter_add(sums, indices, now.weight * product), indices)
        else:
            total = self._average(sums, self._mat_gbar_decay, now.decay, now.weight * product)
        return where(greater(total, 0), pow(total, now.power), zeros_like(total))

    def _power(self, var: Any, matrix: Any, size: int, power: Any, slot: str | None = None) -> Any:
        with name_scope("matrix_iterative_power"):
            if self._use_iterative_root:
                root = matrix_square_root(matrix, size, 100, self._epsilon)
                found = matrix_inverse_pth_root(root, size, 2 * power, 100, 1e-6, ridge_epsilon=0.0)
            else:
                found = self._power_by_svd(matrix, size, power)
            return found if slot is None else assign(self.get_slot(var, slot), found)

    def _power_by_svd(self, matrix: Any, size: int, power: Any) -> Tensor:
        if size == 1:
            return pow(matrix + self._epsilon, power)
        damping = self._epsilon * eye(cast(size, dt.int32))
        values, left, right = svd(matrix + damping, full_matrices=True)
        return matmul(right * pow(maximum(values, self._epsilon), power), transpose(left))
