"""Ctrl-C at any moment: the session goes on, nothing stays locked, and building starts again where it was."""

from __future__ import annotations

import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.engines.store import Turns
from flowgraph.ir.scope import default_graphs

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that sends signals")


@pytest.fixture
def interrupted() -> Iterator[Callable[[Callable[[], Any], float], BaseException]]:
    """A function that calls another over and over until a signal strikes within `longest` seconds."""
    chance, armed = random.Random(0), False

    def strike(*_: Any) -> None:
        if armed:
            raise KeyboardInterrupt

    def until_struck(call: Callable[[], Any], longest: float) -> BaseException:
        nonlocal armed
        try:
            armed = True
            # and again, in case the first strikes where Python swallows exceptions
            signal.setitimer(signal.ITIMER_REAL, chance.random() * longest + 3e-5, 0.05)
            while True:
                call()
        except KeyboardInterrupt as error:
            return error  # with its frames, which a notebook keeps too
        finally:
            armed = False

    before = signal.signal(signal.SIGALRM, strike)
    # a strike in a callback of the garbage collector is told to this hook; pytest's own may be struck in its turn
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    yield until_struck
    armed = False
    sys.unraisablehook = hook
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("engine", ["NUMPY", "REFERENCE"])
def test_runs(interrupted: Any, engine: str) -> None:
    """A thread can run the session after every interrupt, so no turn is held, and the numbers are right."""
    x = tf.placeholder(tf.float32, [None, 8])
    w = tf.Variable(tf.ones([8, 4]))
    count = tf.Variable(0)
    loss = tf.reduce_sum(tf.cond(tf.reduce_sum(x) > 0, lambda: tf.matmul(x, w) * 2.0, lambda: tf.matmul(x, w)))
    train = tf.group(w.assign_sub(tf.zeros([8, 4])), count.assign_add(1))
    feed = {x: np.ones([3, 8], np.float32)}
    config = tf.ConfigProto(experimental=tf.ConfigProto.Experimental(executor_type=engine))
    results: list[Any] = []
    with tf.Session(config=config) as sess:
        sess.run(tf.global_variables_initializer())

        def step() -> None:
            sess.run(loss, feed)
            sess.run(train)

        def probe() -> None:
            step()
            results.append(sess.run(loss, feed))

        for turn in range(400):
            kept = interrupted(step, 2e-4)
            if turn % 20 == 0:
                thread = threading.Thread(target=probe, daemon=True)
                thread.start()
                thread.join(60)
                assert not thread.is_alive(), f"a lock is held after an interrupt: {kept!r}"
        assert results == [192.0] * 20


def test_building_stands_where_it_stood_when_a_block_around_it_ends(interrupted: Any) -> None:
    graph = tf.Graph()

    def build() -> None:
        w = tf.get_variable("w", [2, 2])
        with tf.control_dependencies([w.initializer]), tf.name_scope("inner"):
            tf.matmul(w, [[1.0, 2.0]], transpose_b=True) + [[1.0], [2.0]]

    for _ in range(200):
        with pytest.raises(KeyboardInterrupt), graph.as_default(), tf.variable_scope("s", reuse=tf.AUTO_REUSE):
            raise interrupted(build, 2e-3)
        assert default_graphs.items == []
        assert graph.get_name_scope() == ""
    with graph.as_default():
        names = [op.name for op in graph.get_operations()]
        assert len(set(names)) == len(names)


class TestTurns:
    def test_a_reader_may_change_while_another_waits_to_change(self) -> None:
        turns, reads = Turns(), threading.Event()
        done: list[str] = []

        def reader(_: Any) -> None:
            reads.set()
            turns.changing(lambda _: done.append("reader"), None)

        def writer() -> None:
            reads.wait()
            turns.changing(lambda _: done.append("writer"), None)

        _all_end(lambda: turns.reading(reader, None), writer)
        assert sorted(done) == ["reader", "writer"]

    def test_two_readers_may_change(self) -> None:
        turns, both = Turns(), threading.Barrier(2)
        done: list[int] = []

        def reader(_: Any) -> None:
            both.wait()
            turns.changing(done.append, 1)

        _all_end(lambda: turns.reading(reader, None), lambda: turns.reading(reader, None))
        assert done == [1, 1]

    def test_who_changes_may_read(self) -> None:
        turns = Turns()
        done: list[int] = []
        _all_end(lambda: turns.changing(lambda _: turns.reading(done.append, 1), None))
        assert done == [1]

    def test_nobody_reads_while_one_changes(self) -> None:
        turns, shared = Turns(), [0, 0]
        seen: set[int] = set()

        def change(_: Any) -> None:
            shared[0] += 1
            threading.Event().wait(1e-4)
            shared[1] += 1

        def writer() -> None:
            for _ in range(50):
                turns.changing(change, None)

        def reader() -> None:
            for _ in range(200):
                turns.reading(lambda _: seen.add(shared[0] - shared[1]), None)

        _all_end(writer, writer, reader, reader)
        assert shared == [100, 100]
        assert seen == {0}


def _all_end(*calls: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
