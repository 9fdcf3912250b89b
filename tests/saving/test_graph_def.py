"""Graphs as protocol buffers: written as TensorFlow 1.15.5 writes them, read, and refused as it refuses them."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

import flowgraph as tf
from flowgraph import protos
from flowgraph.protos.tensors import make_ndarray
from tests.golden import make_proto_sources
from tests.golden.graph_def_cases import CASES, CONSTANTS
from tests.programs import all_programs

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "graph_defs.json").read_text(encoding="utf-8"))
PROGRAMS = all_programs()


def parsed(text):
    from google.protobuf import text_format

    graph_def = text_format.Parse(text, tf.GraphDef())
    graph_def.versions.producer = 134
    return graph_def


def plain(node):
    """A node with its tensors as arrays: TensorFlow writes some constants shorter than others."""
    attrs = {}
    for key, value in node.attr.items():
        if value.WhichOneof("value") == "tensor":
            array = make_ndarray(value.tensor)
            attrs[key] = [array.dtype.name, array.shape, str(array.tolist())]  # (as text NaN is itself)
        else:
            attrs[key] = re.sub(rb"(?<=CustomGradient)-\d+", b"", value.SerializeToString(deterministic=True))
    return [node.name, node.op, list(node.input), node.device, attrs]


def graph_of(name):
    with tf.Graph().as_default() as graph:
        PROGRAMS[name](tf)
    return graph


@pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")
@pytest.mark.parametrize("name", GOLDEN["programs"])
def test_graphs_are_written_as_tensorflow_writes_them(name):
    theirs = protos.GraphDef.FromString(zlib.decompress(base64.b85decode(GOLDEN["programs"][name])))
    ours = graph_of(name).as_graph_def(add_shapes=True)
    assert ours.versions == theirs.versions
    for mine, other in zip(ours.node, theirs.node, strict=True):
        assert plain(mine) == plain(other)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_are_written_as_tensorflow_writes_them(name):
    theirs = protos.TensorProto.FromString(base64.b85decode(GOLDEN["constants"][name]))
    with tf.Graph().as_default() as graph:
        written = CONSTANTS[name](tf).op.node_def
    assert written.attr["value"].tensor == theirs
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(tf.GraphDef(node=[written]), name="")
    assert graph.as_graph_def().node[0].attr["value"].tensor == theirs


def test_a_filled_constant_is_whole_where_it_is_used():
    with tf.Graph().as_default(), tf.Session() as session:
        threes = tf.constant(3, tf.int32, [2, 3])
        assert session.run(tf.bitcast(threes, tf.uint8)).shape == (2, 3, 4)
        found = session.run(threes)
        found[0, 0] = 4  # it is the caller's own
        assert session.run(threes).tolist() == [[3, 3, 3], [3, 3, 3]]


FIRST_PROGRAMS = {name.partition(".")[0]: name for name in reversed(PROGRAMS)}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(FIRST_PROGRAMS.values()))
def test_what_was_written_can_be_read(name):
    """One program of each module: written, imported into an empty graph, and written again."""
    written = graph_of(name).as_graph_def(add_shapes=True)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(tf.GraphDef.FromString(written.SerializeToString()), name="")
    again = {node.name: plain(node) for node in graph.as_graph_def(add_shapes=True).node}
    assert again == {node.name: plain(node) for node in written.node}


@pytest.mark.parametrize("name", CASES)
def test_imports_give_what_they_give_in_tensorflow(name):
    text, arguments = CASES[name]
    golden = GOLDEN["cases"][name]
    with tf.Graph().as_default() as graph:
        if "error" in golden:
            kind, message = golden["error"]
            with pytest.raises(Exception, match=re.escape(message.partition("\n")[0])) as caught:
                tf.import_graph_def(parsed(text), **arguments)
            assert type(caught.value).__name__ == kind
            assert [op.name for op in graph.get_operations() if "_inputs" not in op.name] == []
            return
        found = tf.import_graph_def(parsed(text), **arguments)
    nodes = [
        [op.type, op.name, [t.name for t in op.inputs], [c.name for c in op.control_inputs], op.device]
        + [sorted(op.node_def.attr), [g.decode() for g in op.colocation_groups()]]
        for op in graph.get_operations()
    ]
    assert nodes == golden["nodes"]
    assert (None if found is None else [item.name for item in found]) == golden["returned"]


def test_unknown_ops_are_told_apart():
    graph_def = tf.GraphDef(node=[tf.NodeDef(name="n", op="Foo")])
    with pytest.raises(tf.errors.NotFoundError, match="Op type not registered 'Foo'") as caught:
        tf.import_graph_def(graph_def)
    assert "no such op either" in str(caught.value)
    graph_def.node[0].op = "SdcaOptimizer"
    with pytest.raises(tf.errors.NotFoundError, match="flowgraph does not have it yet"):
        tf.import_graph_def(graph_def)


def test_an_attr_with_its_producers_default_may_be_unknown():
    graph_def = parsed(CASES["an attr too many"][0])
    producers = protos.OpList(op=[protos.OpDef(name="Const")])
    attr = producers.op[0].attr.add(name="zzz", type="int")
    attr.default_value.i = 1
    tf.import_graph_def(graph_def, producer_op_list=producers)
    attr.default_value.i = 2
    with pytest.raises(ValueError, match="mentions attr 'zzz'"):
        tf.import_graph_def(graph_def, producer_op_list=producers)


def test_values_in_loops_come_through():
    """An imported loop, and its gradient, which were nodes only, give what the loop gave."""
    with tf.Graph().as_default() as first:
        x = tf.placeholder(tf.float32, [], name="x")
        y = tf.identity(tf.while_loop(lambda i, v: i < 4, lambda i, v: (i + 1, v * x), [0, x])[1], name="y")
        tf.identity(tf.gradients(y, x)[0], name="slope")
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [])
        y, slope = tf.import_graph_def(first.as_graph_def(), {"x": x}, ["y:0", "slope:0"])
        with tf.Session() as session:
            assert session.run([y, slope], {x: 1.5}) == pytest.approx([1.5**5, 5 * 1.5**4])


# -- schemas -----------------------------------------------------------------------------------------------


def test_schemas_are_compiled_from_their_sources():
    from google.protobuf import descriptor_pb2

    files = descriptor_pb2.FileDescriptorSet.FromString(protos.SCHEMA.read_bytes()).file
    sources = {path.name: path.read_text(encoding="utf-8") for path in protos.SCHEMA.parent.glob("*.proto")}
    assert {file.name for file in files if not file.name.startswith("google/")} == set(sources)
    for file in files:
        for enum in file.enum_type:
            assert "\n".join(make_proto_sources.enum_lines(enum)) in sources[file.name]
        for message in file.message_type:
            full = f".{file.package}.{message.name}"
            text = "\n".join(make_proto_sources.message_lines(message, file.package, full))
            assert f"\n{text}\n" in sources.get(file.name, f"\n{text}\n")
    blocks = sum(len(re.findall(r"^(?:message|enum) ", text, re.MULTILINE)) for text in sources.values())
    assert blocks == sum(
        len(file.message_type) + len(file.enum_type) for file in files if not file.name.startswith("google/")
    )


# -- tensors -----------------------------------------------------------------------------------------------

DTYPES = [
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
    "uint64", "bool", "complex64", "complex128", "string", "qint8", "qint32",
]  # fmt: skip


@pytest.mark.parametrize("shape", [[], [1], [3], [2, 2], [0, 2]])
@pytest.mark.parametrize("name", DTYPES)
def test_tensors_come_back(name, shape):
    dtype = tf.as_dtype(name)
    count = int(np.prod(shape))
    if name == "string":
        array = np.array([b"a\0b", b"", b"c", b"\xff"], object)[:count].reshape(shape)
    else:
        array = np.array([1, 0, 1, 3])[:count].astype(dtype.np).reshape(shape)
    back = tf.make_ndarray(protos.TensorProto.FromString(_proto(array, dtype).SerializeToString()))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


def _proto(array, dtype):
    from flowgraph.protos.tensors import of_array

    return of_array(array, dtype)


def test_short_lists_are_filled_up():
    proto = tf.make_tensor_proto(7, shape=[2, 2])
    np.testing.assert_array_equal(tf.make_ndarray(proto), [[7, 7], [7, 7]])
    few = protos.TensorProto(dtype=3, int_val=[1, 2])
    few.tensor_shape.dim.add().size = 4
    np.testing.assert_array_equal(tf.make_ndarray(few), [1, 2, 2, 2])


def test_wrong_sizes_are_refused():
    proto = tf.make_tensor_proto([1.0, 2.0])
    proto.tensor_content = b"123"
    with pytest.raises(ValueError):
        tf.make_ndarray(proto)
    with pytest.raises(TypeError, match="Unsupported tensor type"):
        tf.make_ndarray(protos.TensorProto(dtype=20))


@pytest.mark.parametrize(
    ("wanted", "line"),
    [  # as TensorFlow 1.15.5 says them
        ("nope", "Requested return node 'nope' not found in graph def"),
        ("", "Requested return node '' not found in graph def"),
        ("^x", "Requested return node '^x' not found in graph def"),
        ("nope:3", "Requested return tensor 'nope:3' not found in graph def"),
        ("x:7", "Invalid return output 7 of node 'x', which has 1 output(s)"),
        ("x:0:0", "Cannot convert 'x:0:0' to a tensor name."),
    ],
)
def test_what_is_asked_for_must_be_there(wanted, line):
    with tf.Graph().as_default() as graph:
        tf.placeholder(tf.float32, name="x")
    with tf.Graph().as_default(), pytest.raises(ValueError, match=f"^{re.escape(line)}(\n|$)"):
        tf.import_graph_def(graph.as_graph_def(), return_elements=[wanted])


def test_an_op_is_printed_as_its_node():
    with tf.Graph().as_default():
        parts, other = tf.split([1.0, 2.0], 2), tf.no_op(name="a")
        with tf.control_dependencies([other]):
            last = tf.identity(parts[1], name="b")
    assert str(last.op) == (
        'name: "b"\nop: "Identity"\ninput: "split:1"\ninput: "^a"\n'
        'attr {\n  key: "T"\n  value {\n    type: DT_FLOAT\n  }\n}\n'
    )
