"""Matrix products: MatMul, the batched BatchMatMulV2 and SparseMatMul, and `tf.matmul`, which picks one."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.cases import COMPLEX, DOUBLE, FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.product import product
from flowgraph.ops.matrix_like import MatrixLike, multiply
from flowgraph.sizes import Size, Sizes, broadcast, merge, to_text

_TYPES = (
    dt.bfloat16, dt.float16, dt.float32, dt.float64, dt.int32, dt.int64, dt.complex64, dt.complex128,
)  # fmt: skip
_SPARSE_TYPES = (dt.float32, dt.bfloat16)


# -- shapes ----------------------------------------------------------------------------------------------


def _same_size(x: Size, y: Size) -> None:
    if x is not None and y is not None and x != y:
        raise ValueError(f"Dimensions must be equal, but are {x} and {y}")


def _matrix(x: Any, transposed: bool) -> tuple[Size, Size]:
    """The rows and columns of a matrix as the product uses it."""
    if x.sizes is None:
        return None, None
    if len(x.sizes) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(x.sizes)}")
    return (x.sizes[1], x.sizes[0]) if transposed else x.sizes


def _product_sizes(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool, **_: Any) -> Sizes:
    rows, a_inner = _matrix(a, transpose_a)
    b_inner, columns = _matrix(b, transpose_b)
    _same_size(a_inner, b_inner)
    return rows, columns


def _matrices(x: Any, adjoint: bool) -> tuple[Sizes, Size, Size]:
    """Of a stack of matrices: the sizes of the stack, the rows and the columns of each."""
    if x.sizes is None:
        return None, None, None
    if len(x.sizes) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(x.sizes)}")
    rows, columns = x.sizes[-2:]
    return x.sizes[:-2], *((columns, rows) if adjoint else (rows, columns))


def _stacked_sizes(x: Any, y: Any, adj_x: bool, adj_y: bool, join: Any) -> Sizes:
    x_stack, rows, x_inner = _matrices(x, adj_x)
    y_stack, y_inner, columns = _matrices(y, adj_y)
    _same_size(x_inner, y_inner)
    stack = join(x_stack, y_stack)
    return None if stack is None else (*stack, rows, columns)


# -- numbers ---------------------------------------------------------------------------------------------


def _product(xp: Any, a: Any, b: Any) -> Any:
    if a.dtype.itemsize > 2:
        return product(a, b) if xp is np else xp.matmul(a, b)
    # no BLAS knows the half-width floats, and their sums want a wider type anyway
    return _product(xp, a.astype(np.float32), b.astype(np.float32)).astype(a.dtype)


def _matmul(xp: Any, a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError("not matrices")  # with which numpy would do something else
    return _product(xp, a.T if transpose_a else a, b.T if transpose_b else b)


def _adjoint(xp: Any, x: Any) -> Any:
    x = xp.swapaxes(x, -1, -2)
    return xp.conj(x) if x.dtype.kind == "c" else x


def _batch_matmul(xp: Any, x: Any, y: Any, *, adj_x: bool, adj_y: bool) -> Any:
    if x.ndim < 2 or y.ndim < 2:
        raise ValueError("not matrices")
    return _product(xp, _adjoint(xp, x) if adj_x else x, _adjoint(xp, y) if adj_y else y)


def _matmul_failure(a: Any, b: Any, **_: Any) -> str:
    """TF's words for matrices that do not fit."""
    for index, x in enumerate((a, b)):
        if x.ndim != 2:
            return f"In[{index}] is not a matrix. Instead it has shape {to_text(x.shape)}"
    return f"Matrix size-incompatible: In[0]: {to_text(a.shape)}, In[1]: {to_text(b.shape)}"


