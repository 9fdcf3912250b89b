"""The ops every gradient is made of: shape, rank and size, and arrays of one value."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.cases import BOOL, FLOAT, INT, INTS, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import same
from flowgraph.ops.constant import CONST, constant
from flowgraph.ops.identity import ANY_CASES
from flowgraph.ops.identity import identity as identity
from flowgraph.ops.identity import identity_n as identity_n
from flowgraph.ops.identity import prevent_gradient as prevent_gradient
from flowgraph.ops.identity import stop_gradient as stop_gradient
from flowgraph.ops.reshape import reshape as reshape
from flowgraph.ops.reshape import shape_argument as shape_argument
from flowgraph.shapes import Sizes, TensorShape, num_elements, to_text
from flowgraph.sizes import is_full

# -- shape, rank, size -----------------------------------------------------------------------------


def _vector_of_rank(x: Any, **_attrs: Any) -> Sizes:
    return (None if x.sizes is None else len(x.sizes),)


SHAPE = OpDef(
    "Shape(input: T) -> output: out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr(INDEX, dt.int32)},
    infer=_vector_of_rank,
    forward=lambda xp, x, *, out_type: xp.asarray(x.shape, out_type.np),
    gradient=NO_GRADIENT,
    partial=lambda output: output.op.inputs[0].sizes,
    partial_folds=True,
    cases=[case(FLOAT(2, 3)), case(FLOAT()), case(BOOL(0, 4), out_type=dt.int64)],
)

SHAPE_N = OpDef(
    "ShapeN(input: N*T) -> output: N*out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr(INDEX, dt.int32)},
    infer=lambda tensors, *, out_type: [_vector_of_rank(t) for t in tensors],
    forward=lambda xp, tensors, *, out_type: tuple(xp.asarray(t.shape, out_type.np) for t in tensors),
    gradient=NO_GRADIENT,
    partial=lambda output: output.op.inputs[output.index].sizes,
    cases=[case([FLOAT(2, 3), FLOAT()]), case([FLOAT(0, 4)], out_type=dt.int64)],
)

RANK = OpDef(
    "Rank(input: T) -> output: int32",
    attrs={"T": TypeAttr()},
    infer=lambda x: (),
    forward=lambda xp, x: xp.asarray(x.ndim, np.int32),
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(2, 3)), case(FLOAT())],
)

SIZE = OpDef(
    "Size(input: T) -> output: out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr(INDEX, dt.int32)},
    infer=lambda x, *, out_type: (),
    forward=lambda xp, x, *, out_type: xp.asarray(x.size, out_type.np),
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(2, 3)), case(FLOAT()), case(FLOAT(0, 4), out_type=dt.int64)],
)


def shape_op(input: Tensor, out_type: DType = dt.int32, name: str | None = None) -> Tensor:
    """The Shape op itself, even where the shape is known while building and `shape` would give a constant."""
    return emit(SHAPE, input, out_type=out_type, name=name)


def shape(input: Any, name: str | None = None, out_type: Any = dt.int32) -> Tensor:
    """The shape of a tensor at run time, as a vector; a constant where it is known while building.

    Args:
      input: any tensor, or a SparseTensor.
      name: the op's name.
      out_type: int32 or int64.

    >>> x = tf.placeholder(tf.float32, [None, 3])
    >>> run(shape(x), {x: np.zeros([2, 3])})
    array([2, 3], dtype=int32)
    """
    if type(input) is Tensor:
        # by far the most common call, so without a name scope
        sizes = input.sizes
        if sizes is None or None in sizes:
            return emit(SHAPE, input, out_type=as_dtype(out_type), name=name)
        return _constant_for(input, np.array(sizes, np.int64), out_type, name, "Shape")
    with name_scope(name, "Shape", [input]) as scope:
        if _is_sparse(input):
            return _cast(input.dense_shape, out_type)
        tensor = convert_to_tensor(input)
        if is_full(tensor.sizes):
            return shape(tensor, scope, out_type)
        return emit(SHAPE, input, out_type=as_dtype(out_type), name=scope)  # as in TF, which converts it once more


def shape_n(input: Sequence[Any], out_type: Any = dt.int32, name: str | None = None) -> list[Tensor]:
    """The shapes of several tensors of one dtype, by one op.

    >>> run(shape_n([tf.zeros([2, 3]), tf.zeros([4])]))
    [array([2, 3], dtype=int32), array([4], dtype=int32)]
    """
    return emit(SHAPE_N, input, out_type=as_dtype(out_type), name=name)


def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of axes, an int32 scalar; a constant where it is known while building.

    >>> run(rank([[1, 2], [3, 4]]))
    2
    """
    if type(input) is Tensor:
        if input.sizes is None:
            return emit(RANK, input, name=name)
        return _constant_for(input, np.array(len(input.sizes)), dt.int32, name, "Rank")
    with name_scope(name, "Rank", [input]) as scope:
        if _is_sparse(input):
            return emit(SIZE, input.dense_shape, name=scope)
        tensor = convert_to_tensor(input)
        return emit(RANK, input, name=scope) if tensor.sizes is None else rank(tensor, scope)


