"""Queues: what comes out in which order, who waits for whom, and TensorFlow 1.15.5's words when nothing comes."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf

SOON = tf.RunOptions(timeout_in_ms=50)


@pytest.fixture(params=["NUMPY", "REFERENCE"])
def session(request: pytest.FixtureRequest) -> Iterator[tf.Session]:
    config = tf.ConfigProto(experimental=tf.ConfigProto.Experimental(executor_type=request.param))
    with tf.Graph().as_default(), tf.Session(config=config) as sess:
        yield sess


class Background:
    """A call in another thread: what it returns, or raises."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._call()
        except BaseException as error:  # noqa: BLE001  # the test looks at it
            self.error = error

    def is_waiting(self) -> bool:
        self._thread.join(0.05)
        return self._thread.is_alive()

    def end(self) -> Any:
        self._thread.join(30)
        assert not self._thread.is_alive(), "it waits for ever"
        return self.result


def first_line(error: Any) -> str:
    return str(error.value if hasattr(error, "value") else error).split("\n")[0]


def words(text: str) -> str:
    """A pattern for a first line, in which a queue without a shared name has any number."""
    return "^" + re.escape(text).replace("_N_", r"_\d+_") + r"(\n|$)"


# -- one thread --------------------------------------------------------------------------------------------


def test_elements_come_out_as_they_were_put_in(session: tf.Session) -> None:
    queue = tf.FIFOQueue(5, [tf.float32, tf.int32], shapes=[[], [2]])
    session.run(queue.enqueue([1.0, [1, 2]]))
    session.run(queue.enqueue_many([[2.0, 3.0], [[3, 4], [5, 6]]]))
    x, y = session.run(queue.dequeue())
    assert (x, y.tolist()) == (1.0, [1, 2])
    x, y = session.run(queue.dequeue_many(2))
    assert (x.tolist(), y.tolist()) == ([2.0, 3.0], [[3, 4], [5, 6]])
    assert (x.dtype, y.dtype) == (np.float32, np.int32)
    assert session.run([queue.size(), queue.is_closed()]) == [0, False]


def test_none_of_many(session: tf.Session) -> None:
    queue = tf.PaddingFIFOQueue(5, [tf.float32, tf.string], shapes=[[None, 2], [None]])
    x, y = session.run(queue.dequeue_many(0))
    assert (x.shape, y.shape) == ((0, 0, 2), (0, 0))


@pytest.mark.parametrize("kind", [tf.FIFOQueue, tf.PaddingFIFOQueue])
def test_strings_and_names(session: tf.Session, kind: Any) -> None:
    queue = kind(5, [tf.string, tf.int64], shapes=[(), (1,)], names=["text", "number"])
    session.run(queue.enqueue({"number": [1], "text": "a"}))
    session.run(queue.enqueue_many({"number": [[2], [3]], "text": ["b", "c"]}))
    assert session.run(queue.dequeue()) == {"text": b"a", "number": [1]}
    found = session.run(queue.dequeue_many(2))
    assert {key: value.tolist() for key, value in found.items()} == {"text": [b"b", b"c"], "number": [[2], [3]]}
    assert [type(text) for text in found["text"]] == [bytes, bytes]


def test_padding(session: tf.Session) -> None:
    queue = tf.PaddingFIFOQueue(5, [tf.int32, tf.string], shapes=[[None, 2], [None]])
    x, y = tf.placeholder(tf.int32), tf.placeholder(tf.string)
    put = queue.enqueue([x, y])
    session.run(put, {x: np.ones([2, 2]), y: ["a"]})
    session.run(put, {x: np.ones([1, 2]), y: ["a", "b"]})
    numbers, texts = session.run(queue.dequeue_many(2))
    assert numbers.tolist() == [[[1, 1], [1, 1]], [[1, 1], [0, 0]]]
    assert texts.tolist() == [[b"a", b""], [b"a", b"b"]]


def test_random_order_is_tensorflows(session: tf.Session) -> None:
    queue = tf.RandomShuffleQueue(20, 2, [tf.int32], shapes=[[]], seed=7)
    session.run(queue.enqueue_many([list(range(10))]))
    assert session.run(queue.dequeue()) == 7
    assert session.run(queue.dequeue_many(5)).tolist() == [1, 5, 6, 4, 3]
    with pytest.raises(tf.errors.DeadlineExceededError):
        session.run(queue.dequeue_many(4), options=SOON)  # takes two, and they are lost
    assert session.run(queue.size()) == 2
    session.run(queue.enqueue_many([list(range(100, 108))]))
    assert session.run(queue.dequeue_many(4)).tolist() == [106, 105, 102, 107]
    session.run(queue.close())
    line = "RandomShuffleQueue '_N_random_shuffle_queue' is closed and has insufficient elements "
    with pytest.raises(tf.errors.OutOfRangeError, match=words(line + "(requested 20, current size 6)")):
        session.run(queue.dequeue_many(20))
    assert session.run(queue.dequeue_many(3)).tolist() == [101, 8, 103]
    assert session.run(queue.dequeue_up_to(9)).tolist() == [9, 100, 104]


