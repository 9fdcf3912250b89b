"""Functions of a graph: Python functions traced once, into graphs of their own, and run for each element of a dataset.

What the body takes from the graph around it is captured: inside, a placeholder stands for it, and the op that calls the
function takes the tensor as a further input. A handle of a variable, table or queue is not fed to the body: there an op
of the same name stands for it, and so for the same state of the session.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import errors, nest
from flowgraph.dtypes import DType
from flowgraph.ir.graph import Graph, user_site, waited_for
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import Program
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.shapes import Sizes

_LIBRARY = "functions"
"""The key of a graph's memory under which its functions are kept, by name."""
_numbers = itertools.count()
"""Behind the names of functions, as in TF no two of one process have the same: so graphs can be put together."""


class FunctionGraph(Graph):
    """The graph of a function's body.

    Attributes:
      outer: the graph around it, in which the function is called.
      captures: tensor of a graph around -> what stands for it here.
      argument_names: what stands for such a tensor -> how a FunctionDef names that argument.
    """

    building_function = True

    def __init__(self, outer: Graph) -> None:
        super().__init__()
        self.outer = outer
        self.captures: dict[Tensor, Tensor] = {}
        self.argument_names: dict[Tensor, str] = {}
        self.seed = outer.seed

    def captured(self, args: Sequence[Any], scope: str = "") -> list[Any]:
        """Inputs of an op, with tensors of graphs around replaced by what stands for them here.

        Args:
          args: the inputs, lists among them.
          scope: the name of the op, which begins the names of what is made for it.
        """
        return [
            self.capture(arg, scope)
            if isinstance(arg, Tensor)
            else [self.capture(item, scope) if isinstance(item, Tensor) else item for item in arg]
            if type(arg) in (list, tuple)
            else arg
            for arg in args
        ]

    def capture(self, tensor: Tensor, scope: str = "") -> Tensor:
        """What stands here for a tensor of a graph around; a tensor of this graph is itself.

        Raises:
          ValueError: the tensor belongs to a graph that is not around this one.
        """
        if tensor.graph is self:
            return tensor
        found = self.captures.get(tensor)
        if found is None:
            if not self._lies_in(tensor.graph):
                raise ValueError(
                    errors.explain(
                        f"{tensor} must be from the same graph as the function that uses it.",
                        details=[f"{tensor.name} belongs to another graph than the one in which the function is used"],
                        where=user_site(),
                    )
                )
            found = self.captures[tensor] = self._stand_in(tensor, scope)
        return found

    def _lies_in(self, graph: Graph) -> bool:
        around = self.outer
        while isinstance(around, FunctionGraph) and around is not graph:
            around = around.outer
        return around is graph

    def _stand_in(self, tensor: Tensor, scope: str) -> Tensor:
        from flowgraph.ir.opdef import REGISTRY

        op = tensor.op
        with self.as_default(), self.control_dependencies(None), self.name_scope(f"{scope}/" if scope else None):
            name = self.unique_name(op.name)
            if op.opdef.effect is Effect.STATE and not op.inputs:
                dtypes = [output.dtype for output in op.outputs]
                made = self.add(op.opdef, op.name, (), op.attrs, dtypes, [output.sizes for output in op.outputs])
                made.device = op.device
            else:
                dtype = tensor.dtype.base_dtype
                attrs = {"dtype": dtype, "shape": tensor.sizes}
                made = self.add(REGISTRY["Placeholder"], name, (), attrs, [dtype], [tensor.sizes])
        found = made.outputs[tensor.index if len(made.outputs) > 1 else 0]
        self.argument_names[found] = name
        return found

    def control_dependencies(self, control_inputs: Sequence[Any] | None) -> Any:
        """As in any graph; ops of graphs around have run before the function is called."""
        if control_inputs is not None:
            waited = [waited_for(item) for item in control_inputs]
            control_inputs = [item for item in waited if getattr(item, "graph", self) is self]
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
      message: its FunctionDef, once that was asked for.
      is_imported: whether it came with a GraphDef.
    """

    is_imported = False
    message: Any = None

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

    def again(self) -> Function:
        """The same function with a body of its own, to which ops may be added; only imported ones are called so."""
        raise errors.UnimplementedError(None, None, f"Function {self.name} cannot be differentiated.")

    def _effects(self) -> list[Operation]:
        """The ops that run for what they do: all of them, as in TF's functions."""
        quiet = (Effect.NONE, Effect.RANDOM, Effect.STATE, Effect.READ, Effect.ARRAY)
        return [op for op in self.graph.get_operations() if op.opdef.effect not in quiet and op.context is None]


class Factory(Function):
    """A function of nothing, as TF's `Defun` makes it for a one-shot iterator.

    Args:
      graph: its body.
      output: what it returns.
    """

    def __init__(self, graph: FunctionGraph, output: Tensor) -> None:
        # TF's name ends with a hash of the body; this one is of a number, for the body may hold all the data
        import hashlib

        digest = hashlib.sha1(b"%d" % next(_numbers), usedforsecurity=False).digest()
        ending = base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=").replace("-", "a").replace("_", "A")
        super().__init__(f"_make_dataset_{ending}", graph, [], [output], output)


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
    from flowgraph.ir.emit import emit
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
        outputs = [emit(REGISTRY["Identity"], convert_to_tensor(item)) for item in flat]
    made = Function(f"{name}_{next(_numbers)}", graph, inputs, outputs, structure)
    library_of(outer)[made.name] = made
    return made


def library_of(graph: Graph) -> dict[str, Function]:
    """The functions of a graph by their names; those that are made in a function's body are there, too."""
    library: dict[str, Function] = _outermost(graph).memory.setdefault(_LIBRARY, {})
    return library


def gradients_of(graph: Graph) -> dict[str, str]:
    """For functions of which a GraphDef said so: the names of those that are their gradients."""
    found: dict[str, str] = _outermost(graph).memory.setdefault("gradients of functions", {})
    return found


def _outermost(graph: Graph) -> Graph:
    while isinstance(graph, FunctionGraph):
        graph = graph.outer
    return graph


def function_of(graph: Graph, name: str) -> Function:
    """A function of a graph's library.

    Raises:
      FailedPreconditionError: it is not there: the graph was imported without it.
    """
    found = library_of(graph).get(name)
    if found is None:
        line = f"Could not find required function definition {name}"
        mend = "Import the GraphDef with its `library`, in which the functions of its nodes stand."
        raise errors.FailedPreconditionError(None, None, errors.explain(line, mend=mend))
    return found
