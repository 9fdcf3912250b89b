"""GraphDefs become ops: `tf.import_graph_def`."""

from __future__ import annotations

import contextlib
import heapq
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from flowgraph import errors, protos
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir import device as device_strings
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.node_attrs import NodeError, python_attrs, with_defaults
from flowgraph.ir.opdef import REGISTRY, OpDef
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import get_default_graph, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.function_import import define, forget, op_type
from flowgraph.protos.signatures import arg_dtypes, dtype_text, op_text

_INPUT = re.compile(r"^(?P<control>\^)?(?P<name>[^:^]+)(?::(?P<index>\d+))?$")
_NODE_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
_LATER = ("NextIteration", "RefNextIteration")
"""What a loop's Merge takes although it comes later."""

_MOST_OUTPUTS = 1 << 16
"""So many inputs or outputs at most a number in an attr stands for."""
_TF_VERSION = 134

Source = tuple[str, int]
"""What an input names: a node and the index of its output, -1 for the node itself."""


def import_graph_def(
    graph_def: Any,
    input_map: Mapping[str, Any] | None = None,
    return_elements: Sequence[str] | None = None,
    name: str | None = None,
    op_dict: Any = None,
    producer_op_list: Any = None,
) -> list[Operation | Tensor] | None:
    """Add the nodes of a GraphDef to the current graph.

    Args:
      graph_def: a `tf.GraphDef`.
      input_map: name of a tensor in `graph_def` -> the tensor here that its users get instead.
      return_elements: names in `graph_def` of ops ('relu') and tensors ('relu:0') to hand back.
      name: the scope of the new ops, by default 'import'; '' for none: names that are taken get a number.
      op_dict: no longer used, in TF neither.
      producer_op_list: an `OpList` of who wrote the graph; attrs that are unknown here are dropped where they have
        the defaults given there.

    Returns:
      What `return_elements` asked for, or None.

    Raises:
      TypeError: an argument is not of its type.
      ValueError: the graph is not well formed, or `input_map` or `return_elements` name what is not there.
      NotFoundError: it has an op type that flowgraph lacks.

    >>> graph = tf.Graph()
    >>> with graph.as_default():
    ...     x = tf.placeholder(tf.float32, name="x")
    ...     y = tf.square(x, name="y")
    >>> y, = tf.import_graph_def(graph.as_graph_def(), {"x": tf.constant(3.0)}, ["y:0"])
    >>> y, run(y)
    (<tf.Tensor 'import/y:0' shape=() dtype=float32>, 9.0)
    """
    del op_dict
    if not isinstance(graph_def, protos.message("GraphDef")):
        raise TypeError("graph_def must be a GraphDef proto.")
    if input_map is not None and not isinstance(input_map, Mapping):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects.")
    wanted = [return_elements] if isinstance(return_elements, str) else list(return_elements or ())
    if not all(isinstance(item, str) for item in wanted):
        raise TypeError("return_elements must be a list of strings.")
    _check_versions(graph_def.versions)
    graph = get_default_graph()
    with name_scope(name, "import", list((input_map or {}).values())) as scope:
        mapped = _mapped(input_map or {}, scope, graph)
        given = {op.name: op for op in producer_op_list.op} if producer_op_list is not None else {}
        functions = define(graph, graph_def.library)
        try:
            found = Importer(graph, graph_def, scope, mapped, given).run(wanted)
        except BaseException:
            forget(graph, functions)
            raise
    return None if return_elements is None else found


def _check_versions(versions: Any) -> None:
    """Whether TF 1.15.5 would read a graph of these versions."""
    if versions.min_consumer > _TF_VERSION:
        raise refusal(
            f"GraphDef min consumer version {versions.min_consumer} above current version {_TF_VERSION} for "
            "TensorFlow 1.15.5.  Please upgrade TensorFlow."
        )
    if versions.producer < 0:
        raise refusal(
            f"GraphDef producer version {versions.producer} below min producer 0 supported by TensorFlow 1.15.5.  "
            "Please regenerate your graph."
        )
    if _TF_VERSION in versions.bad_consumers:
        raise refusal(
            f"GraphDef disallows consumer version {_TF_VERSION}.  Please upgrade TensorFlow: this version is likely "
            "buggy."
        )