def test_priorities_and_the_order_of_equals_are_tensorflows(session: tf.Session) -> None:
    queue = tf.PriorityQueue(30, [tf.int32], shapes=[[]])
    session.run(queue.enqueue_many([[3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 1, 1], list(range(13))]))
    priorities, values = session.run(queue.dequeue_many(13))
    assert priorities.tolist() == [1] * 6 + [2] * 3 + [3] * 4
    assert values.tolist() == [1, 11, 12, 4, 10, 7, 5, 2, 8, 0, 6, 9, 3]


def test_the_end_of_a_queue(session: tf.Session) -> None:
    queue = tf.FIFOQueue(3, tf.float32, shapes=[[]])
    session.run(queue.enqueue_many([[1.0, 2.0, 3.0]]))
    session.run(queue.close())
    assert session.run(queue.is_closed())
    for put in (queue.enqueue(1.0), queue.enqueue_many([[1.0]])):
        with pytest.raises(tf.errors.CancelledError, match=words("FIFOQueue '_N_fifo_queue' is closed.")):
            session.run(put)
    with pytest.raises(tf.errors.CancelledError, match=words("Queue '_N_fifo_queue' is already closed.")):
        session.run(queue.close())
    session.run(queue.close(cancel_pending_enqueues=True))
    line = "FIFOQueue '_N_fifo_queue' is closed and has insufficient elements "
    with pytest.raises(tf.errors.OutOfRangeError, match=words(line + "(requested 4, current size 3)")):
        session.run(queue.dequeue_many(4))
    assert session.run(queue.dequeue_up_to(4)).tolist() == [1.0, 2.0, 3.0]
    for take, wanted in ((queue.dequeue(), 1), (queue.dequeue_up_to(4), 4), (queue.dequeue_many(2), 2)):
        with pytest.raises(tf.errors.OutOfRangeError, match=words(f"{line}(requested {wanted}, current size 0)")):
            session.run(take)


def test_shared_names(session: tf.Session) -> None:
    first = tf.FIFOQueue(2, tf.int32, shared_name="sh")
    second = tf.FIFOQueue(2, tf.int32, shared_name="sh")
    session.run(first.enqueue(7))
    assert session.run(second.dequeue()) == 7
    for queue, line in (
        (tf.FIFOQueue(3, tf.int32, shared_name="sh"), "has capacity 2 but requested capacity was 3"),
        (
            tf.FIFOQueue(2, [tf.int32, tf.int32], shared_name="sh"),
            "has component types int32 but requested component types were int32, int32",
        ),
        (
            tf.FIFOQueue(2, tf.int32, shapes=[[]], shared_name="sh"),
            "has component shapes [] but requested component shapes were [[]]",
        ),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=words(f"Shared queue 'sh' {line}")):
            session.run(queue.size())
    other = tf.RandomShuffleQueue(2, 0, tf.int32, shared_name="sh")
    with pytest.raises(tf.errors.InvalidArgumentError, match=words("Expected FIFOQueue, found RandomShuffleQueueV2")):
        session.run(other.size())


