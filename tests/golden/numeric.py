"""Expressions whose numbers matter: one a line, with the nodes they add and the values they give.

The recording script `make_numeric.py` (Python 3.7, beside TensorFlow 1.15.5) and the tests both import this module.
An expression is evaluated in a graph of its own, with these names: `P` is tf.placeholder, `F` feeds an array (a
placeholder with a default, so that nothing is folded; of unknown shape where `F(array, None)` says so), `R(shape)`
makes random numbers of a dtype, the same ones everywhere, `g(y, *xs)` takes gradients, `loss(ys)` makes a number
of tensors.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np

from .notation import array_of, first_line, value_record

LARGE = 10**6
"""Bytes from which on a file is compressed."""

ALL = 100000
"""More entries than any array here has: all are written out."""


def expressions(block):
    """The lines of a block of expressions."""
    return [line for line in block.split("\n") if line and not line.startswith("#")]


def numbers(shape, dtype="float32", seed=0, low=-1.0, high=1.0):
    """Random numbers between two bounds."""
    shape = [shape] if isinstance(shape, int) else shape
    rng = np.random.RandomState(seed)
    made = rng.uniform(low, high, shape)
    if dtype.startswith("complex"):
        made = made + 1j * rng.uniform(low, high, shape)
    return made.astype(dtype)


def positive(shape, dtype="float32", seed=0):
    """Random matrices that are Hermitian and positive definite."""
    made = numbers(shape, "complex128" if dtype.startswith("complex") else "float64", seed)
    return (made @ np.conj(np.swapaxes(made, -1, -2)) + np.eye(shape[-1])).astype(dtype)


def names(tf):
    """What the expressions may use."""

    def fed(value, *shape):
        value = np.asarray(value, np.float32) if not isinstance(value, np.ndarray) else value
        return tf.placeholder_with_default(tf.constant(value), *shape or [value.shape])

    def loss(ys):
        """A number of tensors, in which no two entries weigh the same."""
        terms = []
        for y in ys if isinstance(ys, (list, tuple)) else [ys]:
            size = int(np.prod(y.shape.as_list()))
            weights = np.cos(np.arange(1.0, size + 1)).reshape(y.shape.as_list())
            terms.append(tf.reduce_sum(tf.real(y) * weights.astype(y.dtype.real_dtype.as_numpy_dtype)))
            if y.dtype.is_complex:
                terms.append(tf.reduce_sum(tf.imag(y) * weights.astype(y.dtype.real_dtype.as_numpy_dtype)))
        return tf.add_n(terms)

    return {
        "tf": tf,
        "np": np,
        "P": tf.placeholder,
        "F": fed,
        "R": numbers,
        "SPD": positive,
        "g": lambda y, *xs: tf.gradients(y, list(xs)),
        "loss": loss,
        "f": tf.float32,
        "i32": tf.int32,
        "c64": tf.complex64,
    }


def error_of(error):
    """The class and the first line of an error."""
    return [type(error).__name__, first_line(error)]


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
    """What running an expression gives, as `value_record` writes it, or the error."""
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            return session.run(eval(expression, names(tf))), None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
            return None, error_of(error)


def record(path, module, tf):
    """Write what a library makes of a module's GRAPHS and RUNS."""
    graphs = {line: graph_of(line, tf) for line in expressions(module.GRAPHS)}
    runs = {}
    for line in expressions(module.RUNS):
        value, error = run_of(line, tf)
        runs[line] = {"error": error} if error else {"value": value_record(value, ALL)}
    blocks = []
    for key, outcomes in (("graphs", graphs), ("runs", runs)):
        rows = [json.dumps(line) + ":" + json.dumps(outcomes[line], separators=(",", ":")) for line in outcomes]
        blocks.append('"%s": {\n%s\n}' % (key, ",\n".join(rows)))
    text = ("{%s}\n" % ", ".join(blocks)).encode()
    Path(path).write_bytes(gzip.compress(text, 9) if len(text) > LARGE else text)
    print("%s: %d graphs, %d runs" % (path, len(graphs), len(runs)))


def load(name):
    """What `record` wrote, as a dictionary."""
    data = (Path(__file__).parent / name).read_bytes()
    return json.loads(gzip.decompress(data) if data[:1] != b"{" else data)


def compare(value, record, tolerance, where):
    """Compare a fetched structure with its record: floats within `tolerance` of the largest entry of the array."""
    if record is None:
        assert value is None, where
    elif "list" in record:
        assert len(value) == len(record["list"]), where
        for i, (entry, entry_record) in enumerate(zip(value, record["list"])):
            compare(entry, entry_record, tolerance, "%s, [%d]" % (where, i))
    else:
        array = np.asarray(value)
        expected = array_of(record)
        kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
        assert (kind, list(array.shape)) == (record["dtype"], record["shape"]), where
        if array.dtype.kind not in "fc":
            np.testing.assert_array_equal(array, expected, err_msg=where)
            return
        finite = np.abs(expected[np.isfinite(expected)])
        slack = tolerance.get(kind, 0) * (float(finite.max()) if finite.size else 0.0)
        np.testing.assert_allclose(array, expected, rtol=0, atol=slack, err_msg=where)