def size(input: Any, name: str | None = None, out_type: Any = dt.int32) -> Tensor:
    """The number of entries, a scalar; a constant where it is known while building.

    >>> run(size([[1, 2], [3, 4]]))
    4
    """
    if type(input) is Tensor:
        known = _entries(input.sizes)
        if known is None:
            return emit(SIZE, input, out_type=as_dtype(out_type), name=name)
        return _constant_for(input, np.array(known), out_type, name, "Size")
    with name_scope(name, "Size", [input]) as scope:
        if _is_sparse(input):
            from flowgraph.ops.reduction import reduce_prod

            return reduce_prod(_cast(input.dense_shape, out_type), 0, name=scope)
        tensor = convert_to_tensor(input)
        if _entries(tensor.sizes) is not None:
            return size(tensor, scope, out_type)
        return emit(SIZE, input, out_type=as_dtype(out_type), name=scope)


def _entries(sizes: Sizes) -> int | None:
    """How many entries a tensor has, if that is known: none where one axis is empty, whatever the others are."""
    return 0 if sizes is not None and 0 in sizes else num_elements(sizes)


def _constant_for(tensor: Tensor, value: np.ndarray, out_type: Any, name: str | None, default: str) -> Tensor:
    """A constant in the graph of `tensor` that stands for an op named `default`."""
    dtype = as_dtype(out_type)
    array = value.astype(dtype.np)
    graph = tensor.graph
    claimed = graph.claim(name, default)
    # what a loop adds around a constant that waits is named after it
    with graph.name_scope(f"{claimed}/") if graph._controllers else nullcontext():
        op = graph.add(CONST, claimed, (), {"value": array, "dtype": dtype}, (dtype,), (array.shape,))
    return op.outputs[0]


def _is_sparse(input: Any) -> bool:
    from flowgraph.ops.indexed_slices import IndexedSlices

    return hasattr(input, "dense_shape") and not isinstance(input, IndexedSlices)


def _cast(tensor: Tensor, dtype: Any) -> Tensor:
    from flowgraph.ops.cast import CAST

    return emit(CAST, tensor, DstT=as_dtype(dtype))


# -- arrays of one value ---------------------------------------------------------------------------


def _fill_sizes(dims: Any, value: Any) -> Sizes:
    if value.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(value.sizes)}")
    sizes = shape_argument(dims)
    known = None if sizes is None or None not in sizes else dims.constant()
    if known is not None and (known < 0).any():
        raise ValueError("Fill dimensions must be >= 0")
    return sizes


def _fill_failure(dims: Any, value: Any) -> str | None:
    if dims.ndim != 1:
        return f"dims must be a vector, got shape {to_text(dims.shape)}"
    if value.ndim:
        return f"value must be a scalar, got shape {to_text(value.shape)}"
    return f"Dimension {dims.min()} must be >= 0" if dims.size and dims.min() < 0 else None