def _mapped(input_map: Mapping[str, Any], scope: str, graph: Graph) -> dict[Source, Tensor]:
    """The tensors that stand in for others, by what they stand for."""
    if not all(isinstance(value, Tensor) for value in input_map.values()):
        if not scope:
            raise ValueError(
                "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor values. Try "
                "calling tf.convert_to_tensor() on `input_map` values before calling tf.import_graph_def()."
            )
        with name_scope("_inputs"):
            input_map = {key: convert_to_tensor(value) for key, value in input_map.items()}
    mapped = {_source(str(key)): value for key, value in input_map.items()}
    for source, tensor in mapped.items():
        if tensor.graph is not graph:
            raise refusal(
                f"node '{tensor.op.name}' in input_map does not exist in graph (input_map entry: "
                f"{_text(source)}->{tensor.name})"
            )
    return mapped


def _text(source: Source) -> str:
    name, index = source
    return f"{name}:{index}" if index >= 0 else f"^{name}"


def _source(text: str) -> Source:
    match = _INPUT.match(text)
    if match is None:
        raise ValueError(f"Cannot convert {text!r} to a tensor name.")
    return match["name"], -1 if match["control"] else int(match["index"] or 0)


class Importer:
    """One import: nodes become ops as soon as all their inputs are there, the first of the file first."""

    def __init__(
        self, graph: Graph, graph_def: Any, scope: str, mapped: dict[Source, Tensor], producers: Mapping[str, Any]
    ) -> None:
        self.graph, self.scope, self.mapped, self.producers = graph, scope, mapped, producers
        self.nodes = list(graph_def.node)
        self.ops: dict[str, Operation] = {}
        self.sources: list[list[Source]] = []
        self.back: list[tuple[Operation, list[Source]]] = []

    def run(self, wanted: Sequence[str]) -> list[Operation | Tensor]:
        """Add all nodes; gives the ops and tensors of some names."""
        self._index()
        self._check_wanted(wanted)
        used = {source for sources in self.sources for source in sources}
        missing = [source for source in self.mapped if source[0] not in self.by_name and source not in used]
        if missing:
            texts = ", ".join(map(_text, missing))
            raise refusal(f"Attempted to map inputs that were not found in graph_def: [{texts}]")
        with self.graph.lock, _all_or_nothing(self.graph):
            self._add_all()
            for op, sources in self.back:
                op._set_inputs([self._tensor(source, op.name) for source in sources])
            return [self._element(text) for text in wanted]

    # -- what there is ---------------------------------------------------------------------------------------

    def _index(self) -> None:
        """The nodes by name, and what each of them takes."""
        self.by_name: dict[str, Any] = {}
        for node in self.nodes:
            if not _NODE_NAME.match(node.name):
                raise refusal(f"Node '{node.name}': Node name contains invalid characters")
            if node.name in self.by_name:
                raise refusal(f"Node '{node.name}' is not unique")
            self.by_name[node.name] = node
            sources = [_source_of(node, text) for text in node.input]
            is_control = [index < 0 for _, index in sources]
            if sorted(is_control) != is_control:
                raise refusal(f"Node '{node.name}': Control dependencies must come after regular dependencies")
            self.sources.append(sources)
        for node, sources in zip(self.nodes, self.sources, strict=True):
            for name, index in sources:
                if name not in self.by_name and (name, index) not in self.mapped:
                    raise refusal(f"Node '{node.name}': Unknown input node '{name}'")

    def _waits_for(self, i: int) -> set[str]:
        """The nodes that must be there before node `i`: all that it takes, but for a loop's way back."""
        is_merge = self.nodes[i].op in ("Merge", "RefMerge")
        return {
            name
            for name, index in self.sources[i]
            if (name, index) not in self.mapped and not (is_merge and self.by_name[name].op in _LATER)
        }

    def _add_all(self) -> None:
        waits = [self._waits_for(i) for i in range(len(self.nodes))]
        users: dict[str, list[int]] = {}
        for i, names in enumerate(waits):
            for name in names:
                users.setdefault(name, []).append(i)
        ready = [i for i, names in enumerate(waits) if not names]
        done = 0
        while ready:
            i = heapq.heappop(ready)
            node = self.nodes[i]
            self.ops[node.name] = self._add(node, self.sources[i])
            done += 1
            for user in users.get(node.name, ()):
                waits[user].discard(node.name)
                if not waits[user]:
                    heapq.heappush(ready, user)
        if done < len(self.nodes):
            raise refusal(f"{len(self.nodes) - done} nodes in a cycle")

    # -- one node --------------------------------------------------------------------------------------------

    def _add(self, node: Any, sources: list[Source]) -> Operation:
        known, opdef = op_type(node.op, self.graph)
        if opdef is None:
            opdef = _defined(node.op)
        if known is None or opdef is None:
            raise _unknown_op(node, known is not None)
        full = self.scope + node.name if self.scope else self.graph.unique_name(node.name)
        try:
            values = with_defaults(node, known, self.producers.get(node.op))
        except NodeError as error:
            raise refusal(error.text(full, op_text(known))) from None
        data = [source for source in sources if source[1] >= 0]
        tensors = self._inputs(node, data)
        self._check_counts(full, known, values)
        try:
            kept, marks = python_attrs(values, opdef)
            _check_value(kept)
        except (TypeError, ValueError) as error:
            raise refusal(f"{error} for '{full}' (op: '{node.op}') with input shapes: .") from None
        self._check_dtypes(full, known, values, tensors)
        with contextlib.ExitStack() as stack:
            if not self.scope:
                stack.enter_context(name_scope(None))
            emit(opdef, *_grouped(known, values, tensors), name=f"{full}/", **_open_attrs(opdef, kept))
        op = self.graph.get_operations()[-1]
        for name in [name for name, index in sources if index < 0]:
            op._add_control_input(self.mapped[name, -1].op if (name, -1) in self.mapped else self.ops[name])
        self._place(op, node, marks)
        if any(self._is_later(source) for source in data):
            self.back.append((op, data))
        return op

    def _is_later(self, source: Source) -> bool:
        return source not in self.mapped and source[0] not in self.ops

    def _inputs(self, node: Any, sources: list[Source]) -> list[Tensor]:
        """The tensors that the node takes; for a loop's way back, which is not there yet, another of the same kind."""
        there = [source for source in sources if not self._is_later(source)]
        if len(there) < len(sources) and not there:
            raise refusal(f"Node '{node.name}': a Merge needs an input from outside its loop")
        return [self._tensor(there[0] if self._is_later(source) else source, node.name) for source in sources]

    def _tensor(self, source: Source, user: str) -> Tensor:
        if source in self.mapped:
            return self.mapped[source]
        name, index = source
        outputs = self.ops[name].outputs
        if index >= len(outputs):
            raise refusal(
                f"Node '{user}': Connecting to invalid output {index} of source node {name} which has "
                f"{len(outputs)} outputs."
            )
        return outputs[index]

    def _check_counts(self, full: str, known: Any, values: Mapping[str, Any]) -> None:
        """Numbers say how many inputs and outputs there are, before any is made."""
        for arg in (*known.input_arg, *known.output_arg):
            count = values[arg.number_attr].i if arg.number_attr else 0
            if not 0 <= count < 2**31:
                raise refusal(f"Attr {arg.number_attr} has value {count} out of range for an int32")
            if count > _MOST_OUTPUTS:
                raise refusal(f"Node '{full}': {arg.number_attr} = {count} inputs or outputs are more than can be")

    def _check_dtypes(self, full: str, known: Any, values: Mapping[str, Any], tensors: list[Tensor]) -> None:
        expected = arg_dtypes(known.input_arg, values)
        if len(expected) != len(tensors):
            raise refusal(
                f"NodeDef expected inputs '{', '.join(map(dtype_text, expected))}' do not match {len(tensors)} inputs "
                f"specified; {op_text(known)}; NodeDef: {{{{node {full}}}}}"
            )
        for i, (tensor, number) in enumerate(zip(tensors, expected, strict=True)):
            if tensor.dtype.enum not in (number, number + 100):  # (a reference will do for a value)
                raise refusal(
                    f"Input {i} of node {full} was passed {dtype_text(tensor.dtype.enum)} from {tensor.name} "
                    f"incompatible with expected {dtype_text(number)}."
                )

    def _place(self, op: Operation, node: Any, marks: dict[str, Any]) -> None:
        """What the node says of devices and of the ops beside which it stands."""
        shapes = marks.pop("_output_shapes", None)
        groups = marks.pop("_class", None)
        if node.device:
            op.device = device_strings.join(device_strings.parse(node.device))
            self.graph._place(op)
        op.colocation = None
        if groups:
            texts = groups if isinstance(groups, tuple) else ()
            names = [text.decode(errors="replace").removeprefix("loc:@") for text in texts if isinstance(text, bytes)]
            for name in names:
                if name not in self.by_name:
                    raise refusal(f"Node '{node.name}' expects to be colocated with unknown node '{name}'")
            op.colocation = tuple(self.scope + name for name in names)
        if marks:
            op.marks = {**(op.marks or {}), **marks}
        for i, (tensor, sizes) in enumerate(zip(op.outputs, shapes if isinstance(shapes, tuple) else ())):
            try:
                tensor.set_shape(sizes)
            except ValueError as error:
                raise refusal(
                    f"Node '{op.name}' has an _output_shapes attribute inconsistent with the GraphDef for output "
                    f"#{i}: {error}"
                ) from None

    # -- what is handed back ---------------------------------------------------------------------------------

    def _check_wanted(self, wanted: Sequence[str]) -> None:
        for text in wanted:
            is_tensor = ":" in text
            name = _source(text)[0] if is_tensor else text
            if name not in self.by_name:
                what = "tensor" if is_tensor else "node"
                raise refusal(f"Requested return {what} '{text}' not found in graph def")

    def _element(self, text: str) -> Operation | Tensor:
        source = name, index = _source(text)
        if ":" not in text:
            return self.ops[name]
        if source not in self.mapped and index >= len(self.ops[name].outputs):
            count = len(self.ops[name].outputs)
            raise refusal(f"Invalid return output {index} of node '{name}', which has {count} output(s)")
        return self._tensor(source, text)


