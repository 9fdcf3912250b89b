"""Functions of a graph: Python functions traced once, into graphs of their own, and run for each element of a dataset.

What the body takes from the graph around it is captured: inside, a placeholder stands for it, and the op that calls the
function takes the tensor as a further input. A handle of a variable, table or queue is not fed to the body: there an op
of the same name stands for it, and so for the same state of the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import errors, nest
from flowgraph.dtypes import DType
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import Program
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.shapes import Sizes

_LIBRARY = "functions"
"""The key of a graph's memory under which its functions are kept, by name."""


class FunctionGraph(Graph):
    """The graph of a function's body.

    Attributes:
      outer: the graph around it, in which the function is called.
      captures: tensor of the graph around -> what stands for it here.
    """

    building_function = True

    def __init__(self, outer: Graph) -> None:
        super().__init__()
        self.outer = outer
        self.captures: dict[Tensor, Tensor] = {}
        self.seed = outer.seed

    def captured(self, args: Sequence[Any]) -> list[Any]:
        """Inputs of an op, with tensors of graphs around replaced by what stands for them here."""
        return [
            self.capture(arg)
            if isinstance(arg, Tensor)
            else [self.capture(item) if isinstance(item, Tensor) else item for item in arg]
            if type(arg) in (list, tuple)
            else arg
            for arg in args
        ]

    def capture(self, tensor: Tensor) -> Tensor:
        """What stands here for a tensor of a graph around; a tensor of this graph is itself.

        Raises:
          ValueError: the tensor belongs to a graph that is not around this one.
        """
        if tensor.graph is self:
            return tensor
        found = self.captures.get(tensor)
        if found is None:
            if tensor.graph is not self.outer and not isinstance(self.outer, FunctionGraph):
                raise ValueError(
                    errors.explain(
                        f"{tensor} must be from the same graph as the function that uses it.",
                        details=[f"{tensor.name} belongs to another graph than the one in which the function is used"],
                        where=user_site(),
                    )
                )
            source = self.outer.capture(tensor) if isinstance(self.outer, FunctionGraph) else tensor
            found = self.captures[tensor] = self._stand_in(source)
        return found

    def _stand_in(self, tensor: Tensor) -> Tensor:
        from flowgraph.ir.opdef import REGISTRY

        with self.as_default(), self.control_dependencies(None):
            op = tensor.op
            if op.opdef.effect is Effect.STATE and not op.inputs:
                dtypes = [output.dtype for output in op.outputs]
                made = self.add(op.opdef, op.name, (), op.attrs, dtypes, [output.sizes for output in op.outputs])
                made.device = op.device
                return made.outputs[tensor.index]
            name = self.unique_name("captured")
            dtype = tensor.dtype.base_dtype
            attrs = {"dtype": dtype, "shape": tensor.sizes}
            return self.add(REGISTRY["Placeholder"], name, (), attrs, [dtype], [tensor.sizes]).outputs[0]

    def control_dependencies(self, control_inputs: Sequence[Any] | None) -> Any:
        """As in any graph; ops of graphs around have run before the function is called."""
        if control_inputs is not None:
            control_inputs = [x for x in control_inputs if getattr(x, "graph", self) is self]
        return super().control_dependencies(control_inputs)


class Function:
    """A traced function.

    Attributes:
      name: its name in the graph's library.
      graph: its body.
      inputs: the placeholders for its arguments.
      captured: what the op that calls it takes besides: tensors of the graph around.
      outputs: what it returns, flat.
      structure: what it returned, nested as it was.
    """

    def __init__(
        self, name: str, graph: FunctionGraph, inputs: list[Tensor], outputs: list[Tensor], structure: Any
    ) -> None:
        self.name, self.graph, self.inputs, self.outputs, self.structure = name, graph, inputs, outputs, structure
        self.captured = list(graph.captures)

    def program(self, rewrites_divisions: bool) -> Program:
        """The body as a Program: the arguments and what is captured are its feeds."""
        from flowgraph.ir.build import build_program

        feeds = [*self.inputs, *(t for t in self.graph.captures.values() if t.op.opdef.role == "placeholder")]
        return build_program(self.outputs, self._effects(), feeds, rewrites_divisions)

    def fed(self, captured: Sequence[Any]) -> list[Any]:
        """Of the values of `captured` those that are fed to the body."""
        stand_ins = self.graph.captures.values()
        return [value for value, t in zip(captured, stand_ins, strict=True) if t.op.opdef.role == "placeholder"]

    def _effects(self) -> list[Operation]:
        """The ops that run for what they do: all of them, as in TF's functions."""
        quiet = (Effect.NONE, Effect.RANDOM, Effect.STATE, Effect.READ, Effect.ARRAY)
        return [op for op in self.graph.get_operations() if op.opdef.effect not in quiet and op.context is None]


def trace(
    function: Callable[..., Any],
    arguments: Sequence[tuple[DType, Sizes]],
    name: str,
    call: Callable[[list[Tensor]], Any] | None = None,
) -> Function:
    """Run a Python function once, on placeholders, in a graph of its own, and put it into the library of the graph.

    Args:
      function: what is traced.
      arguments: dtype and sizes of each placeholder.
      name: how its name begins.
      call: calls `function` with the placeholders, if they must be nested first; it returns the outputs, nested.
    """
    from flowgraph.ir.convert import convert_to_tensor
    from flowgraph.ir.opdef import REGISTRY

    outer = get_default_graph()
    graph = FunctionGraph(outer)
    with graph.as_default():
        inputs = []
        for i, (dtype, sizes) in enumerate(arguments):
            attrs = {"dtype": dtype, "shape": sizes}
            inputs.append(graph.add(REGISTRY["Placeholder"], f"args_{i}", (), attrs, [dtype], [sizes]).outputs[0])
        structure = call(inputs) if call is not None else function(*inputs)
        flat = nest.flatten(structure, expand_composites=True)
        outputs = [graph.capture(convert_to_tensor(item)) for item in flat]
    made = Function(name, graph, inputs, outputs, structure)
    keep_function(outer, made)
    return made


def keep_function(graph: Graph, function: Function) -> None:
    """Put a function into the library of a graph, with a number behind its name."""
    while isinstance(graph, FunctionGraph):
        graph = graph.outer
    library = graph.memory.setdefault(_LIBRARY, {})
    function.name = f"{function.name}_{len(library)}"
    library[function.name] = function


def name_of_imported(graph: Graph, name: str) -> str:
    """What an imported op calls a function whose body did not come along: never the name of one of this graph's own."""
    while isinstance(graph, FunctionGraph):
        graph = graph.outer
    return f"{name}_imported" if name in graph.memory.get(_LIBRARY, {}) else name


def function_of(graph: Graph, name: str) -> Function:
    """A function of a graph's library.

    Raises:
      UnimplementedError: it is not there: its name came with a GraphDef, in which flowgraph writes no bodies.
    """
    while isinstance(graph, FunctionGraph):
        graph = graph.outer
    found: Function | None = graph.memory.get(_LIBRARY, {}).get(name)
    if found is None:
        raise errors.UnimplementedError(
            None,
            None,
            errors.explain(
                f"Function {name} is not defined.",
                details=["flowgraph neither writes the functions of datasets into GraphDefs nor reads them from there"],
                mend="Make the dataset by the code that made it, and import the rest of the graph with `input_map`.",
            ),
        )
    return found