def _batch_matmul_failure(x: Any, y: Any, *, adj_x: bool, adj_y: bool) -> str:
    """TF's words for stacks of matrices that do not fit."""
    for index, z in enumerate((x, y)):
        if z.ndim < 2:
            return f"In[{index}] ndims must be >= 2: {z.ndim}"
    shapes = to_text(x.shape), to_text(y.shape)
    try:
        np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    except ValueError:
        return f"In[0] and In[1] must have compatible batch dimensions: {' vs. '.join(shapes)}"
    x_inner, y_inner = x.shape[-2 if adj_x else -1], y.shape[-1 if adj_y else -2]
    adjoints = f"{int(adj_x)} {int(adj_y)}"
    return f"In[0] mismatch In[1] shape: {x_inner} vs. {y_inner}: {' '.join(shapes)} {adjoints}"


def _conj(x: Tensor) -> Tensor:
    from flowgraph.ops.complex import conj

    return conj(x) if x.dtype.is_complex else x


# -- gradients -------------------------------------------------------------------------------------------


def _matmul_grad(op: Any, dy: Tensor) -> list[Any]:
    a_turned, b_turned = op.attrs["transpose_a"], op.attrs["transpose_b"]
    a, b = _conj(op.inputs[0]), _conj(op.inputs[1])
    if a_turned:
        da = emit(MATMUL, b, dy, transpose_a=b_turned, transpose_b=True)
    else:
        da = emit(MATMUL, dy, b, transpose_b=not b_turned)
    if b_turned:
        db = emit(MATMUL, dy, a, transpose_a=True, transpose_b=a_turned)
    else:
        db = emit(MATMUL, a, dy, transpose_a=not a_turned)
    return [da, db]


def _stacked_grad(op: Any, dy: Tensor) -> list[Any]:
    """As for MatMul, with adjoints in place of transposes."""
    x, y = op.inputs
    x_turned, y_turned = op.attrs["adj_x"], op.attrs["adj_y"]
    if x_turned:
        dx = matmul(y, dy, adjoint_a=y_turned, adjoint_b=True)
    else:
        dx = matmul(dy, y, adjoint_b=not y_turned)
    if y_turned:
        dy = matmul(dy, x, adjoint_a=True, adjoint_b=x_turned)
    else:
        dy = matmul(x, dy, adjoint_a=not x_turned)
    return [dx, dy]


def _broadcast_stacked_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.array import reshape, shape
    from flowgraph.ops.broadcast import broadcast_gradient_args
    from flowgraph.ops.reduction import reduce_sum

    x, y = op.inputs
    dx, dy = _stacked_grad(op, dy)
    if x.sizes is not None and None not in x.sizes and x.sizes == y.sizes:
        return [dx, dy]
    x_shape, y_shape = shape(x), shape(y)
    x_axes, y_axes = broadcast_gradient_args(x_shape[:-2], y_shape[:-2])
    dx = reshape(reduce_sum(dx, x_axes), x_shape)
    dy = reshape(reduce_sum(dy, y_axes), y_shape)
    return [dx, dy]


def _sparse_matmul_grad(op: Any, dy: Tensor) -> list[Any]:
    """As for MatMul; a gradient is taken for sparse where it comes out of a relu."""
    from flowgraph.ops.cast import cast
    from flowgraph.ops.shaping import transpose

    a, b = op.inputs
    a_turned, b_turned = op.attrs["transpose_a"], op.attrs["transpose_b"]
    is_sparse = {a: op.attrs["a_is_sparse"], b: op.attrs["b_is_sparse"]}
    is_sparse[dy] = dy.op.type == "ReluGrad"

    def product(x: Tensor, y: Tensor, dtype: DType, x_turned: bool = False, y_turned: bool = False) -> Tensor:
        made = matmul(
            x,
            transpose(y) if y_turned else y,
            transpose_a=x_turned,
            a_is_sparse=is_sparse[x],
            b_is_sparse=is_sparse[y],
        )
        return made if made.dtype is dtype else cast(made, dtype)

    a_type, b_type = a.dtype.base_dtype, b.dtype.base_dtype
    da = product(b, dy, a_type, b_turned, True) if a_turned else product(dy, b, a_type, False, not b_turned)
    db = product(dy, a, b_type, True, a_turned) if b_turned else product(a, dy, b_type, not a_turned)
    return [da, db]


# -- the op types ----------------------------------------------------------------------------------------

