"""Graphs with functions in their libraries; each case takes the module `tf` and names what is to be run `y`.

`make_functions.py` writes what TensorFlow makes of them; `check_interchange.py` runs there what flowgraph made.
"""

from __future__ import annotations

import base64
import json
import re

import numpy as np


def of_dataset(tf, dataset, one_shot=False):
    """The elements of a dataset, each component flat."""
    if one_shot:
        iterator = dataset.make_one_shot_iterator()
    else:
        iterator = dataset.make_initializable_iterator()
        tf.group(iterator.initializer, name="begin")
    element = iterator.get_next()
    parts = list(element) if isinstance(element, tuple) else [element]
    tf.identity(tf.concat([tf.reshape(tf.cast(part, tf.float64), [-1]) for part in parts], 0), name="y")


def mapped(tf):
    """What is captured: a constant, a variable, another number at each run."""
    scale = tf.constant(3.0, name="scale")
    shift = tf.get_variable("shift", initializer=1.0, use_resource=True)
    of_dataset(tf, tf.data.Dataset.range(4).map(lambda x: tf.cast(x, tf.float32) * scale + shift))


def filtered(tf):
    """A predicate, and a table of the session."""
    table = tf.contrib.lookup.index_table_from_tensor(tf.constant(["b", "c"]))
    data = tf.data.Dataset.from_tensor_slices(["a", "b", "c", "b"]).map(lambda word: table.lookup(tf.identity(word)))
    of_dataset(tf, data.filter(lambda row: tf.greater_equal(row, 0)))


def flat_mapped(tf):
    """Functions inside functions, that capture through each other."""
    factor = tf.constant(2, tf.int64)

    def inner(pair):
        return tf.data.Dataset.from_tensors(pair["a"]).map(lambda y: y * factor + pair["a"][0])

    def pairs(x):
        with tf.name_scope("s"):
            a, b = tf.split(tf.stack([x, x + 1]), 2)
        return {"b": b, "a": a}

    of_dataset(tf, tf.data.Dataset.range(3).map(pairs).flat_map(inner))


def interleaved(tf):
    """Two cycles, blocks, and threads."""
    data = tf.data.Dataset.range(3).interleave(
        lambda x: tf.data.Dataset.from_tensor_slices(tf.stack([x, x * 10])).repeat(2), cycle_length=2, block_length=2
    )
    of_dataset(tf, data.map(lambda x: x + 1, num_parallel_calls=2).batch(3).prefetch(1))


def reduced(tf):
    """A fold over a dataset: no iterator at all."""
    data = tf.data.Dataset.range(5)
    total = data.reduce(np.int64(0), lambda state, x: state + x * x)
    tf.identity(total, name="y")


def padded(tf):
    """Rows of several lengths, made by a loop inside the function and put together."""
    data = tf.data.Dataset.range(1, 5).map(lambda n: tf.fill([tf.cast(n, tf.int32)], n))
    of_dataset(tf, data.padded_batch(2, [None]))


def generated(tf):
    """Python functions: their tokens are of this process."""
    data = tf.data.Dataset.from_generator(lambda: iter([[1, 2], [3]]), tf.int32, [None])
    of_dataset(tf, data.map(lambda row: row * 2), one_shot=True)


def one_shot(tf):
    """A factory that copies what its dataset takes."""
    base = tf.constant([1.0, 2.0, 4.0], name="base")
    data = tf.data.Dataset.from_tensor_slices((base * 2.0, np.arange(3))).map(lambda x, i: (x + 1.0, i))
    of_dataset(tf, data.shuffle(3, seed=5).repeat(2).batch(2), one_shot=True)


def random(tf):
    """Random numbers inside, with the graph's seed."""
    tf.set_random_seed(7)
    of_dataset(tf, tf.data.Dataset.range(3).map(lambda x: tf.random_uniform([2]) + tf.cast(x, tf.float32)))


def branching(tf):
    """tf.cond and tf.while_loop inside."""

    def body(x):
        power = tf.while_loop(lambda i, p: i < 3, lambda i, p: (i + 1, p * x), [0, tf.constant(1, tf.int64)])[1]
        return tf.cond(tf.equal(x % 2, 0), lambda: power + 100, lambda: -power)

    of_dataset(tf, tf.data.Dataset.range(5).map(body))


