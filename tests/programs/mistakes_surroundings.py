"""Runs in parts, Python functions, templates, prints, files: mistakes with what stands around the computing."""

from __future__ import annotations

import numpy as np


def _chain(tf):
    a, b, c = (tf.placeholder(tf.float32, [], name=name) for name in "abc")
    r1 = tf.add(a, b, name="r1")
    return {"a": a, "b": b, "c": c, "r1": r1, "r2": tf.multiply(r1, c, name="r2")}


def _parts(tf, fetches, feeds, *parts):
    """Set up a partial run and do its parts, each `(fetch, letters of the feeds)`."""
    named = _chain(tf)
    with tf.Session() as session:
        handle = session.partial_run_setup([named[key] for key in fetches.split()], [named[key] for key in feeds])
        for fetch, fed in parts:
            session.partial_run(handle, named[fetch], {named[key]: 1.0 for key in fed})


PARTIAL_RUNS = {
    "fetch_not_set_up": lambda tf: _parts(tf, "r1", "ab", ("r2", "ab")),
    "feed_not_set_up": lambda tf: _parts(tf, "r1", "ab", ("r1", "ac")),
    "fed_twice": lambda tf: _parts(tf, "r1 r2", "abc", ("r1", "ab"), ("r2", "ac")),
    "fetched_twice": lambda tf: _parts(tf, "r1 r2", "abc", ("r1", "ab"), ("r1", "")),
    "feed_missing": lambda tf: _parts(tf, "r1 r2", "abc", ("r1", "a")),
    "later_feed_missing": lambda tf: _parts(tf, "r1 r2", "abc", ("r1", "ab"), ("r2", "")),
    "feed_left_out": lambda tf: _parts(tf, "r1 r2", "ab", ("r1", "ab")),
    "no_feeds": lambda tf: _parts(tf, "r1", "", ("r1", "ab")),
    "over": lambda tf: _parts(tf, "r1", "ab", ("r1", "ab"), ("r1", "ab")),
    "fed_and_fetched": lambda tf: _parts(tf, "r1 a", "ab", ("r1", "ab")),
    "nothing": lambda tf: _parts(tf, "", "ab"),
    "right": lambda tf: _parts(tf, "r1 r2", "abc", ("r1", "ab"), ("r2", "c")),
}


def partial_run_of_an_operation(tf):
    a = _chain(tf)
    with tf.Session() as session:
        handle = session.partial_run_setup([a["r1"]], [a["a"], a["b"]])
        session.partial_run(handle, a["r1"].op, {a["a"]: 1.0, a["b"]: 1.0})


def partial_run_without_setup(tf):
    a = _chain(tf)
    with tf.Session() as session:
        session.partial_run("handle", a["r1"], {a["a"]: 1.0, a["b"]: 1.0})


def _run_function(tf, function, types, inputs=()):
    with tf.Session() as session:
        session.run(tf.py_func(function, list(inputs), types))


def _raise(error):
    raise error


PYTHON_FUNCTIONS = {
    "too_many": lambda tf: _run_function(tf, lambda: (np.float32(1), np.float32(2)), tf.float32),
    "too_few": lambda tf: _run_function(tf, lambda: np.float32(1), [tf.float32, tf.float32]),
    "none": lambda tf: _run_function(tf, lambda: None, tf.float32),
    "none_inside": lambda tf: _run_function(tf, lambda: (None,), [tf.float32]),
    "something": lambda tf: _run_function(tf, lambda: 1, []),
    "double": lambda tf: _run_function(tf, lambda: 1.0, tf.float32),
    "long": lambda tf: _run_function(tf, lambda: np.int64(1), tf.int32),
    "text": lambda tf: _run_function(tf, lambda: "text", tf.float32),
    "number_for_text": lambda tf: _run_function(tf, lambda: np.float32(1), tf.string),
    "object": lambda tf: _run_function(tf, lambda: object(), tf.string),  # noqa: PLW0108  # as people write it
    "value_error": lambda tf: _run_function(tf, lambda: _raise(ValueError("why")), tf.float32),
    "key_error": lambda tf: _run_function(tf, lambda: _raise(KeyError("why")), tf.float32),
    "not_implemented": lambda tf: _run_function(tf, lambda: _raise(NotImplementedError("why")), tf.float32),
    "stop": lambda tf: _run_function(tf, lambda: _raise(StopIteration()), tf.float32),
    "memory": lambda tf: _run_function(tf, lambda: _raise(MemoryError("why")), tf.float32),
    "assertion": lambda tf: _run_function(tf, lambda: _raise(AssertionError("why")), tf.float32),
    "of_the_library": lambda tf: _run_function(
        tf, lambda: _raise(tf.errors.OutOfRangeError(None, None, "why")), tf.float32
    ),
    "not_callable": lambda tf: tf.py_func(3, [1.0], tf.float32),
    "input_no_list": lambda tf: tf.py_func(lambda x: x, 1.0, tf.float32),
    "no_type": lambda tf: tf.py_func(lambda x: x, [1.0], None),
    "eager_value_error": lambda tf: tf.Session().run(
        tf.py_function(lambda x: _raise(ValueError("why")), [1.0], tf.float32)
    ),
    "eager_none": lambda tf: tf.Session().run(tf.py_function(lambda x: None, [1.0], tf.float32)),
}


