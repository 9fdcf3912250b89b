"""Functions in GraphDefs: written as TensorFlow 1.15.5 writes them, and read from what it wrote."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict

import flowgraph as tf
from flowgraph.session import ENGINES
from tests.golden import function_cases as cases

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = json.loads((FOLDER / "functions.json").read_text())
CALLS = [name for name, golden in GOLDEN.items() if "values" in golden]
SENT = [name for name in cases.CASES if name not in cases.OF_THE_PROCESS]


def read(name):
    definition = tf.GraphDef()
    definition.ParseFromString((FOLDER / "functions" / f"{name}.pb").read_bytes())
    return definition


def by_name(definition):
    return {function.signature.name: function for function in definition.library.function}


@pytest.mark.parametrize("name", [name for name in cases.CASES if name not in cases.WITH_BRANCHES])
def test_the_library_is_tensorflows(name):
    definition = cases.build(tf, cases.CASES[name]).as_graph_def()
    assert cases.told(MessageToDict, definition) == GOLDEN[name]["library"]
    assert (definition.versions.producer, definition.versions.min_consumer) == (134, 12)


@pytest.mark.parametrize("name", cases.CASES)
def test_the_same_elements(name):
    assert cases.run(tf, cases.build(tf, cases.CASES[name])) == GOLDEN[name]["rows"]


@pytest.mark.parametrize("name", SENT)
def test_what_tensorflow_wrote_runs_here(name):
    assert cases.run_imported(tf, read(name)) == GOLDEN[name]["rows"]


@pytest.mark.parametrize("name", [*SENT, *CALLS])
def test_what_was_read_is_written_as_it_was(name):
    golden = read(name)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(golden, name="")
    again = graph.as_graph_def()
    assert by_name(again) == by_name(golden)
    assert graph._functions.keys() == by_name(golden).keys()
    assert again.library.gradient == golden.library.gradient
    assert list(again.node) == list(golden.node)
    assert again.versions == golden.versions


@pytest.mark.parametrize("name", cases.CASES)
def test_our_graphs_go_into_others(name):
    """Next to functions of the same Python names, with the Python functions of this process."""
    graph = cases.build(tf, cases.CASES[name])
    definition = tf.GraphDef.FromString(graph.as_graph_def().SerializeToString())
    with tf.Graph().as_default() as other:
        tf.data.Dataset.range(3).map(lambda x: x * 100)
        tf.import_graph_def(definition, name="")
        tf.import_graph_def(definition, name="again")  # the same functions once more
    assert cases.run(tf, other) == GOLDEN[name]["rows"]
    assert by_name(definition).items() <= by_name(other.as_graph_def()).items()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CALLS)
def test_calls(name, engine):
    golden = GOLDEN[name]["values"]
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Graph().as_default() as graph, tf.Session(config=config) as session:
        tf.import_graph_def(read(name), name="")
        session.run([op for op in graph.get_operations() if op.type == "AssignVariableOp"])
        found = session.run([f"y{i}:0" for i in range(len(golden))], {"x:0": 1.5})
    for ours, theirs in zip(found, golden, strict=True):
        np.testing.assert_allclose(ours, theirs, 1e-6)


def test_gradients_of_an_imported_call():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(read("defun"), name="")
        x, y = (session.graph.get_tensor_by_name(name) for name in ("x:0", "y0:0"))
        gradient = tf.gradients(y, x)[0]
        assert gradient.op.type == "AddN"
        np.testing.assert_allclose(session.run(gradient, {x: 1.5}), GOLDEN["defun"]["values"][1], 1e-6)


def test_meta_graphs_and_saved_models_take_pipelines_along(tmp_path):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        cases.mapped(tf)
        session.run(tf.global_variables_initializer())
        tf.train.export_meta_graph(str(tmp_path / "graph.meta"))
        tf.train.write_graph(graph, str(tmp_path), "graph.pbtxt")
        builder = tf.saved_model.builder.SavedModelBuilder(str(tmp_path / "model"))
        builder.add_meta_graph_and_variables(session, ["serve"])
        builder.save()
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(str(tmp_path / "graph.meta"))
        assert cases.run(tf, graph) == GOLDEN["mapped"]["rows"]
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], str(tmp_path / "model"))
        for _ in range(2):  # from the beginning, and again
            session.run("begin")
            assert [session.run("y:0").tolist() for _ in range(4)] == GOLDEN["mapped"]["rows"]
    from google.protobuf import text_format

    definition = text_format.Parse((tmp_path / "graph.pbtxt").read_text(), tf.GraphDef())
    assert cases.run_imported(tf, definition) == GOLDEN["mapped"]["rows"]
    sub = tf.graph_util.extract_sub_graph(definition, ["y", "begin"])
    assert by_name(sub) == by_name(definition)


# -- what is not well formed ---------------------------------------------------------------------------------


def rename(function, name):
    function.signature.name = name


def add_argument(function, name="c"):
    function.signature.input_arg.add(name=name, type=9)


def nodes_of(definition, op):
    return next(node for node in definition.node if node.op == op)


def call_map(definition, name):
    nodes_of(definition, "MapDataset").attr["f"].func.name = name


def change(attribute, value):
    def changed(definition, function):
        node = next(node for node in function.node_def if node.op == "Mul")
        if attribute == "input":
            node.input[0] = value
        elif attribute == "op":
            node.op = value
        else:
            node.name = value

    return changed


def recursive(definition, function):
    function.node_def.add(name="more", op=function.signature.name, input=["args_0", "mul_factor"])


MISTAKES = {
    "an unknown input": (change("input", "nope"), "InvalidArgumentError", "input nope is not found: {{node mul}}"),
    "no such output": (change("input", "mul:z:7"), "InvalidArgumentError", "input mul:z:7 is not found: {{node mul}}"),
    "no output's name": (change("input", "mul"), "InvalidArgumentError", "input mul is not found: {{node mul}}"),
    "a cycle": (change("input", "mul:z:0"), "InvalidArgumentError", "2 nodes in a cycle"),
    "an unknown op": (change("op", "Nix"), "NotFoundError", "Op type not registered 'Nix' in binary running on"),
    "a name twice": (change("name", "Identity"), "InvalidArgumentError", "input mul:z:0 is not found"),
    "a bad name": (
        lambda _, function: function.node_def.add(name="a b", op="NoOp"),
        "InvalidArgumentError",
        "Node 'a b': Node name contains invalid characters",
    ),
    "no attrs": (
        lambda _, function: function.node_def[0].attr.clear(),
        "NotFoundError",
        "type attr not found: T",
    ),
    "another dtype": (
        lambda _, function: setattr(function.signature.input_arg[0], "type", 3),
        "InvalidArgumentError",
        "input x[0] expected type int64 != int32, the type of args_0[0]",
    ),
    "nothing returned": (
        lambda _, function: function.ret.clear(),
        "InvalidArgumentError",
        "Return identity missing.",
    ),
    "something else returned": (
        lambda _, function: function.ret.update({"identity": "nope:z:0"}),
        "InvalidArgumentError",
        "Return identity -> nope:z:0 is not found.",
    ),
    "an argument more": (
        lambda _, function: add_argument(function),
        "InvalidArgumentError",
        "{{function_node __inference_Dataset_map_<lambda>_0}} Expects arg[2] to be int64 but INVALID is provided",
    ),
    "an argument twice": (
        lambda _, function: add_argument(function, "args_0"),
        "InvalidArgumentError",
        "Node 'args_0' is not unique",
    ),
    "a missing function": (
        lambda definition, _: call_map(definition, "Nix"),
        "FailedPreconditionError",
        "Could not find required function definition Nix",
    ),
    "a result more": (
        lambda _, function: (
            function.signature.output_arg.add(name="two", type=9),
            function.ret.update({"two": "Identity:output:0"}),
        ),
        "InvalidArgumentError",
        "Expected an element of 1 components, but got 2.",
    ),
    "a function of itself": (
        recursive,
        "InvalidArgumentError",
        "Function __inference_Dataset_map_<lambda>_0 calls itself, and so would never end.",
    ),
    "an attr of the function": (
        lambda _, function: function.signature.attr.add(name="T", type="type"),
        "InvalidArgumentError",
        "Function __inference_Dataset_map_<lambda>_0 has attrs (T), which flowgraph cannot fill in.",
    ),
}


def simple():
    """A map over a range whose function is called ..._0."""
    with tf.Graph().as_default() as graph:
        factor = tf.constant(2, tf.int64, name="factor")
        cases.of_dataset(tf, tf.data.Dataset.range(3).map(lambda x: x * factor))
    definition = graph.as_graph_def()
    rename(definition.library.function[0], "__inference_Dataset_map_<lambda>_0")
    call_map(definition, "__inference_Dataset_map_<lambda>_0")
    return definition


def begin_and_take(session):
    session.run("begin")
    session.run("y:0")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("what", MISTAKES)
def test_mistakes_in_a_body_show_when_it_is_called(what, engine):
    spoil, kind, line = MISTAKES[what]
    definition = simple()
    spoil(definition, definition.library.function[0])
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        tf.import_graph_def(definition, name="")
        with pytest.raises(tf.errors.OpError) as caught:
            begin_and_take(session)
    assert type(caught.value).__name__ == kind
    assert caught.value.message.startswith(line)


def double(definition):
    definition.library.function.add().CopyFrom(definition.library.function[0])
    definition.library.function[1].node_def[0].op = "Add"


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (double, "Cannot add function '{0}' because a different function with the same name already exists."),
        (
            lambda definition: rename(definition.library.function[0], "Mul"),
            "Cannot add function 'Mul' because an op with the same name already exists.",
        ),
        (
            lambda definition: definition.library.gradient.add(function_name="{0}", gradient_func="Nix"),
            "FunctionDefLibrary missing '{0}' FunctionDef",
        ),
        (
            lambda definition: definition.library.gradient.add(
                function_name="__inference_Dataset_map_<lambda>_0", gradient_func="__inference_Dataset_map_<lambda>_0"
            ),
            "FunctionDefLibrary contains cyclic gradient functions!",
        ),
    ],
)
def test_mistakes_of_the_library_show_at_once(spoil, line):
    definition = simple()
    spoil(definition)
    with tf.Graph().as_default() as graph:
        with pytest.raises(ValueError) as caught:
            tf.import_graph_def(definition, name="")
        assert not graph.as_graph_def().library.function
    name = "{0}" if "missing" in line else "__inference_Dataset_map_<lambda>_0"
    assert str(caught.value).startswith(line.replace("{0}", name))


def test_a_call_with_other_arguments_is_refused():
    definition = read("defun")
    both = by_name(definition)["Both"]
    add_argument(both)
    with tf.Graph().as_default(), pytest.raises(ValueError, match="expected inputs 'float, float, int64' do not match"):
        tf.import_graph_def(definition, name="")
    definition = read("defun")
    del definition.library.function[:]
    with tf.Graph().as_default(), pytest.raises(tf.errors.NotFoundError, match="Op type not registered 'Both'"):
        tf.import_graph_def(definition, name="")


def test_a_function_may_call_itself_where_it_comes_to_an_end():
    """1.5 + 0.5 + the end, through an If; and one that never ends is stopped."""
    definition = read("defun")
    squared = by_name(definition)["Squared"]
    end = squared.signature.output_arg[0].name
    rest = definition.library.function.add()
    rest.CopyFrom(squared)
    del rest.node_def[:]
    rest.signature.name = "Rest"
    argument = rest.signature.input_arg[0].name
    one = rest.node_def.add(name="one", op="Const")
    one.attr["dtype"].type = 1
    one.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.float32(1.0)))
    less = rest.node_def.add(name="less", op="Sub", input=[argument, "one:output:0"])
    less.attr["T"].type = 1
    positive = rest.node_def.add(name="positive", op="Greater", input=[argument, "one:output:0"])
    positive.attr["T"].type = 1
    inner = rest.node_def.add(name="inner", op="If", input=["positive:z:0", "less:z:0"])
    inner.attr["Tcond"].type = 10
    inner.attr["Tin"].list.type.append(1)
    inner.attr["Tout"].list.type.append(1)
    inner.attr["then_branch"].func.name = "Rest"
    inner.attr["else_branch"].func.name = "Squared"
    added = rest.node_def.add(name="added", op="Add", input=[argument, "inner:output:0"])
    added.attr["T"].type = 1
    rest.ret[end] = "added:z:0"
    definition.node.add(name="r", op="Rest", input=["x"])
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(definition, name="")
        assert session.run("r:0", {"x:0": 1.5}) == 1.5 + 0.5 + (-0.5) ** 2
        with pytest.raises(tf.errors.ResourceExhaustedError, match="call each other"):
            session.run("r:0", {"x:0": 1000.0})
