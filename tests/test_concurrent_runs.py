"""One session, many threads: what each run sees and leaves, closing meanwhile, forks, Ctrl-C, limits of threads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.kernels import threads as kernel_threads
from flowgraph.kernels.threads import blas_alone

MANY = 16
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
engines = pytest.mark.parametrize("engine", ["NUMPY", "REFERENCE"])


@pytest.fixture(autouse=True)
def _own_graph_and_many_switches() -> Iterator[None]:
    """Python goes from thread to thread five hundred times as often as it would, so that what can go wrong does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with tf.Graph().as_default():
        yield
    sys.setswitchinterval(before)


def session(engine: str = "", **fields: Any) -> tf.Session:
    experimental = tf.ConfigProto.Experimental(executor_type=engine)
    sess = tf.Session(config=tf.ConfigProto(experimental=experimental, **fields))
    sess.run(tf.global_variables_initializer())
    return sess


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Call each in a thread of its own, all beginning together; what they gave."""
    gate, results, failures = threading.Barrier(len(works)), [None] * len(works), []

    def call(number: int) -> None:
        try:
            gate.wait(60)
            results[number] = works[number]()
        except BaseException as error:  # noqa: BLE001  # it is raised again in the test's thread
            failures.append(error)

    started = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(len(works))]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(120)
    assert not any(thread.is_alive() for thread in started)
    if failures:
        raise failures[0]
    return results


@engines
@pytest.mark.parametrize("use_resource", [False, True])
def test_a_pair_is_never_seen_half_updated_and_every_update_counts(engine: str, use_resource: bool) -> None:
    """One step changes two variables, with time between the changes; another looks at both, with time between."""
    size, rounds = 3000, 12
    a = tf.get_variable("a", [size], initializer=tf.zeros_initializer(), use_resource=use_resource)
    b = tf.get_variable("b", [size], initializer=tf.zeros_initializer(), use_resource=use_resource)

    def pause() -> tf.Tensor:
        return tf.py_func(lambda: time.sleep(2e-4) or np.float32(0), [], tf.float32)

    with tf.control_dependencies([a.assign_add(tf.ones([size]))]), tf.control_dependencies([pause()]):
        step = b.assign_add(tf.fill([size], 2.0)).op
    first = a + 0.0
    with tf.control_dependencies([first]):
        later = pause()
    computed = [first, b + later]
    with session(engine) as sess:

        def train() -> None:
            for _ in range(rounds):
                sess.run(step)

        def look() -> list[float]:
            seen = []
            for fetched in [computed, [a, b]] * rounds:
                one, two = sess.run(fetched)
                assert one.min() == one.max()
                assert two.min() == two.max() == 2 * one[0]
                seen.append(one[0])
            return seen

        seen = at_once(*[train] * (MANY // 2), *[look] * (MANY // 2))[MANY // 2 :]
        assert all(values == sorted(values) for values in seen)  # time does not run backwards for anybody
        assert sess.run([a, b])[1].tolist() == [2.0 * rounds * (MANY // 2)] * size


@engines
def test_optimizer_steps_and_evaluations(engine: str) -> None:
    """What momentum makes of a constant gradient are whole numbers, which tell of a step lost or done by half."""
    w = tf.get_variable("w", [500], initializer=tf.zeros_initializer())
    count = tf.train.get_or_create_global_step()
    train = tf.train.MomentumOptimizer(1.0, 1.0).minimize(tf.reduce_sum(w), global_step=count)
    with session(engine) as sess:

        def work() -> None:
            for _ in range(10):
                sess.run(train)
                values, steps = sess.run([w, count])
                assert set(values.tolist()) == {-steps * (steps + 1) / 2}

        at_once(*[work] * MANY)
        assert sess.run(count) == 10 * MANY


@engines
def test_first_runs_of_one_fetch(engine: str) -> None:
    for turn in range(5):
        x = tf.constant(np.arange(12, dtype=np.float32).reshape(3, 4) + turn)
        y = tf.reduce_sum(tf.matmul(x, x, transpose_b=True) * 2.0, axis=1)
        with tf.Session(config=tf.ConfigProto(experimental=tf.ConfigProto.Experimental(executor_type=engine))) as sess:
            results = at_once(*[lambda: sess.run(y)] * MANY)  # noqa: B023 (called at once)
        values = (np.arange(12).reshape(3, 4) + turn).astype(np.float32)
        expected = (values @ values.T * 2).sum(1)
        assert all(np.array_equal(result, expected) for result in results)


@engines
def test_runs_with_more_shapes_than_are_kept(engine: str) -> None:
    """Each thread has shapes of its own and meets those of others; the values are whole numbers, exact in any order."""
    x = tf.placeholder(tf.float32, [None, None])
    total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
    y = tf.matmul(tf.nn.relu(x) + 1.0, x, transpose_a=True)
    both = [y, total.assign_add(tf.reduce_sum(x)).op]
    with session(engine) as sess:

        def work(first: int) -> float:
            added = 0.0
            for turn in range(30):
                rows, cols = 1 + (first + turn) % 7, 1 + (first * turn) % 6
                values = (np.arange(rows * cols) % 5 - 2.0).reshape(rows, cols).astype(np.float32)
                result, _ = sess.run(both, {x: values})
                assert np.array_equal(result, (np.maximum(values, 0) + 1).T @ values)
                added += float(values.sum())
            return added

        sums = at_once(*[lambda first=first: work(first) for first in range(MANY)])  # type: ignore[misc]
        assert sess.run(total) == sum(sums)


@engines
def test_random_ops_draw_each_number_once(engine: str) -> None:
    draw = tf.random_uniform([50], seed=3)
    with session(engine) as sess:
        drawn = at_once(*[lambda: [sess.run(draw) for _ in range(10)]] * MANY)
    with session(engine) as sess:
        expected = [sess.run(draw).tobytes() for _ in range(10 * MANY)]
    assert sorted(each.tobytes() for of_thread in drawn for each in of_thread) == sorted(expected)


@engines
def test_closing_while_others_run(engine: str) -> None:
    x = tf.placeholder(tf.float32, [None])
    w = tf.get_variable("w", [], initializer=tf.ones_initializer())
    train = w.assign_add(tf.reduce_sum(x))
    for _ in range(10):
        sess = session(engine)
        half_way = threading.Event()

        def run_on() -> None:
            for size in range(10_000):
                sess.run(train, {x: np.ones([size % 20], np.float32)})  # noqa: B023 (it ends within the turn)
                half_way.set()  # noqa: B023

        def work() -> None:
            with pytest.raises((RuntimeError, tf.errors.CancelledError), match=r"(?i)closed|cancelled"):
                run_on()

        def close() -> None:
            half_way.wait(60)  # noqa: B023
            sess.close()  # noqa: B023

        at_once(close, *[work] * 7)


# -- forks -------------------------------------------------------------------------------------------------------


def _forked(work: Callable[[], bool]) -> int:
    """The exit status of a forked process: 0 if `work()` there was true, a signal's number if it never ended."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1]


