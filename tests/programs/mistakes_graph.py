"""Mistakes with graphs, names, scopes and symbolic tensors."""

from __future__ import annotations

import numpy as np

NAMES = {
    "op_name_with_space": lambda tf: tf.constant(1.0, name="a b"),
    "op_name_with_dash_first": lambda tf: tf.constant(1.0, name="-a"),
    "op_name_with_colon": lambda tf: tf.constant(1.0, name="a:0"),
    "op_name_empty_in_graph": lambda tf: tf.placeholder(tf.float32, name="1 2"),
    "op_name_number": lambda tf: tf.constant(1.0, name=3),
    "scope_name_with_space": lambda tf: tf.name_scope("a b").__enter__(),
    "scope_name_with_underscore_first": lambda tf: tf.name_scope("_a").__enter__(),
    "name_scope_without_anything": lambda tf: tf.name_scope(None, None, [1.0]).__enter__(),
    "variable_scope_none": lambda tf: tf.variable_scope(None).__enter__(),
    "variable_scope_number": lambda tf: tf.variable_scope(3).__enter__(),
    "variable_scope_reuse_text": lambda tf: tf.variable_scope("a", reuse="yes").__enter__(),
    "default_name_with_reuse": lambda tf: tf.variable_scope(None, default_name="a", reuse=True).__enter__(),
    "device_unknown": lambda tf: _in_device(tf, "/nonsense:0"),
    "device_malformed": lambda tf: _in_device(tf, "gpu 0"),
    "device_of_number": lambda tf: _in_device(tf, 3),
}


def _in_device(tf, device):
    with tf.device(device):
        tf.constant(1.0)


LOOKUPS = {
    "tensor_name_missing": lambda tf: tf.get_default_graph().get_tensor_by_name("x:0"),
    "tensor_name_without_output": lambda tf: tf.get_default_graph().get_tensor_by_name("x"),
    "tensor_name_bad_output": lambda tf: tf.get_default_graph().get_tensor_by_name("x:y"),
    "tensor_name_number": lambda tf: tf.get_default_graph().get_tensor_by_name(3),
    "operation_name_missing": lambda tf: tf.get_default_graph().get_operation_by_name("x"),
    "operation_name_number": lambda tf: tf.get_default_graph().get_operation_by_name(3),
    "graph_element_missing": lambda tf: tf.get_default_graph().as_graph_element("x"),
    "graph_element_number": lambda tf: tf.get_default_graph().as_graph_element(5),
    "graph_element_nothing_allowed": lambda tf: tf.get_default_graph().as_graph_element("x", False, False),
}


def tensor_output_out_of_range(tf):
    tf.constant(1.0, name="x")
    tf.get_default_graph().get_tensor_by_name("x:1")


def operation_wanted_name_of_tensor(tf):
    tf.constant(1.0, name="x")
    tf.get_default_graph().get_operation_by_name("x:0")


def graph_element_of_other_graph(tf):
    x = tf.constant(1.0, name="x")
    tf.Graph().as_graph_element(x)


def operation_of_other_graph(tf):
    x = tf.constant(1.0, name="x")
    tf.Graph().as_graph_element(x.op)


def tensor_is_no_operation(tf):
    x = tf.constant(1.0, name="x")
    tf.get_default_graph().as_graph_element(x, allow_tensor=False)


def finalized(tf):
    tf.get_default_graph().finalize()
    tf.constant(1.0)


def tensors_of_two_graphs(tf):
    a = tf.constant(1.0)
    with tf.Graph().as_default():
        b = tf.constant(1.0)
        tf.add(a, b)


def tensor_of_other_graph_alone(tf):
    a = tf.constant(1.0)
    with tf.Graph().as_default():
        tf.identity(a)
        b = tf.constant(2.0)
        tf.multiply(b, a, name="product")


def control_dependency_of_other_graph(tf):
    a = tf.constant(1.0, name="a")
    with tf.Graph().as_default(), tf.control_dependencies([a]):
        tf.constant(1.0)


def control_dependency_number(tf):
    with tf.control_dependencies([3]):
        tf.no_op()


def control_dependency_missing_name(tf):
    with tf.control_dependencies(["missing"]):
        tf.no_op()


def control_dependency_none_inside(tf):
    with tf.control_dependencies([None]):
        tf.no_op()


def group_of_number(tf):
    tf.group(3)


def tuple_of_nothing(tf):
    tf.tuple([None])


def tuple_with_bad_control(tf):
    tf.tuple([tf.constant(1.0)], control_inputs=[3])


def reset_while_nested(tf):
    tf.reset_default_graph()


def collection_name_missing(tf):
    tf.add_n(tf.get_collection("losses"))


def gradient_registered_twice(tf):
    tf.RegisterGradient("MistakenTwice")(lambda op, grad: grad)
    tf.RegisterGradient("MistakenTwice")(lambda op, grad: grad)


def gradient_map_of_text(tf):
    with tf.get_default_graph().gradient_override_map({"Square": 3}):
        pass


