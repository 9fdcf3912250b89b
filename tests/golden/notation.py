"""How graphs and values are written down in the golden files.

The recording scripts (Python 3.7, beside TensorFlow 1.15.5) and the tests (any Python) both import this
module, so that the two sides can never disagree about the notation. It knows neither library: a graph is
anything with `get_operations()`, an attribute is a plain Python value.

A node is one JSON line: `[type, name, inputs, attrs, shapes]`, followed by the device where there is one.
Inputs are tensor names (`w/read:0`), then control inputs sorted by name (`^init`). Attributes are text, see
`attr_text`. A static shape is a list of sizes with None for an unknown one, or None for an unknown rank.
"""

from __future__ import annotations

import hashlib
import json
import re

import numpy as np

SMALL = 16
"""Tensors of at most this many entries are written out in attributes, larger ones as a hash."""

SAMPLED = 64
"""Results of more entries than this are kept as a few samples and their sums."""


_COUNTED = re.compile(  # numbered by process, not by graph, or named at random
    r"(?<=CustomGradient)-\d+|(?<=pyfunc_)\d+|(?<=^\"_make_dataset)_\w+"
)
_FUNCTION = re.compile(r"^(\"__inference_.*)_\d+\"$")


def node_record(op, attrs):
    """One operation as a JSON-able list; `attrs` are its attributes as plain Python values."""
    inputs = [tensor.name for tensor in op.inputs] + sorted("^" + other.name for other in op.control_inputs)
    texts = {key: _FUNCTION.sub(r'\1"', _COUNTED.sub("", attr_text(attrs[key]))) for key in sorted(attrs)}
    record = [op.type, op.name, inputs, texts, [static_shape(tensor) for tensor in op.outputs]]
    return record + [op.device] if op.device else record


def static_shape(tensor):
    """The static shape as a list (None: unknown size), or None where not even the rank is known."""
    shape = tensor.get_shape()
    return None if shape.ndims is None else shape.as_list()


def collections_record(graph):
    """The names in each collection, in order; private collections and nameless members are left out."""
    record = {}
    for key in sorted(str(key) for key in graph.get_all_collection_keys()):
        names = [member.name for member in graph.get_collection(key) if hasattr(member, "name")]
        if names and not key.startswith("__") and not key.endswith("_context"):
            record[key] = names
    return record


