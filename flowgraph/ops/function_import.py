"""FunctionDefs become functions of a graph: what `tf.import_graph_def` does with a GraphDef's library.

A body is made when the function is first called, and so what is wrong with it shows when the graph runs, as in TF.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flowgraph import errors, protos
from flowgraph.ir.function import Function, FunctionGraph, gradients_of, library_of
from flowgraph.ir.function_def import definition, names_in
from flowgraph.ir.graph import Graph
from flowgraph.ir.node_attrs import NodeError, with_defaults
from flowgraph.ir.opdef import REGISTRY, OpDef
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.function_calls import LAZY, op_of
from flowgraph.protos.registry import op_def
from flowgraph.protos.signatures import arg_dtypes, dtype_text, op_text

Library = Mapping[str, Function]


class ImportedFunction(Function):
    """A function that came with a GraphDef.

    Args:
      outer: the graph to whose library it belongs.
      message: the FunctionDef.
    """

    is_imported = True

    def __init__(self, outer: Graph, message: Any) -> None:
        self.name, self.message = message.signature.name, message
        self.captured, self.structure = [], None
        self._outer, self._lock = outer, threading.RLock()
        self._op: OpDef | None = None

    def __getattr__(self, name: str) -> Any:
        """The body, made when it is first asked for."""
        if name not in ("graph", "inputs", "outputs"):
            raise AttributeError(name)
        with self._lock:
            if name not in self.__dict__:
                self.graph, self.inputs, self.outputs = _Body(self.message, self._outer).made()
        return self.__dict__[name]

    @property
    def op(self) -> OpDef:
        """The op type of nodes that call it by its name."""
        if self._op is None:
            self._op = op_of(self.message.signature)
        return self._op

    def again(self) -> Function:
        """The same function with a body of its own, to which ops may be added."""
        return Function(self.name, *_Body(self.message, self._outer).made(), None)

    def fed(self, captured: Any) -> list[Any]:
        """Values of what the function captured where it was made: arguments like the others, behind them."""
        return list(captured)


def define(graph: Graph, library: Any) -> list[str]:
    """Put the functions of a FunctionDefLibrary into a graph's library; returns the names of those that are new.

    Raises:
      ValueError: a name is that of an op or of another function, or a gradient is missing.
    """
    _check_gradients(library)
    known, new = library_of(graph), []
    try:
        for message in library.function:
            if _is_new(message, known):
                own = type(message)()
                own.CopyFrom(message)
                known[message.signature.name] = ImportedFunction(graph, own)
                new.append(message.signature.name)
    except BaseException:
        forget(graph, new)
        raise
    gradients_of(graph).update({one.function_name: one.gradient_func for one in library.gradient})
    return new


def _is_new(message: Any, known: Library) -> bool:
    """Whether a function is not there yet: neither it nor anything else of its name."""
    name = message.signature.name
    if op_def(name) is not None:
        raise refusal(f"Cannot add function '{name}' because an op with the same name already exists.")
    if name in known and definition(known[name]) != message:
        line = f"Cannot add function '{name}' because a different function with the same name already exists."
        raise refusal(line)
    return name not in known


def forget(graph: Graph, names: list[str]) -> None:
    """Take functions out of a graph's library again."""
    for name in names:
        del library_of(graph)[name]


def _check_gradients(library: Any) -> None:
    names = {message.signature.name for message in library.function}
    for one in library.gradient:
        for name in (one.function_name, one.gradient_func):
            if name not in names:
                raise refusal(f"FunctionDefLibrary missing '{name}' FunctionDef")
    if library.gradient and names <= {one.function_name for one in library.gradient}:
        raise refusal("FunctionDefLibrary contains cyclic gradient functions!")


# -- bodies --------------------------------------------------------------------------------------------------