@needs_fork
@pytest.mark.filterwarnings("ignore:This process")  # Python warns of forks with threads, which is what is tested
class TestForks:
    def test_a_session_goes_on_in_both(self) -> None:
        w = tf.get_variable("w", [600, 600], initializer=tf.ones_initializer())
        product, update = tf.matmul(w, w), w.assign_add(tf.ones([600, 600]))
        with session() as sess:
            assert sess.run(product)[5, 5] == 600  # there are helpers now
            assert _forked(lambda: sess.run(update)[0, 0] == 2 and sess.run(product)[0, 0] == 4 * 600) == 0
            assert sess.run(product)[0, 0] == 600

    def test_while_another_thread_works(self) -> None:
        a = np.ones((600, 600), np.float32)
        inside, leave = threading.Event(), threading.Event()

        def busy() -> None:
            with blas_alone():
                inside.set()
                leave.wait(60)

        thread = threading.Thread(target=busy)
        thread.start()
        inside.wait(60)
        x = tf.constant(a)
        y = tf.matmul(x, x)
        with session() as sess, kernel_threads._blas._lock, kernel_threads._helpers._lock:
            status = _forked(lambda: bool(sess.run(y)[3, 3] == 600))
        leave.set()
        thread.join()
        assert status == 0


# -- interrupts --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that sends signals")
def test_after_an_interrupt_no_thread_works_on_and_the_next_run_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C strikes the main thread in products that several threads share, while other threads run them too."""
    monkeypatch.setattr(kernel_threads, "cores", lambda: 3)
    x = tf.placeholder(tf.float32, [400, 400])
    y = tf.matmul(tf.matmul(x, x) * 0.5, x)
    # whole numbers: exact in any order
    values = np.random.RandomState(0).randint(-2, 3, (400, 400)).astype(np.float32)
    expected = (values.astype(np.float64) @ values @ values * 0.5).astype(np.float32)
    stop, wrong = threading.Event(), []

    def strike(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, strike)
    try:
        with session() as sess:

            def work() -> None:
                while not stop.is_set():
                    if not np.array_equal(sess.run(y, {x: values}), expected):
                        wrong.append(1)

            others = [threading.Thread(target=work, daemon=True) for _ in range(2)]
            for thread in others:
                thread.start()
            for turn in range(40):
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0005 + 0.0004 * turn)
                    while True:
                        sess.run(y, {x: values})
                except KeyboardInterrupt:
                    pass
                assert np.array_equal(sess.run(y, {x: values}), expected)
            stop.set()
            for thread in others:
                thread.join(60)
                assert not thread.is_alive()
            assert not wrong
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("calls", [3, -1])
def test_threads_of_pipelines_keep_to_the_limit(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """What a dataset's function computes in a thread of the pipeline is part of the run that asks for elements."""
    monkeypatch.setattr(kernel_threads, "cores", lambda: 5)
    seen: set[tuple[str, int]] = set()

    def note(value: Any) -> Any:
        seen.add((threading.current_thread().name.partition("_")[0], kernel_threads.threads()))
        return value

    data = tf.data.Dataset.range(6).map(lambda x: tf.py_func(note, [x], tf.int64), num_parallel_calls=calls)
    element = tf.data.make_one_shot_iterator(data.prefetch(2)).get_next()
    for limit, allowed in ((0, 5), (1, 1), (2, 2)):
        seen.clear()
        with session(intra_op_parallelism_threads=limit) as sess:
            assert [sess.run(element) for _ in range(6)] == list(range(6))
        assert seen == {("map", allowed)}