def test_what_does_not_fit(session: tf.Session) -> None:
    x, y, n = tf.placeholder(tf.float32), tf.placeholder(tf.int32), tf.placeholder(tf.int32)
    queue, free = tf.FIFOQueue(5, [tf.float32, tf.int32], [[], [2]]), tf.FIFOQueue(5, [tf.float32, tf.int32])
    padded = tf.PaddingFIFOQueue(5, [tf.float32, tf.int32], [[None], [2]])
    component = "Shape mismatch in tuple component"
    size = "All input tensors must have the same size in the 0th dimension. Component 1 has 1, and should have 2"
    need = "FIFOQueue's DequeueMany and DequeueUpTo require the components to have specified shapes."
    signature = "Signature mismatch, have: resource, float-> expected: resource, float, int32->"
    for op, feed, line in (
        (queue.enqueue([x, y]), {x: [1.0], y: [1, 2]}, f"{component} 0. Expected [], got [1]"),
        (queue.enqueue([x, y]), {x: 1.0, y: [1, 2, 3]}, f"{component} 1. Expected [2], got [3]"),
        (queue.enqueue_many([x, y]), {x: [1.0, 2], y: [[1, 2]]}, f"{component} 1. Expected [2,2], got [1,2]"),
        (padded.enqueue([x, y]), {x: 1.0, y: [1, 2]}, f"{component} 0. Expected [?], got []"),
        (padded.enqueue_many([x, y]), {x: [1.0, 2], y: [[1, 2]] * 2}, f"{component} 0. Expected [2,?], got [2]"),
        (free.enqueue_many([x, y]), {x: [1.0, 2], y: [1]}, size),
        (queue.enqueue([x]), {x: 1.0}, signature),
        (queue.dequeue_many(n), {n: -1}, "DequeueManyOp requested -1 < 0 elements"),
        (queue.dequeue_up_to(n), {n: -1}, "DequeueUpToOp requested -1 < 0 elements"),
        (free.dequeue_many(1), {}, need),
        (tf.RandomShuffleQueue(3, -1, tf.int32).size(), {}, "min_after_dequeue -1 must be >= 0"),
        (tf.RandomShuffleQueue(3, 5, tf.int32).size(), {}, "min_after_dequeue 5 must be < capacity 3"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=words(line)):
            session.run(op, feed)


def test_what_was_put_in_stays_as_it_was(session: tf.Session) -> None:
    """A variable, and a buffer of the engine, change after their value was put into a queue."""
    v = tf.Variable([1.0, 2.0])
    queue = tf.FIFOQueue(5, tf.float32, [[2]])
    put, put_double = queue.enqueue(v), queue.enqueue(v * 2.0)
    session.run(v.initializer)
    for _ in range(2):
        session.run([put, put_double])
        session.run(v.assign_add([10.0, 10.0]))
    rows = session.run(queue.dequeue_many(4)).tolist()
    assert sorted(rows) == [[1.0, 2.0], [2.0, 4.0], [11.0, 12.0], [22.0, 24.0]]


def test_a_run_does_what_does_not_wait_first(session: tf.Session) -> None:
    v = tf.Variable(0)
    queue = tf.FIFOQueue(1, tf.int32)
    taken = queue.dequeue()
    session.run(v.initializer)
    with pytest.raises(tf.errors.DeadlineExceededError, match=words("Timed out waiting for notification")):
        session.run([taken, v.assign_add(1)], options=SOON)
    assert session.run(v) == 1


def test_those_who_wait_do_not_hold_up_each_other(session: tf.Session) -> None:
    """One run in which the older op waits for what the younger one does."""
    a, b = tf.FIFOQueue(1, tf.int32, [[]]), tf.FIFOQueue(1, tf.int32, [[]])
    assert session.run([a.dequeue(), a.enqueue(5)])[0] == 5
    moved = b.dequeue()
    assert session.run([a.dequeue(), a.enqueue(moved + 1), b.enqueue(3)])[0] == 4
    v = tf.Variable(0)
    session.run(v.initializer)
    with tf.control_dependencies([b.dequeue(), v.assign_add(1)]):
        later = v + 10
    assert session.run([later, b.enqueue(3)])[0] == 11
    with pytest.raises(tf.errors.DeadlineExceededError):
        session.run([a.dequeue(), b.dequeue(), v.assign_add(1)], options=SOON)
    assert session.run([v, a.size(), b.size()]) == [2, 0, 0]
    with pytest.raises(tf.errors.OutOfRangeError):
        session.run([b.dequeue(), a.dequeue(), a.close()])  # the end of one ends the run, and the other's waiting
    session.run(b.enqueue(7))
    assert session.run(b.dequeue()) == 7


def test_branches_and_loops(session: tf.Session) -> None:
    queue, flag = tf.FIFOQueue(5, tf.int32, shapes=[[2]]), tf.placeholder(tf.bool)
    put = tf.cond(flag, lambda: queue.enqueue([[1, 2]]), tf.no_op)
    taken = tf.cond(flag, queue.dequeue, lambda: tf.constant([3, 4]))
    session.run(put, {flag: False})
    assert session.run(queue.size()) == 0
    for _ in range(4):
        session.run(put, {flag: True})
    assert session.run(taken, {flag: True}).tolist() == [1, 2]
    assert session.run(taken, {flag: False}).tolist() == [3, 4]
    assert session.run(tf.while_loop(lambda i: i < 3, lambda i: i + queue.dequeue()[0], [0])) == 3
    assert session.run(queue.size()) == 0


def test_one_of_several_queues(session: tf.Session) -> None:
    queues = [tf.FIFOQueue(5, tf.int32, shapes=[[2]]), tf.FIFOQueue(5, tf.int32, shapes=[[3]])]
    index = tf.placeholder(tf.int32)
    chosen = tf.QueueBase.from_list(index, queues)
    assert chosen.shapes[0].as_list() == [None]
    session.run(chosen.enqueue([[1, 2]]), {index: 0})
    assert session.run([queue.size() for queue in queues]) == [1, 0]


# -- several threads ---------------------------------------------------------------------------------------


def test_who_takes_waits_for_who_puts_in(session: tf.Session) -> None:
    queue = tf.FIFOQueue(5, tf.int32, [[]])
    three, one, put, size = queue.dequeue_many(3), queue.dequeue(), queue.enqueue(7), queue.size()
    first = Background(lambda: session.run(three))
    assert first.is_waiting()
    second = Background(lambda: session.run(one))
    assert second.is_waiting()
    for _ in range(2):
        session.run(put)
    assert session.run(size) == 0  # the first has taken them, and the second may not come before it
    assert first.is_waiting()
    assert second.is_waiting()
    session.run(put)
    session.run(put)
    assert first.end().tolist() == [7, 7, 7]
    assert second.end() == 7


def test_who_puts_in_waits_for_room(session: tf.Session) -> None:
    queue = tf.FIFOQueue(3, tf.int32, [[]])
    put, one, four, size = queue.enqueue_many([list(range(8))]), queue.dequeue(), queue.dequeue_many(4), queue.size()
    waiting = Background(lambda: session.run(put))
    assert waiting.is_waiting()
    assert [session.run(one) for _ in range(2)] == [0, 1]
    assert session.run(size) == 3
    assert session.run(four).tolist() == [2, 3, 4, 5]
    waiting.end()
    assert session.run(size) == 2


def test_close_lets_those_who_wait_put_in_first(session: tf.Session) -> None:
    queue = tf.FIFOQueue(1, tf.int32, [[]])
    put, close, closed, one = queue.enqueue(1), queue.close(), queue.is_closed(), queue.dequeue()
    session.run(put)
    waiting = Background(lambda: session.run(put))
    assert waiting.is_waiting()
    closing = Background(lambda: session.run(close))
    assert closing.is_waiting()
    assert not session.run(closed)
    session.run(one)
    waiting.end()
    closing.end()
    assert session.run(closed)
    session.run(one)


def test_close_may_cancel_those_who_wait(session: tf.Session) -> None:
    queue = tf.FIFOQueue(1, tf.int32, [[]])
    put, cancel = queue.enqueue(1), queue.close(cancel_pending_enqueues=True)
    session.run(put)
    waiting = Background(lambda: session.run(put))
    assert waiting.is_waiting()
    session.run(cancel)
    waiting.end()
    assert isinstance(waiting.error, tf.errors.CancelledError)
    assert first_line(waiting.error) == "Enqueue operation was cancelled"


@pytest.mark.parametrize(("kind", "order"), [(tf.FIFOQueue, [0, 1, 2]), (tf.RandomShuffleQueue, [1, 2, 0])])
def test_what_was_taken_in_part_comes_back_when_the_queue_ends(session: tf.Session, kind: Any, order: Any) -> None:
    more = {"min_after_dequeue": 0, "seed": 7} if kind is tf.RandomShuffleQueue else {}
    queue = kind(capacity=20, dtypes=[tf.int32], shapes=[[]], **more)
    session.run(queue.enqueue_many([[0, 1, 2]]))
    five, size, rest, close = queue.dequeue_many(5), queue.size(), queue.dequeue_up_to(9), queue.close()
    waiting = Background(lambda: session.run(five))
    assert waiting.is_waiting()
    assert session.run(size) == 0
    session.run(close)
    waiting.end()
    assert isinstance(waiting.error, tf.errors.OutOfRangeError)
    assert first_line(waiting.error).endswith("is closed and has insufficient elements (requested 2, current size 0)")
    assert session.run(rest).tolist() == order


def test_closing_the_session_cancels_those_who_wait() -> None:
    queue, full = tf.FIFOQueue(5, tf.int32, [[]]), tf.FIFOQueue(0, tf.int32, [[]])
    one, two, put = queue.dequeue(), queue.dequeue_many(2), full.enqueue(1)
    session = tf.Session()
    waiting = [Background(lambda op=op: session.run(op)) for op in (one, two, put)]
    assert all(background.is_waiting() for background in waiting)
    session.close()
    for background, word in zip(waiting, ("Dequeue", "Dequeue", "Enqueue"), strict=True):
        background.end()
        assert isinstance(background.error, tf.errors.CancelledError)
        assert first_line(background.error) == f"{word} operation was cancelled"
    with pytest.raises(RuntimeError, match=words("Attempted to use a closed Session.")):
        session.run(one)


def test_closing_one_of_several_sessions_on_a_server() -> None:
    queue = tf.FIFOQueue(5, tf.int32, [[]], shared_name="of the server")
    one, put = queue.dequeue(), queue.enqueue(1)
    server = tf.train.Server.create_local_server()
    first, second = tf.Session(server.target), tf.Session(server.target)
    leaving, staying = Background(lambda: first.run(one)), Background(lambda: second.run(one))
    assert leaving.is_waiting()
    assert staying.is_waiting()
    first.close()
    leaving.end()
    assert isinstance(leaving.error, tf.errors.CancelledError)
    assert staying.is_waiting()
    second.run(put)
    assert staying.end() == 1
    second.close()


def test_a_limit_of_time_for_all_runs() -> None:
    queue = tf.FIFOQueue(5, tf.int32)
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50)) as session:
        for _ in range(2):
            with pytest.raises(tf.errors.DeadlineExceededError, match=words("Timed out waiting for notification")):
                session.run(queue.dequeue())


