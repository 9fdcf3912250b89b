"""The context of a while loop: what happens to the ops that its functions make.

Tensors of outside come in through constant Enters, made when the condition or the body first asks for them. Ops
without inputs, and those that use nothing but such tensors, wait for a pivot: for something that has a value in each
iteration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import errors
from flowgraph.ir.context import ControlContext, output_context, while_context_of
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import control_dependencies, get_default_graph
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.constant import CONST
from flowgraph.ops.loop_ops import enter


class WhileContext(ControlContext):
    """One while loop: hears of each op made in it, and lets outer tensors in through constant Enters.

    Attributes:
      name: the name of its frame, as in the `frame_name` of its Enters.
      loop_enters, loop_exits: the Enters of the loop variables and their Exits.
      pivot: the LoopCond's tensor: whether the loop goes on.
      pivot_for_pred, pivot_for_body: what ops without inputs in the condition and in the body wait for.
      maximum_iterations: a scalar tensor, or None for no limit.
      parallel_iterations: how many iterations TF would run at once.
      back_prop: whether gradients may be asked.
      swap_memory: whether TF may move values that a gradient needs from GPU to CPU.
      grad_state: for the loop of a gradient, what belongs to that; else None.
    """

    is_loop = True
    grad_state: Any = None
    back_prop: bool = True

    def __init__(
        self,
        maximum_iterations: Tensor | None = None,
        parallel_iterations: int = 10,
        back_prop: bool = True,
        swap_memory: bool = False,
        name: str = "while_context",
        grad_state: Any = None,
        is_unique: bool = False,
    ) -> None:
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            line = f"`parallel_iterations` must be a positive integer: {parallel_iterations}"
            raise ValueError(errors.explain(line, where=user_site()))
        super().__init__(name, is_unique)
        self.graph: Graph = get_default_graph()
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations, self.swap_memory = parallel_iterations, swap_memory
        self.back_prop, self.grad_state = back_prop, grad_state
        self.loop_enters: list[Tensor] = []
        self.loop_exits: list[Tensor] = []
        self.pivot: Tensor | None = None
        self.pivot_for_pred: Tensor | None = None
        self.pivot_for_body: Tensor | None = None

    @property
    def control_pivot(self) -> Tensor | None:
        """See `ControlContext.control_pivot`."""
        return self.pivot_for_body if self.pivot_for_body is not None else self.pivot_for_pred

    @property
    def while_context(self) -> WhileContext:
        """The loop itself."""
        return self

    def to_proto(self, export_scope: str | None = None) -> Any:
        """As a WhileContextDef; None if it lies outside of `export_scope`."""
        from flowgraph.ops.context_protos import to_proto

        return to_proto(self, export_scope)

    # -- values of outside -----------------------------------------------------------------------------------

    def add_value(self, tensor: Tensor) -> Tensor:
        """The tensor that stands for `tensor` in this loop: itself, or a constant Enter."""
        if tensor in self.values or tensor.op.context is self:
            return self.external_values.get(tensor, tensor)
        self.values.add(tensor)
        state = _gradient_through(output_context(tensor.op))
        if state is not None:
            real = self.external_values[tensor] = state.real_value(tensor)
            return real
        result = tensor if self.outer_context is None else self.outer_context.add_value(tensor)
        with control_dependencies(None):
            result = enter(result, self.name, is_constant=True, parallel_iterations=self.parallel_iterations)
        self.graph.prevent_feeding(result)
        self.adopt_enters([result])
        self.values.add(result)
        self.external_values[tensor] = result
        return result

    def enter_variables(self, variables: Sequence[Tensor]) -> list[Tensor]:
        """An Enter for each loop variable, given their values before the first iteration; the shapes are to be set."""
        if self.outer_context is not None:
            variables = [self.outer_context.add_value(tensor) for tensor in variables]
        with control_dependencies(None):
            count = self.parallel_iterations
            enters = [enter(x, self.name, False, count, use_input_shape=False) for x in variables]
        pivot = _pivot_around(self.outer_context)
        for tensor in enters:
            self.graph.prevent_feeding(tensor)
            source = tensor.op.inputs[0].op
            if pivot is not None and source.opdef.role == "enter" and source.attrs["is_constant"]:
                # what stays the same in the loop around must start this one once in each of its iterations
                tensor.op._add_control_input(pivot.op)
        return enters

    def adopt_enters(self, enters: Sequence[Tensor]) -> None:
        """Make Enters part of this loop; they wait for what the blocks around the loop ask to wait for."""
        graph = self.graph
        loop_around = while_context_of(self.outer_context)
        for tensor in enters:
            op = tensor.op
            for source in graph._control_inputs(op.inputs):
                context = output_context(source)
                between = self.outer_context
                while between is not context and between is not None and between is not loop_around:
                    between = between.outer_context
                if between is context:
                    op._add_control_input(source)
            op.context = self
            for controller in graph._controllers:
                controller.seen.add(op)

    # -- new ops ---------------------------------------------------------------------------------------------

    def add_op(self, op: Operation) -> None:
        """Take in an op that was just made: let its inputs in, and have it run once in each iteration.

        A gradient that asks for the shape of a value of the forward loop has that taken there: a shape is smaller to
        remember than the value.
        """
        if op.opdef.name in ("Shape", "Size", "Rank"):
            source = op.inputs[0].op.context
            if source is not self and _gradient_through(source) is not None:
                source.add_op(op)
                return
        self._take_in(op)

    def _take_in(self, op: Operation) -> None:
        op.context = self
        if op.inputs:
            self._let_in(op)
        outer = self._drop_outer_controls(op)
        if not op.control and all(_is_constant_enter(tensor.op) for tensor in op.inputs):
            pivot = self.control_pivot
            assert pivot is not None
            op._add_control_input(pivot.op)
        self.values.update(op.outputs)
        if outer:
            self._wait_inside(op, outer)
        if self.outer_context is not None or op.opdef.role != "exit":
            op.graph.prevent_fetching(op)
            for tensor in op.outputs:
                op.graph.prevent_feeding(tensor)

    def _wait_inside(self, op: Operation, outer: Sequence[Operation]) -> None:
        """Wait for ops outside of the loop through values: an op without outputs is not waited for, as in TF."""
        with control_dependencies(None), self:
            calls = [(self._gate, source) for source in outer if source.outputs]
            # TF makes constants without a scope of their own
            gates = [f(x) for f, x in calls] if op.opdef is CONST else self._named_after(op, calls)
        for gate in gates:
            op._add_control_input(gate)

    @staticmethod
    def _gate(source: Operation) -> Operation:
        return identity(source.outputs[0]).op


def _gradient_through(context: Any) -> Any:
    """If ops are being made in the loop of a gradient, and a context belongs to the loop that it goes back through:
    the state of that gradient.
    """
    here, loop = while_context_of(get_default_graph().context), while_context_of(context)
    if loop is None or here is None or here.grad_state is None:
        return None
    return here.grad_state if here.grad_state.forward_context is loop else None


def _is_constant_enter(op: Operation) -> bool:
    return op.opdef.role == "enter" and bool(op.attrs["is_constant"])


def _pivot_around(context: Any) -> Tensor | None:
    """The pivot of the closest context around that has one."""
    while context is not None:
        pivot: Tensor | None = context.control_pivot
        if pivot is not None:
            return pivot
        context = context.outer_context
    return None


def constant_enter_of(tensor: Tensor) -> Operation | None:
    """The constant Enter through which a tensor came into its loop unchanged, if it did."""
    op = tensor.op
    while op.opdef.name in ("Identity", "RefIdentity") or op.opdef.role == "switch":
        op = op.inputs[0].op
    return op if _is_constant_enter(op) else None