# -- how many threads work ---------------------------------------------------------------------------------------

_PROGRAM = textwrap.dedent("""
    import hashlib, json, os, sys, time
    import numpy as np
    import flowgraph as tf
    from flowgraph.kernels.cores import cores

    tf.set_random_seed(1)
    n = tf.random_normal
    images, volumes, long = n([9, 20, 20, 16]), n([5, 6, 8, 8, 4]), n([300, 1000])
    results = {
        "matmul": tf.matmul(n([300, 300]), n([300, 600])),
        "wide matmul": tf.matmul(n([1, 1200]), n([1200, 1000])),
        "half": tf.matmul(tf.cast(n([200, 300]), tf.float16), tf.cast(n([300, 200]), tf.float16)),
        "batch": tf.matmul(n([6, 150, 160]), n([6, 160, 170])),
        "elementwise": tf.reduce_sum(tf.tanh(long * 2.0) * tf.sigmoid(long)),
        "igamma": tf.igamma(tf.abs(long[:40]) + 0.1, tf.abs(long[:40])),
        "solve": tf.matrix_solve(tf.matmul(long, long, transpose_b=True) + 9.0 * tf.eye(300), n([300, 50])),
        "pool": tf.nn.max_pool(images, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
    }
    for name, x, w, conv in [
        ("conv2d", images, n([3, 3, 16, 32]), lambda x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME")),
        ("5x5", images, n([5, 5, 16, 32]), lambda x, w: tf.nn.conv2d(x, w, [1, 2, 2, 1], "VALID")),
        ("conv3d", volumes, n([3, 3, 3, 4, 8]), lambda x, w: tf.nn.conv3d(x, w, [1] * 5, "SAME")),
        ("depthwise", images, n([3, 3, 16, 2]), lambda x, w: tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME")),
    ]:
        y = conv(x, w)
        results.update({name: y, f"{name} dx": tf.gradients(y * y, x)[0], f"{name} dw": tf.gradients(y * y, w)[0]})
    w = tf.Variable(n([2000, 300]))
    train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(tf.square(w - 1.0)))

    def others_worked():
        tasks = [task for task in os.listdir("/proc/self/task") if task != str(os.getpid())]
        return {task: open(f"/proc/self/task/{task}/schedstat").read().split()[0] for task in tasks}

    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=int(sys.argv[1]))) as sess:
        sess.run(tf.global_variables_initializer())
        is_told = os.path.exists("/proc/self/schedstat")
        before, now = None, others_worked() if is_told else {}
        while before != now:  # threads that BLAS has started spin for a while
            time.sleep(0.3)
            before, now = now, others_worked() if is_told else {}
        values = {name: sess.run(tensor) for name, tensor in results.items()}
        sess.run(train)
        values["adam"] = sess.run(w)
        after = others_worked() if is_told else {}
    digests = {name: hashlib.sha1(np.ascontiguousarray(value).tobytes()).hexdigest() for name, value in values.items()}
    worked = sum(after[task] != before.get(task, "0") for task in after)
    print(json.dumps({"digests": digests, "worked": worked, "others": len(after), "cores": cores()}))
""")


def _told(threads: int, **environ: str) -> dict[str, Any]:
    """What the program tells in a process of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", _PROGRAM, str(threads)], check=False, text=True,
                          capture_output=True, env={**kept, "PYTHONPATH": os.getcwd(), **environ})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def by_default() -> dict[str, Any]:
    return _told(0, OPENBLAS_NUM_THREADS="3")


linux = pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="Linux tells which threads ran")


@linux
def test_one_thread_means_that_no_other_works(by_default: dict[str, Any]) -> None:
    alone = _told(1, OPENBLAS_NUM_THREADS="3")
    assert alone["worked"] == 0
    assert alone["others"] > 0  # those of BLAS, which have nothing to do
    assert by_default["worked"] > 0 or by_default["cores"] == 1  # else this test would see nothing


@linux
def test_n_threads_are_at_most_n() -> None:
    assert _told(2, OPENBLAS_NUM_THREADS="3")["worked"] <= 1


def test_numbers_do_not_depend_on_the_machine(by_default: dict[str, Any]) -> None:
    one = _told(0, OMP_NUM_THREADS="1")
    assert one["cores"] == 1
    assert one["digests"] == by_default["digests"]
    assert _told(7)["digests"] == by_default["digests"]
