"""Functions of datasets, for `Dataset.apply`: tf.data.experimental."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets import structure
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.numbers import number, rows_of, seed_tensors
from flowgraph.datasets.reducing import with_state
from flowgraph.datasets.structure import DatasetSpec, TensorSpec, flat_attrs, map_leaves
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops import dataset_ops as ops

Change = Callable[[Dataset], Dataset]

AUTOTUNE = -1
"""Leaves a number to the library: `dataset.prefetch(tf.data.experimental.AUTOTUNE)`."""


def map_and_batch(
    map_func: Callable[..., Any], batch_size: Any, num_parallel_batches: Any = None, drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Change:  # fmt: skip
    """As `Dataset.map` and `Dataset.batch`.

    Args:
      map_func, num_parallel_calls: see `Dataset.map`.
      batch_size, drop_remainder: see `Dataset.batch`.
      num_parallel_batches: how many batches are made at a time, instead of `num_parallel_calls`.

    Raises:
      ValueError: both numbers are given.

    >>> dataset = tf.data.Dataset.range(4).apply(map_and_batch(lambda n: n * n, 2))
    >>> run(dataset.make_one_shot_iterator().get_next())
    array([0, 1])
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise refusal("The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive.")
    calls = num_parallel_calls
    if calls is None:
        calls = batch_size * (1 if num_parallel_batches is None else num_parallel_batches)

    def change(dataset: Dataset) -> Dataset:
        traced = Traced(map_func, "tf.data.experimental.map_and_batch()", dataset.element_spec)
        size, threads = number(batch_size, "batch_size"), number(calls, "num_parallel_calls")
        drops = convert_to_tensor(drop_remainder, dt.bool, "drop_remainder")
        rows = rows_of(size, drops)
        spec = map_leaves(lambda one: one.batch(rows), traced.spec)
        return dataset._calling(
            functions.MAP_AND_BATCH_DATASET, traced, size, threads, drops, spec=spec, preserve_cardinality=True
        )

    return change


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Change:
    """As `Dataset.shuffle` and `Dataset.repeat`.

    Args:
      buffer_size, seed: see `Dataset.shuffle`.
      count: see `Dataset.repeat`.
    """

    def change(dataset: Dataset) -> Dataset:
        size = number(buffer_size, "buffer_size")
        times = number(-1 if count is None else count, "count")
        return dataset._next(ops.SHUFFLE_AND_REPEAT_DATASET, size, *seed_tensors(seed), times)

    return change


def parallel_interleave(
    map_func: Callable[..., Any], cycle_length: Any, block_length: Any = 1, sloppy: Any = False,
    buffer_output_elements: Any = None, prefetch_input_elements: Any = None,
) -> Change:  # fmt: skip
    """As `Dataset.interleave`.

    Args:
      map_func, cycle_length, block_length: see `Dataset.interleave`.
      sloppy: whether the order may depend on chance; here it never does.
      buffer_output_elements, prefetch_input_elements: how much TF reads ahead; the elements are the same.
    """
    return lambda dataset: ahead_interleaved(
        dataset, map_func, cycle_length, block_length, sloppy, buffer_output_elements, prefetch_input_elements
    )


def ahead_interleaved(
    dataset: Dataset, map_func: Callable[..., Any], cycle_length: Any, block_length: Any = 1, sloppy: Any = False,
    buffer_output_elements: Any = None, prefetch_input_elements: Any = None,
) -> Dataset:  # fmt: skip
    """See `parallel_interleave`."""
    traced = Traced(map_func, "tf.data.experimental.parallel_interleave()", dataset.element_spec)
    spec = traced.inner_spec()
    cycle, block = number(cycle_length, "cycle_length"), number(block_length, "block_length")
    loose = convert_to_tensor(sloppy, dt.bool, "sloppy")
    # TF's defaults: twice a block, and twice a cycle
    outputs = 2 * block_length if buffer_output_elements is None else buffer_output_elements
    inputs = 2 * cycle_length if prefetch_input_elements is None else prefetch_input_elements
    ahead = (number(outputs, "buffer_output_elements"), number(inputs, "prefetch_input_elements"))
    return dataset._calling(
        functions.OLD_PARALLEL_INTERLEAVE_DATASET, traced, cycle, block, loose, *ahead, spec=spec
    )  # fmt: skip


def ignore_errors() -> Change:
    """The elements that bring no error.

    >>> numbers = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 4.0]).map(lambda x: tf.check_numerics(1.0 / x, "bad"))
    >>> dataset = numbers.apply(ignore_errors()).batch(3)
    >>> run(dataset.make_one_shot_iterator().get_next())
    array([1.  , 0.25], dtype=float32)
    """
    return lambda dataset: dataset._next(ops.IGNORE_ERRORS_DATASET)


