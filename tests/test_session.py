"""Sessions: what is fetched and fed, who owns what, when variables are read and written, threads, engines."""

from __future__ import annotations

import threading
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES


class Pair(NamedTuple):
    first: Any
    second: Any


@pytest.fixture(params=sorted(ENGINES), autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Every test here runs on every engine, in a graph of its own."""
    monkeypatch.setenv("FLOWGRAPH_ENGINE", request.param)
    with tf.Graph().as_default():
        yield request.param


def initialized() -> tf.Session:
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess


class TestFetches:
    def test_any_nesting_comes_back_as_it_went_in(self) -> None:
        a, b = tf.constant(1, name="a"), tf.constant([2.0, 3.0], name="b")
        with tf.Session() as sess:
            assert sess.run(a) == 1
            assert sess.run([a, [a]]) == [1, [1]]
            assert sess.run((a, a)) == (1, 1)
            result = sess.run(OrderedDict(x=a, y=Pair(a, {"z": [b]})))
        assert list(result) == ["x", "y"]
        assert isinstance(result, OrderedDict)
        assert isinstance(result["y"], Pair)
        np.testing.assert_array_equal(result["y"].second["z"][0], [2.0, 3.0])

    def test_names_ops_and_variables(self) -> None:
        a = tf.constant(1, name="a")
        v = tf.Variable(5, name="v")
        with initialized() as sess:
            assert sess.run("a:0") == 1
            assert sess.run(["a", a.op, v, "v:0"]) == [None, None, 5, 5]

    def test_scalars_are_numpy_scalars_and_strings_are_bytes(self) -> None:
        with tf.Session() as sess:
            assert type(sess.run(tf.constant(1.0))) is np.float32
            assert sess.run(tf.constant("ab")) == b"ab"
            assert sess.run(tf.constant(["ab", "c"])).tolist() == [b"ab", b"c"]

    def test_an_empty_fetch(self) -> None:
        tf.constant(1)
        with tf.Session() as sess:
            assert sess.run([]) == []
            assert sess.run({}) == {}

    def test_eval_and_run_use_the_default_session(self) -> None:
        v = tf.Variable(3.0)
        with tf.Session():
            v.initializer.run()
            assert (v + 1.0).eval() == 4.0
        with pytest.raises(ValueError, match="No default session is registered"):
            tf.constant(1).eval()
        other = tf.Session(graph=tf.Graph())
        with pytest.raises(ValueError, match="the tensor's graph is different from the session's graph"):
            tf.constant(1).eval(session=other)

    def test_fetched_arrays_belong_to_the_caller(self) -> None:
        constant = tf.constant([1.0, 2.0])
        v = tf.Variable([1.0, 2.0])
        x = tf.placeholder(tf.float32, [2])
        shaped = tf.reshape(v, [2, 1])
        doubled = x * 2.0
        with initialized() as sess:
            fed = np.array([1, 2], np.float32)
            for fetch in (constant, v, x, shaped, doubled, tf.identity(doubled)):
                first = sess.run(fetch, {x: fed})
                first += 100
                np.testing.assert_array_equal(sess.run(fetch, {x: fed}), first - 100)
            np.testing.assert_array_equal(fed, [1, 2])
            kept = sess.run(doubled, {x: fed})
            sess.run(doubled, {x: fed + 1})
            np.testing.assert_array_equal(kept, [2, 4])


class TestFeeds:
    def test_any_tensor_can_be_fed(self) -> None:
        a = tf.constant(1.0)
        b = a + 1.0
        c = b * 10.0
        with tf.Session() as sess:
            assert sess.run(c) == 20
            assert sess.run(c, {b: 5.0}) == 50
            assert sess.run([b, c], {b: 5.0}) == [5, 50]
            assert sess.run(c, {a: 5.0}) == 60
            assert sess.run(c) == 20

    def test_a_fed_variable_is_replaced_for_every_reader(self) -> None:
        v = tf.Variable(1.0)
        y = v * 2.0
        with tf.Session() as sess:
            assert sess.run([y, v], {v: 21.0}) == [42, 21]

    def test_shapes_may_change_from_run_to_run(self) -> None:
        x = tf.placeholder(tf.float32, [None, 2])
        total = tf.reduce_sum(x, axis=0) / tf.cast(tf.shape(x)[0], tf.float32)
        with tf.Session() as sess:
            for rows in (1, 7, 3, 7, 0, 25):
                data = np.arange(rows * 2, dtype=np.float32).reshape(rows, 2)
                with np.errstate(all="ignore"):
                    np.testing.assert_allclose(sess.run(total, {x: data}), data.sum(0) / np.float32(rows))

    def test_values_are_converted_like_numpy_does(self) -> None:
        x = tf.placeholder(tf.float32)
        i = tf.placeholder(tf.int64)
        s = tf.placeholder(tf.string)
        with tf.Session() as sess:
            assert sess.run(x, {x: "1.5"}) == 1.5
            assert sess.run(x, {x: [[1, 2]]}).dtype == np.float32
            assert sess.run(i, {i: 3.0}) == 3
            assert sess.run(s, {s: ["a", b"b"]}).tolist() == [b"a", b"b"]
            assert sess.run("Placeholder:0", {"Placeholder:0": 2}) == 2


class TestOrder:
    """design: a run that both reads and writes a variable (the rules of ARCHITECTURE.md)."""

    def test_a_fetched_variable_shows_the_end_of_the_run(self) -> None:
        w = tf.Variable(1.0)
        update = tf.assign_add(w, 1.0)
        with initialized() as sess:
            assert sess.run([w, update]) == [2, 2]
            assert sess.run([w, tf.identity(w), update.op])[:2] == [3, 3]
            assert sess.run([tf.reshape(w, [1]), update.op])[0] == [4]

    def test_a_value_computed_beside_a_write_is_the_old_one(self) -> None:
        w = tf.Variable(1.0)
        update = tf.assign_add(w, 1.0)
        later = w * 10.0  # made after the write, and does not depend on it
        with initialized() as sess:
            assert sess.run([later, update]) == [10, 2]

    def test_a_value_computed_after_a_write_is_the_new_one(self) -> None:
        w = tf.Variable(1.0)
        read = w * 1.0
        update = tf.assign_add(w, 1.0)
        with tf.control_dependencies([update]):
            after = w * 10.0
            aliased = tf.identity(w) * 10.0
        with initialized() as sess:
            assert sess.run([read, after, aliased]) == [1, 20, 20]

    def test_writes_go_in_the_order_in_which_they_were_made(self) -> None:
        w = tf.Variable(1.0)
        writes = [tf.assign(w, w * 2.0), tf.assign_add(w, 3.0), tf.assign(w, -w)]
        with initialized() as sess:
            sess.run(writes)
            # (both new values are computed from the old w: they depend on no write)
            assert sess.run(w) == -1.0
            w.load(1.0, sess)
            sess.run(writes[:2])
            assert sess.run(w) == 5.0

    def test_rules_that_contradict_each_other_are_solved_by_a_copy(self) -> None:
        a, b = tf.Variable(1.0), tf.Variable(10.0)
        new_a, new_b = a + b, a * b
        swap = [tf.assign(a, new_b), tf.assign(b, new_a)]
        with initialized() as sess:
            sess.run(swap)
            assert sess.run([a, b]) == [10, 11]

    def test_a_cycle_of_reads_and_writes(self) -> None:
        a, b = tf.Variable(1.0), tf.Variable(10.0)
        write_a, write_b = tf.assign(a, 2.0), tf.assign(b, 20.0)
        with tf.control_dependencies([write_b]):
            old_a = a * 1.0  # after the write of b, before that of a
        with tf.control_dependencies([write_a]):
            old_b = b * 1.0  # after the write of a, before that of b
        with initialized() as sess:
            assert sess.run([old_a, old_b, write_a, write_b]) == [1, 10, 2, 20]

    def test_initialization_and_use_can_share_a_run(self) -> None:
        w = tf.Variable(3.0)
        with tf.control_dependencies([w.initializer]):
            doubled = w * 2.0
        with tf.Session() as sess:
            assert sess.run(doubled) == 6

    def test_what_is_not_needed_does_not_run(self) -> None:
        w = tf.Variable(1.0)
        bump = tf.assign_add(w, 1.0)
        unrelated = tf.constant(5.0) * 2.0
        with initialized() as sess:
            sess.run(unrelated)
            assert sess.run(w) == 1
            sess.run(bump.op)
            assert sess.run(w) == 2


class TestSessions:
    def test_two_sessions_over_one_graph_never_meet(self) -> None:
        w = tf.Variable(0.0)
        noise = tf.random_normal([2], seed=7)
        bump = tf.assign_add(w, 1.0)
        with initialized() as one, initialized() as two:
            for _ in range(3):
                one.run(bump)
            assert (one.run(w), two.run(w)) == (3, 0)
            np.testing.assert_array_equal(one.run(noise), two.run(noise))
            assert not np.array_equal(one.run(noise), one.run(tf.random_normal([2], seed=7)))

    def test_a_closed_session_says_so(self) -> None:
        a = tf.constant(1)
        sess = tf.Session()
        sess.run(a)
        sess.close()
        sess.close()
        with pytest.raises(RuntimeError, match=r"^Attempted to use a closed Session\."):
            sess.run(a)

    def test_an_interactive_session_is_the_default_until_closed(self) -> None:
        sess = tf.InteractiveSession()
        assert tf.get_default_session() is sess
        assert tf.constant(2).eval() == 2
        sess.close()
        assert tf.get_default_session() is not sess

    def test_as_default_leaves_the_session_open(self) -> None:
        a = tf.constant(1)
        sess = tf.Session()
        with sess.as_default():
            assert a.eval() == 1
        assert sess.run(a) == 1
        sess.close()

    def test_the_engine_is_chosen_by_configuration_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        config = tf.ConfigProto()
        config.experimental.executor_type = "REFERENCE"
        monkeypatch.setenv("FLOWGRAPH_ENGINE", "NUMPY")
        assert "REFERENCE" in repr(tf.Session(config=config))
        assert "NUMPY" in repr(tf.Session())
        config.experimental.executor_type = "ABACUS"
        with pytest.raises(tf.errors.InvalidArgumentError, match="No executor factory registered"):
            tf.Session(config=config)

    @pytest.mark.parametrize("switch", ["constant_folding", "disable_meta_optimizer"])
    def test_division_by_a_constant_is_tfs_unless_its_optimizer_is_off(self, switch: str) -> None:
        values = np.random.RandomState(0).rand(1000).astype(np.float32)
        x = tf.placeholder(tf.float32, [1000])
        third = tf.identity(x / 3.0)
        with tf.Session() as sess:
            np.testing.assert_array_equal(sess.run(third, {x: values}), values * (np.float32(1) / np.float32(3)))
        config = tf.ConfigProto()
        options = config.graph_options.rewrite_options
        setattr(options, switch, options.OFF if switch == "constant_folding" else True)
        with tf.Session(config=config) as sess:
            np.testing.assert_array_equal(sess.run(third, {x: values}), values / np.float32(3))

    @pytest.mark.parametrize(
        ("field", "value", "reason"),
        [
            ("inter_op_parallelism_threads", 4, "the ops of a run are computed one after the other"),
            ("session_inter_op_thread_pool", [{"num_threads": 2}], "the ops of a run are computed one after the other"),
            ("use_per_session_threads", True, "the threads of the process serve all sessions"),
            ("device_filters", ["/job:ps"], "it does not look for devices on other machines"),
        ],
    )
    def test_a_field_without_effect_says_so_once_and_why(
        self, field: str, value: Any, reason: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("flowgraph.sessions.settings._said", set())
        for _ in range(2):
            tf.Session(config=tf.ConfigProto(**{field: value})).close()
        (record,) = caplog.records
        line = f"ConfigProto.{field} is accepted and has no effect in flowgraph: {reason}"
        assert record.getMessage().startswith(line)

    @pytest.mark.parametrize(
        "fields",
        [
            {"inter_op_parallelism_threads": 1},
            {"inter_op_parallelism_threads": -1},
            {"intra_op_parallelism_threads": 3},
            {"device_count": {"GPU": 0}},
            {"isolate_session_state": True},
        ],
    )
    def test_what_is_so_anyway_is_not_worth_a_word(
        self, fields: dict[str, Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("flowgraph.sessions.settings._said", set())
        with tf.Session(config=tf.ConfigProto(**fields)) as sess:
            assert sess.run(tf.constant(1) + 1) == 2
        assert not caplog.records

    def test_all_missing_feeds_and_all_uninitialized_variables_are_named_at_once(self) -> None:
        x, y = tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.float32, name="y")
        v, w = tf.Variable(1.0, name="v"), tf.Variable(2.0, name="w")
        with tf.Session() as sess:
            with pytest.raises(tf.errors.InvalidArgumentError) as unfed:
                sess.run(tf.reduce_sum(x) + y)
            with pytest.raises(tf.errors.FailedPreconditionError) as empty:
                sess.run(v + w)
        lines = str(unfed.value).splitlines()
        assert lines[0] == "You must feed a value for placeholder tensor 'x' with dtype float and shape [?,3]"
        for part in ("  x  float32 [?,3]      made at", "  y  float32 <unknown>  made at", __file__.rpartition("/")[2]):
            assert part in str(unfed.value)
        assert str(empty.value).splitlines()[0] == "Attempting to use uninitialized value v"
        assert "w" in str(empty.value)

    def test_of_hundreds_of_uninitialized_variables_the_first_are_named_and_the_others_counted(self) -> None:
        total = tf.add_n([tf.Variable(1.0, name=f"v{number}") for number in range(200)])
        with tf.Session() as sess, pytest.raises(tf.errors.FailedPreconditionError) as empty:
            sess.run(total)
        assert "  and 170 more" in str(empty.value)
        assert len(str(empty.value).splitlines()) < 45

    def test_a_large_value_is_let_go_after_its_last_use(self) -> None:
        """A chain of twenty products of a megabyte each: never more than a few of them live at once.

        On one thread: with several, more of them lived at once the busier the machine was, up to six.
        """
        x = matrix = tf.placeholder(tf.float32, [512, 512])
        for _ in range(20):
            x = tf.matmul(x, matrix) / 512.0
        total = tf.reduce_sum(x)
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as sess:
            feed = {matrix: np.ones([512, 512], np.float32)}
            sess.run(total, feed)  # plans, and imports what it needs: no part of what is measured
            tracemalloc.start()
            try:
                for _ in range(2):
                    assert sess.run(total, feed) == 512**2
                assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
            finally:
                tracemalloc.stop()

    def test_a_failed_run_leaves_the_session_as_it_was(self) -> None:
        w = tf.Variable([1.0, 2.0])
        x = tf.placeholder(tf.float32, [None])
        update = tf.assign_add(w, [1.0, 1.0])
        with tf.control_dependencies([w * x]):
            guarded = tf.assign_add(w, [1.0, 1.0])
        with initialized() as sess:
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Incompatible shapes: \[2\] vs. \[3\]"):
                sess.run([w * x, guarded], {x: [1, 2, 3]})
            sess.run(update)
            np.testing.assert_array_equal(sess.run(w), [2, 3])
            np.testing.assert_array_equal(sess.run(w * x, {x: [1, 1]}), [2, 3])

    def test_a_graph_that_grows_with_every_run_is_noticed_once(self, caplog: pytest.LogCaptureFixture) -> None:
        w = tf.Variable(0.0)
        with initialized() as sess:
            for _ in range(150):
                sess.run(tf.assign_add(w, 1.0))
        assert sess.graph.version > 300
        (record,) = [r for r in caplog.records if "grown" in r.getMessage()]
        assert "sess.run(tf.assign_add(w, 1.0))" in record.getMessage()
        assert "graph.finalize()" in record.getMessage()


class TestThreads:
    def in_threads(self, count: int, work: Any) -> None:
        failures: list[BaseException] = []

        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # it is raised again in the test's thread
                failures.append(error)

        threads = [threading.Thread(target=guarded) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def test_concurrent_updates_all_count(self) -> None:
        w = tf.Variable(np.zeros([50], np.float32))
        bump = tf.assign_add(w, tf.ones([50]))
        with initialized() as sess:
            self.in_threads(8, lambda: [sess.run(bump.op) for _ in range(100)])
            np.testing.assert_array_equal(sess.run(w), np.full(50, 800))

    def test_concurrent_runs_do_not_share_buffers(self) -> None:
        x = tf.placeholder(tf.float32, [None, 30])
        y = tf.reduce_sum(tf.matmul(x, tf.transpose(x)) * 2.0 + 1.0, axis=1)

        with tf.Session() as sess:

            def work() -> None:
                rng = np.random.default_rng(threading.get_ident() % 1000)
                for _ in range(30):
                    data = rng.standard_normal((rng.integers(1, 5), 30)).astype(np.float32)
                    np.testing.assert_allclose(
                        sess.run(y, {x: data}), (data @ data.T * 2 + 1).sum(1), rtol=1e-3, atol=1e-3
                    )

            self.in_threads(8, work)

    def test_training_from_many_threads_equals_training_in_turn(self) -> None:
        w = tf.Variable(10.0)
        step = tf.train.GradientDescentOptimizer(0.1).minimize(w * w)
        with initialized() as sess:
            self.in_threads(4, lambda: [sess.run(step) for _ in range(10)])
            threaded = sess.run(w)
        with initialized() as sess:
            for _ in range(40):
                sess.run(step)
            assert sess.run(w) == threaded


class TestDepth:
    def test_a_chain_of_100_000_ops(self) -> None:
        x = tf.constant(0.0)
        y = x
        one = tf.constant(1.0)
        for _ in range(100_000):
            y = y + one
        (slope,) = tf.gradients(y, [x])
        with tf.Session() as sess:
            assert sess.run([y, slope]) == [100_000, 1]
