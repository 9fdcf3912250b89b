"""Traces: what they record is what runs compute, and recording changes nothing."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.viz import values
from tests.viz import graphs

ENGINES = ("REFERENCE", "NUMPY")


@pytest.fixture(autouse=True)
def a_graph_of_its_own():
    with tf.Graph().as_default():
        yield


def session(engine="NUMPY"):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    return tf.Session(config=config)


# -- graphs to trace -----------------------------------------------------------------------------------------


def plain():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.nn.softmax(tf.matmul(x, tf.constant(np.arange(6.0).reshape(3, 2), tf.float32)))
    words = tf.string_join([tf.as_string(tf.argmax(y, 1)), "!"])
    return [y, words, tf.cast(y, tf.float16), tf.complex(x, x)], {x: [[1.0, -2.0, 3.0], [0.0, 1.0, -1.0]]}


def branches():
    x = tf.placeholder(tf.float32, [], name="x")
    w = tf.Variable(2.0, name="w")
    return [tf.cond(x > 0, lambda: x * w, lambda: x - 1.0), tf.cond(x > 3, lambda: w, lambda: -x)], {x: 1.5}


def loops():
    x = tf.placeholder(tf.float32, [2], name="x")
    _, y = tf.while_loop(
        lambda i, a: i < 4, lambda i, a: (i + 1, a * x + tf.cond(i > 1, lambda: x, lambda: -x)), [0, x]
    )
    return [y, tf.gradients(y, x)[0], tf.map_fn(lambda a: a * a, x)], {x: [0.5, 2.0]}


def variables():
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    w = tf.get_variable("w", initializer=tf.random_normal([2, 2], seed=1))
    r = tf.get_variable("r", [2], use_resource=True, initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.square(tf.matmul(x, w) + r))
    train = tf.train.AdamOptimizer(0.1).minimize(loss, tf.train.get_or_create_global_step())
    return [loss, train, r.read_value()], {x: np.eye(2)}


def random_numbers():
    a = tf.random_normal([3], seed=1)
    b = tf.nn.dropout(tf.ones([4]) * a[0], 0.5)
    return [a, b, tf.random_shuffle(tf.range(10)), tf.multinomial([[0.1, 0.2]], 5)], {}


ALL = [plain, branches, loops, variables, random_numbers]


def equal(one, other):
    if isinstance(one, list | tuple):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            equal(*pair)
    elif one is not None:
        assert type(one) is type(other)
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("build", ALL)
def test_tracing_changes_nothing(build, engine):
    """Neither the results, nor the variables, nor the random numbers of the runs after it."""
    tf.set_random_seed(7)
    fetches, feed = build()
    init, states = tf.global_variables_initializer(), tf.global_variables()
    told = []
    for traced in (False, True):
        with session(engine) as sess:
            sess.run(init)
            found = [sess.run(fetches, feed)]
            if traced:
                with tf.debug.trace(sess) as t:
                    found += [sess.run(fetches, feed) for _ in range(3)]
                assert len(t) == t.count == 3
            else:
                found += [sess.run(fetches, feed) for _ in range(3)]
            found += [sess.run(fetches, feed), sess.run(states)]
            told.append(found)
    equal(*told)


@pytest.mark.parametrize("build", [plain, loops, branches])
def test_every_value_is_that_of_the_run(build):
    """Each op that can be fetched is fetched by itself; ops in branches and loops have values of their own."""
    fetches, feed = build()
    with session() as sess:
        sess.run(tf.global_variables_initializer())
        with tf.debug.trace(sess, arrays=True) as t:
            sess.run(fetches, feed)
        (run,) = t.runs
        checked = 0
        for op in tf.get_default_graph().get_operations():
            for tensor in op.outputs:
                if tensor in run and op.graph.is_fetchable(tensor) and op.type not in ("Merge", "Switch", "Exit"):
                    expected = sess.run(tensor, feed)
                    np.testing.assert_array_equal(run.array(tensor), expected)
                    assert run[tensor] == values.summary(
                        np.array(expected, object) if isinstance(expected, bytes) else expected
                    )
                    checked += 1
        assert checked > 5
        for tensor, expected in zip(fetches, sess.run(fetches, feed), strict=True):
            np.testing.assert_array_equal(run.array(tensor), expected)


def test_what_is_said_of_a_run():
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.matmul(x, tf.ones([3, 4]), name="y")
    z = tf.reduce_sum(y, name="z")
    with session() as sess, tf.debug.trace(sess) as t:
        sess.run([z, y.op], {x: np.ones([2, 3])})
        sess.run(y, {x: np.zeros([2, 3])})
    first = t.runs[0]
    assert (first.fetches, first.number, first.error, first.failed) == (["z:0", "y"], 0, None, None)
    assert first.feeds["x:0"]["mean"] == 1.0
    assert (first.ops["y"].op, first.ops["y"].bytes, first.ops["y"].times) == (y.op, 32, 1)
    assert first.ops["y"].seconds > 0
    assert list(first.ops) == ["ones", "y", "Const", "z"]
    assert first["z"]["text"] == "24.0"
    assert "x:0" in first
    assert "pixels" in first["y:0"]
    assert t[y] == [values.summary(np.full([2, 4], 3.0, np.float32)), values.summary(np.zeros([2, 4], np.float32))]
    assert t[z][1] is None
    with pytest.raises(KeyError, match="nowhere:0 was computed in none of the 2 runs"):
        t["nowhere"]
    assert repr(t).startswith("<tf.debug.trace: 2 runs, ")
    assert "y  (MatMul)" in repr(t)
    assert "y  (MatMul)" in repr(first)


def test_texts_out_of_a_queue():
    queue = tf.FIFOQueue(3, [tf.string], shapes=[()])
    fill, two = queue.enqueue_many([["ab", "cde"]]), queue.dequeue_many(2, name="two")
    with session() as sess, tf.debug.trace(sess) as t:
        sess.run(fill)
        assert sess.run(two).tolist() == [b"ab", b"cde"]
    assert t.runs[1].ops["two"].bytes == 5
    assert t[two][1]["dtype"] == "string"


def test_loops_keep_the_last_round_and_count():
    i = tf.while_loop(lambda i: i < 5, lambda i: tf.multiply(i, 2, name="twice") - 1, [2], name="loop")
    with session() as sess, tf.debug.trace(sess) as t:
        assert sess.run(i) == 5
    (run,) = t.runs
    assert (run.ops["loop/twice"].times, run.ops["loop/Less"].times) == (2, 3)
    assert run.array("loop/twice:0") == 6
    assert run.array("loop/Merge:0") == run.array(i) == 5


def test_branches_that_are_not_taken_have_no_values():
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.cond(x > 0, lambda: tf.negative(x, name="yes"), lambda: tf.square(x, name="no"), name="choice")
    with session() as sess, tf.debug.trace(sess) as t:
        sess.run([y], {x: 1.0})
        sess.run([y], {x: -1.0})
    assert [("choice/yes" in run, "choice/no" in run) for run in t.runs] == [(True, False), (False, True)]
    assert [about["text"] for about in t[y]] == ["-1.0", "1.0"]


def test_a_variable_is_what_it_was_when_it_was_read():
    w = tf.Variable([1.0, 2.0], name="w")
    double = tf.multiply(w, 2.0, name="double")
    with tf.control_dependencies([double]):
        up = tf.assign_add(w, [10.0, 10.0], name="up")
    with session() as sess:
        sess.run(w.initializer)
        with tf.debug.trace(sess) as t:
            sess.run([double, up.op])
            sess.run(double)
    run = t.runs[0]
    np.testing.assert_array_equal(run.array("w/read"), [1, 2])
    np.testing.assert_array_equal(run.array(double), [2, 4])
    np.testing.assert_array_equal(run.array(up), [11, 12])
    np.testing.assert_array_equal(t.runs[1].array(w), [11, 12])


# -- arguments -----------------------------------------------------------------------------------------------


def test_only_some_values_are_kept():
    a = tf.constant([1.0, 2.0], name="a")
    b = tf.negative(a, name="scope/b")
    c, d = tf.split(b, 2, name="c")
    cases = [
        (a, {"a:0"}),
        ("^scope/", {"scope/b:0"}),
        ([c.op, "a"], {"a:0", "c:0", "c:1"}),
        ([c, b], {"c:0", "scope/b:0"}),
        (d.op, {"c:0", "c:1"}),
        ((), set()),
    ]
    for only, kept in cases:
        with session() as sess, tf.debug.trace(sess, only=only) as t:
            sess.run([c, d])
        assert set(t.runs[0].values) == kept
        assert set(t.runs[0].ops) == {"a", "scope/b", "c", "c/split_dim"}
    with pytest.raises(ValueError, match=r"only='\(' is no regular expression"):
        tf.debug.trace(session(), only="(")


def test_only_times():
    y = tf.log([-1.0], name="y")
    with session() as sess, tf.debug.trace(sess, values=False) as t:
        sess.run(y)
    assert t.runs[0].values == {}
    assert t.first_nan() is None
    assert t.runs[0].ops["y"].bytes == 4


def test_the_last_runs_are_kept():
    x = tf.placeholder(tf.int32, [], name="x")
    with session() as sess, tf.debug.trace(sess, most=3) as t:
        for k in range(5):
            sess.run(x + 0, {x: k})
    assert [run.feeds["x:0"]["text"] for run in t.runs] == ["2", "3", "4"]
    assert (t.count, len(t), t.runs[0].number) == (5, 3, 2)
    assert "5 runs, the last 3 kept" in repr(t)
    with pytest.raises(ValueError, match="most is a number of runs, at least 1, not 0"):
        tf.debug.trace(sess, most=0)


def test_large_arrays_are_kept_on_demand():
    x = tf.range(10_000, name="many")
    with session() as sess:
        with tf.debug.trace(sess) as t:
            sess.run(x)
        with tf.debug.trace(sess, arrays=True) as whole:
            sess.run(x)
    assert t.runs[0][x] == whole.runs[0][x]
    assert t.runs[0][x]["max"] == 9999
    with pytest.raises(
        ValueError, match=r"Of many:0 only the summary was kept: use tf.debug.trace\(sess, arrays=True\)"
    ):
        t.runs[0].array(x)
    np.testing.assert_array_equal(whole.runs[0].array(x), np.arange(10_000))


def test_what_is_no_session():
    with pytest.raises(TypeError, match=r"^tf\.debug\.trace takes a session, not <class 'int'>"):
        tf.debug.trace(3)


# -- the block -----------------------------------------------------------------------------------------------


def test_a_session_is_as_before_when_no_trace_is_open():
    """No check stands in the way of a run: the session's own `run` is hidden while it is traced, and only then."""
    with session() as sess:
        before = dict(vars(sess))
        with tf.debug.trace(sess):
            assert "run" in vars(sess)
        assert vars(sess).keys() == before.keys()
        assert sess.run.__func__ is tf.Session.run
        with pytest.raises(ZeroDivisionError), tf.debug.trace(sess):
            raise ZeroDivisionError
        assert vars(sess).keys() == before.keys()


