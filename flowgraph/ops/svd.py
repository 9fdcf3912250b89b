"""Singular values, and what is made of them: ranks and pseudoinverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX, FLOAT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import linear
from flowgraph.ops.adjoint import adjoint
from flowgraph.ops.array import shape, zeros_like
from flowgraph.ops.batches import MATRIX_TYPES, check_matrices, matrix, put_together, smaller
from flowgraph.ops.diagonal import eye, matrix_diag, matrix_set_diag
from flowgraph.ops.matmul import matmul
from flowgraph.ops.shaping import expand_dims, matrix_transpose
from flowgraph.sizes import Sizes, merge


def _svd_sizes(x: Any, *, compute_uv: bool, full_matrices: bool) -> list[Sizes]:
    batch, rows, columns = matrix(x)
    size = smaller(rows, columns)
    if not compute_uv:
        return [put_together(batch, size), (0,), (0,)]
    u, v = (rows, columns) if full_matrices else (size, size)
    return [put_together(batch, size), put_together(batch, rows, u), put_together(batch, columns, v)]


def _svd(_xp: Any, x: Any, *, compute_uv: bool, full_matrices: bool) -> Any:
    check_matrices(x)
    return linear.svd(x, compute_uv, full_matrices)


def _svd_grad(op: Any, ds: Tensor, du: Tensor, dv: Tensor) -> list[Any]:
    a = op.inputs[0]
    ds_matrix = matrix_diag(ds)
    if not op.attrs["compute_uv"]:
        _, u, v = svd(a, compute_uv=True)
        made = matmul(u, matmul(ds_matrix, v, adjoint_b=True))
        made.set_shape(a.shape)
        return [made]
    if a.dtype.is_complex:
        raise refusal("SVD gradient is not implemented for complex types and compute_uv=True.", NotImplementedError)
    sizes = _known_form(a, du, dv)
    (s, u, v), full = op.outputs, op.attrs["full_matrices"]
    is_tall = sizes[-2] > sizes[-1]
    if is_tall:  # the gradient of the transposed matrix, transposed
        u, v, du, dv = v, u, dv, du
    with control_dependencies([ds, du, dv]):
        if full and abs(sizes[-2] - sizes[-1]) > 1:
            raise refusal(
                "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True", NotImplementedError
            )
        made = _wide_grad(s, u, v, ds_matrix, du, dv, min(sizes[-2:]), max(sizes[-2:]), full)
        if is_tall:
            made = matrix_transpose(made)
        made.set_shape(sizes)
        return [made]


def _known_form(a: Tensor, du: Tensor, dv: Tensor) -> tuple[Any, ...]:
    """What is known of the shape of `a`: rows and columns at least."""
    batch, rows, columns = matrix(a)
    for grad in (du, dv):
        batch = merge(batch, matrix(grad)[0])
    rows = matrix(du)[1] if rows is None else rows
    columns = matrix(dv)[1] if columns is None else columns
    if rows is None or columns is None:
        raise refusal(
            "SVD gradient has not been implemented for input with unknown inner matrix shape.", NotImplementedError
        )
    return (*(batch or ()), rows, columns)


def _wide_grad(
    s: Tensor, u: Tensor, v: Tensor, ds_matrix: Tensor, du: Tensor, dv: Tensor, rows: int, columns: int, full: bool
) -> Tensor:
    """The gradient of a matrix with at least as many columns as rows."""
    from flowgraph.ops.unary import reciprocal, square

    s_matrix = matrix_diag(s)
    squares = square(s)
    s_shape = shape(s)
    ones = eye(s_shape[-1], batch_shape=s_shape[:-1], dtype=s.dtype)
    gaps = reciprocal(expand_dims(squares, -2) - expand_dims(squares, -1) + ones)
    factors = matrix_set_diag(gaps, zeros_like(s))
    s_inverse = matrix_diag(reciprocal(s))
    v1 = v[..., :, :rows]
    dv1 = dv[..., :, :rows]
    udu = matmul(u, du, adjoint_a=True)
    vdv = matmul(v1, dv1, adjoint_a=True)
    of_u = factors * udu
    of_v = factors * vdv
    middle = ds_matrix + matmul(of_u + adjoint(of_u), s_matrix) + matmul(s_matrix, of_v + adjoint(of_v))
    first = matmul(u, matmul(middle, v1, adjoint_b=True))
    if rows == columns:
        return first
    dv1t = matrix_transpose(dv1)
    rest = dv1t - matmul(matmul(dv1t, v1), v1, adjoint_b=True)
    if full:
        v2 = v[..., :, rows:columns]
        dv2 = dv[..., :, rows:columns]
        rest -= matmul(matmul(v1, dv2, adjoint_a=True), v2, adjoint_b=True)
    return first + matmul(matmul(u, s_inverse), rest)


SVD = OpDef(
    "Svd(input: T) -> (s: T, u: T, v: T)",
    attrs={"compute_uv": True, "full_matrices": False, "T": TypeAttr(MATRIX_TYPES)},
    infer=_svd_sizes,
    forward=_svd,
    gradient=_svd_grad,
    cases=[
        case(VALUE([[3.0, 1.0, 0.5], [-1.0, 2.0, 1.0]]), compute_uv=False, second=False),
        case(VALUE([[3.0, 1.0], [-1.0, 2.0], [0.5, 1.0]]), compute_uv=False, second=False),
        case(FLOAT(2, 3, 4), gradient=False),  # needs known shapes: tests/ops/test_linear_algebra.py
        case(FLOAT(4, 3), full_matrices=True, gradient=False),
        case(COMPLEX(2, 3), gradient=False),
        case(FLOAT(0, 3), gradient=False),
        case(FLOAT(2, 3, 0), full_matrices=True, gradient=False),
        case(VALUE([[2.0, 1.0]], dt.float16), gradient=False),
    ],
)


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Singular values and vectors: A = U diag(s) V^H.

    Args:
      tensor: a batch of matrices.
      full_matrices: whether U and V are square.
      compute_uv: whether singular vectors are wanted.
      name: the op's name.

    Returns:
      `s`, from large to small, and with `compute_uv` also `u` and `v`, whose columns are the singular vectors (numpy
      has V^H instead). Their signs are TF's where the matrices are small (up to 15 rows and columns, and 2000 entries
      in all) and of floats.

    >>> run(svd([[0.0, 2.0], [1.0, 0.0]], compute_uv=False))
    array([2., 1.], dtype=float32)
    """
    from flowgraph.ops.complex import real

    s, u, v = emit(SVD, tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    return (real(s), u, v) if compute_uv else real(s)


def singular_values(x: Tensor) -> Tensor:
    """The first output of the op itself, which of complex matrices is complex."""
    return emit(SVD, x, compute_uv=False)[0]


def _checked(a: Any, validate_args: bool) -> Tensor:
    """A tensor of floats with at least two axes, which a run checks where it must."""
    from flowgraph.ops.identity import identity
    from flowgraph.ops.rank_checks import assert_rank_at_least

    if not a.dtype.is_floating:
        line = f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name})."
        raise TypeError(errors.explain(line, where=user_site()))
    if a.sizes is not None:
        if len(a.sizes) < 2:
            line = f"Input `a` must have at least 2 dimensions (saw: {len(a.sizes)})."
            raise ValueError(errors.explain(line, where=user_site()))
        return a
    if not validate_args:
        return a
    message = "Input `a` must have at least 2 dimensions."
    with control_dependencies([assert_rank_at_least(a, rank=2, message=message)]):
        return identity(a)


