"""Accumulators of gradients; the numbers and words are TensorFlow 1.15.5's."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(params=["NUMPY", "REFERENCE"])
def session(request: pytest.FixtureRequest) -> Iterator[tf.Session]:
    config = tf.ConfigProto(experimental=tf.ConfigProto.Experimental(executor_type=request.param))
    with tf.Graph().as_default(), tf.Session(config=config) as sess:
        yield sess


def test_means_steps_and_stale_gradients(session: tf.Session) -> None:
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2], name="Q")
    x, step, n = tf.placeholder(tf.float32), tf.placeholder(tf.int64), tf.placeholder(tf.int32)
    apply, take, count = accumulator.apply_grad(x, step), accumulator.take_grad(n), accumulator.num_accumulated()
    advance = accumulator.set_global_step(step)
    session.run(apply, {x: [1, 2], step: 0})
    session.run(apply, {x: [3, 5], step: 0})
    with pytest.raises(tf.errors.DeadlineExceededError):
        session.run(take, {n: 3}, options=tf.RunOptions(timeout_in_ms=50))
    assert session.run(take, {n: 2}).tolist() == [2.0, 3.5]
    session.run(apply, {x: [1, 2], step: 0})  # of a step that is over
    assert session.run(count) == 0
    session.run(apply, {x: [1, 2], step: 1})
    session.run(advance, {step: 5})
    session.run(apply, {x: [1, 2], step: 1})
    assert session.run(count) == 1
    session.run(advance, {step: 3})
    session.run(apply, {x: [1, 2], step: 3})
    assert session.run(count) == 2
    for op, feed, line in (
        (apply, {x: [1, 2, 3], step: 9}, "Shape mismatch: expected [2], got [3]"),
        (take, {n: 0}, "Argument num_required must be positive, but was 0"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match="^" + re.escape(line)):
            session.run(op, feed)


def test_sums_and_halves(session: tf.Session) -> None:
    total = tf.ConditionalAccumulator(tf.float32, reduction_type="SUM")
    for row in ([1.0, 2.0], [1.0, 3.0]):
        session.run(total.apply_grad(row))
    assert session.run(total.take_grad(1)).tolist() == [2.0, 5.0]
    half = tf.ConditionalAccumulator(tf.float16, shape=[])
    for number in (1.1, 2.2, 2.2):
        session.run(half.apply_grad(number))
    assert session.run(half.take_grad(1)) == np.float16(1.833)
    with pytest.raises(ValueError, match="Attr 'reduction_type' of 'ResourceConditionalAccumulator' Op passed string"):
        tf.ConditionalAccumulator(tf.float32, reduction_type="X")
    with pytest.raises(tf.errors.InvalidArgumentError, match="No OpKernel was registered to support Op"):
        session.run(tf.ConditionalAccumulator(tf.int32).num_accumulated())


def test_who_takes_waits_until_there_are_enough(session: tf.Session) -> None:
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    take, apply = accumulator.take_grad(8), accumulator.apply_grad([1.0, 2.0])
    results: list[Any] = []
    taker = threading.Thread(target=lambda: results.append(session.run(take)), daemon=True)
    taker.start()
    workers = [threading.Thread(target=session.run, args=(apply,)) for _ in range(8)]
    for worker in workers:
        worker.start()
    taker.join(30)
    assert results[0].tolist() == [1.0, 2.0]


def test_closing_the_session_cancels_who_takes() -> None:
    take = tf.ConditionalAccumulator(tf.float32).take_grad(1)
    session, errors = tf.Session(), []

    def run() -> None:
        try:
            session.run(take)
        except tf.errors.CancelledError as error:
            errors.append(str(error).split("\n")[0])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    time.sleep(0.05)
    session.close()
    thread.join(30)
    assert errors == ["TakeGrad operation was cancelled"]


def rows(taken: Any) -> list[Any]:
    return [part.tolist() for part in taken]


def test_rows(session: tf.Session) -> None:
    accumulator = tf.SparseConditionalAccumulator(tf.float32, shape=[None, 2])
    indices, values, shape = tf.placeholder(tf.int64), tf.placeholder(tf.float32), tf.placeholder(tf.int64)
    step, n = tf.placeholder(tf.int64), tf.placeholder(tf.int32)
    apply, take = accumulator.apply_grad(indices, values, shape, step), accumulator.take_grad(n)

    def put(at: list[int], what: Any, time_step: int, whole: Any = (4, 2)) -> None:
        session.run(apply, {indices: at, values: what, shape: whole, step: time_step})

    put([0, 2], [[1, 1], [2, 2]], 0)
    put([2, 3], [[4, 4], [5, 5]], 0)
    assert session.run(accumulator.num_accumulated()) == 2
    assert rows(session.run(take, {n: 2})) == [[0, 2, 3], [[1.0, 1.0], [3.0, 3.0], [5.0, 5.0]], [-1, 2]]
    put([3, 0], [[1, 1], [2, 2]], 1)
    assert rows(session.run(take, {n: 1})) == [[3, 0], [[1.0, 1.0], [2.0, 2.0]], [-1, 2]]
    put([3, 0], [[1, 1], [2, 2]], 2)
    put([0, 1], [[1, 1], [2, 2]], 2)
    assert rows(session.run(take, {n: 1}))[0] == [0, 1, 3, 0]
    for args, line in (
        (([0], [[1, 1]], 9, [4, 3]), "Shape mismatch: expected shape dim 1 to be 2, got 3"),
        (([0], [[1, 1, 1]], 9), "Shape mismatch: expected values dim 1 to be 2, got 3"),
        (([0, 1], [[1, 1]], 9), "Expected 2 non-empty input values, got 1"),
        (([[0]], [[1, 1]], 9), "Input indices should be vector but received shape: [1,1]"),
        (([0], [1], 9, [4]), "Shape mismatch: expected shape rank at least 2, got 1"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match="^" + re.escape(line)):
            put(*args)  # type: ignore[arg-type]
    session.run(accumulator.set_global_step(10))
    put([0], [[1, 1]], 9)
    assert session.run(accumulator.num_accumulated()) == 0


def test_indexed_slices(session: tf.Session) -> None:
    accumulator = tf.SparseConditionalAccumulator(tf.float32, reduction_type="SUM")
    for at, what in (([0, 2], [[1.0, 1], [2, 2]]), ([2, 3], [[4.0, 4], [5, 5]])):
        session.run(accumulator.apply_indexed_slices_grad(tf.IndexedSlices(what, at)))
    taken = session.run(accumulator.take_indexed_slices_grad(2))
    assert taken.values.tolist() == [[1.0, 1.0], [6.0, 6.0], [5.0, 5.0]]
    assert (taken.indices.tolist(), taken.dense_shape.tolist()) == ([0, 2, 3], [-1, 2])
