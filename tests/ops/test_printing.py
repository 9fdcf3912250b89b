"""tf.print and tf.strings.format: what TensorFlow 1.15.5 prints."""

from __future__ import annotations

import logging
import sys

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


SHOWN = {
    "[1 2]": lambda: [tf.constant([1, 2])],
    "hi [1 2]": lambda: ["hi", tf.constant([1, 2])],
    "1.5": lambda: [1.5],
    "[0 1 2 ... 7 8 9]": lambda: [tf.range(10)],
    "[0 1 2 3 4 5]": lambda: [tf.range(6)],
    "[[1 2]\n [3 4]]": lambda: [tf.constant([[1.0, 2.0], [3.0, 4.0]])],
    "{'a': 1, 'b': [2.5, 'x']}": lambda: [{"a": tf.constant(1), "b": [tf.constant(2.5), "x"]}],
    '[1, (2, "s")]': lambda: [[tf.constant(1), (2, tf.constant("s"))]],
    "1 [1 0]": lambda: [tf.constant(True), tf.constant([True, False])],
    '"a{}b" {}x': lambda: [tf.constant("a{}b"), "{}x"],
    "a{}b": lambda: [tf.constant("a{}b")],
    '["a" "b"]': lambda: [tf.constant(["a", "b"])],
    "array([1, 2])": lambda: [np.array([1, 2])],
    "None": lambda: [None],
    "[?]": lambda: [tf.constant(1 + 2j)],
    "[1e-05 1e+10 nan ... 0.333333343 100000 1234567]": lambda: [
        tf.constant([1e-5, 1e10, np.nan, np.inf, 1 / 3, 100000.0, 1234567.0])
    ],
    "0.33333333333333331": lambda: [tf.constant(1 / 3, tf.float64)],
    "[]": lambda: [tf.constant([], tf.float32)],
    "[\n\n ...]": lambda: [tf.zeros([2, 0, 3])],
    "[\n ...]": lambda: [tf.constant([[]], tf.int32)],
    "()": lambda: [()],
    "%s %d {} 1": lambda: ["%s %d {}", tf.constant(1)],
    "'SparseTensor(indices=[[0]], values=[1], shape=[3])'": lambda: [tf.SparseTensor([[0]], [1.0], [3])],
}


@pytest.mark.parametrize("text", SHOWN)
def test_shown(text, capsys):
    op = tf.print(*SHOWN[text](), output_stream=sys.stdout)
    with tf.Session() as sess:
        assert sess.run(op) is None
    assert capsys.readouterr().out == text + "\n"


def test_arguments(capsys):
    op = tf.print(tf.reshape(tf.range(12), [3, 4]), 2, summarize=1, sep="|", end="!", name="shows")
    assert (op.name, op.inputs[0].op.name) == ("shows", "shows_format")
    with tf.Session() as sess:
        sess.run(op)
    assert capsys.readouterr().err == "[[0 ... 3]\n ...\n [8 ... 11]]|2!"
    with pytest.raises(ValueError, match=r"^Unrecognized keyword arguments for tf\.print: {'foo': 1}"):
        tf.print(1, foo=1)


def test_streams(capsys, caplog, tmp_path):
    path = tmp_path / "log.txt"
    ops = [tf.print("hello", output_stream=stream) for stream in (sys.stderr, tf.logging.info, tf.logging.error)]
    ops += [tf.print("hello", output_stream=f"file://{path}")] * 2
    with tf.Session() as sess:
        sess.run(ops)
        for _ in range(2):
            sess.run(ops[-1])
    assert capsys.readouterr().err.startswith("hello\n")
    assert sorted((record.levelno, record.getMessage()) for record in caplog.records) == [
        (logging.INFO, "hello"), (logging.ERROR, "hello")]  # fmt: skip
    assert path.read_text() == "hello\n" * 3


@pytest.mark.parametrize("stream", ["stdout", "log(info)", None, 7])
def test_streams_that_are_none(stream):
    with pytest.raises(ValueError, match=r"^Unsupported output stream, logging level, or file\." + str(stream)[:3]):
        tf.print("hello", output_stream=stream)


def test_files_that_cannot_be_written(tmp_path):
    for path, kind, text in [
        ("", tf.errors.InvalidArgumentError, "Unknown output stream: , Valid streams are: stdout stderr log"),
        (f"{tmp_path}/none/x", tf.errors.NotFoundError, f"{tmp_path}/none/x; No such file or directory"),
    ]:
        op = tf.print("hello", output_stream=f"file://{path}")
        with tf.Session() as sess, pytest.raises(kind, match=text):
            sess.run(op)


FORMATTED = {
    b"x [1 2] y": lambda: tf.strings.format("x {} y", tf.constant([1, 2])),
    b'x 1 "a"': lambda: tf.strings.format("x {} {}", [tf.constant(1), tf.constant("a")]),
    b"x": lambda: tf.strings.format("x", []),
    b"x 1 {}": lambda: tf.strings.format("x %t% {}", tf.constant(1), placeholder="%t%"),
    b"[0 1 2 3 4 5 6 7 8 9]": lambda: tf.strings.format("{}", tf.range(10), summarize=-1),
    b"[0 1 2 ... 4 5 6]": lambda: tf.strings.format("{}", tf.range(7), summarize=3),
    b"[[0]\n ...\n [7]]": lambda: tf.strings.format("{}", tf.reshape(tf.range(8), [8, 1]), summarize=1),
    b"[ ...]": lambda: tf.strings.format("{}", tf.range(3), summarize=0),
    b"[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]": lambda: tf.strings.format("{}", tf.reshape(tf.range(8), [2, 2, 2])),
}


@pytest.mark.parametrize("text", FORMATTED)
def test_formatted(text):
    with tf.Session() as sess:
        assert sess.run(FORMATTED[text]()) == text


def test_formats_that_do_not_fit():
    line = r"^2 placeholder\(s\) in template does not match 1 tensor\(s\) provided as input"
    with pytest.raises(ValueError, match=line):
        tf.strings.format("{}{}", tf.constant(1))


def test_containers():
    with tf.container("box"):
        boxed = tf.Variable(1.0)
        with tf.container(""):
            free = tf.Variable(1.0)
    assert (boxed.op.attrs["container"], free.op.attrs["container"]) == ("box", "")


def test_init_scope():
    with tf.name_scope("a"), tf.control_dependencies([tf.no_op()]):
        with tf.init_scope():
            outside = tf.constant(1.0)
        inside = tf.constant(1.0)
    assert (outside.op.name, outside.op.control_inputs) == ("a/Const", [])
    assert [op.name for op in inside.op.control_inputs] == ["a/NoOp"]


def test_values_known_while_building():
    assert tf.get_static_value(3) == 3
    assert tf.get_static_value(tf.placeholder(tf.float32)) is None
    assert tf.get_static_value(tf.constant([1]) + 1) is None
    assert tf.get_static_value(tf.stack([1, tf.placeholder(tf.int32)])) is None
    assert tf.get_static_value(tf.stack([1, tf.placeholder(tf.int32)]), partial=True).tolist() == [1, None]


def test_guarantee_const_has_no_gradient():
    x = tf.constant(1.0)
    with pytest.raises(LookupError, match="No gradient defined for operation 'GuaranteeConst'"):
        tf.gradients(tf.guarantee_const(x), x)
