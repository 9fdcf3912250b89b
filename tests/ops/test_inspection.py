"""Print and the checks for NaN, as they show in runs; their graphs are in test_programs.py."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def run(fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


@pytest.fixture(params=sorted(ENGINES))
def session(request):
    config = tf.ConfigProto()
    config.experimental.executor_type = request.param
    with tf.Session(config=config) as session:
        yield session


# What TensorFlow 1.15.5 prints on the standard error stream.
PRINTED = [
    (([],), {}, ""),
    (([], "only message"), {}, "only message"),
    (([2.0, 3, True, "text", 1 + 2j], "m: "), {}, "m: [2][3][1][text][?]"),
    (([[1, 2, 3, 4, 5], [[1.5, 2], [3, 4]]],), {}, "[1 2 3...][[1.5 2][3...]...]"),
    (([[1, 2, 3, 4, 5]], "two"), {"summarize": 2}, "two[1 2...]"),
    (([[[1, 2, 3], [4, 5, 6]]],), {"summarize": -1}, "[[1 2 3][4 5 6]]"),
    (([[[1, 2, 3], [4, 5, 6]]],), {"summarize": 0}, "[...]"),
    (([np.zeros([0, 2]), np.zeros([2, 0])],), {}, "[][]"),
    (
        ([np.float64(1 / 3), np.float32(1 / 3), np.float16(1 / 3)],),
        {},
        "[0.33333333333333331][0.333333343][0.333251953]",
    ),
    (([1e10, 1e-7, np.nan, -np.inf, np.uint8(200)],), {}, "[1e+10][1e-07][nan][-inf][200]"),
    ((["one\ntwo", ["a", "b"], b"\xff"], b"bytes "), {}, "bytes [one\\ntwo][a b][\\377]"),
]


@pytest.mark.parametrize(("arguments", "options", "text"), PRINTED)
def test_print_writes_what_tf_writes(arguments, options, text, capfd):
    run(tf.Print(1.0, *arguments, **options))
    assert capfd.readouterr().err == text + "\n"


def test_print_happens_only_where_its_result_is_used(session, capfd):
    x = tf.constant([1.0, 2.0])
    printed = tf.Print(x, [x])
    session.run(x * 2.0)
    assert capfd.readouterr().err == ""
    with tf.control_dependencies([printed]):
        waits = tf.constant(3.0)
    session.run(waits)
    assert capfd.readouterr().err == "[1 2]\n"


def test_each_session_counts_its_first_prints_itself(session, capfd):
    printed = tf.Print(1.0, ["x"], first_n=2)
    for _ in range(4):
        session.run(printed)
    assert capfd.readouterr().err == "[x]\n" * 2
    run(printed)
    assert capfd.readouterr().err == "[x]\n"


def test_print_never_and_print_always(capfd):
    never, always = tf.Print(1.0, ["never"], first_n=0), tf.Print(1.0, ["always"], first_n=-3)
    with tf.Session() as session:
        for _ in range(3):
            session.run([never, always])
    assert capfd.readouterr().err == "[always]\n" * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 3.0), "Expected list for 'data' argument to 'Print' Op, not 3.0."),
        ((1.0, [1.0], 3), "Expected string for argument 'message' not 3."),
        ((1.0, [1.0], "a", 2, "x"), "Expected int for argument 'summarize' not 'x'."),
    ],
)
def test_print_refuses(arguments, message):
    with pytest.raises(TypeError) as caught:
        tf.Print(*arguments)
    assert str(caught.value).split("\n")[0] == message


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (np.nan, "NaN"),
        (np.inf, "Inf"),
        (-np.inf, "Inf"),
        ([np.nan, np.inf], "Inf and NaN"),
        ([1.0, -np.inf, 2.0], "Inf"),
    ],
)
@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float32, tf.float64])
def test_check_numerics_tells_what_it_found(value, kinds, dtype):
    checked = tf.check_numerics(tf.cast(value, dtype), "activations of layer 1")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(checked)
    assert str(caught.value).split("\n")[0] == f"activations of layer 1 : Tensor had {kinds} values"
    assert caught.value.op is checked.op


def test_a_check_that_is_only_waited_for_is_made(session):
    x = tf.placeholder(tf.float32, [])
    with tf.control_dependencies([tf.check_numerics(x, "x")]):
        y = tf.constant(1.0)
    assert session.run(y, {x: 0.0}) == 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="x : Tensor had NaN values"):
        session.run(y, {x: np.nan})


def test_the_gradient_is_checked_too(session):
    x = tf.placeholder(tf.float32, [])
    grad = tf.gradients(tf.sqrt(tf.check_numerics(x, 'the "root"')), x)[0]
    assert grad.op.attrs["message"] == (
        "Not a number (NaN) or infinity (Inf) values detected in gradient. b'the \"root\"'"
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"detected in gradient.* : Tensor had Inf values"):
        session.run(grad, {x: 0.0})


def test_the_first_check_that_fails_names_the_culprit(session):
    x = tf.placeholder(tf.float32, [], name="x")
    tf.exp(tf.log(x, name="logarithm"), name="exponential")
    checks = tf.add_check_numerics_ops()
    session.run(checks, {x: 1.0})
    with pytest.raises(tf.errors.InvalidArgumentError, match="logarithm:0 : Tensor had NaN values"):
        session.run(checks, {x: -1.0})


def test_branches_cannot_be_checked_from_outside():
    tf.cond(tf.placeholder(tf.bool, []), lambda: tf.constant(1.0), lambda: tf.constant(2.0))
    with pytest.raises(ValueError, match="not compatible with TensorFlow control flow"):
        tf.add_check_numerics_ops()


def test_a_tensor_is_verified_under_one_name():
    with pytest.raises(ValueError, match="Cannot specify both 't' and 'x'"):
        tf.verify_tensor_all_finite(t=1.0, x=1.0, message="m")
    with pytest.raises(ValueError, match="Cannot specify both 'msg' and 'message'"):
        tf.verify_tensor_all_finite(1.0, msg="m", message="m")


@pytest.mark.parametrize("message", [3, None])
def test_a_message_is_text(message):
    with pytest.raises(TypeError, match=f"Expected string for argument 'message' not {message}."):
        tf.check_numerics(1.0, message)


def test_what_is_checked_and_printed_is_not_the_variable_itself():
    """A later write must not show in what was printed or checked before."""
    v = tf.Variable([1.0, 2.0])
    printed, checked = tf.Print(v, []), tf.check_numerics(v, "v")
    with tf.control_dependencies([printed, checked]):
        write = tf.assign(v, [3.0, 4.0])
    with tf.Session() as session:
        session.run(v.initializer)
        values = session.run([printed, checked, write])
    assert [value.tolist() for value in values] == [[1, 2], [1, 2], [3, 4]]


def test_there_is_no_total_of_no_losses():
    assert tf.losses.get_losses() == []
    with pytest.raises(ValueError, match="inputs must be a list of at least one Tensor"):
        tf.losses.get_total_loss()