def test_variables_are_free_while_a_run_waits(session: tf.Session) -> None:
    """A training step waits for its batch; meanwhile others read and write the same variables."""
    queue = tf.FIFOQueue(5, tf.int32, [[]])
    v = tf.Variable(0)
    session.run(v.initializer)
    step, look, put = v.assign_add(queue.dequeue()), v + 0, queue.enqueue(v + 5)
    watch = tf.tuple([look], control_inputs=[queue.dequeue()])
    waiting = [Background(lambda op=op: session.run(op)) for op in (step, watch)]
    assert all(background.is_waiting() for background in waiting)
    session.run(v.assign(100))
    assert session.run(look) == 100
    session.run(put)
    session.run(put)
    for background in waiting:
        background.end()
    assert session.run(v) in (205, 310)


def test_many_threads_share_one_session(session: tf.Session) -> None:
    """Nothing is lost and nothing comes twice, whoever puts in and takes out."""
    queue = tf.FIFOQueue(7, tf.int32, [[]])
    value = tf.placeholder(tf.int32, [None])
    put, one, three = queue.enqueue_many([value]), queue.dequeue(), queue.dequeue_many(3)
    total = tf.Variable(0)
    count = total.assign_add(one)
    session.run(total.initializer)

    def puts(start: int) -> None:
        for row in range(start, start + 32, 8):
            session.run(put, {value: list(range(row, row + 8))})

    producers = [Background(lambda k=k: puts(32 * k)) for k in range(32)]
    takers = [Background(lambda: [session.run(three).tolist() for _ in range(8)]) for _ in range(16)]
    counters = [Background(lambda: [session.run(count) for _ in range(40)]) for _ in range(16)]
    taken = [number for taker in takers for rows in taker.end() for number in rows]
    for background in producers + counters:
        background.end()
        assert background.error is None
    assert len(set(taken)) == len(taken) == 16 * 8 * 3
    assert session.run(queue.size()) == 0
    assert sum(taken) + session.run(total) == sum(range(1024))