def _layer(tf):
    return lambda x: x * tf.get_variable("w", [])


TEMPLATES = {
    "no_name": lambda tf: tf.make_template(None, _layer(tf)),
    "not_unique": lambda tf: [tf.make_template("t", _layer(tf), unique_name_="u")(1.0) for _ in range(2)],
    "variable": lambda tf: [call() for call in [tf.make_template("t", lambda: tf.Variable(1.0))] * 2],
}


def template_with_other_variables(tf):
    names = iter("ab")
    template = tf.make_template("t", lambda: tf.get_variable(next(names), []))
    template()
    template()


PRINTS = {
    "stream": lambda tf: tf.print("x", output_stream="stdout"),
    "argument": lambda tf: tf.print("x", file=None),
    "file_without_name": lambda tf: tf.Session().run(tf.print("x", output_stream="file://")),
    "file_in_no_folder": lambda tf: tf.Session().run(tf.print("x", output_stream="file:///no/such/folder/x")),
    "placeholders": lambda tf: tf.strings.format("{}{}", tf.constant(1)),
    "no_placeholder": lambda tf: tf.strings.format("x", [tf.constant(1)]),
}

HANDLES = {
    "no_tensor": lambda tf: tf.get_session_handle(3.0),
    "malformed": lambda tf: tf.get_session_tensor("bad", tf.float32),
    "malformed_deleted": lambda tf: tf.delete_session_tensor("bad"),
}


def _kept(tf):
    session = tf.Session()
    return session, session.run(tf.get_session_handle(tf.constant(1.0)))


def handle_deleted(tf):
    _, handle = _kept(tf)
    handle.delete()
    handle.eval()


def handle_of_another_dtype(tf):
    session, handle = _kept(tf)
    x = tf.placeholder(tf.int32, [])
    session.run(x + 1, {x: handle})


def handle_of_another_session(tf):
    _, handle = _kept(tf)
    holder, value = tf.get_session_tensor(handle.handle, tf.float32)
    tf.Session().run(value, {holder: handle.handle})


SHAPES = {
    "size": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), (2, 4))]),
    "same_name": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), "NN")], message="why"),
    "inner": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), (..., 4))]),
    "dots_inside": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), (2, ...))]),
    "no_list": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), 4)]),
    "rank": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), ("N", 3, 1))]),
    "right": lambda tf: tf.debugging.assert_shapes([(tf.zeros([2, 3]), ("N", 3)), (tf.zeros([2]), "N")]),
}

OTHERS = {
    "assert_no_data": lambda tf: tf.Assert(False, None),
    "assert_summarize": lambda tf: tf.Assert(False, ["x"], summarize="y"),
    "no_gradient_of_guarantee_const": lambda tf: _gradient_through(tf, tf.guarantee_const),
    "op_scope_without_names": lambda tf: tf.op_scope([tf.constant(1.0)], None, None).__enter__(),
    "op_library": lambda tf: tf.load_op_library("no_such_library.so"),
    "bytes_of_a_number": lambda tf: tf.compat.as_bytes(1),
    "text_of_a_number": lambda tf: tf.compat.as_text(1),
    "verbosity": lambda tf: tf.compat.v1.logging.set_verbosity("LOUD"),
    "file_missing": lambda tf: tf.gfile.GFile("no such file").read(),
    "file_to_write_read": lambda tf: tf.gfile.GFile("no such file", "w").read(),
    "folder_missing": lambda tf: tf.gfile.ListDirectory("no such folder"),
    "session_within_itself": lambda tf: _enter_twice(tf.Session()),
}


def _gradient_through(tf, function):
    x = tf.constant(1.0)
    return tf.gradients(function(x), x)


def _enter_twice(session):
    with session, session:
        pass


def session_closed_by_reset(tf):
    x = tf.constant(1.0)
    session = tf.Session()
    tf.Session.reset("")
    session.run(x)


def time_is_over(tf):
    import time

    slow = tf.py_func(lambda: time.sleep(0.2) or 1.0, [], tf.float64)
    after = tf.py_func(lambda x: time.sleep(0.2) or x, [slow], tf.float64)
    with tf.Session() as session:
        session.run(after, options=tf.RunOptions(timeout_in_ms=50))
