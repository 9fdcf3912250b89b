"""Variables that are changed in their own buffers, by fused steps or others: reads and writes keep their order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowgraph as tf

SIZES = {"small": 5, "fused": 1 << 15, "on threads": 1 << 17}


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


def variable(size: int, use_resource: bool, name: str = "w") -> Any:
    return tf.get_variable(name, [size], initializer=tf.ones_initializer(), use_resource=use_resource)


def first_of(session: Any, fetches: Any) -> Any:
    return [None if value is None else value.flat[0] for value in session.run(fetches)]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_ref_variable_shows_the_end_of_the_run(size):
    w = variable(size, False)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        change = tf.assign_add(w, tf.tanh(w) * 0.0 + 1.0)
        assert first_of(session, [w, tf.identity(w), change]) == [2, 2, 2]


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_what_is_computed_of_a_variable_comes_before_the_writes_that_it_does_not_depend_on(size, use_resource):
    w = variable(size, use_resource)
    loss = tf.exp(w * 0.0) * (w + 1.0)  # made before the write and fetched beside it
    change = tf.assign_sub(w, loss * 0.5)
    after_all = tf.negative(w) * 2.0  # made after the write, which it does not depend on either
    with tf.control_dependencies([change.op if isinstance(change, tf.Tensor) else change]):
        depends = tf.identity(w.read_value()) * 3.0 + 1.0
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert first_of(session, [loss, after_all, depends]) == [2, -2, 1]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_resource_variable_gives_the_value_at_its_read(size):
    w = variable(size, True)
    old = w.read_value()
    change = tf.assign_add(w, old + 1.0)
    with tf.control_dependencies([change]):
        new = w.read_value()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert first_of(session, [w, old, new, old + new]) == [1, 1, 3, 4]


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_writes_run_in_the_order_in_which_they_were_made(size, use_resource):
    w = variable(size, use_resource)
    x = tf.placeholder(tf.float32, [size])
    writes = [tf.assign(w, x * 2.0), tf.assign_add(w, x + 5.0), tf.assign_sub(w, tf.square(x)), tf.assign_add(w, x)]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([write.op for write in reversed(writes)], {x: np.full(size, 3)})
        assert session.run(w)[0] == 6 + 8 - 9 + 3


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_two_variables_are_swapped_by_a_copy(size):
    """Each is read before the other is written: one of both values must be kept elsewhere."""
    a, b = variable(size, True, "a"), variable(size, True, "b")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(tf.assign(b, b * 7.0))
        old_a, old_b = a.read_value(), b.read_value()
        session.run([tf.assign(a, old_b).op, tf.assign(b, old_a).op])
        assert first_of(session, [a, b]) == [7, 1]


@st.composite
def some_writes(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """(kind of write, which variable, which to compute from, how, the earlier write that it comes after or -1)."""
    count = draw(st.integers(1, 6))
    return [(*[draw(st.integers(0, 2)) for _ in range(4)], draw(st.integers(-1, at - 1))) for at in range(count)]


def runs(rows: list[tuple[int, ...]], use_resource: bool, size: int, engine: str) -> list[Any]:
    """Two runs of all the writes and of what was computed for them, and the variables in the end."""
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        variables = [variable(size, use_resource, name) for name in "abc"]
        writes: list[Any] = []
        fetches: list[Any] = []
        for kind, target, source, how, after in rows:
            with ExitStack() as stack:
                if after >= 0:
                    stack.enter_context(tf.control_dependencies([writes[after]]))
                read = variables[source].read_value() if how else variables[source]
                value = [read * 0.5 + 1.0, tf.identity(read) * 0.25, tf.tanh(read)][how]
                change = [tf.assign, tf.assign_add, tf.assign_sub][kind](variables[target], value)
                writes.append(change.op)
                fetches.append(value)
        session.run(tf.global_variables_initializer())
        found = [session.run([fetches, writes]) for _ in range(2)]
        return [found, session.run(variables)]


@given(some_writes(), st.booleans(), st.sampled_from(list(SIZES.values())))
@settings(max_examples=40)
def test_random_writes_are_those_of_the_reference_engine(rows, use_resource, size):
    ours, reference = (tf.nest.flatten(runs(rows, use_resource, size, name)) for name in ("NUMPY", "REFERENCE"))
    for a, b in zip(ours, reference, strict=True):
        if a is not None:
            np.testing.assert_array_equal(a, b)
