"""Stepping through a run ends where `sess.run` ends; steppers stop where they should, and leave sessions usable."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.debug import Stepper

Made = tuple[Any, dict[Any, Any]]


def _training() -> Made:
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable(tf.random_normal([3, 2], seed=1), name="w")
    step = tf.train.get_or_create_global_step()
    loss = tf.reduce_mean(tf.square(tf.nn.dropout(tf.matmul(x, w), 0.7, seed=4)), name="loss")
    train = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)
    return {"w": w, "loss": loss, "ran": [train, step]}, {x: np.arange(12.0).reshape(4, 3)}


def _resource() -> Made:
    v = tf.get_variable("v", initializer=[1.0, 2.0], use_resource=True)
    before = v * 2
    with tf.control_dependencies([v.assign_add([1.0, 1.0])]):
        after = v.read_value() * 2
    return [before, after, v], {}


def _branch(condition: bool) -> Callable[[], Made]:
    def made() -> Made:
        p = tf.placeholder(tf.bool, [], name="p")
        v = tf.Variable(3.0, name="v")
        r = tf.cond(p, lambda: tf.assign_add(v, 1.0) * 2, lambda: tf.random_uniform([], seed=7) + v)
        return [r, v], {p: condition}

    return made


def _loop() -> Made:
    x = tf.placeholder(tf.float32, [], name="x")
    v = tf.Variable(0.0, name="v")

    def body(i: Any, s: Any) -> Any:
        added = tf.assign_add(v, s)
        s = tf.cond(s > 5, lambda: s + added, lambda: s * x)
        return i + 1, s + tf.random_normal([], seed=3)

    _, total = tf.while_loop(lambda i, s: i < 5, body, [0, 1.0])
    return [total, v], {x: 2.0}


def _loop_gradient() -> Made:
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s * x), [0, 1.0])[1]
    return tf.gradients(y, x), {x: 3.0}


def _queue() -> Made:
    queue = tf.FIFOQueue(3, [tf.float32], shapes=[[]])
    return [queue.dequeue() + 1, queue.enqueue(4.0), queue.size()], {}


def _partial_fetch() -> Made:
    a = tf.constant([1.0, 2.0], name="a")
    b = tf.multiply(a, 2, name="b")
    c = tf.add(b, tf.Variable([5.0, 5.0]), name="c")
    tf.negative(c, name="unused")
    return ["b:0", {"c": c, "again": (c, b)}], {b: [7.0, 8.0]}


def _scan_of_python() -> Made:
    x = tf.constant([1.0, 2.0, 3.0])
    shown = tf.py_func(lambda a: a * 10, [x], tf.float32)
    return tf.scan(lambda s, e: s + tf.reduce_sum(e), shown), {}


def _initializers() -> Made:
    tf.Variable(tf.truncated_normal([4], seed=2), name="a")
    tf.get_variable("b", [2, 2], use_resource=True)
    return tf.global_variables_initializer(), {}


MAKERS = {
    "training": _training, "resource": _resource, "then": _branch(True), "else": _branch(False), "loop": _loop,
    "loop_gradient": _loop_gradient, "queue": _queue, "partial_fetch": _partial_fetch, "scan": _scan_of_python,
    "initializers": _initializers,
}  # fmt: skip


def _by_steps(stepper: Stepper) -> Any:
    while not stepper.done:
        assert stepper.place is not None
        repr(stepper)
        stepper._repr_html_()
        stepper.next()
    return stepper.result


WAYS: dict[str, Callable[[Stepper], Any]] = {
    "at once": lambda s: s.finish(),
    "step by step": _by_steps,
    "with stops": lambda s: s.next(2).out().until(lambda op, values: False).finish(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MAKERS)
def test_a_stepped_run_is_the_run(name: str, way: str) -> None:
    with tf.Graph().as_default():
        tf.set_random_seed(5)
        fetches, feed = MAKERS[name]()
        init = tf.global_variables_initializer()
        with tf.Session() as stepped, tf.Session() as plain:
            for sess in (stepped, plain):
                sess.run(init)
            for _ in range(2):  # the second run shows that the state is the same, generators included
                ours = WAYS[way](Stepper(stepped, fetches, feed))
                assert _same(ours, plain.run(fetches, feed))
            variables = tf.global_variables()
            assert _same(stepped.run(variables), plain.run(variables))
            assert _same(stepped.run(fetches, feed), plain.run(fetches, feed))


def _same(one: Any, other: Any) -> bool:
    assert tf.nest.flatten(one).__len__() == tf.nest.flatten(other).__len__()
    assert type(one) is type(other)
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
        assert type(a) is type(b)
        np.testing.assert_array_equal(a, b)
    return True


def _logs() -> tuple[Any, Any]:
    x = tf.placeholder(tf.float32, [3], name="x")
    y = tf.subtract(x, 1.0, name="y")
    z = tf.log(y, name="z")
    return x, tf.reduce_sum(tf.exp(z, name="e") * 2, name="total")


@pytest.mark.parametrize("what", ["z", "z:0", "Log", "^z", re.compile("z$")])
def test_until_stops_before_the_op(what: Any) -> None:
    x, total = _graph_of(_logs)
    with tf.Session(graph=x.graph) as sess:
        s = Stepper(sess, total, {x: [2.0, 3.0, 4.0]}).until(what)
        assert s.place.name == "z"
        assert s.done_ops == ["y"]
        np.testing.assert_array_equal(s.inputs[0].array, [1, 2, 3])
        with pytest.raises(LookupError, match="has no value yet"):
            s.inspect("z")
        assert s.until(x.graph.get_tensor_by_name("total:0")).place.type == "Sum"


def _graph_of(make: Callable[[], Any]) -> Any:
    with tf.Graph().as_default():
        return make()


def test_until_stays_at_the_first_op_if_that_is_it() -> None:
    x, total = _graph_of(_logs)
    with tf.Session(graph=x.graph) as sess:
        s = Stepper(sess, total, {x: [2.0, 3.0, 4.0]})
        assert s.until("y").place.name == "y"
        assert s.until("y").done


def test_conditions_stop_after_the_op() -> None:
    x, total = _graph_of(_logs)
    with tf.Session(graph=x.graph) as sess:
        s = Stepper(sess, total, {x: [2.0, 3.0, 4.0]}).until(lambda op, values: values[0].max() == 3)
        assert (s.last.name, s.place.name) == ("y", "z")
        assert s.until(lambda op, values: values[0].ndim == 5).done


def test_the_op_that_makes_nan_is_found() -> None:
    x, total = _graph_of(_logs)
    with tf.Session(graph=x.graph) as sess:
        s = Stepper(sess, total, {x: [2.0, 3.0, 0.0]}).until_nan()
        assert s.last.name == "z"
        assert "made by z" in s.reason
        assert s.until_nan().done  # the others only pass it on
        s = Stepper(sess, total, {x: [2.0, np.nan, 4.0]}).until_nan()
        assert s.last.name == "y"  # it takes what is fed


def test_breakpoints_stop_whatever_goes_on() -> None:
    x, total = _graph_of(_logs)
    with tf.Session(graph=x.graph) as sess:
        s = Stepper(sess, total, {x: [2.0, 3.0, 1.0]})
        assert [s.break_at("Exp"), s.break_at("nan"), s.break_at("total")] == [1, 2, 3]
        assert s.go().last.name == "z"
        assert s.reason == "breakpoint 2: NaN or infinity: made by z"
        s.delete(1)
        assert s.until(lambda op, values: False).place.name == "total"
        assert s.breakpoints == {2: "NaN or infinity", 3: "total"}
        with pytest.raises(LookupError, match="no breakpoint 1"):
            s.delete(1)
        s = Stepper(sess, total, {x: [2.0, 3.0, 1.0]})
        s.break_at("total")
        s.finish()
        assert s.done


def test_names_that_the_run_does_not_come_to() -> None:
    x, total = _graph_of(_logs)
    with tf.Session(graph=x.graph) as sess:
        s = Stepper(sess, "y:0", {x: [1.0, 2.0, 3.0]})
        with pytest.raises(ValueError, match="'total' is in the graph, but this run does not come to it"):
            s.until("total")
        with pytest.raises(ValueError, match="Did you mean 'Sub'"):
            s.until("Subb")
        with pytest.raises(LookupError, match="nothing that is fetched needs it"):
            s.inspect(total)


def test_rounds_are_counted_and_loops_left() -> None:
    def make() -> Any:
        return tf.while_loop(lambda i: i < 3, lambda i: tf.add(i, 1, name="more"), [0], name="loop")

    with tf.Graph().as_default():
        r = tf.negative(make(), name="r")
        with tf.Session() as sess:
            s = Stepper(sess, r).until("more").until("more")
            assert s.place.path == ("loop, round 2: body",)
            assert s.inspect("loop/Identity:0").array == 1
            assert s.out().place.name == "r"
            assert s.place.path == ()
            assert s.times(r.graph.get_operation_by_name("loop/more")) == 3


def test_variables_are_shown_as_they_are_there() -> None:
    with tf.Graph().as_default():
        v = tf.Variable([1.0, 2.0], name="v")
        double = tf.multiply(v, 2, name="double")
        with tf.control_dependencies([double]):
            add = tf.assign_add(v, [10.0, 10.0], name="add")
        with tf.Session() as sess:
            sess.run(v.initializer)
            s = Stepper(sess, [double, add]).until("add")
            assert s.place.writes == ["v"]
            np.testing.assert_array_equal(s.variables()[0].array, [1, 2])
            s.next()
            np.testing.assert_array_equal(s.inspect(v).array, [11, 12])
            np.testing.assert_array_equal(s.inspect("v/read").array, [1, 2])  # what was read then
            np.testing.assert_array_equal(s.inspect("double").array, [2, 4])


def test_a_run_that_is_left_keeps_what_it_did_and_the_session_goes_on() -> None:
    with tf.Graph().as_default():
        a, b = tf.Variable(0.0, name="a"), tf.Variable(0.0, name="b")
        first = tf.assign_add(a, 1.0, name="first")
        with tf.control_dependencies([first]):
            second = tf.assign_add(b, 1.0, name="second")
        with tf.Session() as sess:
            sess.run([a.initializer, b.initializer])
            s = Stepper(sess, second)
            with pytest.raises(ValueError, match="no op of this run"), s:
                s.until("second").until("third")
            assert s.written == ["a"]
            assert sess.run([a, b]) == [1, 0]
            for call in (s.next, s.finish, lambda: s.until("a")):
                with pytest.raises(RuntimeError, match="was left"):
                    call()
            with pytest.raises(RuntimeError, match="half-way"):
                s.result  # noqa: B018
            assert sess.run(second) == 1
            Stepper(sess, second).next()  # nobody closes this one
            assert sess.run(second) == 2


def test_an_op_that_fails_is_still_about_to_run() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2], name="x")
        y = tf.exp(x, name="y")
        z = tf.check_numerics(y, "not finite", name="z")
        with tf.Session() as sess:
            s = Stepper(sess, z, {x: [1.0, 1000.0]})
            with pytest.raises(tf.errors.InvalidArgumentError, match="not finite : Tensor had Inf"):
                s.finish()
            assert s.place.name == "z"
            assert np.isinf(s.inspect("y").array[1])
            assert sess.run(z, {x: [0.0, 0.0]}).tolist() == [1, 1]


def test_a_loop_that_fails_by_itself_stays_failed() -> None:
    with tf.Graph().as_default():
        p = tf.placeholder(tf.bool, name="p")
        c = tf.cond(tf.reshape(p, tf.shape(p)), lambda: tf.constant(1), lambda: tf.constant(2))
        with tf.Session() as sess:
            s = Stepper(sess, c, {p: [True, False]})
            for _ in range(2):
                with pytest.raises(tf.errors.InvalidArgumentError):
                    s.finish()
            assert sess.run(c, {p: True}) == 1


def test_a_run_that_cannot_begin_is_refused_as_by_run() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, name="x")
        v = tf.Variable(1.0)
        sess = tf.Session()
        with pytest.raises(tf.errors.InvalidArgumentError, match="You must feed a value for placeholder"):
            Stepper(sess, x * 2)
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized"):
            Stepper(sess, v)
        s = Stepper(sess, x * 2, {x: 1})
        sess.close()
        with pytest.raises(RuntimeError, match="closed Session"):
            s.next()
        with pytest.raises(TypeError, match="needs a session"):
            Stepper("no session", v)
        with pytest.raises(ValueError, match="no default session"):
            Stepper(None, v)


def test_no_lock_is_held_between_two_ops() -> None:
    with tf.Graph().as_default():
        v = tf.Variable(1.0, name="v")
        add = tf.assign_add(v, 1.0, name="add")
        with tf.Session() as sess:
            sess.run(v.initializer)
            s = Stepper(sess, [add, tf.exp(add)]).until("add")
            other = threading.Thread(target=sess.run, args=(add,), daemon=True)
            other.start()
            other.join(30)
            assert not other.is_alive()
            assert sess.run(add) == 3  # on this thread, too
            assert s.finish()[0] == 4


def test_an_op_that_waits_lets_others_run() -> None:
    with tf.Graph().as_default():
        queue = tf.FIFOQueue(3, [tf.int32], shapes=[[]])
        v = tf.Variable(0, name="v")
        with tf.control_dependencies([v.assign_add(1)]):
            taken = tf.negative(queue.dequeue(name="take"))
        put = queue.enqueue(tf.assign_add(v, 5))
        with tf.Session() as sess:
            sess.run(v.initializer)
            s = Stepper(sess, taken)
            while s.place.name != "take":
                s.next()
            other = threading.Timer(0.1, sess.run, args=(put,))
            other.start()
            assert s.finish() == -6
            other.join()


def test_ctrl_c_while_an_op_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    with tf.Graph().as_default():
        queue = tf.FIFOQueue(3, [tf.int32], shapes=[[]])
        taken = tf.negative(queue.dequeue(name="take"))
        with tf.Session() as sess:
            s = Stepper(sess, taken)

            def strike(_wait: Any) -> Any:
                raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                patch.setattr(sess._store.waits, "_set_aside", strike)
                with pytest.raises(KeyboardInterrupt):
                    s.next()
            assert s.place.name == "take"
            sess.run(queue.enqueue(3))
            assert s.finish() == -3


def test_ctrl_c_strikes_between_two_ops() -> None:
    with tf.Graph().as_default():
        v = tf.Variable(0, name="v")

        def body(i: Any) -> Any:
            with tf.control_dependencies([tf.assign_add(v, 1)]):
                return tf.py_func(strike, [i], tf.int32)

        def strike(i: Any) -> Any:
            if i == 2 and not struck:
                struck.append(i)
                signal.raise_signal(signal.SIGINT)
            return np.int32(i + 1)

        struck: list[Any] = []
        r = tf.while_loop(lambda i: i < 5, lambda i: tf.reshape(body(i), []), [0])
        with tf.Session() as sess:
            sess.run(v.initializer)
            s = Stepper(sess, r)
            with pytest.raises(KeyboardInterrupt):
                s.finish()
            assert s.last.type == "PyFunc"
            assert s.place.path == ("while, round 3: body",)
            assert s.finish() == 5
            assert sess.run(v) == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_gradients_say_whose_they_are() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [], name="x")
        y = tf.square(tf.sin(x, name="inner"), name="outer")
        with tf.Session() as sess:
            s = Stepper(sess, tf.gradients(y, x), {x: 1.0}).until("Cos")
            assert s.place.forward.name == "inner"
            assert "gradient of inner (Sin)" in repr(s.place)
            assert "gradient of inner (Sin)" in s._repr_html_()


def test_a_monitored_session_is_stepped_inside() -> None:
    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        add = tf.assign_add(step, 1)
        with tf.train.MonitoredSession() as sess:
            assert Stepper(sess, add).finish() == 1
            assert sess.run(step) == 1


def test_a_fetch_that_needs_no_op_is_over_at_once() -> None:
    with tf.Graph().as_default():
        tf.constant(0)
        with tf.Session() as sess:
            assert Stepper(sess, []).finish() == sess.run([])
            assert Stepper(sess, tf.constant(3)).done
