"""Members of TF's classes that few scripts ask for."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import flowgraph as tf


def test_create_op_adds_the_op_that_its_function_adds():
    with tf.Graph().as_default() as graph, tf.name_scope("s"):
        x = tf.placeholder(tf.float32, [2, 3])
        product = graph.create_op("MatMul", [x, x], [tf.float32], name="m", attrs={"transpose_b": True})
        joined = graph.create_op("ConcatV2", [x, x, tf.constant(0)], attrs={"N": 2})
    assert (product.name, product.outputs[0].shape.as_list(), product.get_attr("transpose_b")) == ("s/m", [2, 2], True)
    assert (joined.name, joined.outputs[0].shape.as_list(), len(joined.inputs)) == ("s/ConcatV2", [4, 3], 3)


@pytest.mark.parametrize(
    ("op_type", "inputs", "options", "error", "line"),
    [
        ("Nope", [], {}, tf.errors.NotFoundError, "Op type not registered 'Nope'"),
        ("Neg", [1], {}, TypeError, "Input #0 is not a tensor: 1"),
        ("Neg", ["x"], {"input_types": [tf.int32]}, TypeError, "not compatible with expected types"),
        ("Neg", ["x"], {"dtypes": [tf.int32]}, TypeError, "not compatible with expected types"),
        ("Neg", ["x"], {"attrs": {"T": tf.int32}}, TypeError, "make attr 'T'"),
        ("MatMul", ["x", "x"], {}, ValueError, "Dimensions must be equal, but are 3 and 2"),
    ],
)
def test_create_op_refuses(op_type, inputs, options, error, line):
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [2, 3])
        with pytest.raises(error, match=line):
            graph.create_op(op_type, [x if name == "x" else name for name in inputs], **options)


def test_an_op_can_be_made_in_a_graph_that_is_not_the_default():
    graph = tf.Graph()
    op = graph.create_op("Const", [], attrs={"value": np.float32(2.0), "dtype": tf.float32})
    assert op.graph is graph


def test_errors_keep_what_they_say():
    error = tf.errors.OpError(None, None, "words", tf.errors.ABORTED)
    with pytest.raises(AttributeError):
        error.message = "others"
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.error_code, again.op, again.node_def) == ("words", tf.errors.ABORTED, None, None)


def make(graph):
    with graph.as_default():
        return tf.constant(1.0).op


def test_tracebacks_name_the_function():
    op = make(tf.Graph())
    (frame,) = op.traceback_with_start_lines
    assert frame[:4] == op.traceback[0]
    assert frame[2:4] == ("make", "return tf.constant(1.0).op")
    assert frame[1] - frame[4] == 2


def test_small_members():
    assert tf.name_scope("a").name == "a"
    assert tf.name_scope(None, "b").name == "b"
    assert {"__add__", "__radd__", "__getitem__", "__eq__", "__abs__"} < tf.Tensor.OVERLOADABLE_OPERATORS
    assert not tf.Graph().building_function
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(5)
    assert graph.seed == 5


def test_attrs_are_of_the_types_that_tensorflow_gives():
    with tf.Graph().as_default():
        queue = tf.FIFOQueue(3, [tf.float32, tf.int32], shapes=[[], [2]])
        image = tf.placeholder(tf.float32, [None, 3, 3, 1])
        anything, pair = tf.placeholder(tf.float32), tf.constant([1, 2])
        pool = tf.nn.max_pool(image, [1, 2, 2, 1], [1, 2, 2, 1], "SAME").op
        squeezed = tf.squeeze(image).op
    assert (pool.get_attr("ksize"), pool.get_attr("padding"), pool.get_attr("T")) == ([1, 2, 2, 1], b"SAME", tf.float32)
    assert squeezed.get_attr("squeeze_dims") == []
    assert queue.queue_ref.op.get_attr("component_types") == [tf.float32, tf.int32]
    assert [tf.TensorShape(shape).as_list() for shape in queue.queue_ref.op.get_attr("shapes")] == [[], [2]]
    assert tf.TensorShape(image.op.get_attr("shape")).as_list() == [None, 3, 3, 1]
    assert anything.op.get_attr("shape").unknown_rank
    assert tf.make_ndarray(pair.op.get_attr("value")).tolist() == [1, 2]
    with pytest.raises(ValueError, match="Operation 'Const' has no attr named 'ksize'"):
        pair.op.get_attr("ksize")
