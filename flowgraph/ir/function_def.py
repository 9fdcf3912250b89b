"""Functions as FunctionDef messages: how a GraphDef's library holds their bodies.

A body's nodes name their inputs otherwise than those of a graph do: an argument by its name, an output of a node as
`node:name of the output:index in it`. The signature's names are made of the body's, in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flowgraph import protos
from flowgraph.ir.function import Factory, Function, gradients_of, library_of
from flowgraph.ir.graph_def import fill_node
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.protos.registry import op_def

if TYPE_CHECKING:
    from flowgraph.ir.graph import Graph

MIN_CONSUMER = 12
"""The oldest version of the format that knows functions."""
_UNORDERED = frozenset(
    {
        "CollectiveGather", "CollectiveReduce", "CollectiveBcastSend", "CollectiveBcastRecv", "NcclAllReduce", "Send",
        "Recv", "RandomUniform", "RandomUniformInt", "RandomStandardNormal", "ParameterizedTruncatedNormal",
        "TruncatedNormal", "RandomShuffle", "Multinomial", "RandomGamma", "RandomGammaGrad", "RandomPoisson",
        "RandomPoissonV2",
    }
)  # fmt: skip
"""Ops that TF calls stateful, but that may run in any order."""


def fill_library(message: Any, graph: Graph) -> None:
    """Write the functions that a graph's ops refer to, and those that they refer to, into its GraphDef."""
    library = library_of(graph)
    named = [name for name, function in library.items() if function.is_imported]
    for node in message.node:
        named += names_in(node, library)
    for function in reachable(named, library):
        message.library.function.add().CopyFrom(definition(function))
    written = {function.signature.name for function in message.library.function}
    for name, gradient in gradients_of(graph).items():
        if name in written:
            message.library.gradient.add(function_name=name, gradient_func=gradient)
    if message.library.function:
        message.versions.min_consumer = MIN_CONSUMER


def reachable(named: Iterable[str], library: Mapping[str, Function]) -> list[Function]:
    """The functions of some names and those that their bodies refer to, in the order in which they were made."""
    found: set[str] = set()
    left = list(named)
    while left:
        name = left.pop()
        if name not in found and name in library:
            found.add(name)
            for node in definition(library[name]).node_def:
                left += names_in(node, library)
    return [function for name, function in library.items() if name in found]


def names_in(node: Any, library: Mapping[str, Any]) -> list[str]:
    """The functions that a NodeDef refers to: by its type, or in an attr."""
    found = [node.op] if node.op in library else []
    for value in node.attr.values():
        kind = value.WhichOneof("value")
        if kind == "func":
            found.append(value.func.name)
        elif kind == "list":
            found += [one.name for one in value.list.func]
    return found


def definition(function: Function) -> Any:
    """A function as a FunctionDef; the same message at every call."""
    if function.message is None:
        function.message = _Writer(function).message
    return function.message