def unbatch() -> Change:
    """As `Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


def unique() -> Change:
    """Each element once.

    >>> dataset = tf.data.Dataset.from_tensor_slices([1, 3, 1]).apply(unique()).batch(3)
    >>> run(dataset.make_one_shot_iterator().get_next())
    array([1, 3], dtype=int32)
    """
    return lambda dataset: dataset._next(ops.UNIQUE_DATASET)


def enumerate_dataset(start: Any = 0) -> Change:
    """As `Dataset.enumerate`.

    Args:
      start: the number of the first element.
    """
    return lambda dataset: dataset.enumerate(start)


def take_while(predicate: Callable[..., Any]) -> Change:
    """The elements up to the first of which a function is not true.

    Args:
      predicate: takes an element, returns a bool scalar.

    Raises:
      ValueError: it returns something else.
    """

    def change(dataset: Dataset) -> Dataset:
        traced = Traced(predicate, "tf.data.experimental.take_while()", dataset.element_spec)
        _demand_scalar(traced.spec, dt.bool, "`predicate` return type must be convertible to a scalar boolean tensor.")
        spec = dataset.element_spec
        return dataset._calling(functions.TAKE_WHILE_DATASET, traced, spec=spec, name="predicate")

    return change


def _demand_scalar(spec: Any, dtype: Any, line: str) -> None:
    if not isinstance(spec, TensorSpec) or spec.dtype != dtype or not spec.shape.is_compatible_with([]):
        raise refusal(f"{line} Was {spec}.")


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Change:
    """What a function makes of a state and each element.

    Args:
      initial_state: the first state.
      scan_func: takes a state and an element, returns the next state and an element.

    >>> total = tf.data.Dataset.range(4).apply(scan(tf.constant(0, tf.int64), lambda t, n: (t + n, t + n)))
    >>> run(total.batch(4).make_one_shot_iterator().get_next())
    array([0, 1, 3, 6])
    """

    def change(dataset: Dataset) -> Dataset:
        first = structure.normalized(initial_state)
        state = structure.spec_of(first)
        method = "tf.data.experimental.scan()"
        traced, state = with_state(scan_func, method, state, dataset.element_spec, _state_of)
        return dataset._next(
            functions.SCAN_DATASET, structure.encoded(state, first), traced.captured, spec=traced.spec[1],
            traced=[traced], f=traced.name, preserve_cardinality=True,
        )  # fmt: skip

    return change


def _state_of(spec: Any) -> Any:
    if not isinstance(spec, tuple) or len(spec) != 2:
        raise refusal("The scan function must return a pair comprising the new state and the output value.", TypeError)
    return spec[0]


def group_by_window(
    key_func: Callable[..., Any], reduce_func: Callable[..., Any], window_size: Any = None, window_size_func: Any = None
) -> Change:
    """What a function makes of groups of elements of one key.

    Args:
      key_func: takes an element, returns its key, an int64 scalar.
      reduce_func: takes a key and a dataset of elements that have it, returns a dataset.
      window_size: how many elements make a group full.
      window_size_func: function of a key that says how many.

    Raises:
      ValueError: both or neither of the last two are given, or a function returns something else.

    >>> groups = group_by_window(lambda n: n % 2, lambda key, numbers: numbers.batch(2), 2)
    >>> run(tf.data.Dataset.range(4).apply(groups).make_one_shot_iterator().get_next())
    array([0, 2])
    """
    if (window_size is None) == (window_size_func is None):
        raise refusal("Must pass either window_size or window_size_func.")

    def key_func_wrapper(*args: Any) -> Any:
        return convert_to_tensor(key_func(*args), dt.int64)

    def window_size_func_wrapper(key: Any) -> Any:
        return convert_to_tensor(window_size_func(key) if window_size_func else window_size, dt.int64)

    def change(dataset: Dataset) -> Dataset:
        method = "tf.data.experimental.group_by_window()"
        scalar = TensorSpec([], dt.int64)
        keys = Traced(key_func_wrapper, method, dataset.element_spec)
        _demand_scalar(keys.spec, dt.int64, "`key_func` must return a single tf.int64 tensor.")
        groups = Traced(reduce_func, method, (scalar, DatasetSpec(dataset.element_spec)))
        sizes = Traced(window_size_func_wrapper, method, scalar)
        _demand_scalar(sizes.spec, dt.int64, "`window_size_func` must return a single tf.int64 scalar tensor.")
        return dataset._next(
            functions.GROUP_BY_WINDOW_DATASET, keys.captured, groups.captured, sizes.captured,
            spec=groups.inner_spec(), traced=[keys, groups, sizes], key_func=keys.name, reduce_func=groups.name,
            window_size_func=sizes.name,
        )  # fmt: skip

    return change


def get_single_element(dataset: Dataset) -> Any:
    """The only element of a dataset, as tensors.

    Args:
      dataset: the dataset.

    Raises:
      InvalidArgumentError: (when run) it has none, or more.

    >>> run(get_single_element(tf.data.Dataset.range(5, 6)))
    5
    """
    if not isinstance(dataset, Dataset):
        raise refusal("`dataset` must be a `tf.data.Dataset` object.", TypeError)
    spec = dataset.element_spec
    return structure.decoded(spec, emit(functions.SINGLE_ELEMENT, dataset._variant_tensor, **flat_attrs(spec)))


def Counter(start: Any = 0, step: Any = 1, dtype: Any = dt.int64) -> Dataset:
    """Numbers without end.

    Args:
      start: the first.
      step: how far apart they are.
      dtype: their dtype.

    >>> run(Counter(3, 2).batch(3).make_one_shot_iterator().get_next())
    array([3, 5, 7])
    """
    with name_scope("counter"):
        first, apart = convert_to_tensor(start, dtype, "start"), convert_to_tensor(step, dtype, "step")
        return Dataset.from_tensors(0).repeat(None).apply(scan(first, lambda state, _: (state + apart, state)))


class RandomDataset(Dataset):
    """Random numbers without end, int64 scalars of 32 random bits.

    Args:
      seed: the seed; see `tf.set_random_seed`.
    """

    _shown = "RandomDatasetV1"

    def __init__(self, seed: Any = None) -> None:
        made = Dataset._made(ops.RANDOM_DATASET, TensorSpec([], dt.int64), *seed_tensors(seed))
        self._variant_tensor, self._spec, self._sources = made._variant_tensor, made._spec, ()
