"""Further functions of datasets: tf.data.experimental's reducers, sparse batches, sizes, writers and devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets import experimental
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import Change
from flowgraph.datasets.iterators import spec_of_items
from flowgraph.datasets.reducing import with_state
from flowgraph.datasets.structure import SparseTensorSpec, TensorSpec
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.kernels.pipeline_sizes import INFINITE, UNKNOWN
from flowgraph.ops import dataset_tables as ops
from flowgraph.platform.deprecation import deprecated
from flowgraph.shapes import TensorShape

INFINITE_CARDINALITY = INFINITE
UNKNOWN_CARDINALITY = UNKNOWN


def cardinality(dataset: Dataset) -> Tensor:
    """How many elements a dataset has, an int64 scalar, as far as that is known without going through it.

    Args:
      dataset: the dataset.

    Returns:
      The number, `INFINITE_CARDINALITY` or `UNKNOWN_CARDINALITY`.

    >>> run(cardinality(tf.data.Dataset.range(10).batch(4)))
    3
    """
    made: Tensor = emit(ops.DATASET_CARDINALITY, dataset._variant_tensor)
    return made


def from_variant(variant: Tensor, structure: Any) -> Dataset:
    """The dataset that a variant tensor holds.

    Args:
      variant: the tensor; see `to_variant`.
      structure: the specs of the elements; see `get_structure`.
    """
    return Dataset._over(variant, structure)


def to_variant(dataset: Dataset) -> Tensor:
    """The tensor that holds a dataset.

    Args:
      dataset: the dataset.

    >>> numbers = tf.data.Dataset.range(3)
    >>> same = from_variant(to_variant(numbers), get_structure(numbers))
    >>> run(same.batch(3).make_one_shot_iterator().get_next())
    array([0, 1, 2])
    """
    return dataset._variant_tensor


def get_structure(dataset_or_iterator: Any) -> Any:
    """The specs of elements, nested as they are.

    Args:
      dataset_or_iterator: a dataset or an iterator.

    Raises:
      TypeError: it is something else.

    >>> get_structure(tf.data.Dataset.range(3))
    TensorSpec(shape=(), dtype=tf.int64, name=None)
    """
    return spec_of_items(dataset_or_iterator)


@deprecated(None, "Use `tf.data.experimental.map_and_batch()")
def map_and_batch_with_legacy_function(
    map_func: Callable[..., Any], batch_size: Any, num_parallel_batches: Any = None, drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Change:  # fmt: skip
    """`map_and_batch` under a name that TF gave it for an older kind of functions."""
    return experimental.map_and_batch(map_func, batch_size, num_parallel_batches, drop_remainder, num_parallel_calls)


def dense_to_sparse_batch(batch_size: Any, row_shape: Any) -> Change:
    """Elements of different shapes as the rows of sparse tensors.

    Args:
      batch_size: how many make a batch.
      row_shape: the dense shape of a row; None for the largest size in the batch.

    Raises:
      TypeError: (when applied) elements have several components.

    >>> rows = tf.data.Dataset.range(1, 3).map(lambda n: tf.fill([n], n)).apply(dense_to_sparse_batch(2, [4]))
    >>> run(tf.sparse.to_dense(rows.make_one_shot_iterator().get_next()))
    array([[1, 0, 0, 0],
           [2, 2, 0, 0]])
    """

    def change(dataset: Dataset) -> Dataset:
        spec = dataset.element_spec
        if not isinstance(spec, TensorSpec):
            line = "DenseToSparseDataset requires an input whose elements have a single component, whereas the input "
            raise refusal(f"{line}has {dataset.output_types!r}.", TypeError)
        shape = TensorShape(row_shape)
        sizes = convert_to_tensor([-1 if size is None else size for size in shape.as_list()], dt.int64)
        made = SparseTensorSpec(TensorShape([None]).concatenate(shape), spec.dtype)
        return dataset._next(ops.DENSE_TO_SPARSE_BATCH_DATASET, batch_size, sizes, spec=made)

    return change


@deprecated(None, "Use `tf.TensorSpec` instead.")
def TensorStructure(dtype: Any, shape: Any) -> TensorSpec:
    """The spec of a component that is a tensor.

    Args:
      dtype: its dtype.
      shape: its shape.

    >>> TensorStructure(tf.int32, [2])
    TensorSpec(shape=(2,), dtype=tf.int32, name=None)
    """
    return TensorSpec(shape, dtype)


@deprecated(None, "Use `tf.SparseTensorSpec` instead.")
def SparseTensorStructure(dtype: Any, shape: Any) -> SparseTensorSpec:
    """The spec of a component that is a sparse tensor.

    Args:
      dtype: its dtype.
      shape: its dense shape.
    """
    return SparseTensorSpec(shape, dtype)


class Reducer:
    """How a group of elements becomes one.

    Args:
      init_func: takes a key, returns the first state.
      reduce_func: takes a state and an element, returns the next state.
      finalize_func: takes the last state, returns an element.
    """

    def __init__(
        self, init_func: Callable[..., Any], reduce_func: Callable[..., Any], finalize_func: Callable[..., Any]
    ) -> None:
        self._functions = init_func, reduce_func, finalize_func

    @property
    def init_func(self) -> Callable[..., Any]:
        """What gives the first state."""
        return self._functions[0]

    @property
    def reduce_func(self) -> Callable[..., Any]:
        """What gives the next state."""
        return self._functions[1]

    @property
    def finalize_func(self) -> Callable[..., Any]:
        """What gives the element."""
        return self._functions[2]


def group_by_reducer(key_func: Callable[..., Any], reducer: Reducer) -> Change:
    """One element for each key, in the order of keys, made of all elements that have it.

    Args:
      key_func: takes an element, returns its key, an int64 scalar.
      reducer: how elements are put together.

    Raises:
      ValueError, TypeError: (when applied) a function returns something else.

    >>> sums = Reducer(lambda key: tf.constant(0, tf.int64), lambda total, number: total + number, lambda total: total)
    >>> groups = tf.data.Dataset.range(6).apply(group_by_reducer(lambda number: number % 2, sums))
    >>> run(groups.batch(2).make_one_shot_iterator().get_next())
    array([6, 9])
    """

    def change(dataset: Dataset) -> Dataset:
        method, scalar = "tf.data.experimental.group_by_reducer()", TensorSpec([], dt.int64)
        keys = Traced(key_func, method, dataset.element_spec)
        _demand_key(keys.spec)
        first = Traced(reducer.init_func, method, scalar)
        step, state = with_state(reducer.reduce_func, method, first.spec, dataset.element_spec, lambda after: after)
        last = Traced(reducer.finalize_func, method, state)
        traced = [keys, first, step, last]
        return dataset._next(
            ops.GROUP_BY_REDUCER_DATASET, *[one.captured for one in traced], spec=last.spec, traced=traced,
            key_func=keys.name, init_func=first.name, reduce_func=step.name, finalize_func=last.name,
        )  # fmt: skip

    return change


def _demand_key(spec: Any) -> None:
    if not isinstance(spec, TensorSpec) or spec.dtype != dt.int64 or not spec.shape.is_compatible_with([]):
        types, shapes = (spec.types, spec.shapes) if isinstance(spec, TensorSpec) else (spec, spec)
        raise refusal(
            f"`key_func` must return a single tf.int64 tensor. Got type={types!r} and shape={shapes}"
        )  # fmt: skip


class TFRecordWriter:
    """Writes datasets of strings into TFRecord files.

    Args:
      filename: the name of the file, a string or a string scalar.
      compression_type: '', 'ZLIB' or 'GZIP'.

    >>> import os, tempfile
    >>> name = os.path.join(tempfile.mkdtemp(), "words")
    >>> write = TFRecordWriter(name).write(tf.data.Dataset.from_tensor_slices(["one", "two"]))
    >>> run(write)
    >>> run(tf.data.TFRecordDataset(name).batch(2).make_one_shot_iterator().get_next())
    array([b'one', b'two'], dtype=object)
    """

    def __init__(self, filename: Any, compression_type: Any = None) -> None:
        self._filename = convert_to_tensor(filename, dt.string, "filename")
        packed = "" if compression_type is None else compression_type
        self._compression_type = convert_to_tensor(packed, dt.string, "compression_type")

    def write(self, dataset: Dataset) -> Operation:
        """An op that writes a record for each element.

        Args:
          dataset: a dataset of string scalars.

        Raises:
          TypeError: it is of something else.
        """
        if not isinstance(dataset, Dataset):
            raise refusal("`dataset` must be a `tf.data.Dataset` object.", TypeError)
        spec = dataset.element_spec
        if not isinstance(spec, TensorSpec) or spec.dtype != dt.string or not spec.shape.is_compatible_with([]):
            raise refusal(
                "`dataset` must produce scalar `DT_STRING` tensors whereas it produces shape "
                f"{dataset.output_shapes} and types {dataset.output_types!r}",
                TypeError,
            )
        made: Operation = emit(
            ops.DATASET_TO_TF_RECORD, dataset._variant_tensor, self._filename, self._compression_type
        )
        return made
