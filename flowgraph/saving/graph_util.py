"""GraphDefs made smaller: what some outputs need, without variables, without what only training needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import protos
from flowgraph.dtypes import as_dtype
from flowgraph.ir.graph import Graph
from flowgraph.ir.tensor import Operation
from flowgraph.platform.logs import info
from flowgraph.protos.tensors import make_tensor_proto
from flowgraph.shapes import TensorShape

_ON_THE_WAY = ("Switch", "Enter", "Exit", "Identity", "Merge", "NextIteration")
"""What may stand between a resource variable and those who read it."""
_OF_VARIABLES = (
    "Assign", "AssignAdd", "AssignSub", "Queue", "ScatterAdd", "ScatterSub", "ScatterUpdate", "TruncatedNormal",
    "Variable", "VariableV2",
)  # fmt: skip


def _node_of(text: str) -> str:
    """The node that an input of a NodeDef names."""
    return text.removeprefix("^").partition(":")[0]


def extract_sub_graph(graph_def: Any, dest_nodes: Sequence[str]) -> Any:
    """The nodes of a GraphDef that some of them need, themselves included, in their order.

    Args:
      graph_def: a `tf.GraphDef`.
      dest_nodes: the names of the nodes.

    Returns:
      A new GraphDef.

    Raises:
      TypeError: `graph_def` is no GraphDef, or `dest_nodes` no list.
      AssertionError: a name is not that of a node.

    >>> x = tf.constant(1.0, name="x")
    >>> y = tf.negative(x, name="y")
    >>> z = tf.exp(x, name="z")
    >>> [node.name for node in extract_sub_graph(tf.get_default_graph().as_graph_def(), ["z"]).node]
    ['x', 'z']
    """
    if not isinstance(graph_def, protos.message("GraphDef")):
        raise TypeError("graph_def must be a graph_pb2.GraphDef proto.")
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list.")
    nodes = {node.name: node for node in graph_def.node}
    for name in dest_nodes:
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph")
    kept: set[str] = set()
    waiting = list(dest_nodes)
    while waiting:
        name = waiting.pop()
        if name not in kept and name in nodes:
            kept.add(name)
            waiting += map(_node_of, nodes[name].input)
            waiting += _neighbours(nodes[name])
    found = protos.message("GraphDef")(library=graph_def.library, versions=graph_def.versions)
    found.node.extend(node for node in graph_def.node if node.name in kept)
    return found


def _neighbours(node: Any) -> list[str]:
    """The nodes beside which it stands: without them its attr `_class` would name what is not there."""
    if "_class" not in node.attr:
        return []
    groups = [text.decode() for text in node.attr["_class"].list.s]
    return [text.removeprefix("loc:@") for text in groups if text.startswith("loc:@")]


# -- variables become constants ----------------------------------------------------------------------------


def convert_variables_to_constants(
    sess: Any,
    input_graph_def: Any,
    output_node_names: Sequence[str],
    variable_names_whitelist: Collection[str] | None = None,
    variable_names_blacklist: Collection[str] | None = None,
) -> Any:
    """Freeze a graph: what some outputs need, with the values of variables as constants.

    Args:
      sess: a session that has the values.
      input_graph_def: the GraphDef of its graph.
      output_node_names: the names of the nodes that are wanted.
      variable_names_whitelist: only these variables become constants; None: all.
      variable_names_blacklist: these do not.

    Returns:
      A new GraphDef.

    >>> w = tf.Variable(3.0, name="w")
    >>> y = tf.multiply(w, 2.0, name="y")
    >>> with tf.Session() as sess:
    ...     _ = sess.run(w.initializer)
    ...     frozen = convert_variables_to_constants(sess, sess.graph.as_graph_def(), ["y"])
    >>> [(node.op, node.name) for node in frozen.node]
    [('Const', 'w'), ('Identity', 'w/read'), ('Const', 'y/y'), ('Mul', 'y')]
    """
    graph_def = extract_sub_graph(input_graph_def, output_node_names)
    nodes = {node.name: node for node in graph_def.node}
    variables = [
        node
        for node in graph_def.node
        if node.op in ("Variable", "VariableV2", "VarHandleOp")
        and (variable_names_whitelist is None or node.name in variable_names_whitelist)
        and (variable_names_blacklist is None or node.name not in variable_names_blacklist)
    ]
    suffix = {"VarHandleOp": "/Read/ReadVariableOp:0"}
    values = sess.run([node.name + suffix.get(node.op, ":0") for node in variables]) if variables else []
    info("Froze %d variables.", len(values))
    arrays = {node.name: value for node, value in zip(variables, values, strict=True)}
    carried = _handles_on_the_way(nodes)
    frozen = protos.message("GraphDef")(library=graph_def.library)
    for node in graph_def.node:
        frozen.node.extend(_frozen(node, arrays, carried))
    info("Converted %d variables to const ops.", len(arrays))
    return frozen


def _handles_on_the_way(nodes: dict[str, Any]) -> dict[str, Any]:
    """The nodes that pass handles of variables on, and as an attr the dtype of what is read there."""
    found: dict[str, Any] = {}
    for node in nodes.values():
        waiting = [_node_of(node.input[0])] if node.op in ("ReadVariableOp", "ResourceGather") else []
        while waiting:
            source = nodes[waiting.pop()]
            if source.op in _ON_THE_WAY and source.name not in found:
                found[source.name] = node.attr["dtype"]
                count = 2 if source.op == "Merge" else 1
                waiting += [_node_of(text) for text in source.input[:count]]
            elif source.op not in (*_ON_THE_WAY, "VarHandleOp"):
                raise ValueError("Cannot find the variable that is an input to the ReadVariableOp.")
    return found


def _frozen(node: Any, arrays: dict[str, Any], carried: dict[str, Any]) -> Iterable[Any]:
    """What stands in the frozen graph for a node."""
    if node.name in arrays:
        array = arrays[node.name]
        return [_constant(node.name, node.attr["dtype"], array, array.shape)]
    new = protos.message("NodeDef")(name=node.name, op=node.op)
    if node.name in carried:
        new.CopyFrom(node)
        new.attr.pop("_output_shapes", None)
        new.attr["T"].CopyFrom(carried[node.name])
        return [new]
    if node.op not in ("ReadVariableOp", "ResourceGather"):
        return [node]
    if "_class" in node.attr:
        new.attr["_class"].CopyFrom(node.attr["_class"])
    if node.op == "ReadVariableOp":
        new.op = "Identity"
        new.input.append(node.input[0])
        new.attr["T"].CopyFrom(node.attr["dtype"])
        return [new]
    if node.attr["batch_dims"].i != 0:
        raise ValueError("batch_dims != 0 is not supported by freeze_graph.")
    axis = _constant(f"{node.name}/axis", node.attr["Tindices"], 0, None)
    new.op = "GatherV2"
    new.input.extend([*node.input[:2], axis.name])
    for name, source in {"Tparams": "dtype", "Tindices": "Tindices", "Taxis": "Tindices"}.items():
        new.attr[name].CopyFrom(node.attr[source])
    return [axis, new]


def _constant(name: str, dtype: Any, value: Any, shape: Any) -> Any:
    node = protos.message("NodeDef")(name=name, op="Const")
    node.attr["dtype"].CopyFrom(dtype)
    node.attr["value"].tensor.CopyFrom(make_tensor_proto(value, dtype.type, shape))
    return node


# -- what only training needs ------------------------------------------------------------------------------


def remove_training_nodes(input_graph: Any, protected_nodes: Collection[str] | None = None) -> Any:
    """A GraphDef without its CheckNumerics nodes and without Identity nodes that no control edge touches.

    Who took their output takes their input instead. (TF 1.15 leaves the users of a CheckNumerics without an input.)

    Args:
      input_graph: a `tf.GraphDef`.
      protected_nodes: names of nodes that stay.

    Returns:
      A new GraphDef.
    """
    protected = set(protected_nodes or ())
    controlling = {_node_of(text) for node in input_graph.node for text in node.input if text.startswith("^")}
    instead: dict[str, str] = {}
    for node in input_graph.node:
        waits = any(text.startswith("^") for text in node.input)
        is_idle = node.op == "Identity" and not waits and node.name not in controlling
        if (is_idle or node.op == "CheckNumerics") and node.name not in protected:
            instead[node.name] = node.input[0]
    found = protos.message("GraphDef")()
    for node in input_graph.node:
        if node.name not in instead:
            inputs = [_behind(text, instead) for text in node.input]
            new = found.node.add()
            new.CopyFrom(node)
            del new.input[:]
            new.input.extend(dict.fromkeys(inputs) if any(text.startswith("^") for text in inputs) else inputs)
    return found


def _behind(text: str, instead: dict[str, str]) -> str:
    """What an input means once the nodes in between are gone."""
    control = "^" if text.startswith("^") else ""
    while _node_of(text) in instead:
        text = instead[_node_of(text)]
        text = control + _node_of(text) if control else text
    return text


# -- questions about nodes ---------------------------------------------------------------------------------


def must_run_on_cpu(node: Any, pin_variables_on_cpu: bool = False) -> bool:
    """Whether TF would keep a node off a GPU: integers and strings that steer others.

    Args:
      node: an Operation or a NodeDef.
      pin_variables_on_cpu: whether ops of variables count, too.
    """
    node = node.node_def if isinstance(node, Operation) else node
    if pin_variables_on_cpu and node.op in _OF_VARIABLES:
        return True
    attr, dtypes = {
        "Const": ("dtype", (dt.string, dt.int32)),
        "DynamicStitch": ("T", (dt.int32,)),
        "ParallelDynamicStitch": ("T", (dt.int32,)),
        "Cast": ("SrcT", (dt.int32,)),
    }.get(node.op, ("", ()))
    return bool(attr) and as_dtype(node.attr[attr].type) in dtypes


def tensor_shape_from_node_def_name(graph: Graph, input_name: str) -> TensorShape:
    """The static shape of the tensor that an input of a NodeDef names: 'mul', or 'split:1'."""
    name = input_name if ":" in input_name else f"{input_name}:0"
    found: TensorShape = graph.get_tensor_by_name(name).get_shape()
    return found
