"""Datasets whose elements come from one of several others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets import structure
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import RandomDataset
from flowgraph.datasets.structure import TensorSpec, map_leaves
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops import dataset_ops as ops
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.stateless_random import STATELESS_MULTINOMIAL
from flowgraph.ops.unary import log


def sample_from_datasets(datasets: Sequence[Dataset], weights: Any = None, seed: Any = None) -> Dataset:
    """The next element of one dataset or another, which one at random; those that have ended are passed over.

    Args:
      datasets: a list of datasets of the same kind.
      weights: how likely each is, a float vector, or a dataset of such; equally likely by default.
      seed: the seed; see `tf.set_random_seed`.

    Raises:
      TypeError, ValueError: the weights are no floats, or not as many as datasets.

    >>> sampled = sample_from_datasets([tf.data.Dataset.range(4), tf.data.Dataset.range(10, 14)], seed=3)
    >>> run(sampled.batch(8).make_one_shot_iterator().get_next())
    array([10, 11, 12,  0, 13,  1,  2,  3])
    """
    if isinstance(weights, Dataset):
        varying = weights.map(lambda *p: log(p, name="logits"))

        def select_dataset_varying_logits(logits: Any, seed: Any) -> Tensor:
            return _drawn(logits, seed)

        pairs = Dataset.zip((varying, RandomDataset(seed).batch(2)))
        return _directed(_selecting(pairs, select_dataset_varying_logits), datasets)
    logits: Any = [[1.0] * len(datasets)]
    if weights is not None:
        weights = convert_to_tensor(weights, name="weights")
        if weights.dtype not in (dt.float32, dt.float64):
            line = "`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements."
            raise refusal(line, TypeError)
        if not weights.shape.is_compatible_with([len(datasets)]):
            raise refusal("`weights` must be a vector of length `len(datasets)`.")
        logits = expand_dims(log(weights, name="logits"), 0)
    if len(datasets) == 1:
        return datasets[0]

    def select_dataset_constant_logits(seed: Any) -> Tensor:
        return _drawn(logits, seed)

    return _directed(_selecting(RandomDataset(seed).batch(2), select_dataset_constant_logits), datasets)


def _drawn(logits: Any, seed: Any) -> Tensor:
    return squeeze(emit(STATELESS_MULTINOMIAL, logits, 1, seed), axis=[0, 1])


def _selecting(seeds: Dataset, function: Any) -> Dataset:
    """The numbers that a function draws."""
    traced = Traced(function, "Dataset.map()", seeds.element_spec)
    return seeds._calling(functions.MAP_DATASET, traced, spec=traced.spec, use_inter_op_parallelism=False)


def choose_from_datasets(datasets: Sequence[Dataset], choice_dataset: Dataset) -> Dataset:
    """The next element of one dataset or another.

    Args:
      datasets: a list of datasets of the same kind.
      choice_dataset: numbers in that list, int64 scalars.

    >>> choices = tf.data.Dataset.from_tensor_slices(tf.constant([1, 0, 1], tf.int64))
    >>> chosen = choose_from_datasets([tf.data.Dataset.range(3), tf.data.Dataset.range(10, 13)], choices)
    >>> run(chosen.batch(3).make_one_shot_iterator().get_next())
    array([10,  0, 11])
    """
    spec = choice_dataset.element_spec
    if not isinstance(spec, TensorSpec) or spec.dtype != dt.int64 or not spec.shape.is_compatible_with([]):
        line = "`choice_dataset` must be a dataset of scalar `tf.int64` tensors."
        raise refusal(line, TypeError)
    return _directed(choice_dataset, datasets)


def _directed(choices: Dataset, datasets: Sequence[Dataset]) -> Dataset:
    first = datasets[0]
    for other in datasets[1:]:
        if other.output_types != first.output_types:
            raise refusal(f"Datasets to sample from must have the same types: {first.output_types} and "
                          f"{other.output_types}.", TypeError)  # fmt: skip
    spec = first.element_spec
    for other in datasets[1:]:
        spec = map_leaves(structure.either, spec, other.element_spec)
    variants = [dataset._variant_tensor for dataset in datasets]
    sources = [choices, *datasets]
    return Dataset._made(ops.DIRECTED_INTERLEAVE_DATASET, spec, choices._variant_tensor, variants, sources=sources)
