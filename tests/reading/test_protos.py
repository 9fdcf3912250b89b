"""decode_proto and encode_proto against TensorFlow 1.15.5."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests.golden.proto_cases import CASES, SCHEMA, outcome

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "protos.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_as_in_tensorflow(name):
    assert outcome(tf, CASES[name]) == GOLDEN[name]


def test_a_file_describes_messages(tmp_path):
    path = tmp_path / "schema"
    path.write_bytes(SCHEMA)
    with tf.Graph().as_default(), tf.Session() as session:
        found = session.run(tf.io.decode_proto([b"\x0d"[:0]], "t.All", ["given_int64"], [tf.int64], str(path)))
        assert found.sizes.tolist() == [[0]]
        assert found.values[0].tolist() == [[7]]
        path.write_bytes(b"something else")
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"^Source does not represent"):
            session.run(tf.io.decode_proto([b""], "t.All", ["given_int64"], [tf.int64], str(path)))


def test_a_description_that_contradicts_itself():
    twice = b"bytes://" + SCHEMA.replace(b"more_float", b"one__float").replace(b"one__float", b"one_double")
    with tf.Graph().as_default(), tf.Session() as session:
        decoded = tf.io.decode_proto([b""], "t.All", ["one_double"], [tf.float64], twice)
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(decoded)


def test_graphs_keep_a_description_in_bytes():
    source = b"bytes://" + SCHEMA
    with tf.Graph().as_default() as graph:
        tf.io.decode_proto([b"\x08"[:0]], "t.All", ["given_int64"], [tf.int64], source, name="d")
    with tf.Graph().as_default(), tf.Session() as session:
        (value,) = tf.import_graph_def(graph.as_graph_def(), return_elements=["d:1"])
        assert session.run(value).tolist() == [[7]]


@pytest.mark.parametrize("size", [1 << 31, 1 << 62])
def test_absurd_lengths(size):
    from flowgraph.kernels.proto_wire import varint

    with tf.Graph().as_default(), tf.Session() as session:
        decoded = tf.io.decode_proto([b"\x0a" + varint(size)], "tensorflow.Int64List", ["value"], [tf.int64])
        with pytest.raises(tf.errors.DataLossError):
            session.run(decoded)


def test_groups_in_groups_do_not_go_deep():
    with tf.Graph().as_default(), tf.Session() as session:
        data = b"\x1b" * 100000 + b"\x1c" * 100000
        decoded = tf.io.decode_proto([data + b"\x08\x05"], "tensorflow.Int64List", ["value"], [tf.int64])
        assert session.run(decoded).values[0].tolist() == [[5]]