def _defined(op_type: str) -> OpDef | None:
    """The definition of an op type, whose file may not have been needed so far."""
    if op_type not in REGISTRY:
        import flowgraph.ops as room

        for file in pkgutil.iter_modules(room.__path__):
            importlib.import_module(f"{room.__name__}.{file.name}")
    return REGISTRY.get(op_type)


def _source_of(node: Any, text: str) -> Source:
    try:
        return _source(text)
    except ValueError:
        raise refusal(f"Node '{node.name}': Invalid input '{text}'") from None


def _check_value(attrs: Mapping[str, Any]) -> None:
    """The value of a constant is of the constant's dtype."""
    value, dtype = attrs.get("value"), attrs.get("dtype")
    if isinstance(value, np.ndarray) and isinstance(dtype, DType) and value.dtype != dtype.np:
        found = dtype_text(as_dtype(value.dtype).enum)
        raise ValueError(f"Type mismatch between value ({found}) and dtype ({dtype_text(dtype.enum)})")


def _grouped(known: Any, values: Mapping[str, Any], tensors: list[Tensor]) -> list[Any]:
    """Inputs as the op's signature has them: list arguments as lists."""
    grouped: list[Any] = []
    at = 0
    for arg in known.input_arg:
        if arg.number_attr or arg.type_list_attr:
            size = values[arg.number_attr].i if arg.number_attr else len(values[arg.type_list_attr].list.type)
            grouped.append(tensors[at : at + size])
        else:
            size = 1
            grouped.append(tensors[at])
        at += size
    return grouped


