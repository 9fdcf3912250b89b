"""Examples that are taken by chance, so that the classes in a batch have other shares than those in the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, shape, zeros, zeros_like
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_less, assert_less_equal, assert_non_negative, assert_positive
from flowgraph.ops.compare import equal, is_nan, less, logical_or, not_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.division import truediv
from flowgraph.ops.gather import gather
from flowgraph.ops.identity import identity, stop_gradient
from flowgraph.ops.indexed_slices import convert_to_tensor_or_indexed_slices
from flowgraph.ops.masking import one_hot
from flowgraph.ops.printing import Print
from flowgraph.ops.random import random_uniform
from flowgraph.ops.random_gamma import random_poisson
from flowgraph.ops.rank_checks import assert_integer
from flowgraph.ops.reduction import reduce_all, reduce_max, reduce_mean, reduce_sum
from flowgraph.ops.select import where_v2
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop
from flowgraph.queues.batching import batch, maybe_batch
from flowgraph.shapes import dimension_at_index
from flowgraph.training.moving_averages import assign_moving_average
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_local_variable
from flowgraph.variables.variable import Variable

__all__ = ["rejection_sample", "resample_at_rate", "stratified_sample", "weighted_resample"]

_TOLERANCE = 1e-6


def rejection_sample(
    tensors: Sequence[Any],
    accept_prob_fn: Callable[[list[Any]], Any],
    batch_size: Any,
    queue_threads: int = 1,
    enqueue_many: bool = False,
    prebatch_capacity: int = 16,
    prebatch_threads: int = 1,
    runtime_checks: bool = False,
    name: str | None = None,
) -> Any:
    """Batches of examples, each of which is taken with a probability of its own.

    Args:
      tensors: a list of tensors, one example.
      accept_prob_fn: given these tensors, the probability with which the example is taken.
      batch_size: how many examples make a batch.
      queue_threads: how many threads put examples into batches.
      enqueue_many: whether `tensors` are many examples, one in each row.
      prebatch_capacity, prebatch_threads: of the queue that then makes single ones of them.
      runtime_checks: whether a run fails where a probability is none.
      name: the name of the scope.

    Returns:
      A list of tensors.
    """
    with variable_scope(name, "rejection_sample", tensors):
        listed = [convert_to_tensor_or_indexed_slices(tensor) for tensor in tensors]
        if enqueue_many:
            for tensor in listed:
                rows = dimension_at_index(tensor.shape.with_rank_at_least(1), 0)
                rows.assert_is_compatible_with(listed[0].shape[0])
            listed = _one_by_one(listed, prebatch_threads, prebatch_capacity)
        chance = accept_prob_fn(listed)
        if runtime_checks:
            checks = [assert_less_equal(0.0, chance), assert_less_equal(chance, 1.0)]
            chance = identity(with_dependencies(checks, chance), name="prob_with_checks")
        keep = random_uniform([]) < chance
        found = maybe_batch(listed, keep_input=keep, batch_size=batch_size, num_threads=queue_threads)
        return [found] if isinstance(found, Tensor) else found


def _one_by_one(tensors: Sequence[Tensor], threads: int, capacity: int) -> list[Tensor]:
    """Many examples, one at a time."""
    batches = batch(tensors, batch_size=1, num_threads=threads, capacity=capacity, enqueue_many=True)
    # (of one tensor TF takes the rows of its batch, of which there is one)
    return [squeeze(tensor, [0]) for tensor in batches]


def stratified_sample(
    tensors: Sequence[Any],
    labels: Any,
    target_probs: Any,
    batch_size: Any,
    init_probs: Any = None,
    enqueue_many: bool = False,
    queue_capacity: int = 16,
    threads_per_queue: int = 1,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Batches of examples in which classes have given shares.

    Args:
      tensors: a list of tensors, one example.
      labels: its class, an integer scalar.
      target_probs: the share that each class shall have.
      batch_size: how many examples make a batch.
      init_probs: the share that each class has in the data; by default they are counted.
      enqueue_many: whether `tensors` and `labels` are many examples, one in each row.
      queue_capacity, threads_per_queue: of the queues.
      name: the name of the scope.

    Returns:
      A list of tensors, and the labels.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: (when run) shares are negative, do not sum to one, or are wanted of classes without any.
    """
    with name_scope(name, "stratified_sample", [*tensors, labels]):
        listed = [convert_to_tensor_or_indexed_slices(tensor) for tensor in tensors]
        labels = convert_to_tensor(labels)
        target = convert_to_tensor(target_probs, dtype=dt.float32)
        if not enqueue_many:
            listed = [expand_dims(tensor, 0) for tensor in listed]
            labels = expand_dims(labels, 0)
        if init_probs is None:
            target.shape.assert_is_fully_defined()
            initial = _counted(labels, target.shape.num_elements())
        else:
            initial = convert_to_tensor(init_probs, dtype=dt.float32)
        listed, labels, [initial, target] = _checked(listed, labels, [initial, target])
        possible = Assert(
            reduce_all(logical_or(not_equal(initial, 0), equal(target, 0))),
            [
                "All classes with zero initial probability must also have zero target probability: ",
                initial, target,
            ],
        )  # fmt: skip
        initial = with_dependencies([possible], initial)
        accepted = _acceptance(initial, target)
        *values, label = _one_by_one([*listed, labels], threads_per_queue, queue_capacity)
        chance = gather(accepted, label)
        *found, found_labels = maybe_batch(
            [*values, label], keep_input=random_uniform([]) < chance, batch_size=batch_size,
            num_threads=threads_per_queue,
        )  # fmt: skip
        return found, found_labels


