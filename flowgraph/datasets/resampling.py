"""Elements thrown away until classes have other shares: tf.data.experimental.rejection_resample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.datasets.choosing import sample_from_datasets
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import Change, scan
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import less
from flowgraph.ops.cond import cond
from flowgraph.ops.division import truediv
from flowgraph.ops.gather import gather
from flowgraph.ops.masking import one_hot
from flowgraph.ops.math import add
from flowgraph.ops.printing import Print
from flowgraph.ops.random import random_uniform
from flowgraph.ops.reduction import reduce_max, reduce_min, reduce_sum
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.static_value import constant_value

_ROUND = 32
"""After how many elements the shares of classes are estimated anew."""
_SEEN_AT_FIRST = 10
"""How many elements of each class the first estimate takes to have been seen."""


def rejection_resample(
    class_func: Callable[..., Any], target_dist: Any, initial_dist: Any = None, seed: Any = None
) -> Change:  # fmt: skip
    """Pairs of a class and an element, some elements left out, so that classes have the shares that are wanted.

    Args:
      class_func: takes an element, returns its class, an int32 scalar.
      target_dist: the shares that are wanted, a float vector.
      initial_dist: the shares that there are; by default they are estimated on the way.
      seed: the seed of what is left out.

    >>> numbers = tf.data.Dataset.range(8).repeat()
    >>> even = rejection_resample(lambda n: tf.cast(n % 2, tf.int32), [1.0, 0.0], [0.5, 0.5], seed=1)
    >>> run(numbers.apply(even).make_one_shot_iterator().get_next())
    (0, 0)
    """

    def change(dataset: Dataset) -> Dataset:
        wanted = convert_to_tensor(target_dist, name="target_dist")
        classes = dataset.map(class_func)
        static: Any = None
        if initial_dist is not None:
            given = convert_to_tensor(initial_dist, name="initial_dist")
            acceptance, original = _acceptance(given, wanted)
            shares, accepted, originals = (
                Dataset.from_tensors(one).repeat() for one in (given, acceptance, original)
            )  # fmt: skip
            static = _static_original(given, wanted)
        else:
            shares = _estimated(wanted, classes)
            both = shares.map(lambda initial: _acceptance(initial, wanted))
            accepted = both.map(lambda accept_prob, _: accept_prob)
            originals = both.map(lambda _, prob_original: prob_original)
        kept = _filtered(dataset, accepted, shares, classes, seed).prefetch(3)
        if static == 1:
            return Dataset.zip((classes, dataset))
        if static == 0:
            return kept
        either = [Dataset.zip((classes, dataset)), kept]
        return sample_from_datasets(either, weights=originals.map(lambda prob: [(prob, 1.0 - prob)]), seed=seed)

    return change


def _static_original(given: Tensor, wanted: Tensor) -> Any:
    """How likely an element is taken as it comes, if that is known while the graph is built."""
    shares, targets = constant_value(given), constant_value(wanted)
    return None if shares is None or targets is None else np.min(targets / shares)


def _filtered(dataset: Dataset, accepted: Dataset, shares: Dataset, classes: Dataset, seed: Any) -> Dataset:
    """Pairs of a class and an element, each let through as likely as its class is accepted."""

    def maybe_warn_on_large_rejection(accept_dist: Any, initial_dist: Any) -> Any:
        rejected = reduce_sum((1 - accept_dist) * initial_dist)
        told = "Proportion of examples rejected by sampler is high: "
        return cond(
            less(rejected, 0.5),
            lambda: accept_dist,
            lambda: Print(accept_dist, [rejected, initial_dist, accept_dist], told, summarize=100, first_n=10),
        )

    def _gather_and_copy(class_val: Any, acceptance_prob: Any, data: Any) -> Any:
        return class_val, gather(acceptance_prob, class_val), data

    accepted = Dataset.zip((accepted, shares)).map(maybe_warn_on_large_rejection)
    chances = Dataset.zip((classes, accepted, dataset)).map(_gather_and_copy)
    kept = chances.filter(lambda _1, p, _2: random_uniform([], seed=seed) < p)
    return kept.map(lambda class_value, _, data: (class_value, data))


def _estimated(wanted: Tensor, classes: Dataset) -> Dataset:
    """The shares of the classes, as they are known after each round of elements."""
    count = wanted.sizes[0] if wanted.sizes else None
    first = fill([shape(wanted)[0] if count is None else count], np.int64(_SEEN_AT_FIRST))

    def update_estimate_and_tile(seen: Any, c: Any) -> Any:
        number = seen.get_shape()[0]
        updated = add(seen, reduce_sum(one_hot(c, number, dtype=dt.int64), 0))
        shares = cast(truediv(updated, reduce_sum(updated)), dt.float32)
        return updated, tile(expand_dims(shares, 0), [_ROUND, 1])

    return classes.batch(_ROUND).apply(scan(first, update_estimate_and_tile)).unbatch()


def _acceptance(given: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """How likely an element of each class is let through, and how likely any is taken as it comes.

    The class that is short most is always let through, the one that there is most of never: its elements come from
    those that are taken as they come, which is as often as that class is still wanted.
    """
    ratio = wanted / (given + np.finfo(given.dtype.as_numpy_dtype).tiny)
    most, least = reduce_max(ratio), reduce_min(ratio)
    return (ratio - least) / (most - least), least
