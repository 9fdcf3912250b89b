"""Roots of matrices by iterations, without decompositions; for `ShampooOptimizer`."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Tensor
from flowgraph.linear.norms import norm
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater, less, logical_and
from flowgraph.ops.diagonal import eye
from flowgraph.ops.math import pow
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_max, reduce_sum
from flowgraph.ops.unary import abs, sqrt
from flowgraph.ops.while_loop import while_loop


def matrix_square_root(mat_a: Tensor, mat_a_size: Any, iter_count: int = 100, ridge_epsilon: float = 1e-4) -> Tensor:
    """The square root of a symmetric matrix without negative eigenvalues (Denman and Beavers' iteration, coupled).

    Args:
      mat_a: the matrix, to which `ridge_epsilon` times the identity is added.
      mat_a_size: how many rows it has.
      iter_count: how many iterations at most; they end as soon as the error grows.
      ridge_epsilon: keeps the iteration stable.
    """
    identity = eye(cast(mat_a_size, dt.int32))
    mat_a = mat_a + ridge_epsilon * identity
    size = sqrt(reduce_sum(mat_a * mat_a))
    start = mat_a / size

    def goes_on(i: Any, _y: Any, _old_y: Any, _z: Any, _old_z: Any, error: Any, old_error: Any) -> Tensor:
        return logical_and(less(i, iter_count), less(error, old_error))

    def step(i: Any, y: Any, _old_y: Any, z: Any, _old_z: Any, error: Any, _old_error: Any) -> tuple[Any, ...]:
        factor = 0.5 * (3.0 * identity - matmul(z, y))
        new_y, new_z = matmul(y, factor), matmul(factor, z)
        root = new_y * sqrt(size)
        rest = mat_a - matmul(root, root)
        new_error = sqrt(reduce_sum(rest * rest)) / size
        return i + 1, new_y, y, new_z, z, new_error, error

    found = while_loop(goes_on, step, [0, start, start, identity, identity, size, size + 1.0])
    return found[2] * sqrt(size)


def matrix_inverse_pth_root(
    mat_g: Tensor,
    mat_g_size: Any,
    alpha: float,
    iter_count: int = 100,
    epsilon: float = 1e-6,
    ridge_epsilon: float = 1e-6,
) -> Tensor:
    """`mat_g ** alpha` for alpha = -1/p (Newton's iteration, coupled).

    Args:
      mat_g: a symmetric matrix without negative eigenvalues, to which `ridge_epsilon` times the identity is added.
      mat_g_size: how many rows it has.
      alpha: -1/p with a whole number p.
      iter_count: how many iterations at most.
      epsilon: how near to the identity the iteration is to come.
      ridge_epsilon: keeps the iteration stable.
    """
    identity = eye(cast(mat_g_size, dt.int32))
    if mat_g_size == 1:
        return pow(mat_g + ridge_epsilon, alpha)

    def goes_on(i: Any, power: Any, _root: Any) -> Tensor:
        return logical_and(less(i, iter_count), greater(reduce_max(abs(power - identity)), epsilon))

    def step(i: Any, power: Any, root: Any) -> tuple[Any, Any, Any]:
        factor = (1 - alpha) * identity + alpha * power
        return i + 1, matmul(_whole_power(factor, -1.0 / alpha), power), matmul(root, factor)

    damped = mat_g + ridge_epsilon * identity
    scale = (1 - 1 / alpha) / (2 * norm(damped))
    return while_loop(goes_on, step, [0, damped * scale, identity * pow(scale, -alpha)])[2]


def _whole_power(matrix: Tensor, exponent: float) -> Tensor:
    """The power of a matrix by repeated squaring; one square more than is needed, as in TF."""
    assert exponent == int(exponent)
    assert exponent > 0
    power = None
    while exponent > 0:
        if exponent % 2 == 1:
            power = matrix if power is None else matmul(matrix, power)
        exponent //= 2
        matrix = matmul(matrix, matrix)
    assert power is not None
    return power