def test_a_run_that_a_user_put_there_comes_back():
    with session() as sess:
        sess.run = mine = lambda *_: "mine"
        with tf.debug.trace(sess) as t:
            assert sess.run(tf.constant(1)) == 1
        assert sess.run is mine
        assert len(t) == 1


def test_nested_traces_and_any_order_of_ends():
    y = tf.constant(1.0, name="y")
    with session() as sess:
        one, two = tf.debug.trace(sess), tf.debug.trace(sess, only=())
        with one:
            sess.run(y)
            with two:
                sess.run(y)
            sess.run(y)
        assert (len(one), len(two)) == (3, 1)
        assert ("y" in one.runs[1], "y" in two.runs[0]) == (True, False)
        one.__enter__()
        two.__enter__()
        one.__exit__(None, None, None)
        sess.run(y)
        two.__exit__(None, None, None)
        assert (len(one), len(two), "run" in vars(sess)) == (3, 2, False)


def test_every_way_to_run_is_recorded():
    a, b = tf.placeholder(tf.float32, [], name="a"), tf.placeholder(tf.float32, [], name="b")
    c = tf.multiply(a, 2.0, name="c")
    d = tf.multiply(c, b, name="d")
    with session() as sess:
        double = sess.make_callable(c, [a])
        with tf.debug.trace(sess) as t:
            c.eval({a: 1.0})
            d.op.run({a: 1.0, b: 2.0})
            double(4.0)
            sess.run("c:0", {"a:0": 5.0})
            sess.run({"deep": [c, (d,)]}, {a: 1.0, b: 1.0})
            part = sess.partial_run_setup([c, d], [a, b])
            sess.partial_run(part, c, {a: 3.0})
            assert sess.partial_run(part, d, {b: 2.0}) == 12
            sess.run([])
    assert [run.fetches for run in t.runs[:5]] == [["c:0"], ["d"], ["c:0"], ["c:0"], ["c:0", "d:0"]]
    assert [about and about["text"] for about in t[c]] == ["2.0", "2.0", "8.0", "10.0", "2.0", "6.0", "6.0"]
    assert t[d][-1]["text"] == "12.0"
    assert len(t) == 7


