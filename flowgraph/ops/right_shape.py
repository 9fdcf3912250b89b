"""Tensors that must have a certain shape: checked now if it is known now, else by every run."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import rank, reshape, shape, size
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal, logical_and, logical_or
from flowgraph.ops.identity import identity
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.sparse_tensor import SparseTensor


def with_same_shape(expected_tensor: Tensor, tensor: Tensor) -> Tensor:
    """`tensor`, which must have the shape of another; see `with_shape`.

    >>> x = tf.constant([1.0, 2.0])
    >>> with_same_shape(tf.zeros([2]), x) is x
    True
    """
    with name_scope(f"{tensor.op.name}/", values=[expected_tensor, tensor]):
        known = expected_tensor.shape
        expected = known.as_list() if known.is_fully_defined() else shape(expected_tensor, name="expected_shape")
        return with_shape(expected, tensor)


def with_shape(expected_shape: Any, tensor: Tensor) -> Tensor:
    """`tensor`, which must have a certain shape: itself if that is known now, else one that fails to run otherwise.

    Args:
      expected_shape: a list of sizes, -1 for any, or an int32 tensor of them.
      tensor: a tensor.

    Raises:
      ValueError: it has another shape, or the shape is no vector of int32.

    >>> x = tf.placeholder(tf.float32, [None])
    >>> with_shape([3], x).shape
    TensorShape([Dimension(3)])
    """
    if isinstance(tensor, SparseTensor):
        raise refusal("SparseTensor not supported.")
    expected = _sizes(expected_shape, tensor)
    actual = tensor.shape
    if isinstance(expected, Tensor) or not actual.is_fully_defined():
        with name_scope(f"{tensor.op.name}/", values=[tensor]):
            if not isinstance(expected, Tensor) and not len(expected):
                return reshape(tensor, [])
            with control_dependencies([_assert_shape(expected, tensor)]):
                result = identity(tensor)
            if not isinstance(expected, Tensor):
                result.set_shape(expected)
            return result
    if actual.is_compatible_with(expected):
        return tensor
    if not len(expected) and actual.is_compatible_with([1]):
        with name_scope(f"{tensor.op.name}/", values=[tensor]):
            return reshape(tensor, [])
    raise refusal(f"Invalid shape for tensor {tensor.name}, expected {expected}, got {actual}.")


def _sizes(expected: Any, tensor: Tensor) -> Any:
    """An int32 tensor as it is, a list as an int32 vector of numpy."""
    if isinstance(expected, Tensor):
        if expected.dtype.base_dtype != dt.int32:
            raise _wrong("dtype", expected.dtype, expected, tensor)
        return expected
    if isinstance(expected, list | tuple):
        sizes = np.asarray(expected) if expected else np.asarray([], np.int32)
        expected = sizes.astype(np.int32) if sizes.dtype == np.int64 else sizes
    if isinstance(expected, np.ndarray):
        if expected.ndim > 1:
            raise _wrong("rank", expected.ndim, expected, tensor)
        if expected.dtype != np.int32:
            raise _wrong("dtype", expected.dtype, expected, tensor)
    return expected


def _wrong(what: str, value: Any, expected: Any, tensor: Tensor) -> Exception:
    return refusal(f"Invalid {what} {value} for shape {expected} expected of tensor {tensor.name}.")


def _assert_shape(expected: Any, tensor: Tensor) -> Operation:
    """An op that fails to run if the tensor has another shape."""
    with name_scope("assert_shape", values=[tensor]) as scope:
        actual = shape(tensor, name="actual")
        data = [f"Wrong shape for {tensor.name} [expected] [actual].", expected, actual]
        return Assert(_is_shape(expected, tensor, actual), data, name=scope)


def _is_shape(expected: Any, tensor: Tensor, actual: Tensor) -> Tensor:
    with name_scope("is_shape", values=[tensor]) as scope:
        is_rank = _is_rank(size(expected), tensor)
        with name_scope("shape_tensor_equal", values=[expected, actual]) as equal_scope:
            fits = logical_or(equal(expected, -1), equal(expected, actual, "equal"), name="exclude_partial_shape")
            are_sizes = reduce_all(fits, name=equal_scope)
        return logical_and(is_rank, are_sizes, name=scope)


def _is_rank(expected: Any, tensor: Tensor) -> Tensor:
    with name_scope("is_rank", values=[tensor]) as scope:
        expected = convert_to_tensor(expected, name="expected")
        return equal(expected, rank(tensor, name="actual"), name=scope)
