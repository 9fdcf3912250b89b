"""Files and strings that were made to hurt: an error of TensorFlow's kinds, and nothing else happens."""

from __future__ import annotations

import functools
import random
import zlib
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph import protos
from flowgraph.formats.records import LARGEST_UNPACKED, framed
from tests import hostile_readers as readers
from tests.hostile import harmed, harmed_message, refused
from tests.hostile_registry import READERS

FEW = {name: 12 for name in READERS if "graph" in name or "Dataset" in name or "Reader" in name}
FEW |= {"saved_model": 12, "notebook": 12, "script": 6}


@pytest.mark.parametrize("name", READERS)
def test_harm_is_refused_or_does_nothing(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    reader = READERS[name]
    samples, read, dice = reader.samples(), reader.opened(tmp_path), random.Random(name)
    for sample in samples:
        read(sample)
    for _ in range(FEW.get(name, 60)):
        sample = dice.choice(samples)
        data = harmed(sample, dice) if isinstance(sample, bytes) else harmed_message(sample, dice)
        if not isinstance(data, bytes) and dice.random() < 0.3:
            data = harmed(data.SerializeToString(), dice)
        refused(functools.partial(read, data), reader.also)


# -- bombs: little that becomes much ---------------------------------------------------------------------------


@functools.cache
def bomb(head: bytes = b"") -> bytes:
    """A file of zlib's that is a thousand times as long as it looks, and longer than it may be."""
    packer = zlib.compressobj(1)
    block = bytes(1 << 24)
    parts = [packer.compress(head), *(packer.compress(block) for _ in range(LARGEST_UNPACKED // len(block) + 1))]
    return b"".join([*parts, packer.flush()])


def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path: Path):
    path = tmp_path / "bomb"
    path.write_bytes(bomb())
    assert isinstance(refused(lambda: readers.line_dataset("ZLIB", str(path))), tf.errors.DataLossError)
    unpack = readers.runner(functools.partial(readers.compressed, "ZLIB"))
    assert isinstance(refused(lambda: unpack(bomb())), tf.errors.DataLossError)


def test_one_value_stands_for_very_many_without_taking_memory():
    huge = tf.make_tensor_proto(2.5, shape=[2])
    assert list(huge.float_val) == [2.5]
    huge.tensor_shape.dim[0].size = 2**40
    with tf.Graph().as_default() as graph:
        tf.constant([2.5], name="c")
        definition = graph.as_graph_def()
    definition.node[0].attr["value"].tensor.CopyFrom(huge)

    def imported() -> tf.Tensor:
        with tf.Graph().as_default():
            return tf.import_graph_def(definition, return_elements=["c:0"])[0]

    assert refused(imported) is None
    assert imported().shape.as_list() == [2**40]
    array = tf.make_ndarray(huge)
    assert (array.shape, array[-1]) == ((2**40,), 2.5)
    with pytest.raises(tf.errors.InvalidArgumentError), tf.Session() as session:
        session.run(tf.parse_tensor(huge.SerializeToString(), tf.float32))
    small = tf.make_ndarray(tf.make_tensor_proto(2.5, shape=[2]))
    small[0] = 1.0  # the caller's own
    np.testing.assert_array_equal(small, [1.0, 2.5])


def test_several_values_do_not_stand_for_very_many():
    huge = tf.make_tensor_proto([1.5, 2.5], shape=[4])
    np.testing.assert_array_equal(tf.make_ndarray(huge), [1.5, 2.5, 2.5, 2.5])
    huge.tensor_shape.dim[0].size = 2**30
    with pytest.raises(ValueError, match="cannot stand for"):
        tf.make_ndarray(huge)


# -- what is nested without end --------------------------------------------------------------------------------

DEEP = 100_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("s.py", mark * DEEP) for mark in ("(", "-", "not ", "[x for ")],
        ("s.py", "1" + "+1" * 3000),
        ("s.py", "# coding: zip\nx"),
        *[("n.ipynb", mark * DEEP) for mark in ("[", '{"cells":')],
        ("n.ipynb", "null"),
    ],
)
def test_scripts_that_nobody_can_read(name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert refused(lambda: readers.of_file(readers.check, name, tmp_path)(text.encode())) is None
    assert "Traceback" not in capsys.readouterr().err


def test_texts_that_are_nested_without_end(tmp_path: Path):
    text = "graph_def { node { attr { key: 'x' value { " + "func { attr { key: 'x' value { " * 20_000
    read = readers.of_file(readers.import_meta_file, "m.meta", tmp_path)
    assert isinstance(refused(lambda: read(text.encode()), (OSError,)), OSError)
    parse = readers.runner(tf.decode_json_example)
    for mark in (b"[", b'{"a":'):
        assert isinstance(refused(functools.partial(parse, mark * DEEP)), tf.errors.InvalidArgumentError)


# -- numbers and names in graphs -------------------------------------------------------------------------------


def _changed(change):
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        tf.split(x, 2, 1, name="parts")
        definition = graph.as_graph_def()
    nodes = {node.name: node for node in definition.node}
    change(definition, nodes)
    return definition


def _set_type(number):
    return lambda _graph, nodes: setattr(nodes["x"].attr["dtype"], "type", number)


def _set_size(size):
    def change(_graph, nodes):
        nodes["x"].attr["shape"].shape.dim[1].size = size
        nodes["x"].attr["shape"].shape.dim[0].size = size

    return change


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (_set_type(127), "AttrValue has invalid DataType enum: 127"),
        (_set_type(0), "AttrValue has invalid DataType"),
        (_set_type(101), "AttrValue must not have reference type value of float_ref"),
        (_set_size(-5), "Shape [-5,-5] has dimensions with values below -1 (where -1 means unknown)"),
        (_set_size(2**62), "is too large (more than 2**63 - 1 entries) for 'x' (op: 'Placeholder')"),
        (
            lambda _graph, nodes: setattr(nodes["x"].attr["shape"].shape, "unknown_rank", True),
            "An unknown shape must not have any dimensions set.",
        ),
        (
            lambda _graph, nodes: setattr(nodes["parts"].attr["num_split"], "i", 2**40),
            "Attr num_split has value 1099511627776 out of range for an int32",
        ),
        (lambda _graph, nodes: setattr(nodes["parts"].attr["num_split"], "i", 2**30), "more than can be"),
        (
            lambda graph, _nodes: setattr(graph.versions, "min_consumer", 1000),
            "GraphDef min consumer version 1000 above current version 134 for TensorFlow 1.15.5.  Please upgrade",
        ),
        (
            lambda graph, _nodes: setattr(graph.versions, "producer", -1),
            "GraphDef producer version -1 below min producer 0 supported by TensorFlow 1.15.5.",
        ),
    ],
)
def test_graphs_with_numbers_that_cannot_be_are_refused_in_tensorflows_words(change, line):
    definition = _changed(change)
    with tf.Graph().as_default() as graph:
        error = refused(lambda: tf.import_graph_def(definition, name=""))
        assert isinstance(error, ValueError)
        assert line in str(error)
        assert not graph.get_operations()