def _counted(labels: Tensor, classes: Any) -> Tensor:
    """The share that each class has had so far; counted in a variable, from a start of ten of each."""
    seen = Variable(initial_value=[10] * classes, trainable=False, name="class_count", dtype=dt.int64)
    counts: Any = seen.assign_add(reduce_sum(one_hot(labels, classes, dtype=dt.int64), 0))
    counts += 0  # a copy, which no other thread changes
    return cast(truediv(counts, reduce_sum(counts)), dt.float32)


def _checked(
    tensors: Sequence[Tensor], labels: Tensor, shares: Sequence[Tensor]
) -> tuple[list[Tensor], Tensor, list[Tensor]]:
    """The same, with what a run checks of them."""
    probs = [_checked_shares(share) for share in shares]
    classes = probs[0].shape.num_elements()
    if any(prob.shape.num_elements() != classes for prob in probs):
        raise refusal("Probability parameters must have the same length.")
    labels.shape.assert_has_rank(1)
    for tensor in tensors:
        rows = dimension_at_index(tensor.shape.with_rank_at_least(1), 0)
        rows.assert_is_compatible_with(labels.shape[0])
    count = shape(labels)[0]
    some = assert_positive(count)
    labels = with_dependencies([some], labels)
    listed = [with_dependencies([some, assert_equal(shape(tensor)[0], count)], tensor) for tensor in tensors]
    checks = [assert_integer(labels), assert_non_negative(labels), assert_less(labels, cast(classes, labels.dtype))]
    return listed, with_dependencies(checks, labels), probs


def _checked_shares(share: Tensor) -> Tensor:
    share.shape.assert_is_fully_defined()
    share.shape.assert_has_rank(1)
    total = reduce_sum(share)
    checks = [assert_non_negative(share), assert_less(total, 1.0 + _TOLERANCE), assert_less(1.0 - _TOLERANCE, total)]
    return with_dependencies(checks, share)


def _acceptance(initial: Tensor, target: Tensor) -> Tensor:
    """How probable it is that an example of each class is taken: 1 for the one that is wanted most."""
    ratio = target / initial
    ratio = where_v2(is_nan(ratio), zeros_like(ratio), ratio)
    accepted = ratio / reduce_max(ratio)
    rejected = reduce_sum((1 - accepted) * initial)
    message = "Proportion of examples rejected by sampler is high."
    return cond(less(rejected, 0.5), lambda: accepted, lambda: Print(accepted, [accepted], message=message, first_n=10))


# -- rows again and again ----------------------------------------------------------------------------------


def resample_at_rate(
    inputs: Sequence[Any], rates: Any, scope: str | None = None, seed: Any = None, back_prop: bool = False
) -> list[Tensor]:
    """Rows of tensors, each as often as chance has it: on average as often as its rate says.

    Args:
      inputs: tensors with as many rows as there are rates.
      rates: the rate of each row.
      scope: the name of the scope.
      seed: the seed of the op; see `tf.set_random_seed`.
      back_prop: whether gradients flow through the choice.

    >>> run(tf.contrib.training.resample_at_rate([[7, 8, 9]], [0.0, 2.0, 0.0], seed=1))
    [array([8, 8], dtype=int32)]
    """
    with name_scope(scope, default_name="resample_at_rate", values=[*inputs, rates]):
        rates = convert_to_tensor(rates, name="rates")
        counts = cast(random_poisson(rates, (), rates.dtype, seed=seed), dt.int32)
        rows = _repeated(counts)
        if not back_prop:
            rows = stop_gradient(rows)
        return [gather(tensor, rows) for tensor in inputs]


def _repeated(counts: Tensor) -> Tensor:
    """Each place as often as its count says: [0, 2, 1] -> [1, 1, 2]."""
    with name_scope(None, "repeat_range", [counts]) as scope:
        counts = convert_to_tensor(counts, name="counts")
        size = shape(counts)[0]

        def body(array: TensorArray, i: Tensor) -> tuple[TensorArray, Tensor]:
            return array.write(i, fill(counts[i : i + 1], i)), i + 1

        array = TensorArray(dtype=dt.int32, size=size, infer_shape=False)
        array, written = while_loop(lambda _, i: i < size, body, loop_vars=[array, 0])
        return cond(written > 0, array.concat, lambda: zeros(shape=[0], dtype=dt.int32), name=scope)


def weighted_resample(
    inputs: Sequence[Any],
    weights: Tensor,
    overall_rate: Any,
    scope: str | None = None,
    mean_decay: float = 0.999,
    seed: Any = None,
) -> tuple[list[Tensor], Tensor]:
    """Rows of tensors, each as often as chance has it: on average in proportion to its weight.

    Args:
      inputs: tensors with as many rows as there are weights.
      weights: the weight of each row.
      overall_rate: how often rows come on average.
      scope: the name of the scope.
      mean_decay: how slowly the estimate of the mean weight, a local variable, follows.
      seed: the seed of the op; see `tf.set_random_seed`.

    Returns:
      The tensors with the rows that were taken, and the rate of each of these.
    """
    with name_scope(scope, "weighted_resample", inputs) as outer:
        with variable_scope(scope, "estimate_mean", inputs):
            start = cast(0, weights.dtype)
            estimate = get_local_variable("estimated_mean", initializer=start, dtype=weights.dtype)
            mean = assign_moving_average(estimate, reduce_mean(weights), mean_decay)
        rates = weights * overall_rate / mean
        found = resample_at_rate([rates, *inputs], rates, scope=outer, seed=seed, back_prop=False)
        return found[1:], found[0]
