"""Expressions, one a line, and what comes of each: its nodes or error when built, its values or error when run.

The recording scripts (Python 3.7, beside TensorFlow 1.15.5) and the tests both import this module. Each expression
is evaluated in a graph of its own, with these names: `P` is tf.placeholder, `F` a placeholder of unknown shape with a
default (float32 unless it says otherwise), `S` the same for strings, `SP` a SparseTensor of such parts, `g(y, *xs)`
takes gradients, `f`, `i32`, `i64` and `s` are dtypes.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def expressions(block):
    """The lines of a block of expressions."""
    return [line for line in block.split("\n") if line and not line.startswith("#")]


def names(tf):
    """What the expressions may use."""

    def with_default(value, dtype=tf.float32):
        kind = np.object_ if dtype == tf.string else dtype.as_numpy_dtype
        return tf.placeholder_with_default(tf.constant(np.array(value, kind), dtype), None)

    def sparse(indices, values, shape, dtype=tf.float32):
        indices = np.array(indices, np.int64).reshape(-1, len(shape))
        indices = tf.placeholder_with_default(indices, [None, len(shape)])
        values = tf.placeholder_with_default(tf.constant(values, dtype), [None])
        shape = tf.placeholder_with_default(tf.constant(shape, tf.int64), [len(shape)])
        return tf.SparseTensor(indices, values, shape)

    return {
        "tf": tf,
        "np": np,
        "P": tf.placeholder,
        "F": with_default,
        "S": lambda value: with_default(value, tf.string),
        "SP": sparse,
        "g": lambda y, *xs: tf.gradients(y, list(xs)),
        "f": tf.float32,
        "i32": tf.int32,
        "i64": tf.int64,
        "s": tf.string,
    }


def error_of(error):
    """The class and the first line of an error."""
    return [type(error).__name__, str(error).split("\n")[0]]


def graph_of(expression, tf):
    """The nodes that an expression adds, or the error."""
    with tf.Graph().as_default() as graph:
        try:
            eval(expression, names(tf))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            return error_of(error)
        return [_node(op) for op in graph.get_operations()]


def _node(op):
    inputs = [tensor.name for tensor in op.inputs] + sorted("^" + other.name for other in op.control_inputs)
    outputs = ["%s %s" % (tensor.dtype.name, tensor.shape) for tensor in op.outputs]
    return "%s %s(%s) -> %s" % (op.type, op.name, ", ".join(inputs), ", ".join(outputs))


def run_of(expression, tf):
    """The values that running an expression gives, rounded to 6 digits, or the error."""
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            fetches = eval(expression, names(tf))
            tables = tf.get_collection(tf.GraphKeys.TABLE_INITIALIZERS)
            session.run(tables)
            return _values(session.run(fetches))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            return error_of(error)


def _values(fetched):
    if fetched is None:
        return None
    if isinstance(fetched, (list, tuple)):
        return [_values(value) for value in fetched]
    array = np.asarray(fetched)
    if array.dtype.kind in "OSU":
        texts = [_text(entry) for entry in array.ravel().tolist()]
        return ["string", list(array.shape), texts]
    return [array.dtype.name, list(array.shape), [_number(entry) for entry in array.ravel().tolist()]]


def _number(entry):
    if isinstance(entry, complex):
        return "%.6g %.6g" % (entry.real, entry.imag)
    return str(entry) if isinstance(entry, int) else "%.6g" % entry


def _text(entry):
    return entry.decode("utf-8", "backslashreplace") if isinstance(entry, bytes) else str(entry)


def record(path, graphs, runs, tf):
    """Write what a library makes of the expressions."""
    blocks = []
    for key, block, outcome in (("graphs", graphs, graph_of), ("runs", runs, run_of)):
        rows = ["%s: %s" % (json.dumps(line), json.dumps(outcome(line, tf))) for line in expressions(block)]
        blocks.append('"%s": {\n%s\n}' % (key, ",\n".join(rows)))
        print("%d %s" % (len(rows), key))
    Path(path).write_text("{%s}\n" % ", ".join(blocks), encoding="utf-8")
