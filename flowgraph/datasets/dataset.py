"""tf.data.Dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.datasets import structure
from flowgraph.datasets.base import Described
from flowgraph.datasets.numbers import number, rows_of, seed_tensors
from flowgraph.datasets.options import Options
from flowgraph.datasets.structure import DatasetSpec, TensorSpec, flat_attrs, flatten, map_leaves
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops import dataset_ops as ops
from flowgraph.shapes import dimension_at_index


class Dataset(Described):
    """Elements, one after the other, that runs take one by one: an input pipeline.

    An element is a tensor, or tensors nested by tuples and dicts. A dataset begins with a source (`from_tensor_slices`,
    `range`, `tf.data.TextLineDataset`, `tf.data.TFRecordDataset` ...); methods make another dataset of one; an iterator
    goes through it when the graph runs.

    >>> dataset = tf.data.Dataset.from_tensor_slices([1, 2, 3, 4]).map(lambda x: x * x).batch(2)
    >>> squares = dataset.make_one_shot_iterator().get_next()
    >>> with tf.Session() as sess:
    ...     print(sess.run(squares), sess.run(squares))
    [1 4] [ 9 16]
    """

    def __init__(self) -> None:
        # for classes of the user's: those here are made by `_over`
        self._demand("_as_variant_tensor", "_inputs", shown="DatasetV1" if type(self) is Dataset else None)
        try:
            self._variant_tensor = self._as_variant_tensor()
        except AttributeError as error:
            line = (
                f"{error}: A likely cause of this error is that the super call for this dataset is not the last line "
                "of the __init__ method. The base class causes the _as_variant_tensor call in its constructor and if "
                "that uses attributes defined in the __init__ method, those attrs need to be defined before the super "
                "call."
            )
            raise refusal(line, AttributeError) from None

    @staticmethod
    def _over(variant: Tensor, spec: Any, sources: Sequence[Dataset] = (), traced: Sequence[Traced] = ()) -> Dataset:
        """The dataset that a tensor holds."""
        made: Dataset = object.__new__(Dataset)
        made._variant_tensor, made._spec, made._sources, made._traced = variant, spec, sources, traced
        return made

    @staticmethod
    def _made(
        opdef: OpDef, spec: Any, *inputs: Any, sources: Sequence[Dataset] = (), traced: Sequence[Traced] = (),
        **attrs: Any,
    ) -> Dataset:  # fmt: skip
        """The dataset of a new op."""
        known = flat_attrs(spec)
        attrs.update((key, value) for key, value in known.items() if key in opdef.defaults)
        return Dataset._over(emit(opdef, *inputs, **attrs), spec, sources, traced)

    def _next(self, opdef: OpDef, *inputs: Any, spec: Any = None, **attrs: Any) -> Dataset:
        """The dataset of a new op on this one; its elements are of the same kind unless a spec is given."""
        spec = self.element_spec if spec is None else spec
        return Dataset._made(opdef, spec, self._variant_tensor, *inputs, sources=[self], **attrs)

    def _calling(
        self, opdef: OpDef, function: Traced, *inputs: Any, spec: Any, name: str = "f", **attrs: Any
    ) -> Dataset:
        """The dataset of a new op on this one and a function."""
        attrs[name] = function.name
        return self._next(opdef, function.captured, *inputs, spec=spec, traced=[function], **attrs)

    # -- sources ---------------------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """One element.

        Args:
          tensors: the element: a tensor, or tensors nested by tuples and dicts.
        """
        element = structure.normalized(tensors)
        spec = structure.spec_of(element)
        return Dataset._made(ops.TENSOR_DATASET, spec, structure.encoded(spec, element))

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """An element for each row of tensors.

        Args:
          tensors: a tensor, or tensors nested by tuples and dicts, all with as many rows.

        >>> dataset = Dataset.from_tensor_slices(({"a": [1, 2]}, [0.5, 1.5]))
        >>> run(dataset.make_one_shot_iterator().get_next())
        ({'a': np.int32(1)}, 0.5)
        """
        element = structure.normalized(tensors)
        batched = structure.spec_of(element)
        pairs = zip(flatten(batched), flatten(element), strict=True)
        rows = [one.rows_of(part) for one, part in pairs]
        spec = map_leaves(lambda one: one.unbatch(), batched)
        for tensor in rows[1:]:
            dimension_at_index(rows[0].shape, 0).assert_is_compatible_with(dimension_at_index(tensor.shape, 0))
        return Dataset._made(ops.TENSOR_SLICE_DATASET, spec, rows)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor: Any) -> Dataset:
        """An element (indices, values, dense_shape) for each row of a sparse tensor.

        Args:
          sparse_tensor: a `tf.SparseTensor`, whose indices are in order.

        Raises:
          TypeError: it is none.
        """
        from flowgraph.ops.sparse_tensor import SparseTensor

        if not isinstance(sparse_tensor, SparseTensor):
            raise refusal(f"`sparse_tensor` must be a `tf.SparseTensor` object. Was {sparse_tensor}.", TypeError)
        parts = (sparse_tensor.indices, sparse_tensor.values, sparse_tensor.dense_shape)
        rank = (dimension_at_index(parts[0].shape, 1) - 1).merge_with(dimension_at_index(parts[2].shape, 0) - 1)
        spec = (
            TensorSpec([None, rank], dt.int64), TensorSpec([None], sparse_tensor.dtype), TensorSpec([rank], dt.int64)
        )  # fmt: skip
        return Dataset._made(ops.SPARSE_TENSOR_SLICE_DATASET, spec, *parts)

    @staticmethod
    def from_generator(generator: Any, output_types: Any, output_shapes: Any = None, args: Any = None) -> Dataset:
        """What a Python generator yields; it begins anew for each time through.

        Args:
          generator: a function that returns something to iterate over.
          output_types: the dtypes of the components, nested as what it yields is.
          output_shapes: their shapes; unknown by default.
          args: tensors whose values `generator` is called with, as arrays.

        >>> def count(stop):
        ...     for number in range(stop):
        ...         yield number, [number] * number
        >>> dataset = Dataset.from_generator(count, (tf.int32, tf.int64), ([], [None]), args=[3])
        >>> run(dataset.skip(2).make_one_shot_iterator().get_next())
        (2, array([2, 2]))
        """
        from flowgraph.datasets.generators import from_generator

        return from_generator(generator, output_types, output_shapes, args)

    @staticmethod
    def range(*args: Any) -> Dataset:
        """The numbers of a range, int64 scalars.

        Args:
          *args: stop; start and stop; or start, stop and step: numbers or int64 tensors.

        Raises:
          ValueError: there are more.
        """
        if not 1 <= len(args) <= 3:
            raise refusal(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = (0, *args, 1) if len(args) == 1 else args if len(args) == 3 else (*args, 1)
        numbers = [number(value, name) for value, name in ((start, "start"), (stop, "stop"), (step, "step"))]
        return Dataset._made(ops.RANGE_DATASET, TensorSpec([], dt.int64), *numbers)

    @staticmethod
    def zip(datasets: Any) -> Dataset:
        """Elements of several datasets side by side, as long as all have some.

        Args:
          datasets: datasets nested by tuples and dicts, as their elements will be.

        Raises:
          TypeError: there is something else among them.
        """
        flat = flatten(datasets)
        for one in flat:
            if not isinstance(one, Dataset):
                line = "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects."
                lists = " Nested structures do not support Python lists; please use a tuple instead."
                raise refusal(line + lists * isinstance(one, list), TypeError)
        spec = structure.pack(datasets, [one.element_spec for one in flat])
        return Dataset._made(ops.ZIP_DATASET, spec, [one._variant_tensor for one in flat], sources=flat)

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool | None = None, seed: Any = None) -> Dataset:
        """The names of the files that match patterns.

        Args:
          file_pattern: a pattern as in `tf.gfile.Glob`, or several.
          shuffle: whether they come in random order; by default they do.
          seed: see `shuffle`.

        Raises:
          InvalidArgumentError: (when run) there are none.
        """
        from flowgraph.datasets.readers import list_files

        return list_files(file_pattern, shuffle is None or shuffle, seed)

    # -- which elements, and in which order ------------------------------------------------------------------

    def concatenate(self, dataset: Dataset) -> Dataset:
        """The elements of this dataset, then those of another of the same kind.

        Args:
          dataset: the other.

        Raises:
          TypeError: its elements have other dtypes.
        """
        for what, theirs in (("types", dataset.output_types), ("classes", dataset.output_classes)):
            ours = getattr(self, f"output_{what}")
            if ours != theirs:
                raise refusal(f"Two datasets to concatenate have different {what} {ours} and {theirs}", TypeError)
        joint = map_leaves(structure.either, self.element_spec, dataset.element_spec)
        inputs = (self._variant_tensor, dataset._variant_tensor)
        return Dataset._made(ops.CONCATENATE_DATASET, joint, *inputs, sources=[self, dataset])

    def repeat(self, count: Any = None) -> Dataset:
        """The elements several times over.

        Args:
          count: how many times; without end if it is None or -1.
        """
        return self._next(ops.REPEAT_DATASET, number(-1 if count is None else count, "count"))

    def take(self, count: Any) -> Dataset:
        """The first elements.

        Args:
          count: how many; all if it is -1.
        """
        return self._next(ops.TAKE_DATASET, number(count, "count"))

    def skip(self, count: Any) -> Dataset:
        """The elements after the first ones.

        Args:
          count: how many are left out; all if it is -1.
        """
        return self._next(ops.SKIP_DATASET, number(count, "count"))

    def shard(self, num_shards: Any, index: Any) -> Dataset:
        """Each `num_shards`-th element, beginning with the one at `index`.

        Args:
          num_shards: how many parts there are.
          index: which one this is.
        """
        return self._next(ops.SHARD_DATASET, number(num_shards, "num_shards"), number(index, "index"))

    def shuffle(self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: bool | None = None) -> Dataset:
        """The elements in random order: each is drawn from a buffer, in which the next one takes its place.

        Args:
          buffer_size: how many elements the buffer holds; a perfect shuffle needs all.
          seed: the seed; see `tf.set_random_seed`.
          reshuffle_each_iteration: whether each time through has an order of its own; by default it has.

        >>> numbers = Dataset.range(5).shuffle(3, seed=1).make_one_shot_iterator().get_next()
        >>> with tf.Session() as sess:
        ...     print([int(sess.run(numbers)) for _ in range(5)])
        [1, 3, 0, 4, 2]
        """
        size = number(buffer_size, "buffer_size")
        again = True if reshuffle_each_iteration is None else reshuffle_each_iteration
        return self._next(ops.SHUFFLE_DATASET, size, *seed_tensors(seed), reshuffle_each_iteration=again)

    def cache(self, filename: Any = "") -> Dataset:
        """The elements, kept from the first time through on.

        Args:
          filename: the name of files to keep them in, which TF reads as well; in memory if it is empty. Files that
            are there already are read, whatever this dataset would give; while they are being written
            `filename_0.lockfile` stands beside them.

        Raises:
          AlreadyExistsError: (when run) files of this name are being written.
        """
        return self._next(ops.CACHE_DATASET, convert_to_tensor(filename, dt.string, "filename"))

    def prefetch(self, buffer_size: Any) -> Dataset:
        """The elements, computed by another thread before they are asked for.

        Args:
          buffer_size: how many elements ahead; None or -1 leaves that to the library.
        """
        return self._next(ops.PREFETCH_DATASET, number(-1 if buffer_size is None else buffer_size, "buffer_size"))

    # -- elements together -----------------------------------------------------------------------------------

    def batch(self, batch_size: Any, drop_remainder: Any = False) -> Dataset:
        """Elements stacked.

        Args:
          batch_size: how many make a batch.
          drop_remainder: whether a last batch that has fewer is left out; then the size is known while building.
        """
        size, drops = number(batch_size, "batch_size"), convert_to_tensor(drop_remainder, dt.bool, "drop_remainder")
        rows = rows_of(size, drops)
        spec = map_leaves(lambda one: one.batch(rows), self.element_spec)
        return self._next(ops.BATCH_DATASET, size, drops, spec=spec)

    def padded_batch(
        self, batch_size: Any, padded_shapes: Any, padding_values: Any = None, drop_remainder: Any = False
    ) -> Dataset:
        """Elements of different shapes stacked, each filled up.

        Args:
          batch_size: how many make a batch.
          padded_shapes: the shape of each component, nested as the elements are; None or -1 for the largest size in
            the batch.
          padding_values: what each component is filled up with; zeros or empty strings by default.
          drop_remainder: see `batch`.

        >>> dataset = Dataset.range(1, 4).map(lambda n: tf.fill([n], n)).padded_batch(3, [None])
        >>> run(dataset.make_one_shot_iterator().get_next())
        array([[1, 0, 0],
               [2, 2, 0],
               [3, 3, 3]])
        """
        from flowgraph.datasets.padding import padded_batch

        return padded_batch(self, batch_size, padded_shapes, padding_values, drop_remainder)

    def window(self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: Any = False) -> Dataset:
        """Datasets over as many elements each, one for every component.

        Args:
          size: how many elements a window has.
          shift: how far the next window begins behind it; `size` by default.
          stride: how far apart its elements are.
          drop_remainder: whether last windows that have fewer are left out.

        >>> windows = Dataset.range(5).window(3, 1, drop_remainder=True).flat_map(lambda window: window.batch(3))
        >>> run(windows.skip(1).make_one_shot_iterator().get_next())
        array([1, 2, 3])
        """
        pairs = ((size, "size"), (size if shift is None else shift, "shift"), (stride, "stride"))
        numbers = [number(value, name) for value, name in pairs]
        drops = convert_to_tensor(drop_remainder, dt.bool, "drop_remainder")
        return self._next(ops.WINDOW_DATASET, *numbers, drops, spec=map_leaves(DatasetSpec, self.element_spec))

    def unbatch(self) -> Dataset:
        """The rows of each element's components as elements."""
        spec = self.element_spec

        def normalize(arg: Any, *rest: Any) -> Any:
            value = (arg, *rest) if rest else arg
            pairs = zip(flatten(spec), flatten(value), strict=True)
            return tuple(one.rows_of(part) for one, part in pairs)

        shapes = [one.carrier[1] for one in flatten(spec)]
        rows = self.map(normalize)
        if any(shape.ndims == 0 for shape in shapes):
            raise refusal("Cannot unbatch an input with scalar components.")
        return rows._next(ops.UNBATCH_DATASET, spec=map_leaves(lambda one: one.unbatch(), spec))

    def enumerate(self, start: Any = 0) -> Dataset:
        """Pairs of a number, an int64 scalar, and an element.

        Args:
          start: the number of the first.
        """
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    # -- functions of elements -------------------------------------------------------------------------------

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """What a function makes of each element.

        Args:
          map_func: takes an element (several arguments if it is a tuple) and returns one; called once, to build what
            is then run for each element.
          num_parallel_calls: how many threads call it at a time; -1 leaves that to the library. The order stays.
        """
        function = Traced(map_func, "Dataset.map()", self.element_spec)
        if num_parallel_calls is None:
            return self._calling(functions.MAP_DATASET, function, spec=function.spec)
        threads = convert_to_tensor(num_parallel_calls, dt.int32, "num_parallel_calls")
        return self._calling(functions.PARALLEL_MAP_DATASET, function, threads, spec=function.spec)

    def map_with_legacy_function(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """`map` under a name that TF gave it for an older kind of functions."""
        return self.map(map_func, num_parallel_calls)

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements of which a function is true.

        Args:
          predicate: takes an element, returns a bool scalar.

        Raises:
          ValueError: it returns something else.
        """
        function = Traced(predicate, "Dataset.filter()", self.element_spec)
        found = function.spec
        if not isinstance(found, TensorSpec) or found.dtype != dt.bool or not found.shape.is_compatible_with([]):
            raise refusal(f"`predicate` return type must be convertible to a scalar boolean tensor. Was {found}.")
        return self._calling(functions.FILTER_DATASET, function, spec=self.element_spec, name="predicate")

    def filter_with_legacy_function(self, predicate: Callable[..., Any]) -> Dataset:
        """`filter` under a name that TF gave it for an older kind of functions."""
        return self.filter(predicate)

    def flat_map(self, map_func: Callable[..., Any]) -> Dataset:
        """The elements of the datasets that a function makes of each element, one dataset after the other.

        Args:
          map_func: takes an element, returns a dataset.

        Raises:
          TypeError: it returns something else.
        """
        function = Traced(map_func, "Dataset.flat_map()", self.element_spec)
        return self._calling(functions.FLAT_MAP_DATASET, function, spec=function.inner_spec())

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = -1,
        block_length: Any = 1,
        num_parallel_calls: Any = None,
    ) -> Dataset:
        """The elements of the datasets that a function makes of each element, from several of them in turn.

        Args:
          map_func: takes an element, returns a dataset.
          cycle_length: how many are open at a time; -1 for one each processor.
          block_length: how many elements of one come together.
          num_parallel_calls: accepted for TF's sake, must be positive or -1: what is read ahead is the same.

        >>> numbers = Dataset.range(1, 4).interleave(lambda n: Dataset.from_tensors(n).repeat(n), cycle_length=2)
        >>> run(numbers.batch(10).make_one_shot_iterator().get_next())
        array([1, 2, 2, 3, 3, 3])
        """
        function = Traced(map_func, "Dataset.interleave()", self.element_spec)
        spec = function.inner_spec()
        cycle = (number(cycle_length, "cycle_length"), number(block_length, "block_length"))
        if num_parallel_calls is None:
            return self._calling(functions.INTERLEAVE_DATASET, function, *cycle, spec=spec)
        threads = number(num_parallel_calls, "num_parallel_calls")
        return self._calling(functions.PARALLEL_INTERLEAVE_DATASET, function, *cycle, threads, spec=spec)

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
        """What a function makes of a state and one element after the other.

        Args:
          initial_state: the first state: a tensor, or tensors nested by tuples and dicts.
          reduce_func: takes a state and an element, returns the next state.

        Returns:
          The last state.

        >>> run(Dataset.range(5).reduce(tf.constant(0, tf.int64), lambda total, number: total + number))
        10
        """
        from flowgraph.datasets.reducing import reduce

        return reduce(self, initial_state, reduce_func)

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """What a function of datasets makes of this one.

        Args:
          transformation_func: takes a dataset, returns a dataset.

        Raises:
          TypeError: it returns something else.
        """
        made = transformation_func(self)
        if not isinstance(made, Dataset):
            raise refusal(f"`transformation_func` must return a Dataset. Got {made}.", TypeError)
        return made

    def with_options(self, options: Options) -> Dataset:
        """This dataset, to be gone through as options say.

        Args:
          options: a `tf.data.Options`.
        """
        made = Dataset._over(self._variant_tensor, self.element_spec, [self])
        made._options = self.options().merge(options)
        return made
