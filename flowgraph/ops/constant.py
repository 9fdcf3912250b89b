"""Constants and placeholders: where values enter a graph; and turning numbers, lists and arrays into tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype, to_numpy
from flowgraph.ir.cases import FLOAT, case
from flowgraph.ir.convert import register_tensor_conversion_function
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.shapes import Dimension, TensorShape, as_sizes
from flowgraph.sizes import Sizes, to_text

_LARGEST = 1 << 27


def _laid_out(value: np.ndarray) -> np.ndarray:
    """A value whose entries lie one after the other, unless one stands for so many that they would fill the memory."""
    return value if value.nbytes > _LARGEST else np.ascontiguousarray(value) if value.ndim else value


CONST = OpDef(
    "Const() -> output: dtype",
    attrs={"value": REQUIRED, "dtype": TypeAttr()},
    infer=lambda *, value, dtype: value.shape,
    forward=lambda xp, *, value, dtype: _laid_out(value),
    gradient=NO_GRADIENT,
    cases=[case(value=np.arange(6, dtype=np.float32).reshape(2, 3), dtype=dt.float32)],
)


def make_constant(value: np.ndarray, dtype: DType, name: str | None) -> Tensor:
    """A Const op of an array that nobody changes any more."""
    graph = get_default_graph()
    full_name = graph.claim(name, "Const", "node")
    op = graph.add(CONST, full_name, (), {"value": value, "dtype": dtype}, (dtype,), (value.shape,))
    return op.outputs[0]


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str = "Const", verify_shape: bool = False
) -> Tensor:
    """A tensor of a value that is part of the graph.

    Args:
      value: a number, string, (nested) list of them, or numpy array.
      dtype: its dtype; by default int32 for Python ints, float32 for Python floats, an array's own.
      shape: its shape; a shorter value's last entry is repeated to fill it.
      name: the op's name.
      verify_shape: whether a value that does not have exactly this shape is an error.

    Raises:
      TypeError: the value does not fit the dtype, or its shape is not `shape` under verify_shape.
      ValueError: it is ragged, None, or has more entries than the shape.

    >>> run(constant([[1, 2], [3, 4]]))
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    sizes = None if shape is None else _full_sizes(shape)
    array = to_numpy(value, wanted, sizes, verify_shape) if sizes is not None else to_numpy(value, wanted)
    if array is value or (isinstance(value, np.ndarray) and np.shares_memory(array, value)):
        array = array.copy()  # the caller may change its array later
    array.flags.writeable = False
    return make_constant(array, wanted if wanted is not None else as_dtype(array.dtype), name)


def _full_sizes(shape: Any) -> tuple[int, ...]:
    sizes: Any = shape.as_list() if isinstance(shape, TensorShape) else shape
    return tuple(int(size) for size in sizes)


def _convert_value(value: Any, dtype: DType | None = None, name: str | None = None, **_as_ref: bool) -> Tensor:
    return constant(value, dtype, name=name or "Const")


def _convert_shape(value: TensorShape, dtype: DType | None = None, name: str | None = None, **_as_ref: bool) -> Tensor:
    if not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
    sizes = value.as_list()
    if dtype is None:
        dtype = dt.int64 if any(size >= 2**31 for size in sizes) else dt.int32  # type: ignore[operator]
    elif dtype not in (dt.int32, dt.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return constant(sizes, dtype, name=name or "shape_as_tensor")


def _convert_dimension(
    value: Dimension, dtype: DType | None = None, name: str | None = None, **_as_ref: bool
) -> Tensor:
    if value.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {value}")
    if dtype is not None and dtype not in (dt.int32, dt.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return constant(value.value, dtype, name=name or "shape_as_tensor")


register_tensor_conversion_function(TensorShape, _convert_shape, 100)
register_tensor_conversion_function(Dimension, _convert_dimension, 100)
register_tensor_conversion_function(object, _convert_value, 200)


def _unfed(_ctx: Any, **_attrs: Any) -> Any:
    raise AssertionError("a placeholder is fed, or the run is refused before it starts")


PLACEHOLDER = OpDef(
    "Placeholder() -> output: dtype",
    attrs={"dtype": TypeAttr(), "shape": None},
    infer=lambda *, dtype, shape: shape,
    forward=_unfed,
    gradient=NO_GRADIENT,
    role="placeholder",
)

PLACEHOLDER_WITH_DEFAULT = OpDef(
    "PlaceholderWithDefault(input: dtype) -> output: dtype",
    attrs={"dtype": TypeAttr(), "shape": REQUIRED},
    infer=lambda x, *, shape: _default_sizes(x.sizes, shape),
    forward=lambda xp, x, *, shape: x,
    gradient=lambda op, dy: [dy],
    role="default",  # never folded: it may be fed
    alias=True,
    cases=[case(FLOAT(2, 3), shape=(2, 3))],
)


def _default_sizes(value: Sizes, shape: Sizes) -> Sizes:
    from flowgraph.sizes import merge

    merge(value, shape)
    return shape


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor whose value is given at every run: `sess.run(y, feed_dict={x: value})`.

    Args:
      dtype: the dtype of the values.
      shape: what they have in common: a list with None for sizes that may vary; None: any rank.
      name: the op's name.

    >>> x = placeholder(tf.float32, [None, 2], name="x")
    >>> x
    <tf.Tensor 'x:0' shape=(?, 2) dtype=float32>
    >>> run(x + 1.0, {x: [[1, 2]]})
    array([[2., 3.]], dtype=float32)
    """
    try:
        sizes = as_sizes(shape)
    except (TypeError, ValueError) as error:
        raise type(error)(
            errors.explain(f"Error converting shape to a TensorShape: {error}.", where=user_site())
        ) from None
    return emit(PLACEHOLDER, dtype=dtype, shape=sizes, name=name)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """A placeholder that has the value `input` when it is not fed.

    Args:
      input: the default value.
      shape: what the values have in common; may say less than the default's own shape.
      name: the op's name.

    >>> rate = placeholder_with_default(0.5, [])
    >>> run(rate)
    0.5
    """
    sizes = as_sizes(shape)
    try:
        return emit(PLACEHOLDER_WITH_DEFAULT, input, shape=sizes, name=name)
    except ValueError as error:
        given = to_text(sizes)
        raise ValueError(errors.explain(str(error), details=[f"shape = {given}"], where=user_site())) from None