def test_run_options_still_work():
    y = tf.constant(1.0, name="y") + 1.0
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True)
    with session() as sess, tf.debug.trace(sess) as t:
        for _ in range(2):
            assert sess.run(y, options=options, run_metadata=metadata) == 2
            (device,) = metadata.step_stats.dev_stats
            assert [node.node_name for node in device.node_stats] == ["y", "add/y", "add"]
            assert len(metadata.partition_graphs) == 1
        queue = tf.FIFOQueue(1, tf.float32)
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(queue.dequeue(), options=tf.RunOptions(timeout_in_ms=20))
    assert list(t.runs[0].ops) == ["y", "add/y", "add"]
    assert isinstance(t.runs[2].error, tf.errors.DeadlineExceededError)


def test_monitored_sessions():
    step = tf.train.get_or_create_global_step()
    up = tf.assign_add(step, 1)
    hook = tf.train.StopAtStepHook(last_step=3)
    with tf.train.MonitoredSession(hooks=[hook]) as sess, tf.debug.trace(sess) as t:
        while not sess.should_stop():
            sess.run(up)
    assert [about and about["text"] for about in t[up]] == ["1", "2", "3", None]  # last the hook reads the step


def test_threads():
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.square(x)
    with session() as sess, tf.debug.trace(sess) as t:
        found = {}
        work = [threading.Thread(target=lambda k=k: found.update({k: sess.run(y, {x: k})})) for k in range(8)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
    assert found == {k: k * k for k in range(8)}
    assert [run.number for run in t.runs] == list(range(8))
    assert sorted(float(run.array(y)) for run in t.runs) == sorted(float(k * k) for k in range(8))
    for run in t.runs:
        assert run.array(y) == run.array(x) ** 2


def test_runs_that_wait():
    queue = tf.FIFOQueue(3, tf.float32, shapes=[()])
    both = [queue.dequeue(name="out"), queue.enqueue(2.0)]
    with session() as sess, tf.debug.trace(sess) as t:
        assert sess.run(both) == [2.0, None]
    assert t.runs[0].array("out") == 2.0


# -- runs that fail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_fails_leaves_what_it_computed(engine):
    x = tf.placeholder(tf.int32, [None], name="x")
    w = tf.Variable(1, name="w")
    up = tf.assign_add(w, 1, name="up")
    with tf.control_dependencies([up]):
        double = tf.multiply(x, 2, name="double")
    picked = tf.gather(double, 5, name="picked")
    after = tf.negative(picked, name="after")
    with session(engine) as sess:
        sess.run(w.initializer)
        assert tf.debug.last_failure(sess) is None
        with pytest.raises(tf.errors.InvalidArgumentError) as plain_error:
            sess.run(after, {x: [1, 2, 3]})
        assert tf.debug.last_failure(sess) is None
        with pytest.raises(tf.errors.InvalidArgumentError) as error, tf.debug.trace(sess) as t:
            sess.run(after, {x: [1, 2, 3]})
        assert str(error.value) == str(plain_error.value)
        run = tf.debug.last_failure(sess)
        assert run is t.runs[-1]
        assert run.failed == "picked"
        assert (type(run.error), str(run.error)) == (type(error.value), str(error.value))
        assert run.error.op is picked.op
        np.testing.assert_array_equal(run.array(double), [2, 4, 6])
        assert run["x:0"]["text"] == "[1 2 3]"
        assert picked not in run
        assert after not in run
        assert "InvalidArgumentError in picked" in repr(run)
        assert sess.run(w) == 3  # one run, one step
        other = session(engine)
        assert tf.debug.last_failure(other) is None


def test_what_is_kept_of_a_failure_does_not_keep_the_session():
    x = tf.placeholder(tf.int32, [], name="x")
    inverse = tf.floordiv(1, x)

    def fail():
        sess = session()
        with tf.debug.trace(sess):
            try:
                sess.run(inverse, {x: 0})
            except tf.errors.InvalidArgumentError:
                assert tf.debug.last_failure(sess).failed == inverse.op.name
        return weakref.ref(sess)

    gone = fail()
    gc.collect()
    assert gone() is None


def test_a_run_that_does_not_begin():
    w = tf.Variable(1.0, name="w")
    with session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError), tf.debug.trace(sess) as t:
            sess.run(w + 1)
        assert (t.runs[0].ops, t.runs[0].failed) == ({}, "w")
        x = tf.placeholder(tf.float32, [], name="x")
        with pytest.raises(tf.errors.InvalidArgumentError), tf.debug.trace(sess) as t:
            sess.run(x + 1)
        assert len(t) == 0
        with pytest.raises(TypeError), tf.debug.trace(sess) as t:
            sess.run(3)


