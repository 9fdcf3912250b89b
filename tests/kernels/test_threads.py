"""Work cut into tasks: all of it is done, errors arrive, and BLAS gets its threads back."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import threading
import time
import weakref

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.kernels import threads
from flowgraph.kernels.product import WORTH_CUTTING, product
from flowgraph.kernels.threads import blas_alone, in_parallel, ranges


@pytest.mark.parametrize("size", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("parts", [1, 2, 3, 8])
def test_ranges_cover_everything_once(size: int, parts: int) -> None:
    covered = [i for piece in ranges(size, parts) for i in range(size)[piece]]
    assert covered == list(range(size))
    assert 1 <= len(ranges(size, parts)) <= max(1, min(parts, size))


def test_every_task_runs_once_whoever_runs_it() -> None:
    done: list[int] = []
    in_parallel([lambda i=i: (time.sleep(0.001), done.append(i))[1] for i in range(20)])  # type: ignore[misc]
    assert sorted(done) == list(range(20))


def test_the_caller_does_what_nobody_else_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 3)
    release = threading.Event()
    in_parallel([lambda: None] * 3)
    for _ in range(threads._helpers._threads):  # all helpers are busy with something else
        threads._helpers.ask([lambda: release.wait(30)])  # type: ignore[list-item]
    me, by = threading.get_ident(), []
    in_parallel([lambda: by.append(threading.get_ident()) for _ in range(5)])
    release.set()
    assert by == [me] * 5


@pytest.mark.parametrize("failing", [0, 1, 3])
def test_an_error_arrives(failing: int) -> None:
    def task(i: int) -> None:
        if i == failing:
            raise ValueError(f"task {i}")

    with pytest.raises(ValueError, match=f"task {failing}"):
        in_parallel([lambda i=i: task(i) for i in range(4)])  # type: ignore[misc]


def test_when_an_error_arrives_nothing_runs_any_more() -> None:
    running: list[int] = []

    def slow() -> None:
        running.append(1)
        time.sleep(0.05)
        running.pop()

    def failing() -> None:
        time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_parallel([failing, slow, slow, slow])
    assert not running


def test_a_script_may_join_all_its_threads() -> None:
    in_parallel([lambda: None] * 4)
    assert not [t for t in threading.enumerate() if t.name.startswith("flowgraph") and not t.daemon]


def test_tasks_see_the_callers_numpy_error_state() -> None:
    with np.errstate(all="ignore"):
        in_parallel([lambda: np.log(np.zeros(3)) * np.float32(np.inf) for _ in range(8)])  # type: ignore[misc]


def test_blas_gets_its_threads_back() -> None:
    from threadpoolctl import threadpool_info

    def counts() -> list[int]:
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    before = counts()
    with blas_alone():
        with blas_alone():
            assert all(count == 1 for count in counts())
        assert all(count == 1 for count in counts())
    assert counts() == before


@pytest.mark.parametrize("shape", [(2000, 110, 100), (100, 110, 2000), (300, 300, 300), (3, 4, 5), (0, 4, 5)])
def test_a_big_product_is_the_product(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    m, k, n = shape
    a, b = rng.integers(-3, 4, (m, k)).astype(np.float32), rng.integers(-3, 4, (k, n)).astype(np.float32)
    expected = (a.astype(np.int64) @ b.astype(np.int64)).astype(np.float32)  # exact in either order
    np.testing.assert_array_equal(product(a, b), expected)
    out = np.empty((m, n), np.float32)
    assert product(a.T.copy().T, b.T.copy().T, out) is out
    np.testing.assert_array_equal(out, expected)


def test_matrices_that_do_not_fit_are_refused_however_big() -> None:
    side = int(WORTH_CUTTING ** (1 / 3)) + 10
    with pytest.raises(ValueError, match="mismatch"):
        product(np.ones((side, side)), np.ones((side + 1, side)))


def _child(queue: object) -> None:
    queue.put(float(product(np.ones((400, 400)), np.ones((400, 400))).sum()))  # type: ignore[attr-defined]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process")  # Python warns of forks with threads, which is what is tested
def test_a_forked_process_has_threads_of_its_own() -> None:
    product(np.ones((400, 400)), np.ones((400, 400)))
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == 400.0**3
    child.join(60)
    assert child.exitcode == 0


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_a_limit_of_threads(most: int) -> None:
    seen: set[int] = set()
    done: list[int] = []

    def task(number: int) -> None:
        seen.add(threading.get_ident())
        time.sleep(0.001)
        done.append(number)

    tasks = [functools.partial(task, number) for number in range(8)]
    threads.with_at_most(most, in_parallel, tasks)
    assert sorted(done) == list(range(8))
    assert len(seen) <= most


def test_a_session_with_one_thread_gives_the_same() -> None:
    with tf.Graph().as_default():
        x = tf.constant(np.random.RandomState(0).rand(300, 700).astype(np.float32))
        y = tf.matmul(x, x, transpose_b=True)
        values = []
        for count in (0, 1, 2):
            with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=count)) as sess:
                values.append(sess.run(y))
    assert np.array_equal(values[0], values[1])
    assert np.array_equal(values[0], values[2])


def test_tasks_are_let_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when the collector comes: it counts objects, and these may hold large arrays."""

    class Large:
        pass

    held = [Large() for _ in range(4)]
    ends = [weakref.ref(large) for large in held]
    monkeypatch.setattr(threads, "cores", lambda: 2)
    gc.disable()
    try:
        in_parallel([functools.partial(len, [large]) for large in held])
    finally:
        gc.enable()
    del held
    deadline = time.monotonic() + 60
    while any(end() is not None for end in ends) and time.monotonic() < deadline:
        time.sleep(0.001)  # a helper that came too late may still look at what there was
    assert [end() for end in ends] == [None] * 4
