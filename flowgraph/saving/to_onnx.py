"""Graphs to ONNX, the format that most libraries and runtimes for inference read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.graph_import import import_graph_def
from flowgraph.saving import onnx_arrays, onnx_layers, onnx_math
from flowgraph.saving.graph_util import convert_variables_to_constants
from flowgraph.saving.onnx_model import RULES, CannotExport, Model, element_type

OLDEST = 18
"""The oldest version of ONNX's ops that the rules write; earlier ones had axes in attributes."""
_ROOMS = (onnx_arrays, onnx_layers, onnx_math)  # where the rules stand


def to_onnx(graph: Any, outputs: Sequence[Any], session: Any = None, opset: int = OLDEST) -> Any:
    """What some tensors need of a graph as an ONNX model, an `onnx.ModelProto`.

    Its inputs are the placeholders that are needed, its outputs the tensors asked for; all keep their names, such as
    'x:0'. A placeholder with a default is that default. Random numbers are of the same distribution as here, but not
    the same.

    Args:
      graph: a Graph, or a frozen GraphDef.
      outputs: the tensors, or their names.
      session: has the variables' values, which become constants; not needed if there are none.
      opset: the version of ONNX's ops, 18 or later.

    Raises:
      ImportError: the library `onnx` is not installed.
      UnimplementedError: the graph needs ops for which there is no rule; they are all named.
      ValueError: there is no such version.
      KeyError: the graph has no such tensor.

    >>> x = tf.placeholder(tf.float32, [None, 3], name="x")
    >>> y = tf.nn.relu(tf.matmul(x, tf.ones([3, 2])), name="y")
    >>> model = tf.interop.to_onnx(tf.get_default_graph(), [y])
    >>> [node.op_type for node in model.graph.node], model.graph.input[0].name
    (['MatMul', 'Relu', 'Identity'], 'x:0')
    """
    try:
        import onnx
    except ImportError as error:
        line = "ONNX models are written by the library onnx, which is not installed."
        raise ImportError(errors.explain(line, mend="pip install onnx", where=user_site())) from error
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST <= opset <= newest:
        raise ValueError(errors.explain(f"opset must be between {OLDEST} and {newest}, not {opset}", where=user_site()))
    names = [output.name if isinstance(output, Tensor) else str(output) for output in outputs]
    names = [name if ":" in name else f"{name}:0" for name in names]
    frozen = _frozen(graph, names, session)
    wanted = [frozen.get_tensor_by_name(name) for name in names]
    model = Model()
    placeholders = _write(model, wanted)
    return _finished(model, placeholders, wanted, opset)


def _frozen(graph: Any, names: Sequence[str], session: Any) -> Graph:
    """A graph of what is needed, without variables."""
    definition = graph.as_graph_def() if isinstance(graph, Graph) else graph
    if session is not None:
        definition = convert_variables_to_constants(session, definition, [name.partition(":")[0] for name in names])
    found = Graph()
    with found.as_default():
        import_graph_def(definition, name="")
    return found


def _needed(outputs: Sequence[Tensor]) -> list[Operation]:
    """The ops that tensors need, in an order in which they can be written."""
    found: dict[Operation, None] = {}
    stack = [(tensor.op, False) for tensor in reversed(outputs)]
    begun: set[Operation] = set()
    while stack:
        op, is_ready = stack.pop()
        if is_ready:
            found[op] = None
        elif op not in begun:
            begun.add(op)
            stack.append((op, True))
            stack.extend((tensor.op, False) for tensor in reversed(op.inputs) if tensor.op not in begun)
    return list(found)


def _write(model: Model, wanted: Sequence[Tensor]) -> list[Tensor]:
    """Write all that is needed; gives the placeholders."""
    names: dict[Tensor, str] = {}
    placeholders, refused = [], []
    for op in _needed(wanted):
        model.scope = op.name
        if op.type == "Placeholder":
            placeholders.append(op.outputs[0])
            names[op.outputs[0]] = op.outputs[0].name
        elif op.type == "Const":
            names[op.outputs[0]] = model.constant(op.outputs[0].constant())
        elif op.type not in RULES:
            refused.append((op, "there is no rule for it"))
            names.update(dict.fromkeys(op.outputs, ""))
        else:
            try:
                found = RULES[op.type](model, op, [names[tensor] for tensor in op.inputs])
            except CannotExport as error:
                refused.append((op, str(error)))
                found = [""] * len(op.outputs)
            names.update(zip(op.outputs, [found] if isinstance(found, str) else found, strict=True))
    if refused:
        raise _refusal(refused)
    from onnx import helper

    for tensor in dict.fromkeys(wanted):
        if names[tensor] != tensor.name:
            model.nodes.append(
                helper.make_node("Identity", [names[tensor]], [tensor.name], name=f"output {tensor.name}")
            )
    return placeholders


def _refusal(refused: Sequence[tuple[Operation, str]]) -> Exception:
    kinds: dict[tuple[str, str], list[str]] = {}
    for op, why in refused:
        kinds.setdefault((op.type, why), []).append(op.name)
    details = [f"{kind}: {why} ({_listed(names)})" for (kind, why), names in sorted(kinds.items())]
    line = f"These ops cannot be written in ONNX: {', '.join(sorted({kind for kind, _ in kinds}))}"
    variables = {"VariableV2", "VarHandleOp", "ReadVariableOp"} & {kind for kind, _ in kinds}
    mend = "Pass `session`, so that variables become constants." if variables else (
        "Ask for tensors before these ops, or build the graph without them."
    )  # fmt: skip
    return errors.UnimplementedError(None, None, errors.explain(line, details=details, mend=mend, where=user_site()))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _finished(model: Model, placeholders: Sequence[Tensor], wanted: Sequence[Tensor], opset: int) -> Any:
    """The model of what has been written, less what nothing needs."""
    from onnx import helper

    needed = {tensor.name for tensor in wanted}
    nodes = []
    for node in reversed(model.nodes):
        if needed & set(node.output):
            nodes.append(node)
            needed.update(node.input)
    graph = helper.make_graph(
        nodes[::-1],
        "flowgraph",
        [_described(tensor) for tensor in placeholders],
        [_described(tensor) for tensor in dict.fromkeys(wanted)],
        [tensor for name, tensor in model.constants.items() if name in needed],
    )
    ids = [helper.make_opsetid("", opset)]
    return helper.make_model(
        graph, opset_imports=ids, ir_version=helper.find_min_ir_version_for(ids), producer_name="flowgraph"
    )


def _described(tensor: Tensor) -> Any:
    """Name, dtype and shape of an input or output; what is not known of the shape has a name made of the tensor's."""
    from onnx import helper

    sizes: list[Any] | None = None
    if tensor.sizes is not None:
        sizes = [f"{tensor.op.name}_{i}" if size is None else size for i, size in enumerate(tensor.sizes)]
    return helper.make_tensor_value_info(tensor.name, element_type(tensor.dtype), sizes)