class _Names:
    """Names in a FunctionDef, each given once."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """`name`, with a number behind it if it is taken."""
        if name not in self._used:
            self._used[name] = 0
            return name
        while True:
            self._used[name] += 1
            numbered = f"{name}_{self._used[name]}"
            if numbered not in self._used:
                self._used[numbered] = 0
                return numbered

    def of_argument(self, name: str) -> str:
        """A name as arguments have it: lower case, no signs, a letter in front."""
        plain = re.sub(r"[^0-9a-z]", "_", name.lower())
        return self.unique(re.sub(r"^[^a-z]+", "", plain) or "unknown")


class _Writer:
    """One FunctionDef."""

    def __init__(self, function: Function) -> None:
        self.message = protos.message("FunctionDef")()
        self.library = library_of(function.graph)
        self.text: dict[Tensor, str] = {}
        names = _Names()
        arguments = [*function.inputs, *function.graph.captures.values()]
        made_by = {tensor.op for tensor in arguments}
        body = [op for op in function.graph.get_operations() if op not in made_by]
        self._write_signature(function, arguments, names)
        self.names = {op: names.unique(op.name) for op in body}
        for op in body:
            self._name_outputs(op)
        more = {} if isinstance(function, Factory) else self._write_effects(function, body)
        for op in body:
            self._write_node(op, more.get(op, ()))
        for arg, tensor in zip(self.message.signature.output_arg, function.outputs, strict=True):
            self.message.ret[arg.name] = self.text[tensor]

    def _write_signature(self, function: Function, arguments: list[Tensor], names: _Names) -> None:
        signature, of_body = self.message.signature, function.graph.argument_names
        signature.name = function.name
        for index, tensor in enumerate(arguments):
            self.text[tensor] = names.of_argument(of_body.get(tensor, tensor.op.name))
            signature.input_arg.add(name=self.text[tensor], type=tensor.dtype.enum)
            attrs = self.message.arg_attr[index].attr
            if index < len(function.inputs):
                attrs["_user_specified_name"].s = tensor.op.name.encode()
        for tensor in function.outputs:
            signature.output_arg.add(name=names.of_argument(tensor.op.name), type=tensor.dtype.enum)
        if isinstance(function, Factory):
            signature.description = "Factory function for a dataset."
            self.message.attr["_disable_call_shape_inference"].b = True

    def _signature_of(self, op: Operation) -> Any:
        return definition(self.library[op.type]).signature if op.type in self.library else op_def(op.type)

    def _is_stateful(self, op: Operation) -> bool:
        known = self._signature_of(op)
        return known is None or known.is_stateful

    def _name_outputs(self, op: Operation) -> None:
        known, tensors = self._signature_of(op), iter(op.outputs)
        attrs = op.node_attrs()
        for arg in known.output_arg if known is not None else ():
            if arg.type_list_attr:
                count = len(attrs[arg.type_list_attr])
            else:
                count = int(attrs[arg.number_attr]) if arg.number_attr else 1
            for index in range(count):
                self.text[next(tensors)] = f"{self.names[op]}:{arg.name}:{index}"

    def _write_effects(self, function: Function, body: list[Operation]) -> dict[Operation, list[Operation]]:
        """What must run in any case, and what waits for what, so that what the ops do keeps its order."""
        self.message.signature.is_stateful = False
        more, must = order_of_effects(body, self._is_stateful)
        for op in must:
            self.message.signature.control_output.append(self.names[op])
            self.message.control_ret[self.names[op]] = self.names[op]
        for tensor in function.outputs:
            if tensor.op in self.names:
                more.setdefault(tensor.op, []).extend(op for op in must if op.context is tensor.op.context)
        return more

    def _write_node(self, op: Operation, more: Iterable[Operation]) -> None:
        node = fill_node(self.message.node_def.add(), op)
        node.name = self.names[op]
        del node.input[:]
        node.input.extend(self.text[tensor] for tensor in op.inputs)
        waits = {self.names[other] for other in (*op.control_inputs, *more) if other in self.names}
        node.input.extend(sorted(f"^{name}" for name in waits))
        if self._is_stateful(op):
            self.message.signature.is_stateful = True


def order_of_effects(
    body: list[Operation], is_stateful: Any
) -> tuple[dict[Operation, list[Operation]], list[Operation]]:
    """The automatic control dependencies of a function's body.

    Returns:
      For each op those that it must wait for besides; and the ops that must run whatever is fetched.
    """
    more: dict[Operation, list[Operation]] = {}
    last: dict[Tensor | None, Operation] = {}
    must: list[Operation] = []
    for op in body:
        if op.context is not None and op.context.is_loop:
            continue
        acts = op.type not in _UNORDERED and is_stateful(op)
        if acts:
            must.append(op)
        handles = list(dict.fromkeys(tensor for tensor in op.inputs if tensor.dtype.name == "resource"))
        if op.type == "Switch" and handles:
            continue
        if op.type == "Merge":
            if must:
                more.setdefault(op, []).extend(must)
                must = [op]
            continue
        keys: list[Tensor | None] = [*handles]
        if acts and not handles and op.context is None:
            keys = [None]
        for key in keys:
            if key in last and last[key].context is op.context:
                more.setdefault(op, []).append(last[key])
            last[key] = op
    return more, must