def _fill_grad(_op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.reduction import reduce_sum

    return [None, reduce_sum(dy)]


def _fill(xp: Any, dims: Any, value: Any) -> Any:
    if dims.ndim != 1 or value.ndim:
        raise ValueError("dims that are no vector, or a value that is no scalar")
    return xp.full(dims.tolist(), value)


FILL = OpDef(
    "Fill(dims: index_type, value: T) -> output: T",
    attrs={"T": TypeAttr(), "index_type": TypeAttr(INDEX, dt.int32)},
    infer=_fill_sizes,
    forward=_fill,
    failure=_fill_failure,
    gradient=_fill_grad,
    cases=[case(INTS(2, 3), FLOAT()), case(INTS(), FLOAT()), case(INTS(0, 2, dtype=dt.int64), INT(3))],
)

ZEROS_LIKE = OpDef(
    "ZerosLike(x: T) -> y: T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=lambda xp, x: xp.full_like(x, b"") if x.dtype == object else xp.zeros_like(x),
    gradient=NO_GRADIENT,
    cases=ANY_CASES,
)

_ONES = (
    dt.bfloat16, dt.float16, dt.float32, dt.float64, dt.int8, dt.uint8, dt.int16, dt.uint16, dt.int32,
    dt.int64, dt.complex64, dt.complex128, dt.bool,
)  # fmt: skip

ONES_LIKE = OpDef(
    "OnesLike(x: T) -> y: T",
    attrs={"T": TypeAttr(_ONES)},
    infer=same,
    forward=lambda xp, x: xp.ones_like(x),
    gradient=NO_GRADIENT,
    cases=ANY_CASES,
)


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """A tensor of shape `dims`, a vector, whose entries are all the scalar `value`.

    >>> run(fill([2, 3], 9))
    array([[9, 9, 9],
           [9, 9, 9]], dtype=int32)
    """
    return emit(FILL, dims, value, name=name)


def zeros(shape: Any, dtype: Any = dt.float32, name: str | None = None) -> Tensor:
    """A tensor of zeros (of False, of empty strings): a constant while it is small, a Fill op from 1000
    entries on.

    Args:
      shape: a list, a TensorShape, or an integer tensor.
      dtype: the dtype.
      name: the op's name.

    >>> run(zeros([2, 3]))
    array([[0., 0., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    dtype = as_dtype(dtype).base_dtype
    zero = False if dtype is dt.bool else "" if dtype is dt.string else 0
    return _full(zero, shape, dtype, name, "zeros")


def ones(shape: Any, dtype: Any = dt.float32, name: str | None = None) -> Tensor:
    """A tensor of ones (of True): a constant while it is small, a Fill op from 1000 entries on.

    Args:
      shape: a list, a TensorShape, or an integer tensor.
      dtype: the dtype; not string.
      name: the op's name.

    >>> run(ones([2], tf.int32))
    array([1, 1], dtype=int32)
    """
    dtype = as_dtype(dtype).base_dtype
    return _full(True if dtype is dt.bool else 1, shape, dtype, name, "ones")


def _full(value: Any, shape: Any, dtype: DType, name: str | None, default: str) -> Tensor:
    with name_scope(name, default, [shape]) as scope:
        if not isinstance(shape, Tensor):
            try:
                if _is_small(shape):
                    return constant(value, dtype, shape, scope)
                shape = convert_to_tensor(TensorShape(shape))
            except (TypeError, ValueError):  # a list with tensors inside, or a size that is not one
                shape = convert_to_tensor(shape, dtype=dt.int32)
        if not shape.sizes:
            shape = reshape(shape, [-1])
        return fill(shape, constant(value, dtype), scope)


def _is_small(shape: Any) -> bool:
    """Whether to make a constant of this shape.

    TF asks numpy for the product, which with tensors in the list multiplies those: a few ops that nobody
    uses, but
    they are in every graph with a `zeros([batch_size, n])`, and so they are here.
    """
    if not isinstance(shape, list | tuple | TensorShape) and np.ndim(shape) == 0:
        return False  # one number in place of a list
    product = None
    for factor in shape if isinstance(shape, list | tuple) else np.ravel(shape):
        product = factor if product is None else product * factor
    return bool(1 if product is None else product < 1000)


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros in the shape of `tensor`.

    Args:
      tensor: any tensor.
      dtype: the dtype, if not the tensor's own.
      name: the op's name.
      optimize: whether to make a constant where the shape is known while building.

    >>> run(zeros_like([1, 2]))
    array([0, 0], dtype=int32)
    """
    with name_scope(name, "zeros_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        wanted = tensor.dtype if dtype is None else as_dtype(dtype)
        if optimize and num_elements(tensor.sizes) is not None and tensor.dtype != dt.variant:
            return zeros(tensor.shape, wanted, scope)
        if wanted != tensor.dtype and wanted != dt.variant:
            return zeros(_shape_of(tensor, optimize), wanted, scope)
        return emit(ZEROS_LIKE, tensor, name=scope)


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Ones in the shape of `tensor`.

    Args:
      tensor: any tensor.
      dtype: the dtype, if not the tensor's own.
      name: the op's name.
      optimize: whether to use the shape where it is known while building.

    >>> run(ones_like([[7], [8]]))
    array([[1],
           [1]], dtype=int32)
    """
    with name_scope(name, "ones_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        wanted = tensor.dtype if dtype is None else as_dtype(dtype)
        result = ones(_shape_of(tensor, optimize), wanted, scope)
        result.set_shape(tensor.shape)
        return result


def _shape_of(tensor: Tensor, optimize: bool) -> Tensor:
    return shape(tensor) if optimize else shape_op(tensor)