def _open_attrs(opdef: Any, attrs: Mapping[str, Any]) -> dict[str, Any]:
    """The attrs that the inputs leave open."""
    fixed = {arg.type_attr for arg in opdef.inputs} | {arg.number_attr for arg in opdef.inputs}
    return {name: value for name, value in attrs.items() if name not in fixed}


@contextlib.contextmanager
def _all_or_nothing(graph: Graph) -> Iterator[None]:
    """After an error inside the graph is as it was before."""
    count, names = graph.version, dict(graph._names)
    try:
        yield
    except BaseException:
        for op in reversed(graph._ops[count:]):
            for tensor in op.inputs:
                if tensor.users and op in tensor.users:
                    tensor.users.remove(op)
            del graph._by_name[op.name]
        del graph._ops[count:]
        graph._names = names
        raise


def _unknown_op(node: Any, in_tf: bool) -> Exception:
    line = (
        f"Op type not registered '{node.op}' in binary running on this machine. Make sure the Op and Kernel are "
        "registered in the binary running in this process."
    )
    if in_tf:
        why = "TensorFlow 1.15 has this op, flowgraph does not have it yet."
    else:
        why = "TensorFlow 1.15 has no such op either: the graph is of another version, or needs a library of its own."
    details = [f"node: {node.name}", why]
    return errors.NotFoundError(None, None, errors.explain(line, details=details, where=user_site()))