def attr_text(value):
    """An attribute value as stable text.

    DTypes are their names, strings are quoted, lists are `[1, 2]`, shapes too, `?` being an unknown size and
    `<unknown>` an unknown rank; floats have float32's shortest digits; tensors are `float32 [2] 1.0 2.0`
    or, beyond `SMALL` entries, `float32 [99] #hash`.
    """
    if isinstance(value, np.ndarray):
        return _tensor_text(value)
    if isinstance(value, (bytes, str)):
        return json.dumps(_text(value))
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        return str(np.float32(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if hasattr(value, "as_list"):
        value = None if value.ndims is None else value.as_list()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join("?" if entry is None else attr_text(entry) for entry in value) + "]"
    return "<unknown>" if value is None else value.name


def _text(value):
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _number_text(entry):
    """A number as numpy prints it; bfloat16, of which there are several kinds, in digits enough for all."""
    return "%.9g" % float(entry) if type(entry).__name__ == "bfloat16" else str(entry)


def _tensor_text(array):
    kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
    head = "%s [%s]" % (kind, ", ".join(map(str, array.shape)))
    entries = array.ravel().tolist() if kind == "string" else list(array.ravel())
    texts = [json.dumps(_text(entry)) if kind == "string" else _number_text(entry) for entry in entries]
    if len(texts) <= SMALL:
        return " ".join([head] + texts)
    return "%s #%s" % (head, hashlib.sha256(" ".join(texts).encode()).hexdigest()[:16])


def value_record(value, limit=SAMPLED):
    """A fetched value as JSON-able data: arrays keep dtype, shape and exact entries, structures stay.

    Of an array with more than `limit` entries a few are kept, and their sums.
    """
    if value is None:
        return None
    if isinstance(value, dict):
        return {"dict": {str(key): value_record(value[key], limit) for key in sorted(value)}}
    if hasattr(value, "dense_shape"):
        value = [value.values, value.indices]
    if hasattr(value, "row_splits"):
        value = [value.values, value.row_splits]
    if isinstance(value, (list, tuple)):
        return {"list": [value_record(entry, limit) for entry in value]}
    array = np.asarray(value)
    kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
    record = {"dtype": kind, "shape": list(array.shape)}
    if array.size <= limit:
        record["data"] = entries(array)
    else:
        flat = array.ravel()
        wide = flat.astype(np.float64)
        record["every"] = step = -(-array.size // 16)
        record["data"] = entries(flat[::step])
        record["sum"], record["sum_abs"] = float(wide.sum()), float(np.abs(wide).sum())
    return record


def entries(array):
    """The entries of an array, flat, as the shortest JSON values that read back to exactly the same array."""
    if array.dtype.kind == "c":
        return [[entry.real, entry.imag] for entry in array.ravel().tolist()]
    if array.dtype.kind in "OSU":
        return [_text(entry) for entry in array.ravel().tolist()]
    if array.dtype in (np.float16, np.float32):
        return [float(str(entry)) for entry in array.ravel()]
    return array.ravel().tolist()


def array_of(record):
    """The array behind a `value_record` with all entries, or with one that stands for all."""
    kind, shape, data = record["dtype"], record["shape"], record["data"]
    if len(data) == 1:
        data = data * int(np.prod(shape, dtype=int))
    if kind == "string":
        array = np.empty(len(data), dtype=object)
        array[:] = [entry.encode("utf-8", "surrogateescape") for entry in data]
        return array.reshape(shape)
    if kind.startswith("complex"):
        return np.array([complex(*pair) for pair in data], dtype=kind).reshape(shape)
    return np.array(data, dtype=kind).reshape(shape)


PYTHONS_WORDS = re.compile(
    "argument must be|can't convert complex|can't set attribute|cannot be interpreted as an integer"
    "|doesn't define|does not support item assignment|expected sequence object|has no attribute|has no len"
    "|index out of range$|indices must be|is not callable|is not subscriptable|must be real number"
    "|positional argument|returned non-int|setting an array element|unexpected keyword|^$"
)
"""Messages of Python and numpy, which change from version to version; empty ones too."""


def error_record(mistake, tf):
    """What a mistake raises: its class and the first line of its message; None where it raises nothing.

    The message is None where it is Python's or numpy's own.
    """
    try:
        mistake(tf)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the answer)
        line = first_line(error)
        return [type(error).__name__, None if PYTHONS_WORDS.search(line) else line]
    return None


def first_line(error):
    """The first line of an exception's message, without addresses and the modules of classes."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    text = text.strip().split("\n")[0].rstrip().replace("RefVariable", "Variable")
    text = re.sub(r"<(?:[\w.]+\.)?(\w+) object at 0x[0-9a-f]+>", r"<\1 object>", text)
    text = re.sub(r"\bpyfunc_\d+", "pyfunc_", text)  # numbered by process
    text = re.sub(r"^(TensorArray \S+?)_\d+(?=[@:]| has )", r"\1", text)  # numbered by process
    return re.sub(r"<class '(?:[\w.]+\.)?(\w+)'>", r"<class '\1'>", text)


def call_and_run(tf, api, args, kwargs):
    """Call a function of the library as `value_cases` describes it, and run the result."""
    with tf.Graph().as_default():
        result, feeds = build_call(tf, api, args, kwargs)
        with tf.Session() as session:
            return session.run(result, feeds)


def build_call(tf, api, args, kwargs):
    """Call a function of the library as `value_cases` describes it; return the result and what to feed.

    The arguments are as they stand in the golden file: arrays as `value_record` writes them, dtypes as
    `{"type": name}`.
    """
    feeds = {}

    def argument(value):
        if isinstance(value, list):
            return [argument(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        if "type" in value:
            return tf.as_dtype(value["type"])
        array = array_of(value)
        place = tf.placeholder(tf.as_dtype(value["dtype"]), array.shape)
        feeds[place] = array
        return place

    function = tf
    for name in api.split()[-1].split("."):
        function = getattr(function, name)
    result = function(*argument(args), **{key: argument(value) for key, value in kwargs.items()})
    if api.startswith("gradient "):
        sources = [place for place in feeds if place.dtype.is_floating]
        result = [tf.convert_to_tensor(grad) for grad in tf.gradients(result, sources) if grad is not None]
    return result, feeds