def test_a_meta_graph_that_speaks_of_what_is_not_there():
    meta = readers.meta_graph()
    meta.collection_def["outs"].node_list.value.append("nowhere:0")
    assert "nowhere:0" in str(refused(lambda: readers.import_meta(meta)))
    meta.collection_def["outs"].node_list.value.pop()
    meta.collection_def["variables"].bytes_list.value.append(b"\xff\xff")
    assert isinstance(refused(lambda: readers.import_meta(meta)), ValueError)


# -- paths -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["a\0b", ".", "loop", "x" * 5000, "missing/x"])
def test_paths_that_are_none(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    for read in (
        functools.partial(readers.records, ""),
        functools.partial(readers.record_dataset, ""),
        functools.partial(readers.line_dataset, "ZLIB"),
        functools.partial(readers.reader_of, tf.WholeFileReader),
        readers.events,
        readers.table,
        tf.train.NewCheckpointReader,
        lambda path: tf.gfile.GFile(path).read(),
    ):
        assert isinstance(refused(functools.partial(read, place)), tf.errors.OpError | ValueError)
    refused(lambda: tf.train.latest_checkpoint(place))


def test_records_that_are_no_events(tmp_path: Path):
    read = readers.of_file(readers.events, "events", tmp_path)
    assert isinstance(refused(lambda: read(framed(b"\xff\xff"))), tf.errors.DataLossError)


def test_summaries_of_what_is_no_text():
    with tf.Session() as session:
        given = session.run(tf.summary.merge([tf.constant(protos.Summary().SerializeToString())]))
        assert given == b""
        wrong = tf.Graph()
        with wrong.as_default():
            tags = tf.placeholder(tf.string)
            name = protos.NodeDef(name="s", op="ScalarSummary", input=["tags", "value"])
            name.attr["T"].type = 1
            definition = protos.GraphDef(node=[name])
            value = tf.constant(1.0)
            out = tf.import_graph_def(_with_inputs(definition), {"tags": tags, "value": value}, ["s:0"])[0]
    with tf.Session(graph=wrong) as session:
        assert tf.Summary.FromString(session.run(out, {tags: b"\xff"})).value[0].tag == "\ufffd"


def _with_inputs(definition):
    for name, number in (("tags", 7), ("value", 1)):
        node = definition.node.add(name=name, op="Placeholder")
        node.attr["dtype"].type = number
    return definition
