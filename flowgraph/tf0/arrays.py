"""Arithmetic and arrays, as before TensorFlow 1.0."""

from __future__ import annotations

from typing import Any

import numpy as np

import flowgraph as tf
from flowgraph.ir.tensor import Tensor


def mul(x: Any, y: Any, name: str | None = None) -> Tensor:
    """`tf.multiply`; its op is called `Mul`.

    >>> run(mul([1, 2], 3))
    array([3, 6], dtype=int32)
    """
    return tf.multiply(x, y, name=name)


def sub(x: Any, y: Any, name: str | None = None) -> Tensor:
    """`tf.subtract`; its op is called `Sub`."""
    return tf.subtract(x, y, name=name)


def neg(x: Any, name: str | None = None) -> Tensor:
    """`tf.negative`; its op is called `Neg`."""
    return tf.negative(x, name=name)


def inv(x: Any, name: str | None = None) -> Tensor:
    """1 / x: `tf.reciprocal`."""
    return tf.reciprocal(x, name=name)


def complex_abs(x: Any, name: str | None = None) -> Tensor:
    """The absolute values of complex numbers: `tf.abs`."""
    return tf.abs(x, name=name)


def select(condition: Any, t: Any, e: Any, name: str | None = None) -> Tensor:
    """Entries of `t` where `condition` holds, of `e` elsewhere: `tf.where`.

    >>> run(select([True, False], [1, 2], [3, 4]))
    array([1, 4], dtype=int32)
    """
    return tf.where(condition, t, e, name=name)


def listdiff(x: Any, y: Any, name: str | None = None) -> Any:
    """What is in `x` and not in `y`, and where: `tf.setdiff1d`."""
    return tf.setdiff1d(x, y, name=name)


def batch_matmul(
    x: Any, y: Any, adj_x: bool | None = None, adj_y: bool | None = None, name: str | None = None
) -> Tensor:
    """Products of the matrices in two tensors: `tf.matmul`."""
    return tf.matmul(x, y, adjoint_a=bool(adj_x), adjoint_b=bool(adj_y), name=name)


def pack(values: Any, axis: int = 0, name: str = "pack") -> Tensor:
    """`tf.stack`.

    >>> run(pack([1, 2])), pack([1, 2]).op.name
    (array([1, 2], dtype=int32), 'pack_1')
    """
    return tf.stack(values, axis=axis, name=name)


def unpack(value: Any, num: int | None = None, axis: int = 0, name: str = "unpack") -> list[Tensor]:
    """`tf.unstack`."""
    return tf.unstack(value, num=num, axis=axis, name=name)


def concat(concat_dim: Any = None, values: Any = None, name: str = "concat", axis: Any = None) -> Tensor:
    """`tf.concat` with the axis first.

    >>> run(concat(0, [[1], [2, 3]])), run(concat([[1], [2, 3]], 0))
    (array([1, 2, 3], dtype=int32), array([1, 2, 3], dtype=int32))
    """
    if axis is not None:
        values = concat_dim if values is None else values
        return tf.concat(values, axis, name=name)
    if isinstance(concat_dim, list | tuple) and not isinstance(values, list | tuple):
        concat_dim, values = values, concat_dim
    return tf.concat(values, concat_dim, name=name)


def split(
    split_dim: Any = None,
    num_split: Any = None,
    value: Any = None,
    name: str = "split",
    *,
    axis: Any = None,
    num_or_size_splits: Any = None,
    num: int | None = None,
) -> list[Tensor]:
    """`tf.split` with the axis first and what is split last.

    >>> [run(part) for part in split(1, 2, [[1, 2]])], len(split([1, 2], 2, 0))
    ([array([[1]], dtype=int32), array([[2]], dtype=int32)], 2)
    """
    if axis is not None or num_or_size_splits is not None or _is_new_order(split_dim, value):
        what = split_dim if split_dim is not None else value
        pieces = num_split if num_or_size_splits is None else num_or_size_splits
        along = axis if axis is not None else (value if what is split_dim and value is not None else 0)
        return tf.split(what, pieces, along, num=num, name=name)
    return tf.split(value, num_split, split_dim, num=num, name=name)


def _is_new_order(first: Any, third: Any) -> bool:
    """Whether the axis cannot be the first argument, or what is split not the last."""
    return _rank(first) != 0 and _rank(third) in (0, None) and first is not None


def _rank(value: Any) -> int | None:
    if isinstance(value, Tensor):
        return value.shape.ndims
    return None if value is None else np.ndim(value)


def sparse_split(split_dim: Any, num_split: int, sp_input: Any, name: str | None = None) -> Any:
    """`tf.sparse_split` with the axis first and what is split last."""
    return tf.sparse_split(sp_input=sp_input, num_split=num_split, axis=split_dim, name=name)


def reverse(tensor: Any, dims: Any, name: str | None = None) -> Tensor:
    """`tf.reverse`, with True in `dims` for each axis to turn round; a list of axes is understood, too.

    >>> run(reverse([[1, 2]], [False, True])), run(reverse([[1, 2]], [1]))
    (array([[2, 1]], dtype=int32), array([[2, 1]], dtype=int32))
    """
    if isinstance(dims, list | tuple | np.ndarray) and all(isinstance(dim, bool | np.bool_) for dim in dims):
        dims = [axis for axis, turned in enumerate(dims) if turned]
    return tf.reverse(tensor, dims, name=name)