def test_time_out_while_others_go_on() -> None:
    """The one whose time is over leaves the line; who stands behind gets what it waited for."""
    queue = tf.FIFOQueue(5, tf.int32, [[]])
    two, one, put = queue.dequeue_many(2), queue.dequeue(), queue.enqueue(1)
    with tf.Session() as session:
        first = Background(lambda: session.run(two, options=tf.RunOptions(timeout_in_ms=200)))
        time.sleep(0.05)
        second = Background(lambda: session.run(one))
        first.end()
        assert isinstance(first.error, tf.errors.DeadlineExceededError)
        session.run(put)
        assert second.end() == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that sends signals")
def test_ctrl_c_ends_a_run_that_waits(session: tf.Session) -> None:
    """Nothing stays locked, and nothing goes to the one who has left."""
    queue, v = tf.FIFOQueue(5, tf.int32, [[]]), tf.Variable(0)
    session.run(v.initializer)
    step, put = v.assign_add(queue.dequeue()), queue.enqueue(1)

    def strike(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, strike)
    try:
        for _ in range(3):
            signal.setitimer(signal.ITIMER_REAL, 0.03)
            with pytest.raises(KeyboardInterrupt):
                session.run(step)
    finally:
        signal.signal(signal.SIGALRM, before)
    session.run(put)
    assert Background(lambda: session.run(step)).end() == 1