def windows(tf):
    """Three functions of one op, and a scan with a state."""
    data = tf.data.Dataset.range(8).apply(
        tf.data.experimental.group_by_window(lambda x: x % 2, lambda _key, rows: rows.batch(2), 2)
    )
    scanned = data.apply(tf.data.experimental.scan(np.int64(0), lambda s, rows: (s + rows[0], tf.reduce_sum(rows) + s)))
    of_dataset(tf, scanned)


def effects(tf):
    """An assert and a counter that is written, in order."""
    count = tf.get_variable("count", initializer=np.int64(0), use_resource=True)

    def body(x):
        with tf.control_dependencies([tf.assert_less(x, np.int64(9)), count.assign_add(x)]):
            return x, count.read_value()

    of_dataset(tf, tf.data.Dataset.range(4).map(body))


def take_while(tf):
    """Dictionaries, sparse tensors and strings."""

    def body(x):
        return {"s": tf.as_string(x), "n": x}

    data = tf.data.Dataset.range(9).map(body).apply(tf.data.experimental.take_while(lambda row: tf.less(row["n"], 4)))
    of_dataset(tf, data.map(lambda row: tf.string_to_number(row["s"], tf.float64) + tf.cast(row["n"], tf.float64)))


CASES = {
    case.__name__: case
    for case in (
        mapped, filtered, flat_mapped, interleaved, reduced, padded, generated, one_shot, random, branching, windows,
        effects, take_while,
    )
}  # fmt: skip


OF_THE_PROCESS = ("generated",)
"""Cases whose Python functions nobody else can call."""
WITH_BRANCHES = ("branching", "effects")
"""Cases in whose functions TensorFlow makes branches and loops of functions, flowgraph of Switch and Merge."""


def build(tf, case):
    """The graph of a case."""
    with tf.Graph().as_default() as graph:
        case(tf)
    return graph


def run(tf, graph):
    """All that `y` gives, up to 20 runs."""
    names = {op.name for op in graph.get_operations()}
    rows = []
    with graph.as_default(), tf.Session(graph=graph) as sess:
        first = ("AssignVariableOp", "InitializeTableV2", "LookupTableImportV2")
        sess.run([op for op in graph.get_operations() if op.type in first and not op.name.startswith("save/")])
        if "begin" in names:
            sess.run("begin")
        for _ in range(20):
            try:
                rows.append(np.asarray(sess.run("y:0"), np.float64).tolist())
            except tf.errors.OutOfRangeError:
                break
            if "begin" not in names and not any(op.type == "OneShotIterator" for op in graph.get_operations()):
                break
    return rows


def run_imported(tf, definition):
    """What a GraphDef gives that is imported into an empty graph."""
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    return run(tf, graph)


_NUMBERED = re.compile(r"^(__inference_.*)_(\d+)$")


def told(message_to_dict, definition):
    """A GraphDef's library as plain data, with names that do not depend on what else the process has made."""
    plain = message_to_dict(definition.library, preserving_proto_field_name=True)
    functions = plain.get("function", [])
    functions.sort(key=_order)
    names, seen = {}, {}
    for function in functions:
        name = function["signature"]["name"]
        match = _NUMBERED.match(name)
        base = match.group(1) if match else "_make_dataset"
        seen[base] = seen.get(base, 0) + 1
        names[name] = base if seen[base] == 1 else "%s_%d" % (base, seen[base])
    text = json.dumps(functions, sort_keys=True)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(json.dumps(name), json.dumps(names[name]))
    for at, token in enumerate(sorted(set(re.findall(r"pyfunc_\d+", str(definition))), key=lambda t: int(t[7:]))):
        text = text.replace(json.dumps(_base64(token)), json.dumps("token %d" % at))
    return sorted(json.loads(text), key=lambda function: function["signature"]["name"])


def _order(function):
    match = _NUMBERED.match(function["signature"]["name"])
    return (match.group(1), int(match.group(2))) if match else ("", 0)


def _base64(text):
    return base64.b64encode(text.encode()).decode()
