"""TF1 programs build, op for op, the graph that TensorFlow 1.15.5 builds, and give the same values.

The programs are in tests/programs, what TensorFlow made of them is in tests/golden/programs. Each program is
five tests, so that a failure tells what kind of thing is wrong: the ops' types and names in order, their
inputs, their attributes and devices, the static shapes, and what the program's runs return on each engine.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.session import ENGINES
from tests.golden.notation import array_of, collections_record, node_record
from tests.programs import all_programs

pytestmark = pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")  # TensorFlow warns, too

GOLDEN = Path(__file__).parent / "golden" / "programs"
PROGRAMS = all_programs()

TYPE, NAME, INPUTS, ATTRS, SHAPES, DEVICE = range(6)

LOOSE = {
    "mnist_mlp": "sums over 784 inputs, then three steps with a rate of 0.8",
    "lenet": "sums over 3136 inputs, after convolutions that TensorFlow does in another order",
    "training_nets": "twenty steps of training each",
    "training_images": "twenty steps of training each",
    "training_generative": "twenty steps of training each",
    "training_sequences": "twenty steps of training each",
    "training_loops": "twenty steps of training each",
}
"""Modules whose values are compared within 1e-4 instead of 1e-5, and why."""

TIGHT = {"optimizers"}
"""Modules whose values are compared within 1e-6."""


@functools.cache
def _golden_module(module):
    return json.loads((GOLDEN / f"{module}.json").read_text(encoding="utf-8"))


def golden(name):
    """What TensorFlow 1.15.5 made of a program: its nodes, collections and results."""
    module, _, short = name.partition(".")
    return _golden_module(module)[short]


@functools.cache
def _built(name):
    graph = tf.Graph()
    try:
        with graph.as_default():
            runs = PROGRAMS[name](tf)
        nodes = [node_record(op, op.node_attrs()) for op in graph.get_operations()]
    except Exception as error:  # noqa: BLE001 (kept, so that each of the program's tests can raise it)
        return error
    return graph, nodes, runs


def built(name):
    """The graph, the nodes in the notation of the golden files and the runs of a program, built once."""
    outcome = _built(name)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def same_nodes(name, describe):
    """Compare the nodes one by one as `describe` shows them; stop at the first that differs."""
    ours = [describe(node) for node in built(name)[1]]
    theirs = [describe(node) for node in golden(name)["nodes"]]
    if ours == theirs:
        return
    both = zip(ours, theirs)
    first = next((i for i, (a, b) in enumerate(both) if a != b), min(len(ours), len(theirs)))
    lines = [f"{name}: {len(theirs)} nodes in TensorFlow, {len(ours)} here; the first difference is node {first}"]
    for i in range(max(0, first - 3), first + 4):
        mark = ">" if i == first else " "
        lines += [f"{mark} {i:4} TF    {_at(theirs, i)}", f"{mark} {i:4} ours  {_at(ours, i)}"]
    pytest.fail("\n".join(lines), pytrace=False)


def _at(rows, i):
    return rows[i] if i < len(rows) else "(no more nodes)"


def types_and_names(node):
    return f"{node[TYPE]} {node[NAME]}"


def inputs(node):
    return f"{types_and_names(node)} <- {' '.join(node[INPUTS])}"


def attributes(node):
    texts = [f"{key}={node[ATTRS][key]}" for key in sorted(node[ATTRS])]
    device = f" on {node[DEVICE]}" if len(node) > DEVICE else ""
    return f"{types_and_names(node)}{device} [{', '.join(texts)}]"


def static_shapes(node):
    return f"{types_and_names(node)} : {json.dumps(node[SHAPES])}"


def same_collections(name):
    assert collections_record(built(name)[0]) == golden(name)["collections"]


EXACT = {"examples.lenet5": "the winner of a pool differs in its second step if anything is a millionth off"}
"""Programs whose convolutions are not computed by tiles (`flowgraph/kernels/winograd.py`), and why."""


def same_values(name, engine):
    """Make the program's runs in one session and compare what they return."""
    graph, _, runs = built(name)
    recorded = golden(name)["runs"]
    assert len(runs or []) == len(recorded)
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    module = name.split(".")[0]
    tolerance = 1e-4 if module in LOOSE else 1e-6 if module in TIGHT else 1e-5
    with tf.Session(graph=graph, config=config) as session:
        for i, ((fetches, feeds), record) in enumerate(zip(runs or [], recorded)):
            same_value(session.run(fetches, feeds), record, tolerance, f"{name}, run {i}")


def same_value(value, record, tolerance, where):
    """Compare a fetched structure with its record, down to the arrays."""
    if record is None:
        assert value is None, where
    elif "dict" in record:
        assert sorted(map(str, value)) == sorted(record["dict"]), where
        for key in value:
            same_value(value[key], record["dict"][str(key)], tolerance, f"{where}, {key!r}")
    elif "list" in record:
        value = [value.values, value.indices] if hasattr(value, "dense_shape") else value
        value = [value.values, value.row_splits] if hasattr(value, "row_splits") else value
        assert len(value) == len(record["list"]), where
        for i, (entry, entry_record) in enumerate(zip(value, record["list"])):
            same_value(entry, entry_record, tolerance, f"{where}, [{i}]")
    else:
        same_array(np.asarray(value), record, tolerance, where)


def same_array(array, record, tolerance, where):
    """Compare an array with its record: exactly, or floats within `tolerance` of the largest entry."""
    kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
    assert (kind, list(array.shape)) == (record["dtype"], record["shape"]), where
    entries = array.ravel()[:: record.get("every", 1)]
    expected = array_of({**record, "shape": list(entries.shape)})
    if kind == "string":
        assert entries.tolist() == expected.tolist(), where
        return
    if array.dtype.kind not in "fc":
        np.testing.assert_array_equal(entries, expected, err_msg=where)
        return
    tolerance = max(tolerance, 2 * float(np.finfo(array.dtype).eps))
    finite = np.abs(expected[np.isfinite(expected)])
    largest = float(finite.max()) if finite.size else 0.0
    np.testing.assert_allclose(entries, expected, rtol=tolerance, atol=tolerance * largest, err_msg=where)
    if "sum" in record:
        slack = tolerance * record["sum_abs"]
        np.testing.assert_allclose(array.sum(dtype=np.float64), record["sum"], rtol=0, atol=slack, err_msg=where)


@pytest.mark.parametrize("name", PROGRAMS)
def test_types_and_names(name):
    same_nodes(name, types_and_names)


@pytest.mark.parametrize("name", PROGRAMS)
def test_inputs_and_collections(name):
    same_nodes(name, inputs)
    same_collections(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_attributes_and_devices(name):
    same_nodes(name, attributes)


@pytest.mark.parametrize("name", PROGRAMS)
def test_static_shapes(name):
    same_nodes(name, static_shapes)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in PROGRAMS if golden(name)["runs"]])
def test_values(name, engine, monkeypatch):
    if name in EXACT:
        monkeypatch.setenv("FLOWGRAPH_EXACT_CONV", "1")
    same_values(name, engine)


def test_every_program_is_recorded():
    recorded = {f"{path.stem}.{name}" for path in GOLDEN.glob("*.json") for name in _golden_module(path.stem)}
    assert recorded == set(PROGRAMS)