TENSORS_ARE_SYMBOLIC = {
    "bool_of_tensor": lambda tf: bool(tf.constant(True)),
    "not_tensor": lambda tf: not tf.constant(True),
    "and_of_tensors": lambda tf: tf.constant(True) and tf.constant(False),
    "chained_comparison": lambda tf: 0.0 < tf.constant(1.0) < 2.0,
    "if_comparison": lambda tf: 1 if tf.constant(1.0) > 0.0 else 0,
    "max_of_tensors": lambda tf: max(tf.constant(1.0), tf.constant(2.0)),
    "for_in_tensor": lambda tf: list(tf.constant([1.0, 2.0])),
    "unpack_tensor": lambda tf: _unpack(tf.constant([1.0, 2.0])),
    "for_in_placeholder": lambda tf: list(tf.placeholder(tf.float32)),
    "for_in_scalar": lambda tf: list(tf.constant(1.0)),
    "len_of_tensor": lambda tf: len(tf.constant([1.0, 2.0])),
    "int_of_tensor": lambda tf: int(tf.constant(1)),
    "float_of_tensor": lambda tf: float(tf.constant(1.0)),
    "range_of_tensor": lambda tf: range(tf.constant(3)),
    "list_index_tensor": lambda tf: [1, 2, 3][tf.constant(0)],
    "list_times_tensor": lambda tf: range(3)[: tf.constant(1)],
    "numpy_of_tensor": lambda tf: np.array(tf.constant([1.0, 2.0])),
    "numpy_function_of_tensor": lambda tf: np.sqrt(tf.constant(4.0)),
    "numpy_zeros_of_tensor": lambda tf: np.zeros(tf.constant(3)),
    "item_assignment": lambda tf: _assign_item(tf.zeros([3])),
    "shape_assignment": lambda tf: setattr(tf.zeros([3]), "shape", [3]),
    "tensor_called": lambda tf: tf.constant(1.0)(2.0),
    "attribute_missing": lambda tf: tf.constant(1.0).numpyy,
    "eval_without_session": lambda tf: tf.constant(1.0).eval(),
    "run_without_session": lambda tf: tf.no_op().run(),
    "bool_of_variable": lambda tf: bool(tf.Variable(True)),
    "for_in_variable": lambda tf: list(tf.Variable([1.0, 2.0])),
    "len_of_variable": lambda tf: len(tf.Variable([1.0, 2.0])),
    "while_tensor": lambda tf: _while(tf.constant(1) < 2),
    "name_of_tensor_set": lambda tf: setattr(tf.constant(1.0), "name", "x"),
    "percent_format": lambda tf: "%f" % tf.constant(1.0),
    "in_tensor": lambda tf: 1.0 in tf.constant([1.0]),
    "round_of_tensor": lambda tf: round(tf.constant(1.5)),
    "sum_of_tensor": lambda tf: sum(tf.constant([1.0, 2.0])),
}


def _unpack(tensor):
    a, b = tensor
    return a, b


def _assign_item(tensor):
    tensor[0] = 1.0


def _while(condition):
    while condition:
        pass


def eval_in_session_of_other_graph(tf):
    x = tf.constant(1.0)
    with tf.Session(graph=tf.Graph()) as session:
        x.eval(session=session)


def eval_in_default_session_of_other_graph(tf):
    x = tf.constant(1.0)
    with tf.Session(graph=tf.Graph()):
        x.eval()


def run_op_in_session_of_other_graph(tf):
    op = tf.no_op()
    with tf.Session(graph=tf.Graph()) as session:
        op.run(session=session)


STATIC_SHAPES = {
    "set_shape_of_other_rank": lambda tf: tf.zeros([2, 3]).set_shape([6]),
    "set_shape_of_other_size": lambda tf: tf.placeholder(tf.float32, [None, 3]).set_shape([2, 4]),
    "as_list_of_unknown": lambda tf: tf.placeholder(tf.float32).get_shape().as_list(),
    "len_of_unknown_shape": lambda tf: len(tf.placeholder(tf.float32).shape),
    "int_of_unknown_dimension": lambda tf: int(tf.placeholder(tf.float32, [None]).shape[0]),
    "range_of_unknown_dimension": lambda tf: range(tf.placeholder(tf.float32, [None]).shape[0]),
    "zeros_of_unknown_dimension": lambda tf: tf.zeros([tf.placeholder(tf.float32, [None]).shape[0], 2]),
    "reshape_to_unknown_dimension": lambda tf: tf.reshape(
        tf.zeros([4]), [tf.placeholder(tf.float32, [None]).shape[0], 2]
    ),
    "random_normal_of_none": lambda tf: tf.random_normal([None, 3]),
    "zeros_of_none": lambda tf: tf.zeros([None, 3]),
    "variable_of_unknown_shape": lambda tf: tf.Variable(tf.placeholder(tf.float32)),
    "shape_from_text": lambda tf: tf.placeholder(tf.float32, "abc"),
    "shape_negative": lambda tf: tf.placeholder(tf.float32, [-2, 3]),
    "shape_of_floats": lambda tf: tf.placeholder(tf.float32, [2.5]),
    "merge_shapes": lambda tf: tf.TensorShape([2, 3]).merge_with([3, 3]),
    "with_rank": lambda tf: tf.TensorShape([2, 3]).with_rank(3),
    "assert_rank": lambda tf: tf.TensorShape([2]).assert_has_rank(3),
    "assert_compatible": lambda tf: tf.TensorShape([2]).assert_is_compatible_with([3]),
    "fully_defined": lambda tf: tf.TensorShape([None]).assert_is_fully_defined(),
    "shape_index_out_of_range": lambda tf: tf.zeros([2, 3]).shape[2],
    "unstack_unknown": lambda tf: tf.unstack(tf.placeholder(tf.float32, [None, 3])),
    "unstack_unknown_rank": lambda tf: tf.unstack(tf.placeholder(tf.float32)),
    "split_unknown": lambda tf: tf.split(tf.zeros([2]), tf.placeholder(tf.int32)),
    "broadcast_static": lambda tf: tf.broadcast_static_shape(tf.TensorShape([2]), tf.TensorShape([3])),
}
