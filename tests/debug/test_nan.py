"""Where NaN and infinity come from."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

ENGINES = ("REFERENCE", "NUMPY")


@pytest.fixture(autouse=True)
def a_graph_of_its_own():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_in_order_is_named_with_its_inputs(engine):
    x = tf.placeholder(tf.float32, [3], name="x")
    fine = tf.exp(x, name="fine")
    root = tf.sqrt(x - 1.0, name="root")
    later = tf.log(root - fine, name="later")
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Session(config=config) as sess:
        found = tf.debug.find_nan(sess, [tf.reduce_sum(later), fine], {x: [0.0, 1.0, 5.0]})
        assert tf.debug.find_nan(sess, fine, {x: [0.0, 1.0, 5.0]}) is None
    assert (found.op, found.tensor, found.nan, found.inf) == (root.op, root, 1, 0)
    assert (found.round, found.fed, found.run) == (1, False, 0)
    ((name, about),) = found.inputs
    assert (name, about["min"], about["max"]) == ("sub:0", -1.0, 4.0)
    lines = str(found).splitlines()
    assert lines[0] == "root:0 is the first tensor that is not finite: 1 NaN in shape 3"
    assert lines[1] == "  the op: root (Sqrt)"
    assert lines[2].startswith("  made at ")
    assert lines[2].endswith('root = tf.sqrt(x - 1.0, name="root")')
    assert lines[3] == "  its input sub:0: 3 float32, -1 … 4, mean 1"


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.complex64, tf.complex128])
def test_every_dtype(dtype):
    x = tf.placeholder(dtype, [2], name="x")
    y = tf.divide(x, x, name="y")
    with tf.Session() as sess:
        found = tf.debug.find_nan(sess, y, {x: np.array([0.0, 1.0]).astype(dtype.as_numpy_dtype)})
    assert (found.op, found.nan, found.inputs[1][0]) == (y.op, 1, "x:0")


def test_infinities_count_if_asked_for():
    x = tf.placeholder(tf.float32, [], name="x")
    huge = tf.divide(1.0, x, name="huge")
    nothing = tf.multiply(huge, 0.0, name="nothing")
    with tf.Session() as sess, tf.debug.trace(sess) as t:
        sess.run(nothing, {x: 1.0})
        sess.run(nothing, {x: 0.0})
    assert (t.first_nan().op, t.first_nan(inf=True).op) == (nothing.op, huge.op)
    assert (t.first_nan().run, t.first_nan(inf=True).inf) == (1, 1)
    with tf.Session() as sess:
        assert tf.debug.find_nan(sess, huge, {x: 0.0}, inf=False) is None
        assert tf.debug.find_nan(sess, huge, {x: 0.0}).op is huge.op


def test_in_a_loop_the_round_is_told():
    x = tf.placeholder(tf.float32, [], name="x")
    _, y = tf.while_loop(
        lambda i, a: i < 6, lambda i, a: (i + 1, tf.log(a, name="log") + 1.0), [0, x], name="loop"
    )  # fmt: skip
    with tf.Session() as sess:
        found = tf.debug.find_nan(sess, y, {x: 0.5})  # 0.31, -0.18, and of that there is no logarithm
        assert tf.debug.find_nan(sess, y, {x: 1.0}) is None
    assert (found.op.name, found.round, found.nan) == ("loop/log", 3, 1)
    assert "the op: loop/log (Log), the 3. time that it ran" in str(found)
    ((name, about),) = found.inputs
    assert (name, about["text"][:5]) == ("loop/Identity_1:0", "-0.18")


def test_what_was_there_before_the_run():
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.Variable([1.0, np.nan], name="w")
    r = tf.get_variable("r", initializer=[np.inf, 1.0], use_resource=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        fed = tf.debug.find_nan(sess, x * 2.0, {x: [np.nan, 1.0]})
        assert (fed.op, fed.fed) == (x.op, True)
        assert "it was fed" in str(fed)
        held = tf.debug.find_nan(sess, w * 2.0)
        assert held.op is w.op
        assert "the variable w held it before this run" in str(held)
        assert tf.debug.find_nan(sess, r * 2.0).tensor.op.type in ("ReadVariableOp", "VarHandleOp")


def test_a_run_that_fails_elsewhere_raises():
    x = tf.placeholder(tf.int32, [], name="x")
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=r"^Integer division by zero"):
        tf.debug.find_nan(sess, tf.floordiv(1, x), {x: 0})


# -- CheckNumerics -------------------------------------------------------------------------------------------


def test_the_error_names_the_first_op_when_tracing():
    x = tf.placeholder(tf.float32, [2], name="x")
    logs = tf.log(x, name="logs")
    checked = tf.check_numerics(tf.reduce_sum(logs * 2.0), "the sum", name="check")
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError) as plain:
            sess.run(checked, {x: [1.0, -1.0]})
        with pytest.raises(tf.errors.InvalidArgumentError) as told, tf.debug.trace(sess) as t:
            sess.run(checked, {x: [1.0, -1.0]})
        assert str(told.value).startswith(str(plain.value))
        assert "the sum : Tensor had NaN values" in str(plain.value).splitlines()[0]
        more = str(told.value)[len(str(plain.value)) :]
        assert "logs:0 is the first tensor that is not finite: 1 NaN in shape 2" in more
        assert "its input x:0: 2 float32, -1 … 1, mean 0" in more
        assert told.value.op is checked.op
        assert str(t.runs[-1].error) == str(told.value)
        assert tf.debug.find_nan(sess, checked, {x: [1.0, -1.0]}).op is logs.op


def test_a_variable_that_broke_in_an_earlier_run():
    x = tf.placeholder(tf.float32, [], name="x")
    w = tf.Variable(1.0, name="w")
    root = tf.sqrt(x, name="root")
    spoil = tf.assign(w, root)
    checked = tf.check_numerics(w * 2.0, "w", name="check")
    with tf.Session() as sess, tf.debug.trace(sess):
        sess.run(w.initializer)
        sess.run(checked)
        sess.run(spoil, {x: -1.0})
        with pytest.raises(tf.errors.InvalidArgumentError) as error:
            sess.run(checked)
    assert "the variable w held it before this run" in str(error.value)
    assert "In run 2 of this trace root:0 is the first tensor that is not finite" in str(error.value)


@pytest.mark.parametrize("dtype", [tf.float16, tf.float32, tf.float64])
def test_add_check_numerics_ops_with_a_trace(dtype):
    x = tf.placeholder(dtype, [], name="x")
    y = tf.log(x, name="y")
    checks = tf.add_check_numerics_ops()
    with tf.Session() as sess, tf.debug.trace(sess) as t:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^y:0 : Tensor had NaN values"):
            sess.run([y, checks], {x: -1.0})
        assert t.first_nan().op is y.op
        assert (
            t.runs[0].ops[t.runs[0].failed or ""].op.type == "CheckNumerics"
            if t.runs[0].failed in t.runs[0].ops
            else True
        )
