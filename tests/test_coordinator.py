"""Coordinator and LooperThread: who stops, who waits, and whose error is raised."""

from __future__ import annotations

import logging
import threading
import time

import pytest

import flowgraph as tf


def test_the_first_error_is_raised_by_join_and_later_ones_are_forgotten() -> None:
    coord = tf.train.Coordinator()
    with coord.stop_on_exception():
        raise KeyError("first")
    with coord.stop_on_exception():
        raise ValueError("second")
    assert coord.should_stop()
    assert not coord.joined
    for call in (coord.raise_requested_exception, coord.join, coord.join):
        with pytest.raises(KeyError, match="first"):
            call()
    assert coord.joined


def test_after_join_an_error_is_raised_at_once() -> None:
    coord = tf.train.Coordinator()
    coord.join()
    with pytest.raises(KeyError, match="late"):
        coord.request_stop(KeyError("late"))
    coord.request_stop(tf.errors.OutOfRangeError(None, None, "the end"))
    coord.clear_stop()
    assert (coord.joined, coord.should_stop()) == (False, False)


def test_the_end_of_a_queue_is_no_error() -> None:
    coord = tf.train.Coordinator()
    coord.request_stop(tf.errors.OutOfRangeError(None, None, "the end"))
    coord.join()
    assert coord.should_stop()


def test_what_counts_as_an_end_can_be_chosen() -> None:
    coord = tf.train.Coordinator([StopIteration])
    coord.request_stop(StopIteration())
    coord.join()
    coord = tf.train.Coordinator((StopIteration,))
    coord.request_stop(tf.errors.OutOfRangeError(None, None, "the end"))
    with pytest.raises(tf.errors.OutOfRangeError, match="the end"):
        coord.join()


def test_what_is_no_exception_is_refused() -> None:
    with pytest.raises(TypeError, match=r"ex must be a tuple or sys\.exc_info must return the current exception: 3"):
        tf.train.Coordinator().request_stop(3)


def test_laggards_are_named() -> None:
    coord, go_on = tf.train.Coordinator(), threading.Event()
    thread = threading.Thread(target=go_on.wait, name="laggard", daemon=True)
    thread.start()
    coord.register_thread(thread)
    coord.request_stop()
    with pytest.raises(RuntimeError, match=r"^Coordinator stopped with threads still running: laggard$"):
        coord.join(stop_grace_period_secs=0.01)
    coord.join([thread], stop_grace_period_secs=0.01, ignore_live_threads=True)
    go_on.set()
    coord.join([thread])
    assert not thread.is_alive()


def test_join_ends_when_the_threads_do_without_a_stop() -> None:
    coord = tf.train.Coordinator()
    thread = threading.Thread(target=time.sleep, args=(0.02,))
    thread.start()
    coord.join([thread])
    assert not coord.should_stop()
    assert not coord.wait_for_stop(0.0)


def test_reports_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    tf.logging.info("once, so that the logger is set up")
    with caplog.at_level(logging.INFO, logger="tensorflow"):
        tf.train.Coordinator().request_stop(ValueError("x"))
    assert caplog.messages == ["Error reported to Coordinator: <class 'ValueError'>, x"]


def test_looper_runs_its_methods_in_order() -> None:
    coord, calls = tf.train.Coordinator(), []

    class Looper(tf.train.LooperThread):
        def start_loop(self) -> None:
            calls.append("start")

        def run_loop(self) -> None:
            calls.append("run")
            if len(calls) == 3:
                coord.request_stop()

        def stop_loop(self) -> None:
            calls.append("stop")

    looper = Looper(coord, None)
    assert looper.daemon
    looper.start()
    coord.join()
    assert calls == ["start", "run", "run", "stop"]


def test_an_error_in_a_looper_stops_all() -> None:
    coord = tf.train.Coordinator()

    def fail() -> None:
        raise ValueError("in the looper")

    others = [tf.train.LooperThread.loop(coord, 60.0, lambda: None) for _ in range(2)]
    tf.train.LooperThread.loop(coord, None, fail)
    with pytest.raises(ValueError, match="in the looper"):
        coord.join()
    assert not any(thread.is_alive() for thread in others)


def test_loopers_refuse_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="'coord' argument must be a Coordinator: 3"):
        tf.train.LooperThread(3, 1)
    with pytest.raises(ValueError, match="'args' and 'kwargs' argument require that you also pass 'target'"):
        tf.train.LooperThread(tf.train.Coordinator(), 1, args=(1,))
