"""Buffers that live at the same time do not overlap, and together they take little more than what lives at once."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowgraph.passes.arena import ALIGNMENT, Layout, aligned, by_lists, by_size, in_order, lower_bound, place
from flowgraph.passes.liveness import Buffer

STRATEGIES = [place, in_order, by_size, by_lists]


@st.composite
def some_buffers(draw: st.DrawFn) -> list[Buffer]:
    buffers = []
    for size, first, length in draw(
        st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 30), st.integers(0, 20)), max_size=40)
    ):
        buffer = Buffer(size, first)
        buffer.last = first + length
        buffers.append(buffer)
    return buffers


def check(layout: Layout, buffers: list[Buffer]) -> None:
    places = list(zip(layout.offsets, buffers, strict=True))
    for (at, a), (other, b) in combinations(places, 2):
        if a.meets(b):
            assert at + aligned(a.size) <= other or other + aligned(b.size) <= at, (at, a, other, b)
    for at, buffer in places:
        assert at >= 0
        assert at % ALIGNMENT == 0
        assert at + buffer.size <= layout.size


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.__name__)
@given(buffers=some_buffers())
@settings(max_examples=100, deadline=None)
def test_what_lives_at_the_same_time_does_not_overlap(strategy, buffers):
    check(strategy(buffers), buffers)


@given(buffers=some_buffers())
@settings(max_examples=200, deadline=None)
def test_an_arena_lies_between_what_lives_at_once_and_what_free_lists_take(buffers):
    assert lower_bound(buffers) <= place(buffers).size <= by_lists(buffers).size


def test_a_chain_of_many_sizes_takes_what_lives_at_once():
    """Free lists by size would keep one of each size."""
    buffers = []
    for step in range(1000):
        buffer = Buffer(64 * (step % 17 + 1), step)
        buffer.last = step + 1
        buffers.append(buffer)
    layout = place(buffers)
    check(layout, buffers)
    assert layout.size <= 1.1 * lower_bound(buffers)
    assert by_lists(buffers).size > 4 * layout.size


def test_where_the_order_of_steps_leaves_holes_the_largest_are_placed_first():
    """A small one in the midst of where a large one has room later."""
    a, b, c = Buffer(640, 0), Buffer(64, 0), Buffer(704, 2)
    a.last, b.last, c.last = 0, 2, 2
    assert in_order([a, b, c]).size == 704 + 704
    layout = place([a, b, c])
    check(layout, [a, b, c])
    assert layout.size == lower_bound([a, b, c]) == 768
    assert layout.strategy == "by size"
