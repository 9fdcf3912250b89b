"""Threads that fill queues: scripts of books run to their end, errors arrive, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(params=["NUMPY", "REFERENCE"])
def session(request: pytest.FixtureRequest) -> Iterator[tf.Session]:
    """A session; when it is closed no thread may be left."""
    before = set(threading.enumerate())
    config = tf.ConfigProto(experimental=tf.ConfigProto.Experimental(executor_type=request.param))
    with tf.Graph().as_default(), tf.Session(config=config) as sess:
        yield sess
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert not [t.name for t in set(threading.enumerate()) - before if "Runner" in t.name]


def collected(sess: tf.Session, fetches: Any) -> list[Any]:
    """What a script of the books does: everything until the end of the input."""
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(coord=coord)
    found = []
    try:
        while not coord.should_stop():
            found.append(sess.run(fetches))
    except tf.errors.OutOfRangeError:
        pass
    finally:
        coord.request_stop()
    coord.join(threads)
    assert not any(thread.is_alive() for thread in threads)
    return found


# -- the order is TensorFlow's -----------------------------------------------------------------------------


def test_epochs_in_order(session: tf.Session) -> None:
    x, y = tf.train.slice_input_producer([[1, 2, 3], ["a", "b", "c"]], num_epochs=2, shuffle=False)
    batches = collected(session, tf.train.batch([x, y], 2))
    assert [x.tolist() for x, _ in batches] == [[1, 2], [3, 1], [2, 3]]
    assert batches[1][1].tolist() == [b"c", b"a"]


def test_a_smaller_last_batch(session: tf.Session) -> None:
    number = tf.train.range_input_producer(5, num_epochs=1, shuffle=False).dequeue()
    batches = collected(session, tf.train.batch({"n": number}, 2, allow_smaller_final_batch=True))
    assert [batch["n"].tolist() for batch in batches] == [[0, 1], [2, 3], [4]]


def test_shuffled_batches_are_tensorflows(session: tf.Session) -> None:
    tf.set_random_seed(3)
    rows = tf.constant(np.arange(24).reshape(12, 2))
    batch = tf.train.shuffle_batch([rows], 3, 12, 0, seed=5, enqueue_many=True)
    number = tf.train.range_input_producer(8, num_epochs=2, seed=4).dequeue()
    one_by_one = tf.train.batch([number], 8)
    session.run(tf.local_variables_initializer())
    coord = tf.train.Coordinator()
    tf.train.start_queue_runners(coord=coord)
    assert session.run(one_by_one).tolist() == ONE_EPOCH
    assert session.run(one_by_one).tolist() == NEXT_EPOCH
    full = "shuffle_batch/random_shuffle_queue_Size:0"
    while session.run(full) < 12:  # the order depends on how many there are to choose from
        pass
    assert session.run(batch).tolist() == SHUFFLED
    coord.request_stop()
    coord.join()


ONE_EPOCH = [1, 4, 7, 2, 3, 6, 0, 5]
NEXT_EPOCH = [1, 3, 7, 5, 6, 4, 2, 0]
SHUFFLED = [[6, 7], [22, 23], [12, 13]]


def test_padding_and_choice(session: tf.Session) -> None:
    number = tf.train.range_input_producer(5, num_epochs=1, shuffle=False).dequeue()
    batch = tf.train.maybe_batch([tf.fill([number], number)], number > 1, 3, dynamic_pad=True)
    assert [b.tolist() for b in collected(session, batch)] == [[[2, 2, 0, 0], [3, 3, 3, 0], [4, 4, 4, 4]]]


def test_rows_that_are_kept(session: tf.Session) -> None:
    rows = tf.train.limit_epochs(tf.constant([1, 2, 3, 4]), 2)
    batch = tf.train.maybe_batch([rows], tf.constant([True, False, False, True]), 2, enqueue_many=True)
    assert [b.tolist() for b in collected(session, batch)] == [[1, 4], [1, 4]]


def test_buckets_to_the_end(session: tf.Session) -> None:
    length = tf.train.range_input_producer(20, num_epochs=2).dequeue() % 7
    lengths, [row] = tf.contrib.training.bucket_by_sequence_length(
        length, [tf.fill([length], length)], 4, [2, 5], num_threads=3, dynamic_pad=True, allow_smaller_final_batch=True
    )
    found = collected(session, [lengths, row])
    assert sorted(np.concatenate([n for n, _ in found]).tolist()) == sorted([n % 7 for n in range(20)] * 2)
    for lengths_now, rows in found:
        assert len({sum(n >= edge for edge in (2, 5)) for n in lengths_now.tolist()}) == 1
        assert rows.shape == (len(lengths_now), max(lengths_now))


def test_several_sources(session: tf.Session) -> None:
    numbers = [tf.train.range_input_producer(20, num_epochs=1).dequeue() + 100 * k for k in range(3)]
    found = collected(session, tf.train.shuffle_batch_join([[n] for n in numbers], 10, 30, 10))
    assert sorted(np.concatenate(found).tolist()) == [n + 100 * k for k in range(3) for n in range(20)]


def test_several_threads_of_one_source(session: tf.Session) -> None:
    number = tf.train.range_input_producer(64, num_epochs=1).dequeue()
    found = collected(session, tf.train.batch([number * 2], 16, num_threads=16))
    assert sorted(np.concatenate(found).tolist()) == list(range(0, 128, 2))


def test_training_from_a_queue(session: tf.Session) -> None:
    """A step waits for its batch while the threads that make it write their counter: no one blocks another."""
    x, y = tf.train.slice_input_producer([np.arange(8.0), 3 * np.arange(8.0)], num_epochs=20, seed=1)
    x, y = tf.train.shuffle_batch([x, y], 4, 20, 5, seed=2)
    w = tf.Variable(np.float64(0.0))
    loss = tf.reduce_mean(tf.square(x * w - y))
    step = tf.train.GradientDescentOptimizer(0.02).minimize(loss, tf.train.get_or_create_global_step())
    assert len(collected(session, step)) == 40
    assert abs(session.run(w) - 3.0) < 1e-3
    assert session.run(tf.train.get_global_step()) == 40


# -- errors and ends ---------------------------------------------------------------------------------------


def test_an_error_in_a_thread_stops_the_coordinator(session: tf.Session) -> None:
    number = tf.train.range_input_producer(5, shuffle=False).dequeue()
    with tf.control_dependencies([tf.Assert(number < 3, ["too large"])]):
        checked = tf.identity(number)
    batch = tf.train.batch([checked], 2)
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coord)
    assert session.run(batch).tolist() == [0, 1]
    with pytest.raises(tf.errors.OutOfRangeError):
        session.run(batch)
    with pytest.raises(tf.errors.InvalidArgumentError, match="too large"):
        coord.join(threads)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_a_coordinator_the_runner_keeps_the_error(session: tf.Session) -> None:
    queue = tf.FIFOQueue(3, tf.int32)
    with tf.control_dependencies([tf.Assert(tf.constant(False), ["never"])]):
        runner = tf.train.QueueRunner(queue, [queue.enqueue(1)])
    [thread] = runner.create_threads(session)
    assert not thread.daemon
    thread.start()
    thread.join(10)
    [error] = runner.exceptions_raised
    assert isinstance(error, tf.errors.InvalidArgumentError)


def test_threads_are_made_once_for_a_session(session: tf.Session) -> None:
    queue = tf.FIFOQueue(3, tf.int32)
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1)] * 2)
    coord = tf.train.Coordinator()
    threads = runner.create_threads(session, coord, daemon=True, start=True)
    assert [thread.name for thread in threads] == [
        *["QueueRunnerThread-fifo_queue-fifo_queue_enqueue"] * 2, "QueueRunnerThread-fifo_queue-close_on_stop",
    ]  # fmt: skip
    assert runner.create_threads(session, coord) == []
    coord.request_stop()
    coord.join()
    assert len(runner.create_threads(session, coord)) == 3


def test_mistakes() -> None:
    queue = tf.FIFOQueue(3, tf.int32)
    put = queue.enqueue(1)
    for args, line in (
        ((), "Must provide queue and enqueue_ops."),
        ((queue, []), "Must provide queue and enqueue_ops."),
    ):
        with pytest.raises(ValueError, match=line):
            tf.train.QueueRunner(*args)
    with pytest.raises(TypeError, match=r"must be a tuple of tf\.error types, but saw: "):
        tf.train.QueueRunner(queue, [put], queue_closed_exception_types=(ValueError,))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Cannot start queue runners: No default session is registered"):
        tf.train.start_queue_runners()
    with pytest.raises(TypeError, match=r"sess must be a `tf\.Session` object\. Given class: "):
        tf.train.start_queue_runners(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"capacity 3 must be bigger than min_after_dequeue 3\."):
        tf.train.shuffle_batch([1], 2, 3, 3)
    with pytest.raises(ValueError, match=r"num_epochs must be > 0 not 0\."):
        tf.train.limit_epochs(1, 0)
    with pytest.raises(ValueError, match="string_input_producer requires a non-null input tensor"):
        tf.train.string_input_producer([])


def test_a_runner_as_a_message() -> None:
    queue = tf.FIFOQueue(3, tf.int32)
    kinds = (tf.errors.OutOfRangeError, tf.errors.CancelledError)
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1), queue.enqueue(2)], queue_closed_exception_types=kinds)
    proto = runner.to_proto()
    again = tf.train.QueueRunner.from_proto(proto)
    assert proto.queue_name == again.name == queue.name
    assert again.enqueue_ops == runner.enqueue_ops
    assert (again.close_op, again.cancel_op) == (runner.close_op, runner.cancel_op)
    assert again.queue_closed_exception_types == kinds
    assert runner.to_proto("elsewhere") is None


SCRIPT = """
    import flowgraph as tf
    number = tf.train.range_input_producer(5).dequeue()
    batch = tf.train.batch([number], 2)
    sess = tf.Session()
    tf.train.start_queue_runners(sess)
    sess.run(batch)
    print("ran")
"""


def test_a_script_that_joins_nothing_ends() -> None:
    root = Path(tf.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=root,
    )
    assert done.stdout == "ran\n"
