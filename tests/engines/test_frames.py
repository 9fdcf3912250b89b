"""How many frames are kept, and that nothing of those that are not stays in memory."""

from __future__ import annotations

import gc
import threading
import tracemalloc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.numpy import executable as numpy_executable
from flowgraph.engines.numpy import memory

COUNT = 1 << 16


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


@pytest.fixture
def arenas(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The memory of all frames that are alive; the collector, which would hide cycles, is off."""
    everyone: list[Any] = []
    alive: dict[int, Any] = {}
    made = memory.Memory.__init__

    def noted(self: memory.Memory, plan: memory.Plan) -> None:
        made(self, plan)
        key, whole = len(everyone), self._bytes
        while whole is not None and whole.base is not None:
            whole = whole.base
        everyone.append(weakref.ref(whole, lambda _: alive.pop(key)))
        alive[key] = everyone[key]

    monkeypatch.setattr(memory.Memory, "__init__", noted)
    gc.collect()
    gc.disable()
    yield alive
    gc.enable()


def chain(x: Any, count: int = 20) -> Any:
    for _ in range(count):
        x = tf.tanh(x)
    return tf.reduce_sum(x)


def test_feeds_of_many_shapes_hold_as_many_arenas_as_are_kept(arenas: Any) -> None:
    x = tf.placeholder(tf.float32, [None])
    y = chain(x)
    with tf.Session() as session:
        for count in range(100):
            session.run(y, {x: np.ones(count + 1)})
            assert len(arenas) <= numpy_executable._SHAPES_KEPT
        assert len(arenas) == numpy_executable._SHAPES_KEPT
    assert not arenas  # closed


def test_the_shapes_that_were_used_last_are_kept(arenas: Any) -> None:
    x = tf.placeholder(tf.float32, [None])
    y = chain(x)
    with tf.Session() as session:
        session.run(y, {x: np.ones(1)})
        assert list(arenas) == [0]
        for count in range(2, 40):
            session.run(y, {x: np.ones(count)})
            session.run(y, {x: np.ones(1)})
        assert 0 in arenas


def test_variables_that_move_take_the_old_frames_with_them(arenas: Any) -> None:
    x = tf.placeholder(tf.float32, [None])
    v = tf.Variable(tf.zeros([2]), validate_shape=False)
    new = tf.placeholder(tf.float32, [None])
    move = tf.assign(v, new, validate_shape=False)
    y = chain(x) + chain(v)
    with tf.Session() as session:
        session.run(v.initializer)
        for count in range(3, 10):
            session.run(move, {new: np.ones(count)})
            session.run(y, {x: np.ones(5)})
            assert len(arenas) <= 2  # what is initialized, and what runs now


@contextmanager
def at_once(count: int, work: Any) -> Iterator[None]:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def test_after_a_burst_of_runs_few_arenas_stay(arenas: Any) -> None:
    """64 runs that are all under way at the same time, each with a frame of its own."""
    barrier = threading.Barrier(64, timeout=60)

    def meet(value: Any) -> Any:
        barrier.wait()
        return value

    x = tf.placeholder(tf.float32, [4])
    y = tf.reduce_sum(tf.tanh(tf.py_func(meet, [tf.tanh(x)], tf.float32, stateful=False)))
    results: list[Any] = []
    with tf.Session() as session:
        with at_once(64, lambda: results.append(session.run(y, {x: np.ones(4)}))):
            pass
        assert len(results) == 64
        assert len(set(results)) == 1
        assert len(arenas) <= numpy_executable._FRAMES_KEPT
        gc.collect()
    assert not arenas


def test_concurrent_runs_share_nothing() -> None:
    x = tf.placeholder(tf.float32, [None])
    y = chain(x * 2.0, 5)
    wrong: list[Any] = []
    with tf.Session() as session:
        expected = {k: session.run(y, {x: np.full(COUNT, k)}) for k in range(4)}

        def work(k: int) -> None:
            found = {session.run(y, {x: np.full(COUNT, k)}) for _ in range(10)}
            wrong.extend(found - {expected[k]})

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_loops_let_go_of_their_frames_as_well(arenas: Any) -> None:
    """A compiled body belongs to the frame, and its buffers too."""
    x = tf.placeholder(tf.float32, [COUNT])
    _, y = tf.while_loop(lambda i, _: i < 3, lambda i, v: (i + 1, tf.tanh(v) * 0.5), [0, tf.tanh(x)])
    tracemalloc.start()
    try:
        with tf.Session() as session:
            session.run(y, {x: np.ones(COUNT)})
            held = tracemalloc.get_traced_memory()[0]
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert not arenas
    assert held - left >= COUNT * 4


@pytest.mark.parametrize("count", [10, 100_000])
def test_what_is_fetched_is_the_callers_own(count: int) -> None:
    x = tf.placeholder(tf.float32, [None])
    y = tf.tanh(x) * 2.0
    z, view = tf.exp(y), tf.reshape(y, [-1, 2])
    with tf.Session() as session:
        first = session.run([y, z, view], {x: np.ones(count)})
        kept = [value.copy() for value in first]
        second = session.run([y, z, view], {x: np.zeros(count)})
        for value, copy, later in zip(first, kept, second, strict=True):
            np.testing.assert_array_equal(value, copy)
            assert not np.shares_memory(value, later)
            assert value.flags.writeable
        first[0][:] = 7
        assert not np.shares_memory(first[0], first[2])
        np.testing.assert_array_equal(session.run(y, {x: np.ones(count)}), kept[0])
