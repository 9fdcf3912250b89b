"""Batches of rows are taken by the rows' numbers: the same batches as those of the rows themselves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from flowgraph.kernels.pipeline import Repeated, Sliced, Slices
from flowgraph.kernels.pipeline_batches import Batched
from flowgraph.kernels.pipeline_orders import Shuffled, ShuffledRepeats
from flowgraph.kernels.pipeline_rows import numbered


@dataclass
class Plain:
    """A pipeline that does not say that its elements are rows."""

    source: Any

    def begin(self, run):
        """See `Pipeline`."""
        return self.source.begin(run)


SEEDS = st.tuples(st.integers(1, 5), st.integers(0, 5))
STEPS = st.one_of(
    st.tuples(st.just(Shuffled), st.integers(1, 12), SEEDS, st.booleans()),
    st.tuples(st.just(ShuffledRepeats), st.integers(1, 12), SEEDS, st.integers(1, 3)),
    st.tuples(st.just(Repeated), st.integers(0, 3)),
    st.tuples(st.just(Sliced), st.integers(0, 4), st.integers(4, 30), st.integers(1, 3)),
)


def chain(source, steps, size, drops):
    """A pipeline of batches."""
    for kind, *arguments in steps:
        source = kind(source, *arguments)
    return Batched(source, size, drops)


def batches(pipeline):
    """What it gives, two times through: what shuffles goes on with its random numbers."""
    return [[part.tolist() for part in batch] for _ in range(2) for batch in pipeline.begin(None)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10), st.lists(STEPS, max_size=3), st.integers(1, 7), st.booleans())
def test_rows_by_their_numbers(count, steps, size, drops):
    arrays = [np.arange(2 * count).reshape(count, 2), np.array([b"%d" % row for row in range(count)], object)]
    by_number = chain(Slices(arrays), steps, size, drops)
    one_by_one = chain(Plain(Slices(arrays)), steps, size, drops)
    assert numbered(by_number.source) is not None
    assert numbered(one_by_one.source) is None
    assert batches(by_number) == batches(one_by_one)


def test_batches_have_memory_of_their_own():
    array = np.arange(6)
    (batch,) = next(iter(Batched(Slices([array]), 3, False).begin(None)))
    batch[:] = 0
    assert array.tolist() == [0, 1, 2, 3, 4, 5]