def test_failure_in_a_loop():
    x = tf.placeholder(tf.int32, [3], name="x")
    _, y = tf.while_loop(
        lambda i, a: i < 9, lambda i, a: (i + 1, tf.add(a, tf.gather(x, i, name="pick"), name="sum")), [0, 0], name="l"
    )
    with session() as sess, pytest.raises(tf.errors.InvalidArgumentError), tf.debug.trace(sess) as t:
        sess.run(y, {x: [1, 2, 3]})
    run = t.runs[0]
    assert (run.failed, run.ops["l/sum"].times, int(run.array("l/sum"))) == ("l/pick", 3, 6)


# -- pictures ------------------------------------------------------------------------------------------------


def test_dot_with_values_and_costs(tmp_path):
    graph = graphs.mnist()
    x = next(op for op in graph.get_operations() if op.type == "Placeholder")
    with tf.Session(graph=graph) as sess:
        sess.run("init")
        with tf.debug.trace(sess) as t:
            size = x.outputs[0].shape[-1].value
            layers = [op for op in graph.get_operations() if op.type == "Relu"]
            sess.run(layers[0].outputs[0], {x.outputs[0]: np.ones([2, size])})
    for color in ("time", "bytes", "flops", None):
        text = t.to_dot(color=color)
        assert "= 1 … 1" in text
        assert ("100%" in text or '%"' in text or "% " in text) == (color is not None)
    assert "= 1" not in t.to_dot(values=False)
    t.render(tmp_path / "run.dot", color="bytes")
    assert (tmp_path / "run.dot").read_text(encoding="utf-8") == t.to_dot(color="bytes")
    assert "penwidth" in t.to_dot(highlight="critical", color=None)
