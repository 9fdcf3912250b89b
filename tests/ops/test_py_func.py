"""Python functions as ops: what TensorFlow 1.15.5 gives and says."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def run(fetches, feeds=None):
    with tf.Session() as sess:
        return sess.run(fetches, feeds)


def test_nodes():
    y = tf.py_func(lambda x: x, [1.0], tf.float32)
    z = tf.py_func(lambda x, y: (x, y), [y, [2, 3]], [tf.float32, tf.int32], stateful=False, name="both")
    w = tf.numpy_function(lambda: None, [], [])
    v = tf.py_function(lambda: 1, [], tf.int32)
    ops = tf.get_default_graph().get_operations()
    assert [(op.type, op.name) for op in ops] == [
        ("Const", "PyFunc/input_0"), ("PyFunc", "PyFunc"), ("Const", "both/input_1"), ("PyFuncStateless", "both"),
        ("PyFunc", "PyFunc_1"), ("EagerPyFunc", "EagerPyFunc"),
    ]  # fmt: skip
    assert (y.shape.ndims, y.dtype) == (None, tf.float32)
    assert [part.dtype for part in z] == [tf.float32, tf.int32]
    assert w is ops[4]
    assert v.op.attrs["is_async"] is False
    assert [dtype.name for dtype in z[0].op.attrs["Tout"]] == ["float32", "int32"]


RETURNED = {
    "a scalar": (lambda: np.float32(3), tf.float32, 3.0),
    "a Python float": (lambda: 3.5, tf.float64, 3.5),
    "a Python int": (lambda: 3, tf.int64, 3),
    "a bool": (lambda: True, tf.bool, True),
    "complex": (lambda: 1j, tf.complex128, 1j),
    "text": (lambda: "ä", tf.string, "ä".encode()),
    "bytes with a zero": (lambda: b"a\0", tf.string, b"a\0"),
    "texts": (lambda: np.array(["a", "bc"]), tf.string, [b"a", b"bc"]),
    "objects": (lambda: np.array(["a", "ä"], object), tf.string, [b"a", "ä".encode()]),
    "a list of one": (lambda: ([1, 2],), tf.int64, [1, 2]),
    "texts in a list of one": (lambda: [["a", "b"]], tf.string, [b"a", b"b"]),
    "another order": (lambda: np.array([[1.0, 2.0], [3.0, 4.0]]).T, tf.float64, [[1, 3], [2, 4]]),
}


@pytest.mark.parametrize("name", RETURNED)
@pytest.mark.parametrize("stateful", [True, False])
def test_returned(name, stateful):
    function, dtype, expected = RETURNED[name]
    value = run(tf.py_func(function, [], dtype, stateful))
    assert np.array(value, object if dtype == tf.string else None).tolist() == expected


REFUSED = {
    "too many": (lambda: [1, 2], tf.int64, "InvalidArgumentError", "{} returns 2 values, but expects to see 1 values."),
    "none": (lambda: None, tf.int64, "InvalidArgumentError", "{} returns 0 values, but expects to see 1 values."),
    "one": (lambda: 5, [], "InvalidArgumentError", "{} returns 1 values, but expects to see 0 values."),
    "a double": (
        lambda: 3.5, tf.float32, "InvalidArgumentError", "0-th value returned by {} is double, but expects float"),
    "an int": (lambda: 3, tf.int32, "InvalidArgumentError", "0-th value returned by {} is int64, but expects int32"),
    "text": (lambda: "a", tf.half, "InvalidArgumentError", "0-th value returned by {} is string, but expects half"),
    "a number": (
        lambda: 3, tf.string, "InvalidArgumentError", "0-th value returned by {} is int64, but expects string"),
    "None inside": (lambda: (1, None), [tf.int64] * 2, "InternalError", "Unsupported object type NoneType"),
    "an int among texts": (
        lambda: np.array([1, "a"], object), tf.string, "InternalError", "Unsupported object type int"),
    "an object": (object, tf.string, "InternalError", "Unsupported object type object"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    function, dtypes, kind, line = REFUSED[name]
    result = tf.py_func(function, [], dtypes)
    op = tf.get_default_graph().get_operations()[-1]
    with pytest.raises(getattr(tf.errors, kind)) as caught:
        run(result)
    assert str(caught.value).split("\n")[0] == line.format(op.attrs["token"])
    assert caught.value.op is op


class Special(Exception):
    pass


RAISED = [
    (ValueError("v"), "InvalidArgumentError", "ValueError: v"),
    (TypeError("v"), "InvalidArgumentError", "TypeError: v"),
    (StopIteration(), "OutOfRangeError", "StopIteration: "),
    (MemoryError("v"), "ResourceExhaustedError", "MemoryError: v"),
    (NotImplementedError("v"), "UnimplementedError", "NotImplementedError: v"),
    (RuntimeError("v"), "UnknownError", "RuntimeError: v"),
    (KeyError("v"), "UnknownError", "KeyError: 'v'"),
    (Special("v"), "UnknownError", "Special: v"),
    (AssertionError("v"), "UnknownError", "AssertionError: v"),
    (tf.errors.OutOfRangeError(None, None, "v"), "UnknownError", "OutOfRangeError: v"),
]


@pytest.mark.parametrize(("error", "kind", "line"), RAISED, ids=[line for _, _, line in RAISED])
@pytest.mark.parametrize("wrapper", [tf.py_func, tf.py_function])
def test_raised(error, kind, line, wrapper):
    def function(x):
        raise error

    with pytest.raises(getattr(tf.errors, kind)) as caught:
        run(wrapper(function, [1.0], tf.float32))
    lines = str(caught.value).split("\n")
    assert lines[:2] == [line, "Traceback (most recent call last):"]
    assert lines[2].endswith("in function")  # the user's function comes first
    assert "test_py_func.py" in lines[2]
    assert "    raise error" in lines


def test_too_few_arguments():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"^TypeError: .*missing 1 required positional argument"):
        run(tf.py_func(lambda x, y: x, [1.0], tf.float32))


def test_what_a_function_is_given():
    seen = []
    given = [1.5, [1, 2], "text", ["a", "ä"]]
    run(tf.py_func(lambda *args: seen.extend(args), given, []))
    assert type(seen[0]) is np.float32
    assert (seen[1].tolist(), seen[1].dtype) == ([1, 2], np.int32)
    assert seen[2] == b"text"
    assert (seen[3].tolist(), seen[3].dtype) == ([b"a", "ä".encode()], object)


def test_arguments_are_the_functions_own():
    x = tf.constant([1.0, 2.0])

    def change(array):
        array += 1
        return array

    for _ in range(2):
        changed, same = run([tf.py_func(change, [x], tf.float32), x])
        assert (changed.tolist(), same.tolist()) == ([2, 3], [1, 2])


def test_results_are_the_sessions_own():
    kept = np.array([1.0])
    y = tf.py_func(lambda: kept, [], tf.float64)
    with tf.Session() as sess:
        first = sess.run(y)
        kept[0] = 5
        assert first.tolist() == [1]
        assert sess.run(y).tolist() == [5]


def test_calls():
    calls = []
    y = tf.py_func(lambda: np.int64(calls.append(1) or len(calls)), [], tf.int64)
    with tf.Session() as sess:
        assert sess.run([y, y + 0]) == [1, 1]  # once a run
        assert sess.run(y) == 2


def test_arguments_that_cannot_be():
    with pytest.raises(ValueError, match=r"^Expected func to be callable, got func of type <class 'int'>"):
        tf.py_func(3, [1.0], tf.float32)
    with pytest.raises(TypeError, match=r"^Expected list for 'input' argument to 'PyFunc' Op, not 1\.0\."):
        tf.py_func(lambda: 1, 1.0, tf.float32)
    with pytest.raises(TypeError, match=r"^Expected DataType for argument 'Tout' not None\."):
        tf.py_func(lambda: 1, [], None)


def test_gradients_of_ones_own():
    @tf.RegisterGradient("TestPyFuncSquare")
    def _gradient(op, dy):
        return 2.0 * op.inputs[0] * dy

    x = tf.constant(3.0)
    names = {"PyFunc": "TestPyFuncSquare", "EagerPyFunc": "TestPyFuncSquare"}
    with tf.get_default_graph().gradient_override_map(names):
        y = tf.py_func(np.square, [x], tf.float32)
        z = tf.py_function(lambda v: v * v, [x], tf.float32)
    assert run([y, z, *tf.gradients(y, x), *tf.gradients(z, x)]) == [9, 9, 6, 6]
    assert tf.gradients(tf.py_func(np.square, [x], tf.float32), x) == [None]
    with pytest.raises(NotImplementedError, match=r"^No gradient of tf\.py_function"):
        tf.gradients(tf.py_function(np.square, [x], tf.float32), x)


def test_functions_go_with_their_graph():
    def function():
        return 1

    alive = weakref.ref(function)
    with tf.Graph().as_default():
        tf.py_func(function, [], tf.int64)
    del function
    gc.collect()
    assert alive() is None


def test_values_of_py_function():
    def check(x, n, text):
        assert x.numpy().tolist() == [1.0, 2.0]
        assert (x.dtype, x.shape.as_list(), n.shape.ndims) == (tf.float32, [2], 0)
        assert text.numpy() == b"t"
        assert text.dtype == tf.string
        assert n > 2
        assert not n <= 2
        assert (int(n), float(n), [0, 1, 2, 3][n], len(x)) == (3, 3.0, 3, 2)
        assert [float(entry) for entry in x] == [1.0, 2.0]
        assert repr(n) == "<tf.Tensor: shape=(), dtype=int32, numpy=np.int32(3)>"
        assert np.sum(x) == 3.0
        return -(2 * x**2 - x / 2) @ x + abs(n) * x[1], np.float64(1), "ä", None

    results = tf.py_function(check, [[1.0, 2.0], 3, "t"], [tf.float32, tf.int32, tf.string])
    assert run(results) == [-9.5, 1, "ä".encode()]


def test_no_ops_inside_py_function():
    for function in (tf.reduce_sum, lambda x: tf.constant(1.0)):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"inside tf\.py_function: flowgraph has no eager ops"):
            run(tf.py_function(function, [[1.0, 2.0]], tf.float32))


def test_sessions_may_be_run_inside():
    v = tf.Variable(1.0)
    with tf.Session() as sess:
        sess.run(v.initializer)
        y = tf.py_func(lambda: sess.run(v) + np.float32(1), [], tf.float32)
        assert sess.run(v.assign_add(y)) == 3.0


def test_in_branches_and_loops():
    calls = []

    def note(value):
        calls.append(int(value))
        return np.int32(value + 1)

    p = tf.placeholder(tf.bool, [])
    chosen = tf.cond(p, lambda: tf.py_func(note, [1], tf.int32), lambda: tf.py_func(note, [10], tf.int32))
    looped = tf.while_loop(
        lambda i: i < 3, lambda i: tf.py_func(note, [i], tf.int32), [0], shape_invariants=[tf.TensorShape(None)]
    )
    assert run(chosen, {p: False}) == 11
    assert calls == [10]
    assert run(looped) == 3
    assert calls == [10, 0, 1, 2]