class _Body:
    """A FunctionDef, taken apart: its nodes as those of a GraphDef, in which inputs have numbers."""

    def __init__(self, message: Any, outer: Graph) -> None:
        self.message, self.library, self.outer = message, library_of(outer), outer
        self.sources: dict[str, tuple[str, int, str]] = {}
        """What an input names -> its node, the index of the output, the dtype."""

    def made(self) -> tuple[FunctionGraph, list[Tensor], list[Tensor]]:
        """The body's graph, its arguments and what it returns.

        Raises:
          InvalidArgumentError: the body is not well formed, or calls itself.
          NotFoundError: it has an op type that is not there.
        """
        from flowgraph.ops.graph_import import Importer

        self._check_recursion()
        definition, outputs = self._graph_def()
        graph = FunctionGraph(self.outer)
        try:
            with graph.as_default():
                found = Importer(graph, definition, "", {}, {}).run(outputs)
        except (ValueError, TypeError) as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        inputs = [graph.get_operation_by_name(arg.name).outputs[0] for arg in self.message.signature.input_arg]
        return graph, inputs, [one for one in found if not isinstance(one, Operation)]

    def _check_recursion(self) -> None:
        """A function that calls itself in any case would never end."""
        start = self.message.signature.name
        done: set[str] = set()
        way: list[tuple[str, Iterator[str]]] = [(start, self._calls(start))]
        on_way = {start}
        while way:
            name, rest = way[-1]
            following = next(rest, None)
            if following is None:
                way.pop()
                on_way.discard(name)
                done.add(name)
            elif following in on_way:
                line = f"Function {following} calls itself, and so would never end."
                raise errors.InvalidArgumentError(None, None, line)
            elif following not in done:
                way.append((following, self._calls(following)))
                on_way.add(following)

    def _calls(self, name: str) -> Iterator[str]:
        function = self.library.get(name)
        for node in definition(function).node_def if function is not None else ():
            if node.op not in LAZY:
                yield from names_in(node, self.library)

    def _graph_def(self) -> tuple[Any, list[str]]:
        """The nodes, and the names of the tensors that are returned."""
        found = protos.message("GraphDef")()
        signature = self.message.signature
        if signature.attr:
            names = ", ".join(attr.name for attr in signature.attr)
            self._refuse(f"Function {signature.name} has attrs ({names}), which flowgraph cannot fill in.")
        for arg in signature.input_arg:
            node = found.node.add(name=arg.name, op="Placeholder")
            node.attr["dtype"].type = arg.type
            node.attr["shape"].shape.unknown_rank = True
            self.sources[arg.name] = (arg.name, 0, dtype_text(arg.type))
        for node in self.message.node_def:
            self._note_outputs(node)
        for node in self.message.node_def:
            made = found.node.add()
            made.CopyFrom(node)
            del made.input[:]
            made.input.extend(self._inputs(node))
        return found, [self._returned(arg) for arg in signature.output_arg]

    def _known(self, node: Any) -> Any:
        function = self.library.get(node.op)
        return op_def(node.op) if function is None else definition(function).signature

    def _values(self, node: Any, known: Any) -> dict[str, Any]:
        try:
            return with_defaults(node, known)
        except NodeError as error:
            missing = [attr.name for attr in known.attr if attr.type == "type" and attr.name not in node.attr]
            if missing:
                line = f"type attr not found: {missing[0]}\n\tIn {{{{node {node.name}}}}}"
                raise errors.NotFoundError(None, None, line) from None
            self._refuse(error.text(node.name, op_text(known)))

    def _note_outputs(self, node: Any) -> None:
        known = self._known(node)
        if known is None:
            line = (
                f"Op type not registered '{node.op}' in binary running on this machine. Make sure the Op and Kernel "
                "are registered in the binary running in this process."
            )
            raise errors.NotFoundError(None, None, line)
        values, flat = self._values(node, known), 0
        for arg in known.output_arg:
            for index, number in enumerate(arg_dtypes([arg], values)):
                self.sources[f"{node.name}:{arg.name}:{index}"] = (node.name, flat, dtype_text(number))
                flat += 1

    def _inputs(self, node: Any) -> list[str]:
        """What a node takes, as nodes of a GraphDef say it."""
        found = []
        known = self._known(node)
        expected = [
            (f"{arg.name}[{index}]", dtype_text(number))
            for arg in known.input_arg
            for index, number in enumerate(arg_dtypes([arg], self._values(node, known)))
        ]
        for text in node.input:
            if text[:1] == "^":
                found.append(text)
                continue
            if text not in self.sources:
                self._refuse(f"input {text} is not found: {{{{node {node.name}}}}}", node)
            name, index, dtype = self.sources[text]
            if len(found) < len(expected):
                what, wanted = expected[len(found)]
                if dtype.removesuffix("_ref") != wanted.removesuffix("_ref"):
                    words = f"input {what} expected type {wanted} != {dtype}, the type of {name}[{index}]"
                    self._refuse(words, node)
            found.append(f"{name}:{index}")
        return found

    def _returned(self, arg: Any) -> str:
        text, where = self.message.ret.get(arg.name), f"\n\tIn function output {arg.name}:{dtype_text(arg.type)}"
        if text is None:
            self._refuse(f"Return {arg.name} missing.{where}")
        if text not in self.sources:
            self._refuse(f"Return {arg.name} -> {text} is not found.{where}")
        name, index, dtype = self.sources[text]
        if dtype.removesuffix("_ref") != dtype_text(arg.type):
            self._refuse(f"Invalid ret types {arg.name} : {dtype_text(arg.type)} vs. {dtype}{where}")
        return f"{name}:{index}"

    @staticmethod
    def _refuse(line: str, node: Any = None) -> NoReturn:
        where = f"\n\tIn {{{{node {node.name}}}}}" if node is not None else ""
        raise errors.InvalidArgumentError(None, None, line + where)


def op_type(name: str, graph: Graph) -> tuple[Any, OpDef | None]:
    """What TF says of the op type of a node, and its definition here; a function's name is an op type, too."""
    function = library_of(graph).get(name)
    if isinstance(function, ImportedFunction):
        return function.message.signature, function.op
    if function is not None:
        signature = definition(function).signature
        return signature, op_of(signature)
    return op_def(name), REGISTRY.get(name)
