"""TensorFlow's debugger, as old scripts wrap it around a session."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.python import debug as tf_debug


@pytest.fixture
def wrapped(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A wrapped session over a small graph, and what to say to it."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2], name="x")
        w = tf.Variable([1.0, 2.0], name="w")
        tf.reduce_sum(tf.log(x * w, name="logs"), name="loss")
        sess = tf.Session()
        sess.run(w.initializer)
        ours = tf_debug.LocalCLIDebugWrapperSession(sess)
        ours.add_tensor_filter("has_inf_or_nan", tf_debug.has_inf_or_nan)

        def say(text: str) -> io.StringIO:
            answers = io.StringIO()
            monkeypatch.setattr("sys.stdin", io.StringIO(text))
            monkeypatch.setattr("sys.stdout", answers)
            return answers

        yield ours, say


def test_run_carries_a_run_out(wrapped: Any) -> None:
    sess, say = wrapped
    answers = say("run\n")
    assert sess.run("loss:0", {"x:0": [1, 1]}) == np.float32(np.log(2))
    assert answers.getvalue().startswith("run 1: `run` carries it out")
    say("r\n")
    assert sess.run("loss:0", {"x:0": [1, 1]}) == np.float32(np.log(2))


def test_run_until_a_filter_passes(wrapped: Any) -> None:
    sess, say = wrapped
    answers = say("run -f nope\nrun -x\nrun -f has_inf_or_nan\nlt\npt logs\nrun\n")
    assert np.isinf(sess.run("loss:0", {"x:0": [0, 1]}))
    text = answers.getvalue()
    assert "no filter 'nope'; there are: has_inf_or_nan" in text
    assert "run, run -f FILTER, run -t TIMES, or run -n" in text
    assert "tfdbg> lt\nw/read\nmul\nlogs\ntfdbg> pt logs\nlogs:0  (2)  [ -inf 0.69315]\n" in text


def test_a_filter_of_ones_own(wrapped: Any) -> None:
    sess, say = wrapped
    sess.add_tensor_filter("big", lambda datum, tensor: datum.node_name == "mul" and tensor.max() > 5)
    answers = say("run -f big\nrun\n")
    sess.run("loss:0", {"x:0": [1, 4]})
    assert "gave mul:0" in answers.getvalue()


def test_several_runs_without_a_prompt(wrapped: Any) -> None:
    sess, say = wrapped
    answers = say("run -t 2\nrun\n")
    for _ in range(3):
        sess.run("loss:0", {"x:0": [1, 1]})
    assert "run 1:" in answers.getvalue()
    assert "run 2:" not in answers.getvalue()
    assert "run 3:" in answers.getvalue()
    assert sess.run_call_count == 3


@pytest.mark.parametrize("words", ["exit\n", "n\nq\n", ""])
def test_leaving_ends_the_program(wrapped: Any, words: str) -> None:
    sess, say = wrapped
    say(words)
    with pytest.raises(SystemExit):
        sess.run("loss:0", {"x:0": [1, 1]})


def test_the_error_of_a_run_comes_out(wrapped: Any) -> None:
    sess, say = wrapped
    checked = tf.check_numerics(sess.graph.get_tensor_by_name("logs:0"), "bad")
    say("run\nq\n")
    with pytest.raises(tf.errors.InvalidArgumentError, match="bad : Tensor had Inf"):
        sess.run(checked, {"x:0": [0, 1]})


def test_it_is_a_session_to_others(wrapped: Any) -> None:
    sess, say = wrapped
    w = sess.graph.get_tensor_by_name("w/read:0")
    answers = say("run\n")
    with sess.as_default():
        np.testing.assert_array_equal(w.eval(), [1, 2])
    assert "tfdbg>" in answers.getvalue()
    assert sess.graph is w.graph
    with sess:
        assert tf.get_default_session() is sess
    with pytest.raises(RuntimeError, match="closed Session"):
        sess.run(w)


def test_what_is_not_here_says_what_to_use(wrapped: Any) -> None:
    sess, _ = wrapped
    for name in ("DumpingDebugWrapperSession", "TensorBoardDebugWrapperSession", "LocalCLIDebugHook"):
        with pytest.raises(NotImplementedError, match=rf"tf_debug\.{name}.*(?s:.*)tf\.debug\."):
            getattr(tf_debug, name)(sess, "somewhere")
    with pytest.raises(NotImplementedError, match="dump_root='/tmp': nothing is dumped"):
        tf_debug.LocalCLIDebugWrapperSession(sess, dump_root="/tmp")
    with pytest.raises(ValueError, match="Unsupported UI type"):
        tf_debug.LocalCLIDebugWrapperSession(sess, ui_type="gtk")
