"""SparseTensor: a tensor given by the entries that it has, everything else being zero (or empty).

dense[indices[i, 0], indices[i, 1], ...] = values[i]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import name_scope, session_for
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.nest import register_composite
from flowgraph.ops.constant import placeholder
from flowgraph.ops.static_value import constant_shape
from flowgraph.shapes import TensorShape


class SparseTensor:
    """A tensor of which only some entries are kept: three tensors that together stand for one.

    Args:
      indices: where the entries are, an int64 tensor of shape [n, rank]; most ops want them sorted row by row.
      values: the entries, of shape [n].
      dense_shape: the shape of the whole, an int64 tensor of shape [rank].

    Raises:
      ValueError: the static shapes do not fit together.

    >>> sparse = SparseTensor(indices=[[0, 0], [1, 2]], values=[1, 2], dense_shape=[2, 3])
    >>> run(tf.sparse_tensor_to_dense(sparse))
    array([[1, 0, 0],
           [0, 0, 2]], dtype=int32)
    """

    __slots__ = ("__weakref__", "_dense_shape", "_indices", "_values")

    is_tensor_like = True

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            self._indices: Tensor = to_tensor(indices, dt.int64, "indices")
            self._values: Tensor = to_tensor(values, None, "values")
            self._dense_shape: Tensor = to_tensor(dense_shape, dt.int64, "dense_shape")
        shape_of_indices = self._indices.shape.with_rank(2)
        shape_of_values = self._values.shape.with_rank(1)
        shape_of_shape = self._dense_shape.shape.with_rank(1)
        shape_of_indices[0].merge_with(shape_of_values[0])
        shape_of_indices[1].merge_with(shape_of_shape[0])

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """A SparseTensor of what running one gave (or of another SparseTensor).

        Raises:
          TypeError: it is neither.
        """
        if not is_sparse(sparse_tensor_value):
            line = f"Neither a SparseTensor nor SparseTensorValue: {sparse_tensor_value}."
            raise TypeError(errors.explain(line, where=user_site()))
        return SparseTensor(*parts_of(sparse_tensor_value))

    @property
    def indices(self) -> Tensor:
        """Where the entries are: an int64 tensor of shape [n, rank]."""
        return self._indices

    @property
    def values(self) -> Tensor:
        """The entries: a tensor of shape [n]."""
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        """The shape of the whole: an int64 tensor of shape [rank]."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape of the whole while building."""
        return TensorShape.of(constant_shape(self._dense_shape))

    def get_shape(self) -> TensorShape:
        """The same as the property `shape`."""
        return self.shape

    @property
    def op(self) -> Operation:
        """The op that makes `values`."""
        return self._values.op

    @property
    def dtype(self) -> DType:
        """The dtype of the entries."""
        return self._values.dtype

    @property
    def graph(self) -> Graph:
        """The graph of the tensors."""
        return self._indices.graph

    def consumers(self) -> list[Operation]:
        """The ops that take any of the three tensors as an input."""
        return list(dict.fromkeys(op for part in parts_of(self) for op in part.consumers()))

    def eval(self, feed_dict: Any = None, session: Any = None) -> SparseTensorValue:
        """Run the graph as far as the three tensors need (default: in the default session)."""
        chosen = session_for(self._values, session, "Cannot evaluate tensor using `eval()`: ", "eval(session=sess)")
        return SparseTensorValue(*chosen.run(parts_of(self), feed_dict))

    @staticmethod
    def _override_operator(operator: str, function: Any) -> None:
        setattr(SparseTensor, operator, function)

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import parts_html

        parts = {"indices": self._indices, "values": self._values, "dense shape": self._dense_shape}
        return parts_html(f"SparseTensor of shape {self.shape}", self, parts)

    def __str__(self) -> str:
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"


class SparseTensorValue(NamedTuple):
    """What running a `SparseTensor` gives, and what may be fed for one: three arrays."""

    indices: Any
    values: Any
    dense_shape: Any


def is_sparse(x: Any) -> bool:
    """Whether `x` is a SparseTensor or a SparseTensorValue."""
    return isinstance(x, SparseTensor | SparseTensorValue)


def parts_of(sparse: Any) -> list[Any]:
    """The three tensors (or arrays), in the order in which ops take them."""
    return [sparse.indices, sparse.values, sparse.dense_shape]


def _join(_like: Any, parts: list[Any]) -> SparseTensor | SparseTensorValue:
    of_arrays = all(isinstance(part, np.ndarray) for part in parts)
    return SparseTensorValue(*parts) if of_arrays else SparseTensor(*parts)


def _spec(sparse: SparseTensor) -> str:
    return f"type=SparseTensorSpec str=SparseTensorSpec({sparse.shape!r}, {sparse.dtype!r})"


register_composite(SparseTensor, parts_of, _join, _spec)


def convert_to_tensor_or_sparse_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A SparseTensor as it is or made of a SparseTensorValue; of anything else the tensor that stands for it.

    Args:
      value: what to convert.
      dtype: the dtype that the result must have.
      name: the name of the constant, if one is made.

    Raises:
      RuntimeError: a SparseTensor has another dtype.

    >>> convert_to_tensor_or_sparse_tensor([1.0, 2.0])
    <tf.Tensor 'Const:0' shape=(2,) dtype=float32>
    """
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return to_tensor(value, wanted, name)
    if wanted is not None and not wanted.is_compatible_with(value.dtype):
        line = f"Sparse dtype: requested = {wanted.name}, actual = {value.dtype.name}"
        raise RuntimeError(errors.explain(line, where=user_site()))
    return value


def to_sparse(value: Any) -> SparseTensor:
    """A SparseTensor, also of a SparseTensorValue.

    Raises:
      TypeError: it is neither.
    """
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError(errors.explain("Input must be a SparseTensor.", where=user_site()))
    return value


def of_values(function: Callable[..., Tensor], sparse: SparseTensor, op_type: str, name: str | None) -> Any:
    """A function entry by entry, such as `tf.abs`, of the entries that a SparseTensor has."""
    sparse.graph.claim(name, op_type)  # TF tries to compute with the SparseTensor itself first, which takes the name
    return SparseTensor(sparse.indices, function(sparse.values, name), sparse.dense_shape)


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:
    """A SparseTensor that is given at every run: feed it a SparseTensorValue, or a tuple of the same three.

    Args:
      dtype: the dtype of the entries.
      shape: the shape of the whole; None: any.
      name: the scope of the placeholders.

    >>> x = sparse_placeholder(tf.float32, name="x")
    >>> run(tf.sparse_tensor_to_dense(x), {x: tf.SparseTensorValue([[0, 1], [1, 0]], [1.0, 2.0], [2, 2])})
    array([[0., 1.],
           [2., 0.]], dtype=float32)
    """

    def part(of: str) -> str | None:
        return None if name is None else f"{name}/{of}"

    whole, rank = _whole_shape(shape, part("shape"))
    if whole is None:
        whole = placeholder(dt.int64, [rank], part("shape"))
    return SparseTensor(
        values=placeholder(dtype, [None], part("values")),
        indices=placeholder(dt.int64, [None, rank], part("indices")),
        dense_shape=whole,
    )


def _whole_shape(shape: Any, name: str | None) -> tuple[Tensor | None, int | None]:
    """The shape as a tensor (None: to be fed) and the rank if it is known."""
    if shape is None:
        return None, None
    if isinstance(shape, Tensor):
        return to_tensor(shape, dt.int64, name), shape.shape[0].value
    rank = len(shape)
    return (None if None in shape else to_tensor(shape, dt.int64, name)), rank
