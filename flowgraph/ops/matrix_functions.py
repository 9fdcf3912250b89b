"""Functions of matrices: exponentials, logarithms, square roots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import COMPLEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import schur
from flowgraph.ops.array import reshape, shape, size
from flowgraph.ops.batches import MATRIX_TYPES, check_square, square_sizes
from flowgraph.ops.constant import constant
from flowgraph.ops.diagonal import eye
from flowgraph.ops.joining import concat
from flowgraph.ops.math import add, maximum, subtract
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_max, reduce_prod, reduce_sum
from flowgraph.ops.shaping import matrix_transpose, tile
from flowgraph.ops.slicing import slice as slice_op
from flowgraph.ops.solve import matrix_solve


def _of_each(function: Callable[[np.ndarray], np.ndarray]) -> Callable[..., Any]:
    """The forward of a function of matrices, computed one by one in double precision."""

    def forward(_xp: Any, x: Any) -> Any:
        check_square(x)
        made = np.empty_like(x)
        wide = x.astype(np.complex128 if np.iscomplexobj(x) else np.float64)
        with np.errstate(all="ignore"):
            for place in np.ndindex(x.shape[:-2]):
                made[place] = function(wide[place]) if x.size else wide[place]
        return made

    return forward


# -- square roots ------------------------------------------------------------------------------------------------


def _kronecker(a: Tensor, b: Tensor) -> Tensor:
    """The Kronecker products of two batches of square matrices."""
    a_shape, b_shape = shape(a), shape(b)
    a_order, b_order = a_shape[-1], b_shape[-1]
    batch = slice_op(a_shape, [0], [subtract(size(a_shape), 2)])
    a_blocks = concat([batch, [a_order], [1], [a_order], [1]], 0)
    b_blocks = concat([batch, [1], [b_order], [1], [b_order]], 0)
    a_spread = reshape(a, a_blocks)
    b_spread = reshape(b, b_blocks)
    order = a_order * b_order
    sizes = concat([batch, [order], [order]], 0)
    return reshape(a_spread * b_spread, sizes)


def _square_root_grad(op: Any, dy: Tensor) -> list[Any]:
    """From R R = A: dR R + R dR = dA, linear equations for all entries of dR at once."""
    root = op.outputs[0]
    sizes = shape(root)
    order = sizes[-1]
    count = reduce_prod(sizes[0:-2])
    ones = reshape(tile(reshape(eye(order, dtype=root.dtype), [-1]), [count]), sizes)
    left = _kronecker(ones, matrix_transpose(root))
    right = _kronecker(root, ones)
    both = add(left, right)
    batch = slice_op(sizes, [0], [subtract(size(sizes), 2)])
    column = concat([batch, [order * order], [1]], 0)
    entries = reshape(matrix_transpose(dy), column)
    return [matrix_transpose(reshape(matrix_solve(both, entries), sizes))]


MATRIX_SQUARE_ROOT = OpDef(
    "MatrixSquareRoot(input: T) -> output: T",
    attrs={"T": TypeAttr(MATRIX_TYPES)},
    infer=square_sizes,
    forward=_of_each(schur.square_root),
    gradient=_square_root_grad,
    cases=[
        case(VALUE([[4.0, 1.0], [1.0, 3.0]])),
        case(VALUE([[[4.0, 1.0], [0.0, 3.0]], [[1.0, -1.0], [1.0, 1.0]]]), second=False),
        case(VALUE([[0.0, -1.0], [1.0, 0.0]], dt.complex64), gradient=False),
        case(FLOAT(2, 0, 0), gradient=False),
    ],
)


def sqrtm(input: Any, name: str | None = None) -> Tensor:
    """The principal square roots of a batch of matrices: R R = A.

    Args:
      input: a batch of square, invertible matrices.
      name: the op's name.

    Returns:
      The roots; NaN where a real matrix has none that is real.

    >>> run(sqrtm([[4.0, 0.0], [0.0, 9.0]]))
    array([[2., 0.],
           [0., 3.]], dtype=float32)
    """
    return emit(MATRIX_SQUARE_ROOT, input, name=name)


# -- logarithms --------------------------------------------------------------------------------------------------

MATRIX_LOGARITHM = OpDef(
    "MatrixLogarithm(input: T) -> output: T",
    attrs={"T": TypeAttr(COMPLEX)},
    infer=square_sizes,
    forward=_of_each(schur.logarithm),
    gradient=MISSING_GRADIENT,
    cases=[
        case(VALUE([[4.0, 1.0], [1.0, 3.0]], dt.complex64)),
        case(VALUE([[[0.0, -1.0], [1.0, 0.0]]], dt.complex128)),
    ],
)


def logm(input: Any, name: str | None = None) -> Tensor:
    """The principal logarithms of a batch of complex matrices; TF has no gradient of it.

    Args:
      input: a batch of square, invertible matrices.
      name: the op's name.

    >>> run(logm(tf.constant([[1.0, 1.0], [0.0, 1.0]], tf.complex64)))
    array([[0.+0.j, 1.+0.j],
           [0.+0.j, 0.+0.j]], dtype=complex64)
    """
    return emit(MATRIX_LOGARITHM, input, name=name)


# -- exponentials ------------------------------------------------------------------------------------------------

# Padé approximants of exp: the coefficients of each degree, and the greatest 1-norm for which it is used
_PADE = {
    3: [120.0, 60.0, 12.0],
    5: [30240.0, 15120.0, 3360.0, 420.0, 30.0],
    7: [17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0],
    9: [
        17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240.0, 2162160.0, 110880.0, 3960.0, 90.0,
    ],
    13: [
        64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
        10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0,
    ],
}  # fmt: skip
_NORMS = {
    "single": {3: 4.258730016922831e-001, 5: 1.880152677804762e000, 7: 3.925724783138660},
    "double": {
        3: 1.495585217958292e-002,
        5: 2.539398330063230e-001,
        7: 9.504178996162932e-001,
        9: 2.097847961257068e000,
        13: 5.371920351148152,
    },
}


def _pade(degree: int, matrix: Tensor) -> tuple[Tensor, Tensor]:
    """The odd and the even part of the numerator; the denominator has the odd part with the other sign."""
    b = [constant(x, matrix.dtype) for x in _PADE[degree]]
    ones = eye(shape(matrix)[-2], batch_shape=shape(matrix)[:-2], dtype=matrix.dtype)
    second = matmul(matrix, matrix)
    powers = [ones, second]
    if degree == 13:
        return _pade_13(b, matrix, ones, second)
    while len(powers) < (degree + 1) // 2:
        powers.append(matmul(powers[-1], second))
    odd, *rest = [powers[-1], *powers[-2::-1]]
    for i, power in zip(range(degree - 2, 0, -2), rest):
        odd = odd + b[i] * power
    u = matmul(matrix, odd)
    v = b[degree - 1] * powers[-1]
    for i, power in zip(range(degree - 3, -1, -2), powers[-2::-1]):
        v = v + b[i] * power
    return u, v


def _pade_13(b: Sequence[Tensor], matrix: Tensor, ones: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    fourth = matmul(second, second)
    sixth = matmul(fourth, second)
    odd = matmul(sixth, sixth + b[11] * fourth + b[9] * second)
    odd = odd + b[7] * sixth + b[5] * fourth + b[3] * second + b[1] * ones
    u = matmul(matrix, odd)
    even = b[12] * sixth + b[10] * fourth + b[8] * second
    v = matmul(sixth, even) + b[6] * sixth + b[4] * fourth + b[2] * second + b[0] * ones
    return u, v


def _halved(matrix: Tensor, squarings: Tensor) -> Tensor:
    from flowgraph.ops.cast import cast
    from flowgraph.ops.math import pow as pow_op

    factors = pow_op(constant(2.0, dtype=matrix.dtype), cast(squarings, matrix.dtype))
    return matrix / factors[..., None, None]


def _choose(norm: Tensor, limits: Sequence[float], cases: Sequence[Tensor]) -> Tensor:
    """Of each matrix, what its norm calls for."""
    from flowgraph.ops.compare import less
    from flowgraph.ops.select import where

    if not limits:
        return cases[0]
    is_small = less(norm, constant(limits[0], norm.dtype))
    return where(is_small, cases[0], _choose(norm, limits[1:], cases[1:]))


def expm(input: Any, name: str | None = None) -> Tensor:
    """The exponentials of a batch of matrices, by scaling, Padé approximants and squaring.

    Args:
      input: a batch of square matrices of floats or complex numbers.
      name: the scope of the ops.

    Raises:
      ValueError: of another dtype.

    >>> run(expm([[0.0, 1.0], [0.0, 0.0]]))
    array([[1., 1.],
           [0., 1.]], dtype=float32)
    """
    with name_scope(name, "matrix_exponential", [input]):
        matrix = convert_to_tensor(input, name="input")
        if matrix.sizes is not None and matrix.sizes[-2:] == (0, 0):
            return matrix
        batch = matrix.shape[:-2]
        dynamic_batch = None if batch.is_fully_defined() else shape(matrix)[:-2]
        matrix = reshape(matrix, concat(([-1], shape(matrix)[-2:]), axis=0))
        result = _exponential(matrix)
        if not matrix.shape.is_fully_defined():
            outer: Any = batch if dynamic_batch is None else dynamic_batch
            return reshape(result, concat((outer, shape(result)[-2:]), axis=0))
        return reshape(result, batch.concatenate(result.shape[-2:]))


def _exponential(matrix: Tensor) -> Tensor:
    from flowgraph.ops.unary import abs as abs_op
    from flowgraph.ops.unary import floor, log

    norm = reduce_max(reduce_sum(abs_op(matrix), axis=size(shape(matrix)) - 2), axis=-1)
    if matrix.dtype in (dt.float16, dt.float32, dt.complex64):
        limits = _NORMS["single"]
    elif matrix.dtype in (dt.float64, dt.complex128):
        limits = _NORMS["double"]
    else:
        line = f"tf.linalg.expm does not support matrices of type {matrix.dtype}"
        raise ValueError(errors.explain(line, where=user_site()))
    *degrees, last = limits
    most = constant(limits[last], norm.dtype)
    squarings = maximum(floor(log(norm / most) / log(constant(2.0, norm.dtype))), 0)
    parts = [_pade(degree, matrix) for degree in degrees]
    parts.append(_pade(last, _halved(matrix, squarings)))
    bounds = [limits[degree] for degree in degrees]
    u = _choose(norm, bounds, [u for u, _ in parts])
    v = _choose(norm, bounds, [v for _, v in parts])
    numerator = u + v
    denominator = -u + v
    return _squared(matrix_solve(denominator, numerator), squarings, norm.dtype)


def _squared(result: Tensor, squarings: Tensor, dtype: Any) -> Tensor:
    """Each matrix squared as often as it was halved."""
    from flowgraph.ops.compare import less
    from flowgraph.ops.select import where
    from flowgraph.ops.while_loop import while_loop

    most = reduce_max(squarings)

    def square(i: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        return i + 1, where(less(i, squarings), matmul(made, made), made)

    _, result = while_loop(lambda i, _: less(i, most), square, [constant(0.0, dtype), result])
    return result