MATMUL = OpDef(
    "MatMul(a: T, b: T) -> product: T",
    attrs={"transpose_a": False, "transpose_b": False, "T": TypeAttr(_TYPES)},
    infer=_product_sizes,
    forward=_matmul,
    failure=_matmul_failure,
    gradient=_matmul_grad,
    cases=[
        case(FLOAT(2, 3), FLOAT(3, 4)),
        case(FLOAT(3, 2), FLOAT(3, 4), transpose_a=True),
        case(FLOAT(2, 3), FLOAT(4, 3), transpose_b=True),
        case(DOUBLE(3, 2), DOUBLE(4, 3), transpose_a=True, transpose_b=True),
        case(FLOAT(0, 3), FLOAT(3, 2)),
        case(FLOAT(2, 0), FLOAT(0, 2)),
        case(HALF(2, 3), HALF(3, 4), gradient=False),
        case(RANDOM_INT(2, 3), RANDOM_INT(3, 4), gradient=False),
        case(COMPLEX(2, 3), COMPLEX(2, 4), transpose_a=True, gradient=False),
    ],
)

_STACKED_CASES = (
    case(FLOAT(2, 2, 3), FLOAT(2, 3, 4)),
    case(FLOAT(2, 3, 2), FLOAT(2, 3, 4), adj_x=True),
    case(FLOAT(2, 2, 3), FLOAT(2, 4, 3), adj_y=True),
    case(FLOAT(2, 3, 2), FLOAT(2, 4, 3), adj_x=True, adj_y=True),
    case(FLOAT(0, 2, 3), FLOAT(0, 3, 4)),
    case(COMPLEX(2, 3, 2), COMPLEX(2, 3, 4), adj_x=True, gradient=False),
)

BATCH_MATMUL = OpDef(
    "BatchMatMul(x: T, y: T) -> output: T",
    attrs={"T": TypeAttr(_TYPES), "adj_x": False, "adj_y": False},
    infer=lambda x, y, *, adj_x, adj_y: _stacked_sizes(x, y, adj_x, adj_y, merge),
    forward=_batch_matmul,
    failure=_batch_matmul_failure,
    gradient=_stacked_grad,
    cases=_STACKED_CASES,
)

BATCH_MATMUL_V2 = OpDef(
    "BatchMatMulV2(x: T, y: T) -> output: T",
    attrs={"T": TypeAttr(_TYPES), "adj_x": False, "adj_y": False},
    infer=lambda x, y, *, adj_x, adj_y: _stacked_sizes(x, y, adj_x, adj_y, broadcast),
    forward=_batch_matmul,
    failure=_batch_matmul_failure,
    gradient=_broadcast_stacked_grad,
    cases=[
        *_STACKED_CASES,
        case(FLOAT(2, 2, 3), FLOAT(3, 4)),
        case(FLOAT(2, 1, 2, 3), FLOAT(3, 4, 3), adj_y=True),
        case(HALF(2, 3), HALF(2, 3, 4), gradient=False),
    ],
)

SPARSE_MATMUL = OpDef(
    "SparseMatMul(a: Ta, b: Tb) -> product: float32",
    attrs={
        "transpose_a": False,
        "transpose_b": False,
        "a_is_sparse": False,
        "b_is_sparse": False,
        "Ta": TypeAttr(_SPARSE_TYPES, dt.float32),
        "Tb": TypeAttr(_SPARSE_TYPES, dt.float32),
    },
    infer=_product_sizes,
    # sparse says that many entries are zero, in the hope of speed: the numbers are those of any product
    forward=lambda xp, a, b, *, transpose_a, transpose_b, a_is_sparse, b_is_sparse: _matmul(
        xp, a.astype(np.float32), b.astype(np.float32), transpose_a=transpose_a, transpose_b=transpose_b
    ),
    failure=lambda a, b, **_: f"Matrix size incompatible: a: {to_text(a.shape)}, b: {to_text(b.shape)}",
    gradient=_sparse_matmul_grad,
    cases=[
        # (its gradient is not compared with differences, which want 64 bits)
        case(FLOAT(2, 3), FLOAT(3, 4), a_is_sparse=True, gradient=False),
        case(FLOAT(3, 2), FLOAT(4, 3), transpose_a=True, transpose_b=True, b_is_sparse=True, gradient=False),
    ],
)


