"""IndexedSlices: the gradient of a tensor of which only some rows were used.

dense[indices[i]] = the sum of all values[j] with indices[j] == indices[i];  every other row is zero
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.convert import register_tensor_conversion_function, to_tensor
from flowgraph.ir.emit import graph_of
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.nest import register_composite
from flowgraph.ops.array import shape, shape_op
from flowgraph.ops.static_value import constant_shape
from flowgraph.shapes import TensorShape

_LARGE = 100_000_000  # entries; from here on TF warns of making a dense tensor


class IndexedSlices:
    """Rows of a larger tensor, given by their numbers: `dense[indices[i]] = values[i]`, rows that come
    twice add up.

    Args:
      values: the rows, a tensor of shape [n, ...].
      indices: which rows they are, an int32 or int64 tensor of shape [n].
      dense_shape: the shape of the whole, a 1-D integer tensor; None: not known.

    Raises:
      ValueError: the tensors belong to different graphs.

    >>> slices = IndexedSlices(tf.constant([[1., 2.]]), tf.constant([1]), tf.constant([3, 2]))
    >>> run(tf.convert_to_tensor(slices))
    array([[0., 0.],
           [1., 2.],
           [0., 0.]], dtype=float32)
    """

    __slots__ = ("__weakref__", "_dense_shape", "_indices", "_values")

    is_tensor_like = True

    def __init__(self, values: Any, indices: Tensor, dense_shape: Tensor | None = None) -> None:
        graph_of([values, indices, dense_shape])
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self) -> Any:
        """The rows."""
        return self._values

    @property
    def indices(self) -> Tensor:
        """Their numbers."""
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        """The shape of the whole."""
        return self._dense_shape

    @property
    def name(self) -> str:
        """The name of `values`."""
        return self._values.name

    @property
    def device(self) -> str:
        """The device of `values`."""
        return self._values.device

    @property
    def op(self) -> Operation:
        """The op that makes `values`."""
        return self._values.op

    @property
    def dtype(self) -> DType:
        """The dtype of `values`."""
        return self._values.dtype

    @property
    def graph(self) -> Graph:
        """The graph of the tensors."""
        return self._values.graph

    def consumers(self) -> list[Operation]:
        """The ops that take any of the tensors as an input."""
        parts = [part for part in (self._values, self._indices, self._dense_shape) if part is not None]
        return list(dict.fromkeys(op for part in parts for op in part.consumers()))

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self._values, self._indices, self._dense_shape)

    def _repr_html_(self) -> str:
        from flowgraph.viz.notebook import parts_html

        parts = {"values": self._values, "indices": self._indices, "dense shape": self._dense_shape}
        return parts_html("IndexedSlices: some rows of a tensor", self, parts)

    def __str__(self) -> str:
        whole = f", dense_shape={self._dense_shape}" if self._dense_shape is not None else ""
        return f"IndexedSlices(indices={self._indices}, values={self._values}{whole})"

    __repr__ = __str__


class IndexedSlicesValue(NamedTuple):
    """What running an `IndexedSlices` gives: three arrays."""

    values: Any
    indices: Any
    dense_shape: Any


def _to_dense(value: IndexedSlices, dtype: DType | None = None, name: str | None = None, as_ref: bool = False) -> Any:
    """The whole tensor, rows of zeros where no slice is."""
    from flowgraph.ops.segment import unsorted_segment_sum

    del as_ref  # a gradient is no variable
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        line = f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with dtype {value.dtype}"
        raise ValueError(errors.explain(line, where=user_site()))
    if value.dense_shape is None:
        raise ValueError(
            errors.explain(
                f"Tensor conversion requested for IndexedSlices without dense_shape: {value}",
                where=user_site(),
            )
        )
    _warn_if_large(value.dense_shape)
    return unsorted_segment_sum(value.values, value.indices, value.dense_shape[0], name=name)


def _warn_if_large(dense_shape: Tensor) -> None:
    known = dense_shape.constant()
    if known is None:
        size = "of unknown shape"
    elif prod(known.tolist()) >= _LARGE:
        size = f"with {prod(known.tolist())} elements"
    else:
        return
    text = f"Converting sparse IndexedSlices to a dense Tensor {size}. This may consume a large amount of memory."
    filename, line = user_site() or ("<string>", 1)
    warnings.warn_explicit(text, UserWarning, filename, line)


register_tensor_conversion_function(IndexedSlices, _to_dense)


def convert_to_tensor_or_indexed_slices(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A tensor of `value`; IndexedSlices and sparse tensors stay as they are.

    Args:
      value: whatever `tf.convert_to_tensor` takes, an IndexedSlices or a SparseTensor.
      dtype: the dtype it must have.
      name: the name of a constant that is made.

    Raises:
      ValueError: it has another dtype.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(value, Tensor) or not hasattr(type(value), "dense_shape"):
        return to_tensor(value, wanted, name)
    if wanted is not None and not wanted.is_compatible_with(value.dtype):
        line = (
            f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {value.dtype.name}: {str(value)!r}"
        )
        raise ValueError(errors.explain(line, where=user_site()))
    return value


def _parts(slices: IndexedSlices) -> list[Any]:
    return [part for part in (slices.values, slices.indices, slices.dense_shape) if part is not None]


def _spec(slices: IndexedSlices) -> str:
    whole = slices.dense_shape
    shape = [None, *slices.values.shape[1:]] if whole is None else constant_shape(whole)
    dtypes = [slices.dtype, slices.indices.dtype, whole if whole is None else whole.dtype]
    inner = ", ".join(map(repr, [TensorShape(shape), *dtypes, slices.indices.shape]))
    return f"type=IndexedSlicesSpec str=IndexedSlicesSpec({inner})"


register_composite(IndexedSlices, _parts, lambda _, parts: IndexedSlices(*parts), _spec)


def as_indexed_slices(x: Any, optimize: bool = True) -> Any:
    """A tensor as slices of itself: all of its rows; `optimize`: with a constant for a known shape."""
    from flowgraph.ops.range import range as range_op

    if isinstance(x, IndexedSlices):
        return x
    if not isinstance(x, Tensor):
        raise TypeError(f"Not a Tensor or IndexedSlices: {type(x)}")
    sizes = shape(x) if optimize else shape_op(x)
    return IndexedSlices(x, range_op(0, sizes[0]), sizes)


def as_indexed_slices_list(inputs: Any, optimize: bool = True) -> list[Any]:
    """Each as slices, with indices of one dtype: int64 as soon as one has it."""
    from flowgraph.ops.cast import cast

    if not isinstance(inputs, list | tuple):
        raise TypeError(f"Expected a list or tuple, not a {type(inputs)}")
    slices = [as_indexed_slices(x, optimize) for x in inputs]
    narrow = [s.indices.dtype.base_dtype == dt.int32 for s in slices]
    if not any(narrow) or all(narrow):
        return slices
    return [
        IndexedSlices(s.values, cast(s.indices, dt.int64), s.dense_shape) if is_narrow else s
        for s, is_narrow in zip(slices, narrow, strict=True)
    ]


def deduplicated(slices: IndexedSlices) -> IndexedSlices:
    """The same with every row once: those that came more often are added up."""
    from flowgraph.ops.segment import unsorted_segment_sum
    from flowgraph.ops.sets import unique

    indices, positions = unique(slices.indices)
    values = unsorted_segment_sum(slices.values, positions, shape(indices)[0])
    return IndexedSlices(values, indices, slices.dense_shape)


def _flat(slices: IndexedSlices) -> IndexedSlices:
    """Slices whose values are slices themselves, as slices of one level."""
    from flowgraph.ops.gather import gather

    if isinstance(slices.values, Tensor):
        return slices
    inner = _flat(slices.values)
    return IndexedSlices(inner.values, gather(slices.indices, inner.indices), inner.dense_shape)


def aggregate_slices(gradients: Sequence[Any]) -> Any:
    """The sum of gradients of which some are slices: all slices one behind the other, or a dense sum."""
    from flowgraph.ops.add_n import add_n
    from flowgraph.ops.joining import concat

    if not gradients:
        return None
    if len(gradients) == 1:
        return gradients[0]
    found = [gradient for gradient in gradients if gradient is not None]
    if any(isinstance(gradient, Tensor) for gradient in found):
        return add_n(found)
    parts = [_flat(part) for part in as_indexed_slices_list(found)]
    return IndexedSlices(
        concat([part.values for part in parts], axis=0),
        concat([part.indices for part in parts], axis=0),
        parts[0].dense_shape,
    )
