"""Threads that compute ahead end with what they work for, and never hold up the end of a script."""

from __future__ import annotations

import gc
import threading
import time

import pytest

import flowgraph as tf
from flowgraph.kernels.workers import Pool


def test_outcomes_and_errors_come_to_who_asked() -> None:
    pool = Pool(2, "test")
    outcomes = [pool.submit(divmod, number, 2) for number in range(5)]
    wrong = pool.submit(divmod, 1, 0)
    assert [outcome.result() for outcome in outcomes] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]
    with pytest.raises(ZeroDivisionError):
        wrong.result()


def test_a_pool_that_is_given_up_does_its_work_and_ends() -> None:
    gate = threading.Event()
    outcome = Pool(1, "given_up").submit(gate.wait)
    gc.collect()
    gate.set()
    assert outcome.result()
    _wait_until_none_is_called("given_up")


def test_threads_of_datasets_are_daemons() -> None:
    ahead = tf.data.Dataset.range(9).map(lambda x: x + 1, num_parallel_calls=3).prefetch(2)
    element = ahead.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        assert [sess.run(element) for _ in range(3)] == [1, 2, 3]
        ours = [thread for thread in threading.enumerate() if thread.name.startswith(("map_", "prefetch_"))]
        assert ours
        assert all(thread.daemon for thread in ours)


def _wait_until_none_is_called(name: str) -> None:
    until = time.monotonic() + 20
    while any(thread.name.startswith(name) for thread in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.01)