# -- the public functions --------------------------------------------------------------------------------


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The matrix product of `a` and `b`, or of each pair of matrices in two stacks of them.

    Args:
      a, b: tensors of one dtype and of rank 2 or more; all axes but the last two are broadcast.
      transpose_a, transpose_b: whether to transpose a matrix first.
      adjoint_a, adjoint_b: whether to transpose and conjugate it.
      a_is_sparse, b_is_sparse: whether many entries are zero; builds a SparseMatMul for float32 matrices.
      name: the op's name.

    Raises:
      ValueError: the inner sizes differ, an input is no matrix, or one is to be both transposed and adjoint.

    >>> run(matmul([[1., 2.]], [[3.], [4.]]))
    array([[11.]], dtype=float32)
    >>> matmul(tf.zeros([5, 2, 3]), tf.zeros([5, 4, 3]), transpose_b=True)
    <tf.Tensor 'MatMul_1:0' shape=(5, 2, 4) dtype=float32>
    """
    if isinstance(a, MatrixLike) or isinstance(b, MatrixLike):
        others = {"transpose_a": transpose_a, "transpose_b": transpose_b}
        others |= {"a_is_sparse": a_is_sparse, "b_is_sparse": b_is_sparse}
        return multiply(a, b, adjoint_a, adjoint_b, others, name)
    with name_scope(name, "MatMul", [a, b]) as scope:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of transpose_a and adjoint_a can be True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of transpose_b and adjoint_b can be True.")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        sparse = a_is_sparse or b_is_sparse
        if not sparse and (a.sizes is None or b.sizes is None or len(a.sizes) > 2 or len(b.sizes) > 2):
            # the stacked product knows adjoints alone: conjugating twice makes a transpose of one
            a = _conj(a) if transpose_a else a
            b = _conj(b) if transpose_b else b
            turned = {"adj_x": adjoint_a or transpose_a, "adj_y": adjoint_b or transpose_b}
            return emit(BATCH_MATMUL_V2, a, b, **turned, name=scope)
        a = _conj(a) if adjoint_a else a
        b = _conj(b) if adjoint_b else b
        turned = {"transpose_a": transpose_a or adjoint_a, "transpose_b": transpose_b or adjoint_b}
        types = {a.dtype.base_dtype, b.dtype.base_dtype}
        if (sparse and types <= set(_SPARSE_TYPES)) or (dt.bfloat16 in types and len(types) == 2):
            return _sparse_product(a, b, turned, a_is_sparse, b_is_sparse, scope)
        return emit(MATMUL, a, b, **turned, name=scope)


def _sparse_product(
    a: Tensor, b: Tensor, turned: dict[str, bool], a_is_sparse: bool, b_is_sparse: bool, name: str
) -> Tensor:
    from flowgraph.ops.cast import cast

    product = emit(SPARSE_MATMUL, a, b, **turned, a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=name)
    return cast(product, dt.bfloat16) if a.dtype == b.dtype == dt.bfloat16 else product


def sparse_matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The float32 product of two matrices (float32 or bfloat16), of which many entries may be zero.

    >>> run(sparse_matmul([[0., 2.]], [[3.], [4.]], a_is_sparse=True))
    array([[8.]], dtype=float32)
    """
    return emit(
        SPARSE_MATMUL, a, b, transpose_a=transpose_a, transpose_b=transpose_b, a_is_sparse=a_is_sparse,
        b_is_sparse=b_is_sparse, name=name,
    )  # fmt: skip


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of the matrix `a` and the vector `b`, or of stacks of them.

    Args: see `matmul`.

    >>> run(matvec([[1., 2.], [3., 4.]], [5., 6.]))
    array([17., 39.], dtype=float32)
    """
    from flowgraph.ops.shaping import expand_dims, squeeze

    with name_scope(name, "MatVec", [a, b]):
        product = matmul(
            a,
            expand_dims(b, axis=-1),
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
        return squeeze(product, axis=-1)