def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """How many singular values are larger than a threshold.

    Args:
      a: a batch of matrices of floats.
      tol: the threshold; by default the largest singular value, times the larger size, times the dtype's epsilon.
      validate_args: whether a run checks that there are two axes, where it is not known before.
      name: the scope of the ops.

    >>> run(matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.reduction import reduce_max, reduce_sum

    with name_scope(name or "matrix_rank"):
        a = _checked(convert_to_tensor(a, preferred_dtype=dt.float32, name="a"), validate_args)
        s = svd(a, compute_uv=False)
        if tol is None:
            _, rows, columns = matrix(a)
            if rows is None or columns is None:
                largest: Any = reduce_max(shape(a)[-2:])
            else:
                largest = np.int64(max(rows, columns))
            epsilon = np.finfo(a.dtype.np).eps
            tol = epsilon * cast(largest, a.dtype) * reduce_max(s, axis=-1, keepdims=True)
        return reduce_sum(cast(s > tol, dt.int32), axis=-1)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The Moore-Penrose pseudoinverses of a batch of matrices.

    Args:
      a: a batch of matrices of floats.
      rcond: singular values up to this part of the largest one count as zero; by default ten times the larger size
        times the dtype's epsilon.
      validate_args: whether a run checks that there are two axes, where it is not known before.
      name: the scope of the ops.

    >>> run(pinv([[2.0, 0.0], [0.0, 0.0]]))
    array([[0.5, 0. ],
           [0. , 0. ]], dtype=float32)
    """
    from flowgraph.ops.cast import cast
    from flowgraph.ops.math import maximum
    from flowgraph.ops.reduction import reduce_max
    from flowgraph.ops.select import where_v2

    with name_scope(name or "pinv"):
        a = _checked(convert_to_tensor(a, name="a"), validate_args)
        dtype = a.dtype.np.type
        if rcond is None:
            _, rows, columns = matrix(a)
            known = rows is not None and columns is not None
            m, n = (shape(a)[i] if size is None else size for i, size in ((-2, rows), (-1, columns)))
            larger = float(max(m, n)) if known else cast(maximum(m, n), dtype)  # type: ignore[type-var, arg-type]
            rcond = 10.0 * larger * np.finfo(dtype).eps
        rcond = convert_to_tensor(rcond, dtype=dtype, name="rcond")
        s, u, v = svd(a, full_matrices=False, compute_uv=True)
        cutoff = rcond * reduce_max(s, axis=-1)
        s = where_v2(s > expand_dims(cutoff, -1), s, np.array(np.inf, dtype))
        made = matmul(v / expand_dims(s, -2), u, adjoint_b=True)
        if a.sizes is not None:
            made.set_shape([*a.sizes[:-2], a.sizes[-1], a.sizes[-2]])
        return made
